/** What an evaluation reads beside what its program does: the project's own files, what is installed, and assets. */
import { existsSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import type { ResourceGraph } from "../engine/graph.ts";
import type { Read } from "../engine/reads.ts";
import { Archive, Asset } from "../engine/values.ts";

const LOCK_FILES = ["package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock"];

/** @param directory where `Pulumi.yaml` lies or should lie */
export function projectReads(directory: string, stack: string): Read[] {
  const own = ["Pulumi.yaml", "Pulumi.yml", `Pulumi.${stack}.yaml`, "demo-auth.local.yaml"];
  const paths = own.map((name) => join(resolve(directory), name));
  for (let folder = resolve(directory); ; folder = dirname(folder)) {
    const packages = join(folder, "node_modules");
    paths.push(...["package.json", ...LOCK_FILES].map((name) => join(folder, name)));
    // What npm, pnpm and Yarn write with each change there.
    paths.push(...[".package-lock.json", ".modules.yaml", ".yarn-state.yml"].map((name) => join(packages, name)));
    if (existsSync(packages) || folder === dirname(folder)) break;
  }
  return paths.map((path): Read => ["path", path]);
}

/** @param base the program's working directory, which relative paths start from */
export function assetReads(graph: ResourceGraph, base: string): Read[] {
  const reads: Read[] = [];
  const collect = (value: unknown): void => {
    if (value === null || typeof value !== "object") return;
    if (value instanceof Asset || value instanceof Archive) {
      if (value.path) {
        const path = isAbsolute(value.path) ? value.path : resolve(base, value.path);
        reads.push([value instanceof Archive ? "archive" : "path", path]);
      }
      if (value instanceof Archive) collect(value.assets);
      return;
    }
    for (const item of Object.values(value)) collect(item);
  };
  for (const { inputs } of graph.resources) collect(inputs);
  return reads;
}
