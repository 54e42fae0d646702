/**
 * A function's own log: `console` and the standard streams, in the line format of the Lambda Node runtime
 * (https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html).
 */
import { format } from "node:util";
import { isLogged } from "../log-levels.ts";
import type { RuntimeSettings } from "../protocol.ts";
import { reportError } from "./errors.ts";

export interface FunctionLog {
  /** The invocation that lines belong to from now on; none while the function initializes. */
  setRequestId(requestId: string | undefined): void;
  /** The runtime's own report of a failed invocation. */
  failure(label: string, error: unknown): void;
}

const LEVELS = {
  trace: "TRACE",
  debug: "DEBUG",
  info: "INFO",
  log: "INFO",
  warn: "WARN",
  error: "ERROR",
  fatal: "FATAL",
} as const;

/**
 * Takes over this thread's console and standard streams; every line goes to `write`.
 * @param logLevel below which lines of the console are dropped, in JSON
 */
export function captureOutput(
  { logFormat, logLevel }: Pick<RuntimeSettings, "logFormat" | "logLevel">,
  write: (line: string) => void,
): FunctionLog {
  let requestId: string | undefined;

  const print = (level: string, message: string, error?: unknown) => {
    const timestamp = new Date().toISOString();
    if (logFormat === "Text") {
      write(`${timestamp}\t${requestId}\t${level}\t${message}`);
      return;
    }
    const line: Record<string, unknown> = { timestamp, level, requestId, message };
    if (error !== undefined) {
      const { errorType, errorMessage, trace } = reportError(error);
      Object.assign(line, { errorType, errorMessage, stackTrace: trace });
    }
    write(JSON.stringify(line));
  };

  for (const [method, level] of Object.entries(LEVELS)) {
    const isDropped = logFormat === "JSON" && !isLogged(level, logLevel);
    (console as unknown as Record<string, unknown>)[method] = (...values: unknown[]) => {
      if (isDropped) return;
      print(
        level,
        format(...values),
        values.find((value) => value instanceof Error),
      );
    };
  }
  for (const stream of [process.stdout, process.stderr]) {
    // Node lets these pipes refuse what does not fit; `writeSync` of a function waits, as it does on Lambda.
    (stream as { _handle?: { setBlocking?(blocking: boolean): void } })._handle?.setBlocking?.(true);
    stream.write = ((chunk: string | Uint8Array, ...rest: unknown[]) => {
      const text = typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
      for (const line of text.replace(/\n$/, "").split("\n")) write(line);
      const done = rest.find((argument) => typeof argument === "function");
      if (done) queueMicrotask(done as () => void);
      return true;
    }) as typeof stream.write;
  }

  return {
    setRequestId(next) {
      requestId = next;
    },
    failure(label, error) {
      if (logFormat === "JSON") return print("ERROR", label, error);
      const { errorType, errorMessage, trace } = reportError(error);
      print("ERROR", `${label}\t${JSON.stringify({ errorType, errorMessage, stack: trace })}`);
    },
  };
}
