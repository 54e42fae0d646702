/** `$context` in mapping templates: the variables in AWS's order, nested ones as maps that print as nothing. */
import type { RoutedGatewayExchange } from "../gateway-exchange.ts";
import { contextVariables } from "./context-variables.ts";
import { newOverrides } from "./overrides.ts";
import { ContextMap } from "./velocity/java-values.ts";

/** As `$context.keySet()` has them; `authorizer` is not there for a method without one. */
const NAMES = [
  ...[
    "resourceId",
    "authorizer",
    "resourcePath",
    "httpMethod",
    "extendedRequestId",
    "requestTime",
    "path",
    "accountId",
  ],
  ...[
    "protocol",
    "requestOverride",
    "stage",
    "domainPrefix",
    "requestTimeEpoch",
    "requestId",
    "identity",
    "domainName",
  ],
  ...["deploymentId", "responseOverride", "apiId"],
];

export function templateContext(exchange: RoutedGatewayExchange): ContextMap {
  exchange.overrides ??= newOverrides();
  const variables = contextVariables(exchange);
  const context = new ContextMap();
  for (const name of NAMES) {
    if (name === "requestOverride") context.set(name, exchange.overrides.request);
    else if (name === "responseOverride") context.set(name, exchange.overrides.response);
    else if (variables[name] !== undefined) context.set(name, mapped(variables[name]));
  }
  return context;
}

function mapped(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  return new ContextMap(Object.entries(value).map(([name, inner]) => [name, mapped(inner)]));
}
