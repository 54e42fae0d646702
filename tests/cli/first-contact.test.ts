/** Somebody's first minutes: nothing runs, nothing is installed, there is no network; each answer has a hint that works. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildProgram } from "../../cli/program.ts";
import { invocationOf } from "../../cli/shared/invocation.ts";
import { repository } from "../support/shell.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { announce, type Bench, openBench } from "./support/cli.ts";
import { testWorld } from "./support/world.ts";

describe("first contact", function () {
  this.timeout(60_000);
  let bench: Bench;
  before(async () => {
    bench = await openBench();
    bench.fake.cloud.project = { name: "shop", stack: "dev", directory: bench.directory };
    announce(bench.home, bench.fake);
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
  const program = buildProgram(testWorld("/nowhere"));
  const known = program.commands.map((command) => command.name()).filter((name) => !name.startsWith("__"));

  const commands = documentedCommands();
  /** What needs nothing but itself. */
  const needsNothing = /^(help exit-codes|completion bash|use)$/;

  it("finds the commands of README, of the reference and of the guides", () => {
    for (const name of known) ok(commands.includes(name), name);
    for (const command of [
      "call /transactions --query 'transactions[].id'",
      "exec -- ./script.sh",
      "local --project ../your-project --stack dev --watch",
      "login --username ci@example.com --password-stdin",
      "local --host --allow-host auth",
      "completion bash",
    ])
      ok(commands.includes(command), command);
  });

  for (const command of commands) {
    it(`demo-auth ${command}: an answer with a hint that works`, async () => {
      const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare!);
      const { code, stdout, stderr } = await bench.run(words, { env: nothing() });
      ok(!existsSync(join(bench.directory, "it-ran")), "nothing is downloaded");
      for (const [, name = "", flags = ""] of stderr.matchAll(/demo-auth ([a-z]+)((?: --?[\w-]+)*)/g)) {
        const advised = program.commands.find((one) => one.name() === name);
        ok(advised, `${name} in ${stderr}`);
        for (const flag of flags.split(" ").filter(Boolean))
          ok(
            [...advised.options, ...program.options].some(({ long, short }) => [long, short].includes(flag)),
            `${flag} of ${name} in ${stderr}`,
          );
      }
      if (needsNothing.test(command)) return equal(code, 0, stderr);
      // Alone they show what they are for.
      if (["authorizer", "help"].includes(command)) return match(stdout, /^Usage: demo-auth/);
      if (!["doctor", "tour", "config"].includes(words[0]!)) equal(stdout, "");
      ok(code !== 0 && code !== 1, `exit ${code}: ${stderr}`);
      ok(
        stderr.split("\n").some((line) => line.includes("→")),
        stderr,
      );
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

  it("token --decode reads a token that is piped in, and says that no authorizer is asked", async () => {
    const token = [{ alg: "RS256" }, { email: "ada@example.com", exp: 0 }, {}]
      .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
      .join(".");
    const { code, stdout } = await bench.run(["token", "--decode", "--token", "-"], { env: nothing(), stdin: token });
    equal(code, 0);
    match(stdout, /email +ada@example\.com\n/);
    match(stdout, /Authorizer\n {2}is not asked\. No local cloud is running, /);
  });

  it("a wrong word leads to the help of the command that it was typed for", async () => {
    const hint = async (...words: string[]) =>
      /→ How it is used: \S+(?: \S*demo-auth\S*)? (help.*)\n$/.exec((await bench.run(words)).stderr)?.[1];
    equal(await hint("call"), "help call");
    equal(await hint("--target", "local", "authorizer", "test", "--authorizer"), "help authorizer test");
    equal(await hint("completion", "tcsh"), "help completion");
    equal(await hint("--target"), "help");
    for (const words of [["help", "call"], ["help", "authorizer", "test"], ["help", "completion"], ["help"]])
      match((await bench.run(words)).stdout, new RegExp(`^Usage: demo-auth ${words.slice(1).join(" ")}`));
  });

  it("an option for target or account that is empty is refused: a variable that is not set would choose another", async () => {
    for (const option of ["--target", "--profile", "--config", "--client", "--api", "--as"]) {
      for (const words of [
        ["status", option, ""],
        ["token", `${option}=`],
      ]) {
        const { code, stdout, stderr } = await bench.run(words);
        deepEqual([code, stdout], [2, ""], words.join(" "));
        match(stderr, new RegExp(`${option} <\\w+>' argument '' is invalid. It is empty. Give it a value, or leave`));
      }
    }
  });

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

/**
 * Every command line in the code of the documents, with quotes as they are typed. The reference's usage lines stand for the
 * command alone.
 */
function documentedCommands(): string[] {
  const guides = readdirSync(join(repository, "docs")).filter((name) => name.endsWith(".md"));
  const commands = ["README.md", ...guides.map((name) => `docs/${name}`)].flatMap((file) => {
    const text = readFileSync(join(repository, file), "utf8");
    const code = [...text.matchAll(/```[^\n]*\n([\s\S]*?)```|`([^`\n]+)`|(?<=source <\()(demo-auth [^)]+)/g)];
    const lines = code.map(([, block, span, sourced]) => block ?? span ?? sourced).join("\n");
    // Not a path, and not a package of a name that begins alike.
    return [...lines.matchAll(/(?<![\w/.-])demo-auth(?:@[\d.]+)? ((?:'[^'\n]*'|[^#\n&|<>;()'])+)/g)]
      .map(([, words = ""]) => words.replace(/ \[.*$/, "").trim())
      .filter((words) => words !== "" && !/[…·]/.test(words));
  });
  return [...new Set(commands)];
}
