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
const CANONICAL: Record<string, string> = { authorization: "Authorization", "user-agent": "User-Agent", host: "Host" };

/** @returns JSON text, its keys in AWS's order */
export function proxyEvent(exchange: IntegratedExchange): string {
  const { api, route, stage, body } = exchange;
  const [headers, multiValueHeaders] = headerMaps(exchange);
  const [query, multiValueQuery] = queryMaps(exchange.query);
  const { pathParameters } = exchange;
  const binary = body !== undefined && isBinaryMediaType(api.definition, exchange.headers.last("content-type"));
  return JSON.stringify({
    resource: route.resource.path,
    path: exchange.path,
    httpMethod: exchange.httpMethod,
    headers,
    multiValueHeaders,
    queryStringParameters: query,
    multiValueQueryStringParameters: multiValueQuery,
    pathParameters: isEmpty(pathParameters) ? null : pathParameters,
    stageVariables: isEmpty(stage.variables) ? null : stage.variables,
    requestContext: requestContext(exchange),
    body: body === undefined ? null : body.toString(binary ? "base64" : "utf8"),
    isBase64Encoded: binary,
  });
}

function requestContext(exchange: IntegratedExchange): object {
  const { api, route, identity, stage } = exchange;
  const host = exchange.headers.last("host") ?? "";
  return {
    resourceId: route.resource.id,
    ...(identity && { authorizer: { claims: identity.claims } }),
    resourcePath: route.resource.path,
    httpMethod: exchange.httpMethod,
    extendedRequestId: exchange.extendedRequestId,
    requestTime: requestTimeClf(exchange.receivedAt),
    path: exchange.requestPath,
    accountId: api.definition.accountId,
    protocol: "HTTP/1.1",
    stage: stage.name,
    domainPrefix: api.definition.id,
    requestTimeEpoch: exchange.receivedAt,
    requestId: exchange.requestId,
    identity: {
      cognitoIdentityPoolId: null,
      accountId: null,
      cognitoIdentityId: null,
      caller: null,
      sourceIp: exchange.sourceIp,
      principalOrgId: null,
      accessKey: null,
      cognitoAuthenticationType: null,
      cognitoAuthenticationProvider: null,
      userArn: null,
      userAgent: exchange.headers.last("user-agent") ?? null,
      user: null,
      ...(exchange.apiKey && { apiKey: exchange.apiKey.value, apiKeyId: exchange.apiKey.id }),
    },
    domainName: host,
    deploymentId: stage.deploymentId,
    apiId: api.definition.id,
  };
}

type Maps = [single: Record<string, string> | null, multi: Record<string, string[]> | null];

function headerMaps(exchange: IntegratedExchange): Maps {
  const single: Record<string, string> = Object.create(null);
  const multi: Record<string, string[]> = Object.create(null);
  const names: Record<string, string> = Object.create(null);
  const put = (name: string, value: string) => {
    single[name] = value;
    const values = multi[name];
    if (values) values.push(value);
    else multi[name] = [value];
  };

  const { raw } = exchange.headers;
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!;
    const value = raw[i + 1]!;
    const lower = name.toLowerCase();
    if (DROPPED.has(lower) || SET_BY_GATEWAY.has(lower)) continue;
    if (lower === "authorization" && value.startsWith("AWS4-")) continue;
    let settled = names[lower];
    if (settled === undefined) {
      settled = CANONICAL[lower] ?? name;
      names[lower] = settled;
    }
    put(settled, value);
  }
  put("X-Amzn-Trace-Id", exchange.traceId);
  put("X-Forwarded-For", forwardedFor(exchange.headers, exchange.sourceIp));
  put("X-Forwarded-Port", portOf(exchange.headers.last("host")));
  put("X-Forwarded-Proto", "http");
  return [single, multi];
}

function forwardedFor(headers: RequestHeaders, sourceIp: string): string {
  const earlier = headers.all("x-forwarded-for").join(", ");
  return earlier === "" ? sourceIp : `${earlier}, ${sourceIp}`;
}

function portOf(host: string | undefined): string {
  return /:(\d+)$/.exec(host ?? "")?.[1] ?? "80";
}

function queryMaps(query: IntegratedExchange["query"]): Maps {
  if (query.length === 0) return [null, null];
  const single: Record<string, string> = Object.create(null);
  const multi: Record<string, string[]> = Object.create(null);
  for (const [name, value] of query) {
    single[name] = value;
    const values = multi[name];
    if (values) values.push(value);
    else multi[name] = [value];
  }
  return [single, multi];
}

function isEmpty(map: object): boolean {
  for (const _ in map) return false;
  return true;
}
