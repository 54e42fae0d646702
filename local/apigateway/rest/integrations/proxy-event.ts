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

/**
 * Written as text rather than through an object: this is the longest step of a request, and what repeats (claims, stage
 * variables, header values that stand in both maps) is encoded once.
 * @returns JSON text, its keys in AWS's order
 */
export function proxyEvent(exchange: IntegratedGatewayExchange): string {
  const { api, body } = exchange;
  const { resourcePath, stageVariables } = exchange.staged.json;
  const [headers, multiValueHeaders] = headerMaps(exchange);
  const [query, multiValueQuery] = queryMaps(exchange.query);
  const binary = body !== undefined && isBinaryMediaType(api.model, exchange.headers.last("content-type"));
  return (
    `{"resource":${resourcePath},"path":${json(exchange.path)},"httpMethod":${json(exchange.httpMethod)}` +
    `,"headers":${headers},"multiValueHeaders":${multiValueHeaders}` +
    `,"queryStringParameters":${query},"multiValueQueryStringParameters":${multiValueQuery}` +
    `,"pathParameters":${jsonOrNull(exchange.pathParameters)},"stageVariables":${stageVariables}` +
    `,"requestContext":${requestContext(exchange)}` +
    `,"body":${body === undefined ? "null" : json(body.toString(binary ? "base64" : "utf8"))},"isBase64Encoded":${binary}}`
  );
}

/**
 * What a REQUEST authorizer is asked (payload format 1.0): the proxy event without its body, with maps that are empty rather
 * than `null`, and with the length of the body that is to come.
 * @returns JSON text
 */
export function authorizerEvent(exchange: RoutedGatewayExchange, methodArn: string): string {
  const { resourcePath, stageVariables } = exchange.staged.json;
  const [headers, multiValueHeaders] = headerMaps(exchange, "content-length");
  const [query, multiValueQuery] = queryMaps(exchange.query).map(emptyForNull);
  return (
    `{"type":"REQUEST","methodArn":${json(methodArn)},"resource":${resourcePath},"path":${json(exchange.path)}` +
    `,"httpMethod":${json(exchange.httpMethod)},"headers":${headers},"multiValueHeaders":${multiValueHeaders}` +
    `,"queryStringParameters":${query},"multiValueQueryStringParameters":${multiValueQuery}` +
    `,"pathParameters":${emptyForNull(jsonOrNull(exchange.pathParameters))}` +
    `,"stageVariables":${emptyForNull(stageVariables)},"requestContext":${requestContext(exchange)}}`
  );
}

const emptyForNull = (map: string): string => (map === "null" ? "{}" : map);

function requestContext(exchange: RoutedGatewayExchange): string {
  const { api, identity, apiKey, headers } = exchange;
  const { resourceId, resourcePath, stage, deploymentId } = exchange.staged.json;
  const authorizer = identity && identity.kind !== "iam" ? `"authorizer":${authorizerJson(identity)},` : "";
  const userAgent = headers.last("user-agent");
  const signer = identity?.kind === "iam" ? signerJson(identity) : undefined;
  return (
    `{"resourceId":${resourceId},${authorizer}"resourcePath":${resourcePath}` +
    `,"httpMethod":${json(exchange.httpMethod)},"extendedRequestId":"${exchange.extendedRequestId}"` +
    `,"requestTime":"${requestTimeClf(exchange.receivedAt)}","path":${json(exchange.requestPath)}` +
    `,"accountId":${json(api.model.accountId)},"protocol":"HTTP/1.1","stage":${stage}` +
    `,"domainPrefix":${json(api.model.id)},"requestTimeEpoch":${exchange.receivedAt}` +
    `,"requestId":"${exchange.requestId}","identity":{"cognitoIdentityPoolId":null,"accountId":${signer?.accountId ?? "null"}` +
    `,"cognitoIdentityId":null,"caller":${signer?.userId ?? "null"},"sourceIp":${json(exchange.sourceIp)},"principalOrgId":null` +
    `,"accessKey":${signer?.accessKey ?? "null"},"cognitoAuthenticationType":null,"cognitoAuthenticationProvider":null` +
    `,"userArn":${signer?.userArn ?? "null"}` +
    `,"userAgent":${userAgent === undefined ? "null" : json(userAgent)},"user":${signer?.userId ?? "null"}` +
    `${apiKey ? `,"apiKey":${json(apiKey.value)},"apiKeyId":${json(apiKey.id)}` : ""}}` +
    `,"domainName":${json(headers.last("host") ?? "")},"deploymentId":${deploymentId}` +
    `,"apiId":${json(api.model.id)}}`
  );
}

function signerJson({ caller: { accessKey, accountId, userArn, userId } }: SignerIdentity) {
  return { accessKey: json(accessKey), accountId: json(accountId), userArn: json(userArn), userId: json(userId) };
}

function authorizerJson(identity: Exclude<AuthorizedIdentity, SignerIdentity>): string {
  if (identity.kind === "cognito") return `{"claims":${identity.claimsJson}}`;
  const { principal, latencyMs, context } = identity;
  return JSON.stringify({ ...context, principalId: principal, integrationLatency: latencyMs });
}

/** Two JSON objects over the same names: the last value of each, and the list of all. */
type Maps = [single: string, multi: string];

/** @param kept a field that otherwise ends at the gateway, in lower case */
function headerMaps(exchange: RoutedGatewayExchange, kept?: string): Maps {
  const maps = new MapsByName();
  const { raw } = exchange.headers;
  for (let i = 0; i < raw.length; i += 2) {
    const name = fieldName(raw[i]!);
    const value = raw[i + 1]!;
    if ((name.dropped && name.lower !== kept) || (name.lower === "authorization" && value.startsWith("AWS4-")))
      continue;
    maps.put(name.lower, name.json, valueJson(name, value));
  }
  maps.put("x-amzn-trace-id", '"X-Amzn-Trace-Id"', json(exchange.traceId));
  maps.put("x-forwarded-for", '"X-Forwarded-For"', json(forwardedFor(exchange.headers, exchange.sourceIp)));
  maps.put("x-forwarded-port", '"X-Forwarded-Port"', json(portOf(exchange)));
  maps.put("x-forwarded-proto", '"X-Forwarded-Proto"', json(exchange.scheme));
  return maps.json();
}

interface FieldName {
  lower: string;
  /** As it stands in the event, JSON text */
  json: string;
  dropped: boolean;
  /** A client mostly sends what it sent before, and its token is long. */
  latest: { value: string; json: string };
}

/** Clients send the same few names again and again. */
const fieldNames = new Map<string, FieldName>();
const MOST_FIELD_NAMES = 1000;
const EMPTY = { value: "", json: '""' };

function fieldName(name: string): FieldName {
  const known = fieldNames.get(name);
  if (known) return known;
  const lower = name.toLowerCase();
  const field = {
    lower,
    json: json(CANONICAL.get(lower) ?? name),
    dropped: endsAtGateway(lower) || REPLACED.has(lower),
    latest: EMPTY,
  };
  if (fieldNames.size < MOST_FIELD_NAMES) fieldNames.set(name, field);
  return field;
}

function valueJson(name: FieldName, value: string): string {
  if (name.latest.value !== value) name.latest = { value, json: json(value) };
  return name.latest.json;
}

function forwardedFor(headers: RequestHeaders, sourceIp: string): string {
  const earlier = headers.all("x-forwarded-for").join(", ");
  return earlier === "" ? sourceIp : `${earlier}, ${sourceIp}`;
}

function portOf({ headers, scheme }: RoutedGatewayExchange): string {
  return /:(\d+)$/.exec(headers.last("host") ?? "")?.[1] ?? (scheme === "https" ? "443" : "80");
}

function queryMaps(query: IntegratedGatewayExchange["query"]): Maps {
  if (query.length === 0) return ["null", "null"];
  const maps = new MapsByName();
  for (const [name, value] of query) maps.put(name, json(name), json(value));
  return maps.json();
}

/** Names in the order of their first appearance, each with all its values. */
class MapsByName {
  readonly #entries = new Map<string, { name: string; all: string; last: string }>();

  /**
   * @param id what makes two names the same
   * @param name JSON text; the first one counts
   * @param value JSON text
   */
  put(id: string, name: string, value: string): void {
    const entry = this.#entries.get(id);
    if (entry) {
      entry.all += `,${value}`;
      entry.last = value;
    } else {
      this.#entries.set(id, { name, all: value, last: value });
    }
  }

  json(): Maps {
    let single = "";
    let multi = "";
    for (const { name, all, last } of this.#entries.values()) {
      const key = `${single === "" ? "{" : ","}${name}:`;
      single += key + last;
      multi += `${key}[${all}]`;
    }
    return [`${single}}`, `${multi}}`];
  }
}

function jsonOrNull(map: Record<string, string>): string {
  for (const _ in map) return JSON.stringify(map);
  return "null";
}

const json: (text: string) => string = JSON.stringify;
