/**
 * Remembers what a program declared, so that starting again with nothing changed need not evaluate it again.
 *
 * A graph is remembered under everything that it can depend on: the cloud's own code, the Node that runs, the project's
 * files, the installed packages, the config, the environment, and every module that was loaded from elsewhere. What
 * cannot be known (an address that the program fetched, the time of day) is what `--fresh` is for. A program that holds a
 * secret is never remembered, because the secret would lie on disk in clear.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import type { ResourceGraph } from "./graph.ts";
import type { Diagnostic } from "./problems.ts";
import type { Project } from "./project.ts";
import { decode } from "./values.ts";

export interface Remembered {
  graph: ResourceGraph;
  /** What the program warned of, to be said again. */
  warnings: Diagnostic[];
}

interface Entry extends Remembered {
  key: string;
  /** Modules from outside of the project and its packages, with their marks. */
  elsewhere: [file: string, mark: string][];
}

/** Never part of what a program depends on: other people's files, and what the project's tools write. */
const SKIPPED_FOLDERS = new Set(["node_modules", ".git", ".hg", ".svn"]);

/** Beyond this, looking at every file costs more than the evaluation. */
const MOST_FILES = 20_000;

/** Set anew by each shell and by npm for each script; they name no setting of a program's. */
const PASSING_VARIABLES = /^(?:_|PWD|OLDPWD|SHLVL|WINDOWID|COLUMNS|LINES|INIT_CWD|npm_.*)$/;

/**
 * @param project as read from disk, its config decrypted
 * @param environment that the program will see
 * @param ownFolder what the cloud itself writes to, if that lies in the project
 * @returns the key, or `undefined` when this project cannot be remembered
 */
export function graphKey(
  project: Project,
  environment: Record<string, string | undefined>,
  ownFolder?: string,
): string | undefined {
  if (project.secretKeys.length > 0) return undefined;
  const digest = createHash("sha256");
  const add = (part: string) => digest.update(part).update("\0");
  try {
    const own = import.meta.dirname;
    for (const mark of treeMarks(own.endsWith(`${sep}engine`) ? dirname(own) : own)) add(mark);
    add(process.version);
    add(JSON.stringify(project));
    for (const name of Object.keys(environment).sort()) {
      if (!PASSING_VARIABLES.test(name)) add(`${name}=${environment[name]}`);
    }
    for (const mark of treeMarks(project.directory, ownFolder)) add(mark);
    for (const mark of packageMarks(project.workingDirectory)) add(mark);
  } catch {
    return undefined;
  }
  return digest.digest("hex");
}

/** @returns what was remembered under this key, if every module from elsewhere is still the same */
export function recall(file: string, key: string): Remembered | undefined {
  let entry: Entry;
  try {
    entry = JSON.parse(readFileSync(file, "utf8")) as Entry;
  } catch {
    return undefined;
  }
  if (entry.key !== key || entry.elsewhere.some(([path, mark]) => markOf(path) !== mark)) return undefined;
  return { graph: decode(entry.graph) as unknown as ResourceGraph, warnings: entry.warnings };
}

/**
 * Remembers, or forgets what was there before when this may not be kept.
 * @param modules every file that the program loaded
 */
export function remember(file: string, key: string, remembered: Remembered, modules: string[], project: Project): void {
  const elsewhere = modules
    .filter((path) => !path.startsWith(project.directory + sep) && !path.includes(`${sep}node_modules${sep}`))
    .map((path): [string, string] => [path, markOf(path)]);
  const entry: Entry = { key, elsewhere, ...remembered };
  const draft = `${file}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(draft, JSON.stringify(entry), { mode: 0o600 });
    renameSync(draft, file);
  } catch {
    // Not remembering only costs time.
    rmSync(draft, { force: true });
  }
}

/** Any write to a file changes its ctime, even one that sets size and mtime back. */
function markOf(path: string): string {
  const info = statSync(path, { bigint: true, throwIfNoEntry: false });
  return info ? `${path} ${info.ino} ${info.size} ${info.mtimeNs} ${info.ctimeNs}` : `${path} absent`;
}

function treeMarks(folder: string, except?: string): string[] {
  const marks: string[] = [];
  const walk = (directory: string) => {
    for (const entry of readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (SKIPPED_FOLDERS.has(entry.name)) continue;
      const path = join(directory, entry.name);
      if (path === except) continue;
      if (entry.isDirectory()) walk(path);
      else marks.push(markOf(path));
      if (marks.length > MOST_FILES) throw new Error("too many files");
    }
  };
  walk(folder);
  return marks;
}

/** What is installed, in every `node_modules` that the program can see; npm rewrites these files with each change. */
function packageMarks(from: string): string[] {
  const marks: string[] = [];
  for (let folder = from; ; folder = dirname(folder)) {
    for (const name of [".package-lock.json", ".yarn-state.yml", ".yarn-integrity", ".modules.yaml"]) {
      marks.push(markOf(join(folder, "node_modules", name)));
    }
    for (const name of ["package.json", "package-lock.json", "yarn.lock", "pnpm-lock.yaml", "tsconfig.json"]) {
      marks.push(markOf(join(folder, name)));
    }
    if (folder === dirname(folder)) return marks;
  }
}
