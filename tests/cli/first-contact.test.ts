/** Somebody's first minutes: nothing runs, nothing is installed, there is no network; each answer has a hint that works. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildProgram } from "../../cli/program.ts";
import { invocationOf } from "../../cli/shared/invocation.ts";
import { repository } from "../support/shell.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { type Bench, openBench } from "./support/cli.ts";
import { testWorld } from "./support/world.ts";

describe("first contact", function () {
  this.timeout(60_000);
  let bench: Bench;
  before(async () => {
    bench = await openBench();
    writeFileSync(join(bench.directory, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
    // What npx would find: a Pulumi that downloads its engine as soon as it is asked for anything.
    const bin = join(bench.directory, "node_modules", ".bin");
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, "pulumi"), `#!/bin/sh\ntouch ${join(bench.directory, "it-ran")}\n`, { mode: 0o755 });
  });
  after(() => bench.close());

  /** No cloud, no engine, and a network that leads nowhere. */
  const nothing = () => ({
    DEMO_AUTH_HOME: join(bench.home, "..", "empty"),
    PULUMI_HOME: join(bench.home, "..", "empty-pulumi"),
    PATH: `${join(bench.directory, "node_modules", ".bin")}:${bench.env.PATH!.split(":")[0]}`,
    HTTPS_PROXY: "http://127.0.0.1:1",
  });
  const known = buildProgram(testWorld("/nowhere")).commands.map((command) => command.name());

  const readme = readFileSync(join(repository, "README.md"), "utf8");
  const commands = [...readme.matchAll(/npx demo-auth ([^#\n&|<`]+)/g)].map(([, words = ""]) =>
    words.trim().split(/\s+/),
  );

  it("finds README's commands", () => {
    for (const name of ["local", "login", "call", "status", "logout", "exec"])
      ok(
        commands.some(([first]) => first === name),
        name,
      );
  });

  for (const words of commands) {
    it(`demo-auth ${words.join(" ")}: an answer with a hint that works`, async () => {
      const { code, stdout, stderr } = await bench.run(words, { env: nothing() });
      equal(stdout, "");
      ok(code !== 0 && code !== 1, `exit ${code}: ${stderr}`);
      const hints = stderr.split("\n").filter((line) => line.includes("→"));
      ok(hints.length > 0, stderr);
      const advised = [...stderr.matchAll(/demo-auth ([a-z]+)/g)].map(([, name]) => name!);
      deepEqual(
        advised.filter((name) => !known.includes(name)),
        [],
        stderr,
      );
      ok(!existsSync(join(bench.directory, "it-ran")), "nothing is downloaded");
    });
  }

  for (const name of ["status", "login", "call /x", "config", "doctor", "logout", "token", "whoami", "logs"]) {
    it(`${name} says that no local cloud is running, and how to start one`, async () => {
      const { code, stdout, stderr } = await bench.run(name.split(" "), { env: nothing() });
      ok(code === 3 || (name === "doctor" && code === 7), `exit ${code}`);
      match(stderr + stdout, /No local cloud is running/);
      match(stderr, /→ .*: demo-auth local\n/);
      ok(name !== "doctor" || !/demo-auth doctor/.test(stderr + stdout), "doctor does not send to doctor");
    });
  }

  it("authorizer alone shows its help", async () => {
    const { code, stdout } = await bench.run(["authorizer"]);
    equal(code, 0);
    match(stdout, /Usage: demo-auth authorizer[\s\S]*test/);
    equal((await bench.run(["authorizer", "nosuch"])).code, 2);
  });

  it("forwards every port that a browser on another machine needs, in one line", async () => {
    const { stderr } = await bench.here(["login", "--force", "--timeout", "1s", "--no-input"], {
      env: { SSH_CONNECTION: "1.2.3.4 1 5.6.7.8 22" },
    });
    const ports = [
      bench.ports[0],
      ...[bench.fake.hostedUi, bench.fake.console, bench.fake.apiUrl].map((url) => new URL(url).port),
    ];
    match(stderr, new RegExp(`ssh${ports.map((port) => ` -L ${port}:127\\.0\\.0\\.1:${port}`).join("")} user@host\n`));
  });

  it("says which flags did nothing because somebody is signed in", async () => {
    await bench.signIn();
    const { stderr } = await bench.here(["login", "--flow", "code", "--port", "47810"]);
    match(stderr, /Already signed in as .*\nNot used, because of that: --flow, --port\.\n.*demo-auth login --force/);
    const status = JSON.parse((await bench.here(["call", "/nothing", "--json"])).stderr);
    equal(status.error.message.match(/Missing Authentication Token/g).length, 1, "AWS's message is there once");
  });
});

describe("an advised command is typed as this person types it", () => {
  const at = (changes: { argv?: string[]; env?: NodeJS.ProcessEnv; cwd?: string }) =>
    invocationOf({ argv: ["node", "/opt/x/main.js"], env: {}, ...changes, cwd: () => changes.cwd ?? "/" });

  it("npx demo-auth under npm and npx, and in a project that has it", () => {
    equal(at({ env: { npm_command: "exec" } }), "npx demo-auth");
    equal(at({ env: { npm_command: "run-script" } }), "npx demo-auth");
    equal(at({ argv: ["node", join(repository, "cli", "main.ts")], cwd: join(repository, "infra") }), "npx demo-auth");
    const folder = temporaryDirectory();
    mkdirSync(join(folder, "node_modules", ".bin"), { recursive: true });
    symlinkSync("x", join(folder, "node_modules", ".bin", "demo-auth-other"));
    equal(at({ cwd: folder }), "node /opt/x/main.js");
    writeFileSync(join(folder, "node_modules", ".bin", "demo-auth"), "");
    equal(at({ cwd: join(folder, "a") }), "npx demo-auth");
  });

  it("demo-auth where the PATH has it, else Node with the file", () => {
    const folder = temporaryDirectory();
    writeFileSync(join(folder, "demo-auth"), "");
    equal(at({ env: { PATH: `/nonexistent:${folder}` } }), "demo-auth");
    equal(at({ argv: ["node", "/a folder/main.js"], env: { PATH: dirname(folder) } }), "node '/a folder/main.js'");
  });
});
