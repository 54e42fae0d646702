/**
 * Loaded before a program that is watched: reports what the program reads (`reads.ts`) and changes nothing that the
 * program can notice. Installed packages are left out, unless they are links to somebody's sources. With `?ahead` it first
 * loads the packages that it is told, and waits until it is told to go.
 */
import childProcess from "node:child_process";
import fs from "node:fs";
import {
  createRequire,
  flushCompileCache,
  registerHooks,
  stripTypeScriptTypes,
  syncBuiltinESMExports,
} from "node:module";
import { dirname, extname, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { isMainThread } from "node:worker_threads";
import { markOf, type ReadKind } from "./reads.ts";
import { BUNDLER_FILE, withTracedBundler } from "./trace-bundler.ts";

type Callable = (...given: unknown[]) => unknown;
type Functions = Record<string, Callable | undefined>;

/** Opened by `run-program.ts`. */
const REPORT = 3;
const PACKAGES = `${sep}node_modules${sep}`;
/** What the SDKs are made of, and usual companions: they keep nothing of a project's while they are loaded. */
const LOADED_AHEAD =
  /^(?:@pulumi|@grpc|@opentelemetry|google-protobuf|protobufjs|typescript|ts-node|esbuild|zod)(?:\/|$)/;
/** Runs the program as soon as it is loaded. */
const LAUNCHER = join("@pulumi", "pulumi", "cmd", "run", "index.js");
const EXTENSIONS = ["", ".js", ".json", ".ts", ".tsx", ".mts", ".cts", ".mjs", ".cjs", "/index.js", "/index.ts"];
const NOT_ON_DISK = /^\/(?:proc|sys|dev)(?:\/|$)/;

const { statSync, lstatSync, readSync, realpathSync, writeSync } = fs;
let startedAt = Date.now();
const reported = new Set<string>();
let waiting = "";
const linkedPackages = new Map<string, string | undefined>();

function report(kind: ReadKind, path: string): void {
  const file = kind === "package" ? path : ownSource(path);
  if (file === undefined || NOT_ON_DISK.test(file)) return;
  const key = `${kind} ${file}`;
  if (reported.has(key)) return;
  reported.add(key);
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat && kind === "path" && stat.birthtimeMs > startedAt) report("born", file);
  waiting += `${JSON.stringify([kind, file, markOf(stat)])}\n`;
  // Sources are reported at once: a program may hang as soon as it has read one.
  if (kind !== "package") send();
}

function send(): void {
  const bytes = Buffer.from(waiting);
  waiting = "";
  for (let sent = 0; sent < bytes.length; ) sent += writeSync(REPORT, bytes, sent);
}

/** @returns the path with a linked package's link resolved; `undefined` for what lies in an installed package */
function ownSource(path: string): string | undefined {
  const at = path.lastIndexOf(PACKAGES);
  if (at < 0) return path;
  const from = at + PACKAGES.length;
  const end = path.indexOf(sep, path[from] === "@" ? path.indexOf(sep, from) + 1 : from);
  const folder = end < 0 ? path : path.slice(0, end);
  if (!linkedPackages.has(folder)) linkedPackages.set(folder, linkedTo(folder));
  const target = linkedPackages.get(folder);
  return target === undefined ? undefined : target + path.slice(folder.length);
}

function linkedTo(folder: string): string | undefined {
  try {
    if (!lstatSync(folder).isSymbolicLink()) return undefined;
    const target = realpathSync(folder);
    return target.includes(PACKAGES) ? undefined : target;
  } catch {
    return undefined;
  }
}

/** Whatever goes wrong here, the program is not to notice. */
function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // Then this read is not reported.
  }
}

function pathOf(given: unknown): string | undefined {
  if (typeof given === "string") return resolve(given);
  if (given instanceof URL) return given.protocol === "file:" ? fileURLToPath(given) : undefined;
  return Buffer.isBuffer(given) ? resolve(given.toString()) : undefined;
}

function note(kind: ReadKind, given: unknown): void {
  const path = pathOf(given);
  if (path !== undefined) report(kind, path);
}

/** A function that cannot be told from the one before: same name, length and properties. */
function traced(owner: object, name: string, before: (given: unknown[]) => void): void {
  const functions = owner as Functions;
  const original = functions[name];
  if (typeof original !== "function") return;
  functions[name] = new Proxy(original, {
    apply(target, self, given) {
      quietly(() => before(given));
      return Reflect.apply(target, self, given);
    },
  });
}

function everywhere(name: string, before: (given: unknown[]) => void): void {
  traced(fs, name, before);
  traced(fs, `${name}Sync`, before);
  traced(fs.promises, name, before);
}

const writes = (flags: unknown): boolean =>
  typeof flags === "number"
    ? (flags & (fs.constants.O_WRONLY | fs.constants.O_RDWR)) !== 0
    : /[wa+]/.test(String(flags));
const isRecursive = (options: unknown) => (options as { recursive?: boolean } | null | undefined)?.recursive === true;

function traceFiles(): void {
  for (const name of ["stat", "lstat", "exists", "access", "realpath", "readlink", "readFile"])
    everywhere(name, ([path]) => note("path", path));
  traced(fs, "openAsBlob", ([path]) => note("path", path));
  for (const function_ of [fs.realpath, fs.realpathSync]) traced(function_, "native", ([path]) => note("path", path));
  everywhere("open", ([path, flags]) =>
    note(typeof flags !== "function" && writes(flags ?? "r") ? "written" : "path", path),
  );
  for (const name of ["readdir", "opendir"])
    everywhere(name, ([path, options]) => note(isRecursive(options) ? "tree" : "listing", path));
  everywhere("glob", ([patterns, options]) => {
    const cwd = pathOf((options as { cwd?: unknown } | undefined)?.cwd ?? ".") ?? "";
    for (const pattern of [patterns].flat()) note("tree", resolve(cwd, String(pattern).replace(/[^/]*[*?[{].*$/s, "")));
  });
  for (const name of ["writeFile", "appendFile", "truncate", "unlink", "rm", "rmdir", "mkdir", "utimes"])
    everywhere(name, ([path]) => note("written", path));
  for (const [name, kind] of [
    ["copyFile", "path"],
    ["cp", "tree"],
    ["rename", "written"],
  ] as const)
    everywhere(name, ([from, to]) => {
      note(kind, from);
      note("written", to);
    });
  for (const name of ["symlink", "link"]) everywhere(name, ([, path]) => note("written", path));
}

/** Folders of a command's own, of the files that it names, and the one that it works in. */
function noteCommand(words: string[], options: unknown): void {
  if (words.some((word) => word.startsWith("--service="))) return; // esbuild's own process, which `trace-bundler.ts` follows
  const cwd = pathOf((options as { cwd?: unknown } | undefined)?.cwd ?? ".") ?? process.cwd();
  report("tree", cwd);
  for (const word of words) {
    const path = resolve(cwd, word.slice(word.startsWith("-") ? word.indexOf("=") + 1 : 0));
    const stat = /^[\w@.~/\\-]/.test(word) ? statSync(path, { throwIfNoEntry: false }) : undefined;
    if (stat) report("tree", stat.isDirectory() ? path : dirname(path));
  }
}

function traceChildren(): void {
  const optionsIn = (given: unknown[]) =>
    given.find((value) => value !== null && typeof value === "object" && !Array.isArray(value));
  for (const name of ["spawn", "spawnSync", "execFile", "execFileSync", "fork"])
    traced(childProcess, name, (given) => {
      const [command, args] = given;
      const words = Array.isArray(args) ? args.map(String) : [];
      const options = optionsIn(given);
      const shell = (options as { shell?: unknown } | undefined)?.shell;
      noteCommand(shell || name === "fork" ? [...wordsOf(String(command)), ...words] : words, options);
    });
  for (const name of ["exec", "execSync"])
    traced(childProcess, name, (given) => noteCommand(wordsOf(String(given[0])), optionsIn(given)));
}

const wordsOf = (line: string): string[] => line.match(/[^\s"';&|()<>]+/g) ?? [];

/** What decides how a module of this folder is understood. */
const packageFolders = new Set<string>();
function notePackageFile(folder: string): void {
  if (packageFolders.has(folder)) return;
  packageFolders.add(folder);
  const file = join(folder, "package.json");
  report("path", file);
  if (statSync(file, { throwIfNoEntry: false }) === undefined && folder !== dirname(folder))
    notePackageFile(dirname(folder));
}

function noteModule(url: string): void {
  if (!url.startsWith("file:")) return;
  const file = fileURLToPath(url);
  const at = file.lastIndexOf(PACKAGES);
  if (at >= 0) {
    const name = file.slice(at + PACKAGES.length);
    if (LOADED_AHEAD.test(name) && /\.[cm]?js$/.test(name) && name !== LAUNCHER) report("package", file);
    return;
  }
  if (file.startsWith(import.meta.dirname)) return;
  report("module", file);
  notePackageFile(dirname(file));
}

/** Where a module may turn up that is looked for before the one that was found, or that was not found. */
function noteCandidates(specifier: string, parent: string | undefined): void {
  if (!/^(?:\.{0,2}\/|file:)/.test(specifier)) return;
  const base = specifier.startsWith("file:")
    ? fileURLToPath(specifier)
    : resolve(parent?.startsWith("file:") ? dirname(fileURLToPath(parent)) : process.cwd(), specifier);
  if (base.includes(PACKAGES) || base.startsWith(import.meta.dirname)) return;
  for (const extension of extname(base) === "" ? EXTENSIONS : ["", ".ts"]) report("path", base + extension);
}

function traceModules(): void {
  registerHooks({
    resolve(specifier, context, next) {
      quietly(() => noteCandidates(specifier, context.parentURL));
      const found = next(specifier, context);
      quietly(() => noteModule(found.url));
      return found;
    },
    load(url, context, next) {
      quietly(() => noteModule(url));
      const loaded = next(url, context);
      return url.endsWith(BUNDLER_FILE) ? withTracedBundler(loaded, url, report) : loaded;
    },
  });
  traced(process, "dlopen", ([, file]) => {
    // Native code reads what it likes.
    if (typeof file === "string") report("tree", process.cwd());
  });
}

/** A child process of the program is no part of it, and has other things on this descriptor. */
function leaveNoTrace(): void {
  const own = `--import=${new URL(".", import.meta.url).href}`;
  const others = process.execArgv.filter((argument) => !argument.startsWith(own));
  process.execArgv.splice(0, process.execArgv.length, ...others);
}

/** Blocks the process, so that nothing happens in it before it goes. */
function waitForProgram(): void {
  const require = createRequire(import.meta.url);
  const { noDeprecation } = process;
  // Of packages Node itself says nothing, where it sees that they are at work.
  process.noDeprecation = true;
  for (const file of JSON.parse(nextLine()) as string[]) quietly(() => require(file));
  process.noDeprecation = noDeprecation as boolean;
  if (process.features.typescript === "strip") quietly(prepareForTypes);
  // What is compiled by now need not be written down when somebody waits for the process to end.
  quietly(flushCompileCache);
  quietly(send);
  nextLine();
  startedAt = Date.now();
}

/** Node compiles what removes types when it first meets some. That this is experimental is not to be said here. */
function prepareForTypes(): void {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    stripTypeScriptTypes("");
  } finally {
    process.emitWarning = emitWarning;
  }
}

function nextLine(): string {
  const bytes: number[] = [];
  const byte = Buffer.alloc(1);
  while (byte[0] !== 10) {
    // The cloud has ended.
    if (readSync(REPORT, byte) === 0) process.exit(0);
    bytes.push(byte[0]!);
  }
  return Buffer.from(bytes).toString();
}

traceModules();
traceFiles();
traceChildren();
syncBuiltinESMExports();
process.on("exit", () => quietly(send));
if (isMainThread) {
  leaveNoTrace();
  if (import.meta.url.endsWith("?ahead")) waitForProgram();
}
