/**
 * An HTTP API written as an OpenAPI document (`Api.body`, ReimportApi): its routes, integrations and authorizers
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-open-api.html).
 */
import { ResourceProblem } from "../../engine/graph.ts";
import type { Values } from "../../engine/values.ts";
import type { HttpApiModel, HttpAuthorizerModel, HttpIntegrationModel, HttpRouteModel } from "../../model.ts";
import { functionOf } from "../apigateway/invocation-arn.ts";
import { parseDocument, resolved, securitySchemes } from "../apigateway/openapi-document.ts";
import { unservedExtensions } from "../apigateway/openapi-extensions.ts";
import type { UnservedInput } from "../contract.ts";
import { flag, list, map, number, stableId, text } from "../resource-type.ts";
import { HTTP_EXTENSIONS } from "./openapi-extensions.ts";

export interface ImportedHttpApi extends Pick<HttpApiModel, "routes" | "integrations" | "authorizers"> {
  disableExecuteApiEndpoint: boolean;
  unserved: UnservedInput[];
}

/**
 * @param seed of the API; ids derive from it, so that they survive a restart
 * @param failOnWarnings refuses what API Gateway only warns of, as far as it is looked for
 * @throws ResourceProblem when API Gateway would refuse the import
 */
export function readHttpApiBody(body: string, seed: string, failOnWarnings: boolean): ImportedHttpApi {
  const document = parseDocument(body);
  if (document.openapi === undefined) {
    throw new ResourceProblem("BadRequestException: HTTP APIs are imported from OpenAPI 3.0 documents only.");
  }
  const endpoint = map<unknown>(document["x-amazon-apigateway-endpoint-configuration"]);
  const api: ImportedHttpApi = {
    disableExecuteApiEndpoint: flag(endpoint.disableExecuteApiEndpoint),
    ...{ routes: [], integrations: [], authorizers: [] },
    unserved: unservedExtensions(document, HTTP_EXTENSIONS),
  };
  const schemes = securitySchemes(document);
  for (const [name, scheme] of Object.entries(schemes)) {
    const authorizer = map<unknown>(scheme["x-amazon-apigateway-authorizer"]);
    if (authorizer.type) api.authorizers.push(authorizerOf(name, authorizer, seed));
  }
  for (const [path, item] of Object.entries(map<Values>(document.paths))) {
    for (const [verb, operation] of Object.entries(map<Values>(item))) {
      const routeKey = routeKeyOf(verb, path);
      if (routeKey === undefined) continue;
      const integrationId = stableId(`${seed}#integration/${routeKey}`, 7);
      const integration = integrationOf(operation, document, integrationId);
      if (integration) api.integrations.push(integration);
      api.routes.push({
        id: stableId(`${seed}#route/${routeKey}`, 7),
        routeKey,
        ...authorizationOf(operation.security ?? document.security, schemes, api, routeKey),
        integrationId: integration?.id,
      });
    }
  }
  const [warning] = failOnWarnings ? api.unserved.filter(({ property }) => property.startsWith("security.")) : [];
  if (warning)
    throw new ResourceProblem(
      `BadRequestException: Warnings found during import: ${warning.property}: ${warning.reason}`,
    );
  return api;
}

const METHODS = new Set(["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]);

/** `$default` is written as a path of its own with any method. */
function routeKeyOf(verb: string, path: string): string | undefined {
  const method = verb === "x-amazon-apigateway-any-method" ? "ANY" : verb.toUpperCase();
  if (method !== "ANY" && !METHODS.has(method)) return undefined;
  return path === "/$default" ? "$default" : `${method} ${path}`;
}

function integrationOf(operation: Values, document: Values, id: string): HttpIntegrationModel | undefined {
  const written = operation["x-amazon-apigateway-integration"];
  if (written === undefined) return undefined;
  const integration = map<unknown>(resolved(written, document));
  const type = text(integration.type)?.toUpperCase() as HttpIntegrationModel["type"];
  return {
    id,
    type,
    subtype: text(integration.integrationSubtype),
    uri: text(integration.uri),
    httpMethod: type === "AWS_PROXY" ? "POST" : text(integration.httpMethod),
    payloadFormatVersion: (text(integration.payloadFormatVersion) ??
      "1.0") as HttpIntegrationModel["payloadFormatVersion"],
    timeoutMilliseconds: number(integration.timeoutInMillis, 30_000),
    credentials: text(integration.credentials),
    isPrivate: text(integration.connectionType)?.toUpperCase() === "VPC_LINK",
    requestParameters: map(integration.requestParameters),
    responseParameters: map(integration.responseParameters) as unknown as Record<string, Record<string, string>>,
  };
}

function authorizerOf(name: string, authorizer: Values, seed: string): HttpAuthorizerModel {
  const type = String(authorizer.type).toUpperCase();
  const { issuer, audience } = map<unknown>(authorizer.jwtConfiguration);
  if (type !== "JWT" && type !== "REQUEST") {
    throw new ResourceProblem(`BadRequestException: Invalid authorizer type of ${name}: ${authorizer.type}.`);
  }
  if (type === "JWT" && (!issuer || list(audience).length === 0)) {
    throw new ResourceProblem(`BadRequestException: The JWT authorizer ${name} needs an issuer and an audience.`);
  }
  const sources = (text(authorizer.identitySource) ?? (type === "JWT" ? "$request.header.Authorization" : ""))
    .split(",")
    .map((source) => source.trim())
    .filter((source) => source !== "");
  return {
    id: stableId(`${seed}#authorizer/${name}`, 6),
    name,
    type,
    identitySources: sources,
    issuer: text(issuer),
    audiences: list(audience).map(String),
    functionArn: functionOf(text(authorizer.authorizerUri)),
    credentials: text(authorizer.authorizerCredentials),
    payloadFormatVersion: (text(authorizer.authorizerPayloadFormatVersion) ??
      "1.0") as HttpAuthorizerModel["payloadFormatVersion"],
    enableSimpleResponses: flag(authorizer.enableSimpleResponses),
    resultTtlSeconds: number(authorizer.authorizerResultTtlInSeconds, 0),
  };
}

/** The first requirement with an authorizer counts: an HTTP API's route has one. */
function authorizationOf(
  security: unknown,
  schemes: Record<string, Values>,
  { authorizers, unserved }: ImportedHttpApi,
  routeKey: string,
): Pick<HttpRouteModel, "authorization" | "authorizerId" | "authorizationScopes"> {
  for (const [name, scopes] of list<Record<string, string[]>>(security).flatMap((one) => Object.entries(one))) {
    const scheme = schemes[name];
    if (!scheme) {
      throw new ResourceProblem(
        `BadRequestException: Invalid authorizer: ${routeKey} asks for ${name}, which the body does not define.`,
      );
    }
    const authorizer = authorizers.find((candidate) => candidate.name === name);
    if (authorizer) {
      const authorization = authorizer.type === "JWT" ? "JWT" : "CUSTOM";
      return { authorization, authorizerId: authorizer.id, authorizationScopes: list(scopes) };
    }
    if (text(scheme["x-amazon-apigateway-authtype"])?.toLowerCase() === "awssigv4")
      return { authorization: "AWS_IAM", authorizerId: undefined, authorizationScopes: [] };
    unserved.push({
      property: `security.${name}`,
      reason: `it has no x-amazon-apigateway-authorizer, so that ${routeKey} is open to anyone, on AWS too`,
      guards: false,
    });
  }
  return { authorization: "NONE", authorizerId: undefined, authorizationScopes: [] };
}
