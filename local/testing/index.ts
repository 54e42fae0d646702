/**
 * The test kit, published as `demo-auth/testing`: starts the cloud that a Pulumi program declares, with free ports and no
 * state, for tests under any runner. It knows no runner, and patches nothing.
 */
import { named } from "../named.ts";
import { openChild } from "./child.ts";
import { CloudError, failureOf } from "./cloud-error.ts";
import type { Controls } from "./controls.ts";
import { milliseconds } from "./duration.ts";
import { CLOUD_OPTIONS, checkOptions, RUN_OPTIONS, USER_OPTIONS } from "./known-options.ts";
import type { Cloud, CloudOptions, CloudPool, UserOptions } from "./types.ts";

export { CloudError } from "./cloud-error.ts";
export type * from "./types.ts";

const SESSION_COOKIE = "cognito";

/**
 * Evaluates the program and serves what it declares, until it is closed.
 * @throws CloudError with a sentence that names the fix
 */
export async function startCloud(options: CloudOptions = {}): Promise<Cloud> {
  checkOptions("startCloud", CLOUD_OPTIONS, options);
  const { inProcess, log, signal, ...others } = options;
  const open = inProcess ? await openHere() : openChild;
  return cloudOf(await open(others, log, signal));
}

/** Loaded only when asked for: all of the cloud. */
async function openHere(): Promise<typeof openChild> {
  const { openControls } = await import("./controls.ts");
  return async (options, log, signal) => {
    try {
      return await openControls(options, log, signal);
    } catch (error) {
      throw asCloudError(error);
    }
  };
}

function cloudOf(open: Controls): Cloud {
  const { ready } = open;
  const controls = untilClosed(open, () => closed !== undefined);
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= open.close();
    return closed;
  };
  return {
    console: ready.console,
    outputs: ready.outputs,
    certificateAuthority: ready.certificateAuthority,
    credentials: ready.credentials,
    clock: {
      now: () => controls.now(),
      advance: async (duration) => controls.advance(milliseconds(duration)),
    },
    api(name, stageName) {
      const { id, name: found, stages } = choose("API", ready.apis, name);
      const stage = choose(`stage of the API ${found}`, stages, stageName);
      return { id, name: found, stage: stage.name, url: stage.url };
    },
    pool(name) {
      const { selfSignUp, ...pool } = choose("user pool", ready.userPools, name);
      return { ...pool, user: (wanted) => userOf(controls, pool, wanted) };
    },
    function(wanted) {
      const { name } = choose("function", ready.functions, wanted);
      const urls = ready.functionUrls.filter(({ functionName }) => functionName.split(":")[0] === name);
      return {
        name,
        urls: urls.map(({ url }) => url),
        async run(options = {}) {
          checkOptions("run", RUN_OPTIONS, options);
          return controls.run(name, options);
        },
      };
    },
    async messages(to) {
      const messages = await controls.messages();
      return to === undefined ? messages : messages.filter((message) => message.to === to);
    },
    requests: () => controls.requests(),
    async logs(wanted) {
      const name = wanted === undefined ? undefined : choose("function", ready.functions, wanted).name;
      const logs = await controls.logs();
      return logs.filter((log) => name === undefined || log.functionName === name).map(({ line }) => line);
    },
    reset: () => controls.reset(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function userOf(
  controls: Controls,
  pool: Pick<CloudPool, "id" | "hostedUi" | "name">,
  wanted: UserOptions = {},
): ReturnType<CloudPool["user"]> {
  checkOptions("user", USER_OPTIONS, wanted);
  const { status, enabled, mfa, passkeys, createdAt, ...user } = await controls.user(pool.id, wanted);
  return {
    ...user,
    async sessionCookies() {
      if (pool.hostedUi === undefined)
        throw new CloudError(
          "domain_missing",
          `The user pool ${pool.name} has no domain, and so no hosted UI.`,
          "Declare one: aws.cognito.UserPoolDomain.",
        );
      const value = await controls.startSession(pool.id, user.username);
      // A browser that is sent to either name has the session.
      const origins = [pool.hostedUi, pool.hostedUi.replace("//127.0.0.1", "//localhost")];
      return origins.map((url) => ({ name: SESSION_COOKIE, value, url }));
    },
  };
}

/** What is asked of a cloud that has been closed is refused with that, and what a cloud refuses is a `CloudError`. */
function untilClosed(controls: Controls, isClosed: () => boolean): Controls {
  const guarded = <Args extends unknown[], Answer>(ask: (...given: Args) => Promise<Answer>) => {
    return async (...given: Args): Promise<Answer> => {
      if (isClosed())
        throw new CloudError(
          "cloud_ended",
          "This cloud has been closed.",
          "Close it after the last test that asks it.",
        );
      try {
        return await ask(...given);
      } catch (error) {
        throw asCloudError(error);
      }
    };
  };
  return {
    ready: controls.ready,
    user: guarded(controls.user),
    startSession: guarded(controls.startSession),
    run: guarded(controls.run),
    messages: guarded(controls.messages),
    requests: guarded(controls.requests),
    logs: guarded(controls.logs),
    now: guarded(controls.now),
    advance: guarded(controls.advance),
    reset: guarded(controls.reset),
    close: controls.close,
  };
}

/** @throws CloudError naming what there is to choose from */
function choose<T extends { name: string }>(what: string, all: T[], name: string | undefined): T {
  const names = all.map((one) => one.name).join(", ");
  const found = name === undefined ? all : named(all, name);
  if (found.length === 1) return found[0]!;
  if (all.length === 0) throw new CloudError("not_declared", `The program declares no ${what}.`);
  throw new CloudError(
    "not_declared",
    found.length > 1
      ? `There is more than one ${what}${name === undefined ? "" : ` ${JSON.stringify(name)}`}.`
      : `There is no ${what} ${JSON.stringify(name)}.`,
    `Name one of: ${names}.`,
  );
}

/** An error without a code of its own is a bug, or the signal's that gave up the start. */
function asCloudError(error: unknown): unknown {
  if (error instanceof CloudError || !(error instanceof Error)) return error;
  const { code, what, next } = failureOf(error);
  return code === "failed" ? error : Object.assign(new CloudError(code, what, next), { cause: error });
}
