/** Whether a request may pass its route's authorization, and as whom. */
import type { CompiledHttpApi } from "./compiled-api.ts";
import type { RoutedHttpExchange } from "./http-exchange.ts";
import { HttpApiRefusal } from "./refusal.ts";

/** @throws HttpApiRefusal when the request may not pass */
export async function authorize(
  { authorizers, services }: CompiledHttpApi,
  exchange: RoutedHttpExchange,
): Promise<void> {
  const { authorization, authorizerId, routeKey } = exchange.route;
  if (authorization === "NONE") return;
  if (authorization === "AWS_IAM") {
    const { signer } = await import("./iam-authorization.ts");
    exchange.authorizer = signer(exchange, services);
    return;
  }
  const authorizer = authorizers.get(authorizerId ?? "");
  if (!authorizer)
    throw new HttpApiRefusal(500, `The route ${routeKey} names an authorizer that the API does not have.`);
  exchange.authorizer = await authorizer.authorize(exchange);
}
