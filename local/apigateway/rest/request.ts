/**
 * What arrives on the wire, parsed once: stage and path, query, header fields
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-call-api.html and `limits.html`).
 */
import type { IncomingMessage } from "node:http";
import { decodeQuery } from "../shared/query.ts";
import { type RequestHeaders, requestHeaders } from "../shared/request-headers.ts";
import type { CompiledApi } from "./compiled-api.ts";
import { GatewayError } from "./gateway-error.ts";
import type { GatewayExchange } from "./gateway-exchange.ts";

const HEADER_VALUES_LIMIT_BYTES = 10_240;

const URL_LIMITS = { EDGE: 8192, REGIONAL: 10_240, PRIVATE: 10_240 };

const METHODS = new Set(["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]);

export interface RequestTarget {
  stageName: string | undefined;
  requestPath: string;
  path: string;
  queryString: string;
}

/** Splits a request target into stage, path and query; nothing is decoded. */
export function parseTarget(url: string): RequestTarget {
  const target = url.startsWith("/") ? url : (/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*(.*)$/i.exec(url)?.[1] ?? "");
  const mark = target.indexOf("?");
  const whole = mark < 0 ? target : target.slice(0, mark);
  // A doubled first slash is the one thing that API Gateway tidies in what it shows as the request path.
  const requestPath = whole.startsWith("//") ? whole.replace(/^\/+/, "/") : whole || "/";
  const stageEnd = requestPath.indexOf("/", 1);
  const stageName = requestPath.slice(1, stageEnd < 0 ? undefined : stageEnd);
  const path = stageEnd < 0 ? "/" : requestPath.slice(stageEnd);
  return {
    stageName: stageName === "" ? undefined : stageName,
    requestPath,
    path: path.startsWith("//") ? path.replace(/^\/+/, "/") : path,
    queryString: mark < 0 ? "" : target.slice(mark + 1),
  };
}

/**
 * Decodes a query string.
 * @throws GatewayError for a bare `|`, which API Gateway wants encoded
 */
export function parseQuery(queryString: string): [string, string][] {
  if (queryString.includes("|")) {
    throw new GatewayError("BAD_REQUEST_PARAMETERS", "The query string holds a bare |; API Gateway wants it as %7C.");
  }
  return decodeQuery(queryString);
}

/** The method that counts: `X-HTTP-Method-Override` replaces the one on the request line. */
function effectiveMethod(method: string, headers: RequestHeaders): string {
  const override = headers.last("x-http-method-override")?.toUpperCase();
  return override !== undefined && METHODS.has(override) ? override : method;
}

/** Takes a request as it came; nothing is judged yet. */
export function openExchange(api: CompiledApi, incoming: IncomingMessage): GatewayExchange {
  return newExchange(api, {
    method: incoming.method ?? "GET",
    target: parseTarget(incoming.url ?? "/"),
    headers: requestHeaders(incoming.rawHeaders),
    sourceIp: incoming.socket.remoteAddress?.replace(/^::ffff:/, "") ?? "127.0.0.1",
    scheme: "encrypted" in incoming.socket ? "https" : "http",
  });
}

export interface ExchangeStart {
  method: string;
  target: RequestTarget;
  headers: RequestHeaders;
  sourceIp: string;
  scheme: "http" | "https";
}

export function newExchange(
  api: CompiledApi,
  { method, target, headers, sourceIp, scheme }: ExchangeStart,
): GatewayExchange {
  const receivedAt = api.services.platform.now();
  return {
    api,
    requestId: api.ids.requestId(),
    extendedRequestId: api.ids.extendedRequestId(),
    traceId: api.ids.traceId(headers.last("x-amzn-trace-id"), receivedAt),
    receivedAt,
    httpMethod: effectiveMethod(method, headers),
    sentMethod: method,
    requestPath: target.requestPath,
    path: target.path,
    stageName: target.stageName,
    queryString: target.queryString,
    query: [],
    headers,
    sourceIp,
    scheme,
    body: undefined,
    stage: undefined,
    route: undefined,
    staged: undefined,
    pathParameters: undefined,
    identity: undefined,
    apiKey: undefined,
    overrides: undefined,
    trace: undefined,
    integrationStatus: undefined,
    integrationLatencyMs: undefined,
  };
}

/** @throws GatewayError for a query or header fields that API Gateway does not take */
export function parseRequest(exchange: GatewayExchange): void {
  const { raw } = exchange.headers;
  let size = 0;
  for (let i = 1; i < raw.length; i += 2) size += raw[i]!.length;
  if (size > HEADER_VALUES_LIMIT_BYTES) {
    throw new GatewayError(
      "BAD_REQUEST_PARAMETERS",
      `The header values are ${size} bytes together; API Gateway takes ${HEADER_VALUES_LIMIT_BYTES} at most.`,
      { status: 431, message: "Request Header Fields Too Large" },
    );
  }
  const urlLimit = URL_LIMITS[exchange.api.model.endpointType];
  const urlLength = exchange.requestPath.length + exchange.queryString.length;
  if (urlLength > urlLimit) {
    throw uriTooLong(`The URL is ${urlLength} characters; a ${exchange.api.model.endpointType} API takes ${urlLimit}.`);
  }
  exchange.query = parseQuery(exchange.queryString);
}

export function uriTooLong(reason: string): GatewayError {
  return new GatewayError("BAD_REQUEST_PARAMETERS", reason, { status: 414, message: "Request URI too long" });
}
