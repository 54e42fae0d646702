/** `demo-auth` as somebody's shell runs it: each command a process of its own, with state of its own in a folder of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { ReadyDocument } from "../../local/host/ready-document.ts";
import { temporaryDirectory } from "./temporary.ts";

export const repository = join(import.meta.dirname, "../..");
const sources = join(repository, "cli/main.ts");

export interface Finished {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  process: ChildProcess;
  finished: Promise<Finished>;
  /** The first whole line on one of the streams that fits, as soon as it is there. */
  line(stream: "stdout" | "stderr", pattern: RegExp): Promise<string>;
}

export interface Shell {
  /** DEMO_AUTH_HOME */
  home: string;
  run(...args: string[]): Promise<Finished>;
  start(...args: string[]): Running;
  /** Starts `demo-auth local` on free ports and waits for its ready line. */
  local(...args: string[]): Promise<{ ready: ReadyDocument; running: Running }>;
  /** Ends what still runs. */
  close(): Promise<void>;
}

/** @param entry what is run: the sources, or a bundle of them */
export function openShell(env: Record<string, string> = {}, entry = sources): Shell {
  const home = join(temporaryDirectory(), "home");
  const running = new Set<Running>();
  const start = (...args: string[]): Running => {
    const child = spawn(process.execPath, [entry, ...args], {
      cwd: repository,
      env: { ...process.env, DEMO_AUTH_HOME: home, CI: "true", PULUMI_NODEJS_TRANSPILE_ONLY: "true", ...env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    const started = watch(child);
    running.add(started);
    started.finished.then(() => running.delete(started));
    return started;
  };
  return {
    home,
    start,
    run(...args) {
      const started = start(...args);
      started.process.stdin!.end();
      return started.finished;
    },
    async local(...args) {
      const started = start("local", "--port", "0", "--json", ...args);
      const line = await started.line("stdout", /"event":"ready"/);
      return { ready: JSON.parse(line) as ReadyDocument, running: started };
    },
    async close() {
      for (const { process: child } of running) child.kill("SIGKILL");
      await Promise.all([...running].map(({ finished }) => finished));
    },
  };
}

/** Gathers what a process says, and waits for lines of it or for its end. */
export function watch(child: ChildProcess): Running {
  const text = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]!.setEncoding("utf8").on("data", (chunk: string) => {
      text[name] += chunk;
    });
  }
  const finished = new Promise<Finished>((resolve) => {
    child.once("close", (code, signal) => resolve({ code, signal, ...text }));
  });
  const readers = {
    stdout: lineReader(child.stdout!, () => text.stdout, finished),
    stderr: lineReader(child.stderr!, () => text.stderr, finished),
  };
  return { process: child, finished, line: (stream, pattern) => readers[stream](pattern) };
}

/**
 * @param heard everything that the stream has said so far, gathered before this listens
 * @returns what waits for the first whole line that fits
 */
export function lineReader(
  stream: Readable,
  heard: () => string,
  finished: Promise<Finished>,
): (pattern: RegExp) => Promise<string> {
  return (pattern) =>
    new Promise((resolve, reject) => {
      const look = () => {
        const whole = heard()
          .slice(0, heard().lastIndexOf("\n") + 1)
          .split("\n");
        const found = whole.find((line) => pattern.test(line));
        if (found === undefined) return;
        stream.off("data", look);
        resolve(found);
      };
      stream.on("data", look);
      look();
      finished.then((end) => reject(new Error(`ended without a line like ${pattern}: ${JSON.stringify(end)}`)), reject);
    });
}
