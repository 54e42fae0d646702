/** What Lambda's API answers to a request that it refuses (https://docs.aws.amazon.com/lambda/latest/api/CommonErrors.html). */
import { NOT_SIGNED, SignatureRefusal } from "../permissions/signature-refusal.ts";
import { InvocationRefused } from "./invocation-refused.ts";

const STATUS: Record<string, number> = {
  ResourceNotFoundException: 404,
  TooManyRequestsException: 429,
  InvalidRuntimeException: 502,
};

/** The message is for a person where the body says less. */
export class ApiRefusal extends Error {
  readonly type: string;
  readonly status: number;
  readonly body: object;

  constructor(type: string, status: number, body: { message?: string; Message?: string }, reason?: string) {
    super(reason ?? body.message ?? body.Message);
    this.type = type;
    this.status = status;
    this.body = body;
  }
}

/** @param complaints what is wrong with which member; at least one */
export function invalidMembers(complaints: readonly string[]): ApiRefusal {
  const count = complaints.length === 1 ? "1 validation error" : `${complaints.length} validation errors`;
  return new ApiRefusal("ValidationException", 400, { message: `${count} detected: ${complaints.join("; ")}` });
}

export const tooLarge = (limit: number): ApiRefusal =>
  new ApiRefusal("RequestEntityTooLargeException", 413, {
    Message: `Request must be smaller than ${limit} bytes for the InvokeFunction operation`,
  });

/** @throws what is none */
export function asApiRefusal(error: unknown): ApiRefusal {
  if (error instanceof ApiRefusal) return error;
  if (error instanceof SignatureRefusal) {
    const { errorType, message } = error.complaint ?? NOT_SIGNED;
    return new ApiRefusal(errorType, 403, { message }, error.message);
  }
  if (!(error instanceof InvocationRefused)) throw error;
  const body =
    error.name === "TooManyRequestsException"
      ? { Reason: "ReservedFunctionConcurrentInvocationLimitExceeded", Type: "User", message: "Rate Exceeded." }
      : { Type: "User", Message: error.message };
  return new ApiRefusal(error.name, STATUS[error.name] ?? 400, body, error.message);
}
