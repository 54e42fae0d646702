/**
 * What decides who is let in and is not checked here: a request that depends on it is refused, with a reason for people, so that
 * nobody passes whom AWS would keep out.
 */
import { GatewayError } from "./gateway-error.ts";
import type { RoutedGatewayExchange } from "./gateway-exchange.ts";

/** @throws GatewayError with the response type that AWS has for whom the guard keeps out */
export function refuseUnservedGuards({ api, route }: RoutedGatewayExchange): void {
  const { policy, endpointType } = api.model;
  if (endpointType === "PRIVATE") {
    throw new GatewayError(
      "ACCESS_DENIED",
      "The API is private (endpointConfiguration.types), and there is no VPC here that could let the request in.",
    );
  }
  if (policy !== undefined) {
    throw new GatewayError(
      "ACCESS_DENIED",
      "The API has a resource policy, which the local cloud does not evaluate, so it refuses every request.",
    );
  }
  const { authorization } = route.method;
  switch (authorization) {
    case "NONE":
    case "COGNITO_USER_POOLS":
      return;
    case "AWS_IAM":
      throw new GatewayError(
        "MISSING_AUTHENTICATION_TOKEN",
        "The method wants AWS_IAM authorization, which the local cloud cannot check: it knows no AWS credentials.",
      );
    case "CUSTOM":
      throw new GatewayError(
        "AUTHORIZER_CONFIGURATION_ERROR",
        "The method has a Lambda authorizer (CUSTOM), which the local cloud does not run.",
      );
    default:
      throw new GatewayError(
        "AUTHORIZER_CONFIGURATION_ERROR",
        `The method's authorization is ${authorization satisfies never}, which API Gateway does not have.`,
      );
  }
}
