import assert from "node:assert/strict";
import type { GatewayResponseModel } from "../../../local/model.ts";
import { startApi } from "./api-harness.ts";
import { testPool } from "./test-pool.ts";

function custom(responseType: string, overrides: Partial<GatewayResponseModel> = {}): GatewayResponseModel {
  return { responseType, statusCode: undefined, responseParameters: {}, responseTemplates: {}, ...overrides };
}

describe("a gateway response", () => {
  it("[D.9] has no CORS header unless the API sets one", async () => {
    await using api = await startApi();
    assert.equal((await api.get("/Test/transactions")).headers["access-control-allow-origin"], undefined);
  });

  it("[D.7] sets status, header fields and body of its type", async () => {
    await using api = await startApi({
      api: {
        gatewayResponses: [
          custom("UNAUTHORIZED", {
            statusCode: "418",
            responseParameters: {
              "gatewayresponse.header.Access-Control-Allow-Origin": "'*'",
              "gatewayresponse.header.X-Origin": "method.request.header.Origin",
              "gatewayresponse.header.X-Type": "context.error.responseType",
              "gatewayresponse.header.X-Absent": "method.request.header.Nope",
            },
            responseTemplates: {
              "application/json":
                '{"error":$context.error.messageString,"id":"$context.requestId","at":"${context.stage}"}',
            },
          }),
        ],
      },
    });
    const { status, body, headers } = await api.send("GET", "/Test/transactions", {
      headers: { Origin: "http://localhost:3000" },
    });
    assert.equal(status, 418);
    assert.deepEqual(JSON.parse(body), { error: "Unauthorized", id: headers["x-amzn-requestid"], at: "Test" });
    assert.equal(headers["access-control-allow-origin"], "*");
    assert.equal(headers["x-origin"], "http://localhost:3000");
    assert.equal(headers["x-type"], "UNAUTHORIZED");
    assert.equal(headers["x-absent"], undefined);
    assert.equal(headers["x-amzn-errortype"], "UnauthorizedException");
  });

  it("[D.7] falls back to DEFAULT_4XX and DEFAULT_5XX", async () => {
    const header = (value: string) => ({ responseParameters: { "gatewayresponse.header.X-From": `'${value}'` } });
    await using api = await startApi({
      code: "exports.handler = async () => { throw new Error('x'); };",
      api: {
        gatewayResponses: [
          custom("DEFAULT_4XX", header("4xx")),
          custom("DEFAULT_5XX", header("5xx")),
          custom("MISSING_AUTHENTICATION_TOKEN", header("own")),
        ],
      },
    });
    const unauthorized = await api.get("/Test/transactions");
    assert.deepEqual([unauthorized.status, unauthorized.headers["x-from"]], [401, "4xx"]);
    assert.equal(unauthorized.body, '{"message":"Unauthorized"}');
    assert.equal((await api.get("/Test/nothing")).headers["x-from"], "own");
    const failed = await api.get("/Test/transactions", api.pool.idToken());
    assert.deepEqual([failed.status, failed.headers["x-from"]], [502, "5xx"]);
  });

  it("[D.7] chooses the template that the client accepts", async () => {
    const responseTemplates = { "text/plain": "plain $context.error.message", "application/json": "{}" };
    await using api = await startApi({ api: { gatewayResponses: [custom("UNAUTHORIZED", { responseTemplates })] } });
    const plain = await api.send("GET", "/Test/transactions", { headers: { Accept: "text/html, text/plain;q=0.5" } });
    assert.deepEqual([plain.body, plain.headers["content-type"]], ["plain Unauthorized", "text/plain"]);
    assert.equal((await api.get("/Test/transactions")).body, "{}");
  });

  it("does not change what the edge refuses", async () => {
    const gatewayResponses = [custom("DEFAULT_4XX", { responseTemplates: { "application/json": "{}" } })];
    await using api = await startApi({ api: { gatewayResponses } });
    const reply = await api.send("POST", "/Test/transactions", { body: Buffer.alloc(10_485_761) });
    assert.deepEqual([reply.status, reply.body], [413, "HTTP content length exceeded 10485760 bytes."]);
  });

  it("cannot be used to inject a header field", async () => {
    const responseParameters = {
      "gatewayresponse.header.X-Claim": "method.request.path.none",
      "gatewayresponse.header.Transfer-Encoding": "'chunked'",
    };
    await using api = await startApi({
      pools: [testPool()],
      api: { gatewayResponses: [custom("UNAUTHORIZED", { responseParameters })] },
    });
    const { status, headers } = await api.get("/Test/transactions");
    assert.equal(status, 401);
    assert.equal(headers["transfer-encoding"], undefined);
  });
});
