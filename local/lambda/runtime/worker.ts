/**
 * The runtime inside an execution environment: loads the handler, then answers one invocation after the other, as the
 * Lambda Node runtime does (https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html).
 *
 * Up to Node 22 a handler may take a callback, and its answer then waits for the event loop to run empty; from 24 on only
 * the returned value or promise counts. A handler whose promise nothing can settle any more ends the environment.
 */
import { getHeapStatistics } from "node:v8";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import type { InvocationMessage, RuntimeMessage, RuntimeSettings } from "../protocol.ts";
import { captureOutput } from "./console.ts";
import { handlerContext, legacyHandlerContext } from "./context.ts";
import { RuntimeError, reportError } from "./errors.ts";
import { type Handler, loadHandler } from "./handler.ts";
import { confineModules } from "./module-boundary.ts";

const EXIT_UNHANDLED_REJECTION = 128;
const EXIT_UNCAUGHT_EXCEPTION = 129;

const port = parentPort as MessagePort;
const settings = workerData as RuntimeSettings;
const legacy = settings.runtimeMajor < 24;

const send = (message: RuntimeMessage) => port.postMessage(message);
const log = captureOutput(settings.logFormat, (line) => send({ kind: "log", line }));

interface Running {
  requestId: string;
  startedAt: number;
  /** What is to be sent once the event loop is empty. */
  whenIdle: (() => void) | undefined;
}
let running: Running | undefined;

process.on("uncaughtException", (error) => abandon("Uncaught Exception", error, EXIT_UNCAUGHT_EXCEPTION));
process.on("unhandledRejection", (reason) => {
  const message = reason instanceof Error ? String(reason) : String(reason);
  const error = new RuntimeError("Runtime.UnhandledPromiseRejection", message, (reason as Error | undefined)?.stack);
  abandon("Unhandled Promise Rejection", error, EXIT_UNHANDLED_REJECTION);
});
process.on("beforeExit", () => {
  if (!running) return;
  if (running.whenIdle) running.whenIdle();
  else if (legacy) {
    fail(
      new RuntimeError("Runtime.NodeJsExit", "The Lambda function's event loop is empty, but its promise is pending"),
    );
  }
});

if (settings.sourceMaps) process.setSourceMapsEnabled(true);
const handler = await initialize();
if (handler) {
  port.on("message", (invocation: InvocationMessage) => invoke(handler, invocation));
  send({ kind: "ready" });
}

async function initialize(): Promise<Handler | undefined> {
  try {
    confineModules(settings.codeDirectory);
    return await loadHandler(settings.codeDirectory, settings.handler, settings.runtimeMajor);
  } catch (error) {
    log.failure("Uncaught Exception ", error);
    send({ kind: "init-failed", payload: JSON.stringify(reportError(error)) });
    return undefined;
  }
}

function invoke(handle: Handler, invocation: InvocationMessage): void {
  running = { requestId: invocation.requestId, startedAt: performance.now(), whenIdle: undefined };
  log.setRequestId(invocation.requestId);
  if (invocation.traceId === undefined) delete process.env._X_AMZN_TRACE_ID;
  else process.env._X_AMZN_TRACE_ID = invocation.traceId;

  // From here on only what the handler itself keeps going keeps the thread alive.
  port.unref();
  try {
    const event: unknown = JSON.parse(invocation.payload);
    if (legacy) invokeLegacy(handle, event, invocation);
    else settleWith(handle(event, handlerContext(settings, invocation)), invocation.requestId);
  } catch (error) {
    fail(error);
  }
}

function settleWith(returned: unknown, requestId: string): void {
  if (!isThenable(returned)) {
    succeed(returned);
    return;
  }
  const current = () => running?.requestId === requestId;
  returned.then(
    (value) => current() && succeed(value),
    (error) => current() && fail(error),
  );
}

function invokeLegacy(handle: Handler, event: unknown, invocation: InvocationMessage): void {
  const mine = running as Running;
  const complete = (error: unknown, result?: unknown) => {
    if (running !== mine || mine.whenIdle) return;
    const finish = () => (error === null || error === undefined ? succeed(result) : fail(error));
    if (context.callbackWaitsForEmptyEventLoop) mine.whenIdle = finish;
    else setImmediate(finish);
  };
  const endNow = (error: unknown, result?: unknown) => {
    context.callbackWaitsForEmptyEventLoop = false;
    complete(error, result);
  };
  const context = legacyHandlerContext(settings, invocation, {
    done: endNow,
    succeed: (result) => endNow(null, result),
    fail: (error) => endNow(error ?? "handled"),
  });
  const returned = handle(event, context, complete);
  if (isThenable(returned)) settleWith(returned, invocation.requestId);
  else mine.whenIdle ??= () => succeed(null);
}

function succeed(value: unknown): void {
  let payload: string;
  try {
    payload = JSON.stringify(value) ?? "null";
  } catch {
    fail(new Error("Unable to stringify response body"));
    return;
  }
  finish(payload, false);
}

function fail(error: unknown): void {
  log.failure("Invoke Error ", error);
  finish(JSON.stringify(reportError(error)), true);
}

function finish(payload: string, failed: boolean, ending = false): void {
  if (!running) return;
  const durationMs = performance.now() - running.startedAt;
  running = undefined;
  log.setRequestId(undefined);
  port.ref();
  send({ kind: "done", payload, failed, durationMs, memoryBytes: usedMemory(), ending });
}

/** Reports what nobody caught and ends the environment, which cannot be trusted any more. */
function abandon(label: string, error: unknown, exitCode: number): void {
  log.failure(label, error);
  finish(JSON.stringify(reportError(error)), true, true);
  process.exit(exitCode);
}

function usedMemory(): number {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined | null)?.then === "function";
}
