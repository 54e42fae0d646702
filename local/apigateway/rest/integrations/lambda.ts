/**
 * The custom (non-proxy) Lambda integration: the body or a template's text is the event, the result is the body
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-custom-integrations.html).
 */

import { GatewayError } from "../gateway-error.ts";
import type { GatewayAnswer, IntegratedGatewayExchange } from "../gateway-exchange.ts";
import { integrationBody } from "./integration-request.ts";
import { integrationAnswer } from "./integration-response.ts";
import { invokeFunction } from "./invoke-function.ts";

export async function lambdaIntegration(exchange: IntegratedGatewayExchange): Promise<GatewayAnswer> {
  const event = integrationBody(exchange) || "{}";
  requireJson(event);
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
