import assert from "node:assert/strict";
import { testInvokeEndpoint } from "../../../local/apigateway/rest/test-invoke-endpoint.ts";
import { deploy } from "../lambda/function-harness.ts";
import { ECHO } from "./api-harness.ts";
import { apiDefinition, authorizer, resources, secured } from "./models.ts";
import { testPool } from "./test-pool.ts";

describe("the test operations of the API Gateway control plane", () => {
  const pool = testPool();
  const deployed = deploy(ECHO);
  const model = apiDefinition({
    authorizers: [authorizer({ providerArns: [pool.userPoolArn] })],
    resources: resources({ "/items/{id}": [secured("GET"), secured("POST")] }),
  });
  const answer = testInvokeEndpoint([model], {
    platform: deployed.platform,
    invoke: deployed.host.invoke,
    tokenIssuer: () => pool,
  });
  after(() => deployed[Symbol.asyncDispose]());

  async function post(path: string, input: unknown = {}) {
    const body = typeof input === "string" ? input : JSON.stringify(input);
    const response = await answer(new Request(`http://localhost${path}`, { method: "POST", body }));
    return { status: response.status, type: response.headers.get("x-amzn-errortype"), json: await response.json() };
  }

  it("[D.2] TestInvokeAuthorizer answers 0 and the claims for an ID token", async () => {
    const token = pool.idToken();
    const { status, json } = await post("/restapis/demoapi123/authorizers/auth01", {
      headers: { Authorization: token },
    });
    assert.equal(status, 200);
    assert.equal(json.clientStatus, 0);
    assert.equal(json.claims.email, "ada@example.com");
    assert.equal(json.claims.email_verified, "true");
    assert.equal(json.principalId, "a1cb05c0-a081-70a3-d56c-96f0927b7c1a");
    assert.equal(typeof json.latency, "number");
    assert.ok(!json.log.includes(token));
  });

  it("[D.2] TestInvokeAuthorizer answers 401 for an access token, and says why in the log", async () => {
    const { status, json } = await post("/restapis/demoapi123/authorizers/auth01", {
      headers: { Authorization: pool.accessToken() },
    });
    assert.equal(status, 200);
    assert.equal(json.clientStatus, 401);
    assert.equal(json.claims, undefined);
    assert.match(json.log, /token_use is access, but the method has no authorizationScopes/);
  });

  it("[D.9] TestInvokeMethod sends a request past the authorizer", async () => {
    deployed.platform.setTime(Date.UTC(2025, 8, 29, 19, 28, 50));
    const { status, json } = await post("/restapis/demoapi123/resources/res1/methods/POST", {
      pathWithQueryString: "/items/7?a=b",
      body: "hello",
      headers: { Authorization: "secret-token", "X-Mine": "1" },
      stageVariables: { color: "green" },
    });
    assert.equal(status, 200);
    assert.deepEqual(Object.keys(json), ["status", "body", "headers", "multiValueHeaders", "log", "latency"]);
    assert.equal(json.status, 200);
    assert.equal(json.headers["Content-Type"], "application/json");
    const event = JSON.parse(json.body);
    assert.deepEqual(event.pathParameters, { id: "7" });
    assert.deepEqual(event.queryStringParameters, { a: "b" });
    assert.deepEqual(event.stageVariables, { color: "green" });
    assert.equal(event.body, "hello");
    assert.equal(event.requestContext.stage, "test-invoke-stage");
    assert.equal("authorizer" in event.requestContext, false);

    const lines = json.log.split("\n");
    const id = event.requestContext.requestId;
    assert.equal(lines[0], `Execution log for request ${id}`);
    assert.equal(lines[1], `Mon Sep 29 19:28:50 UTC 2025 : Starting execution for request: ${id}`);
    assert.equal(lines[2], "Mon Sep 29 19:28:50 UTC 2025 : HTTP Method: POST, Resource Path: /items/7");
    assert.deepEqual(
      lines.slice(-3, -1).map((line: string) => line.split(" : ")[1]),
      ["Successfully completed execution", "Method completed with status: 200"],
    );
    assert.match(json.log, /Method request headers: \{Authorization=\*\*\*\*\*, X-Mine=1\}/);
  });

  it("[D.9] answer what is not there as AWS does", async () => {
    for (const [path, message] of [
      ["/restapis/nothere/authorizers/auth01", "Invalid API identifier specified 123456789012:nothere"],
      ["/restapis/demoapi123/authorizers/nope", "Invalid Authorizer identifier specified"],
      ["/restapis/demoapi123/resources/nope/methods/GET", "Invalid Resource identifier specified"],
      ["/restapis/demoapi123/resources/res1/methods/PUT", "Invalid Method identifier specified"],
    ] as const) {
      const { status, type, json } = await post(path);
      assert.deepEqual([status, type, json], [404, "NotFoundException", { message }]);
    }
  });

  it("say that other operations are the program's business", async () => {
    const response = await answer(new Request("http://localhost/restapis/demoapi123/deployments", { method: "POST" }));
    assert.equal(response.status, 400);
    assert.match((await response.json()).message, /REST APIs are made by the Pulumi program/);
  });

  it("refuse input of another shape", async () => {
    for (const input of ["no json", "[]", { headers: { a: 1 } }, { multiValueHeaders: { a: "b" } }]) {
      assert.equal((await post("/restapis/demoapi123/authorizers/auth01", input)).status, 400);
    }
  });
});
