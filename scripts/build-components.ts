/**
 * Bundles the Pulumi components that other programs import as `demo-auth/infra`: as an ES module and as CommonJS, with types.
 * Pulumi and esbuild are the importing program's own, because there must be one Pulumi in a program.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build } from "esbuild";
import { writeTypes } from "./write-types.ts";

const folder = fileURLToPath(new URL("../infra", import.meta.url));

/** @param outdir beside the command line */
export async function buildComponents(outdir: string): Promise<void> {
  const shared: BuildOptions = {
    absWorkingDir: folder,
    entryPoints: { infra: "components.ts" },
    outdir,
    bundle: true,
    packages: "external",
    platform: "node",
    target: "node22",
    logLevel: "warning",
  };
  await Promise.all([
    build({ ...shared, format: "esm" }),
    build({ ...shared, format: "cjs", outExtension: { ".js": ".cjs" } }),
  ]);
  const files = [
    "addresses",
    "component",
    "components",
    "function",
    "logs",
    "openapi",
    "protected-api",
    "route-table",

    "user-directory",
  ];
  writeTypes(folder, files, join(outdir, "infra"));
}
