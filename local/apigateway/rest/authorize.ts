/**
 * Lets a request pass to its method as the method's `authorizationType` and the API's resource policy say
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-to-api.html).
 */

import { authorizeByCognito } from "./authorize-by-cognito.ts";
import type { CompiledApi } from "./compiled-api.ts";
import { GatewayError } from "./gateway-error.ts";
import type { RoutedGatewayExchange } from "./gateway-exchange.ts";
import { uriTooLong } from "./request.ts";

const METHOD_ARN_LIMIT_BYTES = 1600;

/**
 * @returns nothing when that is settled at once, as it is without a resource policy, a Lambda authorizer or a signature
 * @throws GatewayError when the request may not pass, at once or later
 */
export function authorize(api: CompiledApi, exchange: RoutedGatewayExchange): Promise<void> | undefined {
  const { authorization } = exchange.route.method;
  if (authorization !== "NONE") requireShortArn(exchange);
  refusePrivate(api);
  if (api.model.policy === undefined) {
    if (authorization === "NONE") return undefined;
    if (authorization === "COGNITO_USER_POOLS") {
      authorizeByCognito(api, exchange);
      return undefined;
    }
  }
  return admit(api, exchange);
}

async function admit(api: CompiledApi, exchange: RoutedGatewayExchange): Promise<void> {
  if (!api.admission) {
    const { Admission } = await import("./admission.ts");
    api.admission ??= new Admission(api);
  }
  return api.admission.admit(exchange);
}

/** Nobody passes whom AWS would keep out: a private API is reached through a VPC only. */
function refusePrivate({ model }: CompiledApi): void {
  if (model.endpointType !== "PRIVATE") return;
  throw new GatewayError(
    "ACCESS_DENIED",
    "The API is private (endpointConfiguration.types), and there is no VPC here that could let the request in.",
  );
}

/** An authorizer decides about the ARN of what is asked for, and that has a limit. */
function requireShortArn({ api, stage, httpMethod, path }: RoutedGatewayExchange): void {
  const length = api.model.executionArn.length + stage.name.length + httpMethod.length + path.length + "//".length;
  if (length <= METHOD_ARN_LIMIT_BYTES) return;
  throw uriTooLong(
    `The method's ARN with this path is ${length} bytes; with authorization it may be ${METHOD_ARN_LIMIT_BYTES}.`,
  );
}
