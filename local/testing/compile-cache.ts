/** Where the compiled code of evaluations is kept from one run of a project's tests to the next. */
import { existsSync, mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/**
 * It lies where tools of a project keep such things, beside the packages: whoever may write there decides what is run anyway.
 * The first run makes the folder and is spared the filling of it, which takes a third of an evaluation.
 * @returns the folder from the second run on; nothing where packages are not installed in folders, or cannot be written beside
 */
export function compileCacheOf(project: string): string | undefined {
  for (let folder = resolve(project); ; folder = dirname(folder)) {
    const packages = join(folder, "node_modules");
    if (existsSync(packages)) return folderIn(packages);
    if (folder === dirname(folder)) return undefined;
  }
}

function folderIn(packages: string): string | undefined {
  const compiled = join(packages, ".cache", "demo-auth", "compiled");
  if (existsSync(compiled)) return compiled;
  try {
    mkdirSync(compiled, { recursive: true });
  } catch {
    // Nothing depends on it.
  }
  return undefined;
}
