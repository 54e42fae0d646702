/**
 * Mapping templates: the Velocity Template Language with API Gateway's `$input`, `$context`, `$stageVariables` and `$util`
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html).
 */
import { Compile, parse } from "velocityjs";
import { GatewayError } from "../gateway-error.ts";
import type { RoutedGatewayExchange } from "../gateway-exchange.ts";
import { contextVariables } from "./context-variables.ts";
import { jsonPath } from "./json-path.ts";

export interface RenderedTemplate {
  text: string;
  /** `#set($context.responseOverride.status = 400)` */
  statusOverride: number | undefined;
  /** `#set($context.responseOverride.header.X = "…")` */
  headerOverrides: Record<string, string>;
}

const parsed = new Map<string, ReturnType<typeof parse>>();

/**
 * @param body what `$input` reads: the request's body, or what the integration answered
 * @throws GatewayError `API_CONFIGURATION_ERROR` for a template that cannot be rendered
 */
export function renderTemplate(template: string, exchange: RoutedGatewayExchange, body: string): RenderedTemplate {
  const override: { status?: unknown; header: Record<string, unknown> } = { header: {} };
  const variables = {
    context: { ...blanks(contextVariables(exchange)), responseOverride: override },
    input: inputVariable(exchange, body),
    stageVariables: blanks(exchange.stage.variables),
    util: UTIL,
  };
  let text: string;
  try {
    let program = parsed.get(template);
    if (!program) {
      program = parse(template);
      parsed.set(template, program);
    }
    text = new Compile(program, { escape: false }).render(variables);
  } catch (error) {
    const [firstLine] = String((error as Error).message).split("\n");
    throw new GatewayError("API_CONFIGURATION_ERROR", `The mapping template cannot be rendered: ${firstLine}`);
  }
  const headers = Object.entries(override.header).map(([name, value]) => [name, String(value)]);
  return {
    text,
    statusOverride: override.status === undefined ? undefined : Number(override.status),
    headerOverrides: Object.fromEntries(headers),
  };
}

function inputVariable(exchange: RoutedGatewayExchange, body: string): object {
  let document: { value: unknown } | undefined;
  const select = (path: string) => {
    document ??= { value: parseLeniently(body) };
    return jsonPath(document.value, path);
  };
  return {
    body,
    path: (path: string) => select(path) ?? "",
    json: (path: string) => JSON.stringify(select(path)) ?? '""',
    params: (name?: string) => (name === undefined ? allParameters(exchange) : parameter(exchange, name)),
  };
}

/** Path, then query string, then header, the first that has the name. */
function parameter(exchange: RoutedGatewayExchange, name: string): string {
  const query = exchange.query.findLast(([key]) => key === name)?.[1];
  return ownValue(exchange.pathParameters, name) ?? query ?? exchange.headers.last(name.toLowerCase()) ?? "";
}

function allParameters({ pathParameters, query, headers }: RoutedGatewayExchange): object {
  const header: Record<string, string> = {};
  for (let i = 0; i < headers.raw.length; i += 2) header[headers.raw[i]!] = headers.raw[i + 1]!;
  return { path: pathParameters, querystring: Object.fromEntries(query), header };
}

function ownValue(map: Record<string, string>, name: string): string | undefined {
  return Object.hasOwn(map, name) ? map[name] : undefined;
}

function parseLeniently(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

/** A tree in which what is not there prints as nothing. */
function blanks<T extends object>(tree: T): T {
  return new Proxy(tree, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (value === undefined) return typeof name === "string" ? "" : undefined;
      return typeof value === "object" && value !== null ? blanks(value) : value;
    },
  });
}

const UTIL = {
  escapeJavaScript: (value: unknown) =>
    String(value).replace(
      /["'\\/\n\r\t\f\b]|[^\x20-\x7e]/g,
      (character) => ESCAPES[character] ?? `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`,
    ),
  parseJson: (value: string) => JSON.parse(value),
  urlEncode: (value: string) => encodeURIComponent(value).replaceAll("%20", "+"),
  urlDecode: (value: string) => decodeURIComponent(value.replaceAll("+", " ")),
  base64Encode: (value: string) => Buffer.from(value).toString("base64"),
  base64Decode: (value: string) => Buffer.from(value, "base64").toString(),
};

const ESCAPES: Record<string, string> = {
  '"': '\\"',
  "'": "\\'",
  "\\": "\\\\",
  "/": "\\/",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\f": "\\f",
  "\b": "\\b",
};
