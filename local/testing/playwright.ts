/**
 * Fixtures for Playwright Test, published as `demo-auth/testing/playwright`: a cloud for each worker, put back before each
 * test, and a browser context in which somebody is signed in. They are given to the `test` of the project's own Playwright,
 * because Playwright refuses to be loaded twice.
 */
import type {
  Fixtures,
  PlaywrightTestArgs,
  PlaywrightTestOptions,
  PlaywrightWorkerArgs,
  PlaywrightWorkerOptions,
} from "@playwright/test";
import { startCloud } from "./index.ts";
import type { Cloud, CloudOptions, CloudUser, UserOptions } from "./types.ts";

export interface CloudTestFixtures {
  /** The worker's cloud, as it was when it was ready. */
  cloud: Cloud;
  /** Who is signed in in `page` and `context`: `test.use({ signedInAs: { email: "ada@example.com" } })`. */
  signedInAs: (UserOptions & { /** By name, where there are several. */ pool?: string }) | undefined;
  /** That user with tokens; made up when nobody is to be signed in. */
  user: CloudUser;
  /** `undefined` when nobody is to be signed in. */
  signedInUser: CloudUser | undefined;
}

export interface CloudWorkerFixtures {
  /** What the worker's cloud is started with: overridden in `use` of the configuration, or by a fixture of the project's. */
  cloudOptions: CloudOptions;
  /** As the tests left it. */
  workerCloud: Cloud;
}

const START_TIMEOUT_MS = 60_000;

/**
 * `const test = base.extend(cloudFixtures({ project: ".." }))`
 *
 * In a signed-in context the hosted UI has a session, as after a sign-in a moment ago: the application's own sign-in comes
 * back at once with tokens, and no form is shown.
 */
export function cloudFixtures(
  options: CloudOptions = {},
): Fixtures<
  CloudTestFixtures,
  CloudWorkerFixtures,
  PlaywrightTestArgs & PlaywrightTestOptions,
  PlaywrightWorkerArgs & PlaywrightWorkerOptions
> {
  return {
    cloudOptions: [options, { option: true, scope: "worker" }],
    workerCloud: [
      async ({ cloudOptions }, use) => {
        await using cloud = await startCloud(cloudOptions);
        await use(cloud);
      },
      { scope: "worker", timeout: START_TIMEOUT_MS },
    ],
    cloud: async ({ workerCloud }, use) => {
      await workerCloud.reset();
      await use(workerCloud);
    },
    signedInAs: [undefined, { option: true }],
    signedInUser: async ({ cloud, signedInAs }, use) => {
      const { pool, ...wanted } = signedInAs ?? {};
      await use(signedInAs && (await cloud.pool(pool).user(wanted)));
    },
    user: async ({ cloud, signedInUser }, use) => use(signedInUser ?? (await cloud.pool().user())),
    context: async ({ context, signedInUser }, use) => {
      if (signedInUser) await context.addCookies(await signedInUser.sessionCookies());
      await use(context);
    },
  };
}
