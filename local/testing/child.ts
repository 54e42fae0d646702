/**
 * A cloud in a process of its own, seen from the test's process. It keeps that process alive only while something is
 * asked of it, so that a cloud which nobody closed does not keep a test run from ending, and it ends when that process
 * does, however it does.
 */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { CloudError, type Failure } from "./cloud-error.ts";
import type { Order, Report } from "./cloud-process.ts";
import type { ControlOptions, Controls } from "./controls.ts";

const SCRIPT = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "./cloud-process.ts" : "./testing-cloud.js", import.meta.url),
);
const LAST_WORDS_CHARACTERS = 4000;
const LONGEST_CLOSE_MS = 5000;

interface Call {
  resolve(value: never): void;
  reject(error: CloudError): void;
}

/** @throws CloudError what `openControls` throws in the other process, or that this process ended */
export async function openChild(
  options: ControlOptions,
  log: (line: string) => void = () => {},
  signal?: AbortSignal,
): Promise<Controls> {
  signal?.throwIfAborted();
  // What a test runner was started with (loaders, an inspector's port) is not the cloud's.
  const child = fork(SCRIPT, [], {
    execArgv: [],
    serialization: "advanced",
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    windowsHide: true,
  });
  child.unref();
  let lastWords = "";
  child.stderr!.setEncoding("utf8").on("data", (text: string) => {
    lastWords = (lastWords + text).slice(-LAST_WORDS_CHARACTERS);
  });
  // A pipe has the same methods as a socket, and its type does not say so.
  (child.stderr as unknown as { unref(): void }).unref();

  const calls = new Map<number, Call>();
  let issued = 0;
  const wait = <T>(order: (id: number) => Order): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      const id = issued++;
      if (calls.size === 0) child.channel?.ref();
      calls.set(id, { resolve, reject });
      child.send(order(id), (error) => {
        if (error) settle(id, (call) => call.reject(gone(child, lastWords)));
      });
    });
  const settle = (id: number, by: (call: Call) => void) => {
    const call = calls.get(id);
    calls.delete(id);
    if (calls.size === 0) child.channel?.unref();
    if (call) by(call);
  };
  const exited = new Promise<void>((resolve) =>
    child.once("exit", () => {
      for (const id of calls.keys()) settle(id, (call) => call.reject(gone(child, lastWords)));
      resolve();
    }),
  );
  child.on("message", (report: Report) => {
    if (report.kind === "log") return log(report.line);
    // The start is the first thing that is asked for.
    const id = "id" in report ? report.id : 0;
    settle(id, ({ resolve, reject }) => {
      if (report.kind === "ready") resolve(report.ready as never);
      else if (report.kind === "done") resolve(report.value as never);
      else reject(asError(report.error));
    });
  });
  const giveUp = () => child.kill("SIGKILL");
  const end = async () => {
    if (child.connected) child.disconnect();
    child.ref();
    const late = setTimeout(giveUp, LONGEST_CLOSE_MS);
    await exited;
    clearTimeout(late);
  };
  signal?.addEventListener("abort", giveUp);
  try {
    const ready = await wait<Controls["ready"]>(() => ({ kind: "start", options }));
    const call = <Name extends keyof Omit<Controls, "ready">>(name: Name) =>
      ((...given: unknown[]) => wait((id) => ({ kind: "call", id, name, given }))) as Controls[Name];
    return {
      ready,
      user: call("user"),
      startSession: call("startSession"),
      run: call("run"),
      messages: call("messages"),
      requests: call("requests"),
      logs: call("logs"),
      now: call("now"),
      advance: call("advance"),
      reset: call("reset"),
      close: end,
    };
  } catch (error) {
    await end();
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", giveUp);
  }
}

function asError({ name, code, what, next }: Failure): CloudError {
  const error = new CloudError(code, what, next);
  return Object.assign(error, { cause: name });
}

function gone({ exitCode, signalCode }: ChildProcess, lastWords: string): CloudError {
  const how = signalCode ?? (exitCode === null ? "it was closed" : `exit code ${exitCode}`);
  return new CloudError("cloud_ended", `The cloud has ended (${how}).`, lastWords.trim());
}
