/**
 * The whole REST API as one OpenAPI 3.0.1 document with API Gateway's extensions: every method, its authorization, its
 * integration, what it validates, the gateway's own answers. Pure: equal arguments give equal documents.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
 */
import type { Route } from "./route-table.ts";

export interface ApiDescription {
  title: string;
  routes: readonly Route[];
  /** Whose tokens are taken; without it everybody may call. */
  authorizer: { tokenUse: "id" | "access"; userPoolArn: string; clientId: string } | undefined;
  tls: TlsSettings;
  /** The one web origin whose pages may call. */
  allowedOrigin: string | undefined;
  /** By the handler that a route names. */
  integrations: Readonly<Record<string, { uri: string; timeoutSeconds: number }>>;
}

/** `SecurityPolicy_…` names exist only together with an access mode. */
export interface TlsSettings {
  securityPolicy: "SecurityPolicy_TLS13_1_3_2025_09" | "SecurityPolicy_TLS13_1_2_PQ_2025_09";
  endpointAccessMode: "STRICT" | "BASIC";
}

type Json = Record<string, unknown>;

/** Names the authorizer, in the document and on the API. */
const scheme = "users";

export function openApiDocument(description: ApiDescription): Json {
  const { title, routes, authorizer, tls, allowedOrigin } = description;
  const schemas = Object.fromEntries(routes.flatMap(bodyModel));
  const components = {
    ...(authorizer && { securitySchemes: { [scheme]: securityScheme(authorizer) } }),
    ...(Object.keys(schemas).length > 0 && { schemas }),
  };
  const pathItem = (siblings: Route[]) => ({
    ...Object.fromEntries(siblings.map((route) => [route.method.toLowerCase(), operation(route, description)])),
    ...(allowedOrigin !== undefined && { options: preflight(allowedOrigin, siblings) }),
  });
  const byPath = [...Map.groupBy(routes, ({ path }) => path)];
  return {
    openapi: "3.0.1",
    info: { title, version: "1" },
    paths: Object.fromEntries(byPath.map(([path, siblings]) => [path, pathItem(siblings)])),
    ...(Object.keys(components).length > 0 && { components }),
    "x-amazon-apigateway-request-validators": {
      input: { validateRequestBody: true, validateRequestParameters: true },
    },
    "x-amazon-apigateway-gateway-responses": gatewayResponses(allowedOrigin),
    // Also inputs of the RestApi; here too, because an import must not take them back.
    "x-amazon-apigateway-security-policy": tls.securityPolicy,
    "x-amazon-apigateway-endpoint-access-mode": tls.endpointAccessMode,
  };
}

/**
 * Without scopes the authorizer wants an ID token, with scopes an access token that has one of them. It takes tokens of
 * every client of the pool unless `aud` is pinned; an access token has no `aud`, so a pin would refuse every one.
 */
function securityScheme({ tokenUse, userPoolArn, clientId }: NonNullable<ApiDescription["authorizer"]>): Json {
  return {
    type: "apiKey",
    name: "Authorization",
    in: "header",
    "x-amazon-apigateway-authtype": "cognito_user_pools",
    "x-amazon-apigateway-authorizer": {
      type: "cognito_user_pools",
      providerARNs: [userPoolArn],
      ...(tokenUse === "id" && { identityValidationExpression: `^${clientId}$` }),
    },
  };
}

function operation(route: Route, { authorizer, integrations }: ApiDescription): Json {
  const { uri, timeoutSeconds } = integrations[route.handler]!;
  const parameters = parametersOf(route);
  const [[model] = []] = bodyModel(route);
  const schema = { $ref: `#/components/schemas/${model}` };
  return {
    security: authorizer ? [{ [scheme]: authorizer.tokenUse === "access" ? [route.scope] : [] }] : [],
    ...(parameters.length > 0 && { parameters }),
    ...(model && { requestBody: { required: true, content: { "application/json": { schema } } } }),
    ...(route.input && { "x-amazon-apigateway-request-validator": "input" }),
    responses: {},
    "x-amazon-apigateway-integration": {
      type: "aws_proxy",
      httpMethod: "POST",
      uri,
      // Just above the function's own timeout, so that the function's error is the one that is seen.
      timeoutInMillis: timeoutSeconds * 1000 + 1000,
    },
  };
}

function parametersOf({ path, input }: Route): Json[] {
  const parameter = (place: "path" | "query", name: string | undefined, required: boolean) => ({
    ...{ name, in: place, required },
    schema: { type: "string" },
  });
  return [
    ...[...path.matchAll(/\{([\w-]+)\+?\}/g)].map(([, name]) => parameter("path", name, true)),
    ...Object.entries(input?.query ?? {}).map(([name, needed]) => parameter("query", name, needed === "required")),
  ];
}

/** The model of a route's body, with a name of letters and digits as API Gateway wants it; nothing when it takes none. */
function bodyModel({ method, path, input }: Route): [name: string, schema: unknown][] {
  if (!input || !("body" in input) || !input.body) return [];
  const words = `${method.toLowerCase()}${path}`.split(/[^A-Za-z0-9]+/);
  return [[words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(""), input.body]];
}

/** A browser asks with OPTIONS and no token whether a page may call: the answer names the one origin, whoever asks. */
function preflight(origin: string, siblings: Route[]): Json {
  const headers = Object.entries({
    "Access-Control-Allow-Origin": origin,
    "Access-Control-Allow-Methods": [...siblings.map((route) => route.method), "OPTIONS"].join(","),
    "Access-Control-Allow-Headers": "Authorization,Content-Type",
    "Access-Control-Max-Age": "600",
  });
  const declared = headers.map(([name]) => [name, { schema: { type: "string" } }]);
  const sent = headers.map(([name, text]) => [`method.response.header.${name}`, `'${text}'`]);
  return {
    security: [],
    responses: { "204": { description: "Which pages may call, and how", headers: Object.fromEntries(declared) } },
    "x-amazon-apigateway-integration": {
      type: "mock",
      passthroughBehavior: "when_no_match",
      requestTemplates: { "application/json": '{"statusCode":204}' },
      responses: { default: { statusCode: "204", responseParameters: Object.fromEntries(sent) } },
    },
  };
}

/**
 * The gateway's own refusals: the message that AWS sends, and the request's id for whoever looks into the logs. A page of
 * the allowed origin may read them; without that a browser shows a CORS error in place of a 401.
 */
function gatewayResponses(origin: string | undefined): Json {
  const body = '{"message":$context.error.messageString,"requestId":"$context.requestId"}';
  const header = { "gatewayresponse.header.Access-Control-Allow-Origin": `'${origin}'` };
  const response = (statusCode?: string): Json => ({
    ...(statusCode !== undefined && { statusCode }),
    ...(origin !== undefined && { responseParameters: header }),
    responseTemplates: { "application/json": body },
  });
  const any = response();
  return { UNAUTHORIZED: response("401"), ACCESS_DENIED: response("403"), DEFAULT_4XX: any, DEFAULT_5XX: any };
}
