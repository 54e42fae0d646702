import { deepEqual, equal, notEqual } from "node:assert/strict";
import { type ApiDescription, openApiDocument } from "../../infra/openapi.ts";
import { resolveSettings } from "../../infra/settings/settings.ts";
import type { Wire } from "./support/evaluate.ts";

const uri =
  "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:F/invocations";
const poolArn = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_Ab1Cd2Ef3";

function describeApi(config: Record<string, string> = {}, more: Partial<ApiDescription> = {}): ApiDescription {
  const values = Object.fromEntries(Object.entries(config).map(([key, value]) => [`demo-auth:${key}`, value]));
  const settings = resolveSettings({ project: "demo-auth", stack: "test", values }, ["transactions"]);
  const timeoutSeconds = settings.functions.timeoutSeconds as number;
  return {
    title: "DemoAPI",
    routes: [{ method: "GET", path: "/transactions", handler: "transactions", scope: "transactions/read" }],
    authorizer: { tokenUse: settings.users.client!.signIn!.tokenUse, userPoolArn: poolArn, clientId: "client1" },
    tls: settings.api.tls!,
    allowedOrigin: settings.api.allowedOrigin,
    integrations: { transactions: { uri, timeoutSeconds }, orders: { uri: `${uri}#orders`, timeoutSeconds } },
    ...more,
  };
}

const documentOf = (config?: Record<string, string>, more?: Partial<ApiDescription>): Wire =>
  openApiDocument(describeApi(config, more));

describe("the OpenAPI document of the API", () => {
  it("asks for an ID token of this client where no scopes are asked for", () => {
    const document = documentOf();
    deepEqual(document.components, {
      securitySchemes: {
        users: {
          type: "apiKey",
          name: "Authorization",
          in: "header",
          "x-amazon-apigateway-authtype": "cognito_user_pools",
          "x-amazon-apigateway-authorizer": {
            type: "cognito_user_pools",
            providerARNs: [poolArn],
            identityValidationExpression: "^client1$",
          },
        },
      },
    });
    deepEqual(document.paths, {
      "/transactions": {
        get: {
          security: [{ users: [] }],
          responses: {},
          "x-amazon-apigateway-integration": {
            type: "aws_proxy",
            httpMethod: "POST",
            uri,
            timeoutInMillis: 11000,
          },
        },
      },
    });
  });

  it("asks for the route's scope, and pins no audience, where access tokens are asked for", () => {
    const document = documentOf({ profile: "prod" });
    deepEqual(document.paths["/transactions"].get.security, [{ users: ["transactions/read"] }]);
    deepEqual(document.components.securitySchemes.users["x-amazon-apigateway-authorizer"], {
      type: "cognito_user_pools",
      providerARNs: [poolArn],
    });
  });

  it("keeps AWS's message in the gateway's own answers and adds the request id", () => {
    const responses = documentOf()["x-amazon-apigateway-gateway-responses"];
    const responseTemplates = {
      "application/json": '{"message":$context.error.messageString,"requestId":"$context.requestId"}',
    };
    deepEqual(responses, {
      UNAUTHORIZED: { statusCode: "401", responseTemplates },
      ACCESS_DENIED: { statusCode: "403", responseTemplates },
      DEFAULT_4XX: { responseTemplates },
      DEFAULT_5XX: { responseTemplates },
    });
  });

  it("lets only the configured origin's pages call, in the preflight and in the gateway's own answers", () => {
    const document = documentOf({ allowedOrigin: "https://app.example.com" });
    const { options } = document.paths["/transactions"];
    deepEqual(options.security, []);
    deepEqual(options["x-amazon-apigateway-integration"], {
      type: "mock",
      passthroughBehavior: "when_no_match",
      requestTemplates: { "application/json": '{"statusCode":204}' },
      responses: {
        default: {
          statusCode: "204",
          responseParameters: {
            "method.response.header.Access-Control-Allow-Origin": "'https://app.example.com'",
            "method.response.header.Access-Control-Allow-Methods": "'GET,OPTIONS'",
            "method.response.header.Access-Control-Allow-Headers": "'Authorization,Content-Type'",
            "method.response.header.Access-Control-Max-Age": "'600'",
          },
        },
      },
    });
    deepEqual(Object.keys(options.responses["204"].headers), [
      "Access-Control-Allow-Origin",
      "Access-Control-Allow-Methods",
      "Access-Control-Allow-Headers",
      "Access-Control-Max-Age",
    ]);
    for (const response of Object.values<Wire>(document["x-amazon-apigateway-gateway-responses"])) {
      deepEqual(response.responseParameters, {
        "gatewayresponse.header.Access-Control-Allow-Origin": "'https://app.example.com'",
      });
    }
  });

  it("says nothing of CORS when no origin is configured", () => {
    equal(JSON.stringify(documentOf()).includes("Access-Control"), false);
    equal("options" in documentOf().paths["/transactions"], false);
  });

  it("has what a route declares as input checked before its function runs", () => {
    const body = { type: "object", required: ["amount"], properties: { amount: { type: "integer" } } };
    const document = documentOf(
      {},
      {
        routes: [
          {
            method: "POST",
            path: "/accounts/{id}/transactions",
            handler: "orders",
            scope: "transactions/write",
            input: { query: { dryRun: "optional", currency: "required" }, body },
          },
        ],
      },
    );
    const operation = document.paths["/accounts/{id}/transactions"].post;
    equal(operation["x-amazon-apigateway-request-validator"], "input");
    deepEqual(document["x-amazon-apigateway-request-validators"], {
      input: { validateRequestBody: true, validateRequestParameters: true },
    });
    deepEqual(operation.parameters, [
      { name: "id", in: "path", required: true, schema: { type: "string" } },
      { name: "dryRun", in: "query", required: false, schema: { type: "string" } },
      { name: "currency", in: "query", required: true, schema: { type: "string" } },
    ]);
    deepEqual(operation.requestBody, {
      required: true,
      content: { "application/json": { schema: { $ref: "#/components/schemas/PostAccountsIdTransactions" } } },
    });
    deepEqual(document.components.schemas, { PostAccountsIdTransactions: body });
    equal(operation["x-amazon-apigateway-integration"].uri, `${uri}#orders`);
  });

  it("names the TLS policy and the access mode, which an import would otherwise take back", () => {
    const document = documentOf();
    equal(document["x-amazon-apigateway-security-policy"], "SecurityPolicy_TLS13_1_3_2025_09");
    equal(document["x-amazon-apigateway-endpoint-access-mode"], "STRICT");
  });

  it("is the same text for the same API, and another for any change of an integration or its authorization", () => {
    const text = (more?: Partial<ApiDescription>, config?: Record<string, string>) =>
      JSON.stringify(documentOf(config, more));
    equal(text(), text());
    notEqual(text({ integrations: { transactions: { uri: `${uri}2`, timeoutSeconds: 10 } } }), text());
    notEqual(text({ authorizer: { tokenUse: "id", userPoolArn: poolArn, clientId: "client2" } }), text());
    notEqual(text({ authorizer: undefined }), text());
    notEqual(text({}, { functionTimeoutSeconds: "9" }), text());
    notEqual(text({}, { minimumTls: "1.2" }), text());
  });

  it("opens every method, and has no authorizer, only when it is told so", () => {
    const { components, paths } = documentOf({}, { authorizer: undefined });
    equal(components, undefined);
    deepEqual(paths["/transactions"].get.security, []);
  });
});
