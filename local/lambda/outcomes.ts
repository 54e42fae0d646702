/**
 * The answers of the Invoke API that the Lambda service makes itself, when the function could not answer
 * (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-context.html).
 */
import { type InvocationResult, PAYLOAD_LIMIT_BYTES } from "../platform.ts";

/** Why an execution environment ended, or never came to be. */
export type Breakdown =
  | { kind: "init-error"; payload: string }
  /** `initializing`: it was not ready by then, and its own timeout had not begun */
  | { kind: "timeout"; seconds: number; initializing: boolean }
  | { kind: "exit"; code: number }
  | { kind: "signal"; signal: NodeJS.Signals; memorySizeMb: number }
  | { kind: "out-of-memory"; memorySizeMb: number };

export function breakdownOutcome(breakdown: Breakdown, requestId: string): InvocationResult {
  switch (breakdown.kind) {
    case "init-error":
      return failed(breakdown.payload, `The function's code could not be loaded: ${summary(breakdown.payload)}.`);
    case "timeout": {
      const after = breakdown.seconds.toFixed(2);
      return serviceError(
        "Sandbox.Timedout",
        `RequestId: ${requestId} Error: Task timed out after ${after} seconds`,
        breakdown.initializing
          ? `The function's code took longer than ${breakdown.seconds} s to load, which is all that initialization may take; its environment was ended.`
          : `The function ran longer than its timeout of ${breakdown.seconds} s; its environment was ended.`,
      );
    }
    case "exit": {
      const how = breakdown.code === 0 ? "without providing a reason" : `with error: exit status ${breakdown.code}`;
      return serviceError(
        "Runtime.ExitError",
        `RequestId: ${requestId} Error: Runtime exited ${how}`,
        `The function ended its own process (exit status ${breakdown.code}) before it answered.`,
      );
    }
    case "signal": {
      const name = breakdown.signal === "SIGABRT" ? "aborted" : breakdown.signal.slice("SIG".length).toLowerCase();
      return serviceError(
        "Runtime.ExitError",
        `RequestId: ${requestId} Error: Runtime exited with error: signal: ${name}`,
        `The function's process was ended by ${breakdown.signal}; SIGABRT mostly means that it needs more than its ` +
          `${breakdown.memorySizeMb} MB of memory.`,
      );
    }
    case "out-of-memory":
      return serviceError(
        "Runtime.OutOfMemory",
        `RequestId: ${requestId} Error: Runtime exited with error: signal: killed`,
        `The function used more than its ${breakdown.memorySizeMb} MB of memory; raise memorySize or use less.`,
      );
  }
}

/** What the function itself answered. */
export function functionOutcome(payload: string, threw: boolean): InvocationResult {
  if (threw) return failed(payload, `The function threw ${summary(payload)}.${emulatorAdvice(payload)}`);
  if (payload.length * 3 > PAYLOAD_LIMIT_BYTES) {
    const size = Buffer.byteLength(payload);
    if (size > PAYLOAD_LIMIT_BYTES) {
      const message = `Response payload size exceeded maximum allowed payload size (${PAYLOAD_LIMIT_BYTES} bytes).`;
      return serviceError("Function.ResponseSizeTooLarge", message, `The function answered ${size} bytes; ${message}`);
    }
  }
  return { payload, functionError: undefined, reason: undefined };
}

/** As SDKs of version 3 and 2 say that they did not reach a service; without a network this is how AWS is missed. */
const NOT_REACHED = /(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|Inaccessible host: )[^"]*\.amazonaws\.com/;

const emulatorAdvice = (payload: string): string =>
  NOT_REACHED.test(payload)
    ? " It called AWS's own address; --aws-endpoint URL sends calls of services that do not run here to an emulator of yours."
    : "";

function serviceError(errorType: string, errorMessage: string, reason: string): InvocationResult {
  return failed(JSON.stringify({ errorType, errorMessage }), reason);
}

function failed(payload: string, reason: string): InvocationResult {
  return { payload, functionError: "Unhandled", reason };
}

/** For a person; what a function says of itself may be anything. */
function summary(payload: string): string {
  try {
    const { errorType, errorMessage } = JSON.parse(payload) as { errorType: unknown; errorMessage: unknown };
    return errorMessage ? `${errorType}: ${String(errorMessage).replace(/\.$/, "")}` : String(errorType);
  } catch {
    return "an error that is not JSON";
  }
}
