/** The stored session: private, whole, bound to its target, refreshed once, and never silently somewhere else. */
import { deepEqual, equal, match, notEqual, ok, rejects } from "node:assert/strict";
import { spawn } from "node:child_process";
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { withLock } from "../../cli/sessions/lock.ts";
import type { Session } from "../../cli/sessions/session.ts";
import { SessionStore, type StorageKind } from "../../cli/sessions/store.ts";
import type { CliError } from "../../cli/shared/errors.ts";
import { probeKeyring, systemKeyring } from "../../cli/shared/keyring.ts";
import { explain } from "../../cli/wording/explain.ts";
import { fileKeyring } from "./support/file-keyring.ts";
import { memoryKeyring, type TestWorld, testWorld } from "./support/world.ts";

const session: Session = {
  issuer: "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI",
  clientId: "client",
  apiOrigin: "https://api.example",
  account: undefined,
  flow: "code",
  hostedUi: "https://demo.auth.us-east-1.amazoncognito.com",
  idToken: "id",
  accessToken: "access",
  refreshToken: "refresh",
  user: { sub: "s", email: "ada@example.com", username: undefined },
  scopes: ["openid"],
  idExpiresAt: 1,
  accessExpiresAt: 1,
  signedInAt: 0,
};

describe("the session store", () => {
  let home: string;
  let world: TestWorld;
  let store: SessionStore;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "demo-auth-sessions-"));
    const secrets = new Map<string, Uint8Array>();
    world = testWorld(home, { keyring: async () => memoryKeyring(secrets) });
    store = new SessionStore(world);
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  const same = (a: unknown, b: unknown) => deepEqual(JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b)));

  for (const kind of ["file", "keyring"] as StorageKind[]) {
    it(`gives back what was kept (${kind}), and says where it is`, async () => {
      const storage = await store.write(session, kind);
      deepEqual(storage, { kind, path: store.fileOf(session) });
      const stored = await store.read(session);
      same(stored?.session, session);
      deepEqual(stored?.storage, storage);
      equal(await store.delete(session), true);
      equal(await store.read(session), undefined);
    });

    it(`writes files that only their owner can read (${kind}), whatever the umask`, async () => {
      const umask = process.umask(0);
      try {
        await store.write(session, kind);
      } finally {
        process.umask(umask);
      }
      equal(statSync(store.fileOf(session)).mode & 0o777, 0o600);
      equal(statSync(store.directory).mode & 0o777, 0o700);
      deepEqual(readdirSync(store.directory), [store.fileOf(session).split("/").at(-1)]);
    });
  }

  it("keeps no token in the file when the keyring seals it", async () => {
    await store.write({ ...session, idToken: "eyJ-secret-id", refreshToken: "secret-refresh" }, "keyring");
    const text = readFileSync(store.fileOf(session), "utf8");
    ok(!text.includes("secret") && !text.includes("ada@example.com"), text);
  });

  it("refuses a sealed session that was moved to another target's name", async () => {
    await store.write(session, "keyring");
    const other = { ...session, apiOrigin: "https://evil.example" };
    const text = readFileSync(store.fileOf(session), "utf8").replace("https://api.example", "https://evil.example");
    writeFileSync(store.fileOf(other), text, { mode: 0o600 });
    await rejects(store.read(other), { code: "session_damaged" });
  });

  it("refuses a plain session that was copied to another target's name", async () => {
    await store.write(session, "file");
    const other = { ...session, apiOrigin: "https://evil.example" };
    writeFileSync(store.fileOf(other), readFileSync(store.fileOf(session)), { mode: 0o600 });
    await rejects(store.read(other), { code: "session_damaged" });
  });

  for (const [what, other] of [
    ["issuer", { issuer: "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Other0001" }],
    ["app client", { clientId: "another" }],
    ["API origin", { apiOrigin: "https://elsewhere.example" }],
    ["hosted UI", { hostedUi: "https://evil.example" }],
    ["account", { account: "bob" }],
  ] as const) {
    it(`shows a target with another ${what} no session`, async () => {
      await store.write(session, "file");
      equal(await store.read({ ...session, ...other }), undefined);
    });
  }

  it("refuses a session file that is a symbolic link", async () => {
    await store.write(session, "file");
    const file = store.fileOf(session);
    writeFileSync(join(home, "elsewhere"), readFileSync(file), { mode: 0o600 });
    rmSync(file);
    symlinkSync(join(home, "elsewhere"), file);
    await rejects(store.read(session), (error: Error & { code: string; next: string[] }) => {
      equal(error.code, "storage_unsafe");
      match(error.message, /is a symbolic link/);
      deepEqual(error.next, [`rm ${file}`]);
      return true;
    });
  });

  for (const mode of [0o640, 0o604, 0o666, 0o620]) {
    it(`refuses a session file with mode ${mode.toString(8)}, and says how to mend it`, async () => {
      await store.write(session, "file");
      const file = store.fileOf(session);
      chmodSync(file, mode);
      await rejects(store.read(session), (error: Error & { code: string; next: string[] }) => {
        equal(error.code, "storage_unsafe");
        match(error.next.join(), new RegExp(`chmod 600 ${file}`));
        return true;
      });
    });
  }

  it("refuses a session file of another user", async () => {
    await store.write(session, "file");
    const stranger = new SessionStore({ ...world, userId: (world.userId ?? 0) + 1 });
    await rejects(stranger.read(session), { code: "storage_unsafe" });
  });

  it("refuses a session folder that is a symbolic link, before anything is written through it", async () => {
    await store.write(session, "file");
    rmSync(store.directory, { recursive: true });
    const planted = mkdtempSync(join(home, "planted-"));
    symlinkSync(planted, store.directory);
    await rejects(store.write(session, "file"), { code: "storage_unsafe" });
    deepEqual(readdirSync(planted), []);
  });

  it("closes a session folder that was open to others", async () => {
    await store.write(session, "file");
    chmodSync(store.directory, 0o755);
    await store.write(session, "file");
    equal(statSync(store.directory).mode & 0o777, 0o700);
  });

  for (const [what, text] of [
    ["written by another version", '{"schemaVersion":2,"storage":"file"}'],
    ["cut off in the middle", '{"schemaVersion":1,"storage":"fi'],
    ["empty", ""],
    ["of an unknown storage", '{"schemaVersion":1,"storage":"cloud"}'],
    ["without a session in it", '{"schemaVersion":1,"storage":"file","session":{"issuer":1}}'],
    ["sealed, with nothing inside", '{"schemaVersion":1,"storage":"keyring","binding":{},"sealed":{}}'],
    ["a JSON null", "null"],
  ] as const) {
    it(`asks to sign in again when the session file is ${what}, and leaves it alone`, async () => {
      await store.write(session, "file");
      writeFileSync(store.fileOf(session), text);
      await rejects(store.read(session), (error) => {
        const known = explain(error) as CliError;
        deepEqual([known.code, known.exitCode], ["session_damaged", 4]);
        deepEqual(known.next, [{ say: "Sign in again", command: "login" }]);
        return true;
      });
      equal(readFileSync(store.fileOf(session), "utf8"), text);
    });
  }

  it("asks to sign in again when the keyring has lost the key", async () => {
    await store.write(session, "keyring");
    const forgetful = new SessionStore({ ...world, keyring: async () => memoryKeyring() });
    await rejects(forgetful.read(session), { code: "session_damaged" });
  });

  it("uses a fresh initialisation vector for every write under the same key", async () => {
    const read = () => JSON.parse(readFileSync(store.fileOf(session), "utf8")).sealed;
    await store.write(session, "keyring");
    const first = read();
    await store.write(session, "keyring");
    notEqual(read().iv, first.iv);
    notEqual(read().data, first.data);
  });

  it("refuses the system keyring where there is none, instead of falling back to one that forgets", async function () {
    if (process.platform !== "linux") return this.skip();
    // A bus address that nobody answers: what a machine without a desktop has.
    const saved = process.env.DBUS_SESSION_BUS_ADDRESS;
    process.env.DBUS_SESSION_BUS_ADDRESS = "unix:path=/nonexistent/bus";
    try {
      await rejects(async () => probeKeyring(await systemKeyring("linux"), world.randomBytes), {
        code: "storage_unavailable",
      });
    } finally {
      if (saved === undefined) delete process.env.DBUS_SESSION_BUS_ADDRESS;
      else process.env.DBUS_SESSION_BUS_ADDRESS = saved;
    }
  });

  it("refuses a keyring that does not give back what was put in", async () => {
    const broken = { ...memoryKeyring(), get: async () => new Uint8Array(32) };
    await rejects(probeKeyring(broken, world.randomBytes), { code: "storage_unavailable" });
  });
});

describe("a session write that is killed", () => {
  let writer: string;
  let folder: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "demo-auth-kill-"));
    writer = join(folder, "writer.mjs");
    const source = new URL("./support/session-writer.ts", import.meta.url).pathname;
    // One file starts faster than many; 200 of them are started.
    await build({
      entryPoints: [source],
      outfile: writer,
      bundle: true,
      platform: "node",
      format: "esm",
      packages: "external",
    });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const kind of ["file", "keyring"] as StorageKind[]) {
    it(`leaves a whole session, old or new, at each of 40 random points (${kind})`, async function () {
      this.timeout(60_000);
      const home = join(folder, kind);
      const store = new SessionStore(testWorld(home, { keyring: async () => fileKeyring(home) }));
      await store.write({ ...session, refreshToken: "0" }, kind);
      const seen = await killMany(home, kind, 40, async () =>
        Number((await store.read(session))?.session.refreshToken),
      );
      for (const [index, count] of seen.entries()) {
        ok(count >= (seen[index - 1] ?? 0), `after kill ${index} a session of an earlier writer was there`);
      }
      equal(new Set(seen).size, 40, "every writer wrote before it was killed");
      equal(readdirSync(store.directory).filter((name) => name.endsWith(".json")).length, 1);
    });
  }

  /** Kills warm writers one after the other, each after a random time of writing, and reads what it left. */
  async function killMany(home: string, kind: string, times: number, read: () => Promise<number>): Promise<number[]> {
    const launch = (run: number) => {
      const child = spawn(process.execPath, [writer, home, kind, String(run * 1_000_000)], {
        stdio: ["pipe", "pipe", "inherit"],
      });
      const ready = new Promise<void>((resolve) => child.stdout.once("data", () => resolve()));
      const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
      return { child, ready, gone };
    };
    const seen: number[] = [];
    const pool = [1, 2, 3].map(launch);
    for (let run = 4; seen.length < times; run++) {
      const { child, ready, gone } = pool.shift()!;
      pool.push(launch(run));
      await ready;
      child.stdin.write("go\n");
      await new Promise((resolve) => child.stdout.once("data", resolve));
      const until = performance.now() + Math.random() * 4;
      while (performance.now() < until) await new Promise((resolve) => setImmediate(resolve));
      child.kill("SIGKILL");
      await gone;
      seen.push(await read());
    }
    for (const { child, gone } of pool) {
      child.kill("SIGKILL");
      await gone;
    }
    return seen;
  }
});

describe("the session lock", () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "demo-auth-lock-"));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  it("lets one work at a time", async () => {
    const file = join(home, "locks", "x.lock");
    let inside = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 8 }, () =>
        withLock(testWorld(home), file, async () => {
          most = Math.max(most, ++inside);
          await new Promise((resolve) => setImmediate(resolve));
          inside--;
        }),
      ),
    );
    equal(most, 1);
    deepEqual(readdirSync(dirname(file)), []);
  });

  it("takes over the lock of a process that died", async () => {
    const file = join(home, "x.lock");
    writeFileSync(file, "999999999 dead");
    equal(await withLock(testWorld(home, { isAlive: () => false }), file, async () => "done"), "done");
  });

  it("frees the lock when the work fails", async () => {
    const file = join(home, "x.lock");
    await rejects(
      withLock(testWorld(home), file, async () => {
        throw new Error("no");
      }),
    );
    equal(await withLock(testWorld(home), file, async () => "free"), "free");
  });

  it("says so when a live process keeps the lock", async () => {
    const file = join(home, "x.lock");
    writeFileSync(file, `${process.pid} other`);
    let now = Date.now();
    const impatient = testWorld(home, { now: () => (now += 9_000), isAlive: () => true });
    await rejects(
      withLock(impatient, file, async () => "never"),
      { code: "lock_busy" },
    );
  });
});
