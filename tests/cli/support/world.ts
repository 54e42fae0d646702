/** A world for work that is tested in this process: the real network and files, streams that remember, no browser. */
import { randomBytes } from "node:crypto";
import { PassThrough } from "node:stream";
import type { Keyring } from "../../../cli/shared/keyring.ts";
import { systemWorld, type World } from "../../../cli/shared/world.ts";

export interface TestWorld extends World {
  /** What was written so far. */
  written: { stdout: string; stderr: string };
}

export function testWorld(home: string, changes: Partial<World> = {}): TestWorld {
  const written = { stdout: "", stderr: "" };
  const remember = (name: keyof typeof written) =>
    new PassThrough().on("data", (chunk) => {
      written[name] += chunk;
    });
  const system = systemWorld();
  return {
    arguments: [],
    invocation: "demo-auth",
    env: { DEMO_AUTH_HOME: home },
    platform: system.platform,
    homeDirectory: home,
    workingDirectory: home,
    processId: process.pid,
    userId: process.getuid?.(),
    stdin: new PassThrough(),
    stdout: remember("stdout"),
    stderr: remember("stderr"),
    now: Date.now,
    randomBytes,
    fetch: (url, init) => fetch(url, init),
    exchange: system.exchange,
    stream: system.stream,
    openBrowser: () => Promise.reject(new Error("there is no browser in this test")),
    keyring: async () => memoryKeyring(),
    trust: () => Promise.reject(new Error("nothing is to be trusted in this test")),
    heap: system.heap,
    isAlive: system.isAlive,
    run: system.run,
    attach: system.attach,
    interrupted: () => new Promise(() => {}),
    dieBySignal: (signal) => {
      throw new Error(`died of ${signal}`);
    },
    setExitCode: () => undefined,
    exit: () => undefined,
    written,
    ...changes,
  };
}

/** A keyring that keeps its secrets in memory. */
export function memoryKeyring(secrets = new Map<string, Uint8Array>()): Keyring {
  return {
    name: "the test keyring",
    get: async (account) => secrets.get(account),
    set: async (account, secret) => void secrets.set(account, Uint8Array.from(secret)),
    delete: async (account) => void secrets.delete(account),
  };
}
