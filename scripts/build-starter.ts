/**
 * Makes the template of `demo-auth init` of this repository's own files, so that it cannot drift from them. Project and
 * description are the placeholders of Pulumi's templates.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (name: string) => readFileSync(join(root, name), "utf8");

/** npm publishes no file of the name .gitignore: `demo-auth init` gives it that name, and who takes `pulumi new` is told. */
const QUICKSTART = 'quickstart: "One file has to be renamed: mv gitignore .gitignore"';

/** @param outdir replaced file by file */
export function buildStarter(outdir: string): void {
  for (const folder of ["infra", "handlers", "policy"]) {
    cpSync(join(root, folder), join(outdir, folder), { recursive: true });
  }
  for (const [name, text] of Object.entries(starterFiles())) {
    mkdirSync(dirname(join(outdir, name)), { recursive: true });
    writeFileSync(join(outdir, name), text);
  }
}

function starterFiles(): Record<string, string> {
  const own = Object.fromEntries(
    readdirSync(join(root, "scripts/starter")).map((name) => [name, read(`scripts/starter/${name}`)]),
  );
  return {
    "README.md": own["README.md"]!,
    "tests/access.test.ts": own["access.test.ts"]!,
    ".github/workflows/check.yml": own["check.yml"]!,
    gitignore: "node_modules\n.pulumi\n",
    "package.json": manifest(),
    "tsconfig.json": `${JSON.stringify(compilerOptions(), null, 2)}\n`,
    "policy/package.json": read("policy/package.json").replace("demo-auth-policy", "${PROJECT}-policy"),
    "Pulumi.yaml": read("Pulumi.yaml")
      .replace(/^name: .*$/m, "name: ${PROJECT}")
      .replace(/^description: .*$/m, "description: ${DESCRIPTION}")
      .replace(/^# Written by .*\n(?:#.*\n)*/m, "")
      // Shown by `pulumi new` when it is done, which copies files under the names that they have.
      .replace(/^template:\n/m, `template:\n  ${QUICKSTART}\n`),
    "Pulumi.dev.yaml": stackFile("dev", "# For learning and building. Every setting: infra/settings/table.ts."),
    "Pulumi.prod.yaml": stackFile("prod", "# For other people's data. Every setting: infra/settings/table.ts."),
  };
}

/**
 * A stack file without the tutorial's own names and choices. Its keys have no project before them, which is the same to Pulumi:
 * `pulumi new` puts an end of line after a name that it fills in, and a key would be cut in two.
 */
function stackFile(stack: string, comment: string): string {
  const lines = read(`Pulumi.${stack}.yaml`).split("\n").slice(1);
  const end = lines.findIndex((line) => line.startsWith("  demo-auth:userPoolName"));
  const kept = end === -1 ? lines : [...lines.slice(0, end), ""];
  return [comment, ...kept].join("\n").replaceAll("  demo-auth:", "  ").replaceAll("demo-auth", "${PROJECT}");
}

function manifest(): string {
  const { version, allowScripts, devDependencies } = JSON.parse(read("package.json"));
  const pick = (...names: string[]) => Object.fromEntries(names.map((name) => [name, devDependencies[name]]));
  const text = {
    name: "${PROJECT}",
    private: true,
    type: "module",
    // No `engines`: npm would hold them against the Node of the machine, and the project brings its own.
    scripts: { start: "demo-auth local", test: "tsc -p . && node --test tests/*.test.ts" },
    dependencies: pick("@pulumi/aws", "@pulumi/awsx", "@pulumi/pulumi", "esbuild", "zod"),
    devDependencies: {
      ...pick("@pulumi/policy", "@types/node"),
      "demo-auth": version,
      ...pick("node", "pulumi", "typescript"),
    },
    allowScripts,
  };
  return `${JSON.stringify(text, null, 2)}\n`;
}

function compilerOptions(): object {
  const { compilerOptions: options } = JSON.parse(read("tsconfig.json"));
  const { incremental, tsBuildInfoFile, ...kept } = options;
  return {
    compilerOptions: { ...kept, types: ["node"] },
    include: ["infra", "handlers", "policy", "tests"],
  };
}
