/**
 * Bundles what a test imports of `demo-auth/testing`: as an ES module, as CommonJS for runners that know nothing else, and its
 * types. All of the cloud is elsewhere, in a bundle that the command line shares, and is loaded in another process or when
 * it is asked for.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build, type Plugin } from "esbuild";
import { writeTypes } from "./write-types.ts";

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
  writeTypes(folder, ["types", "cloud-error", "index", "playwright"], join(outdir, "types"));
}
