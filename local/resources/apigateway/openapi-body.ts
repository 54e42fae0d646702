/**
 * A REST API written as an OpenAPI document (`RestApi.body`, PutRestApi in overwrite mode): OpenAPI 3 or Swagger 2, JSON or
 * YAML, with API Gateway's extensions.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
 */
import { ResourceProblem } from "../../engine/graph.ts";
import type { Values } from "../../engine/values.ts";
import type { AuthorizerModel, IntegrationModel, MethodModel, RestApiModel } from "../../model.ts";
import type { UnservedInput } from "../contract.ts";
import { flag, list, map, number, stableId, text } from "../resource-type.ts";
import { DEFAULT_IDENTITY_SOURCE } from "./authorizer.ts";
import { functionOf } from "./invocation-arn.ts";
import { parseDocument, resolved, securitySchemes } from "./openapi-document.ts";
import { unservedExtensions } from "./openapi-extensions.ts";

/** What becomes of the path that precedes all paths (`basePath`, or the server's) on import. */
export type Basepath = "ignore" | "prepend" | "split";

type Content = Pick<RestApiModel, "resources" | "authorizers" | "gatewayResponses" | "requestValidators" | "models">;

export interface ImportedApi extends Content {
  /** Of the API itself, as far as the document says. */
  settings: Partial<RestApiModel>;
  unserved: UnservedInput[];
  /** Operations that name a request validator which the document does not define, and its name. */
  undefinedValidators: { operation: string; validator: string }[];
}

/**
 * @param seed of the API; ids derive from it, so that they survive a restart
 * @param rootId of the resource `/`
 * @throws ResourceProblem when API Gateway would refuse the import
 */
export function readOpenApiBody(
  body: string,
  seed: string,
  rootId: string,
  basepath: Basepath = "ignore",
): ImportedApi {
  const document = parseDocument(body);
  const api: ImportedApi = {
    settings: settingsOf(document),
    unserved: unservedExtensions(document),
    undefinedValidators: [],
    resources: [{ id: rootId, path: "/", methods: [] }],
    authorizers: [],
    gatewayResponses: gatewayResponses(document),
    requestValidators: Object.entries(map<Values>(document["x-amazon-apigateway-request-validators"])).map(
      ([name, validator]) => ({
        id: stableId(`${seed}#validator/${name}`, 6),
        name,
        validateBody: flag(validator.validateRequestBody),
        validateParameters: flag(validator.validateRequestParameters),
      }),
    ),
    models: Object.entries(map(map<Values>(document.components).schemas ?? document.models)).map(([name, schema]) => ({
      name,
      contentType: "application/json",
      schema: JSON.stringify(dereferenced(schema, document)),
    })),
  };
  const schemes = securitySchemes(document);
  for (const [name, scheme] of Object.entries(schemes)) {
    const authorizer = map<unknown>(scheme["x-amazon-apigateway-authorizer"]);
    if (authorizer.type) api.authorizers.push(authorizerOf(name, scheme, authorizer, seed));
  }
  const base = basePathOf(document, basepath);
  for (const [below, item] of Object.entries(map<Values>(document.paths))) {
    // A resource has no empty path part: what a document calls /files/ is the resource /files.
    const path = `${base}${below}`.replace(/(?<=.)\/+$/, "");
    const resource = resourceAt(api, path, seed);
    for (const [verb, operation] of Object.entries(map<Values>(item))) {
      const httpMethod = verb === "x-amazon-apigateway-any-method" ? "ANY" : verb.toUpperCase();
      if (!METHODS.has(httpMethod)) continue;
      const parameters = [...list<Values>(item.parameters), ...list<Values>(operation.parameters)].map(
        (parameter) => resolved(parameter, document) as Values,
      );
      resource.methods.push({
        httpMethod,
        ...authorizationOf(operation, document, schemes, api, `${httpMethod} ${path}`),
        requestValidatorId: validatorOf(operation, document, api, `${httpMethod} ${path}`),
        requestParameters: requestParameters(parameters),
        requestModels: requestModels(operation, parameters, api, document, `${httpMethod}${path}`),
        integration: integrationOf(operation),
        methodResponses: methodResponses(operation),
      });
    }
  }
  return api;
}

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "ANY"]);

/** What the document says of the API as a whole. */
function settingsOf(document: Values): Partial<RestApiModel> {
  const extension = (name: string) => document[`x-amazon-apigateway-${name}`];
  const servers = list<Values>(document.servers);
  const endpoints = [document, ...servers].map((one) =>
    map<unknown>(one["x-amazon-apigateway-endpoint-configuration"]),
  );
  const [binary, compression, policy] = ["binary-media-types", "minimum-compression-size", "policy"].map(extension);
  return {
    ...(binary !== undefined && { binaryMediaTypes: list(binary) }),
    ...(compression !== undefined && { minimumCompressionSize: Number(compression) }),
    ...(extension("api-key-source") !== undefined && {
      apiKeySource: String(extension("api-key-source")).toUpperCase() === "AUTHORIZER" ? "AUTHORIZER" : "HEADER",
    }),
    ...(endpoints.some((one) => flag(one.disableExecuteApiEndpoint)) && { disableExecuteApiEndpoint: true }),
    ...(policy !== undefined && { policy: typeof policy === "string" ? policy : JSON.stringify(policy) }),
  };
}

/**
 * Swagger 2 has a `basePath`; of OpenAPI 3 the first server variable of that name counts, else a server's path.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-import-api-basePath.html
 * @returns what stands before every path, `/a/b`, or nothing
 */
function basePathOf(document: Values, basepath: Basepath): string {
  if (basepath === "ignore") return "";
  const servers = list<Values>(document.servers);
  const variable = servers.map(({ variables }) => map<Values>(variables).basePath?.default).find((one) => one);
  const path = text(document.basePath) ?? text(variable) ?? serverPath(servers);
  const steps = path.split("/").filter((step) => step !== "");
  // What is split off is meant for the mapping of a custom domain name.
  return steps
    .slice(basepath === "split" ? 1 : 0)
    .map((step) => `/${step}`)
    .join("");
}

function serverPath(servers: readonly Values[]): string {
  const paths = servers.map(({ url, variables }) => {
    const filled = (text(url) ?? "").replace(
      /\{([^}]+)\}/g,
      (_, name) => text(map<Values>(variables)[name]?.default) ?? "",
    );
    return filled.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, "");
  });
  return paths.find((path) => path !== "" && path !== "/") ?? "";
}

/** A schema with what it refers to in the place of the references; a schema that contains itself keeps them. */
function dereferenced(value: unknown, document: Values, within: readonly string[] = []): unknown {
  if (Array.isArray(value)) return value.map((item) => dereferenced(item, document, within));
  if (value === null || typeof value !== "object") return value;
  const reference = (value as Values).$ref;
  if (typeof reference === "string" && !within.includes(reference)) {
    return dereferenced(resolved(value, document), document, [...within, reference]);
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, dereferenced(item, document, within)]));
}

const headerOf = ({ name }: Values): string =>
  name === undefined ? DEFAULT_IDENTITY_SOURCE : `method.request.header.${name}`;

function authorizerOf(name: string, scheme: Values, authorizer: Values, seed: string): AuthorizerModel {
  const type = String(authorizer.type).toUpperCase() as AuthorizerModel["type"];
  return {
    id: stableId(`${seed}#authorizer/${name}`, 6),
    name,
    type,
    providerArns: list(authorizer.providerARNs),
    // A function that is given the whole request may do without; its scheme's name then means nothing.
    identitySource: text(authorizer.identitySource) || (type === "REQUEST" ? "" : headerOf(scheme)),
    identityValidationExpression: text(authorizer.identityValidationExpression),
    resultTtlSeconds: number(authorizer.authorizerResultTtlInSeconds, 300),
    uri: text(authorizer.authorizerUri),
    credentials: text(authorizer.authorizerCredentials),
  };
}

type Authorization = Pick<MethodModel, "authorization" | "authorizerId" | "authorizationScopes" | "apiKeyRequired">;

/** An operation's own `security` replaces the document's; an empty one opens the method. */
function authorizationOf(
  operation: Values,
  document: Values,
  schemes: Record<string, Values>,
  api: Content,
  method: string,
): Authorization {
  const result: Authorization = {
    authorization: "NONE",
    authorizerId: undefined,
    authorizationScopes: [],
    apiKeyRequired: false,
  };
  for (const requirement of list<Record<string, string[]>>(operation.security ?? document.security)) {
    for (const [name, scopes] of Object.entries(requirement)) {
      const scheme = schemes[name];
      if (!scheme) {
        throw new ResourceProblem(
          `BadRequestException: Invalid authorizer: ${method} asks for ${name}, which the body does not define.`,
        );
      }
      const authorizer = api.authorizers.find((candidate) => candidate.name === name);
      if (authorizer) {
        result.authorization = authorizer.type === "COGNITO_USER_POOLS" ? "COGNITO_USER_POOLS" : "CUSTOM";
        result.authorizerId = authorizer.id;
        result.authorizationScopes = list(scopes);
      } else if (String(scheme["x-amazon-apigateway-authtype"]).toLowerCase() === "awssigv4")
        result.authorization = "AWS_IAM";
      else if (scheme.type === "apiKey") result.apiKeyRequired = true;
    }
  }
  // Said of the method itself, it cannot open what a security requirement closes.
  const auth = text(map<unknown>(operation["x-amazon-apigateway-auth"]).type)?.toUpperCase();
  if (auth === "AWS_IAM" && result.authorization === "NONE") result.authorization = "AWS_IAM";
  return result;
}

function resourceAt(api: Content, path: string, seed: string): Content["resources"][number] {
  const known = api.resources.find((resource) => resource.path === path);
  if (known) return known;
  // Every step of a path is a resource of its own, with or without methods.
  const parent = path.slice(0, path.lastIndexOf("/"));
  if (parent) resourceAt(api, parent, seed);
  const resource = { id: stableId(`${seed}#${path}`, 6), path, methods: [] };
  api.resources.push(resource);
  return resource;
}

/** API Gateway imports an operation whose validator is not defined, and validates nothing of its requests. */
function validatorOf(operation: Values, document: Values, api: ImportedApi, where: string): string | undefined {
  const key = "x-amazon-apigateway-request-validator";
  const name = text(operation[key] ?? document[key]);
  if (name === undefined) return undefined;
  const validator = api.requestValidators.find((candidate) => candidate.name === name);
  if (!validator) api.undefinedValidators.push({ operation: where, validator: name });
  return validator?.id;
}

const LOCATIONS: Record<string, string> = { query: "querystring", path: "path", header: "header" };

function requestParameters(parameters: Values[]): Record<string, boolean> {
  return Object.fromEntries(
    parameters
      .filter((parameter) => LOCATIONS[String(parameter.in)])
      .map(({ in: location, name, required }) => [
        `method.request.${LOCATIONS[String(location)]}.${name}`,
        flag(required),
      ]),
  );
}

/** By content type. A schema that is written in place becomes a model of its own, as on import. */
function requestModels(
  operation: Values,
  parameters: Values[],
  api: Content,
  document: Values,
  method: string,
): Record<string, string> {
  const content = map<Values>(map<unknown>(resolved(operation.requestBody, document)).content);
  const schemas: [string, unknown][] = Object.entries(content).map(([type, media]) => [type, media.schema]);
  const inBody = parameters.find((parameter) => parameter.in === "body");
  if (inBody) schemas.push(["application/json", inBody.schema]);
  return Object.fromEntries(
    schemas
      .filter(([, schema]) => schema !== undefined)
      .map(([contentType, schema]) => {
        const reference = map(schema).$ref;
        if (reference) return [contentType, reference.slice(reference.lastIndexOf("/") + 1)];
        const name = `MODEL${stableId(`${method} ${contentType}`, 6)}`;
        api.models.push({ name, contentType, schema: JSON.stringify(dereferenced(schema, document)) });
        return [contentType, name];
      }),
  );
}

function integrationOf(operation: Values): IntegrationModel | undefined {
  const integration = map<unknown>(operation["x-amazon-apigateway-integration"]);
  if (!integration.type) return undefined;
  const uri = text(integration.uri);
  const word = (value: unknown) => text(value)?.toUpperCase();
  return {
    type: word(integration.type) as IntegrationModel["type"],
    httpMethod: text(integration.httpMethod),
    uri,
    functionArn: functionOf(uri),
    credentials: text(integration.credentials),
    timeoutMilliseconds: number(integration.timeoutInMillis, 29000),
    passthroughBehavior: (word(integration.passthroughBehavior) ??
      "WHEN_NO_MATCH") as IntegrationModel["passthroughBehavior"],
    contentHandling: word(integration.contentHandling) as IntegrationModel["contentHandling"],
    skipsTlsVerification: flag(map<unknown>(integration.tlsConfig).insecureSkipVerification),
    requestParameters: map(integration.requestParameters),
    requestTemplates: map(integration.requestTemplates),
    responses: Object.entries(map<Values>(integration.responses)).map(([pattern, response]) => ({
      statusCode: String(response.statusCode),
      selectionPattern: pattern === "default" ? undefined : pattern,
      responseParameters: map(response.responseParameters),
      responseTemplates: map(response.responseTemplates),
      contentHandling: word(response.contentHandling) as IntegrationModel["contentHandling"],
    })),
  };
}

const methodResponses = (operation: Values): MethodModel["methodResponses"] =>
  Object.entries(map<Values>(operation.responses)).map(([statusCode, response]) => ({
    statusCode,
    responseParameters: Object.fromEntries(
      Object.keys(map(response.headers)).map((name) => [`method.response.header.${name}`, true]),
    ),
  }));

const gatewayResponses = (document: Values): Content["gatewayResponses"] =>
  Object.entries(map<Values>(document["x-amazon-apigateway-gateway-responses"])).map(([responseType, response]) => ({
    responseType,
    statusCode: text(response.statusCode),
    responseParameters: map(response.responseParameters),
    responseTemplates: map(response.responseTemplates),
  }));
