/** Folders that a person names and that cannot be made: one sentence at once, with what to do instead. */
import { deepEqual, equal, match, throws } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { FolderUnavailable, makeFolder } from "../../local/folders.ts";
import { buildStarter } from "../../scripts/build-starter.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { type Bench, builtCli, openBench, type RunOptions } from "./support/cli.ts";

describe("a folder that cannot be made", function () {
  this.timeout(60_000);
  let bench: Bench;
  before(async () => {
    bench = await openBench();
    buildStarter(join(dirname(await builtCli()), "starter"));
    writeFileSync(join(bench.directory, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
  });
  after(() => bench.close());

  /** A process that tries for ever is ended, and told by its signal. */
  async function inTime(args: string[], options: RunOptions = {}) {
    const running = bench.start(args, { stdin: "", ...options });
    const late = setTimeout(() => running.process.kill("SIGKILL"), 20_000);
    const finished = await running.finished;
    clearTimeout(late);
    return finished;
  }

  describe("where the file system takes none, as Linux's /proc", () => {
    before(function () {
      if (!existsSync("/proc/self")) this.skip();
    });

    it("ends local --state, naming the folder and another way", async () => {
      const { signal, code, stderr } = await inTime(["local", "--port", "0", "--state", "/proc/x/y"]);
      deepEqual([signal, code], [null, 7]);
      match(stderr, /✗ .*\/proc\/x\/y.*: \/proc takes no new folders\.\n {2}→ .*--state .*--ephemeral/);
    });

    it("ends init, and leaves nothing", async () => {
      const { signal, code, stderr } = await inTime(["init", "/proc/zz", "--yes"]);
      deepEqual([signal, code], [null, 7]);
      match(stderr, /✗ The folder \/proc\/zz cannot be made: \/proc takes no new folders\.\n {2}→ .*demo-auth init /);
    });

    it("advises no folder of a HOME that takes none", async () => {
      const nowhere = {
        HOME: "/proc",
        DEMO_AUTH_HOME: undefined,
        XDG_STATE_HOME: undefined,
        XDG_CONFIG_HOME: undefined,
      };
      const { code, stderr } = await inTime(["local", "--port", "0"], { env: nowhere });
      equal(code, 7);
      match(stderr, /✗ .*: \/proc takes no new folders\.\n {2}→ .*: export DEMO_AUTH_HOME="\$\(mktemp -d\)"\n/);
    });

    const home = { DEMO_AUTH_HOME: "/proc/x" };
    const env = {
      DEMO_AUTH_ISSUER: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab1Cd2Ef3",
      DEMO_AUTH_CLIENT_ID: "client",
    };
    for (const args of [
      ["local", "--port", "0"],
      ["local", "--port", "0", "--ephemeral"],
      ["use", "local"],
      ["login", "--no-browser", "--timeout", "1s"],
      ["logout"],
    ]) {
      it(`does not stop ${args.join(" ")} under such a DEMO_AUTH_HOME`, async () => {
        const { signal, code, stderr } = await inTime(args, { env: { ...home, ...env } });
        equal(signal, null);
        if (args[0] === "logout") return equal(code, 0, "there is nothing to delete");
        equal(code, 7);
        match(stderr, /✗ .*\/proc takes no new folders\.\n {2}→ .*export DEMO_AUTH_HOME=/);
      });
    }
  });

  it("is told from a fault of ours where the working directory is gone", async () => {
    const entry = await builtCli();
    const script = `mkdir gone && cd gone && rmdir ../gone && exec "${process.execPath}" "${entry}" status`;
    const { status, stderr } = spawnSync("sh", ["-c", script], {
      ...{ cwd: temporaryDirectory(), env: bench.env, encoding: "utf8", timeout: 20_000 },
    });
    deepEqual(
      [status, stderr],
      [7, "✗ The folder that this is run in is no longer there.\n  → Go to one that is: cd ~\n"],
    );
  });

  it("is told from a fault of ours where TMPDIR names none", async () => {
    const { code, stderr } = await inTime(["local", "--port", "0", "--ephemeral"], { env: { TMPDIR: "/nonexistent" } });
    equal(code, 7);
    match(stderr, /✗ .* in \/nonexistent cannot be used: it is not a folder\.\n {2}→ .*: export TMPDIR=\/tmp\n$/);
  });

  it("is made with all above it, which keep their modes", () => {
    const top = temporaryDirectory();
    const mode = statSync(top).mode;
    makeFolder(join(top, "a", "b", "c"), 0o700);
    deepEqual(
      ["", "a", "a/b", "a/b/c"].map((name) => statSync(join(top, name)).mode & 0o777),
      [mode & 0o777, 0o700, 0o700, 0o700],
    );
    makeFolder(join(top, "a", "b"));
    equal(statSync(join(top, "a", "b")).mode & 0o777, 0o700);
  });

  it("is taken through a link to a folder, and says what else is in the way", () => {
    const top = temporaryDirectory();
    mkdirSync(join(top, "real"));
    symlinkSync(join(top, "real"), join(top, "link"));
    makeFolder(join(top, "link", "inner"));
    equal(statSync(join(top, "real", "inner")).isDirectory(), true);
    writeFileSync(join(top, "file"), "");
    symlinkSync(join(top, "nowhere"), join(top, "dangling"));
    symlinkSync(join(top, "loop"), join(top, "loop"));
    const why = (name: string) => {
      let caught: unknown;
      throws(
        () => makeFolder(join(top, name)),
        (error) => {
          caught = error;
          return error instanceof FolderUnavailable;
        },
      );
      return (caught as FolderUnavailable).why.replaceAll(`${top}/`, "");
    };
    deepEqual(
      ["file", "file/inner", "dangling", "loop", "n".repeat(300)].map((name) => why(name)),
      [
        "file is not a folder",
        "file is not a folder",
        "dangling is not a folder",
        "loop is a link that leads to itself",
        "its name is too long",
      ],
    );
  });
});
