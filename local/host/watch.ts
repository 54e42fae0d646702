/**
 * Watches what the program read, wherever it lies: files, listed folders, links on the way, and places where nothing is yet.
 * What counts is how a path stands when things have settled, so that a file that is written again with the same content
 * changes nothing.
 */
import { createHash } from "node:crypto";
import { type FSWatcher, lstatSync, readdirSync, readFileSync, readlinkSync, statSync, watch } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { markOf, type Read } from "../engine/reads.ts";

/** Editors write in several steps, and a checkout writes many files. */
const SETTLED_AFTER_MS = 25;
/** Sources are smaller; what is larger is not read to see whether it changed. */
const LARGE_FILE_BYTES = 1 << 20;
const IGNORED_NAMES = new Set(["node_modules", ".git"]);
/** What package managers write with each change, in a folder that is not looked into. */
const INSTALLED = ".package-lock.json";

const FIX: Record<string, string> = {
  ENOSPC: "Raise the limit: sudo sysctl fs.inotify.max_user_watches=524288",
  EMFILE: "Raise the limit: sudo sysctl fs.inotify.max_user_instances=1024",
};

export interface SourceWatchOptions {
  /** Folders that are no sources, such as the cloud's own state. */
  ignore: string[];
  /** Hears the absolute paths of what changed since it was read. */
  onChange: (files: string[]) => void;
  /** Hears in a sentence, once, that changes will be missed. */
  onBlindness?: ((warning: string) => void) | undefined;
}

export interface SourceWatch {
  /** Begins to note what one evaluation reads. Another one ends the one before. */
  evaluation(): EvaluationReads;
  close(): void;
}

export interface EvaluationReads {
  note(read: Read): void;
  /** @param complete whether what was noted is all: otherwise what was read before stays watched beside it */
  end(complete: boolean): void;
}

type Aspect = "content" | "listing" | "link";

interface Watched {
  path: string;
  aspect: Aspect;
  state: string;
  /** Of the content that `state` stands for. */
  mark: string;
  isModule: boolean;
}

export function watchSources(options: SourceWatchOptions): SourceWatch {
  return new Watch(options);
}

class Watch implements SourceWatch {
  readonly #options: SourceWatchOptions;
  readonly #ignored: Set<string>;
  /** By aspect and path. */
  #watched = new Map<string, Watched>();
  readonly #folders = new Map<string, FSWatcher>();
  readonly #trees = new Set<string>();
  /** Folders of which something may have changed; `undefined` names stand for any. */
  readonly #suspects = new Map<string, Watched>();
  readonly #changed = new Set<string>();
  #evaluation: Evaluation | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #blind = false;

  constructor(options: SourceWatchOptions) {
    this.#options = options;
    this.#ignored = new Set(options.ignore.map((folder) => resolve(folder)));
  }

  evaluation(): EvaluationReads {
    this.#evaluation?.end(false);
    const evaluation = new Evaluation(this);
    this.#evaluation = evaluation;
    return evaluation;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const watcher of this.#folders.values()) watcher.close();
  }

  /** @returns the keys of what is watched because of it */
  add(path: string, aspect: Exclude<Aspect, "link">, isModule: boolean, mark?: string): string[] {
    const { links, target } = this.#follow(path);
    const keys = links.map((link) => this.#watch(link, "link", false));
    keys.push(this.#watch(target, aspect, isModule, mark));
    return keys;
  }

  /** @returns the keys of all that is below */
  addTree(path: string): string[] {
    const { links, target } = this.#follow(path);
    const keys = links.map((link) => this.#watch(link, "link", false));
    this.#trees.add(target);
    const enter = (folder: string): void => {
      if (this.#isIgnored(folder)) return;
      keys.push(this.#watch(folder, "listing", false));
      for (const { name, kind } of entriesOf(folder)) {
        const inside = join(folder, name);
        if (name === "node_modules") keys.push(this.#watch(join(inside, INSTALLED), "content", false));
        else if (IGNORED_NAMES.has(name)) continue;
        else if (kind === "folder") enter(inside);
        else keys.push(...this.add(inside, "content", false));
      }
    };
    if (kindOf(target) === "folder") enter(target);
    else keys.push(this.#watch(target, "content", false));
    return keys;
  }

  /** How what is watched stands now. */
  stateOf(key: string): string | undefined {
    const watched = this.#watched.get(key);
    return watched && stateOf(watched);
  }

  /** Takes what is there for what was read. */
  accept(key: string): void {
    const watched = this.#watched.get(key);
    if (watched) watched.state = stateOf(watched);
  }

  pathOf = (key: string): string => this.#watched.get(key)?.path ?? "";

  /** Watches these only. */
  keep(keys: Set<string>, trees: Set<string>): void {
    for (const key of [...this.#watched.keys()]) if (!keys.has(key)) this.#watched.delete(key);
    for (const tree of [...this.#trees]) if (!trees.has(tree)) this.#trees.delete(tree);
    const needed = new Set([...this.#watched.values()].map((watched) => this.#folderOf(watched)));
    for (const [folder, watcher] of this.#folders) {
      if (needed.has(folder)) continue;
      watcher.close();
      this.#folders.delete(folder);
    }
  }

  tell(path: string): void {
    this.#changed.add(path);
    this.#settle();
  }

  #watch(path: string, aspect: Aspect, isModule: boolean, mark?: string): string {
    const key = `${aspect} ${path}`;
    if (this.#isIgnored(path)) return key;
    const known = this.#watched.get(key);
    const watched: Watched = known ?? { path, aspect, state: "", mark: "", isModule };
    watched.isModule ||= isModule;
    this.#watched.set(key, watched);
    // The folder is watched before the file is looked at, so that no edit falls between.
    this.#listen(this.#folderOf(watched));
    if (aspect !== "content" || mark === undefined) {
      if (!known) watched.state = stateOf(watched);
    } else if (!known || mark !== watched.mark) {
      watched.state = stateOf(watched);
      if (watched.mark !== mark) {
        // It has changed since the program read it.
        watched.state = `as of ${mark}`;
        this.#suspect(key, watched);
      }
    }
    return key;
  }

  /** Where something is heard of it: its folder, or the nearest one that there is. */
  #folderOf({ path, aspect }: Watched): string {
    let folder = aspect === "listing" && kindOf(path) === "folder" ? path : dirname(path);
    while (kindOf(folder) !== "folder" && folder !== dirname(folder)) folder = dirname(folder);
    return folder;
  }

  #listen(folder: string): void {
    if (this.#folders.has(folder) || this.#closed) return;
    try {
      const watcher = watch(folder, (_event, name) => this.#heard(folder, name));
      watcher.on("error", () => this.#gone(folder));
      this.#folders.set(folder, watcher);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? "";
      if (this.#blind || code === "ENOENT" || code === "ENOTDIR") return;
      this.#blind = true;
      const sentence = `Changes in ${folder} will be missed: ${(error as Error).message}. ${FIX[code] ?? ""}`;
      this.#options.onBlindness?.(sentence.trimEnd());
    }
  }

  #gone(folder: string): void {
    this.#folders.get(folder)?.close();
    this.#folders.delete(folder);
    this.#heard(folder, null);
  }

  #heard(folder: string, name: string | null): void {
    if (this.#closed) return;
    const path = name === null ? folder : join(folder, name);
    for (const [key, watched] of this.#watched) {
      const isIt = watched.path === path || watched.path === folder || watched.path.startsWith(path + sep);
      if (isIt) this.#suspect(key, watched);
    }
  }

  #suspect(key: string, watched: Watched): void {
    this.#suspects.set(key, watched);
    this.#settle();
  }

  #settle(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), SETTLED_AFTER_MS);
  }

  #look(): void {
    const suspects = [...this.#suspects];
    this.#suspects.clear();
    for (const [key, watched] of suspects) {
      if (this.#watched.get(key) !== watched) continue;
      // Folders on the way to it may have come or gone, and a folder may have been replaced by another of its name.
      const folder = this.#folderOf(watched);
      if (folder !== watched.path || !this.#folders.has(folder)) this.#listen(folder);
      const state = stateOf(watched);
      if (state === watched.state) continue;
      const before = watched.state;
      watched.state = state;
      if (this.#evaluation?.awaits(key, watched, before)) continue;
      if (watched.aspect === "listing" && this.#isInTree(watched.path)) this.addTree(watched.path);
      this.#changed.add(watched.path);
    }
    if (this.#changed.size === 0) return;
    const files = [...this.#changed].sort();
    this.#changed.clear();
    this.#options.onChange(files);
  }

  #isInTree = (path: string): boolean => [...this.#trees].some((tree) => isInside(path, tree));

  #isIgnored = (path: string): boolean => [...this.#ignored].some((folder) => isInside(path, folder));

  /** The links on the way to a path, and where they lead. */
  #follow(path: string): { links: string[]; target: string } {
    const links: string[] = [];
    let target = path;
    for (let index = 0, at = 0; index < 64; index++) {
      const next = target.indexOf(sep, at + 1);
      const part = next < 0 ? target : target.slice(0, next);
      const to = linkOf(part);
      if (to === undefined) {
        if (next < 0) break;
        at = next;
        index--;
        continue;
      }
      links.push(part);
      target = resolve(dirname(part), to) + (next < 0 ? "" : target.slice(next));
      at = 0;
    }
    return { links, target };
  }
}

class Evaluation implements EvaluationReads {
  readonly #watch: Watch;
  readonly #keys = new Set<string>();
  readonly #trees = new Set<string>();
  readonly #written = new Set<string>();
  readonly #born = new Set<string>();
  /** How what changed while a child process was at work stood before. */
  readonly #awaiting = new Map<string, string>();
  #hasChildren = false;
  #ended = false;

  constructor(sources: Watch) {
    this.#watch = sources;
  }

  note([kind, path, mark]: Read): void {
    if (this.#ended || kind === "package") return;
    if (kind === "written") {
      this.#written.add(path);
      return;
    }
    if (kind === "born") {
      this.#born.add(path);
      return;
    }
    if (kind === "tree" || kind === "archive") {
      this.#hasChildren ||= kind === "tree";
      if (this.#trees.has(path)) return;
      this.#trees.add(path);
      for (const key of this.#watch.addTree(path)) this.#keys.add(key);
      return;
    }
    const aspect = kind === "listing" ? "listing" : "content";
    for (const key of this.#watch.add(path, aspect, kind === "module", mark)) this.#keys.add(key);
  }

  /**
   * Whether a change may be the program's own doing: its own writes are; what changed while its child processes were at work
   * is judged when it has ended, by whether it stands as it stood before.
   */
  awaits(key: string, watched: Watched, before: string): boolean {
    if (this.#ended) return false;
    if (this.#isWritten(watched.path)) return true;
    if (!this.#hasChildren || watched.isModule) return false;
    if (!this.#awaiting.has(key)) this.#awaiting.set(key, before);
    return true;
  }

  end(complete: boolean): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const key of this.#keys) if (this.#isWritten(this.#watch.pathOf(key))) this.#watch.accept(key);
    for (const [key, before] of this.#awaiting)
      if (this.#watch.stateOf(key) !== before) this.#watch.tell(this.#watch.pathOf(key));
    if (complete) this.#watch.keep(this.#keys, this.#trees);
  }

  #isWritten(path: string): boolean {
    if (this.#hasChildren && this.#born.has(path)) return true;
    for (const own of this.#written) if (isInside(path, own) || dirname(own) === path) return true;
    return false;
  }
}

const isInside = (path: string, folder: string) => path === folder || path.startsWith(folder + sep);

/** Also keeps the mark of what it looked at. */
function stateOf(watched: Watched): string {
  const { path, aspect } = watched;
  if (aspect === "link") return linkOf(path) ?? "absent";
  if (aspect === "listing") {
    const names = entriesOf(path).map(({ name }) => name);
    return kindOf(path) === "folder" ? names.filter((name) => !IGNORED_NAMES.has(name)).join("\0") : "absent";
  }
  try {
    const stat = statSync(path);
    const mark = markOf(stat);
    const isSame = mark === watched.mark && !watched.state.startsWith("as of");
    watched.mark = mark;
    if (isSame || !stat.isFile() || stat.size > LARGE_FILE_BYTES) return isSame ? watched.state : mark;
    return createHash("sha256").update(readFileSync(path)).digest("base64");
  } catch {
    watched.mark = "absent";
    return "absent";
  }
}

function entriesOf(folder: string): { name: string; kind: "file" | "folder" }[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .map((entry) => ({ name: entry.name, kind: entry.isDirectory() ? ("folder" as const) : ("file" as const) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}

function kindOf(path: string): "file" | "folder" | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat && (stat.isDirectory() ? "folder" : "file");
}

function linkOf(path: string): string | undefined {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined;
  } catch {
    return undefined;
  }
}
