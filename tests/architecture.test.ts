/** Who may import whom, and who may touch the process: the rules that keep the parts apart. Types count as imports too. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { cruise, type ICruiseResult, type IForbiddenRuleType } from "dependency-cruiser";
import extractTSConfig from "dependency-cruiser/config-utl/extract-ts-config";

const root = join(import.meta.dirname, "..");

/** `path`s are regular expressions over paths from the repository's root. */
const rules: Record<string, IForbiddenRuleType> = {
  "imports nothing in a circle": { from: {}, to: { circular: true } },
  "keeps local, infra, handlers and policy apart from the others": {
    from: { path: "^(local|infra|handlers|policy)/" },
    to: { path: "^(cli|local|infra|handlers|policy)/", pathNot: "^$1/" },
  },
  "lets the command line know nothing of the program": {
    from: { path: "^cli/" },
    to: { path: "^(infra|handlers|policy)/" },
  },
  "lets the command line reach the local cloud only where it runs or shows one": {
    from: { path: "^cli/", pathNot: "^cli/commands/(local|logs|tour)/" },
    // Except for the one filter of all that is written to a terminal, the one way to make folders, and the one meaning of a name.
    to: { path: "^local/", pathNot: "^local/(terminal-text|folders|named)\\.ts$" },
  },
  "keeps the protocol free of commands, targets, sessions and wording": {
    from: { path: "^cli/oauth/" },
    to: { path: "^cli/(commands|wording|targets|sessions)/|node_modules/commander/" },
  },
  "keeps sessions free of commands, targets and wording": {
    from: { path: "^cli/sessions/" },
    to: { path: "^cli/(commands|wording|targets)/|node_modules/commander/" },
  },
  "keeps the product's words out of the protocol and of sessions": {
    from: { path: "^cli/(oauth|sessions)/" },
    to: { path: "^cli/shared/(errors|next-step|command-context)" },
  },
  "keeps targets free of commands and wording": {
    from: { path: "^cli/targets/" },
    to: { path: "^cli/(commands|wording)/" },
  },
  "keeps what is shared free of what shares it": {
    from: { path: "^cli/shared/" },
    to: { path: "^cli/(commands|wording|oauth|sessions)/" },
  },
  "keeps wording free of commands and targets": {
    from: { path: "^cli/wording/" },
    to: { path: "^cli/(commands|targets)/" },
  },
  "lets what makes folders know nothing": { from: { path: "^local/folders\\.ts$" }, to: { path: "^(cli|local)/" } },
  "lets what a name means know nothing": { from: { path: "^local/named\\.ts$" }, to: {} },
  "lets the model know nothing": { from: { path: "^local/model" }, to: { pathNot: "^local/model/" } },
  "lets the model be read as one": {
    from: { path: "^(local|cli)/", pathNot: "^local/model" },
    to: { path: "^local/model/" },
  },
  "lets the standard attributes know the model only": {
    from: { path: "^local/standard-attributes\\.ts$" },
    to: { pathNot: "^local/model\\.ts$" },
  },
  "lets the engine know nothing of AWS and of what is served": {
    from: { path: "^local/engine/" },
    to: { path: "^local/", pathNot: "^local/(engine|processes)/|^local/folders\\.ts$" },
  },
  "lets the resource types know the engine and the model only": {
    from: { path: "^local/resources/" },
    to: {
      path: "^local/",
      pathNot:
        "^local/(resources|engine)/|^local/(model|standard-attributes|integration-target|loopback-hosts|folders)\\.ts$",
    },
  },
  "lets a service read the model and nothing else of the program": {
    from: { path: "^local/(cognito|apigateway|lambda|dynamodb|parameters|s3)/" },
    to: { path: "^local/(engine|resources|host|console|start)" },
  },
  "keeps services apart: what one asks of another is handed in": {
    from: { path: "^local/(cognito|apigateway|lambda|dynamodb|parameters|s3)/" },
    to: { path: "^local/(cognito|apigateway|lambda|dynamodb|parameters|s3)/", pathNot: "^local/$1/" },
  },
  "loads the client of identity providers when somebody signs in with one": {
    from: { path: "^local/" },
    to: { path: "^local/cognito/federation/relying-party\\.ts$", dynamic: false },
  },
  "lets the host know nothing of the console": {
    from: { path: "^local/host/" },
    to: { path: "^local/console/" },
  },
};

interface Source {
  /** From the repository's root, with `/`. */
  path: string;
  text: string;
}

function sourcesOf(folder: string): Source[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ path: relative(root, file).split(sep).join("/"), text: readFileSync(file, "utf8") }));
}

describe("the parts of the project", function () {
  this.timeout(60_000);
  let result: ICruiseResult;
  before(async () => {
    const forbidden = Object.entries(rules).map(([name, rule]) => ({ severity: "error" as const, ...rule, name }));
    const { output } = await cruise(
      ["cli", "local", "infra", "handlers", "policy"],
      {
        baseDir: root,
        tsPreCompilationDeps: true,
        doNotFollow: { path: "node_modules" },
        validate: true,
        ruleSet: { forbidden },
      },
      undefined,
      { tsConfig: extractTSConfig(join(root, "tsconfig.json")) },
    );
    result = output as ICruiseResult;
  });

  it("are all looked at", () => {
    const looked = new Set(result.modules.map(({ source }) => source));
    for (const { path } of ["cli", "local", "infra"].flatMap(sourcesOf)) assert.ok(looked.has(path), path);
  });

  for (const name of Object.keys(rules)) {
    it(name, () => {
      const broken = result.summary.violations.filter(({ rule }) => rule.name === name);
      const lines = broken.map(({ from, to, cycle }) =>
        [from, ...(cycle?.map((step) => step.name) ?? [to])].join(" → "),
      );
      assert.deepEqual(lines, []);
    });
  }

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
