/**
 * What arrives on the wire, parsed once: stage and path, query, header fields, body
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-call-api.html and `limits.html`).
 */
import type { IncomingMessage } from "node:http";
import type { CompiledApi } from "./compiled-api.ts";
import { EdgeRefusal, GatewayError } from "./gateway-error.ts";
import type { GatewayExchange } from "./gateway-exchange.ts";
import { type RequestHeaders, requestHeaders } from "./request-headers.ts";

export const BODY_LIMIT_BYTES = 10_485_760;
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
 * Decodes a query string; `;` separates like `&`.
 * @throws GatewayError for a bare `|`, which API Gateway wants encoded
 */
export function parseQuery(queryString: string): [string, string][] {
  if (queryString === "") return [];
  if (queryString.includes("|")) {
    throw new GatewayError("BAD_REQUEST_PARAMETERS", "The query string holds a bare |; API Gateway wants it as %7C.");
  }
  const pairs: [string, string][] = [];
  for (const part of queryString.split(/[&;]/)) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    const name = decode(equals < 0 ? part : part.slice(0, equals));
    pairs.push([name, equals < 0 ? "" : decode(part.slice(equals + 1))]);
  }
  return pairs;
}

function decode(text: string): string {
  const spaced = text.includes("+") ? text.replaceAll("+", " ") : text;
  if (!spaced.includes("%")) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}

/** The method that counts: `X-HTTP-Method-Override` replaces the one on the request line. */
export function effectiveMethod(method: string, headers: RequestHeaders): string {
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

/**
 * Whether a body follows the header fields.
 * @throws EdgeRefusal 413 when it is announced as too large
 */
export function announcesBody(incoming: IncomingMessage): boolean {
  const { headers } = incoming;
  const length = headers["content-length"];
  if (length !== undefined && Number(length) > BODY_LIMIT_BYTES) throw bodyTooLarge();
  return headers["transfer-encoding"] !== undefined || (length !== undefined && length !== "0");
}

/**
 * @returns `undefined` for an empty body
 * @throws EdgeRefusal 413 past 10 MB
 */
export function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    incoming.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= BODY_LIMIT_BYTES) {
        chunks.push(chunk);
        return;
      }
      chunks.length = 0;
      reject(bodyTooLarge());
    });
    incoming.once("end", () => resolve(size === 0 ? undefined : Buffer.concat(chunks)));
    const gone = () => reject(new EdgeRefusal(400, "", "The client went away before its body was complete."));
    incoming.once("error", gone);
    incoming.once("close", gone);
  });
}

function bodyTooLarge(): EdgeRefusal {
  return new EdgeRefusal(
    413,
    `HTTP content length exceeded ${BODY_LIMIT_BYTES} bytes.`,
    `The body is larger than the ${BODY_LIMIT_BYTES} bytes that API Gateway takes.`,
  );
}
