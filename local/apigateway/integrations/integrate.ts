/**
 * Hands a request to what stands behind its method.
 */
import type { GatewayAnswer, IntegratedExchange, RoutedExchange } from "../exchange.ts";
import { GatewayError } from "../gateway-error.ts";
import { invokeFunction } from "./invoke-function.ts";
import { proxyEvent } from "./proxy-event.ts";
import { proxyAnswer } from "./proxy-response.ts";

/** @throws GatewayError for whatever the integration could not answer */
export async function integrate(exchange: RoutedExchange): Promise<GatewayAnswer> {
  const { integration } = exchange.route.method;
  if (!integration) {
    throw new GatewayError(
      "API_CONFIGURATION_ERROR",
      `${exchange.route.method.httpMethod} ${exchange.route.resource.path} has no integration.`,
    );
  }
  const integrated = exchange as IntegratedExchange;
  switch (integration.type) {
    case "AWS_PROXY":
      return lambdaProxy(integrated);
    default:
      throw new GatewayError(
        "API_CONFIGURATION_ERROR",
        `The local cloud does not serve integrations of type ${integration.type}.`,
      );
  }
}

async function lambdaProxy(exchange: IntegratedExchange): Promise<GatewayAnswer> {
  const invocation = await invokeFunction(exchange, proxyEvent(exchange));
  if (invocation.functionError === undefined) return proxyAnswer(exchange, invocation.payload);
  throw new GatewayError("INTEGRATION_FAILURE", invocation.reason ?? "The function failed.", { status: 502 });
}
