/**
 * The events that an HTTP API or a function URL hands to a function, payload formats 1.0 and 2.0
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html).
 */

import type { IamCaller } from "../../permissions/access-key.ts";
import { requestTimeClf } from "../shared/clock-formats.ts";
import type { HttpExchange, ToldRequest } from "./http-exchange.ts";

/** @returns JSON text, its keys in AWS's order */
export function proxyEvent(exchange: ToldRequest, version: "1.0" | "2.0"): string {
  return JSON.stringify(version === "2.0" ? { ...eventV2(exchange), ...bodyOf(exchange) } : eventV1(exchange));
}

/** Format 2.0 without the body, which an authorizer does not get. What the request does not have is left out. */
export function eventV2(exchange: ToldRequest): Record<string, unknown> {
  const { route, query, pathParameters, stage, headers } = exchange;
  const cookies = headers.all("cookie").flatMap((field) => field.split(/; */));
  const path = decodedPath(exchange);
  return {
    version: "2.0",
    routeKey: route.routeKey,
    rawPath: path,
    rawQueryString: exchange.queryString,
    ...(cookies.length > 0 && { cookies }),
    headers: lowerCaseHeaders(exchange),
    ...(query.length > 0 && { queryStringParameters: joined(query) }),
    requestContext: {
      accountId: exchange.api.accountId,
      apiId: exchange.api.id,
      ...authorizerV2(exchange),
      domainName: hostName(exchange),
      domainPrefix: exchange.api.id,
      http: {
        method: exchange.httpMethod,
        path,
        protocol: "HTTP/1.1",
        sourceIp: exchange.sourceIp,
        userAgent: headers.last("user-agent") ?? "",
      },
      requestId: exchange.requestId,
      routeKey: route.routeKey,
      stage: stage.name,
      time: requestTimeClf(exchange.receivedAt),
      timeEpoch: exchange.receivedAt,
    },
    ...(notEmpty(pathParameters) && { pathParameters }),
    ...(notEmpty(stage.variables) && { stageVariables: stage.variables }),
  };
}

function authorizerV2({ authorizer }: ToldRequest): Record<string, unknown> {
  if (!authorizer) return {};
  if (authorizer.kind === "iam") return { authorizer: { iam: iamOf(authorizer.caller) } };
  return authorizer.kind === "jwt"
    ? { authorizer: { jwt: { claims: authorizer.claims, scopes: authorizer.scopes } } }
    : { authorizer: { lambda: authorizer.context } };
}

function iamOf({ accessKey, accountId, userArn, userId }: IamCaller): Record<string, unknown> {
  return { accessKey, accountId, callerId: userId, cognitoIdentity: null, principalOrgId: null, userArn, userId };
}

/** Format 1.0: what the request does not have is `null`. */
function eventV1(exchange: ToldRequest): Record<string, unknown> {
  const { route, query, pathParameters, stage, headers } = exchange;
  const resource = resourceOf(route.routeKey);
  const path = decodedPath(exchange);
  const [single, multi] = canonicalHeaders(exchange);
  const byName = Map.groupBy(query, ([name]) => name);
  const multiQuery = Object.fromEntries([...byName].map(([name, pairs]) => [name, pairs.map(([, value]) => value)]));
  return {
    version: "1.0",
    resource,
    path,
    httpMethod: exchange.httpMethod,
    headers: single,
    multiValueHeaders: multi,
    queryStringParameters: orNull(Object.fromEntries(query)),
    multiValueQueryStringParameters: orNull(multiQuery),
    requestContext: {
      accountId: exchange.api.accountId,
      apiId: exchange.api.id,
      ...authorizerV1(exchange),
      domainName: hostName(exchange),
      domainPrefix: exchange.api.id,
      extendedRequestId: exchange.requestId,
      httpMethod: exchange.httpMethod,
      identity: {
        ...{ accessKey: null, accountId: null, caller: null, cognitoAmr: null, cognitoAuthenticationProvider: null },
        ...{ cognitoAuthenticationType: null, cognitoIdentityId: null, cognitoIdentityPoolId: null },
        ...{ principalOrgId: null, sourceIp: exchange.sourceIp, user: null },
        ...{ userAgent: headers.last("user-agent") ?? "", userArn: null },
        ...signerV1(exchange),
      },
      path,
      protocol: "HTTP/1.1",
      requestId: exchange.requestId,
      requestTime: requestTimeClf(exchange.receivedAt),
      requestTimeEpoch: exchange.receivedAt,
      resourceId: route.routeKey,
      resourcePath: resource,
      stage: stage.name,
    },
    pathParameters: orNull(pathParameters),
    stageVariables: orNull(stage.variables),
    body: null,
    ...bodyOf(exchange),
  };
}

function signerV1({ authorizer }: ToldRequest): Record<string, unknown> {
  if (authorizer?.kind !== "iam") return {};
  const { accessKey, accountId, userArn, userId } = authorizer.caller;
  return { accessKey, accountId, caller: userId, user: userId, userArn };
}

function authorizerV1({ authorizer }: ToldRequest): Record<string, unknown> {
  if (!authorizer || authorizer.kind === "iam") return {};
  return authorizer.kind === "jwt"
    ? { authorizer: { claims: authorizer.claims, scopes: authorizer.scopes } }
    : { authorizer: { ...authorizer.context, principalId: authorizer.principal, integrationLatency: 0 } };
}

/** `GET /items/{id}` → `/items/{id}`; `$default` stands for itself. */
export const resourceOf = (routeKey: string): string => routeKey.slice(routeKey.indexOf(" ") + 1);

/** With the name of a named stage, decoded as far as it can be. */
function decodedPath({ requestPath }: ToldRequest): string {
  if (!requestPath.includes("%")) return requestPath;
  try {
    return decodeURIComponent(requestPath);
  } catch {
    return requestPath;
  }
}

const hostName = ({ headers }: ToldRequest): string => (headers.last("host") ?? "").replace(/:\d+$/, "");

/** Names in lower case and alphabetical order, repeated fields joined; cookies have a place of their own. */
function lowerCaseHeaders(exchange: ToldRequest): Record<string, string> {
  const values = new Map<string, string>();
  const { raw } = exchange.headers;
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!.toLowerCase();
    if (name === "cookie" || GATEWAYS_OWN.has(name)) continue;
    const earlier = values.get(name);
    values.set(name, earlier === undefined ? raw[i + 1]! : `${earlier},${raw[i + 1]}`);
  }
  for (const [name, value] of forwarded(exchange)) values.set(name.toLowerCase(), value);
  return Object.fromEntries([...values].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const GATEWAYS_OWN = new Set([
  "connection",
  "transfer-encoding",
  "x-forwarded-for",
  "x-forwarded-port",
  "x-forwarded-proto",
]);
const CANONICAL = new Map([
  ["authorization", "Authorization"],
  ["content-type", "Content-Type"],
  ["host", "Host"],
  ["user-agent", "User-Agent"],
]);

/** The last value of each field, and all of them. */
function canonicalHeaders(exchange: ToldRequest): [Record<string, string>, Record<string, string[]>] {
  const fields: (readonly [string, string])[] = [];
  const { raw } = exchange.headers;
  for (let i = 0; i < raw.length; i += 2) {
    const lower = raw[i]!.toLowerCase();
    if (!GATEWAYS_OWN.has(lower) && lower !== "content-length")
      fields.push([CANONICAL.get(lower) ?? raw[i]!, raw[i + 1]!]);
  }
  fields.push(...forwarded(exchange));
  const byName = Map.groupBy(fields, ([name]) => name);
  const multi = Object.fromEntries([...byName].map(([name, all]) => [name, all.map(([, value]) => value)]));
  return [Object.fromEntries(fields), multi];
}

function forwarded(exchange: ToldRequest): (readonly [string, string])[] {
  const { headers, sourceIp, scheme, body } = exchange;
  const earlier = headers.all("x-forwarded-for").join(", ");
  const port = /:(\d+)$/.exec(headers.last("host") ?? "")?.[1] ?? (scheme === "https" ? "443" : "80");
  return [
    ["Content-Length", String(body?.length ?? 0)],
    ["X-Amzn-Trace-Id", exchange.traceId],
    ["X-Forwarded-For", earlier === "" ? sourceIp : `${earlier}, ${sourceIp}`],
    ["X-Forwarded-Port", port],
    ["X-Forwarded-Proto", scheme],
  ];
}

function joined(query: HttpExchange["query"]): Record<string, string> {
  const byName = Map.groupBy(query, ([name]) => name);
  return Object.fromEntries([...byName].map(([name, pairs]) => [name, pairs.map(([, value]) => value).join(",")]));
}

/** Text stays text for a few content types; everything else, and what has none, travels as base64. */
const TEXT = /^(?:text\/.*|application\/(?:json|xml|javascript))$/;

function bodyOf({ body, headers }: ToldRequest): { body?: string; isBase64Encoded: boolean } {
  if (body === undefined) return { isBase64Encoded: false };
  const [type = ""] = (headers.last("content-type") ?? "").split(";");
  const isText = TEXT.test(type.trim().toLowerCase());
  return { body: body.toString(isText ? "utf8" : "base64"), isBase64Encoded: !isText };
}

const notEmpty = (map: Record<string, unknown>): boolean => Object.keys(map).length > 0;
const orNull = <T extends Record<string, unknown>>(map: T): T | null => (notEmpty(map) ? map : null);
