/**
 * Bundles the command line into `dist/`: split into chunks, so that a command loads only what it needs, and with its
 * packages inside, so that the published package installs next to nothing. Runs from npm's `prepare`.
 */
import { readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Packages that cannot be inside a bundle: native code, and what must be the project's own. */
const external = ["@napi-rs/keyring", "@pulumi/pulumi", "@pulumi/aws", "@pulumi/awsx", "esbuild"];

/** @param outdir replaced as a whole */
export async function buildCli(outdir: string): Promise<void> {
  const { version } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
  rmSync(outdir, { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    entryPoints: ["cli/main.ts"],
    outdir,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node24",
    external,
    define: { BUNDLED_VERSION: JSON.stringify(version) },
    chunkNames: "chunks/[name]-[hash]",
    legalComments: "linked",
    logLevel: "warning",
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildCli(`${root}dist`);
