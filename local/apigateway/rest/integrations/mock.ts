/**
 * The mock integration: the request template's `statusCode` selects the response
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html).
 */

import { GatewayError } from "../gateway-error.ts";
import type { GatewayAnswer, IntegratedGatewayExchange } from "../gateway-exchange.ts";
import { integrationBody } from "./integration-request.ts";
import { integrationAnswer } from "./integration-response.ts";

export function mockIntegration(exchange: IntegratedGatewayExchange): GatewayAnswer {
  const status = statusCode(integrationBody(exchange) ?? "");
  exchange.integrationStatus = Number(status);
  return integrationAnswer(exchange, { selection: status, body: "", header: () => undefined, traced: false });
}

/** Templates are often not quite JSON, as in `{statusCode: 200}`. */
function statusCode(rendered: string): string {
  const status = /["']?statusCode["']?\s*:\s*["']?(\d{3})\b/.exec(rendered)?.[1];
  if (status !== undefined) return status;
  throw new GatewayError(
    "API_CONFIGURATION_ERROR",
    'The mock integration\'s request template gives no statusCode; it must render to {"statusCode": 200} or the like.',
  );
}
