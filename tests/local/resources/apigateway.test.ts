/** What programs declare of API Gateway REST APIs, as the service gets it, and what of it is named as not served. */
import { deepEqual, equal } from "node:assert/strict";
import { buildModel } from "../../../local/resources/aws.ts";
import { graphOf } from "./program.ts";

async function run(program: string) {
  const graph = await graphOf(program);
  const { model, unserved, warnings } = buildModel(graph, "us-east-1", () => "/code");
  return { outputs: graph.outputs, apis: model.restApis, unserved, warnings };
}

/** Lines of what is not served: the property, and whether it guards. */
const named = (unserved: { property?: string; guards?: true }[]) =>
  unserved.map(({ property, guards }) => `${property}${guards ? " (guards)" : ""}`);

const methodOn = (api: string) => `
  new aws.apigateway.Method("m", { restApi: ${api}.id, resourceId: ${api}.rootResourceId, httpMethod: "GET", authorization: "NONE" });
`;
const document = (more: object, operation: object = {}, integration: object = {}) =>
  JSON.stringify({
    openapi: "3.0.1",
    ...more,
    paths: {
      "/orders": { get: { ...operation, "x-amazon-apigateway-integration": { type: "mock", ...integration } } },
    },
  });

describe("a REST API that a program declares", function () {
  this.timeout(30_000);

  it("has authorizers that read Authorization where their identity source is empty, unless they get the whole request", async () => {
    const { apis } = await run(`
      const api = new aws.apigateway.RestApi("a");
      for (const type of ["TOKEN", "REQUEST"])
        new aws.apigateway.Authorizer(type, { name: type, restApi: api.id, type, identitySource: "", authorizerUri: "arn:x" });
    `);
    deepEqual(Object.fromEntries(apis[0]!.authorizers.map(({ name, identitySource }) => [name, identitySource])), {
      TOKEN: "method.request.header.Authorization",
      REQUEST: "",
    });
  });

  it("names each input that is set and not served, and which of them guard", async () => {
    const { unserved } = await run(`
      const api = new aws.apigateway.RestApi("a", { policy: "{}", failOnWarnings: true, tags: { a: "b" },
        endpointConfiguration: { types: "PRIVATE", vpcEndpointIds: ["vpce-1"] }, parameters: { basepath: "ignore" } });
      ${methodOn("api")}
      new aws.apigateway.Method("iam", { restApi: api.id, resourceId: api.rootResourceId, httpMethod: "PUT", authorization: "AWS_IAM" });
      new aws.apigateway.Integration("i", { restApi: api.id, resourceId: api.rootResourceId, httpMethod: "GET", type: "HTTP_PROXY", integrationHttpMethod: "GET",
        connectionType: "VPC_LINK", connectionId: "vl1", cacheKeyParameters: ["method.request.path.a"], cacheNamespace: "n",
        responseTransferMode: "STREAM", tlsConfig: { insecureSkipVerification: true } });
      new aws.apigateway.Authorizer("l", { restApi: api.id, authorizerUri: "arn:x", authorizerCredentials: "arn:y" });
      new aws.apigateway.Stage("s", { restApi: api.id, deployment: "d1", stageName: "v1", cacheClusterEnabled: true,
        canarySettings: { deploymentId: "d2", percentTraffic: 10 }, clientCertificateId: "c", xrayTracingEnabled: true });
      new aws.apigateway.MethodSettings("ms", { restApi: api.id, stageName: "v1", methodPath: "*/*",
        settings: { cachingEnabled: true, loggingLevel: "INFO" } });
      new aws.apigateway.RestApiPolicy("p", { restApiId: api.id, policy: "{}" });
      const domain = new aws.apigateway.DomainName("d", { domainName: "api.example.com", regionalCertificateArn: "arn:c",
        endpointConfiguration: { types: "REGIONAL" }, mutualTlsAuthentication: { truststoreUri: "s3://b/t" } });
      new aws.apigateway.BasePathMapping("b", { domainName: domain.domainName, restApi: api.id, stageName: "v1" });
      new aws.apigateway.VpcLink("v", { targetArn: "arn:lb" });
    `);
    deepEqual(named(unserved).sort(), [
      "cacheClusterEnabled",
      "cacheKeyParameters",
      "cacheNamespace",
      "canarySettings.deploymentId",
      "canarySettings.percentTraffic",
      "clientCertificateId",
      "connectionId",
      "connectionType",
      "domainName",
      "endpointConfiguration.types (guards)",
      "endpointConfiguration.vpcEndpointIds",
      "failOnWarnings",
      "mutualTlsAuthentication.truststoreUri (guards)",
      "responseTransferMode",
      "settings.cachingEnabled",
      "targetArn",
    ]);
  });

  it("has Lambda authorizers with their function, however they are declared", async () => {
    const uri =
      "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:1:function:f/invocations";
    const body = document(
      {
        components: {
          securitySchemes: {
            fn: {
              ...{ type: "apiKey", name: "Unused", in: "header", "x-amazon-apigateway-authtype": "custom" },
              "x-amazon-apigateway-authorizer": {
                type: "request",
                authorizerUri: uri,
                authorizerResultTtlInSeconds: 0,
              },
            },
          },
        },
      },
      { security: [{ fn: [] }] },
    );
    const { apis, unserved } = await run(`
      const api = new aws.apigateway.RestApi("a", {});
      new aws.apigateway.Authorizer("l", { restApi: api.id, authorizerUri: "${uri}", authorizerCredentials: "arn:role",
        identityValidationExpression: "a+" });
      new aws.apigateway.RestApi("b", { body: ${JSON.stringify(body)} });
    `);
    deepEqual(
      apis.flatMap(({ authorizers }) => authorizers).map(({ id: _, name: __, providerArns: ___, ...rest }) => rest),
      [
        {
          type: "TOKEN",
          identitySource: "method.request.header.Authorization",
          identityValidationExpression: "a+",
          resultTtlSeconds: 300,
          uri,
          credentials: "arn:role",
        },
        {
          type: "REQUEST",
          identitySource: "",
          identityValidationExpression: undefined,
          resultTtlSeconds: 0,
          uri,
          credentials: undefined,
        },
      ],
    );
    deepEqual(unserved, []);
  });

  it("has the outputs that the provider documents for what is not served either", async () => {
    const { outputs } = await run(`
      const regional = new aws.apigateway.DomainName("r", { domainName: "api.example.com", regionalCertificateArn: "arn:c", endpointConfiguration: { types: "REGIONAL" } });
      const edge = new aws.apigateway.DomainName("e", { domainName: "edge.example.com", certificateArn: "arn:c" });
      exports.regional = regional.regionalDomainName;
      exports.edge = edge.cloudfrontDomainName;
      exports.arn = regional.arn;
      exports.link = new aws.apigateway.VpcLink("v", { targetArn: "arn:lb" }).arn;
    `);
    equal(/^d-[a-z0-9]{10}\.execute-api\.us-east-1\.amazonaws\.com$/.test(String(outputs.regional)), true);
    equal(/^[a-z0-9]{14}\.cloudfront\.net$/.test(String(outputs.edge)), true);
    equal(outputs.arn, "arn:aws:apigateway:us-east-1::/domainnames/api.example.com");
    equal(/^arn:aws:apigateway:us-east-1::\/vpclinks\/[a-z0-9]{6}$/.test(String(outputs.link)), true);
  });

  it("starts, with a warning, when operations of its body name a validator that the body does not define", async () => {
    const body = document({}, { "x-amazon-apigateway-request-validator": "PARAMS_ONLY" });
    const { warnings } = await run(`new aws.apigateway.RestApi("a", { body: ${JSON.stringify(body)} });`);
    deepEqual(warnings, [
      'The requests of GET /orders (PARAMS_ONLY) of the REST API "a" are not validated, by AWS neither: the body does not define the request validator that they name. With an API component, set requestValidator on the whole API too.',
    ]);
  });

  it("has a stage by its deployment's stageName, as with @pulumi/aws up to release 6", async () => {
    // The class of today drops what it does not know, so the deployment is registered as the older one did.
    const { outputs, apis, unserved } = await run(`
      const api = new aws.apigateway.RestApi("a");
      ${methodOn("api")}
      const i = new aws.apigateway.Integration("i", { restApi: api.id, resourceId: api.rootResourceId, httpMethod: "GET", type: "MOCK" });
      class Deployment extends pulumi.CustomResource {
        constructor(name, args, opts) { super("aws:apigateway/deployment:Deployment", name, { ...args, invokeUrl: undefined, executionArn: undefined }, opts); }
      }
      const d = new Deployment("d", { restApi: api.id, stageName: "prod", stageDescription: "x", variables: { color: "green" } }, { dependsOn: [i] });
      const bare = new Deployment("bare", { restApi: api.id }, { dependsOn: [i] });
      exports.id = api.id;
      exports.url = d.invokeUrl;
      exports.arn = d.executionArn;
      exports.bare = bare.invokeUrl;
    `);
    const { id } = outputs;
    deepEqual(outputs, {
      id,
      url: `https://${id}.execute-api.us-east-1.amazonaws.com/prod`,
      arn: `arn:aws:execute-api:us-east-1:123456789012:${id}/prod`,
      bare: `https://${id}.execute-api.us-east-1.amazonaws.com/`,
    });
    deepEqual(
      apis[0]!.stages.map(({ name, variables }) => [name, variables]),
      [["prod", { color: "green" }]],
    );
    deepEqual(unserved, []);
  });

  it("takes a disabled API key into its plan as disabled", async () => {
    const { apis } = await run(`
      const api = new aws.apigateway.RestApi("a");
      new aws.apigateway.Stage("s", { restApi: api.id, deployment: "d1", stageName: "v1" });
      const off = new aws.apigateway.ApiKey("off", { enabled: false, value: "0123456789abcdefghij" });
      const on = new aws.apigateway.ApiKey("on", { value: "abcdefghij0123456789" });
      const plan = new aws.apigateway.UsagePlan("p", { apiStages: [{ apiId: api.id, stage: "v1",
        throttles: [{ path: "/a/GET", rateLimit: 5, burstLimit: 2 }] }] });
      for (const [n, k] of [["off", off], ["on", on]]) new aws.apigateway.UsagePlanKey(n + "k", { keyId: k.id, keyType: "API_KEY", usagePlanId: plan.id });
    `);
    const [api] = apis;
    deepEqual(api!.apiKeys.map(({ value, enabled }) => [value, enabled]).sort(), [
      ["0123456789abcdefghij", false],
      ["abcdefghij0123456789", true],
    ]);
    deepEqual(api!.usagePlans[0]!.stages, [
      { apiId: api!.id, stage: "v1", methodThrottles: [{ methodPath: "/a/GET", rateLimit: 5, burstLimit: 2 }] },
    ]);
  });
});

describe("a REST API's document", function () {
  this.timeout(30_000);

  it("sets what it says of the API, except where the program says otherwise", async () => {
    const body = document({
      "x-amazon-apigateway-binary-media-types": ["image/png"],
      "x-amazon-apigateway-api-key-source": "AUTHORIZER",
      "x-amazon-apigateway-minimum-compression-size": 1024,
      servers: [{ url: "/", "x-amazon-apigateway-endpoint-configuration": { disableExecuteApiEndpoint: true } }],
    });
    const { apis, unserved } = await run(`
      const body = ${JSON.stringify(body)};
      new aws.apigateway.RestApi("a", { body });
      new aws.apigateway.RestApi("b", { body, binaryMediaTypes: ["*/*"], apiKeySource: "HEADER", minimumCompressionSize: "0", disableExecuteApiEndpoint: false });
    `);
    const settings = apis.map((api) => [
      api.binaryMediaTypes,
      api.apiKeySource,
      api.minimumCompressionSize,
      api.disableExecuteApiEndpoint,
    ]);
    deepEqual(settings.sort(), [
      [["*/*"], "HEADER", 0, false],
      [["image/png"], "AUTHORIZER", 1024, true],
    ]);
    deepEqual(unserved, []);
  });

  it("is the same as the body of an API when a RestApiPut puts it over one", async () => {
    const { apis } = await run(`
      const body = ${JSON.stringify(document({ "x-amazon-apigateway-binary-media-types": ["image/png"] }))};
      new aws.apigateway.RestApi("a", { body });
      const b = new aws.apigateway.RestApi("b");
      new aws.apigateway.RestApiPut("put", { restApiId: b.id, body });
    `);
    const [one, other] = apis.map(({ resources, binaryMediaTypes }) => ({
      resources: resources.map(({ path, methods }) => [path, methods]),
      binaryMediaTypes,
    }));
    deepEqual(one, other);
    deepEqual(
      one!.resources.map(([path]) => path),
      ["/", "/orders"],
    );
  });

  it("names each extension that is not served, with where it stands, and which of them guard", async () => {
    const body = document(
      {
        "x-amazon-apigateway-policy": { Version: "2012-10-17" },
        "x-amazon-apigateway-invented": 1,
        components: {
          securitySchemes: {
            sig: { type: "apiKey", "x-amazon-apigateway-authtype": "awsSigv4" },
            fn: {
              type: "apiKey",
              "x-amazon-apigateway-authorizer": {
                type: "request",
                authorizerUri: "arn:x",
                identitySource: "context.x",
              },
            },
          },
          schemas: { A: { "x-amazon-apigateway-imagined": true } },
        },
      },
      { "x-amazon-apigateway-auth": { type: "AWS_IAM" } },
      {
        cacheKeyParameters: ["method.request.path.a"],
        connectionType: "VPC_LINK",
        wrong: 1,
        responses: { default: { statusCode: "200", other: 1 } },
      },
    );
    const { unserved } = await run(`
      new aws.apigateway.RestApi("a", { body: ${JSON.stringify(body)}, parameters: { basepath: "ignore", endpointConfigurationTypes: "REGIONAL", unheard: "of" } });
    `);
    deepEqual(named(unserved), [
      "parameters.unheard",
      "body: x-amazon-apigateway-invented",
      "body: x-amazon-apigateway-imagined",
      "body: x-amazon-apigateway-integration.cacheKeyParameters",
      "body: x-amazon-apigateway-integration.connectionType",
      "body: x-amazon-apigateway-integration.wrong",
      "body: x-amazon-apigateway-integration.responses.other",
    ]);
    const cache = unserved.find(({ property }) => property?.endsWith("cacheKeyParameters"));
    equal(cache?.reason, "answers are not cached (GET /orders)");
  });

  // https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-import-api-basePath.html
  const swagger = { swagger: "2.0", openapi: undefined, basePath: "/a/b/c" };
  const bases: [string, object, string, string[]][] = [
    ["is ignored", swagger, "ignore", ["/", "/orders"]],
    ["is prepended", swagger, "prepend", ["/", "/a", "/a/b", "/a/b/c", "/a/b/c/orders"]],
    ["is split off at its first step", swagger, "split", ["/", "/b", "/b/c", "/b/c/orders"]],
    [
      "is a server's variable in OpenAPI 3",
      { servers: [{ url: "https://h/{basePath}", variables: { basePath: { default: "v1" } } }] },
      "prepend",
      ["/", "/v1", "/v1/orders"],
    ],
    ["is a server's path in OpenAPI 3", { servers: [{ url: "https://h/v2" }] }, "prepend", ["/", "/v2", "/v2/orders"]],
  ];
  for (const [what, more, basepath, paths] of bases) {
    it(`has a base path that ${what}`, async () => {
      const { apis } = await run(
        `new aws.apigateway.RestApi("a", { body: ${JSON.stringify(document(more))}, parameters: { basepath: "${basepath}" } });`,
      );
      deepEqual(
        apis[0]!.resources.map(({ path }) => path),
        paths,
      );
    });
  }
});
