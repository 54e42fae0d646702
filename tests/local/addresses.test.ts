import assert from "node:assert/strict";
import { localAddresses } from "../../local/host/addresses.ts";
import type { CloudModel } from "../../local/model.ts";
import { startLocalCloud } from "../../local/start.ts";
import { temporaryProject } from "../support/temporary.ts";

const model = {
  region: "eu-west-1",
  accountId: "123456789012",
  functions: [],
  userPools: [
    {
      id: "eu-west-1_AbCdEfGhI",
      domains: [
        { domain: "mine", custom: false, managedLoginVersion: 1 },
        { domain: "auth.example.org", custom: true, managedLoginVersion: 2 },
      ],
    },
  ],
  restApis: [{ id: "abcde12345", region: "eu-west-1" }],
  httpApis: [],
  functionUrls: [{ id: "a1b2", region: "eu-west-1" }],
  customDomains: [],
  buckets: [],
  apiKeys: [],
  roles: [],
} as unknown as CloudModel;

const localise = localAddresses(model, {
  identityProvider: "http://127.0.0.1:1",
  hostedUi: new Map([
    ["mine", "http://127.0.0.1:2"],
    ["auth.example.org", "http://127.0.0.1:3"],
  ]),
  api: new Map([["abcde12345", "http://127.0.0.1:4"]]),
  functionUrl: new Map([["a1b2", "http://127.0.0.1:5"]]),
});

describe("addresses at the edge of the local cloud", () => {
  it("become local where the service runs here, anywhere inside a value", () => {
    assert.deepEqual(
      localise({
        issuer: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI",
        pages: ["https://mine.auth.eu-west-1.amazoncognito.com/login?x=1", "https://auth.example.org"],
        text: "GET https://abcde12345.execute-api.eu-west-1.amazonaws.com/Test/a and https://abcde12345.execute-api.eu-west-1.amazonaws.com",
        count: 3,
        nothing: null,
      }),
      {
        issuer: "http://127.0.0.1:1/eu-west-1_AbCdEfGhI",
        pages: ["http://127.0.0.1:2/login?x=1", "http://127.0.0.1:3"],
        text: "GET http://127.0.0.1:4/Test/a and http://127.0.0.1:4",
        count: 3,
        nothing: null,
      },
    );
  });

  it("stay as they are where they only look alike", () => {
    for (const address of [
      "https://auth.example.org.evil.example/",
      "https://mine.auth.eu-west-2.amazoncognito.com",
      "https://other.auth.eu-west-1.amazoncognito.com",
      "https://abcde12346.execute-api.eu-west-1.amazonaws.com/Test",
      "https://auth.example.org:8443/",
    ]) {
      assert.equal(localise(address), address);
    }
  });
});

describe("addresses of APIs under custom domain names", function () {
  this.timeout(60_000);

  it("become those of the APIs' own origins in outputs, by the mappings of the domain names", async () => {
    const project = temporaryProject({
      "Pulumi.yaml": "name: custom\nruntime: { name: nodejs, options: { typescript: false } }\n",
      "Pulumi.dev.yaml": "config: { aws:region: eu-west-1 }\n",
      "package.json": '{ "main": "index.js" }',
      "index.js": `
        const aws = require("@pulumi/aws");
        const rest = new aws.apigateway.RestApi("rest", { name: "rest", body: JSON.stringify({ swagger: "2.0", paths: { "/": { get: {
          "x-amazon-apigateway-integration": { type: "mock" } } } } }) });
        const deployment = new aws.apigateway.Deployment("d", { restApi: rest.id });
        const stage = new aws.apigateway.Stage("prod", { restApi: rest.id, deployment: deployment.id, stageName: "prod" });
        const domain = new aws.apigateway.DomainName("api", { domainName: "api.shop.example", regionalCertificateArn: "arn:c" });
        new aws.apigateway.BasePathMapping("v1", { domainName: domain.domainName, restApi: rest.id, stageName: stage.stageName, basePath: "v1" });
        new aws.apigateway.BasePathMapping("any", { domainName: domain.domainName, restApi: rest.id, basePath: "any" });
        const http = new aws.apigatewayv2.Api("http", { name: "http", protocolType: "HTTP" });
        const live = new aws.apigatewayv2.Stage("default", { apiId: http.id, name: "$default", autoDeploy: true });
        const other = new aws.apigatewayv2.DomainName("http", { domainName: "http.shop.example",
          domainNameConfiguration: { certificateArn: "arn:c", endpointType: "REGIONAL", securityPolicy: "TLS_1_2" } });
        new aws.apigatewayv2.ApiMapping("http", { apiId: http.id, domainName: other.id, stage: live.id });
        module.exports = {
          v1: "https://api.shop.example/v1/orders", any: "https://api.shop.example/any/prod", other: "https://api.shop.example/v2",
          longer: "https://api.shop.example/v11", http: "https://http.shop.example", page: "https://http.shop.example.org",
        };`,
    });
    const cloud = await startLocalCloud({
      ...{ projectDirectory: project, stack: "dev", port: 0, stateDirectory: undefined, environment: process.env },
    });
    try {
      const originOf = (name: string) =>
        new URL(cloud.ready.apis.find((api) => api.name === name)!.stages[0]!.url).origin;
      assert.deepEqual(cloud.ready.outputs, {
        v1: `${originOf("rest")}/prod/orders`,
        any: `${originOf("rest")}/prod`,
        http: originOf("http"),
        // Nothing is mapped there.
        ...{ other: "https://api.shop.example/v2", longer: "https://api.shop.example/v11" },
        page: "https://http.shop.example.org",
      });
    } finally {
      await cloud.close();
    }
  });
});
