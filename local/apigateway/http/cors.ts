/**
 * Cross-origin resource sharing by the gateway: preflights are answered without the integration, and what the backend says
 * about other origins is replaced (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html).
 */
import type { CorsModel } from "../../model.ts";
import type { HttpAnswer, HttpExchange } from "./http-exchange.ts";

type Asking = Pick<HttpExchange, "headers">;

/** The answer to an OPTIONS request that no route takes. */
export function preflightAnswer(cors: CorsModel, exchange: Asking): HttpAnswer {
  const headers = originFields(cors, exchange);
  if (headers.length > 0) {
    if (cors.allowMethods.length > 0) headers.push("access-control-allow-methods", cors.allowMethods.join(","));
    if (cors.allowHeaders.length > 0) headers.push("access-control-allow-headers", cors.allowHeaders.join(","));
    if (cors.maxAge !== undefined) headers.push("access-control-max-age", String(cors.maxAge));
  }
  return { status: 204, headers, body: "", reason: undefined };
}

/** What is said to a request that is no preflight. */
export function corsFields(cors: CorsModel, exchange: Asking): string[] {
  const own = originFields(cors, exchange);
  if (own.length > 0 && cors.exposeHeaders.length > 0) {
    own.push("access-control-expose-headers", cors.exposeHeaders.join(","));
  }
  return own;
}

/** The fields of an answer, with the gateway's own in the place of the backend's. */
export function withCors(cors: CorsModel, exchange: Asking, headers: readonly string[]): string[] {
  const own = corsFields(cors, exchange);
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!;
    if (!name.toLowerCase().startsWith("access-control-")) own.push(name, headers[i + 1]!);
  }
  return own;
}

/** Empty for a request without an origin, and for an origin that is not allowed. */
function originFields(cors: CorsModel, { headers }: Asking): string[] {
  const origin = headers.last("origin");
  if (origin === undefined || !cors.allowOrigins.some((allowed) => allows(allowed, origin))) return [];
  const any = cors.allowOrigins.includes("*");
  return [
    ...["access-control-allow-origin", any ? "*" : origin],
    ...(any ? [] : ["vary", "origin"]),
    ...(cors.allowCredentials ? ["access-control-allow-credentials", "true"] : []),
  ];
}

function allows(allowed: string, origin: string): boolean {
  if (allowed === "*" || allowed === origin) return true;
  return (allowed === "https://*" || allowed === "http://*") && origin.startsWith(allowed.slice(0, -1));
}
