/**
 * HTTP proxy integrations, to services on this machine only: the local cloud sends no request of a client to other hosts
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-http.html).
 */
import { LOOPBACK_HOSTS } from "../../loopback-hosts.ts";
import { isConnectionBound, isFieldName, isFieldValue } from "../shared/header-fields.ts";
import type { HttpAnswer, IntegratedHttpExchange } from "./http-exchange.ts";
import { type MappedRequest, mapRequest, pathBelowStage } from "./parameter-mapping.ts";
import { HttpApiRefusal } from "./refusal.ts";
import { withStageVariables } from "./stage-variables.ts";

const NOT_FORWARDED = new Set(["host", "expect", "content-length"]);

/** @throws HttpApiRefusal 500 for a target elsewhere, 503 for one that does not answer in time */
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
  try {
    const answer = await fetch(url, {
      method,
      headers: request.headers.filter(([name, value]) => isFieldName(name) && isFieldValue(value)),
      redirect: "manual",
      signal: AbortSignal.timeout(integration.timeoutMilliseconds),
      ...(!["GET", "HEAD"].includes(method) && body !== undefined && { body: new Uint8Array(body) }),
    });
    exchange.integrationStatus = answer.status;
    return {
      status: answer.status,
      headers: fieldsOf(answer),
      body: Buffer.from(await answer.arrayBuffer()),
      reason: undefined,
    };
  } catch (error) {
    const why = (error as Error).name === "TimeoutError" ? "did not answer in time" : "cannot be reached";
    throw new HttpApiRefusal(503, `The integration's service at ${url.origin} ${why}.`);
  }
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

/** What fetch has unpacked is described as it now is. */
function fieldsOf(answer: Response): string[] {
  const fields: string[] = [];
  const packed = answer.headers.has("content-encoding");
  for (const [name, value] of answer.headers) {
    if (isConnectionBound(name) || name === "date" || (packed && name === "content-encoding")) continue;
    fields.push(name, value);
  }
  return fields;
}
