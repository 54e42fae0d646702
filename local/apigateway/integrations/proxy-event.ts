/**
 * The event that a Lambda proxy integration hands to the function, payload format 1.0
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html).
 */
import { isBinaryMediaType } from "../binary-media-types.ts";
import { requestTimeClf } from "../clock-formats.ts";
import type { IntegratedExchange, RequestHeaders } from "../exchange.ts";

/** Hop-by-hop and transport fields that end at the gateway. */
const DROPPED = new Set([
  "connection",
  "content-length",
  "content-md5",
  "expect",
  "max-forwards",
  "proxy-authenticate",
  "server",
  "te",
  "transfer-encoding",
  "trailer",
  "upgrade",
  "www-authenticate",
]);

/** Replaced by the gateway's own. */
const SET_BY_GATEWAY = new Set(["x-amzn-trace-id", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto"]);

/** Names whose casing the gateway settles; every other keeps the client's. */
const CANONICAL = new Map([
  ["authorization", "Authorization"],
  ["user-agent", "User-Agent"],
  ["host", "Host"],
]);

/**
 * Written as text rather than through an object: this is the longest step of a request, and what repeats (claims, stage
 * variables, header values that stand in both maps) is encoded once.
 * @returns JSON text, its keys in AWS's order
 */
export function proxyEvent(exchange: IntegratedExchange): string {
  const { api, route, stage, body } = exchange;
  const [headers, multiValueHeaders] = headerMaps(exchange);
  const [query, multiValueQuery] = queryMaps(exchange.query);
  const binary = body !== undefined && isBinaryMediaType(api.definition, exchange.headers.last("content-type"));
  return (
    `{"resource":${json(route.resource.path)},"path":${json(exchange.path)},"httpMethod":${json(exchange.httpMethod)}` +
    `,"headers":${headers},"multiValueHeaders":${multiValueHeaders}` +
    `,"queryStringParameters":${query},"multiValueQueryStringParameters":${multiValueQuery}` +
    `,"pathParameters":${jsonOrNull(exchange.pathParameters)},"stageVariables":${jsonOrNull(stage.variables)}` +
    `,"requestContext":${requestContext(exchange)}` +
    `,"body":${body === undefined ? "null" : json(body.toString(binary ? "base64" : "utf8"))},"isBase64Encoded":${binary}}`
  );
}

function requestContext(exchange: IntegratedExchange): string {
  const { api, route, identity, apiKey, stage, headers } = exchange;
  const authorizer = identity ? `"authorizer":{"claims":${identity.claimsJson}},` : "";
  const userAgent = headers.last("user-agent");
  return (
    `{"resourceId":${json(route.resource.id)},${authorizer}"resourcePath":${json(route.resource.path)}` +
    `,"httpMethod":${json(exchange.httpMethod)},"extendedRequestId":"${exchange.extendedRequestId}"` +
    `,"requestTime":"${requestTimeClf(exchange.receivedAt)}","path":${json(exchange.requestPath)}` +
    `,"accountId":${json(api.definition.accountId)},"protocol":"HTTP/1.1","stage":${json(stage.name)}` +
    `,"domainPrefix":${json(api.definition.id)},"requestTimeEpoch":${exchange.receivedAt}` +
    `,"requestId":"${exchange.requestId}","identity":{"cognitoIdentityPoolId":null,"accountId":null` +
    `,"cognitoIdentityId":null,"caller":null,"sourceIp":${json(exchange.sourceIp)},"principalOrgId":null` +
    `,"accessKey":null,"cognitoAuthenticationType":null,"cognitoAuthenticationProvider":null,"userArn":null` +
    `,"userAgent":${userAgent === undefined ? "null" : json(userAgent)},"user":null` +
    `${apiKey ? `,"apiKey":${json(apiKey.value)},"apiKeyId":${json(apiKey.id)}` : ""}}` +
    `,"domainName":${json(headers.last("host") ?? "")},"deploymentId":${json(stage.deploymentId)}` +
    `,"apiId":${json(api.definition.id)}}`
  );
}

/** Two JSON objects over the same names: the last value of each, and the list of all. */
type Maps = [single: string, multi: string];

function headerMaps(exchange: IntegratedExchange): Maps {
  const entries = new Map<string, { name: string; values: string[] }>();
  const put = (lowerCaseName: string, name: string, value: string) => {
    const entry = entries.get(lowerCaseName);
    if (entry) entry.values.push(json(value));
    else entries.set(lowerCaseName, { name: CANONICAL.get(lowerCaseName) ?? name, values: [json(value)] });
  };

  const { raw } = exchange.headers;
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!;
    const value = raw[i + 1]!;
    const lower = name.toLowerCase();
    if (DROPPED.has(lower) || SET_BY_GATEWAY.has(lower)) continue;
    if (lower === "authorization" && value.startsWith("AWS4-")) continue;
    put(lower, name, value);
  }
  put("x-amzn-trace-id", "X-Amzn-Trace-Id", exchange.traceId);
  put("x-forwarded-for", "X-Forwarded-For", forwardedFor(exchange.headers, exchange.sourceIp));
  put("x-forwarded-port", "X-Forwarded-Port", portOf(exchange));
  put("x-forwarded-proto", "X-Forwarded-Proto", exchange.scheme);
  return maps(entries.values());
}

function forwardedFor(headers: RequestHeaders, sourceIp: string): string {
  const earlier = headers.all("x-forwarded-for").join(", ");
  return earlier === "" ? sourceIp : `${earlier}, ${sourceIp}`;
}

function portOf({ headers, scheme }: IntegratedExchange): string {
  return /:(\d+)$/.exec(headers.last("host") ?? "")?.[1] ?? (scheme === "https" ? "443" : "80");
}

function queryMaps(query: IntegratedExchange["query"]): Maps {
  if (query.length === 0) return ["null", "null"];
  const entries = new Map<string, { name: string; values: string[] }>();
  for (const [name, value] of query) {
    const entry = entries.get(name);
    if (entry) entry.values.push(json(value));
    else entries.set(name, { name, values: [json(value)] });
  }
  return maps(entries.values());
}

/** @param entries with their values as JSON text */
function maps(entries: Iterable<{ name: string; values: string[] }>): Maps {
  let single = "";
  let multi = "";
  for (const { name, values } of entries) {
    const key = `${single === "" ? "{" : ","}${json(name)}:`;
    single += key + values[values.length - 1];
    multi += `${key}[${values.join(",")}]`;
  }
  return [`${single}}`, `${multi}}`];
}

function jsonOrNull(map: Record<string, string>): string {
  for (const _ in map) return JSON.stringify(map);
  return "null";
}

const json: (text: string) => string = JSON.stringify;
