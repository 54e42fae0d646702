/**
 * Errors as the Lambda Node runtime reports them: `{"errorType","errorMessage","trace"}`
 * (https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html).
 */
import { types } from "node:util";

export interface ReportedError {
  errorType: string;
  errorMessage: string;
  trace: string[];
}

/** A refusal of the runtime itself, before or around the function's own code. */
export class RuntimeError extends Error {
  constructor(errorType: string, message: string, stack?: string) {
    super(message);
    this.name = errorType;
    if (stack !== undefined) this.stack = stack;
  }
}

/** What the caller is told of anything a function threw or rejected with. */
export function reportError(thrown: unknown): ReportedError {
  if (isErrorLike(thrown)) {
    return {
      errorType: String(thrown.name),
      errorMessage: String(thrown.message),
      trace: String(thrown.stack ?? `${thrown.name}: ${thrown.message}`).split("\n"),
    };
  }
  return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
}

function isErrorLike(value: unknown): value is Error {
  if (types.isNativeError(value)) return true;
  return typeof value === "object" && value !== null && "name" in value && "message" in value && "stack" in value;
}
