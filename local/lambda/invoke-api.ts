/**
 * Invoke of Lambda's API, for functions that call functions
 * (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html). Loaded with the first request for it.
 */
import { readBody } from "../http/read-body.ts";
import type { FunctionModel } from "../model.ts";
import type { AccessKey } from "../permissions/access-key.ts";
import { signedScope } from "../permissions/signed-region.ts";
import type { InvokeFunction, Platform } from "../platform.ts";
import { ApiRefusal, asApiRefusal, tooLarge } from "./api-refusal.ts";
import type { EventQueue } from "./event-queue.ts";
import { type InvocationRights, requireRight } from "./invocation-rights.ts";
import { clientContext, eventOf, invocationType, invokedFunction, LIMIT_BYTES, wantsLog } from "./invoke-request.ts";

export interface InvokeApiOptions {
  functions: readonly FunctionModel[];
  invoke: InvokeFunction;
  eventQueue: EventQueue;
  rights: InvocationRights;
  platform: Platform;
  accessKey: AccessKey;
}

const INVOCATIONS = /^\/2015-03-31\/functions\/[^/]+\/invocations$/;
/** Of the log's end that an answer carries. */
const TAIL_BYTES = 4096;

/** @returns a fetch handler for `POST /2015-03-31/functions/<name>/invocations`, which refuses the API's other requests by name */
export function invokeApi({ functions, invoke, eventQueue, rights, platform, accessKey }: InvokeApiOptions) {
  const tell = (outcome: string, reason: string, operation = "Invoke") =>
    platform.emit({ kind: "aws-api", at: platform.now(), service: "Lambda", operation, outcome, reason });
  const answered = async (request: Request, requestId: string): Promise<Response> => {
    const type = invocationType(request);
    const body = await readBody(request, LIMIT_BYTES[type]);
    if (!body) throw tooLarge(LIMIT_BYTES[type]);
    const { region, session } = signedScope(request, body, { service: "lambda", accessKey });
    const mayInvoke = (arn: string) => requireRight(rights, session, arn);
    const { model, qualifier, arn } = invokedFunction(request, functions, region, mayInvoke);
    const tail = wantsLog(request) && type === "RequestResponse" ? new LogTail() : undefined;
    const context = clientContext(request);
    const payload = eventOf(body);
    if (type === "DryRun") return new Response(undefined, { status: 204 });
    const traceId = request.headers.get("x-amzn-trace-id") ?? undefined;
    if (type === "Event") {
      eventQueue.put(arn, payload, { requestId, traceId });
      return new Response(undefined, { status: 202, headers: { "x-amzn-remapped-content-length": "0" } });
    }
    const onLogLine = tail && ((line: string) => tail.add(line));
    const options = { requestId, traceId, clientContext: context, onLogLine };
    const { payload: result, functionError, reason } = await invoke(arn, payload, options);
    if (functionError) tell(functionError, reason ?? "The function failed.");
    // Of an alias with shares it is not known which version took the invocation.
    const version = model.shares[qualifier] ? undefined : (model.qualifiers[qualifier] ?? qualifier);
    return new Response(result, {
      headers: {
        ...{ "content-type": "application/json", "x-amzn-remapped-content-length": "0" },
        ...(functionError && { "x-amz-function-error": functionError }),
        ...(tail && { "x-amz-log-result": tail.encoded() }),
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
      const { type, status, body, message } = asApiRefusal(error);
      tell(type, message, isInvoke ? "Invoke" : `${request.method} ${pathname}`);
      return Response.json(body, { status, headers: { "x-amzn-errortype": type } });
    });
    response.headers.set("x-amzn-requestid", requestId);
    return response;
  };
}

/** The last of what is logged for an invocation. */
class LogTail {
  #text = Buffer.alloc(0);

  add(line: string): void {
    this.#text = Buffer.concat([this.#text, Buffer.from(`${line}\n`)]).subarray(-TAIL_BYTES);
  }

  encoded(): string {
    return this.#text.toString("base64");
  }
}

const notServed = (): ApiRefusal =>
  new ApiRefusal("UnknownOperationException", 404, {
    ...{ Type: "User" },
    Message: "Of Lambda's API, the local cloud serves Invoke and nothing else.",
  });
