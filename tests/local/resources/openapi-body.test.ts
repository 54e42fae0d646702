import { deepEqual, equal, throws } from "node:assert/strict";
import { readOpenApiBody } from "../../../local/resources/apigateway/openapi-body.ts";

const urn = "urn:pulumi:dev::shop::aws:apigateway/restApi:RestApi::api";
const functionArn = "arn:aws:lambda:us-east-1:123456789012:function:orders";
const uri = `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${functionArn}/invocations`;
const integration = { type: "aws_proxy", httpMethod: "POST", uri };
const users = {
  type: "apiKey",
  name: "Authorization",
  in: "header",
  "x-amazon-apigateway-authtype": "cognito_user_pools",
  "x-amazon-apigateway-authorizer": {
    type: "cognito_user_pools",
    providerARNs: ["arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_Ab1Cd2Ef3"],
    identityValidationExpression: "^client$",
  },
};

const read = (document: object) => readOpenApiBody(JSON.stringify({ openapi: "3.0.1", ...document }), urn, "root");

describe("a REST API that is an OpenAPI document", () => {
  it("has a resource for each step of a path and a method for each operation", () => {
    const api = read({
      components: { securitySchemes: { users } },
      paths: {
        "/orders/{id}": {
          get: { security: [{ users: ["orders/read"] }], "x-amazon-apigateway-integration": integration },
          "x-amazon-apigateway-any-method": {
            "x-amazon-apigateway-integration": { ...integration, timeoutInMillis: 5000 },
          },
        },
      },
    });
    deepEqual(
      api.resources.map(({ path, methods }) => [path, methods.map((method) => method.httpMethod)]),
      [
        ["/", []],
        ["/orders", []],
        ["/orders/{id}", ["GET", "ANY"]],
      ],
    );
    const [get, any] = api.resources[2]!.methods;
    deepEqual(get, {
      httpMethod: "GET",
      authorization: "COGNITO_USER_POOLS",
      authorizerId: api.authorizers[0]!.id,
      authorizationScopes: ["orders/read"],
      apiKeyRequired: false,
      requestValidatorId: undefined,
      requestParameters: {},
      requestModels: {},
      integration: {
        type: "AWS_PROXY",
        httpMethod: "POST",
        uri,
        functionArn,
        credentials: undefined,
        timeoutMilliseconds: 29000,
        passthroughBehavior: "WHEN_NO_MATCH",
        contentHandling: undefined,
        skipsTlsVerification: false,
        requestParameters: {},
        requestTemplates: {},
        responses: [],
      },
      methodResponses: [],
    });
    deepEqual([any?.authorization, any?.integration?.timeoutMilliseconds], ["NONE", 5000]);
  });

  it("has the same resource for a path that is written with a slash at its end", () => {
    const operation = { get: { "x-amazon-apigateway-integration": integration } };
    const document = { paths: { "/": operation, "/files/": operation, "/files/{proxy+}": operation } };
    const paths = ["/", "/files", "/files/{proxy+}"];
    deepEqual(
      read(document).resources.map(({ path }) => path),
      paths,
    );
    const based = JSON.stringify({ openapi: "3.0.1", servers: [{ url: "/shop" }], ...document });
    const below = readOpenApiBody(based, urn, "root", "prepend").resources.map(({ path }) => path);
    deepEqual(below, ["/", ...paths.map((path) => (path === "/" ? "/shop" : `/shop${path}`))]);
  });

  it("names each integration that leads to a service that is not called, with its method", () => {
    const to = (type: string, target: string) => ({
      "x-amazon-apigateway-integration": { type, httpMethod: "POST", uri: target },
    });
    const { unserved } = read({
      paths: {
        "/events": { post: to("aws", "arn:aws:apigateway:us-east-1:events:action/PutEvents") },
        "/elsewhere": { get: to("http_proxy", "https://example.com/{proxy}") },
        "/orders": { get: to("aws_proxy", uri), post: to("http", "http://localhost:3000/orders") },
        "/mocked": { get: to("mock", "https://example.com/"), post: to("MOCK", "https://example.com/") },
        "/staged": {
          get: to("http_proxy", "https://${stageVariables.host}/orders"),
          post: to("aws", "arn:aws:apigateway:us-east-1:${stageVariables.service}:action/Publish"),
        },
      },
    });
    deepEqual(unserved, [
      {
        property: "x-amazon-apigateway-integration.uri",
        reason:
          "only Lambda functions, services on this machine and, by REST APIs, GetObject of S3 are called, so requests for it are answered with 500 (POST /events, GET /elsewhere)",
        guards: false,
      },
    ]);
  });

  it("has its authorizers from the security schemes", () => {
    const [authorizer, ...more] = read({ components: { securitySchemes: { users } }, paths: {} }).authorizers;
    equal(more.length, 0);
    const { id, ...rest } = authorizer!;
    equal(/^[a-z0-9]{6}$/.test(id), true);
    deepEqual(rest, {
      name: "users",
      type: "COGNITO_USER_POOLS",
      providerArns: ["arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_Ab1Cd2Ef3"],
      identitySource: "method.request.header.Authorization",
      identityValidationExpression: "^client$",
      resultTtlSeconds: 300,
      uri: undefined,
      credentials: undefined,
    });
  });

  it("takes the document's security where an operation has none, and none where it has an empty one", () => {
    const api = read({
      security: [{ users: [] }],
      components: { securitySchemes: { users } },
      paths: { "/a": { get: {}, options: { security: [] } } },
    });
    deepEqual(
      api.resources[1]!.methods.map(({ authorization }) => authorization),
      ["COGNITO_USER_POOLS", "NONE"],
    );
  });

  it("knows IAM authorization, Lambda authorizers and API keys", () => {
    const api = read({
      components: {
        securitySchemes: {
          iam: { type: "apiKey", name: "Authorization", in: "header", "x-amazon-apigateway-authtype": "awsSigv4" },
          key: { type: "apiKey", name: "x-api-key", in: "header" },
          token: { type: "apiKey", name: "X-Token", in: "header", "x-amazon-apigateway-authorizer": { type: "token" } },
        },
      },
      paths: { "/a": { get: { security: [{ iam: [], key: [] }] }, put: { security: [{ token: [] }] } } },
    });
    const [get, put] = api.resources[1]!.methods;
    deepEqual([get?.authorization, get?.apiKeyRequired], ["AWS_IAM", true]);
    deepEqual([put?.authorization, put?.authorizerId], ["CUSTOM", api.authorizers[0]?.id]);
    equal(api.authorizers[0]?.identitySource, "method.request.header.X-Token");
  });

  it("takes the header of an authorizer's scheme where its identity source is empty, as awsx writes it", () => {
    const sourceOf = (type: string) => {
      const token = {
        ...{ type: "apiKey", name: "X-Token", in: "header" },
        "x-amazon-apigateway-authorizer": { type, identitySource: "" },
      };
      return read({ components: { securitySchemes: { token } }, paths: {} }).authorizers[0]?.identitySource;
    };
    equal(sourceOf("token"), "method.request.header.X-Token");
    equal(sourceOf("cognito_user_pools"), "method.request.header.X-Token");
    equal(sourceOf("request"), "");
  });

  it("reads mock integrations with their responses, as a preflight needs them", () => {
    const api = read({
      paths: {
        "/a": {
          options: {
            responses: { "204": { headers: { "Access-Control-Allow-Origin": {} } } },
            "x-amazon-apigateway-integration": {
              type: "mock",
              passthroughBehavior: "when_no_templates",
              requestTemplates: { "application/json": '{"statusCode":204}' },
              responses: {
                default: {
                  statusCode: "204",
                  responseParameters: { "method.response.header.Access-Control-Allow-Origin": "'https://a.example'" },
                },
                "5\\d\\d": { statusCode: 500, contentHandling: "convert_to_text" },
              },
            },
          },
        },
      },
    });
    const [options] = api.resources[1]!.methods;
    deepEqual(options?.methodResponses, [
      { statusCode: "204", responseParameters: { "method.response.header.Access-Control-Allow-Origin": true } },
    ]);
    equal(options?.integration?.passthroughBehavior, "WHEN_NO_TEMPLATES");
    deepEqual(options?.integration?.responses, [
      {
        statusCode: "204",
        selectionPattern: undefined,
        responseParameters: { "method.response.header.Access-Control-Allow-Origin": "'https://a.example'" },
        responseTemplates: {},
        contentHandling: undefined,
      },
      {
        statusCode: "500",
        selectionPattern: "5\\d\\d",
        responseParameters: {},
        responseTemplates: {},
        contentHandling: "CONVERT_TO_TEXT",
      },
    ]);
  });

  it("validates what an operation declares: parameters, and bodies with their references resolved", () => {
    const api = read({
      "x-amazon-apigateway-request-validators": { all: { validateRequestBody: true, validateRequestParameters: true } },
      "x-amazon-apigateway-request-validator": "all",
      components: {
        schemas: {
          Order: { type: "object", properties: { money: { $ref: "#/components/schemas/Money" } } },
          Money: { type: "integer" },
        },
      },
      paths: {
        "/orders": {
          parameters: [{ name: "x-trace", in: "header" }],
          post: {
            parameters: [{ name: "dry", in: "query", required: true }],
            requestBody: { content: { "application/json": { schema: { $ref: "#/components/schemas/Order" } } } },
          },
          put: { requestBody: { content: { "application/json": { schema: { type: "array" } } } } },
        },
      },
    });
    const [post, put] = api.resources[1]!.methods;
    equal(post?.requestValidatorId, api.requestValidators[0]?.id);
    deepEqual(post?.requestParameters, {
      "method.request.header.x-trace": false,
      "method.request.querystring.dry": true,
    });
    deepEqual(post?.requestModels, { "application/json": "Order" });
    deepEqual(JSON.parse(api.models.find(({ name }) => name === "Order")!.schema), {
      type: "object",
      properties: { money: { type: "integer" } },
    });
    const inline = api.models.find(({ name }) => name === put?.requestModels["application/json"]);
    equal(inline?.schema, '{"type":"array"}');
  });

  it("reads gateway responses", () => {
    const { gatewayResponses } = read({
      paths: {},
      "x-amazon-apigateway-gateway-responses": {
        UNAUTHORIZED: { statusCode: 401, responseTemplates: { "application/json": "{}" } },
        DEFAULT_5XX: { responseParameters: { "gatewayresponse.header.X-A": "'b'" } },
      },
    });
    deepEqual(gatewayResponses, [
      {
        responseType: "UNAUTHORIZED",
        statusCode: "401",
        responseParameters: {},
        responseTemplates: { "application/json": "{}" },
      },
      {
        responseType: "DEFAULT_5XX",
        statusCode: undefined,
        responseParameters: { "gatewayresponse.header.X-A": "'b'" },
        responseTemplates: {},
      },
    ]);
  });

  it("may be YAML, and Swagger 2 with its own places for models", () => {
    const body = [
      'swagger: "2.0"',
      "securityDefinitions:",
      "  users:",
      "    type: apiKey",
      "    name: Authorization",
      "    in: header",
      "    x-amazon-apigateway-authorizer: { type: cognito_user_pools, providerARNs: [a] }",
      "models: { Order: { type: object } }",
      "paths:",
      "  /orders:",
      "    post:",
      "      security: [{ users: [] }]",
      "      parameters: [{ in: body, name: Order, schema: { $ref: '#/models/Order' } }]",
    ].join("\n");
    const [post] = readOpenApiBody(body, urn, "root").resources[1]!.methods;
    equal(post?.authorization, "COGNITO_USER_POOLS");
    deepEqual(post?.requestModels, { "application/json": "Order" });
  });

  it("validates nothing for an operation whose validator it does not define, and says which", () => {
    const validator = "x-amazon-apigateway-request-validator";
    const validators = { "x-amazon-apigateway-request-validators": { params: { validateRequestParameters: true } } };
    const api = read({
      ...validators,
      paths: { "/a": { get: { [validator]: "ALL" }, put: { [validator]: "params" } } },
    });
    deepEqual(
      api.resources[1]!.methods.map(({ requestValidatorId }) => requestValidatorId),
      [undefined, api.requestValidators[0]!.id],
    );
    deepEqual(api.undefinedValidators, [{ operation: "GET /a", validator: "ALL" }]);
  });

  it("keeps its ids from run to run", () => {
    const document = { components: { securitySchemes: { users } }, paths: { "/a/b": { get: {} } } };
    deepEqual(read(document), read(document));
  });

  for (const [fault, body, message] of [
    [
      "that is neither YAML nor JSON",
      "{'key:value}",
      "BadRequestException: Invalid OpenAPI input. Missing closing 'quote at line 1, column 13.",
    ],
    ["that is no document", "just a text", "BadRequestException: The body is not an OpenAPI 3 or Swagger 2 document."],
    [
      "that asks for an authorizer it does not define",
      '{"openapi":"3.0.1","paths":{"/a":{"get":{"security":[{"users":[]}]}}}}',
      "BadRequestException: Invalid authorizer: GET /a asks for users, which the body does not define.",
    ],
    [
      "that refers to a model it does not define",
      '{"openapi":"3.0.1","paths":{"/a":{"get":{"parameters":[{"$ref":"#/components/parameters/p"}]}}}}',
      "BadRequestException: Invalid model reference: #/components/parameters/p",
    ],
  ] as const) {
    it(`is refused as a body ${fault}`, () => throws(() => readOpenApiBody(body, urn, "root"), { message }));
  }
});
