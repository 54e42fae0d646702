import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { type RunningApi, startApi } from "./api-harness.ts";
import { method, resources, secured } from "./models.ts";

describe("the routes of a REST API", () => {
  let api: RunningApi;
  before(async () => {
    api = await startApi({
      api: {
        resources: resources({
          "/": [method("GET")],
          "/transactions": [method("GET"), secured("POST")],
          "/transactions/{id}": [method("GET")],
          "/transactions/latest": [method("PUT")],
          "/files": [method("GET")],
          "/files/{proxy+}": [method("ANY")],
          "/any": [method("ANY")],
        }),
      },
    });
  });
  after(() => api[Symbol.asyncDispose]());

  const event = async (path: string, verb = "GET") => {
    const reply = await api.send(verb, path);
    assert.equal(reply.status, 200, reply.body);
    return JSON.parse(reply.body);
  };

  it("[D.1] begin with the stage", async () => {
    const { resource, path, requestContext } = await event("/Test/transactions");
    assert.deepEqual([resource, path, requestContext.path], ["/transactions", "/transactions", "/Test/transactions"]);
  });

  it("[D.1] answer the stage's root with and without a slash", async () => {
    assert.equal((await event("/Test")).resource, "/");
    assert.equal((await event("/Test/")).resource, "/");
  });

  it("[D.1, D.7] answer an unknown path and an unknown method alike, with 403", async () => {
    for (const [verb, path] of [
      ["GET", "/Test/nothing"],
      ["DELETE", "/Test/transactions"],
      ["GET", "/Test/Transactions"],
      ["GET", "/Test/transactions//1"],
    ] as const) {
      const reply = await api.send(verb, path);
      assert.equal(reply.status, 403, path);
      assert.equal(reply.body, '{"message":"Missing Authentication Token"}');
      assert.equal(reply.headers["x-amzn-errortype"], "MissingAuthenticationTokenException");
    }
  });

  it("say in the log what the path does have", async () => {
    await api.send("DELETE", "/Test/transactions");
    assert.equal(
      api.lastRequest().reason,
      "/transactions has no method DELETE (it has GET, POST), which API Gateway does not tell from a missing authentication token.",
    );
  });

  it("[D.1, D.7] take an Authorization header without a route for an AWS signature", async () => {
    const digest = (value: string) => createHash("sha256").update(value).digest("base64");
    const bearer = await api.get("/Test/nothing", "Bearer x");
    assert.equal(bearer.status, 403);
    assert.equal(bearer.headers["x-amzn-errortype"], "IncompleteSignatureException");
    assert.equal(
      JSON.parse(bearer.body).message,
      `Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '${digest("Bearer x")}'.`,
    );
    const basic = await api.get("/Test/nothing", "Basic YTpi=");
    assert.equal(
      JSON.parse(basic.body).message,
      "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. " +
        "Authorization header requires 'SignedHeaders' parameter. " +
        "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. " +
        `(Hashed with SHA-256 and encoded with Base64) Authorization=${digest("Basic YTpi=")}`,
    );
    const signed = await api.get("/Test/nothing", "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=0");
    assert.match(JSON.parse(signed.body).message, /requires existence of either a 'X-Amz-Date'/);
  });

  it("[D.1] let any Authorization value pass to a method without authorization", async () => {
    assert.equal((await api.get("/Test/transactions", "Bearer whatever")).status, 200);
  });

  it("[D.1] ignore a trailing slash, and keep it in the paths", async () => {
    const { resource, path, requestContext, pathParameters } = await event("/Test/files/a/b/");
    assert.equal(resource, "/files/{proxy+}");
    assert.equal(path, "/files/a/b/");
    assert.equal(requestContext.path, "/Test/files/a/b/");
    assert.deepEqual(pathParameters, { proxy: "a/b" });
    assert.equal((await event("/Test/transactions/")).resource, "/transactions");
  });

  it("[D.1] keep double slashes inside the path", async () => {
    const { path, pathParameters } = await event("/Test/files/a//b");
    assert.equal(path, "/files/a//b");
    assert.deepEqual(pathParameters, { proxy: "a//b" });
  });

  it("[D.1] tidy double slashes around the stage", async () => {
    const after = await event("/Test//transactions");
    assert.deepEqual([after.path, after.requestContext.path], ["/transactions", "/Test//transactions"]);
    const before = await event("//Test/transactions");
    assert.deepEqual([before.path, before.requestContext.path], ["/transactions", "/Test/transactions"]);
  });

  it("[D.1] do not decode paths and path parameters", async () => {
    const { path, pathParameters } = await event("/Test/transactions/test%2Balias+x@example.com");
    assert.equal(path, "/transactions/test%2Balias+x@example.com");
    assert.deepEqual(pathParameters, { id: "test%2Balias+x@example.com" });
  });

  it("[D.1] decode query values, and keep every one of a repeated name", async () => {
    const { queryStringParameters, multiValueQueryStringParameters } = await event(
      "/Test/transactions?a=1&a=x%2By+z&b=%E2%82%AC&empty=&flag&bad=%zz&__proto__=p",
    );
    assert.equal(
      JSON.stringify(queryStringParameters),
      '{"a":"x+y z","b":"€","empty":"","flag":"","bad":"%zz","__proto__":"p"}',
    );
    assert.deepEqual(multiValueQueryStringParameters.a, ["1", "x+y z"]);
  });

  it("[D.1] prefer a literal segment, and let a less specific sibling answer a method it lacks", async () => {
    assert.equal((await event("/Test/transactions/latest", "PUT")).resource, "/transactions/latest");
    const { resource, pathParameters } = await event("/Test/transactions/latest");
    assert.deepEqual([resource, pathParameters], ["/transactions/{id}", { id: "latest" }]);
  });

  it("[D.1] do not serve the parent with {proxy+}", async () => {
    assert.equal((await event("/Test/files")).resource, "/files");
    assert.equal((await api.send("POST", "/Test/files")).status, 403);
  });

  it("[D.1] serve all seven methods with ANY, and nothing else", async () => {
    for (const verb of ["DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT"]) {
      assert.equal((await event("/Test/any", verb)).httpMethod, verb);
    }
    assert.equal((await api.send("HEAD", "/Test/any")).status, 200);
    assert.equal((await api.send("PROPFIND", "/Test/any")).status, 403);
  });

  it("[D.1] do not answer HEAD or OPTIONS with a GET method", async () => {
    assert.equal((await api.send("HEAD", "/Test/transactions")).status, 403);
    assert.equal((await api.send("OPTIONS", "/Test/transactions")).status, 403);
  });

  it("[D.1] follow X-HTTP-Method-Override, authorization included", async () => {
    const headers = { "X-HTTP-Method-Override": "PUT" };
    const reply = await api.send("POST", "/Test/transactions/latest", { headers });
    assert.equal(JSON.parse(reply.body).httpMethod, "PUT");
    const guarded = await api.send("GET", "/Test/transactions", { headers: { "X-HTTP-Method-Override": "POST" } });
    assert.equal(guarded.status, 401);
  });

  it("[D.1, F] answer an unknown stage with 403 Forbidden, and name the stages in the log", async () => {
    for (const path of ["/test/transactions", "/", "/prod", "//"]) {
      const reply = await api.send("GET", path);
      assert.deepEqual([reply.status, reply.body], [403, '{"message":"Forbidden"}'], path);
      assert.equal(reply.headers["x-amzn-errortype"], "ForbiddenException");
    }
    assert.equal(api.lastRequest().reason, "The path begins with no stage of this API. Its stages: /Test.");
  });

  it("take an absolute request target", async () => {
    const reply = await api.raw(
      `GET http://127.0.0.1:${api.port}/Test/transactions?a=1 HTTP/1.1\r\nHost: 127.0.0.1:${api.port}\r\nConnection: close\r\n\r\n`,
    );
    assert.match(reply, /^HTTP\/1\.1 200 OK\r\n/);
  });

  it("[D.8] want | encoded in a query, and split it at ;", async () => {
    assert.equal((await api.send("GET", "/Test/transactions?a=1|2")).status, 400);
    const { queryStringParameters } = await event("/Test/transactions?a=1;b=2&c=%7C%3B");
    assert.deepEqual(queryStringParameters, { a: "1", b: "2", c: "|;" });
  });
});
