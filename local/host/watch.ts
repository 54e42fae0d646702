/**
 * Watches a project's sources and reloads the cloud when their content changes. Folders are watched one by one, so that
 * `node_modules` costs nothing; a file that is written again with the same content changes nothing, so that a program
 * which writes into its own folder does not run for ever.
 */
import { createHash } from "node:crypto";
import { type FSWatcher, lstatSync, readdirSync, readFileSync, statSync, watch } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import type { LocalCloud } from "../start.ts";
import type { ReadyDocument } from "./ready-document.ts";

const IGNORED_NAMES = new Set(["node_modules", ".git"]);
/** Editors write in several steps, and a checkout writes many files. */
const SETTLED_AFTER_MS = 100;
/** Sources are smaller; what is larger is not read to see whether it changed. */
const LARGE_FILE_BYTES = 1 << 20;

const MEND: Record<string, string> = {
  ENOSPC: "Raise the limit: sudo sysctl fs.inotify.max_user_watches=524288",
  EMFILE: "Raise the limit: sudo sysctl fs.inotify.max_user_instances=1024",
};

export interface WatchOptions {
  directory: string;
  /** Folders that are no sources, such as the cloud's own state. */
  ignore: string[];
  /** Paths of what changed, relative to the directory, before the program is evaluated again. */
  onChange?: (files: string[]) => void;
  onReload: (ready: ReadyDocument) => void;
  /** What ran before keeps running. */
  onFailure: (error: unknown) => void;
  /** Hears in a sentence that changes will be missed. */
  onBlindness?: (warning: string) => void;
}

/** @returns a function that stops the watch */
export function reloadOnChange(reloadCloud: LocalCloud["reload"], options: WatchOptions): () => void {
  const { onChange, onReload, onFailure } = options;
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let reloads = 0;
  let stopped = false;

  const settle = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void reload(), SETTLED_AFTER_MS);
  };
  const reload = async () => {
    if (stopped || changed.size === 0) return;
    // What changes meanwhile takes the place of an evaluation that goes on.
    const mine = ++reloads;
    onChange?.([...changed].sort());
    changed.clear();
    try {
      const ready = await reloadCloud();
      if (!stopped && mine === reloads) onReload(ready);
    } catch (error) {
      if (!stopped && mine === reloads) onFailure(error);
    }
  };

  const heard = (file: string) => {
    changed.add(file);
    settle();
  };
  const stopWatching = watchSources(options.directory, options.ignore, heard, options.onBlindness);
  return () => {
    stopped = true;
    clearTimeout(timer);
    stopWatching();
  };
}

/**
 * @param ignore folders to leave out, beside every `node_modules` and `.git`
 * @param onChange hears each file, relative to the directory, whose content changed, which came or went
 * @param onBlindness hears, once, that the system lets no more folders be watched
 * @returns a function that stops the watch
 */
export function watchSources(
  directory: string,
  ignore: string[],
  onChange: (file: string) => void,
  onBlindness: (warning: string) => void = () => {},
): () => void {
  const root = resolve(directory);
  const ignored = new Set(ignore.map((folder) => resolve(folder)));
  const watchers = new Map<string, FSWatcher>();
  const contents = new Map<string, string>();
  let stopped = false;
  let blind = false;

  const isIgnored = (path: string) =>
    ignored.has(path) ||
    relative(root, path)
      .split(sep)
      .some((name) => IGNORED_NAMES.has(name));

  /** @param fresh whether what is found there is news */
  const look = (path: string, fresh: boolean) => {
    if (stopped || isIgnored(path)) return;
    const kind = kindOf(path);
    if (kind === "folder") return enter(path, fresh);
    if (watchers.has(path)) leave(path);
    const content = kind === "file" ? digestOf(path) : undefined;
    if (content === contents.get(path)) return;
    if (content === undefined) contents.delete(path);
    else contents.set(path, content);
    if (fresh) onChange(relative(root, path));
  };

  const enter = (folder: string, fresh: boolean) => {
    if (watchers.has(folder)) return;
    try {
      const watcher = watch(folder, (_event, name) => {
        if (name !== null) look(join(folder, name), true);
      });
      watcher.on("error", () => leave(folder));
      watchers.set(folder, watcher);
      for (const entry of readdirSync(folder)) look(join(folder, entry), fresh);
    } catch (error) {
      leave(folder);
      // A folder may be gone again by now; anything else is a limit of the system's.
      const code = (error as NodeJS.ErrnoException).code ?? "";
      if (blind || code === "ENOENT" || code === "ENOTDIR") return;
      blind = true;
      onBlindness(`Changes in ${folder} will be missed: ${(error as Error).message}. ${MEND[code] ?? ""}`.trimEnd());
    }
  };

  /** A folder that is gone, with all that was in it. */
  const leave = (folder: string) => {
    const isInside = (path: string) => path === folder || path.startsWith(folder + sep);
    for (const [path, watcher] of watchers) {
      if (!isInside(path)) continue;
      watcher.close();
      watchers.delete(path);
    }
    for (const file of [...contents.keys()].filter(isInside)) {
      contents.delete(file);
      onChange(relative(root, file));
    }
  };

  enter(root, false);
  return () => {
    stopped = true;
    for (const watcher of watchers.values()) watcher.close();
  };
}

/** Links to folders are not followed: they may lead round in a circle, or out of the project. */
function kindOf(path: string): "file" | "folder" | undefined {
  try {
    if (lstatSync(path).isDirectory()) return "folder";
    return statSync(path).isFile() ? "file" : undefined;
  } catch {
    return undefined;
  }
}

function digestOf(file: string): string | undefined {
  try {
    const { size, mtimeMs } = statSync(file);
    if (size > LARGE_FILE_BYTES) return `${size} bytes of ${mtimeMs}`;
    return createHash("sha256").update(readFileSync(file)).digest("base64");
  } catch {
    return undefined;
  }
}
