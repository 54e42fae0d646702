/** Who may import whom, and who may touch the process: the rules that keep the parts apart. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { cruise, type IForbiddenRuleType } from "dependency-cruiser";

const root = join(import.meta.dirname, "..");

interface Source {
  /** From the repository's root, with `/`. */
  path: string;
  text: string;
  /** What it imports: a path in the repository, or a package. Types do not count: they are gone when it runs. */
  imports: string[];
}

function sourcesOf(folder: string): Source[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      const text = readFileSync(file, "utf8");
      const found = text.matchAll(
        /^(?:import|export)\s(?!type\b)[^;]*?from\s+"([^"]+)"|^import "([^"]+)"|\bimport\("([^"]+)"\)/gms,
      );
      const imports = [...found].map(([, from, bare, lazy]) => from ?? bare ?? lazy ?? "");
      return { path: slashes(relative(root, file)), text, imports: imports.map((name) => absolute(file, name)) };
    });
}

const slashes = (path: string) => path.split(sep).join("/");
const absolute = (file: string, name: string) =>
  name.startsWith(".") ? slashes(relative(root, resolve(dirname(file), name))) : name;

const folders = ["infra", "handlers", "cli", "local", "policy"];
const imports = (source: Source, folder: string) => source.imports.filter((name) => name.startsWith(`${folder}/`));

/** Import cycles in a folder and breaches of its rules, types and lazy imports included. */
async function violations(folder: string, rules: IForbiddenRuleType[]): Promise<string[]> {
  const { output } = await cruise([folder], {
    baseDir: root,
    includeOnly: { path: `^${folder}/` },
    tsPreCompilationDeps: true,
    validate: true,
    ruleSet: { forbidden: [{ name: "no cycle", severity: "error", from: {}, to: { circular: true } }, ...rules] },
  });
  assert.ok(typeof output === "object" && output.modules.length > 1, `nothing was read in ${folder}`);
  return output.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);
}

describe("the parts of the project", () => {
  it("stay apart: local, infra, handlers and policy import nothing of the others", () => {
    const allowed: Record<string, string[]> = { infra: [], handlers: [], local: [], policy: [] };
    for (const [folder, others] of Object.entries(allowed)) {
      for (const source of sourcesOf(folder)) {
        for (const other of folders.filter((name) => name !== folder && !others.includes(name))) {
          assert.deepEqual(imports(source, other), [], source.path);
        }
      }
    }
  });

  it("let the command line reach the local cloud only where it runs one", () => {
    const reaching = sourcesOf("cli").filter((source) => imports(source, "local").length > 0);
    assert.deepEqual(reaching.map(({ path }) => path).sort(), [
      "cli/commands/local/local-cloud.ts",
      "cli/commands/local/local-display.ts",
    ]);
    for (const folder of ["infra", "handlers", "policy"]) {
      for (const source of sourcesOf("cli")) assert.deepEqual(imports(source, folder), [], source.path);
    }
  });

  it("keep sign-in and sessions free of commands and of commander", () => {
    for (const source of [...sourcesOf("cli/oauth"), ...sourcesOf("cli/sessions")]) {
      assert.deepEqual(imports(source, "cli/commands"), [], source.path);
      assert.ok(!source.imports.includes("commander"), source.path);
    }
  });

  it("hold no import cycle in the command line, and its parts keep their layers, types included", async function () {
    this.timeout(120_000);
    const keep = (part: string, others: string): IForbiddenRuleType => ({
      name: `cli/${part}`,
      severity: "error",
      from: { path: `^cli/${part}/` },
      to: { path: `^cli/${others}/` },
    });
    assert.deepEqual(
      await violations("cli", [
        keep("oauth", "(commands|wording|targets|sessions)"),
        keep("sessions", "(commands|wording|targets)"),
        keep("targets", "(commands|wording)"),
        keep("shared", "(commands|wording|oauth|sessions)"),
        keep("wording", "(commands|targets)"),
        {
          name: "no words of the product in the protocol",
          severity: "error",
          from: { path: "^cli/(oauth|sessions)/" },
          to: { path: "^cli/shared/(errors|next-step|command-context)" },
        },
      ]),
      [],
    );
  });

  it("load heavy things only in the command that needs them", () => {
    const wiring = sourcesOf("cli/commands").filter(({ path }) => path.endsWith("-command.ts"));
    const light = ["cli/main.ts", "cli/program.ts", ...wiring.map(({ path }) => path)];
    for (const source of sourcesOf("cli").filter(({ path }) => light.includes(path))) {
      const eager = source.text.matchAll(/^import\s(?!type\b)[^;]*?from\s+"([^"]+)"/gms);
      const heavy = [...eager]
        .map(([, name]) => name!)
        .filter((name) => /local-cloud|tour\/tour\.ts|aws-jwt-verify|^open$/.test(name));
      assert.deepEqual(heavy, [], source.path);
    }
  });

  it("touch the process in one file of the command line only", () => {
    for (const { path, text } of sourcesOf("cli").filter(({ path }) => path !== "cli/shared/world.ts")) {
      assert.doesNotMatch(text, /\bprocess\.(?:env|argv|exit|stdout|stderr|stdin|cwd|platform)\b/, path);
    }
  });
});
