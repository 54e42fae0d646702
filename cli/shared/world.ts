/**
 * The outside world, handed to everything that needs it, so that no other file touches `process`.
 */
import type { Readable, Writable } from "node:stream";
import type { BrowserLaunch, BrowserOptions } from "./browser.ts";
import { exchange, type HttpAnswer, type HttpRequest, openStream } from "./http-client.ts";
import { invocationOf } from "./invocation.ts";
import type { Keyring } from "./keyring.ts";

export interface World {
  /** What was typed after the program's name. */
  arguments: readonly string[];
  /** How this person types our commands: `demo-auth`, `npx demo-auth`, … */
  invocation: string;
  env: Readonly<Record<string, string | undefined>>;
  platform: NodeJS.Platform;
  homeDirectory: string;
  workingDirectory: string;
  processId: number;
  /** Absent where the platform has none (Windows). */
  userId: number | undefined;
  stdin: Readable & { isTTY?: boolean; setRawMode?(raw: boolean): unknown };
  stdout: Writable & { isTTY?: boolean; columns?: number };
  stderr: Writable & { isTTY?: boolean; columns?: number };
  /** Milliseconds since the epoch. */
  now(): number;
  randomBytes(size: number): Buffer;
  fetch(url: string | URL, init?: RequestInit): Promise<Response>;
  /** One HTTP exchange without redirects. */
  exchange(url: URL, request: HttpRequest): Promise<HttpAnswer>;
  /** The body of one GET as it comes, until the signal. */
  stream(url: URL, signal: AbortSignal): Promise<AsyncIterable<Buffer>>;
  /** Starts a browser; never rejects after it has started. */
  openBrowser(url: string, options: BrowserOptions): Promise<BrowserLaunch>;
  /** Loads the operating system's keyring; nothing is touched until it is asked. */
  keyring(): Promise<Keyring>;
  /** Trusts the certificate authority in that file as well, for this process. */
  trust(certificateAuthority: string): Promise<void>;
  /** The heap of this process. */
  heap: Heap;
  /** Whether a process with that id lives. */
  isAlive(pid: number): boolean;
  /** Runs a program to its end, without a shell. Rejects when it cannot be started. */
  run(command: string, args: readonly string[], options: ProgramOptions): Promise<ProgramResult>;
  /** Resolves with the signal that asks this process to end, which from then on has to end itself. */
  interrupted(): Promise<NodeJS.Signals>;
  /**
   * Runs a program on this terminal until it ends. It gets the terminal's signals itself; SIGTERM is passed on.
   * Rejects when it cannot be started.
   */
  attach(
    command: string,
    args: readonly string[],
    env: Readonly<Record<string, string | undefined>>,
  ): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Ends this process as the signal would have, so that the shell that started it sees the signal. */
  dieBySignal(signal: NodeJS.Signals): void;
  /** Sets what the process ends with, without cutting off what is still being written. */
  setExitCode(code: number): void;
  /** Ends this process at once. */
  exit(code: number): void;
}

export interface Heap {
  /** Bytes that V8 holds, used or not. */
  committed(): number;
  /** Collects all garbage and gives free memory back to the system. */
  release(): Promise<void>;
}

export interface ProgramOptions {
  directory: string;
  env: Readonly<Record<string, string | undefined>>;
}

export interface ProgramResult {
  /** `undefined` when a signal ended it. */
  code: number | undefined;
  stdout: string;
  stderr: string;
}

/** The process itself. */
export function systemWorld(): World {
  return {
    arguments: process.argv.slice(2),
    get invocation() {
      return invocationOf(process);
    },
    env: process.env,
    platform: process.platform,
    get homeDirectory() {
      // An empty HOME would make the working directory of it.
      const { homedir, userInfo } = process.getBuiltinModule("node:os");
      return homedir() || userInfo().homedir;
    },
    workingDirectory: workingDirectory(),
    processId: process.pid,
    userId: process.getuid?.(),
    get stdin() {
      return process.stdin;
    },
    get stdout() {
      return process.stdout;
    },
    get stderr() {
      return process.stderr;
    },
    now: Date.now,
    // Loading crypto takes milliseconds that most commands can do without.
    randomBytes: (size) => process.getBuiltinModule("node:crypto").randomBytes(size),
    fetch: (url, init) => fetch(url, init),
    exchange: (url, request) => exchange(url, request, process.env),
    stream: openStream,
    openBrowser: async (url, options) => (await import("./browser.ts")).openBrowser(systemWorld(), url, options),
    keyring: async () => (await import("./keyring.ts")).systemKeyring(process.platform),
    trust,
    heap: {
      committed: () => process.getBuiltinModule("node:v8").getHeapStatistics().total_heap_size,
      release: releaseHeap,
    },
    isAlive,
    run,
    interrupted: () =>
      new Promise((resolve) => {
        for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve(signal));
      }),
    attach,
    dieBySignal(signal) {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    },
    setExitCode(code) {
      process.exitCode = code;
    },
    exit: (code) => process.exit(code),
  };
}

/** A folder that was removed under the shell has no name any more, and nothing can be done in it. */
function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    process.stderr.write("✗ The folder that this is run in is no longer there.\n  → Go to one that is: cd ~\n");
    return process.exit(7);
  }
}

async function trust(certificateAuthority: string): Promise<void> {
  const { getCACertificates, setDefaultCACertificates } = await import("node:tls");
  const { readBoundedFile } = await import("./bounded-file.ts");
  const { content } = await readBoundedFile(certificateAuthority);
  setDefaultCACertificates([...getCACertificates("default"), content.toString("utf8")]);
}

/** As https://chromedevtools.github.io/devtools-protocol/v8/HeapProfiler/#method-collectGarbage; no port is opened. */
async function releaseHeap(): Promise<void> {
  const { Session } = await import("node:inspector/promises");
  const session = new Session();
  session.connect();
  try {
    await session.post("HeapProfiler.collectGarbage");
  } finally {
    session.disconnect();
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function run(command: string, args: readonly string[], options: ProgramOptions): Promise<ProgramResult> {
  const { execFile } = await import("node:child_process");
  return new Promise((resolve, reject) => {
    execFile(
      command,
      args,
      { cwd: options.directory, env: { ...options.env }, maxBuffer: 16 << 20, timeout: 120_000, windowsHide: true },
      (error, stdout, stderr) => {
        if (error && typeof error.code === "string") reject(error);
        else resolve({ code: error ? (error.code as number | undefined) : 0, stdout, stderr });
      },
    );
  });
}

async function attach(command: string, args: readonly string[], env: Readonly<Record<string, string | undefined>>) {
  const { spawn } = await import("node:child_process");
  const child = spawn(command, args, { env: { ...env }, stdio: "inherit" });
  const passOn = (signal: NodeJS.Signals) => void child.kill(signal);
  const leaveToChild = () => undefined;
  process.on("SIGINT", leaveToChild).on("SIGTERM", passOn).on("SIGHUP", passOn);
  try {
    return await new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => resolve({ code, signal }));
    });
  } finally {
    process.off("SIGINT", leaveToChild).off("SIGTERM", passOn).off("SIGHUP", passOn);
  }
}
