/** The limit that a stage sets for a method (`aws.apigateway.MethodSettings`). */
import { GatewayError } from "./gateway-error.ts";
import type { RoutedGatewayExchange } from "./gateway-exchange.ts";

/** @throws GatewayError `THROTTLED` past the limit that the stage sets for the method */
export function throttleMethod({ api, staged, route }: RoutedGatewayExchange): void {
  const { bucket } = staged;
  if (bucket === undefined || bucket.take(api.services.platform.now())) return;
  throw new GatewayError(
    "THROTTLED",
    `More requests than the stage lets ${route.method.httpMethod} ${route.resource.path} take: ` +
      `${bucket.rate} a second, ${bucket.burst} at once.`,
  );
}
