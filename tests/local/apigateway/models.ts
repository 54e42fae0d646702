/** Models of APIs for tests: the tutorial's REST API, an HTTP API before the same function, and builders for variations. */
import type {
  ApiResourceModel,
  AuthorizerModel,
  HttpApiModel,
  HttpRouteModel,
  IntegrationModel,
  MethodModel,
  RestApiModel,
  StageModel,
} from "../../../local/model.ts";

export const ACCOUNT = "123456789012";
export const FUNCTION_ARN = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:Demo`;
export const EXECUTION_ARN = `arn:aws:execute-api:us-east-1:${ACCOUNT}:demoapi123`;

export function lambdaProxy(overrides: Partial<IntegrationModel> = {}): IntegrationModel {
  return {
    type: "AWS_PROXY",
    httpMethod: "POST",
    uri: `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${FUNCTION_ARN}/invocations`,
    functionArn: FUNCTION_ARN,
    credentials: undefined,
    timeoutMilliseconds: 29_000,
    passthroughBehavior: "WHEN_NO_MATCH",
    contentHandling: undefined,
    skipsTlsVerification: false,
    requestParameters: {},
    requestTemplates: {},
    responses: [],
    ...overrides,
  };
}

/** With a response of the method for each one of its integration. */
export function method(httpMethod: string, overrides: Partial<MethodModel> = {}): MethodModel {
  const statuses = new Set(overrides.integration?.responses.map(({ statusCode }) => statusCode));
  return {
    httpMethod,
    authorization: "NONE",
    authorizerId: undefined,
    authorizationScopes: [],
    apiKeyRequired: false,
    requestValidatorId: undefined,
    requestParameters: {},
    requestModels: {},
    integration: lambdaProxy(),
    methodResponses: [...statuses].map((statusCode) => ({ statusCode, responseParameters: {} })),
    ...overrides,
  };
}

/** A method behind the authorizer `auth01`. */
export function secured(httpMethod: string, overrides: Partial<MethodModel> = {}): MethodModel {
  return method(httpMethod, { authorization: "COGNITO_USER_POOLS", authorizerId: "auth01", ...overrides });
}

/** Resources by path; the root is always there. */
export function resources(byPath: Record<string, MethodModel[]>): ApiResourceModel[] {
  const all: Record<string, MethodModel[]> = { "/": [], ...byPath };
  return Object.entries(all).map(([path, methods], index) => ({ id: `res${index}`, path, methods }));
}

export function authorizer(overrides: Partial<AuthorizerModel> = {}): AuthorizerModel {
  return {
    id: "auth01",
    name: "DemoAuthorizer",
    type: "COGNITO_USER_POOLS",
    providerArns: [],
    identitySource: "method.request.header.Authorization",
    identityValidationExpression: undefined,
    resultTtlSeconds: 300,
    uri: undefined,
    credentials: undefined,
    ...overrides,
  };
}

export function stage(overrides: Partial<StageModel> = {}): StageModel {
  return {
    name: "Test",
    deploymentId: "dep123",
    variables: {},
    accessLog: undefined,
    methodSettings: [],
    ...overrides,
  };
}

export function apiDefinition(overrides: Partial<RestApiModel> = {}): RestApiModel {
  return {
    id: "demoapi123",
    name: "DemoAPI",
    arn: "arn:aws:apigateway:us-east-1::/restapis/demoapi123",
    executionArn: EXECUTION_ARN,
    region: "us-east-1",
    accountId: ACCOUNT,
    endpointType: "REGIONAL",
    binaryMediaTypes: [],
    minimumCompressionSize: undefined,
    disableExecuteApiEndpoint: false,
    apiKeySource: "HEADER",
    policy: undefined,
    resources: resources({ "/transactions": [secured("GET")] }),
    authorizers: [authorizer()],
    gatewayResponses: [],
    requestValidators: [],
    models: [],
    stages: [stage()],
    apiKeys: [],
    usagePlans: [],
    invokePermissions: [{ functionArn: FUNCTION_ARN, sourceArn: `${EXECUTION_ARN}/*/*/*` }],
    ...overrides,
  };
}

/** A route to the function. */
export function httpRoute(routeKey: string, overrides: Partial<HttpRouteModel> = {}): HttpRouteModel {
  return {
    id: routeKey,
    routeKey,
    authorization: "NONE",
    authorizerId: undefined,
    authorizationScopes: [],
    integrationId: "function",
    ...overrides,
  };
}

/** With a `$default` stage, the function's integration `function`, and the JWT authorizer `jwt` of that issuer. */
export function httpApiDefinition({
  issuer,
  audiences,
  routes,
}: {
  issuer: string;
  audiences: string[];
  routes: HttpRouteModel[];
}): HttpApiModel {
  return {
    id: "demohttp12",
    name: "DemoHttp",
    arn: "arn:aws:apigateway:us-east-1::/apis/demohttp12",
    executionArn: `arn:aws:execute-api:us-east-1:${ACCOUNT}:demohttp12`,
    region: "us-east-1",
    accountId: ACCOUNT,
    disableExecuteApiEndpoint: false,
    cors: undefined,
    routes,
    integrations: [
      {
        id: "function",
        type: "AWS_PROXY",
        subtype: undefined,
        uri: FUNCTION_ARN,
        httpMethod: "POST",
        payloadFormatVersion: "2.0",
        timeoutMilliseconds: 30_000,
        credentials: undefined,
        isPrivate: false,
        requestParameters: {},
        responseParameters: {},
      },
    ],
    authorizers: [
      {
        id: "jwt",
        name: "jwt",
        type: "JWT",
        identitySources: ["$request.header.Authorization"],
        issuer,
        audiences,
        functionArn: undefined,
        credentials: undefined,
        payloadFormatVersion: "1.0",
        enableSimpleResponses: false,
        resultTtlSeconds: 0,
      },
    ],
    stages: [
      {
        name: "$default",
        autoDeploy: true,
        deploymentId: "dep123",
        variables: {},
        accessLog: undefined,
        defaultThrottle: {},
        routeThrottles: {},
      },
    ],
  };
}
