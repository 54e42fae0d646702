/**
 * Where a mapped parameter's value comes from: `'a literal'`, `method.request.header.X`, `context.requestId`,
 * `stageVariables.x`, `integration.response.header.X`, `integration.response.body.a.b`
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html).
 */

import { ownMember } from "../../../own-member.ts";
import type { GatewayError } from "../gateway-error.ts";
import type { GatewayExchange } from "../gateway-exchange.ts";
import { contextReader } from "./context-variables.ts";
import { jsonPath } from "./json-path.ts";
import { parseJson, toJson } from "./velocity/java-values.ts";

export interface MappingSources {
  exchange: GatewayExchange;
  /** Why the gateway answers itself. */
  error?: GatewayError;
  /** What the integration answered, when it did. */
  integration?: { header(lowerCaseName: string): string | undefined; body: string };
}

/** Reads a parameter's value; `undefined` when there is none, so that the target is left out. */
export type ValueReader = (sources: MappingSources) => string | undefined;

export function mappedValue(source: string, sources: MappingSources): string | undefined {
  return valueReader(source)(sources);
}

const PLACE =
  /^(method\.request\.(?:multivalue)?(?:header|querystring|path)|integration\.response\.(?:multivalue)?header|context|stageVariables)\.(.+)$/;

/** `mappedValue` for a source that is read again and again. */
export function valueReader(source: string): ValueReader {
  const literal = /^'(.*)'$/s.exec(source);
  if (literal) return () => literal[1];
  const [, where, name = ""] = PLACE.exec(source) ?? [];
  const lower = name.toLowerCase();
  switch (where?.replace("multivalue", "")) {
    case "method.request.header":
      return ({ exchange }) => exchange.headers.last(lower);
    case "method.request.querystring":
      return ({ exchange }) => exchange.query.findLast(([key]) => key === name)?.[1];
    case "method.request.path":
      return ({ exchange }) => ownMember(exchange.pathParameters, name);
    case "context": {
      const read = contextReader(name);
      return ({ exchange, error }) => read(exchange, error);
    }
    case "stageVariables":
      return ({ exchange }) => ownMember(exchange.stage?.variables, name);
    case "integration.response.header":
      return ({ integration }) => integration?.header(lower);
  }
  const body = /^(method\.request|integration\.response)\.body(?:\.(.+))?$/.exec(source);
  if (!body) return () => undefined;
  return body[1] === "method.request"
    ? ({ exchange }) => bodyValue(exchange.body?.toString(), body[2])
    : ({ integration }) => bodyValue(integration?.body, body[2]);
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
