/** Standard streams that do not end, hold too much, or cannot be written. */
import { deepEqual, equal, match } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { join } from "node:path";
import { quoted } from "../../cli/shared/shell-words.ts";
import { repository } from "../support/shell.ts";
import { type Bench, builtCli, openBench } from "./support/cli.ts";

describe("standard streams", function () {
  this.timeout(60_000);
  let bench: Bench;
  before(async () => {
    bench = await openBench();
  });
  after(() => bench.close());

  /** Writes to a standard input that stays open. */
  async function withOpenInput(args: string[], text: string | Buffer) {
    const running = bench.start(args);
    running.process.stdin!.write(text);
    const late = setTimeout(() => running.process.kill("SIGKILL"), 20_000);
    const finished = await running.finished;
    clearTimeout(late);
    return finished;
  }

  it("a password is taken as soon as its line is there, though standard input never ends", async () => {
    const { signal, code } = await withOpenInput(["login", "--username", "ada", "--password-stdin"], "Passw0rd!\n");
    deepEqual([signal, code === 0], [null, false]);
    deepEqual(
      bench.fake.requests.filter(({ body }) => body.includes("USER_SRP_AUTH")).length,
      1,
      "the pool was asked before the end of input",
    );
  });

  it("a line of secrets that does not end is refused", async () => {
    const endless = Buffer.alloc((1 << 20) + 1, "x");
    const { code, stderr } = await withOpenInput(["login", "--username", "ada", "--password-stdin"], endless);
    equal(code, 7);
    match(
      stderr,
      /✗ Could not read the password from standard input: it has more than 1048576 bytes\.\n {2}→ Pipe it in/,
    );
  });

  it("a token that is larger than any is refused", async () => {
    const { code, stderr } = await bench.here(["token", "--decode", "--token", "-"], {
      stdin: "x".repeat((1 << 20) + 1),
    });
    equal(code, 7);
    match(
      stderr,
      /✗ Could not read the token from standard input: it has more than 1048576 bytes\.\n {2}→ Pipe it in: /,
    );
  });

  it("an output that cannot be written is said in one sentence, in words or as JSON", async function () {
    if (!existsSync("/dev/full")) this.skip();
    const entry = await builtCli();
    const full = openSync("/dev/full", "w");
    // Nothing of it asks this process, which waits.
    const env = {
      ...bench.env,
      DEMO_AUTH_HOME: join(bench.home, "..", "empty"),
      DEMO_AUTH_ISSUER: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab1Cd2Ef3",
      DEMO_AUTH_CLIENT_ID: "client",
    };
    const onFull = (stdio: [number | "ignore", number | "pipe", number | "pipe"], file: string, ...args: string[]) => {
      const options = { cwd: bench.directory, env, stdio, encoding: "utf8", timeout: 30_000 } as const;
      return spawnSync(process.execPath, [file, ...args], options);
    };
    const sentence =
      /^✗ Could not write to standard output: ENOSPC[^\n]*\.\n {2}→ See how full it is, or send it elsewhere: df -h\n$/;
    for (const args of [["config"], ["help", "exit-codes"], ["completion", "bash"], ["--version"], ["--help"]]) {
      const { status, stderr } = onFull(["ignore", full, "pipe"], entry, ...args);
      match(stderr.replace(/^Target: .*\n/, ""), sentence, args.join(" "));
      equal(status, 7, args.join(" "));
    }
    const json = onFull(["ignore", full, "pipe"], entry, "config", "--json");
    deepEqual([json.status, JSON.parse(json.stderr).error.code], [7, "storage_unavailable"]);
    const version = onFull(["ignore", full, "pipe"], join(repository, "bin/demo-auth.js"), "--version");
    match(version.stderr, sentence);
    equal(version.status, 7);
    // What cannot be said does not change how the command ends.
    equal(onFull(["ignore", "pipe", full], entry, "status").status, 4);
    closeSync(full);
  });

  it("a line to paste is one line, whatever its words hold", () => {
    equal(quoted("a\nb\u001b[2J'c\\d"), "$'a\\nb\\033[2J\\'c\\\\d'");
    equal(
      spawnSync("bash", ["-c", `printf %s ${quoted("a\nb\u001b[2J'c\\d\u0085é")}`], { encoding: "utf8" }).stdout,
      "a\nb\u001b[2J'c\\d\u0085é",
    );
  });
});
