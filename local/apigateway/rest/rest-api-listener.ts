/**
 * The data plane of one REST API: a request goes through a chain of steps until one refuses it or the integration
 * answers (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-rest-api.html).
 */
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { RestApiModel } from "../../model.ts";
import type { ApiRequestEvent } from "../../platform.ts";
import type { ApiServices } from "../shared/api-services.ts";
import { announcesBody, EdgeRefusal, readBody } from "../shared/request-body.ts";
import { requestDetails } from "../shared/request-details.ts";
import { authorize } from "./authorize.ts";
import { type CompiledApi, compileApi } from "./compiled-api.ts";
import { packedAnswer, unpackedBody } from "./content-coding.ts";
import { GatewayError } from "./gateway-error.ts";
import type { GatewayAnswer, GatewayExchange } from "./gateway-exchange.ts";
import { edgeAnswer, gatewayAnswer } from "./gateway-responses.ts";
import { integrate } from "./integrations/integrate.ts";
import { openExchange, parseRequest } from "./request.ts";
import { respond } from "./respond.ts";
import { routeRequest } from "./route-request.ts";
import { throttleMethod } from "./throttle.ts";

/**
 * @returns a listener that answers as the API does on AWS; paths are those of the wire, `/<stage>/<path>`
 */
export function restApi(model: RestApiModel, services: ApiServices): RequestListener {
  const api = compileApi(model, services);
  return (incoming, response) => void serve(api, incoming, response);
}

async function serve(api: CompiledApi, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const startedAt = performance.now();
  const exchange = openExchange(api, incoming);
  let answer: GatewayAnswer;
  let refusal: GatewayError | EdgeRefusal | undefined;
  try {
    parseRequest(exchange);
    const hasBody = announcesBody(incoming);
    routeRequest(api, exchange);
    // Who signs a request signs its body too.
    const isSigned = hasBody && exchange.route.method.authorization === "AWS_IAM";
    if (isSigned) exchange.body = await readBody(incoming);
    const pending = authorize(api, exchange);
    if (pending) await pending;
    api.usagePlans.admit(exchange);
    throttleMethod(exchange);
    if (hasBody) exchange.body = unpackedBody(exchange, isSigned ? exchange.body : await readBody(incoming));
    api.requestValidator.validate(exchange);
    answer = await integrate(exchange);
  } catch (error) {
    refusal = asRefusal(error);
    answer = refusal instanceof EdgeRefusal ? edgeAnswer(refusal) : gatewayAnswer(api, exchange, refusal);
  }
  try {
    respond(exchange, packedAnswer(exchange, answer), response);
  } catch (error) {
    // What cannot be written ends this request, and not the process with everybody else's.
    const fault = asRefusal(error) as GatewayError;
    refusal = fault;
    answer = gatewayAnswer({ gatewayResponses: new Map() }, exchange, fault);
    respond(exchange, answer, response);
  }
  record(api, exchange, answer, refusal, performance.now() - startedAt);
}

function decisionOf(
  { route, identity }: GatewayExchange,
  refusal: GatewayError | EdgeRefusal | undefined,
): Pick<ApiRequestEvent, "decision" | "authorization"> {
  if (!route) return {};
  const { authorization } = route.method;
  const isDenied = refusal instanceof GatewayError && refusal.responseType === "ACCESS_DENIED";
  if (authorization === "NONE" && !isDenied) return { authorization, decision: "open to anyone" };
  return { authorization, decision: identity ? "let in" : "refused" };
}

function asRefusal(error: unknown): GatewayError | EdgeRefusal {
  if (error instanceof GatewayError || error instanceof EdgeRefusal) return error;
  const reason = `The local cloud failed on this request, which is a fault of its own: ${error}`;
  return new GatewayError("API_CONFIGURATION_ERROR", reason);
}

function record(
  api: CompiledApi,
  exchange: GatewayExchange,
  answer: GatewayAnswer,
  refusal: GatewayError | EdgeRefusal | undefined,
  durationMs: number,
): void {
  const { stage } = exchange;
  const { platform } = api.services;
  platform.emit({
    kind: "api-request",
    at: exchange.receivedAt,
    apiId: api.model.id,
    requestId: exchange.requestId,
    stage: stage?.name,
    method: exchange.httpMethod,
    path: exchange.requestPath,
    status: answer.status,
    durationMs,
    ...decisionOf(exchange, refusal),
    principal: exchange.identity?.principal,
    reason: answer.reason,
    details: requestDetails(exchange, answer),
  });
  const accessLog = stage && api.accessLogs.get(stage);
  if (!accessLog) return;
  const error = refusal instanceof GatewayError ? refusal : undefined;
  const line = accessLog({ exchange, answer, error, durationMs });
  platform.emit({ kind: "access-log", at: exchange.receivedAt, apiId: api.model.id, stage: stage.name, line });
}
