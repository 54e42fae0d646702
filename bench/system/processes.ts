/** Processes under measurement: started, asked until they answer, weighed, and ended with everything they started. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

export interface StartOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** Hears every line that the process writes on stdout. */
  onLine?: (line: string) => void;
}

/** How long a process is left alone before it is weighed, so that what it needed for its work may go. */
export const SETTLE_MS = 2000;

let folder: string | undefined;
let started = 0;

function logFolder(): string {
  if (folder !== undefined) return folder;
  const made = mkdtempSync(join(tmpdir(), "demo-auth-bench-log-"));
  process.once("exit", () => rmSync(made, { recursive: true, force: true }));
  folder = made;
  return made;
}

export class Subject {
  readonly child: ChildProcess;
  readonly startedAt: number;
  readonly #log: string;

  constructor(command: string, args: readonly string[], options: StartOptions = {}) {
    // What it writes goes to a file: reading a log line for every request would cost the machine as much as writing it.
    this.#log = join(logFolder(), String(++started));
    const log = openSync(this.#log, "a", 0o600);
    this.startedAt = performance.now();
    this.child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", options.onLine ? "pipe" : log, log],
    });
    closeSync(log);
    this.child.once("error", (error) => appendFileSync(this.#log, error.message));
    if (options.onLine) createInterface({ input: this.child.stdout! }).on("line", options.onLine);
  }

  /** The last of what it wrote, to say why it failed. */
  get said(): string {
    return readFileSync(this.#log, "utf8").slice(-4000);
  }

  get pid(): number {
    return this.child.pid!;
  }

  get ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /**
   * Asks again and again, as somebody would who waits for it.
   * @param answered whether an answer with that status is what was waited for
   * @returns milliseconds from the start of the process to the end of the answer
   */
  async answers(url: string, answered: (status: number) => boolean, headers: Record<string, string> = {}) {
    for (;;) {
      const status = await statusOf(url, headers);
      if (status !== undefined && answered(status)) return performance.now() - this.startedAt;
      if (this.ended) throw new Error(`It ended before it answered ${url}:\n${this.said}`);
      if (performance.now() - this.startedAt > 60_000)
        throw new Error(`No answer from ${url} in a minute (last: ${status}):\n${this.said}`);
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
  }

  /** Bytes of resident memory of the process and everything it started. */
  memory(): number {
    return residentMemory(this.pid);
  }

  async stop(): Promise<void> {
    if (this.ended || this.child.pid === undefined) return;
    const family = descendants(this.pid);
    const ended = once(this.child, "exit");
    this.child.kill("SIGTERM");
    const impatient = setTimeout(() => this.child.kill("SIGKILL"), 3000);
    await ended;
    clearTimeout(impatient);
    for (const pid of family) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It ended with its parent.
      }
    }
  }
}

/** @returns the status of one request on a connection of its own, or `undefined` when nobody answers */
export function statusOf(url: string, headers: Record<string, string> = {}): Promise<number | undefined> {
  return new Promise((resolve) => {
    request(url, { headers, agent: false }, (response) => {
      response.resume();
      response.once("end", () => resolve(response.statusCode));
      response.once("error", () => resolve(undefined));
    })
      .once("error", () => resolve(undefined))
      .end();
  });
}

/**
 * Runs a command to its end.
 * @returns milliseconds from start to end
 * @throws Error with what it wrote when it ends with another code than expected
 */
export async function timeToEnd(command: string, args: readonly string[], options: StartOptions = {}): Promise<number> {
  const subject = new Subject(command, args, options);
  const [code] = (await once(subject.child, "exit")) as [number | null];
  const taken = performance.now() - subject.startedAt;
  if (code !== 0) throw new Error(`${[command, ...args].join(" ")} ended with ${code}:\n${subject.said}`);
  return taken;
}

/**
 * Free ports in a row, as far as one can know.
 * @returns the first
 */
export async function freePorts(count: number): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const first = 20_000 + Math.floor(Math.random() * 30_000);
    const taken = await Promise.all(Array.from({ length: count }, (_, index) => isTaken(first + index)));
    if (!taken.includes(true)) return first;
  }
  throw new Error(`No ${count} free ports in a row.`);
}

function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(true));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(false)));
  });
}

interface Row {
  pid: number;
  parent: number;
  /** Bytes */
  resident: number;
}

function processTable(): Row[] {
  const text = execFileSync("ps", ["-A", "-o", "pid=,ppid=,rss="], { encoding: "utf8" });
  return text
    .trim()
    .split("\n")
    .map((line) => {
      const [pid = 0, parent = 0, kilobytes = 0] = line.trim().split(/\s+/).map(Number);
      return { pid, parent, resident: kilobytes * 1024 };
    });
}

function familyOf(root: number, table: readonly Row[]): Row[] {
  const family = table.filter(({ pid }) => pid === root);
  for (const member of family) family.push(...table.filter(({ parent }) => parent === member.pid));
  return family;
}

const descendants = (root: number): number[] =>
  familyOf(root, processTable())
    .map(({ pid }) => pid)
    .filter((pid) => pid !== root);

const residentMemory = (root: number): number =>
  familyOf(root, processTable()).reduce((sum, { resident }) => sum + resident, 0);
