/**
 * The data plane of one HTTP API: a request goes through a chain of steps until one refuses it or the integration answers
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api.html).
 */
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { FunctionPermissionModel, HttpApiModel } from "../../model.ts";
import type { ApiRequestEvent } from "../../platform.ts";
import type { ApiServices } from "../shared/api-services.ts";
import { httpDate } from "../shared/clock-formats.ts";
import { decodeQuery } from "../shared/query.ts";
import { announcesBody, EdgeRefusal, readBody } from "../shared/request-body.ts";
import { requestDetails } from "../shared/request-details.ts";
import { requestHeaders } from "../shared/request-headers.ts";
import { authorize } from "./authorize.ts";
import { type CompiledHttpApi, compileApi } from "./compiled-api.ts";
import { accessLogLine } from "./context-variables.ts";
import { preflightAnswer, withCors } from "./cors.ts";
import type { HttpAnswer, HttpExchange, IntegratedHttpExchange, RoutedHttpExchange } from "./http-exchange.ts";
import { integrate } from "./integrate.ts";
import { HttpApiRefusal } from "./refusal.ts";
import { routeRequest } from "./route-request.ts";
import { throttle } from "./throttle.ts";

const HEADER_LIMIT_BYTES = 10_240;

/** @returns a listener that answers as the API does on AWS; paths are those of the wire */
export function httpApi(
  model: HttpApiModel,
  services: ApiServices,
  permissions: readonly FunctionPermissionModel[],
): RequestListener {
  const api = compileApi(model, services, permissions);
  return (incoming, response) => void serve(api, incoming, response);
}

async function serve(api: CompiledHttpApi, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const startedAt = performance.now();
  const exchange = openExchange(api, incoming);
  let answer: HttpAnswer;
  let refusal: HttpApiRefusal | undefined;
  try {
    answer = await answerRequest(api, exchange, incoming);
  } catch (error) {
    refusal = asRefusal(error);
    answer = refusalAnswer(refusal);
  }
  const { cors } = api.model;
  if (cors && exchange.stage && answer.status !== 204) answer.headers = withCors(cors, exchange, answer.headers);
  try {
    respond(api, exchange, answer, response);
  } catch (error) {
    // What cannot be written ends this request, and not the process with everybody else's.
    refusal = asRefusal(error);
    answer = refusalAnswer(refusal);
    respond(api, exchange, answer, response);
  }
  record(api, exchange, { answer, refusal, durationMs: performance.now() - startedAt });
}

function openExchange({ model, services, ids }: CompiledHttpApi, incoming: IncomingMessage): HttpExchange {
  const url = incoming.url ?? "/";
  const mark = url.indexOf("?");
  const headers = requestHeaders(incoming.rawHeaders);
  const receivedAt = services.platform.now();
  return {
    api: model,
    requestId: ids.extendedRequestId(),
    traceId: ids.traceId(headers.last("x-amzn-trace-id"), receivedAt),
    receivedAt,
    httpMethod: incoming.method ?? "GET",
    requestPath: mark < 0 ? url : url.slice(0, mark) || "/",
    queryString: mark < 0 ? "" : url.slice(mark + 1),
    query: mark < 0 ? [] : decodeQuery(url.slice(mark + 1)),
    headers,
    sourceIp: incoming.socket.remoteAddress?.replace(/^::ffff:/, "") ?? "127.0.0.1",
    scheme: "encrypted" in incoming.socket ? "https" : "http",
    body: undefined,
    stage: undefined,
    route: undefined,
    integration: undefined,
    pathParameters: {},
    authorizer: undefined,
    integrationStatus: undefined,
    integrationLatencyMs: undefined,
    integrationError: undefined,
  };
}

async function answerRequest(
  api: CompiledHttpApi,
  exchange: HttpExchange,
  incoming: IncomingMessage,
): Promise<HttpAnswer> {
  requireSmallHeaders(exchange);
  if (api.model.disableExecuteApiEndpoint) throw new HttpApiRefusal(404, "The API's execute-api endpoint is disabled.");
  const hasBody = announcesBody(incoming);
  if (!routeRequest(api, exchange)) {
    const { cors } = api.model;
    if (cors && exchange.httpMethod === "OPTIONS" && exchange.stage) return preflightAnswer(cors, exchange);
    throw new HttpApiRefusal(404, `No route of the API takes ${exchange.httpMethod} ${exchange.requestPath}.`);
  }
  throttle(api, exchange);
  // Who signs a request signs its body too.
  const isSigned = exchange.route.authorization === "AWS_IAM";
  if (hasBody && isSigned) exchange.body = await readBody(incoming);
  await authorize(api, exchange);
  if (hasBody && !isSigned) exchange.body = await readBody(incoming);
  if (!isIntegrated(exchange))
    throw new HttpApiRefusal(500, `The route ${exchange.route.routeKey} has no integration.`);
  return integrate(exchange, api);
}

function requireSmallHeaders({ headers, requestPath, queryString }: HttpExchange): void {
  let size = requestPath.length + queryString.length;
  for (let i = 1; i < headers.raw.length; i += 2) size += headers.raw[i]!.length;
  if (size > HEADER_LIMIT_BYTES) {
    throw new HttpApiRefusal(
      431,
      `Request line and header values are ${size} bytes; an HTTP API takes ${HEADER_LIMIT_BYTES}.`,
    );
  }
}

const isIntegrated = (exchange: RoutedHttpExchange): exchange is IntegratedHttpExchange =>
  exchange.integration !== undefined;

function asRefusal(error: unknown): HttpApiRefusal {
  if (error instanceof HttpApiRefusal) return error;
  if (error instanceof EdgeRefusal) return new HttpApiRefusal(error.status === 413 ? 413 : 400, error.message);
  return new HttpApiRefusal(500, `The local cloud failed on this request, which is a fault of its own: ${error}`);
}

function refusalAnswer({ status, clientMessage, challenge, message }: HttpApiRefusal): HttpAnswer {
  const headers = ["content-type", "application/json"];
  if (challenge !== undefined) headers.push("www-authenticate", challenge);
  return { status, headers, body: JSON.stringify({ message: clientMessage }), reason: message };
}

function respond(
  { services }: CompiledHttpApi,
  exchange: HttpExchange,
  answer: HttpAnswer,
  response: ServerResponse,
): void {
  const fields = ["Date", httpDate(services.platform.now())];
  let contentType: string | undefined;
  const others: string[] = [];
  for (let i = 0; i < answer.headers.length; i += 2) {
    if (answer.headers[i]!.toLowerCase() === "content-type") contentType = answer.headers[i + 1];
    else others.push(answer.headers[i]!, answer.headers[i + 1]!);
  }
  if (contentType !== undefined) fields.push("Content-Type", contentType);
  if (answer.status !== 204) fields.push("Content-Length", String(Buffer.byteLength(answer.body)));
  fields.push("Connection", response.shouldKeepAlive ? "keep-alive" : "close", ...others);
  fields.push("apigw-requestid", exchange.requestId);
  response.writeHead(answer.status, fields);
  response.end(answer.body);
}

function record(
  { model, services: { platform } }: CompiledHttpApi,
  exchange: HttpExchange,
  outcome: { answer: HttpAnswer; refusal: HttpApiRefusal | undefined; durationMs: number },
): void {
  const { stage } = exchange;
  platform.emit({
    kind: "api-request",
    at: exchange.receivedAt,
    apiId: model.id,
    requestId: exchange.requestId,
    stage: stage?.name,
    method: exchange.httpMethod,
    path: exchange.requestPath,
    status: outcome.answer.status,
    durationMs: outcome.durationMs,
    ...decisionOf(exchange),
    principal: exchange.authorizer?.principal,
    reason: outcome.answer.reason,
    details: requestDetails(exchange, outcome.answer),
  });
  if (!stage?.accessLog) return;
  const line = accessLogLine(stage.accessLog.format, exchange, outcome);
  platform.emit({ kind: "access-log", at: exchange.receivedAt, apiId: model.id, stage: stage.name, line });
}

function decisionOf({ route, authorizer }: HttpExchange): Pick<ApiRequestEvent, "decision" | "authorization"> {
  if (!route) return {};
  const { authorization } = route;
  if (authorization === "NONE") return { authorization, decision: "open to anyone" };
  return { authorization, decision: authorizer ? "let in" : "refused" };
}
