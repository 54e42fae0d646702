/**
 * What the local cloud does with each of API Gateway's extensions to an OpenAPI document, wherever it stands: document, path,
 * operation, schema, security scheme, server or tag. One that this table does not know is named too.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
 */
import type { Values } from "../../engine/values.ts";
import { type AnyContract, notServed, served, type UnservedInput, unservedInputs, withoutEffect } from "../contract.ts";
import { forReaders, forTheBill, notCached, ofAddresses, ofTls } from "./because.ts";
import { integrationUri, NO_VPC_LINKS, NOT_STREAMED } from "./integration.ts";

const PREFIX = "x-amazon-apigateway-";

const ofHttpApis = withoutEffect("API Gateway reads it in the documents of HTTP APIs only");
const UNKNOWN_AUTH = "API Gateway knows NONE and AWS_IAM here; who may pass is said by security";
export const NO_VPC_ENDPOINTS = "there is no VPC here";

/** One integration response, by its pattern. */
const INTEGRATION_RESPONSE: AnyContract = {
  contentHandling: served,
  responseParameters: served,
  responseTemplates: served,
  statusCode: served,
};

const INTEGRATION: AnyContract = {
  cacheKeyParameters: notCached,
  cacheNamespace: notCached,
  connectionId: notServed(NO_VPC_LINKS),
  connectionType: notServed(NO_VPC_LINKS, { unless: ["INTERNET", "internet"] }),
  contentHandling: served,
  credentials: served,
  httpMethod: served,
  integrationSubtype: ofHttpApis,
  integrationTarget: notServed(NO_VPC_LINKS),
  passthroughBehavior: served,
  payloadFormatVersion: ofHttpApis,
  requestParameters: served,
  requestTemplates: served,
  responseParameters: ofHttpApis,
  responses: served,
  responseTransferMode: notServed(NOT_STREAMED, { unless: ["BUFFERED", "buffered"] }),
  timeoutInMillis: served,
  tlsConfig: { parts: { insecureSkipVerification: served, serverNameToVerify: ofHttpApis } },
  type: served,
  uri: integrationUri,
};

const AUTHORIZER: AnyContract = {
  authorizerCredentials: served,
  authorizerPayloadFormatVersion: ofHttpApis,
  authorizerResultTtlInSeconds: served,
  authorizerUri: served,
  enableSimpleResponses: ofHttpApis,
  identitySource: served,
  identityValidationExpression: served,
  jwtConfiguration: ofHttpApis,
  providerARNs: served,
  type: served,
};

/** What is done with each extension of one kind of API. */
export interface ExtensionTable {
  /** By the extension's name without its prefix. */
  extensions: AnyContract;
  /** Extensions, or parts of them, that are maps from a name to an object of this form. */
  maps: Readonly<Record<string, AnyContract>>;
}

/** By the extension's name without its prefix. */
const EXTENSIONS: AnyContract = {
  "any-method": served,
  "api-key-source": served,
  auth: { parts: { type: notServed(UNKNOWN_AUTH, { unless: ["NONE", "none", "AWS_IAM", "aws_iam"] }) } },
  authorizer: { parts: AUTHORIZER },
  authtype: served,
  "binary-media-types": served,
  cors: ofHttpApis,
  documentation: forReaders,
  "endpoint-access-mode": ofTls,
  "endpoint-configuration": {
    parts: {
      disableExecuteApiEndpoint: served,
      ipAddressType: ofAddresses,
      types: notServed(NO_VPC_ENDPOINTS, {
        unless: ["EDGE", "REGIONAL"],
        guards: true,
      }),
      vpcEndpointIds: notServed(NO_VPC_ENDPOINTS),
    },
  },
  "gateway-responses": served,
  "importexport-version": ofHttpApis,
  integration: { parts: INTEGRATION },
  integrations: ofHttpApis,
  "minimum-compression-size": served,
  policy: served,
  "request-validator": served,
  "request-validators": served,
  "security-policy": ofTls,
  "tag-value": forTheBill,
};

const MAPS: ExtensionTable["maps"] = {
  "gateway-responses": { responseParameters: served, responseTemplates: served, statusCode: served },
  "request-validators": { validateRequestBody: served, validateRequestParameters: served },
};

/**
 * @returns each extension that the document sets and that is not served, once, with the places where it stands; the property
 * is `x-amazon-apigateway-…`, with a path into objects
 */
export function unservedExtensions(
  document: Values,
  table: ExtensionTable = { extensions: EXTENSIONS, maps: MAPS },
): UnservedInput[] {
  const found = new Map<string, UnservedInput & { places: string[] }>();
  for (const { key, value, place } of extensionsIn(document, [])) {
    for (const input of unservedIn(key, value, table)) {
      const known = found.get(input.property);
      if (known) known.places.push(place);
      else found.set(input.property, { ...input, places: [place] });
    }
  }
  return [...found.values()].map(({ places, reason, ...input }) => ({ ...input, reason: reason + shown(places) }));
}

/** Without the places at the document's root, which need no telling. */
function shown(places: readonly string[]): string {
  const told = [...new Set(places)].filter((place) => place !== "");
  if (told.length === 0) return "";
  const more = told.length > 3 ? ` and ${told.length - 3} more` : "";
  return ` (${told.slice(0, 3).join(", ")}${more})`;
}

function* unservedIn(key: string, value: unknown, { extensions, maps }: ExtensionTable): Generator<UnservedInput> {
  const name = key.slice(PREFIX.length);
  const items = name in maps ? Object.values(objectOf(value)) : [];
  yield* unservedInputs(extensions, { [name]: value }).map((input) => ({
    ...input,
    property: PREFIX + input.property,
  }));
  for (const item of items) yield* within(key, maps[name]!, item);
  if (name === "integration") {
    for (const response of Object.values(objectOf(objectOf(value).responses))) {
      yield* within(`${key}.responses`, INTEGRATION_RESPONSE, response);
    }
  }
}

function within(key: string, contract: AnyContract, item: unknown): UnservedInput[] {
  return unservedInputs(contract, objectOf(item)).map((input) => ({ ...input, property: `${key}.${input.property}` }));
}

/** Every key with the prefix, wherever it stands; the place is told as `GET /orders`, or as the path of keys. */
function* extensionsIn(
  value: unknown,
  path: readonly string[],
): Generator<{ key: string; value: unknown; place: string }> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* extensionsIn(item, [...path, String(index)]);
    return;
  }
  for (const [key, item] of Object.entries(objectOf(value))) {
    if (key.startsWith(PREFIX)) yield { key, value: item, place: placeOf(path) };
    // What stands inside of an extension is its own; only the methods that one adds to a path are OpenAPI again.
    if (!key.startsWith(PREFIX) || key === `${PREFIX}any-method`) yield* extensionsIn(item, [...path, key]);
  }
}

function placeOf([root, path, verb, ...more]: readonly string[]): string {
  if (root !== "paths") return [root, path, verb, ...more].filter((step) => step !== undefined).join(".");
  if (verb === undefined) return path ?? "";
  return `${verb === `${PREFIX}any-method` ? "ANY" : verb.toUpperCase()} ${path}`;
}

const objectOf = (value: unknown): Values =>
  value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Values) : {};
