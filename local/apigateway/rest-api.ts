/**
 * The data plane of one REST API: a request goes through a chain of steps until one refuses it or the integration
 * answers (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-rest-api.html).
 */
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { RestApiDefinition } from "../definitions.ts";
import { authorize } from "./authorize.ts";
import { type ApiServices, type DeployedApi, deployApi } from "./deployed-api.ts";
import type { Exchange, GatewayAnswer } from "./exchange.ts";
import { EdgeRefusal, GatewayError } from "./gateway-error.ts";
import { edgeAnswer, gatewayAnswer } from "./gateway-responses.ts";
import { integrate } from "./integrations/integrate.ts";
import { announcesBody, openExchange, parseRequest, readBody } from "./request.ts";
import { respond } from "./respond.ts";
import { routeRequest } from "./route-request.ts";

/**
 * @returns a listener that answers as the API does on AWS; paths are those of the wire, `/<stage>/<path>`
 */
export function restApi(definition: RestApiDefinition, services: ApiServices): RequestListener {
  const api = deployApi(definition, services);
  return (incoming, response) => void serve(api, incoming, response);
}

async function serve(api: DeployedApi, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const startedAt = performance.now();
  const exchange = openExchange(api, incoming);
  let answer: GatewayAnswer;
  try {
    answer = await answerRequest(exchange, incoming);
  } catch (error) {
    answer = refusal(exchange, error);
  }
  respond(exchange, answer, response);
  record(exchange, answer, performance.now() - startedAt);
}

async function answerRequest(exchange: Exchange, incoming: IncomingMessage): Promise<GatewayAnswer> {
  parseRequest(exchange);
  const hasBody = announcesBody(incoming);
  routeRequest(exchange);
  authorize(exchange);
  if (hasBody) exchange.body = await readBody(incoming);
  return integrate(exchange);
}

function refusal(exchange: Exchange, error: unknown): GatewayAnswer {
  if (error instanceof EdgeRefusal) return edgeAnswer(error);
  if (error instanceof GatewayError) return gatewayAnswer(exchange, error);
  const reason = `The local cloud failed on this request, which is a fault of its own: ${error}`;
  return gatewayAnswer(exchange, new GatewayError("API_CONFIGURATION_ERROR", reason));
}

function record(exchange: Exchange, answer: GatewayAnswer, durationMs: number): void {
  const { api } = exchange;
  api.services.world.emit({
    kind: "api-request",
    at: exchange.receivedAt,
    apiId: api.definition.id,
    requestId: exchange.requestId,
    stage: exchange.stage?.name,
    method: exchange.httpMethod,
    path: exchange.requestPath,
    status: answer.status,
    durationMs,
    principal: exchange.identity?.principal,
    reason: answer.reason,
  });
}
