/**
 * HTTP integrations, to services on this machine only: the local cloud never talks to other hosts
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/setup-http-integrations.html).
 */

import { GatewayError } from "../gateway-error.ts";
import type { GatewayAnswer, IntegratedGatewayExchange } from "../gateway-exchange.ts";
import { isConnectionBound, isFieldName, isFieldValue } from "../header-fields.ts";
import { mappedValue } from "../templates/parameter-mapping.ts";
import { integrationBody } from "./integration-request.ts";
import { integrationAnswer } from "./integration-response.ts";

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);
const NOT_FORWARDED = new Set(["host", "expect", "accept-encoding"]);

/** @throws GatewayError for a target elsewhere (500), an unreachable one (504), or one that is too slow (504) */
export async function httpIntegration(exchange: IntegratedGatewayExchange): Promise<GatewayAnswer> {
  const { integration } = exchange.route.method;
  const proxy = integration.type === "HTTP_PROXY";
  const url = target(exchange, proxy);
  const headers = new Headers();
  if (proxy) forwardHeaders(exchange, headers);
  else headers.set("Content-Type", exchange.headers.last("content-type") ?? "application/json");
  mapRequest(exchange, url, headers);

  const method =
    integration.httpMethod === "ANY" ? exchange.httpMethod : (integration.httpMethod ?? exchange.httpMethod);
  const body = ["GET", "HEAD"].includes(method) ? undefined : proxy ? exchange.body : integrationBody(exchange);
  const startedAt = performance.now();
  const [response, bytes] = await fetched(url, integration.timeoutMilliseconds, {
    method,
    headers,
    body: body as BodyInit,
  });
  exchange.integrationLatencyMs = Math.round(performance.now() - startedAt);
  exchange.integrationStatus = response.status;
  if (proxy) return passedOn(response, bytes);
  return integrationAnswer(exchange, {
    selection: String(response.status),
    body: bytes.toString(),
    header: (name) => response.headers.get(name) ?? undefined,
    traced: false,
  });
}

function target(exchange: IntegratedGatewayExchange, proxy: boolean): URL {
  const { uri = "", requestParameters } = exchange.route.method.integration;
  const filled = uri
    .replace(/\{(\w+)\+?\}/g, (whole, name) => {
      const source = requestParameters[`integration.request.path.${name}`] ?? `method.request.path.${name}`;
      return mappedValue(source, { exchange }) ?? whole;
    })
    .replace(/\$\{stageVariables\.(\w+)\}/g, (_, name) => exchange.stage.variables[name] ?? "");
  const url = URL.parse(filled);
  if (!url || !LOOPBACK.has(url.hostname)) {
    throw new GatewayError(
      "API_CONFIGURATION_ERROR",
      `The integration's target is ${filled}; the local cloud calls services on this machine only ` +
        "(http://localhost:<port>/…). Point it at a stand-in of yours, for example by stack configuration.",
    );
  }
  if (proxy) for (const [name, value] of exchange.query) url.searchParams.append(name, value);
  return url;
}

function forwardHeaders({ headers: { raw } }: IntegratedGatewayExchange, headers: Headers): void {
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!;
    if (!isConnectionBound(name) && !NOT_FORWARDED.has(name.toLowerCase())) headers.append(name, raw[i + 1]!);
  }
}

function mapRequest(exchange: IntegratedGatewayExchange, url: URL, headers: Headers): void {
  for (const [name, source] of Object.entries(exchange.route.method.integration.requestParameters)) {
    const [, where, key = ""] = /^integration\.request\.(header|querystring)\.(.+)$/.exec(name) ?? [];
    const value = mappedValue(source, { exchange });
    if (value === undefined) continue;
    if (where === "querystring") url.searchParams.set(key, value);
    if (where === "header" && isFieldName(key) && isFieldValue(value)) headers.set(key, value);
  }
}

async function fetched(url: URL, milliseconds: number, init: RequestInit): Promise<[Response, Buffer]> {
  try {
    const response = await fetch(url, { ...init, redirect: "manual", signal: AbortSignal.timeout(milliseconds) });
    return [response, Buffer.from(await response.arrayBuffer())];
  } catch (error) {
    if ((error as Error).name === "TimeoutError") {
      throw new GatewayError("INTEGRATION_TIMEOUT", `${url} did not answer within ${milliseconds} ms.`);
    }
    const cause = (error as { cause?: { code?: string } }).cause?.code ?? (error as Error).message;
    throw new GatewayError("INTEGRATION_FAILURE", `${url} could not be reached: ${cause}.`);
  }
}

function passedOn(response: Response, body: Buffer): GatewayAnswer {
  const headers: string[] = [];
  for (const [name, value] of response.headers) {
    if (["date", "server"].includes(name)) headers.push(`x-amzn-Remapped-${name}`, value);
    // The body arrives decoded.
    else if (!isConnectionBound(name) && !["content-type", "content-encoding"].includes(name))
      headers.push(name, value);
  }
  return {
    status: response.status,
    contentType: response.headers.get("content-type") ?? undefined,
    headers,
    body,
    traced: false,
    errorType: undefined,
    reason: undefined,
  };
}
