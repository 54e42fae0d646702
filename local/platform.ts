/**
 * What the services take from outside, handed in so that a test can hold the clock still and read what would be logged.
 */
import type { DatabaseSync } from "node:sqlite";

export interface Platform {
  /** Milliseconds since the epoch. */
  now(): number;
  /** The same by the machine's clock, which is what clients and functions sign by, where a test has set `now` ahead of it. */
  machineNow?(): number;
  randomUUID(): string;
  randomBytes(size: number): Buffer;
  store: Store;
  /** Tells whoever watches (terminal, console page) what happened. Never carries a token, a password or a code in clear. */
  emit(event: CloudEvent): void;
}

/**
 * The state on disk. Each service creates and migrates tables of its own, under its own prefix.
 * A statement that returned is durable: `kill -9` right after loses nothing.
 */
export interface Store {
  db: DatabaseSync;
  /** All or nothing; nested calls join the outer transaction. */
  transaction<T>(work: () => T): T;
  close(): void;
}

export type CloudEvent =
  | ApiRequestEvent
  | {
      kind: "sign-in";
      at: number;
      userPoolId: string;
      clientId: string;
      username: string;
      outcome: string;
      reason?: string;
    }
  | {
      kind: "oauth";
      at: number;
      userPoolId: string;
      clientId: string | undefined;
      endpoint: string;
      outcome: string;
      reason?: string;
    }
  | { kind: "mail"; at: number; userPoolId: string; to: string; subject: string; messageKind: string }
  | { kind: "user"; at: number; userPoolId: string; username: string; action: string }
  /** A user pool called one of its Lambda triggers. */
  | {
      kind: "trigger";
      at: number;
      userPoolId: string;
      functionName: string;
      triggerSource: string;
      durationMs: number;
      outcome: "answered" | "failed";
      reason?: string;
    }
  /** A person ran a function in the console; `source` is what would have invoked it, `result` JSON text. */
  | {
      kind: "run-by-hand";
      at: number;
      functionName: string;
      source: string | undefined;
      durationMs: number;
      outcome: "answered" | "failed" | "refused";
      result: string | undefined;
      reason: string | undefined;
    }
  /** What DynamoDB refused, or did with a table; `outcome` is the error's type. */
  | { kind: "database"; at: number; operation: string; outcome: string; reason: string }
  /** What an API of AWS refused, or how a function failed that it invoked, or which one does not run here; `outcome` is the error's type. */
  | {
      kind: "aws-api";
      at: number;
      /** By its name, or by the one that requests are signed for. */
      service: string;
      operation: string;
      outcome: string;
      reason: string;
    }
  /** `traceId` names the request that the function worked for, where one is known. */
  | { kind: "function-log"; at: number; functionName: string; line: string; traceId?: string | undefined }
  /** The program is evaluated again because its sources changed; `reason` says why what ran before keeps running. */
  | { kind: "program"; at: number; outcome: "evaluating" | "running" | "failed"; reason?: string }
  | { kind: "access-log"; at: number; apiId: string; stage: string; line: string };

export interface ApiRequestEvent {
  kind: "api-request";
  at: number;
  apiId: string;
  requestId: string;
  stage: string | undefined;
  method: string;
  path: string;
  status: number;
  durationMs: number;
  /** What the authorizer said; absent for a request that found no method. */
  decision?: "open to anyone" | "let in" | "refused";
  /** As the program declared it, `COGNITO_USER_POOLS` for one; absent for a request that found no method. */
  authorization?: string | undefined;
  /** Who passed the authorizer: the token's `sub` (ID token) or `username`. */
  principal: string | undefined;
  /** Why it was refused or failed, for a person: which check, what was expected, what to do. */
  reason: string | undefined;
  /**
   * What came and what was answered, whole, tokens included: for whoever looks at one request on purpose and takes them out.
   * A function, so that it is no part of the event's JSON.
   */
  details?: () => RequestDetails;
}

export interface RequestDetails {
  traceId: string;
  /** With its query, from the stage on. */
  target: string;
  requestHeaders: [name: string, value: string][];
  requestBody: Buffer;
  responseHeaders: [name: string, value: string][];
  responseBody: Buffer;
  /** Whether the bodies were too long to keep whole. */
  cut: boolean;
}

/** What a REST API's authorizer needs of a user pool. */
export interface TokenIssuer {
  userPoolArn: string;
  issuer: string;
  /** The public key with this `kid`, or `undefined` when the pool never had it. */
  publicKey(kid: string): import("node:crypto").KeyObject | undefined;
}

/** The outcome of one Lambda invocation, as the Invoke API would answer it. */
export interface InvocationResult {
  /** JSON text */
  payload: string;
  functionError: "Unhandled" | undefined;
  /** Why it failed, for a person. */
  reason: string | undefined;
}

/** The largest payload that a Lambda function may be sent or answer with: 6 MB and a little for its envelope. */
export const PAYLOAD_LIMIT_BYTES = 6_291_556;

/** The largest that one may be sent asynchronously. */
export const EVENT_LIMIT_BYTES = 1_048_576;

/**
 * Invokes a function synchronously (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html).
 * @param payload JSON text
 * @throws an Error named as the Invoke API's (`TooManyRequestsException`, `ResourceNotFoundException`) when the invocation was
 *   refused, so that the function never ran; whatever goes wrong inside the function is an outcome with `functionError`
 */
export type InvokeFunction = (
  functionArn: string,
  payload: string,
  options?: InvocationOptions,
) => Promise<InvocationResult>;

/**
 * Invokes a function asynchronously (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html): it is run when it can
 * be, tried again when it fails, and nobody waits for it.
 * @param payload JSON text
 */
export type QueueEvent = (
  functionArn: string,
  payload: string,
  ids: { requestId: string; traceId?: string | undefined },
) => void;

export interface InvocationOptions {
  /** What the function finds in `_X_AMZN_TRACE_ID`. */
  traceId?: string | undefined;
  /** Of the invocation, a new one unless given. */
  requestId?: string | undefined;
  /** What the function finds in its context, JSON text. */
  clientContext?: string | undefined;
  /** Hears what is logged for the invocation, from START to REPORT. */
  onLogLine?: ((line: string) => void) | undefined;
}

/** GetObject or HeadObject. */
export interface ObjectRequest {
  method: "GET" | "HEAD";
  bucket: string;
  key: string;
  /** The ARN of the role that asks. */
  role: string;
  query: URLSearchParams;
  header(lowerCaseName: string): string | undefined;
}

/** What S3 answers, also when there is no such object. */
export interface ObjectReply {
  status: number;
  /** Header fields by their lower-case names. */
  fields: Record<string, string>;
  body: Buffer;
  /** Why there is no object, for a person. */
  reason: string | undefined;
}

/**
 * Gets an object of S3 (https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html).
 * @returns `notServed`, a clause for a person, when it is not known here what S3 would answer
 */
export type GetObject = (request: ObjectRequest) => ObjectReply | { notServed: string };
