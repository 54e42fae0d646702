/** `$input` in mapping templates: the payload and the request's parameters. */

import { endsAtGateway } from "../../shared/header-fields.ts";
import type { RoutedGatewayExchange } from "../gateway-exchange.ts";
import { jsonPath } from "./json-path.ts";
import { TemplateObject } from "./velocity/java-methods.ts";
import { parseJson, toJson } from "./velocity/java-values.ts";

/** What is read in the place of a body that is not there. */
const NO_BODY = "{}";

/** @param body the request's body, or what the integration answered */
export function inputVariable(exchange: RoutedGatewayExchange, body: string): TemplateObject {
  let document: { value: unknown } | undefined;
  const select = (path: string) => {
    document ??= { value: parsed(body || NO_BODY) };
    return jsonPath(path)(document.value);
  };
  return new TemplateObject(
    {
      path: select,
      json: (path: string) => {
        const value = select(path);
        return value === undefined ? '""' : toJson(value);
      },
      params: (name?: string) => (name === undefined ? allParameters(exchange) : parameter(exchange, name)),
    },
    { body: body || NO_BODY },
  );
}

/** What is not JSON holds nothing. */
function parsed(body: string): unknown {
  try {
    return parseJson(body);
  } catch {
    return undefined;
  }
}

/** Path, then query string, then header, the first that has the name. */
function parameter(exchange: RoutedGatewayExchange, name: string): string {
  const { pathParameters, query, headers } = exchange;
  if (Object.hasOwn(pathParameters, name)) return pathParameters[name]!;
  const value = query.findLast(([key]) => key === name)?.[1];
  if (value !== undefined) return value;
  return endsAtGateway(name) ? "" : (headers.last(name.toLowerCase()) ?? "");
}

function allParameters({ pathParameters, query, headers }: RoutedGatewayExchange): Map<string, unknown> {
  const header = new Map<string, string>();
  for (let i = 0; i < headers.raw.length; i += 2) {
    if (!endsAtGateway(headers.raw[i]!)) header.set(headers.raw[i]!, headers.raw[i + 1]!);
  }
  return new Map<string, unknown>([
    ["path", new Map(Object.entries(pathParameters))],
    ["querystring", new Map(query)],
    ["header", header],
  ]);
}
