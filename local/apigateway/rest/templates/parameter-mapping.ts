/**
 * Where a mapped parameter's value comes from: `'a literal'`, `method.request.header.X`, `context.requestId`,
 * `stageVariables.x`, `integration.response.header.X`, `integration.response.body.a.b`
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html).
 */

import type { GatewayError } from "../gateway-error.ts";
import type { GatewayExchange } from "../gateway-exchange.ts";
import { contextValue } from "./context-variables.ts";
import { jsonPath } from "./json-path.ts";
import { parseJson, toJson } from "./velocity/java-values.ts";

export interface MappingSources {
  exchange: GatewayExchange;
  /** Why the gateway answers itself. */
  error?: GatewayError;
  /** What the integration answered, when it did. */
  integration?: { header(lowerCaseName: string): string | undefined; body: string };
}

/** @returns `undefined` when the source has no value, so that the target is left out */
export function mappedValue(source: string, { exchange, error, integration }: MappingSources): string | undefined {
  const literal = /^'(.*)'$/s.exec(source);
  if (literal) return literal[1];
  const [, where, name = ""] =
    /^(method\.request\.(?:multivalue)?(?:header|querystring|path)|integration\.response\.(?:multivalue)?header|context|stageVariables)\.(.+)$/.exec(
      source,
    ) ?? [];
  switch (where?.replace("multivalue", "")) {
    case "method.request.header":
      return exchange.headers.last(name.toLowerCase());
    case "method.request.querystring":
      return exchange.query.findLast(([key]) => key === name)?.[1];
    case "method.request.path":
      return own(exchange.pathParameters, name);
    case "context":
      return contextValue(name, exchange, error);
    case "stageVariables":
      return own(exchange.stage?.variables, name);
    case "integration.response.header":
      return integration?.header(name.toLowerCase());
  }
  const body = /^(method\.request|integration\.response)\.body(?:\.(.+))?$/.exec(source);
  if (!body) return undefined;
  return bodyValue(body[1] === "method.request" ? exchange.body?.toString() : integration?.body, body[2]);
}

function bodyValue(text: string | undefined, path: string | undefined): string | undefined {
  if (text === undefined || path === undefined) return text;
  try {
    const value = jsonPath(`$.${path}`)(parseJson(text));
    return value === undefined || typeof value === "string" ? value : toJson(value);
  } catch {
    return undefined;
  }
}

function own(map: Record<string, string> | undefined, name: string): string | undefined {
  return map !== undefined && Object.hasOwn(map, name) ? map[name] : undefined;
}
