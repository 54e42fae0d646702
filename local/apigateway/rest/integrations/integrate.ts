/**
 * Hands a request to what stands behind its method.
 */

import { serviceIn } from "../../../integration-target.ts";
import { GatewayError } from "../gateway-error.ts";
import type { GatewayAnswer, IntegratedGatewayExchange, RoutedGatewayExchange } from "../gateway-exchange.ts";
import { httpIntegration } from "./http.ts";
import { invokeFunction } from "./invoke-function.ts";
import { lambdaIntegration } from "./lambda.ts";
import { mockIntegration } from "./mock.ts";
import { proxyEvent } from "./proxy-event.ts";
import { proxyAnswer } from "./proxy-response.ts";

/** @throws GatewayError for whatever the integration could not answer */
export function integrate(exchange: RoutedGatewayExchange): GatewayAnswer | Promise<GatewayAnswer> {
  requireIntegration(exchange);
  switch (exchange.route.method.integration.type) {
    case "AWS_PROXY":
      return lambdaProxy(exchange);
    case "AWS":
      return serviceIn(exchange.staged.uri) === "s3" ? objectIntegration(exchange) : lambdaIntegration(exchange);
    case "MOCK":
      return mockIntegration(exchange);
    case "HTTP":
    case "HTTP_PROXY":
      return httpIntegration(exchange);
  }
}

/** Loaded for the first request that is for an object. */
async function objectIntegration(exchange: IntegratedGatewayExchange): Promise<GatewayAnswer> {
  return (await import("./get-object.ts")).getObjectIntegration(exchange);
}

async function lambdaProxy(exchange: IntegratedGatewayExchange): Promise<GatewayAnswer> {
  const { payload, functionError, reason } = await invokeFunction(exchange, proxyEvent(exchange));
  exchange.integrationStatus = 200;
  if (functionError === undefined) return proxyAnswer(exchange, payload);
  throw new GatewayError("INTEGRATION_FAILURE", reason ?? "The function failed.", { status: 502 });
}

function requireIntegration(exchange: RoutedGatewayExchange): asserts exchange is IntegratedGatewayExchange {
  const { method, resource } = exchange.route;
  const { refusedMapping } = exchange.staged;
  if (!method.integration) {
    throw new GatewayError("API_CONFIGURATION_ERROR", `${method.httpMethod} ${resource.path} has no integration.`);
  }
  if (refusedMapping !== undefined) {
    throw new GatewayError(
      "API_CONFIGURATION_ERROR",
      `The integration maps ${refusedMapping}, a field that API Gateway keeps to itself; AWS answers with 500.`,
    );
  }
}
