/**
 * The test kit, published as `demo-auth/testing`: starts the cloud that a Pulumi program declares, with free ports and no
 * state, for tests under any runner. It knows no runner, and patches nothing.
 */
import { openChild } from "./child.ts";
import { CloudError } from "./cloud-error.ts";
import type { Controls } from "./controls.ts";
import { milliseconds } from "./duration.ts";
import type { Cloud, CloudOptions, CloudPool, UserOptions } from "./types.ts";

export { CloudError } from "./cloud-error.ts";
export type * from "./types.ts";

const SESSION_COOKIE = "cognito";

/**
 * Evaluates the program and serves what it declares, until it is closed.
 * @throws CloudError with a sentence that names the fix
 */
export async function startCloud(options: CloudOptions = {}): Promise<Cloud> {
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

function cloudOf(controls: Controls): Cloud {
  const { ready } = controls;
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= controls.close();
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
        run: (options = {}) => controls.run(name, options).catch((error) => Promise.reject(asCloudError(error))),
      };
    },
    async messages(to) {
      const messages = await controls.messages();
      return to === undefined ? messages : messages.filter((message) => message.to === to);
    },
    requests: () => controls.requests(),
    async logs(functionName) {
      const logs = await controls.logs();
      return logs
        .filter((log) => functionName === undefined || log.functionName === functionName)
        .map(({ line }) => line);
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
  try {
    const { status, enabled, mfa, createdAt, ...user } = await controls.user(pool.id, wanted);
    return {
      ...user,
      async sessionCookies() {
        if (pool.hostedUi === undefined)
          throw new CloudError("domain_missing", `The user pool ${pool.name} has no domain, and so no hosted UI.`);
        const value = await controls.startSession(pool.id, user.username);
        // A browser that is sent to either name has the session.
        const origins = [pool.hostedUi, pool.hostedUi.replace("//127.0.0.1", "//localhost")];
        return origins.map((url) => ({ name: SESSION_COOKIE, value, url }));
      },
    };
  } catch (error) {
    throw asCloudError(error);
  }
}

/** @throws CloudError naming what there is to choose from */
function choose<T extends { name: string }>(what: string, all: T[], name: string | undefined): T {
  const names = all.map((one) => one.name).join(", ");
  const found = name === undefined ? (all.length === 1 ? all[0] : undefined) : all.find((one) => one.name === name);
  if (found) return found;
  if (all.length === 0) throw new CloudError("not_declared", `The program declares no ${what}.`);
  throw new CloudError(
    "not_declared",
    name === undefined ? `There is more than one ${what}.` : `There is no ${what} ${JSON.stringify(name)}.`,
    `Name one of: ${names}.`,
  );
}

function asCloudError(error: unknown): unknown {
  if (error instanceof CloudError || !(error instanceof Error)) return error;
  const { code, type, next } = error as Error & { code?: unknown; type?: unknown; next?: string };
  const known = [code, type].find((value) => typeof value === "string");
  return typeof known === "string"
    ? Object.assign(new CloudError(known, error.message, next), { cause: error })
    : error;
}
