/** Sessions sealed by a keyring, through the commands themselves; the keyring is one of the test's own. */
import { deepEqual, equal, match, notEqual, ok, rejects } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { buildProgram } from "../../cli/program.ts";
import { CliError } from "../../cli/shared/errors.ts";
import type { Keyring } from "../../cli/shared/keyring.ts";
import { type Bench, browse, openBench } from "./support/cli.ts";
import { memoryKeyring, type TestWorld, testWorld } from "./support/world.ts";

describe("a session in the keyring", () => {
  let bench: Bench;
  let secrets: Map<string, Uint8Array>;
  beforeEach(async () => {
    bench = await openBench({ flow: "code" });
    secrets = new Map();
  });
  afterEach(() => bench.close());

  const worldWith = (keyring: Keyring) =>
    testWorld(bench.home, { workingDirectory: bench.directory, keyring: async () => keyring });

  async function run(world: TestWorld, ...args: string[]): Promise<TestWorld> {
    await buildProgram(world).parseAsync(args, { from: "user" });
    return world;
  }

  async function signIn(): Promise<TestWorld> {
    const world = worldWith(memoryKeyring(secrets));
    const done = run(world, "login", "--no-browser", "--storage", "keyring");
    const url = await new Promise<string>((resolve) =>
      world.stderr.on("data", () => {
        const [line] = /^http\S+(?=\n)/m.exec(world.written.stderr) ?? [];
        if (line) resolve(line);
      }),
    );
    equal((await browse(url)).status, 200);
    return done;
  }

  it("is signed in, shown, refreshed and signed out like any other, with one key in the keyring and no token on disk", async () => {
    match((await signIn()).written.stderr, /sealed by the keyring/);
    equal(secrets.size, 1, "the probe's value is gone, the session's key is there");
    const folder = join(bench.home, "credentials");
    const [file = ""] = readdirSync(folder).filter((name) => name.endsWith(".json"));
    const text = readFileSync(join(folder, file), "utf8");
    ok(!text.includes("eyJ") && !text.includes("refresh-"), "no token in the file");

    const status = JSON.parse((await run(worldWith(memoryKeyring(secrets)), "status", "--json")).written.stdout);
    deepEqual(status.storage, { kind: "keyring", path: join(folder, file) });
    const first = (await run(worldWith(memoryKeyring(secrets)), "token")).written.stdout;
    const later = worldWith(memoryKeyring(secrets));
    later.now = () => Date.now() + 59.5 * 60_000;
    const second = (await run(later, "token")).written.stdout;
    match(second, /^eyJ/);
    notEqual(second, first, "a minute before its end the token is renewed");
    equal((await run(worldWith(memoryKeyring(secrets)), "token")).written.stdout, second, "and sealed again");

    await run(worldWith(memoryKeyring(secrets)), "logout");
    deepEqual([secrets.size, readdirSync(folder).length], [0, 0]);
  });

  it("says so when the keyring is locked, and can still be signed out of", async () => {
    await signIn();
    const locked: Keyring = {
      name: "the test keyring",
      get: () =>
        Promise.reject(
          new CliError("storage_unavailable", "The system keyring cannot be used: it is locked.", { next: [] }),
        ),
      set: () => Promise.reject(new Error("locked")),
      delete: () => Promise.reject(new Error("locked")),
    };
    await rejects(run(worldWith(locked), "call", "/transactions"), { code: "storage_unavailable" });
    match((await run(worldWith(locked), "logout")).written.stderr, /its file is deleted/);
    await rejects(run(worldWith(memoryKeyring(secrets)), "status"), { code: "not_signed_in" });
  });
});
