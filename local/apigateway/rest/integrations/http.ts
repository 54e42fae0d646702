/**
 * HTTP integrations, to services on this machine only: the local cloud never talks to other hosts
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/setup-http-integrations.html).
 */

import { LOOPBACK_HOSTS } from "../../../loopback-hosts.ts";
import { endsAtGateway, isConnectionBound, isFieldName, isFieldValue } from "../../shared/header-fields.ts";
import { type HttpReply, NoReply, sendRequest } from "../../shared/http-request.ts";
import { GatewayError } from "../gateway-error.ts";
import type { GatewayAnswer, IntegratedGatewayExchange } from "../gateway-exchange.ts";
import { overridden } from "../templates/overrides.ts";
import { mappedValue } from "../templates/parameter-mapping.ts";
import { filledUri, integrationBody } from "./integration-request.ts";
import { integrationAnswer } from "./integration-response.ts";
import { PassedFields } from "./passed-fields.ts";

/** Of the client's fields, besides those that end at the gateway (recorded on AWS, test_apigateway_header_remapping, 2024-12). */
const NOT_FORWARDED = new Set(["content-encoding", "host", "via", "x-amzn-apigateway-api-id"]);

/** What a mapping onto them does not put on the wire, by the same recording; the gateway's connection is its own. */
const NOT_SENT = new Set(["connection", "content-length", "expect", "host", "proxy-authenticate", "te", "via"]);

/** Fields by their lower-case name. */
type Fields = Map<string, [name: string, value: string]>;

const responseTypes = {
  timeout: "INTEGRATION_TIMEOUT",
  unreachable: "INTEGRATION_FAILURE",
  "too large": "API_CONFIGURATION_ERROR",
} as const;

/**
 * @throws GatewayError for a target elsewhere or a reply past 10 MB (500), for an unreachable one (504), or one that is
 *   too slow (504)
 */
export async function httpIntegration(exchange: IntegratedGatewayExchange): Promise<GatewayAnswer> {
  const { integration } = exchange.route.method;
  const proxy = integration.type === "HTTP_PROXY";
  // First: a template may override what is sent beside the body.
  const body = proxy ? exchange.body : integrationBody(exchange);
  const url = target(exchange, proxy);
  const fields: Fields = proxy ? clientFields(exchange) : new Map();
  const put = (name: string, value: string) => fields.set(name.toLowerCase(), [name, value]);
  for (const [name, value] of gatewayFields(exchange)) if (!fields.has(name.toLowerCase())) put(name, value);
  if (body !== undefined && !fields.has("content-type")) {
    put("Content-Type", exchange.headers.last("content-type") ?? "application/json");
  }
  mapRequest(exchange, url, put);

  const method =
    integration.httpMethod === "ANY" ? exchange.httpMethod : (integration.httpMethod ?? exchange.httpMethod);
  const startedAt = performance.now();
  const headers = [...fields.values()].flat();
  traceRequest(exchange, url, headers, body);
  const { timeoutMilliseconds, skipsTlsVerification } = integration;
  const sent = { url, method, headers, body, timeoutMilliseconds, skipsTlsVerification };
  const reply = await sendRequest(sent).catch((error) => {
    throw error instanceof NoReply ? new GatewayError(responseTypes[error.why], error.message) : error;
  });
  exchange.integrationLatencyMs = Math.round(performance.now() - startedAt);
  exchange.integrationStatus = reply.status;
  traceReply(exchange, reply);
  if (proxy) return passedOn(reply);
  return integrationAnswer(exchange, {
    selection: String(reply.status),
    body: reply.body,
    header: (name) => reply.fields.findLast(([other]) => other.toLowerCase() === name)?.[1],
    traced: true,
  });
}

function target(exchange: IntegratedGatewayExchange, proxy: boolean): URL {
  const filled = filledUri(exchange);
  const url = URL.parse(filled);
  if (!url || !LOOPBACK_HOSTS.has(url.hostname)) {
    throw new GatewayError(
      "API_CONFIGURATION_ERROR",
      `The integration's target is ${filled}; the local cloud calls services on this machine only ` +
        "(http://localhost:<port>/…). Point it at a stand-in of yours, for example by stack configuration.",
    );
  }
  if (proxy) for (const [name, value] of exchange.query) url.searchParams.append(name, value);
  return url;
}

function clientFields({ headers }: IntegratedGatewayExchange): Fields {
  const fields: Fields = new Map();
  for (let i = 0; i < headers.raw.length; i += 2) {
    const [name, value] = [headers.raw[i]!, headers.raw[i + 1]!];
    const lower = name.toLowerCase();
    if (endsAtGateway(lower) || isConnectionBound(lower) || NOT_FORWARDED.has(lower)) continue;
    const before = fields.get(lower);
    fields.set(lower, before ? [before[0], `${before[1]}, ${value}`] : [name, value]);
  }
  return fields;
}

const gatewayFields = ({ api, traceId }: IntegratedGatewayExchange): [string, string][] => [
  ["Accept", "application/json"],
  ["User-Agent", `AmazonAPIGateway_${api.model.id}`],
  ["X-Amzn-Apigateway-Api-Id", api.model.id],
  ["X-Amzn-Trace-Id", traceId],
];

/** A mapped query parameter joins those that are there; what a template overrides replaces them. */
function mapRequest(exchange: IntegratedGatewayExchange, url: URL, put: (name: string, value: string) => void): void {
  const header = (name: string, value: string) => {
    if (isFieldName(name) && isFieldValue(value) && !NOT_SENT.has(name.toLowerCase())) put(name, value);
  };
  for (const [name, source] of Object.entries(exchange.route.method.integration.requestParameters)) {
    const [, where, key = ""] = /^integration\.request\.(header|querystring)\.(.+)$/.exec(name) ?? [];
    const value = mappedValue(source, { exchange });
    if (value === undefined) continue;
    if (where === "querystring") url.searchParams.append(key, value);
    if (where === "header") header(key, value);
  }
  for (const [name, value] of overridden(exchange.overrides?.request, "querystring")) url.searchParams.set(name, value);
  for (const [name, value] of overridden(exchange.overrides?.request, "header")) header(name, value);
}

function passedOn({ status, fields, body }: HttpReply): GatewayAnswer {
  const passed = new PassedFields();
  for (const [name, value] of fields) passed.add(name, value);
  const { contentType, headers } = passed;
  return { status, contentType, headers, body, traced: false, errorType: undefined, reason: undefined };
}

/** The lines of the execution log, which a test invocation shows. */
function traceRequest(
  { trace }: IntegratedGatewayExchange,
  url: URL,
  headers: readonly string[],
  body: string | Buffer | undefined,
): void {
  if (!trace) return;
  trace(`Endpoint request URI: ${url}`);
  trace(`Endpoint request headers: ${braces(pairs(headers))}`);
  trace(`Endpoint request body after transformations: ${body ?? ""}`);
  trace(`Sending request to ${url}`);
}

function traceReply(
  { trace, integrationLatencyMs }: IntegratedGatewayExchange,
  { status, fields, body }: HttpReply,
): void {
  if (!trace) return;
  trace(`Received response. Status: ${status}, Integration latency: ${integrationLatencyMs} ms`);
  trace(`Endpoint response headers: ${braces(fields)}`);
  trace(`Endpoint response body before transformations: ${body}`);
}

const pairs = (flat: readonly string[]): [string, string][] =>
  flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1]!] as [string, string]] : []));

const SECRET = new Set(["authorization", "cookie", "set-cookie", "x-api-key"]);

const braces = (fields: readonly (readonly [string, string])[]): string =>
  `{${fields.map(([name, value]) => `${name}=${SECRET.has(name.toLowerCase()) ? "*****" : value}`).join(", ")}}`;
