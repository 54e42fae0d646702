/**
 * The event that a Lambda proxy integration hands to the function, payload format 1.0
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html).
 */

import { requestTimeClf } from "../../shared/clock-formats.ts";
import { endsAtGateway } from "../../shared/header-fields.ts";
import type { RequestHeaders } from "../../shared/request-headers.ts";
import { isBinaryMediaType } from "../binary-media-types.ts";
import type {
  AuthorizedIdentity,
  IntegratedGatewayExchange,
  RoutedGatewayExchange,
  SignerIdentity,
} from "../gateway-exchange.ts";

/** Fields that are replaced by the gateway's own. */
const REPLACED = new Set(["x-amzn-trace-id", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto"]);

/** Names whose casing the gateway settles; every other keeps the client's. */
const CANONICAL = new Map([
  ["authorization", "Authorization"],
  ["user-agent", "User-Agent"],
  ["host", "Host"],
]);

/** @returns JSON text, its keys in AWS's order */
export function proxyEvent(exchange: IntegratedGatewayExchange): string {
  const { api, body } = exchange;
  const binary = body !== undefined && isBinaryMediaType(api.model, exchange.headers.last("content-type"));
  return JSON.stringify({
    ...requestOf(exchange, headerFields(exchange), orNull),
    requestContext: requestContext(exchange),
    body: body === undefined ? null : body.toString(binary ? "base64" : "utf8"),
    isBase64Encoded: binary,
  });
}

/**
 * What a REQUEST authorizer is asked (payload format 1.0): the proxy event without its body, with maps that are empty rather
 * than `null`, and with the length of the body that is to come.
 * @returns JSON text
 */
export function authorizerEvent(exchange: RoutedGatewayExchange, methodArn: string): string {
  return JSON.stringify({
    type: "REQUEST",
    methodArn,
    ...requestOf(exchange, headerFields(exchange, "content-length"), (map) => map),
    requestContext: requestContext(exchange),
  });
}

/** Name and value, as they arrived or as the gateway sets them. */
type Field = readonly [name: string, value: string];

/** What both events say of the request itself. @param maybe what becomes of a map that may be empty */
function requestOf(
  exchange: RoutedGatewayExchange,
  headers: readonly Field[],
  maybe: (map: Record<string, unknown>) => unknown,
) {
  const { query, route, stage } = exchange;
  return {
    resource: route.resource.path,
    path: exchange.path,
    httpMethod: exchange.httpMethod,
    headers: lastValues(headers),
    multiValueHeaders: allValues(headers),
    queryStringParameters: maybe(lastValues(query)),
    multiValueQueryStringParameters: maybe(allValues(query)),
    pathParameters: maybe(exchange.pathParameters),
    stageVariables: maybe(stage.variables),
  };
}

const orNull = (map: Record<string, unknown>) => (Object.keys(map).length === 0 ? null : map);

function requestContext(exchange: RoutedGatewayExchange) {
  const { api, apiKey, headers, identity, route, stage } = exchange;
  const {
    accountId = null,
    userId = null,
    accessKey = null,
    userArn = null,
  } = identity?.kind === "iam" ? identity.caller : {};
  return {
    resourceId: route.resource.id,
    ...(identity && identity.kind !== "iam" && { authorizer: authorizerContext(identity) }),
    resourcePath: route.resource.path,
    httpMethod: exchange.httpMethod,
    extendedRequestId: exchange.extendedRequestId,
    requestTime: requestTimeClf(exchange.receivedAt),
    path: exchange.requestPath,
    accountId: api.model.accountId,
    protocol: "HTTP/1.1",
    stage: stage.name,
    domainPrefix: api.model.id,
    requestTimeEpoch: exchange.receivedAt,
    requestId: exchange.requestId,
    identity: {
      cognitoIdentityPoolId: null,
      accountId,
      cognitoIdentityId: null,
      caller: userId,
      sourceIp: exchange.sourceIp,
      principalOrgId: null,
      accessKey,
      cognitoAuthenticationType: null,
      cognitoAuthenticationProvider: null,
      userArn,
      userAgent: headers.last("user-agent") ?? null,
      user: userId,
      ...(apiKey && { apiKey: apiKey.value, apiKeyId: apiKey.id }),
    },
    domainName: headers.last("host") ?? "",
    deploymentId: stage.deploymentId,
    apiId: api.model.id,
  };
}

function authorizerContext(identity: Exclude<AuthorizedIdentity, SignerIdentity>) {
  if (identity.kind === "cognito") return { claims: identity.claims };
  const { principal, latencyMs, context } = identity;
  return { ...context, principalId: principal, integrationLatency: latencyMs };
}

/**
 * The fields that a function gets, the gateway's own last.
 * @param kept a field that otherwise ends at the gateway, in lower case
 */
function headerFields(exchange: RoutedGatewayExchange, kept?: string): Field[] {
  const { raw } = exchange.headers;
  const fields: Field[] = [];
  // A name that comes again keeps the casing of its first.
  const names = new Map<string, string>();
  for (let i = 0; i < raw.length; i += 2) {
    const value = raw[i + 1]!;
    const lower = raw[i]!.toLowerCase();
    const ends = endsAtGateway(lower) || REPLACED.has(lower);
    if ((ends && lower !== kept) || (lower === "authorization" && value.startsWith("AWS4-"))) continue;
    if (!names.has(lower)) names.set(lower, CANONICAL.get(lower) ?? raw[i]!);
    fields.push([names.get(lower)!, value]);
  }
  fields.push(
    ["X-Amzn-Trace-Id", exchange.traceId],
    ["X-Forwarded-For", forwardedFor(exchange.headers, exchange.sourceIp)],
    ["X-Forwarded-Port", portOf(exchange)],
    ["X-Forwarded-Proto", exchange.scheme],
  );
  return fields;
}

function forwardedFor(headers: RequestHeaders, sourceIp: string): string {
  const earlier = headers.all("x-forwarded-for").join(", ");
  return earlier === "" ? sourceIp : `${earlier}, ${sourceIp}`;
}

function portOf({ headers, scheme }: RoutedGatewayExchange): string {
  return /:(\d+)$/.exec(headers.last("host") ?? "")?.[1] ?? (scheme === "https" ? "443" : "80");
}

/** The last value of each name, in the order of their first appearance. */
const lastValues = (fields: readonly Field[]): Record<string, string> => Object.fromEntries(fields);

function allValues(fields: readonly Field[]): Record<string, string[]> {
  const values = new Map<string, string[]>();
  for (const [name, value] of fields) {
    const known = values.get(name);
    if (known) known.push(value);
    else values.set(name, [value]);
  }
  return Object.fromEntries(values);
}
