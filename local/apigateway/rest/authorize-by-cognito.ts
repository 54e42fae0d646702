/** Lets a request pass to a method whose `authorizationType` is `COGNITO_USER_POOLS`, by the authorizer that it names. */
import type { CognitoAuthorizer } from "./cognito-authorizer.ts";
import type { CompiledApi } from "./compiled-api.ts";
import { GatewayError } from "./gateway-error.ts";
import type { RoutedGatewayExchange } from "./gateway-exchange.ts";

/** @throws GatewayError */
export function authorizeByCognito(api: CompiledApi, exchange: RoutedGatewayExchange): void {
  const { authorizationScopes } = exchange.route.method;
  exchange.identity = cognitoAuthorizer(api, exchange).authorize(exchange.headers, authorizationScopes);
}

function cognitoAuthorizer(api: CompiledApi, { route }: RoutedGatewayExchange): CognitoAuthorizer {
  const { authorizerId } = route.method;
  const authorizer = authorizerId === undefined ? undefined : api.cognitoAuthorizers.get(authorizerId);
  if (authorizer) return authorizer;
  throw new GatewayError(
    "AUTHORIZER_CONFIGURATION_ERROR",
    `The method names the authorizer ${authorizerId ?? "(none)"}, which is not a Cognito authorizer of this API.`,
  );
}
