/**
 * What an integration changes in a request before the backend gets it, and in a response before the client does
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html).
 */
import { isFieldName, isFieldValue } from "../shared/header-fields.ts";
import { contextValue } from "./context-variables.ts";
import type { HttpAnswer, IntegratedHttpExchange } from "./http-exchange.ts";

/** A request as the backend will get it. */
export interface MappedRequest {
  path: string;
  query: [name: string, value: string][];
  /** Name, value pairs. */
  headers: [name: string, value: string][];
}

/** Fields that belong to the gateway and cannot be mapped. */
const RESERVED =
  /^(?:access-control-.*|apigw-.*|authorization|connection|content-encoding|content-length|content-location|forwarded|keep-alive|origin|proxy-authenticate|proxy-authorization|te|trailers|transfer-encoding|upgrade|x-amz-.*|x-amzn-.*|x-forwarded-(?:for|host|proto)|via)$/i;

/** Changes the request in place. */
export function mapRequest(exchange: IntegratedHttpExchange, request: MappedRequest): void {
  for (const [key, source] of Object.entries(exchange.integration.requestParameters)) {
    const [, action, where, name = ""] =
      /^(append|overwrite|remove):(header|querystring|path)(?:\.(.+))?$/.exec(key) ?? [];
    const value = action === "remove" ? undefined : mappedValue(source, exchange);
    if (where === "path" && value !== undefined) request.path = value;
    if (where === "querystring") request.query = mapped(request.query, action, name, value);
    if (where === "header" && !RESERVED.test(name)) request.headers = mapped(request.headers, action, name, value);
  }
}

/** @returns the answer with what the integration maps for its status */
export function mapResponse(exchange: IntegratedHttpExchange, answer: HttpAnswer): HttpAnswer {
  const mappings = exchange.integration.responseParameters[String(answer.status)];
  if (!mappings) return answer;
  let headers: [string, string][] = [];
  for (let i = 0; i < answer.headers.length; i += 2) headers.push([answer.headers[i]!, answer.headers[i + 1]!]);
  let { status } = answer;
  for (const [key, source] of Object.entries(mappings)) {
    const value = mappedValue(source, exchange, answer);
    if (key === "overwrite:statuscode" && /^[1-5]\d\d$/.test(value ?? "")) status = Number(value);
    const [, action, name = ""] = /^(append|overwrite|remove):header\.(.+)$/.exec(key) ?? [];
    if (action !== undefined && !RESERVED.test(name)) {
      headers = mapped(headers, action, name, action === "remove" ? undefined : value).filter(canBeSent);
    }
  }
  return { ...answer, status, headers: headers.flat() };
}

/** A text of the client's or the backend's must not begin another field. */
const canBeSent = ([name, value]: [string, string]): boolean => isFieldName(name) && isFieldValue(value);

function mapped(
  fields: readonly [string, string][],
  action: string | undefined,
  name: string,
  value: string | undefined,
): [string, string][] {
  const isNamed = ([other]: [string, string]) => other.toLowerCase() === name.toLowerCase();
  const kept = action === "append" ? [...fields] : fields.filter((field) => !isNamed(field));
  return value === undefined || value === "" ? kept : [...kept, [name, value]];
}

/** A selection expression, a constant, or a text with `${…}` expressions in it. */
function mappedValue(source: string, exchange: IntegratedHttpExchange, answer?: HttpAnswer): string | undefined {
  if (source.includes("${")) {
    return source.replace(
      /\$\{([^}]+)\}/g,
      (_, expression: string) => selected(`$${expression}`, exchange, answer) ?? "",
    );
  }
  return source.startsWith("$") ? selected(source, exchange, answer) : source;
}

function selected(
  expression: string,
  exchange: IntegratedHttpExchange,
  answer: HttpAnswer | undefined,
): string | undefined {
  const [, from, what = "", rest] =
    /^\$(request|response|context|stageVariables)\.([^.]+)(?:\.(.+))?$/.exec(expression) ?? [];
  const name = rest ?? "";
  switch (from) {
    case "context":
      return contextValue(rest === undefined ? what : `${what}.${rest}`, exchange);
    case "stageVariables":
      return exchange.stage.variables[what];
    case "response":
      if (what === "header") return headerOf(answer?.headers ?? [], name);
      return what === "body" ? bodyValue(String(answer?.body ?? ""), rest) : undefined;
    case "request":
      if (what === "header") return exchange.headers.all(name.toLowerCase()).join(",") || undefined;
      if (what === "querystring")
        return (
          exchange.query
            .filter(([key]) => key === name)
            .map(([, value]) => value)
            .join(",") || undefined
        );
      if (what === "path") return rest === undefined ? pathBelowStage(exchange) : exchange.pathParameters[rest];
      return what === "body" ? bodyValue(exchange.body?.toString() ?? "", rest) : undefined;
    default:
      return undefined;
  }
}

/** Of a request to a named stage, the path without the stage. */
export function pathBelowStage({ requestPath, stage }: IntegratedHttpExchange): string {
  return stage.name === "$default" ? requestPath : requestPath.slice(stage.name.length + 1) || "/";
}

function headerOf(fields: readonly string[], name: string): string | undefined {
  for (let i = 0; i < fields.length; i += 2) if (fields[i]!.toLowerCase() === name.toLowerCase()) return fields[i + 1];
  return undefined;
}

/** Plain steps through objects and lists: the gateway takes no filters here. */
function bodyValue(body: string, path: string | undefined): string | undefined {
  if (path === undefined) return body;
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  for (const step of path.match(/[^.[\]]+/g) ?? []) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
