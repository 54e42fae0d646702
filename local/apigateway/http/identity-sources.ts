/**
 * Where an authorizer finds the caller's identity: `$request.header.x`, `$request.querystring.x`, `$context.x`,
 * `$stageVariables.x` (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html).
 */
import { contextValue } from "./context-variables.ts";
import type { RoutedHttpExchange } from "./http-exchange.ts";

/** @returns `undefined` or an empty text when the request does not have it */
export function identitySource(source: string, exchange: RoutedHttpExchange): string | undefined {
  const [, where, name = ""] =
    /^\$(request\.header|request\.querystring|context|stageVariables)\.(.+)$/.exec(source) ?? [];
  switch (where) {
    case "request.header":
      return headerValue(name, exchange);
    case "request.querystring":
      return exchange.query.find(([key]) => key === name)?.[1];
    case "context":
      return contextValue(name, exchange);
    case "stageVariables":
      return exchange.stage.variables[name];
    default:
      return undefined;
  }
}

/** Fields of one name are one list, as they are in events: of two tokens neither counts. */
function headerValue(name: string, { headers }: RoutedHttpExchange): string | undefined {
  const values = headers.all(name.toLowerCase());
  return values.length === 0 ? undefined : values.map((value) => value.trim()).join(",");
}
