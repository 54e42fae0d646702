import assert from "node:assert/strict";
import { functionHost } from "../../../local/lambda/function-host.ts";
import { recordedPlatform } from "../lambda/recorded-platform.ts";
import { type RunningApi, startApi } from "./api-harness.ts";
import { apiDefinition, FUNCTION_ARN, lambdaProxy, method, resources, secured } from "./models.ts";

/** Answers with the JSON in its body; throws when there is none. */
const MIRROR = `exports.handler = async (event) => JSON.parse(event.body);`;

describe("what a function may answer through the proxy", () => {
  let api: RunningApi;
  before(async () => {
    api = await startApi({
      code: MIRROR,
      api: { binaryMediaTypes: ["image/png"], resources: resources({ "/": [method("POST")] }) },
    });
  });
  after(() => api[Symbol.asyncDispose]());

  const answer = (value: unknown, headers: Record<string, string> = {}) =>
    api.send("POST", "/Test", { body: JSON.stringify(value), headers });

  it("[D.5] is a status alone", async () => {
    const { status, body, headers } = await answer({ statusCode: 200 });
    assert.deepEqual([status, body], [200, ""]);
    assert.equal(headers["content-type"], "application/json");
    assert.equal(headers["content-length"], "0");
  });

  it("[D.5] comes with AWS's header fields first, then the function's, then the trace", async () => {
    const { rawHeaders } = await answer({ statusCode: 200, headers: { "X-Mine": "1" }, body: "ok" });
    assert.deepEqual(
      rawHeaders.filter((_, index) => index % 2 === 0),
      [
        "Date",
        "Content-Type",
        "Content-Length",
        "Connection",
        "x-amzn-RequestId",
        "x-amz-apigw-id",
        "X-Mine",
        "X-Amzn-Trace-Id",
      ],
    );
    assert.match(
      rawHeaders.at(-1) ?? "",
      /^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0;Lineage=1:[0-9a-f]{8}:0$/,
    );
  });

  it("[D.5] may leave out the status, or write it as a string", async () => {
    assert.equal((await answer({ headers: { a: "b" } })).status, 200);
    assert.equal((await answer({})).status, 200);
    assert.equal((await answer({ statusCode: "201" })).status, 201);
  });

  for (const [what, value] of Object.entries({
    "a status that is no number": { statusCode: "test" },
    "a status that HTTP does not have": { statusCode: 99 },
    "an informational status": { statusCode: 100 },
    "a status of four digits": { statusCode: 1000 },
    "another key at the top": { statusCode: 200, cookies: [] },
    "a string": "hello",
    null: null,
    "a number": 1,
    "an array": [],
    "a header that is an object": { headers: { a: {} } },
    "a multi-value header that is no list": { multiValueHeaders: { a: "x" } },
    "headers that are a list": { headers: [] },
    "a body that is an object": { statusCode: 200, body: { a: 1 } },
    "a header value with a line break": { headers: { a: "b\r\nSet-Cookie: x=1" } },
    "a header name with a line break": { headers: { "a\r\nb": "c" } },
  })) {
    it(`[D.5] is not ${what}: 502`, async () => {
      const { status, body, headers } = await answer(value);
      assert.equal(status, 502);
      assert.equal(body, '{"message": "Internal server error"}');
      assert.equal(headers["content-length"], "36");
      assert.equal(headers["x-amzn-errortype"], "InternalServerErrorException");
      assert.equal(headers["x-amzn-trace-id"], undefined);
      assert.match(api.lastRequest().reason ?? "", /^Malformed Lambda proxy response: it/);
    });
  }

  it("[D.5] is not an error: 502, with the error in the log", async () => {
    const { status, body } = await api.send("POST", "/Test", { body: "no json" });
    assert.deepEqual([status, body], [502, '{"message": "Internal server error"}']);
    assert.match(api.lastRequest().reason ?? "", /^The function threw SyntaxError: /);
  });

  it("[D.5] may have null headers, and values that are booleans or numbers", async () => {
    assert.equal((await answer({ headers: null, multiValueHeaders: null, body: null })).status, 200);
    assert.equal((await answer({ headers: { a: true } })).headers.a, "true");
    // As frameworks have sent Content-Length, and programs Access-Control-Max-Age, for years.
    const { status, headers } = await answer({ headers: { a: 3 }, multiValueHeaders: { b: [0, 1.5] } });
    assert.deepEqual([status, headers.a, headers.b], [200, "3", "0, 1.5"]);
  });

  it("[D.5] merges a name of both maps, under the casing of the multi-value one", async () => {
    const { rawHeaders } = await answer({
      headers: { "x-both": "value-solo" },
      multiValueHeaders: { "X-Both": ["value-multi"], "Set-Cookie": ["a=1", "b=2"] },
    });
    assert.equal(rawHeaders[rawHeaders.indexOf("X-Both") + 1], "value-multi, value-solo");
    assert.equal(rawHeaders.includes("x-both"), false);
    assert.equal(rawHeaders.filter((name) => name === "Set-Cookie").length, 2);
  });

  it("[D.5] keeps the gateway's own fields, and renames the function's", async () => {
    const { headers } = await answer({
      headers: {
        Connection: "close",
        "Content-Length": "1",
        Date: "today",
        Server: "mine",
        "Transfer-Encoding": "chunked",
      },
      body: "whole",
    });
    assert.equal(headers["content-length"], "5");
    assert.equal(headers["x-amzn-remapped-connection"], "close");
    assert.equal(headers["x-amzn-remapped-content-length"], "1");
    assert.equal(headers["x-amzn-remapped-date"], "today");
    assert.equal(headers["x-amzn-remapped-server"], "mine");
    assert.equal(headers["transfer-encoding"], undefined);
  });

  it("[D.5] sends base64 as it is when the client does not accept a binary type", async () => {
    const image = { isBase64Encoded: true, body: Buffer.from([1, 2, 255]).toString("base64") };
    assert.equal((await answer(image)).body, image.body);
    assert.deepEqual((await answer(image, { Accept: "image/png" })).bytes, Buffer.from([1, 2, 255]));
  });

  it("has no body with 204", async () => {
    const { status, rawHeaders, body } = await answer({ statusCode: 204 });
    assert.deepEqual([status, body], [204, ""]);
    assert.equal(rawHeaders.includes("Content-Length"), false);
  });
});

describe("a Lambda integration that does not get an answer", () => {
  const simple = (integration = lambdaProxy()) => ({ resources: resources({ "/": [method("GET", { integration })] }) });

  it("[D.8] answers 502 when the function's own timeout ends it", async () => {
    await using api = await startApi({
      api: simple(),
      code: "exports.handler = async () => { for (;;); };",
      function: { timeoutSeconds: 0.1 },
    });
    const { status, body } = await api.send("GET", "/Test");
    assert.deepEqual([status, body], [502, '{"message": "Internal server error"}']);
    assert.equal(
      api.lastRequest().reason,
      "The function ran longer than its timeout of 0.1 s; its environment was ended.",
    );
  });

  it("[D.7, D.8] answers 504 when the integration's timeout passes", async () => {
    await using api = await startApi({
      api: simple(lambdaProxy({ timeoutMilliseconds: 50 })),
      code: "exports.handler = () => new Promise((resolve) => setTimeout(resolve, 60000));",
    });
    const { status, body, headers } = await api.send("GET", "/Test");
    assert.deepEqual([status, body], [504, '{"message": "Endpoint request timed out"}']);
    assert.equal(headers["x-amzn-errortype"], "InternalServerErrorException");
    assert.match(api.lastRequest().reason ?? "", /did not answer within the integration's 50 ms/);
  });

  it("[D.6] answers 500 when the function is throttled", async () => {
    await using api = await startApi({ api: simple(), function: { reservedConcurrency: 0 } });
    const { status, body } = await api.send("GET", "/Test");
    assert.deepEqual([status, body], [500, '{"message": "Internal server error"}']);
    assert.match(api.lastRequest().reason ?? "", /Rate Exceeded\. Demo may run 0 invocations at once/);
  });

  it("says of a function that does not run here why, and nothing of its permission", async () => {
    const host = functionHost([], recordedPlatform(), {
      elsewhere: [{ name: "Demo", arn: FUNCTION_ARN, because: "its runtime python3.13 does not run here" }],
    });
    await using api = await startApi({
      api: { resources: resources({ "/items": [method("GET")] }) },
      invoke: host.invoke,
    });
    assert.equal((await api.send("GET", "/Test/items")).status, 500);
    assert.match(api.lastRequest().reason!, /Demo does not run here: its runtime python3\.13 does not run here/);
  });

  it("[D.6] answers 500 without a permission, and names the one it needs", async () => {
    for (const [sourceArn, status] of [
      [undefined, 200],
      ["arn:aws:execute-api:us-east-1:123456789012:demoapi123/*/GET/items/*", 200],
      ["arn:aws:execute-api:us-east-1:123456789012:demoapi123/Test/GET/items/{id}", 200],
      ["arn:aws:execute-api:us-east-1:123456789012:demoapi123/*", 200],
      ["arn:aws:execute-api:us-east-1:123456789012:another123/*/*/*", 500],
      ["arn:aws:execute-api:us-east-1:123456789012:demoapi123/*/POST/items/*", 500],
    ] as const) {
      await using api = await startApi({
        api: {
          resources: resources({ "/items/{id}": [method("GET")] }),
          invokePermissions: [{ functionArn: FUNCTION_ARN, sourceArn }],
        },
      });
      const reply = await api.send("GET", "/Test/items/7");
      assert.equal(reply.status, status, String(sourceArn));
      if (status === 200) continue;
      assert.equal(reply.body, '{"message": "Internal server error"}');
      assert.equal(
        api.lastRequest().reason,
        "Invalid permissions on Lambda function: API Gateway may not invoke it as " +
          `arn:aws:execute-api:us-east-1:123456789012:demoapi123/Test/GET/items/{id}. Its permissions for this API: ${sourceArn}. ` +
          "Declare an aws.lambda.Permission with a sourceArn that matches.",
      );
    }
  });

  it("[D.6] wants * for the method of an ANY method in the permission", async () => {
    const at = (verb: string) => `${apiDefinition().executionArn}/*/${verb}/any`;
    for (const [verb, status] of [
      ["GET", 500],
      ["*", 200],
    ] as const) {
      await using api = await startApi({
        api: {
          resources: resources({ "/any": [method("ANY")] }),
          invokePermissions: [{ functionArn: FUNCTION_ARN, sourceArn: at(verb) }],
        },
      });
      assert.equal((await api.send("GET", "/Test/any")).status, status);
    }
  });

  it("[D.6] answers 500 when the integration's method is not POST", async () => {
    await using api = await startApi({ api: simple(lambdaProxy({ httpMethod: "GET" })) });
    assert.equal((await api.send("GET", "/Test")).status, 500);
    assert.equal(
      api.lastRequest().reason,
      "The integration's HTTP method is GET; Lambda functions are invoked with POST.",
    );
  });
});

describe("the limits of a request", () => {
  let api: RunningApi;
  before(async () => {
    api = await startApi({
      code: `exports.handler = async (event) => ({ statusCode: 200, body: String(event.body.length) });`,
      function: { memorySizeMb: 1024 },
      api: { resources: resources({ "/": [method("POST")] }) },
    });
  });
  after(() => api[Symbol.asyncDispose]());

  it("[D.8] are 10 MB of body, refused in plain text", async () => {
    const refused = await api.send("POST", "/Test", { body: Buffer.alloc(10_485_761) });
    assert.equal(refused.status, 413);
    assert.equal(refused.body, "HTTP content length exceeded 10485760 bytes.");
    assert.equal(refused.headers["content-type"], "text/plain");
    const chunked = await api.send("POST", "/Test", {
      body: Buffer.alloc(10_485_761),
      headers: { "Transfer-Encoding": "chunked" },
    });
    assert.equal(chunked.status, 413);
  });

  it("[D.7, D.8] are about 6 MB of event", async () => {
    const refused = await api.send("POST", "/Test", { body: "x".repeat(6_291_600) });
    assert.deepEqual([refused.status, refused.body], [413, '{"message":"Request Too Long"}']);
    assert.equal(refused.headers["x-amzn-errortype"], "RequestTooLargeException");
    assert.equal((await api.send("POST", "/Test", { body: "x".repeat(6_000_000) })).body, "6000000");
  });

  it("[D.8] are 10,240 characters of URL, and 1,600 bytes of method ARN with authorization", async () => {
    const long = await api.send("POST", `/Test?q=${"x".repeat(10_240)}`, { body: "a" });
    assert.deepEqual([long.status, long.body], [414, '{"message":"Request URI too long"}']);
    assert.equal((await api.send("POST", `/Test?q=${"x".repeat(10_000)}`, { body: "a" })).status, 200);
    await using guarded = await startApi({ api: { resources: resources({ "/files/{proxy+}": [secured("GET")] }) } });
    const deep = await guarded.get(`/Test/files/${"x".repeat(1600)}`, guarded.pool.idToken());
    assert.deepEqual([deep.status, deep.body], [414, '{"message":"Request URI too long"}']);
  });

  it("[D.8, F] are 10,240 bytes of header values", async () => {
    const reply = await api.send("POST", "/Test", { headers: { "X-Long": "x".repeat(10_240) }, body: "a" });
    assert.equal(reply.status, 431);
    assert.equal(
      (await api.send("POST", "/Test", { headers: { "X-Long": "x".repeat(9_000) }, body: "a" })).status,
      200,
    );
  });
});
