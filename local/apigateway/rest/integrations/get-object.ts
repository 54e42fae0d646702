/**
 * An integration with GetObject or HeadObject of S3, by the path of an object
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/integrating-api-with-aws-services-s3.html).
 */
import { objectIn } from "../../../integration-target.ts";
import { GatewayError } from "../gateway-error.ts";
import type { GatewayAnswer, IntegratedGatewayExchange } from "../gateway-exchange.ts";
import { overridden } from "../templates/overrides.ts";
import { mappedValue } from "../templates/parameter-mapping.ts";
import { filledUri, integrationBody } from "./integration-request.ts";
import { integrationAnswer } from "./integration-response.ts";

/** @throws GatewayError `API_CONFIGURATION_ERROR` for whatever else of S3, and for what is not known here */
export function getObjectIntegration(exchange: IntegratedGatewayExchange): GatewayAnswer {
  const { integration } = exchange.route.method;
  // First: a template may override where the request goes.
  integrationBody(exchange);
  const uri = filledUri(exchange);
  const method =
    integration.httpMethod === "ANY" ? exchange.httpMethod : (integration.httpMethod ?? exchange.httpMethod);
  const object = objectIn(uri);
  const { getObject } = exchange.api.services;
  if (!object || !getObject || (method !== "GET" && method !== "HEAD")) {
    throw misconfigured(
      `of S3 only GetObject and HeadObject run here, by the path of an object; this is ${method} ${uri}`,
    );
  }
  const { credentials: role } = integration;
  if (role === undefined) {
    throw misconfigured("it has no role (credentials), and AWS refuses to make an integration with S3 without one");
  }

  const query = new URLSearchParams(object.query);
  for (const [name, value] of sent(exchange, "querystring")) query.set(name, value);
  const headers = new Map([...sent(exchange, "header")].map(([name, value]) => [name.toLowerCase(), value]));
  const { bucket, key } = object;
  const startedAt = performance.now();
  const reply = getObject({ method, bucket, key: decoded(key), role, query, header: (name) => headers.get(name) });
  if ("notServed" in reply) throw misconfigured(reply.notServed);
  exchange.integrationLatencyMs = Math.round(performance.now() - startedAt);
  exchange.integrationStatus = reply.status;
  exchange.trace?.(`Endpoint request URI: ${uri}`);
  exchange.trace?.(
    `Received response. Status: ${reply.status}, Integration latency: ${exchange.integrationLatencyMs} ms`,
  );
  const answer = integrationAnswer(exchange, {
    selection: String(reply.status),
    body: reply.body,
    header: (name) => reply.fields[name],
    traced: true,
  });
  return { ...answer, reason: reply.reason };
}

/** What is mapped there, and then what a template sets. */
function* sent(exchange: IntegratedGatewayExchange, where: "header" | "querystring"): Generator<[string, string]> {
  const prefix = `integration.request.${where}.`;
  for (const [target, source] of Object.entries(exchange.route.method.integration.requestParameters)) {
    const value = target.startsWith(prefix) ? mappedValue(source, { exchange }) : undefined;
    if (value !== undefined) yield [target.slice(prefix.length), value];
  }
  for (const [name, value] of overridden(exchange.overrides?.request, where)) yield [name, value];
}

/** Path parameters stand in the URI as they came. */
function decoded(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

const misconfigured = (why: string): GatewayError =>
  new GatewayError("API_CONFIGURATION_ERROR", `The integration cannot get its object: ${why}.`);
