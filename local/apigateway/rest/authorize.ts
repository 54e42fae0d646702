/**
 * Lets a request pass to its method as the method's `authorizationType` says
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-to-api.html).
 */

import type { CompiledApi } from "./compiled-api.ts";
import { GatewayError } from "./gateway-error.ts";
import type { RoutedGatewayExchange } from "./gateway-exchange.ts";
import { uriTooLong } from "./request.ts";
import { refuseUnservedGuards } from "./unserved-guards.ts";

const METHOD_ARN_LIMIT_BYTES = 1600;

/** @throws GatewayError when the request may not pass, or something that guards the method is not served here */
export function authorize(api: CompiledApi, exchange: RoutedGatewayExchange): void {
  const { method } = exchange.route;
  if (method.authorization !== "NONE") requireShortArn(exchange);
  refuseUnservedGuards(exchange);
  if (method.authorization !== "COGNITO_USER_POOLS") return;
  exchange.identity = cognitoAuthorizer(api, exchange).authorize(exchange.headers, method.authorizationScopes);
}

/** An authorizer decides about the ARN of what is asked for, and that has a limit. */
function requireShortArn({ api, stage, httpMethod, path }: RoutedGatewayExchange): void {
  const length = api.model.executionArn.length + stage.name.length + httpMethod.length + path.length + "//".length;
  if (length <= METHOD_ARN_LIMIT_BYTES) return;
  throw uriTooLong(
    `The method's ARN with this path is ${length} bytes; with authorization it may be ${METHOD_ARN_LIMIT_BYTES}.`,
  );
}

function cognitoAuthorizer(api: CompiledApi, { route }: RoutedGatewayExchange) {
  const { authorizerId } = route.method;
  const authorizer = authorizerId === undefined ? undefined : api.cognitoAuthorizers.get(authorizerId);
  if (authorizer) return authorizer;
  throw new GatewayError(
    "AUTHORIZER_CONFIGURATION_ERROR",
    `The method names the authorizer ${authorizerId ?? "(none)"}, which is not a Cognito authorizer of this API.`,
  );
}
