/** Completion: what Tab offers in a real bash, and the scripts of the other shells for a small tree, letter by letter. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type CommandDescription, describeCommand, type OptionDescription } from "../../cli/command-tree.ts";
import { completionScript } from "../../cli/commands/completion/completion.ts";
import { buildProgram } from "../../cli/program.ts";
import { systemWorld } from "../../cli/shared/world.ts";
import { type Bench, builtCli, openBench } from "./support/cli.ts";

const option = (
  flags: string,
  description: string,
  choices: string[] = [],
  takesValue = choices.length > 0,
): OptionDescription => {
  const names = flags.split(", ");
  return {
    flags,
    short: names.find((name) => /^-[^-]/.test(name)),
    long: names.find((name) => name.startsWith("--"))!,
    description,
    takesValue,
    choices,
    defaultValue: undefined,
    env: undefined,
  };
};

const small: CommandDescription = {
  name: "demo-auth",
  summary: "",
  description: "",
  usage: "",
  choices: [],
  options: [option("--json", "it's data")],
  commands: [
    {
      name: "login",
      summary: "sign in: now",
      description: "",
      usage: "",
      choices: [],
      options: [option("-f, --flow", "OAuth [flow]", ["implicit", "code"])],
      commands: [],
    },
  ],
};

describe("completion", () => {
  const tree = describeCommand(buildProgram(systemWorld()));

  describe("in bash", () => {
    const script = completionScript("bash", tree);
    const complete = (...words: string[]): string[] => {
      const list = words.map((word) => `'${word}'`).join(" ");
      const ask = `COMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}; _demo_auth; printf '%s\\n' "\${COMPREPLY[@]}"`;
      return execFileSync("bash", ["-c", `${script}\n${ask}`], { encoding: "utf8" })
        .trim()
        .split("\n")
        .filter(Boolean);
    };

    it("offers commands, and those that begin as typed", () => {
      deepEqual(
        complete("demo-auth", ""),
        tree.commands.map(({ name }) => name),
      );
      deepEqual(complete("demo-auth", "logi"), ["login"]);
    });
    it("offers a command's own options and the common ones", () => {
      deepEqual(complete("demo-auth", "login", "--f"), ["--flow", "--force"]);
      deepEqual(complete("demo-auth", "call", "--js"), ["--json"]);
    });
    it("offers an option's values", () => {
      deepEqual(complete("demo-auth", "login", "--flow", ""), ["implicit", "code"]);
      deepEqual(complete("demo-auth", "completion", ""), ["bash", "zsh", "fish", "powershell"]);
    });
    it("offers the commands of a command, and their options", () => {
      deepEqual(complete("demo-auth", "authorizer", ""), ["test"]);
      deepEqual(complete("demo-auth", "authorizer", "test", "--tok"), ["--token"]);
    });
    it("does not take an option's value for the command", () => {
      deepEqual(complete("demo-auth", "--target", "login", "sta"), ["status"]);
    });
    it("leaves the words after -- alone", () => {
      deepEqual(complete("demo-auth", "exec", "--", "l"), []);
    });
  });

  it("writes for zsh", () => {
    const script = completionScript("zsh", small);
    match(script, /^#compdef demo-auth\n/);
    ok(script.includes("      '--json[it'\\''s data]' \\\n"));
    ok(script.includes("      'login:sign in\\: now'\n"));
    ok(
      script.includes(
        "      '-f[OAuth \\[flow\\]]:value:(implicit code)' \\\n      '--flow[OAuth \\[flow\\]]:value:(implicit code)' \\\n",
      ),
    );
  });

  it("writes for fish", () => {
    equal(
      completionScript("fish", small),
      `# demo-auth completion for fish. Load it with: demo-auth completion fish | source
complete -c demo-auth -f
complete -c demo-auth -l json -d 'it\\'s data'
complete -c demo-auth -n __fish_use_subcommand -a login -d 'sign in: now'
complete -c demo-auth -n '__fish_seen_subcommand_from login' -l flow -s f -x -a 'implicit code' -d 'OAuth [flow]'
`,
    );
  });

  it("writes for PowerShell", () => {
    const script = completionScript("powershell", small);
    ok(script.includes("    @{ Names = @('--json'); Help = 'it''s data'; Values = @(); Ask = ''; Takes = $false }\n"));
    ok(
      script.includes(
        "      @{ Names = @('-f', '--flow'); Help = 'OAuth [flow]'; Values = @('implicit', 'code'); Ask = ''; Takes = $true }\n",
      ),
    );
  });

  it("asks for paths, targets and profiles in every shell", () => {
    const asks = {
      bash: [
        "    *:--target) _demo_auth_ask targets; return ;;",
        "    call:[!-]*|call:) _demo_auth_ask paths; return ;;",
      ],
      zsh: ["      '--target[", ":value:{_demo_auth_ask targets}'", "'1:value:{_demo_auth_ask paths}' ;;"],
      fish: [
        "complete -c demo-auth -n '__fish_seen_subcommand_from call' -a '(demo-auth __complete paths -- (commandline -opc)[2..-1] 2>/dev/null)'\n",
        "complete -c demo-auth -l profile -s p -x -a '(demo-auth __complete profiles -- (commandline -opc)[2..-1] 2>/dev/null)' -d ",
      ],
      powershell: ["'call' = @{ Help = ", "Words = @(); Ask = 'paths'; Options", "Ask = 'targets'; Takes = $true"],
    };
    for (const [shell, parts] of Object.entries(asks)) {
      const script = completionScript(shell as keyof typeof asks, tree);
      for (const part of parts) ok(script.includes(part), `${shell}: ${part}`);
    }
  });

  it("knows every command in every shell", () => {
    for (const shell of ["bash", "zsh", "fish", "powershell"] as const) {
      const script = completionScript(shell, tree);
      for (const { name } of tree.commands) ok(script.includes(name), `${name} in ${shell}`);
    }
  });
});

describe("completion of what no script can hold", function () {
  this.timeout(60_000);
  let bench: Bench;
  before(async () => {
    bench = await openBench();
    writeFileSync(join(bench.directory, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
    for (const stack of ["dev", "prod"]) writeFileSync(join(bench.directory, `Pulumi.${stack}.yaml`), "");
  });
  after(() => bench.close());

  const announceRoutes = (routes: unknown, name = "running", stack = "dev") => {
    const folder = join(bench.home, "local", "running");
    mkdirSync(folder, { recursive: true });
    const project = { name: "shop", stack, directory: bench.directory };
    const cloud = { pid: process.pid, console: bench.fake.console, project, routes, startedAt: Date.now() };
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(cloud), { mode: 0o600 });
  };
  const ask = async (kind: string, ...words: string[]) => {
    const { code, stdout, stderr } = await bench.here(["__complete", kind, "--", ...words]);
    deepEqual([code, stderr], [0, ""]);
    return stdout.split("\n").slice(0, -1);
  };

  it("lists a running cloud's paths as far as their first parameter, from its run file and without a request", async () => {
    announceRoutes([
      { method: "GET", path: "/transactions" },
      { method: "POST", path: "/transactions" },
      { method: "GET", path: "/orders/{id}/items" },
      { method: "ANY", path: "/{proxy+}" },
    ]);
    const before = bench.fake.requests.length;
    deepEqual(await ask("paths", "call"), ["/", "/orders/", "/transactions"]);
    equal(bench.fake.requests.length, before);
  });

  it("lists the paths of a stack as they were read last, and runs no Pulumi for others", async () => {
    const bin = join(bench.directory, "..", "bin");
    const ran = join(bench.directory, "pulumi-ran");
    const outputs = { ...(bench.fake.cloud.outputs as object), routes: [{ method: "GET", path: "/of-prod" }] };
    writeFileSync(join(bin, "pulumi"), `#!/bin/sh\ntouch ${ran}\nprintf '%s' '${JSON.stringify(outputs)}'\n`);
    chmodSync(join(bin, "pulumi"), 0o755);
    deepEqual(await ask("paths", "call", "--target", "prod"), []);
    ok(!existsSync(ran));
    equal((await bench.here(["use", "prod"])).code, 0);
    ok(existsSync(ran));
    deepEqual(await ask("paths", "call"), ["/of-prod"]);
    deepEqual(await ask("paths", "--target=prod", "call"), ["/of-prod"]);
    deepEqual(await ask("paths", "--target", "local", "call"), ["/", "/orders/", "/transactions"]);
    equal((await bench.here(["use", "--clear"])).code, 0);
  });

  it("lists targets: local clouds by their stack where several run, stacks of the project, a demo-auth.json", async () => {
    deepEqual(await ask("targets", "use"), ["local", "dev", "prod"]);
    announceRoutes([], "second", "prod");
    writeFileSync(join(bench.directory, "demo-auth.json"), "{}");
    deepEqual(await ask("targets"), ["local", "local:dev", "local:prod", "file", "dev", "prod"]);
  });

  it("offers nothing that a shell would take apart, and nothing where something cannot be read", async () => {
    const routes = ["/a$(touch x)", "/b`x`", "/c d", "/e;f", "/g\nh", "/i\u202ej", "/k"].map((path) => ({
      method: "GET",
      path,
    }));
    writeFileSync(join(bench.directory, "demo-auth.json"), JSON.stringify({ routes }));
    deepEqual(await ask("paths", "call"), ["/k"]);
    writeFileSync(join(bench.directory, "demo-auth.json"), "{");
    deepEqual(await ask("paths", "call"), []);
    deepEqual(await ask("nosuch"), []);
    writeFileSync(join(bench.directory, "demo-auth.json"), "{}");
  });

  if (process.platform === "linux") {
    it("is what Tab does in a bash with a terminal", async () => {
      announceRoutes([
        { method: "GET", path: "/transactions" },
        { method: "GET", path: "/orders/{id}" },
      ]);
      writeFileSync(join(bench.directory, "demo-auth.json"), "{}");
      const entry = await builtCli();
      const bin = join(bench.directory, "typed-bin");
      mkdirSync(bin);
      // Completes as the real one does, and otherwise says what it was called with.
      writeFileSync(
        join(bin, "demo-auth"),
        `#!/bin/sh\ncase "$1" in __complete) exec ${process.execPath} ${entry} "$@";; esac\nprintf 'ran'; printf '<%s>' "$@"; echo\n`,
        { mode: 0o755 },
      );
      writeFileSync(
        join(bin, "rc"),
        `PS1='$ '\n${completionScript("bash", describeCommand(buildProgram(systemWorld())))}`,
      );
      const typed = [
        "demo-auth --target local:dev call /tr\t-i",
        "demo-auth --target=local:dev call /or\t7",
        "demo-auth call -i --target local:p\t/x",
        "demo-auth use pr\t",
        "demo-auth call --tar\tfi\t/y",
        "demo-auth login --flow=im\t--target=pr\t",
        "exit",
      ];
      const { stdout } = spawnSync("script", ["-qec", `bash --noprofile --rcfile ${join(bin, "rc")} -i`, "/dev/null"], {
        cwd: bench.directory,
        env: { ...bench.env, PATH: `${bin}:${process.env.PATH}`, TERM: "dumb" },
        input: typed.map((line) => `${line}\n`).join(""),
        encoding: "utf8",
        timeout: 50_000,
      });
      deepEqual(
        [...stdout.matchAll(/ran(<.*>)/g)].map(([, words]) => words),
        [
          "<--target><local:dev><call></transactions><-i>",
          "<--target=local:dev><call></orders/7>",
          "<call><-i><--target><local:prod></x>",
          "<use><prod>",
          "<call><--target><file></y>",
          "<login><--flow=implicit><--target=prod>",
        ],
        stdout,
      );
    });
  }
});
