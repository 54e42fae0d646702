import assert from "node:assert/strict";
import { request } from "node:http";
import { javaDate } from "../../../local/apigateway/rest/claims.ts";
import { type RunningApi, startApi } from "./api-harness.ts";
import { method, resources, secured, stage } from "./models.ts";
import { testPool } from "./test-pool.ts";

describe("the event of a Lambda proxy integration", () => {
  const pool = testPool();
  let api: RunningApi;
  before(async () => {
    api = await startApi({
      pools: [pool],
      api: {
        resources: resources({
          "/open": [method("GET"), method("POST")],
          "/claims": [secured("GET")],
          "/access": [secured("GET", { authorizationScopes: ["openid"] })],
          "/plain/{id}": [method("GET")],
        }),
      },
    });
  });
  after(() => api[Symbol.asyncDispose]());

  it("[D.4] has AWS's keys in AWS's order", async () => {
    const event = JSON.parse((await api.get("/Test/claims", pool.idToken())).body);
    assert.deepEqual(Object.keys(event), [
      "resource",
      "path",
      "httpMethod",
      "headers",
      "multiValueHeaders",
      "queryStringParameters",
      "multiValueQueryStringParameters",
      "pathParameters",
      "stageVariables",
      "requestContext",
      "body",
      "isBase64Encoded",
    ]);
    assert.deepEqual(Object.keys(event.requestContext), [
      "resourceId",
      "authorizer",
      "resourcePath",
      "httpMethod",
      "extendedRequestId",
      "requestTime",
      "path",
      "accountId",
      "protocol",
      "stage",
      "domainPrefix",
      "requestTimeEpoch",
      "requestId",
      "identity",
      "domainName",
      "deploymentId",
      "apiId",
    ]);
    assert.deepEqual(Object.keys(event.requestContext.identity), [
      "cognitoIdentityPoolId",
      "accountId",
      "cognitoIdentityId",
      "caller",
      "sourceIp",
      "principalOrgId",
      "accessKey",
      "cognitoAuthenticationType",
      "cognitoAuthenticationProvider",
      "userArn",
      "userAgent",
      "user",
    ]);
  });

  it("[D.4] has null for what is absent", async () => {
    const event = JSON.parse((await api.send("GET", "/Test/open")).body);
    const { queryStringParameters, multiValueQueryStringParameters, pathParameters, stageVariables, body } = event;
    assert.deepEqual(
      [queryStringParameters, multiValueQueryStringParameters, pathParameters, stageVariables, body],
      [null, null, null, null, null],
    );
    assert.equal(event.isBase64Encoded, false);
    const { sourceIp, userAgent, ...rest } = event.requestContext.identity;
    assert.equal(sourceIp, "127.0.0.1");
    assert.equal(userAgent, null);
    assert.deepEqual(new Set(Object.values(rest)), new Set([null]));
  });

  it("[D.4] has the request's context", async () => {
    api.platform.setTime(Date.UTC(2026, 5, 15, 5, 12, 43, 250));
    const reply = await api.send("GET", "/Test/open");
    api.platform.setTime(Date.now());
    const { requestContext } = JSON.parse(reply.body);
    const { requestTime, requestTimeEpoch, requestId, extendedRequestId, stage, apiId, deploymentId } = requestContext;
    assert.equal(requestTime, "15/Jun/2026:05:12:43 +0000");
    assert.equal(requestTimeEpoch, Date.UTC(2026, 5, 15, 5, 12, 43, 250));
    assert.equal(requestId, reply.headers["x-amzn-requestid"]);
    assert.equal(extendedRequestId, reply.headers["x-amz-apigw-id"]);
    assert.deepEqual([stage, apiId, deploymentId], ["Test", "demoapi123", "dep123"]);
    assert.deepEqual([requestContext.protocol, requestContext.accountId], ["HTTP/1.1", "123456789012"]);
    assert.equal(requestContext.domainName, `127.0.0.1:${api.port}`);
  });

  it("[D.4] keeps the casing of header names, except for two", async () => {
    const headers = { authorization: "anything", "user-agent": "tests", "x-Custom": "1", ACCEPT: "*/*" };
    const event = JSON.parse((await api.send("GET", "/Test/open", { headers })).body);
    assert.deepEqual(Object.keys(event.headers).sort(), [
      "ACCEPT",
      "Authorization",
      "Host",
      "User-Agent",
      "X-Amzn-Trace-Id",
      "X-Forwarded-For",
      "X-Forwarded-Port",
      "X-Forwarded-Proto",
      "x-Custom",
    ]);
    assert.equal(event.requestContext.identity.userAgent, "tests");
  });

  it("[D.4] has the last of several values, and all of them in the multi-value map", async () => {
    const event = JSON.parse((await api.send("GET", "/Test/open", { headers: { "X-Many": ["1", "2"] } })).body);
    assert.equal(event.headers["X-Many"], "2");
    assert.deepEqual(event.multiValueHeaders["X-Many"], ["1", "2"]);
    assert.deepEqual(Object.keys(event.headers), Object.keys(event.multiValueHeaders));
  });

  it("[D.4] leaves out the fields that end at the gateway", async () => {
    const reply = await new Promise<string>((resolve, reject) => {
      const headers = {
        Connection: "close",
        TE: "trailers",
        "Content-MD5": "x",
        "Max-Forwards": "1",
        Server: "me",
        "Proxy-Authenticate": "x",
        "WWW-Authenticate": "x",
        "Transfer-Encoding": "chunked",
        Trailer: "X-After",
      };
      const outgoing = request({ port: api.port, method: "POST", path: "/Test/open", headers }, async (incoming) => {
        resolve((await incoming.toArray()).join(""));
      });
      outgoing.on("error", reject);
      outgoing.end("hello");
    });
    const event = JSON.parse(reply);
    assert.equal(event.body, "hello");
    assert.deepEqual(Object.keys(event.headers).sort(), [
      "Host",
      "X-Amzn-Trace-Id",
      "X-Forwarded-For",
      "X-Forwarded-Port",
      "X-Forwarded-Proto",
    ]);
  });

  it("[D.4] adds where the request came from", async () => {
    const headers = { "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "gopher" };
    const event = JSON.parse((await api.send("GET", "/Test/open", { headers })).body);
    assert.match(event.headers["X-Amzn-Trace-Id"], /^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
    assert.equal(event.headers["X-Forwarded-For"], "203.0.113.9, 127.0.0.1");
    assert.equal(event.headers["X-Forwarded-Port"], String(api.port));
    assert.deepEqual(event.multiValueHeaders["X-Forwarded-Proto"], ["http"]);
  });

  it("[D.4] drops an Authorization that is an AWS signature", async () => {
    const event = JSON.parse((await api.get("/Test/open", "AWS4-HMAC-SHA256 Credential=x")).body);
    assert.equal("Authorization" in event.headers, false);
  });

  it("[D.4] carries the body as text", async () => {
    const event = JSON.parse((await api.send("POST", "/Test/open", { body: '{"a":"ü"}' })).body);
    assert.equal(event.body, '{"a":"ü"}');
    assert.equal(event.isBase64Encoded, false);
  });

  it("carries a body of a binary media type as base64", async () => {
    await using binary = await startApi({
      api: { binaryMediaTypes: ["image/png", "application/*"], resources: resources({ "/open": [method("POST")] }) },
    });
    const sent = Buffer.from([0, 255, 1]);
    for (const [type, encoded] of [
      ["image/png", true],
      ["application/zip; x=1", true],
      ["image/gif", false],
    ] as const) {
      const reply = await binary.send("POST", "/Test/open", { body: sent, headers: { "Content-Type": type } });
      const event = JSON.parse(reply.body);
      assert.equal(event.isBase64Encoded, encoded, type);
      if (encoded) assert.equal(event.body, sent.toString("base64"));
    }
  });

  it("has the stage's variables", async () => {
    await using staged = await startApi({
      api: { stages: [stage({ variables: { table: "demo" } })], resources: resources({ "/open": [method("GET")] }) },
    });
    assert.deepEqual(JSON.parse((await staged.send("GET", "/Test/open")).body).stageVariables, { table: "demo" });
  });

  it("[D.3] has no authorizer without authorization", async () => {
    const event = JSON.parse((await api.send("GET", "/Test/open")).body);
    assert.equal("authorizer" in event.requestContext, false);
  });

  it("[D.3] has every claim as a string, in the token's order", async () => {
    const exp = Math.floor(Date.now() / 1000) + 3600;
    const token = pool.sign({
      sub: "a1",
      "cognito:groups": ["admin", "staging-manager"],
      email_verified: true,
      iss: pool.issuer,
      aud: "client1",
      token_use: "id",
      auth_time: 1781499381,
      exp,
      iat: 1781502981,
      identities: [{ userId: "1", primary: "true" }],
      __proto__x: "kept",
      nothing: null,
    });
    const { authorizer } = JSON.parse((await api.get("/Test/claims", token)).body).requestContext;
    assert.deepEqual(Object.keys(authorizer), ["claims"]);
    assert.equal(
      JSON.stringify(authorizer.claims),
      JSON.stringify({
        sub: "a1",
        "cognito:groups": "admin,staging-manager",
        email_verified: "true",
        iss: pool.issuer,
        aud: "client1",
        token_use: "id",
        auth_time: "1781499381",
        exp: javaDate(exp),
        iat: "Mon Jun 15 05:56:21 UTC 2026",
        identities: '{"userId":"1","primary":"true"}',
        __proto__x: "kept",
        nothing: "null",
      }),
    );
  });

  it("[D.3] has an access token's version and scope", async () => {
    const { claims } = JSON.parse((await api.get("/Test/access", pool.accessToken())).body).requestContext.authorizer;
    assert.deepEqual([claims.version, claims.scope, claims.username], ["2", "openid email", "ada"]);
  });
});
