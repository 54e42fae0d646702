/** Completion: what Tab offers in a real bash, and the scripts of the other shells for a small tree, letter by letter. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { type CommandDescription, describeCommand, type OptionDescription } from "../../cli/command-tree.ts";
import { completionScript } from "../../cli/commands/completion/completion.ts";
import { buildProgram } from "../../cli/program.ts";
import { systemWorld } from "../../cli/shared/world.ts";

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
    ok(script.includes("    @{ Names = @('--json'); Help = 'it''s data'; Values = @(); Takes = $false }\n"));
    ok(
      script.includes(
        "      @{ Names = @('-f', '--flow'); Help = 'OAuth [flow]'; Values = @('implicit', 'code'); Takes = $true }\n",
      ),
    );
  });

  it("knows every command in every shell", () => {
    for (const shell of ["bash", "zsh", "fish", "powershell"] as const) {
      const script = completionScript(shell, tree);
      for (const { name } of tree.commands) ok(script.includes(name), `${name} in ${shell}`);
    }
  });
});
