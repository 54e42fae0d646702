/**
 * Lets a request pass to its method as the method's `authorizationType` says
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-to-api.html).
 */

import { GatewayError } from "./gateway-error.ts";
import type { RoutedGatewayExchange } from "./gateway-exchange.ts";
import { uriTooLong } from "./request.ts";

const METHOD_ARN_LIMIT_BYTES = 1600;

/** @throws GatewayError when the request may not pass, or the method's authorization is not served here */
export function authorize(exchange: RoutedGatewayExchange): void {
  const { method } = exchange.route;
  if (method.authorization === "NONE") return;
  requireShortArn(exchange);
  switch (method.authorization) {
    case "COGNITO_USER_POOLS":
      exchange.identity = cognitoAuthorizer(exchange).authorize(exchange.headers, method.authorizationScopes);
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
  }
}

/** An authorizer decides about the ARN of what is asked for, and that has a limit. */
function requireShortArn({ api, stage, httpMethod, path }: RoutedGatewayExchange): void {
  const length = api.model.executionArn.length + stage.name.length + httpMethod.length + path.length + "//".length;
  if (length <= METHOD_ARN_LIMIT_BYTES) return;
  throw uriTooLong(
    `The method's ARN with this path is ${length} bytes; with authorization it may be ${METHOD_ARN_LIMIT_BYTES}.`,
  );
}

function cognitoAuthorizer({ api, route }: RoutedGatewayExchange) {
  const { authorizerId } = route.method;
  const authorizer = authorizerId === undefined ? undefined : api.cognitoAuthorizers.get(authorizerId);
  if (authorizer) return authorizer;
  throw new GatewayError(
    "AUTHORIZER_CONFIGURATION_ERROR",
    `The method names the authorizer ${authorizerId ?? "(none)"}, which is no Cognito authorizer of this API.`,
  );
}
