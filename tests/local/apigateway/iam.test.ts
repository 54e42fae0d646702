/** Methods of a REST API with AWS_IAM: signatures that the AWS SDK's own library makes, and everything that is not one. */
import assert from "node:assert/strict";
import { callerOf, localAccessKey, sessionCredentials } from "../../../local/permissions/access-key.ts";
import { presignedQuery, type RequestToSign, type Signing, signedHeaders } from "../../support/signed-request.ts";
import { recordedPlatform } from "../lambda/recorded-platform.ts";
import { type Reply, type RunningApi, startApi } from "./api-harness.ts";
import { EXECUTION_ARN, method, resources } from "./models.ts";

const KEY = { id: "AKIALOCALABCDEFGHIJK", secret: "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" };
const NOW = Date.UTC(2026, 5, 15, 12, 0, 0);
const MINUTE = 60_000;
const MISMATCH =
  "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key " +
  "and signing method. Consult the service documentation for details.";
const USER = "arn:aws:iam::123456789012:user/local";

const SESSION = sessionCredentials(KEY, { role: "orders-role", name: "orders" });
const SESSION_SIGNING = { accessKeyId: SESSION.id, sessionToken: SESSION.sessionToken };
const ASSUMED_ROLE = "arn:aws:sts::123456789012:assumed-role/orders-role/orders";

const iam = (verb: string) => method(verb, { authorization: "AWS_IAM" });

async function startSignedApi(policy?: string): Promise<RunningApi> {
  const api = await startApi({
    accessKey: KEY,
    api: { resources: resources({ "/": [iam("GET")], "/items/{id+}": [iam("GET"), iam("POST")] }), policy },
  });
  api.platform.setTime(NOW);
  return api;
}

const signing = (api: RunningApi, overrides: Partial<Signing> = {}): Signing => ({
  accessKeyId: KEY.id,
  secretAccessKey: KEY.secret,
  host: `127.0.0.1:${api.port}`,
  signingDate: new Date(NOW),
  ...overrides,
});

async function send(api: RunningApi, request: RequestToSign, overrides: Partial<Signing> = {}, sent = request) {
  const headers = await signedHeaders(request, signing(api, overrides));
  const query = Object.entries(sent.query ?? {}).flatMap(([name, values]) =>
    [values].flat().map((value) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`),
  );
  const target = query.length > 0 ? `${sent.path}?${query.join("&")}` : sent.path;
  return api.send(sent.method ?? "GET", target, { headers: { ...headers, ...sent.headers }, body: sent.body });
}

const refused = (errorType: string, message: string) => [403, errorType, JSON.stringify({ message })];
const seen = ({ status, headers, body }: Reply) => [status, headers["x-amzn-errortype"], body];

describe("a method with AWS_IAM", () => {
  const passing: [string, RequestToSign][] = [
    ["a plain GET", { path: "/Test" }],
    [
      "a query out of order, with repeated names and signs",
      { path: "/Test", query: { b: ["2", "1"], a: "x y/+*~'(é" } },
    ],
    ["a path with signs that are encoded", { path: "/Test/items/a%20b/c%2Fd'(!)*" }],
    ["a path with a slash at its end", { path: "/Test/items/a/" }],
    ["fields with runs of blanks", { path: "/Test", headers: { "x-amz-meta": "a   b" } }],
    ["a body", { method: "POST", path: "/Test/items/1", body: '{"name":"é"}' }],
  ];
  for (const [what, request] of passing) {
    it(`[D.2] lets a signed request pass: ${what}`, async () => {
      await using api = await startSignedApi();
      const reply = await send(api, request);
      assert.equal(reply.status, 200, api.lastRequest().reason);
      assert.equal(JSON.parse(reply.body).body, request.body ?? null);
      assert.deepEqual([api.lastRequest().decision, api.lastRequest().principal], ["let in", USER]);
    });
  }

  it("[D.2] takes a signature in the query", async () => {
    await using api = await startSignedApi();
    const query = await presignedQuery({ path: "/Test", query: { a: "b" } }, signing(api));
    assert.equal((await api.send("GET", `/Test?${query}`)).status, 200);
    assert.equal((await api.send("GET", `/Test?${query.replace("a=b", "a=c")}`)).status, 403);
    api.platform.setTime(NOW + 61_000);
    assert.equal((await api.send("GET", `/Test?${query}`)).status, 403);
  });

  it("[D.4] tells the function who signed, and keeps the signature to itself", async () => {
    await using api = await startSignedApi();
    const { headers, requestContext } = JSON.parse((await send(api, { path: "/Test" })).body);
    const { userId } = callerOf(KEY, undefined, EXECUTION_ARN);
    const { accessKey, accountId, caller, user, userArn, cognitoIdentityId } = requestContext.identity;
    assert.deepEqual(
      { accessKey, accountId, caller, user, userArn, cognitoIdentityId },
      {
        accessKey: KEY.id,
        accountId: "123456789012",
        caller: userId,
        user: userId,
        userArn: USER,
        cognitoIdentityId: null,
      },
    );
    assert.equal("authorizer" in requestContext, false);
    assert.equal("Authorization" in headers || "authorization" in headers, false);
    assert.equal(headers["x-amz-date"], "20260615T120000Z");
  });

  it("[D.2] [D.4] takes what a function signs with its credentials, for the session of its role", async () => {
    await using api = await startSignedApi();
    const { requestContext } = JSON.parse((await send(api, { path: "/Test" }, SESSION_SIGNING)).body);
    assert.deepEqual([api.lastRequest().decision, api.lastRequest().principal], ["let in", ASSUMED_ROLE]);
    const { accessKey, caller, userArn, user } = requestContext.identity;
    assert.deepEqual([accessKey, userArn], ["ASIALOCALABCDEFGHIJK", ASSUMED_ROLE]);
    assert.match(user, /^AROA[A-Z2-7]{17}:orders$/);
    assert.equal(caller, user);
    const query = await presignedQuery({ path: "/Test" }, signing(api, SESSION_SIGNING));
    assert.equal((await api.send("GET", `/Test?${query}`)).status, 200);
  });

  it("[D.2] refuses a request that is not signed, or not with a signature", async () => {
    await using api = await startSignedApi();
    const missing = refused("MissingAuthenticationTokenException", "Missing Authentication Token");
    assert.deepEqual(seen(await api.send("GET", "/Test")), missing);
    const [status, errorType, body] = seen(await api.get("/Test", api.pool.idToken()));
    assert.deepEqual([status, errorType], [403, "IncompleteSignatureException"]);
    assert.match(String(body), /^\{"message":"Invalid key=value pair \(missing equal-sign\) in Authorization header/);
    const lacking = await api.get("/Test", "AWS4-HMAC-SHA256 Credential=a, Signature=b");
    assert.match(lacking.body, /^\{"message":"Authorization header requires 'SignedHeaders' parameter\. Authorization/);
  });

  const changed: [string, RequestToSign, RequestToSign][] = [
    ["another path", { path: "/Test/items/1" }, { path: "/Test/items/2" }],
    ["another query", { path: "/Test", query: { a: "1" } }, { path: "/Test", query: { a: "2" } }],
    ["another method", { path: "/Test/items/1" }, { method: "POST", path: "/Test/items/1" }],
    [
      "another body",
      { method: "POST", path: "/Test/items/1", body: "a" },
      { method: "POST", path: "/Test/items/1", body: "b" },
    ],
    [
      "a changed field that was signed",
      { path: "/Test", headers: { "x-amz-meta": "a" } },
      { path: "/Test", headers: { "x-amz-meta": "b" } },
    ],
  ];
  for (const [what, request, sent] of changed) {
    it(`[D.2] refuses a signature of another request: ${what}`, async () => {
      await using api = await startSignedApi();
      assert.deepEqual(seen(await send(api, request, {}, sent)), refused("InvalidSignatureException", MISMATCH));
    });
  }

  it("[D.2] refuses a signature of the method that X-HTTP-Method-Override names", async () => {
    await using api = await startSignedApi();
    const sent = { method: "POST", path: "/Test/items/1", headers: { "X-HTTP-Method-Override": "GET" } };
    const reply = await send(api, { path: "/Test/items/1" }, {}, sent);
    assert.deepEqual(seen(reply), refused("InvalidSignatureException", MISMATCH));
  });

  const wrong: [string, Partial<Signing>, string, string][] = [
    ["another secret", { secretAccessKey: "x" }, "InvalidSignatureException", MISMATCH],
    [
      "another key",
      { accessKeyId: "AKIAIOSFODNN7EXAMPLE" },
      "UnrecognizedClientException",
      "The security token included in the request is invalid.",
    ],
    [
      "a session token",
      { sessionToken: "token" },
      "UnrecognizedClientException",
      "The security token included in the request is invalid.",
    ],
    [
      "a function's key without its session token",
      { accessKeyId: SESSION.id },
      "UnrecognizedClientException",
      "The security token included in the request is invalid.",
    ],
    [
      "a session token of another function's name",
      {
        ...SESSION_SIGNING,
        sessionToken: `${Buffer.from('["orders-role","admin"]').toString("base64url")}.${SESSION.sessionToken.split(".")[1]}`,
      },
      "UnrecognizedClientException",
      "The security token included in the request is invalid.",
    ],
    [
      "another region",
      { region: "eu-west-1" },
      "InvalidSignatureException",
      "Credential should be scoped to a valid region. ",
    ],
    [
      "another service",
      { service: "lambda" },
      "InvalidSignatureException",
      "Credential should be scoped to correct service: 'execute-api'. ",
    ],
    [
      "more than five minutes ago",
      { signingDate: new Date(NOW - 5 * MINUTE - 1000) },
      "InvalidSignatureException",
      "Signature expired: 20260615T115459Z is now earlier than 20260615T115500Z (20260615T120000Z - 5 min.)",
    ],
    [
      "more than five minutes ahead",
      { signingDate: new Date(NOW + 5 * MINUTE + 1000) },
      "InvalidSignatureException",
      "Signature not yet current: 20260615T120501Z is still later than 20260615T120500Z (20260615T120000Z + 5 min.)",
    ],
  ];
  for (const [what, overrides, errorType, message] of wrong) {
    it(`[D.2] refuses a signature with ${what}`, async () => {
      await using api = await startSignedApi();
      assert.deepEqual(seen(await send(api, { path: "/Test" }, overrides)), refused(errorType, message));
      assert.equal(api.lastRequest().decision, "refused");
      assert.equal(api.lastRequest().reason?.includes(KEY.secret), false);
    });
  }

  it("[D.2] takes a signature of five minutes ago and of five minutes ahead", async () => {
    await using api = await startSignedApi();
    for (const offset of [-5 * MINUTE, 5 * MINUTE]) {
      assert.equal((await send(api, { path: "/Test" }, { signingDate: new Date(NOW + offset) })).status, 200);
    }
  });

  it("[D.2] refuses a signature that is cut off, or leaves the Host out", async () => {
    await using api = await startSignedApi();
    const headers = await signedHeaders({ path: "/Test" }, signing(api));
    for (const authorization of [
      headers.authorization!.slice(0, -2),
      headers.authorization!.replace(/Signature=.*/, "Signature="),
      headers.authorization!.replace("SignedHeaders=host;", "SignedHeaders="),
    ]) {
      const reply = await api.send("GET", "/Test", { headers: { ...headers, authorization } });
      assert.deepEqual(seen(reply), refused("InvalidSignatureException", MISMATCH), authorization);
    }
  });
});

describe("a resource policy with AWS_IAM", () => {
  const document = (Effect: string, Principal: unknown, Resource = "execute-api:/*") =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect, Principal, Action: "execute-api:Invoke", Resource }],
    });

  it("[D.7] keeps the local account's user out with a Deny only, and names it in the refusal", async () => {
    const status = async (policy: string) => {
      await using api = await startSignedApi(policy);
      const reply = await send(api, { path: "/Test" });
      return reply.status === 200 ? 200 : reply.body;
    };
    assert.equal(await status(document("Allow", "*", "execute-api:/Other/*")), 200);
    assert.equal(await status(document("Deny", { AWS: "arn:aws:iam::123456789012:user/other" })), 200);
    const denied =
      `{"Message":"User: ${USER} is not authorized to perform: execute-api:Invoke on resource: ` +
      'arn:aws:execute-api:us-east-1:********9012:demoapi123/Test/GET/ with an explicit deny in a resource-based policy"}';
    for (const AWS of [USER, "123456789012", "arn:aws:iam::123456789012:root"]) {
      assert.equal(await status(document("Deny", { AWS })), denied);
    }
  });

  it("[D.7] names a function by its session, its role or its account", async () => {
    const status = async (principal: unknown) => {
      await using api = await startSignedApi(document("Deny", principal));
      return (await send(api, { path: "/Test" }, SESSION_SIGNING)).status;
    };
    const role = "arn:aws:iam::123456789012:role/orders-role";
    for (const AWS of [ASSUMED_ROLE, role, "123456789012"]) assert.equal(await status({ AWS }), 403, AWS);
    for (const AWS of [USER, `${role}2`, `${ASSUMED_ROLE}2`]) assert.equal(await status({ AWS }), 200, AWS);
  });

  it("[D.7] is looked at after the signature", async () => {
    await using api = await startSignedApi(document("Deny", "*"));
    assert.equal((await api.send("GET", "/Test")).headers["x-amzn-errortype"], "MissingAuthenticationTokenException");
  });
});

describe("the access key of the local account", () => {
  it("is made up once a state, and says that it is local", () => {
    const platform = recordedPlatform();
    const key = localAccessKey(platform);
    assert.match(key.id, /^AKIALOCAL[A-Z2-7]{11}$/);
    assert.match(key.secret, /^[A-Za-z0-9+/]{40}$/);
    assert.deepEqual(localAccessKey(platform), key);
    assert.notDeepEqual(localAccessKey(recordedPlatform()), key);
  });
});
