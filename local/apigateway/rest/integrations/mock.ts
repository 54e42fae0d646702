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

/** API Gateway reads what is not quite JSON too, as `{statusCode: 200}`; but the status has to be a whole number. */
const STATUS = /[{,]\s*(?:"statusCode"|'statusCode'|statusCode)\s*:\s*(-?\d+)\s*[,}]/;

function statusCode(rendered: string): string {
  const status = ofJson(rendered) ?? ofAlmostJson(rendered.trim());
  if (status !== undefined) return status;
  throw new GatewayError(
    "API_CONFIGURATION_ERROR",
    'The mock integration\'s request template gives no statusCode; it must render to {"statusCode": 200} or the like.',
  );
}

function ofJson(text: string): string | undefined {
  try {
    const { statusCode } = JSON.parse(text) as { statusCode?: unknown };
    return Number.isInteger(statusCode) ? String(statusCode) : undefined;
  } catch {
    return undefined;
  }
}

function ofAlmostJson(text: string): string | undefined {
  if (!text.startsWith("{") || !text.endsWith("}") || /,\s*\{/.test(text)) return undefined;
  return STATUS.exec(text)?.[1];
}
