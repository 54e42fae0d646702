/**
 * Invoke of Lambda's API, for functions that call functions
 * (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html). Loaded with the first request for it.
 */
import { readBody } from "../http/read-body.ts";
import { comesFromPage } from "../http/web-page.ts";
import type { FunctionModel } from "../model.ts";
import type { AccessKey } from "../permissions/access-key.ts";
import { NOT_SIGNED, SignatureRefusal } from "../permissions/signature-refusal.ts";
import { signedRegion } from "../permissions/signed-region.ts";
import type { InvokeFunction, Platform } from "../platform.ts";
import { InvocationRefused } from "./invocation-refused.ts";

export interface InvokeApiOptions {
  functions: readonly FunctionModel[];
  invoke: InvokeFunction;
  platform: Platform;
  accessKey: AccessKey;
}

/** Lambda's quotas: synchronous, and `Event`. */
const LIMIT_BYTES = { RequestResponse: 6_291_456, Event: 1_048_576, DryRun: 6_291_456 };
const STATUS: Record<string, number> = {
  ResourceNotFoundException: 404,
  TooManyRequestsException: 429,
  InvalidRuntimeException: 502,
};
const INVOCATIONS = /^\/2015-03-31\/functions\/[^/]+\/invocations$/;

type InvocationType = keyof typeof LIMIT_BYTES;

/** A request that the API refuses; `message` is for a person where the body says less. */
class Refusal extends Error {
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

/** @returns a fetch handler for `POST /2015-03-31/functions/<name>/invocations`, which refuses the API's other requests by name */
export function invokeApi({ functions, invoke, platform, accessKey }: InvokeApiOptions) {
  const tell = (outcome: string, reason: string, operation = "Invoke") =>
    platform.emit({ kind: "aws-api", at: platform.now(), service: "Lambda", operation, outcome, reason });
  const answered = async (request: Request, requestId: string): Promise<Response> => {
    const type = invocationType(request);
    const body = await readBody(request, LIMIT_BYTES[type]);
    if (!body) throw tooLarge(LIMIT_BYTES[type]);
    const region = signedRegion(request, body, { service: "lambda", accessKey });
    const { model, qualifier } = invoked(request, functions, region);
    const payload = payloadOf(body);
    if (type === "DryRun") return new Response(undefined, { status: 204 });
    const traceId = request.headers.get("x-amzn-trace-id") ?? undefined;
    const running = invoke(`${model.arn}:${qualifier}`, payload, { requestId, ...(traceId && { traceId }) });
    if (type === "Event") {
      const failed = (error: Error) => tell(error.name, `${error.message} AWS would try again.`);
      running.then(({ reason }) => reason && tell("Unhandled", `${reason} AWS would try twice more.`), failed);
      return new Response(undefined, { status: 202, headers: { "x-amzn-remapped-content-length": "0" } });
    }
    const { payload: result, functionError, reason } = await running;
    if (functionError) tell(functionError, reason ?? "The function failed.");
    // Of an alias with shares it is not known which version took the invocation.
    const version = model.shares[qualifier] ? undefined : (model.qualifiers[qualifier] ?? qualifier);
    return new Response(result, {
      headers: {
        ...{ "content-type": "application/json", "x-amzn-remapped-content-length": "0" },
        ...(functionError && { "x-amz-function-error": functionError }),
        ...(version !== undefined && { "x-amz-executed-version": version }),
      },
    });
  };

  return async (request: Request): Promise<Response> => {
    const requestId = platform.randomUUID();
    const { pathname } = new URL(request.url);
    const isInvoke = request.method === "POST" && INVOCATIONS.test(pathname);
    const answer = isInvoke ? answered(request, requestId) : Promise.reject(notServed());
    const response = await answer.catch((error: unknown) => {
      const { type, status, body, message } = asRefusal(error);
      tell(type, message, isInvoke ? "Invoke" : `${request.method} ${pathname}`);
      return Response.json(body, { status, headers: { "x-amzn-errortype": type } });
    });
    response.headers.set("x-amzn-requestid", requestId);
    return response;
  };
}

/** @throws Refusal */
function invocationType(request: Request): InvocationType {
  if (comesFromPage(request)) {
    const message = "The request comes from a web page; none may invoke functions.";
    throw new Refusal("AccessDeniedException", 403, { Message: message });
  }
  const type = request.headers.get("x-amz-invocation-type") ?? "RequestResponse";
  if (type in LIMIT_BYTES) return type as InvocationType;
  throw new Refusal("ValidationException", 400, {
    message: `1 validation error detected: Value '${type}' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: [Event, RequestResponse, DryRun]`,
  });
}

/**
 * By name, by ARN or by the ARN's end from the account on, with or without a qualifier.
 * @throws Refusal
 */
function invoked(request: Request, functions: readonly FunctionModel[], region: string) {
  const { pathname, searchParams } = new URL(request.url);
  const given = decodeURIComponent(pathname.split("/")[3]!);
  const [, arn, name = given, derived] =
    /^((?:arn:.*?:)?(?:\d{12}:)?function:)?([^:]+)(?::([^:]+))?$/.exec(given) ?? [];
  const asked = searchParams.get("Qualifier") ?? undefined;
  if (asked !== undefined && derived !== undefined && asked !== derived) {
    throw new Refusal("InvalidParameterValueException", 400, {
      ...{ Type: "User" },
      message: "The derived qualifier from the function name does not match the specified qualifier.",
    });
  }
  const qualifier = asked ?? derived ?? "$LATEST";
  const model = functions.find(
    (one) => one.name === name && one.region === region && (!arn || one.arn.endsWith(`${arn}${name}`)),
  );
  if (model && (qualifier === "$LATEST" || qualifier in model.qualifiers)) return { model, qualifier };
  const account = functions[0]?.accountId ?? "";
  const wanted = arn?.startsWith("arn:") ? `${arn}${name}` : `arn:aws:lambda:${region}:${account}:function:${name}`;
  const full = qualifier === "$LATEST" ? wanted : `${wanted}:${qualifier}`;
  const Message = `Function not found: ${full}`;
  const body = { Type: "User", Message };
  throw new Refusal("ResourceNotFoundException", 404, body, `${Message}. The program declares none with this ARN.`);
}

/** @throws Refusal for what is not JSON */
function payloadOf(body: Buffer): string {
  if (body.length === 0) return "{}";
  const text = body.toString();
  try {
    JSON.parse(text);
    return text;
  } catch (error) {
    const message = `Could not parse request body into json: Could not parse payload into json: ${(error as Error).message}`;
    throw new Refusal("InvalidRequestContentException", 400, { ...{ Type: "User" }, message });
  }
}

const notServed = (): Refusal =>
  new Refusal("UnknownOperationException", 404, {
    ...{ Type: "User" },
    Message: "Of Lambda's API, the local cloud serves Invoke and nothing else.",
  });

const tooLarge = (limit: number): Refusal =>
  new Refusal("RequestEntityTooLargeException", 413, {
    Message: `Request must be smaller than ${limit} bytes for the InvokeFunction operation`,
  });

/** @throws what is none */
function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof SignatureRefusal) {
    const { errorType, message } = error.complaint ?? NOT_SIGNED;
    return new Refusal(errorType, 403, { message }, error.message);
  }
  if (!(error instanceof InvocationRefused)) throw error;
  const body =
    error.name === "TooManyRequestsException"
      ? { Reason: "ReservedFunctionConcurrentInvocationLimitExceeded", Type: "User", message: "Rate Exceeded." }
      : { Type: "User", Message: error.message };
  return new Refusal(error.name, STATUS[error.name] ?? 400, body, error.message);
}
