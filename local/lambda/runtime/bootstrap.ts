/**
 * The process of an execution environment: loads the handler, then answers one invocation after the other, as the Lambda
 * Node runtime does (https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html).
 *
 * Up to Node 22 a handler may take a callback, and its answer then waits for the event loop to run empty; from 24 on only
 * the returned value or promise counts. A handler whose promise nothing can settle any more ends the process.
 */
import type { InvocationHead, RuntimeSettings } from "../protocol.ts";
import { standInForAws } from "./aws-addresses.ts";
import { hasReceived, receive, send } from "./channel.ts";
import { captureOutput } from "./console.ts";
import { handlerContext, legacyHandlerContext } from "./context.ts";
import { RuntimeError, reportError } from "./errors.ts";
import { type Handler, loadHandler } from "./handler.ts";
import { confineModules } from "./module-boundary.ts";
import { traceVariable } from "./trace-variable.ts";

const EXIT_INIT_FAILED = 1;
const EXIT_UNHANDLED_REJECTION = 128;
const EXIT_UNCAUGHT_EXCEPTION = 129;
const MEMORY_SAMPLE_MS = 50;
/** An invocation that takes longer keeps none waiting that was sent ahead. */
const BUSY_AFTER_MS = 5;
/** Invocations that may follow each other before the event loop gets its turn. */
const MOST_IN_A_ROW = 16;

const settings = receive<RuntimeSettings>().head;
const legacy = settings.runtimeMajor < 24;
const log = captureOutput(settings, (line) => send({ kind: "log" }, line));

interface Running {
  startedAt: number;
  /** What is to be sent once the event loop is empty. */
  whenIdle: (() => void) | undefined;
}
let running: Running | undefined;
let round = 0;
let inARow = 0;
let busyTimer: NodeJS.Timeout | undefined;
const memory = { most: 0, sampledAt: Number.NEGATIVE_INFINITY };

process.on("uncaughtException", (error) => abandon("Uncaught Exception ", error, EXIT_UNCAUGHT_EXCEPTION));
process.on("unhandledRejection", (reason) => {
  const stack = reason instanceof Error ? reason.stack : undefined;
  const error = new RuntimeError("Runtime.UnhandledPromiseRejection", String(reason), stack);
  abandon("Unhandled Promise Rejection ", error, EXIT_UNHANDLED_REJECTION);
});
process.on("beforeExit", () => {
  if (!running) return;
  if (running.whenIdle) running.whenIdle();
  else if (legacy) fail(running, new RuntimeError("Runtime.NodeJsExit", "The event loop is empty, the promise is not"));
});

// The process may have waited, and its function may have other code since.
process.chdir(settings.codeDirectory);
for (const [name, value] of Object.entries(settings.lateVariables)) {
  if (value === null) delete process.env[name];
  else process.env[name] = value;
}
const setTraceId = traceVariable();
const handler = await initialize();
send({ kind: "ready" });
invokeNext();

async function initialize(): Promise<Handler> {
  try {
    confineModules(settings.codeDirectory, settings);
    standInForAws({
      identityProvider: settings.identityProvider,
      onRefusal: (call, why) => send({ kind: "refused-call", ...call }, why),
    });
    return await loadHandler(settings.codeDirectory, settings.handler, settings.runtimeMajor);
  } catch (error) {
    log.failure("Uncaught Exception ", error);
    send({ kind: "init-failed" }, JSON.stringify(reportError(error)));
    process.exit(EXIT_INIT_FAILED);
  }
}

function invokeNext(): void {
  const { head, text } = nextOfThisRound();
  const invocation: Running = { startedAt: performance.now(), whenIdle: undefined };
  running = invocation;
  log.setRequestId(head.requestId);
  setTraceId(head.traceId);

  try {
    const event: unknown = JSON.parse(text);
    if (legacy) invokeLegacy(invocation, event, head);
    else settleWith(invocation, handler(event, handlerContext(settings, head)));
  } catch (error) {
    fail(invocation, error);
  }
  if (running === invocation) setImmediate(lookAfter, invocation);
}

function nextOfThisRound(): { head: InvocationHead; text: string } {
  for (;;) {
    const frame = receive<InvocationHead>();
    if (frame.head.round === round) return frame;
  }
}

/** The handler waits for something: nothing may wait for the handler. */
function lookAfter(invocation: Running): void {
  if (running !== invocation) return;
  busyTimer = setTimeout(() => {
    if (running !== invocation) return;
    round++;
    send({ kind: "busy" });
  }, BUSY_AFTER_MS).unref();
}

function settleWith(invocation: Running, returned: unknown): void {
  if (!isThenable(returned)) {
    succeed(invocation, returned);
    return;
  }
  returned.then(
    (value) => succeed(invocation, value),
    (error) => fail(invocation, error),
  );
}

function invokeLegacy(invocation: Running, event: unknown, head: InvocationHead): void {
  const complete = (error: unknown, result?: unknown) => {
    if (running !== invocation || invocation.whenIdle) return;
    const failed = error !== null && error !== undefined;
    const settle = () => (failed ? fail(invocation, error) : succeed(invocation, result));
    invocation.whenIdle = settle;
    if (failed || !context.callbackWaitsForEmptyEventLoop) setImmediate(settle);
  };
  const completeNow = (error: unknown, result?: unknown) => {
    context.callbackWaitsForEmptyEventLoop = false;
    complete(error, result);
  };
  const context = legacyHandlerContext(settings, head, {
    done: completeNow,
    succeed: (result) => completeNow(null, result),
    fail: (error) => completeNow(error ?? "handled"),
  });
  const returned = handler(event, context, complete);
  if (!isThenable(returned)) {
    invocation.whenIdle ??= () => succeed(invocation, null);
    return;
  }
  // An async handler may take its callback too, and then what it returns is passed over.
  const isFirst = () => invocation.whenIdle === undefined;
  returned.then(
    (value) => isFirst() && succeed(invocation, value),
    (error) => isFirst() && fail(invocation, error),
  );
}

function succeed(invocation: Running, value: unknown): void {
  let payload: string;
  try {
    payload = JSON.stringify(value) ?? "null";
  } catch {
    fail(invocation, new Error("Unable to stringify response body"));
    return;
  }
  if (finish(invocation, payload, false)) goOn();
}

function fail(invocation: Running, error: unknown): void {
  if (running !== invocation) return;
  log.failure("Invoke Error ", error);
  if (finish(invocation, JSON.stringify(reportError(error)), true)) goOn();
}

/** What was sent ahead is run at once; otherwise the event loop turns once before the process stands still. */
function goOn(): void {
  if (++inARow < MOST_IN_A_ROW && hasReceived()) {
    queueMicrotask(invokeNext);
  } else {
    inARow = 0;
    setImmediate(invokeNext);
  }
}

/** @returns whether this answer was the invocation's first */
function finish(invocation: Running, payload: string, failed: boolean, ending = false): boolean {
  if (running !== invocation) return false;
  running = undefined;
  clearTimeout(busyTimer);
  log.setRequestId(undefined);
  const durationMs = performance.now() - invocation.startedAt;
  send({ kind: "done", failed, durationMs, maxMemoryBytes: maxMemoryBytes(), ending }, payload);
  return true;
}

/** The most that was seen; looked up now and then only, since asking the system costs more than a short handler. */
function maxMemoryBytes(): number {
  const now = performance.now();
  if (now - memory.sampledAt > MEMORY_SAMPLE_MS) {
    memory.sampledAt = now;
    memory.most = Math.max(memory.most, process.memoryUsage.rss());
  }
  return memory.most;
}

/** Reports what nobody caught and ends the process, which cannot be trusted any more. */
function abandon(label: string, error: unknown, exitCode: number): void {
  log.failure(label, error);
  if (running) finish(running, JSON.stringify(reportError(error)), true, true);
  process.exit(exitCode);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined | null)?.then === "function";
}
