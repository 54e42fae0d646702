/**
 * Bundles what a test imports of `demo-auth/testing`: as an ES module, as CommonJS for runners that know nothing else, and its
 * types. All of the cloud is elsewhere, in a bundle that the command line shares, and is loaded in another process or when
 * it is asked for.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build, type Plugin } from "esbuild";
import ts from "typescript";

const folder = fileURLToPath(new URL("../local/testing", import.meta.url));
const ENTRIES = { testing: "index.ts", "testing-playwright": "playwright.ts" };

const controlsElsewhere: Plugin = {
  name: "controls-elsewhere",
  setup({ onResolve }) {
    onResolve({ filter: /\/controls\.ts$/ }, () => ({ path: "./testing-controls.js", external: true }));
  },
};

/** @param outdir beside the command line */
export async function buildTestKit(outdir: string): Promise<void> {
  const shared: BuildOptions = {
    absWorkingDir: folder,
    entryPoints: ENTRIES,
    outdir,
    bundle: true,
    platform: "node",
    target: "node24",
    plugins: [controlsElsewhere],
    logLevel: "warning",
  };
  await Promise.all([
    build({ ...shared, format: "esm" }),
    build({
      ...shared,
      format: "cjs",
      outExtension: { ".js": ".cjs" },
      define: { "import.meta.url": "thisFile" },
      banner: { js: 'const thisFile = require("node:url").pathToFileURL(__filename).href;' },
    }),
  ]);
  writeTypes(join(outdir, "types"));
}

/** Each file's own declarations, for either kind of module. */
function writeTypes(outdir: string): void {
  mkdirSync(outdir, { recursive: true });
  for (const name of ["types", "cloud-error", "index", "playwright"]) {
    const source = readFileSync(join(folder, `${name}.ts`), "utf8");
    const { outputText, diagnostics = [] } = ts.transpileDeclaration(source, {
      fileName: `${name}.ts`,
      compilerOptions: { isolatedDeclarations: true, strict: true, target: ts.ScriptTarget.ES2024 },
    });
    if (diagnostics.length > 0)
      throw new Error(
        diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n")).join("\n"),
      );
    for (const kind of ["ts", "cts"]) {
      const extension = kind === "ts" ? "js" : "cjs";
      writeFileSync(
        join(outdir, `${name}.d.${kind}`),
        outputText.replaceAll(/(from ".\/[\w-]+)\.ts"/g, `$1.${extension}"`),
      );
    }
  }
}
