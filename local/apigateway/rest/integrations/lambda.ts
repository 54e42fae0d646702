/**
 * The custom (non-proxy) Lambda integration: the body or a template's text is the event, the result is the body
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-custom-integrations.html).
 */

import { GatewayError } from "../gateway-error.ts";
import type { GatewayAnswer, IntegratedGatewayExchange } from "../gateway-exchange.ts";
import { overridden } from "../templates/overrides.ts";
import { mappedValue } from "../templates/parameter-mapping.ts";
import { integrationBody } from "./integration-request.ts";
import { integrationAnswer } from "./integration-response.ts";
import { invokeFunction, queueFunction } from "./invoke-function.ts";

export async function lambdaIntegration(exchange: IntegratedGatewayExchange): Promise<GatewayAnswer> {
  const event = integrationBody(exchange) || "{}";
  requireJson(event);
  if (isAsynchronous(exchange)) {
    queueFunction(exchange, event);
    exchange.integrationStatus = 202;
    return integrationAnswer(exchange, { selection: undefined, body: "", header: () => undefined, traced: true });
  }
  const { payload, functionError, reason } = await invokeFunction(exchange, event);
  const failed = functionError !== undefined;
  exchange.integrationStatus = 200;
  const answer = integrationAnswer(exchange, {
    selection: failed ? errorMessage(payload) : undefined,
    body: payload,
    header: () => undefined,
    traced: true,
  });
  return failed ? { ...answer, reason } : answer;
}

/** @throws GatewayError for an invocation type that is not served */
function isAsynchronous(exchange: IntegratedGatewayExchange): boolean {
  const { requestParameters } = exchange.route.method.integration;
  const source = Object.entries(requestParameters).find(([target]) => TYPE_FIELD.test(target))?.[1];
  const overriding = overridden(exchange.overrides?.request, "header").find(([name]) => isType(name))?.[1];
  const type = overriding ?? (source === undefined ? undefined : mappedValue(source, { exchange }));
  if (type === undefined || type === "RequestResponse") return false;
  if (type === "Event") return true;
  const reason = `The function would be invoked with X-Amz-Invocation-Type ${type}; RequestResponse and Event are served.`;
  throw new GatewayError("API_CONFIGURATION_ERROR", reason);
}

const TYPE_FIELD = /^integration\.request\.header\.x-amz-invocation-type$/i;
const isType = (name: string): boolean => name.toLowerCase() === "x-amz-invocation-type";

function requireJson(event: string): void {
  try {
    JSON.parse(event);
  } catch (error) {
    const message = `Could not parse request body into json: ${(error as Error).message}`;
    throw new GatewayError("BAD_REQUEST_BODY", `${message}. It would be the function's event.`, { message });
  }
}

function errorMessage(payload: string): string {
  const error = JSON.parse(payload) as { errorMessage?: string };
  return error.errorMessage ?? "";
}
