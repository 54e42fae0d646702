/**
 * HTTP proxy integrations, to services on this machine only: the local cloud sends no request of a client to other hosts
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-http.html).
 */
import { LOOPBACK_HOSTS } from "../../loopback-hosts.ts";
import { isConnectionBound, isFieldName, isFieldValue } from "../shared/header-fields.ts";
import { type HttpReply, NoReply, sendRequest } from "../shared/http-request.ts";
import type { HttpAnswer, IntegratedHttpExchange } from "./http-exchange.ts";
import { type MappedRequest, mapRequest, pathBelowStage } from "./parameter-mapping.ts";
import { HttpApiRefusal } from "./refusal.ts";
import { withStageVariables } from "./stage-variables.ts";

const NOT_FORWARDED = new Set(["host", "expect", "content-length"]);

/** @throws HttpApiRefusal 500 for a target elsewhere or a reply past 10 MB, 503 for one that does not answer in time */
export async function httpProxy(exchange: IntegratedHttpExchange): Promise<HttpAnswer> {
  const { integration, route, stage, headers, httpMethod, sourceIp, scheme, body } = exchange;
  const url = targetOf(exchange);
  const host = headers.last("host") ?? "";
  const request: MappedRequest = {
    path: url.pathname,
    query: exchange.query.map(([name, value]) => [name, value]),
    headers: [],
  };
  for (let i = 0; i < headers.raw.length; i += 2) {
    const name = headers.raw[i]!;
    if (!isConnectionBound(name) && !NOT_FORWARDED.has(name.toLowerCase()))
      request.headers.push([name, headers.raw[i + 1]!]);
  }
  request.headers.push(
    ["forwarded", `by=${sourceIp};for=${sourceIp};host=${host};proto=${scheme}`],
    ["via", "HTTP/1.1 AmazonAPIGateway"],
    ["x-amzn-trace-id", exchange.traceId],
  );
  if (route.routeKey === "$default" && !hasVariable(integration.uri))
    request.path = pathBelowStage({ ...exchange, stage });
  mapRequest(exchange, request);
  url.pathname = request.path;
  for (const [name, value] of request.query) url.searchParams.append(name, value);
  const method =
    integration.httpMethod === undefined || integration.httpMethod === "ANY" ? httpMethod : integration.httpMethod;
  const reply = await sendRequest({
    url,
    method,
    headers: request.headers.filter(([name, value]) => isFieldName(name) && isFieldValue(value)).flat(),
    body,
    timeoutMilliseconds: integration.timeoutMilliseconds,
    skipsTlsVerification: false,
  }).catch((error) => {
    throw error instanceof NoReply ? new HttpApiRefusal(error.why === "too large" ? 500 : 503, error.message) : error;
  });
  exchange.integrationStatus = reply.status;
  return { status: reply.status, headers: fieldsOf(reply), body: reply.body, reason: undefined };
}

const hasVariable = (uri: string | undefined): boolean => /\{[^}]+\}/.test((uri ?? "").replace(/\$\{[^}]+\}/g, ""));

function targetOf({ integration, stage, pathParameters }: IntegratedHttpExchange): URL {
  const withStage = withStageVariables(integration.uri ?? "", stage.variables);
  const address = withStage.replace(/\{([^}+]+)\+?\}/g, (_, name: string) => pathParameters[name] ?? "");
  if (!URL.canParse(address))
    throw new HttpApiRefusal(500, `The integration's URI is not an address: ${address || "(none)"}.`);
  const url = new URL(address);
  if (LOOPBACK_HOSTS.has(url.hostname)) return url;
  throw new HttpApiRefusal(
    500,
    `The integration's service is at ${url.host}; the local cloud calls services on this machine only.`,
  );
}

function fieldsOf({ fields }: HttpReply): string[] {
  return fields.filter(([name]) => !isConnectionBound(name) && name.toLowerCase() !== "date").flat();
}
