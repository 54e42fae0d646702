/**
 * A function URL: each request is an invocation, with the payload of an HTTP API whose only route is `$default`
 * (https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html).
 */
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { FunctionUrlModel } from "../../model.ts";
import { SignatureRefusal } from "../../permissions/signature-refusal.ts";
import { PAYLOAD_LIMIT_BYTES } from "../../platform.ts";
import { corsFields, preflightAnswer } from "../http/cors.ts";
import { functionReply } from "../http/function-reply.ts";
import type { AuthorizedCaller, HttpAnswer, ToldRequest } from "../http/http-exchange.ts";
import { proxyEvent } from "../http/proxy-event.ts";
import { HttpApiRefusal } from "../http/refusal.ts";
import type { ApiServices } from "../shared/api-services.ts";
import { httpDate } from "../shared/clock-formats.ts";
import { decodeQuery } from "../shared/query.ts";
import { announcesBody, EdgeRefusal, readBody } from "../shared/request-body.ts";
import { requestDetails } from "../shared/request-details.ts";
import { requestHeaders } from "../shared/request-headers.ts";
import { RequestIds } from "../shared/request-ids.ts";
import { signedCaller } from "../shared/signed-caller.ts";
import { FunctionUrlRefusal, failed, forbidden, throttled, tooLarge } from "./refusal.ts";

interface Served {
  model: FunctionUrlModel;
  services: ApiServices;
  ids: RequestIds;
}

interface UrlAnswer extends HttpAnswer {
  errorType?: string | undefined;
}

/** @returns a listener that answers as the function's URL does on AWS */
export function functionUrl(model: FunctionUrlModel, services: ApiServices): RequestListener {
  const served: Served = { model, services, ids: new RequestIds(services.platform) };
  return (incoming, response) => void serve(served, incoming, response);
}

async function serve(served: Served, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const startedAt = performance.now();
  const { cors } = served.model;
  const asked = openRequest(served, incoming);
  let answer: UrlAnswer;
  try {
    answer = await answerRequest(served, asked, incoming);
  } catch (error) {
    answer = refusalAnswer(error);
  }
  // What the function says of other origins stays beside it.
  if (cors && !isPreflight(served, asked)) answer.headers = [...corsFields(cors, asked), ...answer.headers];
  try {
    respond(served, asked, answer, response);
  } catch (error) {
    // What cannot be written ends this request, and not the process with everybody else's.
    answer = refusalAnswer(error);
    respond(served, asked, answer, response);
  }
  record(served, asked, answer, performance.now() - startedAt);
}

function openRequest({ model, services: { platform }, ids }: Served, incoming: IncomingMessage): ToldRequest {
  const [path = "", queryString = ""] = split(incoming.url ?? "/");
  const headers = requestHeaders(incoming.rawHeaders);
  const receivedAt = platform.now();
  return {
    api: { id: model.id, accountId: model.authorization === "NONE" ? "anonymous" : model.accountId },
    stage: { name: "$default", variables: {} },
    route: { routeKey: "$default" },
    requestId: ids.requestId(),
    traceId: ids.traceId(headers.last("x-amzn-trace-id"), receivedAt),
    receivedAt,
    httpMethod: incoming.method ?? "GET",
    requestPath: path || "/",
    queryString,
    query: decodeQuery(queryString),
    headers,
    sourceIp: incoming.socket.remoteAddress?.replace(/^::ffff:/, "") ?? "127.0.0.1",
    scheme: "encrypted" in incoming.socket ? "https" : "http",
    body: undefined,
    pathParameters: {},
    authorizer: undefined,
  };
}

function split(url: string): [path: string, queryString: string] {
  const mark = url.indexOf("?");
  return mark < 0 ? [url, ""] : [url.slice(0, mark), url.slice(mark + 1)];
}

async function answerRequest(served: Served, asked: ToldRequest, incoming: IncomingMessage): Promise<UrlAnswer> {
  const { model, services } = served;
  if (model.cors && isPreflight(served, asked)) return { ...preflightAnswer(model.cors, asked), status: 200 };
  if (announcesBody(incoming)) asked.body = await readBody(incoming);
  if (model.authorization === "AWS_IAM") asked.authorizer = signer(served, asked);
  const event = proxyEvent(asked, "2.0");
  if (Buffer.byteLength(event) > PAYLOAD_LIMIT_BYTES) {
    throw tooLarge(`The event is larger than the ${PAYLOAD_LIMIT_BYTES} bytes that a function can be sent.`);
  }
  const { traceId, requestId } = asked;
  const result = await services.invoke(model.functionArn, event, { traceId, requestId }).catch((error: Error) => {
    const refuse = error.name === "TooManyRequestsException" ? throttled : failed;
    throw refuse(`The function could not be invoked: ${error.message}`);
  });
  if (result.functionError) throw failed(result.reason ?? "The function failed.");
  return functionReply(result.payload, "2.0", "application/json");
}

function isPreflight({ model }: Served, { httpMethod, headers }: ToldRequest): boolean {
  const asks = (name: string) => headers.last(name) !== undefined;
  return (
    model.cors !== undefined && httpMethod === "OPTIONS" && asks("origin") && asks("access-control-request-method")
  );
}

/** @throws FunctionUrlRefusal 403 */
function signer({ model, services: { accessKey, platform } }: Served, asked: ToldRequest): AuthorizedCaller {
  if (!accessKey) throw forbidden("The URL takes AWS_IAM authorization, and there is no access key.");
  try {
    const request = { ...asked, method: asked.httpMethod };
    const scope = { region: model.region, service: "lambda" };
    const caller = signedCaller(request, { accessKey, platform }, scope, model.functionArn);
    return { kind: "iam", caller, principal: caller.userArn };
  } catch (error) {
    if (!(error instanceof SignatureRefusal)) throw error;
    throw forbidden(error.message, error.complaint);
  }
}

function refusalAnswer(error: unknown): UrlAnswer {
  const { status, body, errorType, message: reason } = asRefusal(error);
  return { status, headers: ["content-type", "application/json"], body, reason, errorType };
}

function asRefusal(error: unknown): FunctionUrlRefusal {
  if (error instanceof FunctionUrlRefusal) return error;
  // A reply of the function in a form that nothing can be made of.
  if (error instanceof HttpApiRefusal) return failed(error.message);
  if (error instanceof EdgeRefusal) return tooLarge(error.message);
  return failed(`The local cloud failed on this request, which is a fault of its own: ${error}`);
}

function respond({ services }: Served, asked: ToldRequest, answer: UrlAnswer, response: ServerResponse): void {
  const at = answer.headers.findIndex((field, index) => index % 2 === 0 && field.toLowerCase() === "content-type");
  const others = at < 0 ? answer.headers : answer.headers.toSpliced(at, 2);
  response.writeHead(answer.status, [
    ...["Date", httpDate(services.platform.now())],
    ...(at < 0 ? [] : ["Content-Type", answer.headers[at + 1]!]),
    ...(answer.status === 204 ? [] : ["Content-Length", String(Buffer.byteLength(answer.body))]),
    ...["Connection", response.shouldKeepAlive ? "keep-alive" : "close", "x-amzn-RequestId", asked.requestId],
    ...(answer.errorType === undefined ? [] : ["x-amzn-ErrorType", answer.errorType]),
    ...others,
    ...["X-Amzn-Trace-Id", asked.traceId],
  ]);
  response.end(answer.body);
}

function record({ model, services }: Served, asked: ToldRequest, answer: UrlAnswer, durationMs: number): void {
  services.platform.emit({
    kind: "api-request",
    at: asked.receivedAt,
    apiId: model.id,
    requestId: asked.requestId,
    stage: undefined,
    method: asked.httpMethod,
    path: asked.requestPath,
    status: answer.status,
    durationMs,
    decision: model.authorization === "NONE" ? "open to anyone" : asked.authorizer ? "let in" : "refused",
    authorization: model.authorization,
    principal: asked.authorizer?.principal,
    reason: answer.reason,
    details: requestDetails(asked, answer),
  });
}
