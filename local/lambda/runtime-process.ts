/**
 * The process of an execution environment, from its start to its end. Which code it is to load is told to it later, so that one
 * that was started for a function can wait, and run what that function has become.
 */
import { type ChildProcess, spawn } from "node:child_process";
import type { Duplex } from "node:stream";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import type { FunctionModel } from "../model.ts";
import { endProcess } from "../processes/end-process.ts";
import { reapWithUs } from "../processes/reaper.ts";
import { environmentVariables } from "./environment-variables.ts";
import type { FunctionSurroundings } from "./function-surroundings.ts";
import { CHANNEL_FD, type RuntimeSettings } from "./protocol.ts";

/** Where the runtime's own sources need not be compiled anew for every process; a bundle has little to compile. */
const COMPILE_CACHE: Record<string, string> = import.meta.url.endsWith(".ts")
  ? { NODE_COMPILE_CACHE: fileURLToPath(new URL("../../node_modules/.cache/lambda-runtime", import.meta.url)) }
  : {};

/** In a bundle the runtime is an entry point of its own, beside the others. */
const BOOTSTRAP = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "./runtime/bootstrap.ts" : "./lambda-runtime.js", import.meta.url),
);

/** Lambda's own folders, which would lead the process itself astray. */
const AFTER_START = new Set(["LD_LIBRARY_PATH", "NODE_PATH"]);
/** What Node and the C library have read by the time that a process could be told otherwise. */
const READ_AT_START =
  /^(?:NODE_(?!PATH$|COMPILE_CACHE$)|UV_|TZ$|LANG$|LC_|ICU_|SSL_|OPENSSL_|MALLOC_|LD_(?!LIBRARY_PATH$))/;
/** Of these, what is never a file's name, although it has a slash or a dot. */
const NO_FILE = /^(?:TZ|LANG|LC_\w+)$/;
/** Options of Node's that load nothing: switches and numbers. */
const LOADS_NOTHING = /^(?:\s*--(?!require|import|env-file|[\w-]*(?:loader|config))[\w-]+(?:=\d+)?)*\s*$/;

/**
 * Whether its process reads files as it starts, such as modules that `NODE_OPTIONS` preloads: they may be others by the time
 * that it is told which code to load, and what they have run cannot be undone.
 */
export function readsFilesAtStart({ environment }: FunctionModel): boolean {
  return Object.entries(environment).some(([name, value]) => {
    if (!READ_AT_START.test(name) || NO_FILE.test(name)) return false;
    return name === "NODE_OPTIONS" ? !LOADS_NOTHING.test(value) : /[/\\.]/.test(value);
  });
}

export class RuntimeProcess {
  readonly child: ChildProcess;
  readonly channel: Duplex;
  readonly logStreamName: string;
  readonly #name: string;
  readonly #version: string;
  readonly #flags: readonly string[];
  /** As it was started. */
  readonly #variables: Readonly<Record<string, string>>;
  /** Only what this process started has it in its environment. */
  readonly #mark: string;
  readonly #takeBack: () => void;

  constructor(model: FunctionModel, logStreamName: string, surroundings: FunctionSurroundings) {
    this.logStreamName = logStreamName;
    this.#name = model.name;
    this.#version = model.version;
    this.#flags = flagsFor(model);
    const wanted = Object.entries(environmentVariables(model, logStreamName, surroundings));
    this.#variables = { ...COMPILE_CACHE, ...Object.fromEntries(wanted.filter(([name]) => !AFTER_START.has(name))) };
    this.child = spawn(process.execPath, [...this.#flags, BOOTSTRAP], {
      cwd: model.codeDirectory,
      env: this.#variables,
      stdio: ["ignore", "pipe", "pipe", "pipe"],
      // A group of its own, so that what the function started ends with it, and Ctrl-C reaches the cloud first.
      detached: process.platform !== "win32",
      windowsHide: true,
    });
    // Whoever runs code in it hears of it, too; nobody needs to while it waits.
    this.child.on("error", () => {});
    this.channel = this.child.stdio[CHANNEL_FD] as Duplex;
    // A write to a process that has just died is reported by its exit.
    this.channel.on("error", () => {});
    this.#mark = /\w*$/.exec(logStreamName)![0];
    const { pid } = this.child;
    this.#takeBack = pid === undefined ? () => {} : reapWithUs(pid, this.#mark);
  }

  /** Whether nothing that it was started with is another for this function, but for what it can still be told. */
  suits(model: FunctionModel, surroundings: FunctionSurroundings): boolean {
    const { pid, exitCode, signalCode } = this.child;
    return (
      pid !== undefined &&
      exitCode === null &&
      signalCode === null &&
      model.name === this.#name &&
      model.version === this.#version &&
      isDeepStrictEqual(flagsFor(model), this.#flags) &&
      !readsFilesAtStart(model) &&
      !Object.keys(this.lateVariables(model, surroundings)).some((name) => READ_AT_START.test(name))
    );
  }

  /** What the function is to find in its environment, where the process has been started with something else. */
  lateVariables(model: FunctionModel, surroundings: FunctionSurroundings): RuntimeSettings["lateVariables"] {
    const wanted = environmentVariables(model, this.logStreamName, surroundings);
    const gone = Object.keys(this.#variables).filter((name) => !(name in wanted));
    const changed = Object.entries(wanted).filter(([name, value]) => value !== this.#variables[name]);
    return Object.fromEntries([...gone.map((name) => [name, null] as const), ...changed]);
  }

  /** With everything that it has started. */
  end(): void {
    const { pid } = this.child;
    if (pid !== undefined) endProcess(pid, this.#mark);
    this.#takeBack();
    for (const stream of this.child.stdio) stream?.destroy();
  }
}

const flagsFor = ({ memorySizeMb }: FunctionModel): string[] => [
  `--max-old-space-size=${Math.floor(memorySizeMb * 0.9)}`,
  `--max-semi-space-size=${Math.max(1, Math.floor(memorySizeMb * 0.05))}`,
];
