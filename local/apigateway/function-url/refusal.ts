/**
 * What a function URL answers by itself
 * (https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html; recorded by LocalStack's test_lambda, 2025-11).
 */
import type { SignatureRefusal } from "../../permissions/signature-refusal.ts";

const FORBIDDEN = {
  Message:
    "Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html",
};

export class FunctionUrlRefusal extends Error {
  readonly status: number;
  readonly body: string;
  /** `x-amzn-ErrorType` */
  readonly errorType: string | undefined;

  /** @param reason for a person, in the request log */
  constructor(status: number, reason: string, { body, errorType }: { body: string; errorType?: string }) {
    super(reason);
    this.name = "FunctionUrlRefusal";
    this.status = status;
    this.body = body;
    this.errorType = errorType;
  }
}

/** Of a request that is not signed, or not as it should be. */
export function forbidden(reason: string, complaint?: SignatureRefusal["complaint"]): FunctionUrlRefusal {
  const body = JSON.stringify(complaint ? { message: complaint.message } : FORBIDDEN);
  return new FunctionUrlRefusal(403, reason, { body, errorType: complaint?.errorType ?? "AccessDeniedException" });
}

/** Whatever goes wrong inside the function. */
export const failed = (reason: string) => new FunctionUrlRefusal(502, reason, { body: "Internal Server Error" });

export const throttled = (reason: string) =>
  new FunctionUrlRefusal(429, reason, { body: '{"Message":"Rate Exceeded."}', errorType: "TooManyRequestsException" });

export const tooLarge = (reason: string) =>
  new FunctionUrlRefusal(413, reason, {
    body: '{"Message":"Request Entity Too Large"}',
    errorType: "RequestEntityTooLargeException",
  });
