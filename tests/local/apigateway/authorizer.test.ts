import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { TokenVerifier } from "../../../local/apigateway/rest/token-verifier.ts";
import { type RunningApi, startApi } from "./api-harness.ts";
import { apiDefinition, authorizer, resources, secured } from "./models.ts";
import { base64url, testPool } from "./test-pool.ts";

describe("a method behind a Cognito authorizer", () => {
  const pool = testPool();
  let api: RunningApi;
  before(async () => {
    api = await startApi({
      pools: [pool],
      api: {
        resources: resources({
          "/transactions": [secured("GET")],
          "/scoped": [secured("GET", { authorizationScopes: ["openid", "reports/read"] })],
        }),
      },
    });
  });
  after(() => api[Symbol.asyncDispose]());

  async function refuses(token: string | undefined, reason: string | RegExp, path = "/Test/transactions") {
    const reply = await api.get(path, token);
    assert.equal(reply.status, 401);
    assert.equal(reply.body, '{"message":"Unauthorized"}');
    const { reason: given, principal } = api.lastRequest();
    assert.equal(principal, undefined);
    if (typeof reason === "string") assert.equal(given, `Refused by the Cognito authorizer: ${reason}.`);
    else assert.match(given ?? "", reason);
    if (token && token.length > 20) assert.ok(!given?.includes(token.slice(-20)), "the token is in the log");
  }

  it("[D.2] lets an ID token pass, bare or as Bearer", async () => {
    for (const value of [pool.idToken(), `Bearer ${pool.idToken()}`]) {
      const reply = await api.get("/Test/transactions", value);
      assert.equal(reply.status, 200);
      assert.equal(JSON.parse(reply.body).requestContext.authorizer.claims.email, "ada@example.com");
      assert.equal(api.lastRequest().principal, "a1cb05c0-a081-70a3-d56c-96f0927b7c1a");
    }
  });

  it("[D.2, D.7] answers 401 exactly as AWS does, header by header", async () => {
    const { rawHeaders, status, body } = await api.get("/Test/transactions");
    const names = rawHeaders.filter((_, index) => index % 2 === 0);
    assert.equal(status, 401);
    assert.equal(body, '{"message":"Unauthorized"}');
    assert.deepEqual(names, [
      "Date",
      "Content-Type",
      "Content-Length",
      "Connection",
      "x-amzn-RequestId",
      "x-amzn-ErrorType",
      "x-amz-apigw-id",
    ]);
    const value = (name: string) => rawHeaders[rawHeaders.indexOf(name) + 1];
    assert.equal(value("Content-Type"), "application/json");
    assert.equal(value("Content-Length"), "26");
    assert.equal(value("x-amzn-ErrorType"), "UnauthorizedException");
    assert.match(
      value("x-amzn-RequestId") ?? "",
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    assert.match(value("x-amz-apigw-id") ?? "", /^[A-Za-z0-9+/]{15}=$/);
  });

  it("[D.2] refuses a request without a token", () =>
    refuses(undefined, "the request has no Authorization header; send the ID or access token in it"));

  it("[D.2] refuses an empty header", () => refuses("", /has no Authorization header/));

  for (const value of [
    "nonsense",
    "Bearer",
    "Bearer ",
    "a.b",
    "a.b.c.d",
    "Bearer a.b.c d",
    "..",
    "a.b.",
    "Basic YTpi",
  ]) {
    it(`[D.2] refuses what is no JWT: ${JSON.stringify(value)}`, () =>
      refuses(value, /Refused by the Cognito authorizer/));
  }

  it("refuses a lower-case bearer scheme", () => refuses(`bearer ${pool.idToken()}`, /holds no JWT/));

  it("[D.2] refuses a token whose claims were changed", async () => {
    const [header, , signature] = pool.idToken().split(".");
    const forged = `${header}.${base64url({ sub: "eve", token_use: "id", iss: pool.issuer, exp: 4e9 })}.${signature}`;
    await refuses(
      forged,
      "the token's signature is wrong: it was changed after it was signed, or signed by another key",
    );
  });

  it("[D.2] refuses a token whose signature was cut off", async () => {
    const [header, payload] = pool.idToken().split(".");
    await refuses(`${header}.${payload}.`, /signature is wrong/);
  });

  it("refuses alg none, however it is written", async () => {
    for (const alg of ["none", "None", "NONE", ""]) {
      const claims = { sub: "eve", token_use: "id", iss: pool.issuer, exp: Math.floor(Date.now() / 1000) + 60 };
      await refuses(`${base64url({ alg, kid: pool.kid })}.${base64url(claims)}.`, /API Gateway takes RS256 only/);
    }
  });

  it("refuses HS256 signed with the public key", async () => {
    const signed = `${base64url({ alg: "HS256", kid: pool.kid })}.${base64url({ token_use: "id", iss: pool.issuer, exp: 4e9 })}`;
    const mac = createHmac("sha256", pool.publicKeyPem).update(signed).digest("base64url");
    await refuses(`${signed}.${mac}`, "the token's alg is HS256; API Gateway takes RS256 only");
  });

  it("refuses critical extensions, a missing kid, and claims that are not an object", async () => {
    const claims = { sub: "a", iss: pool.issuer, exp: 4e9, token_use: "id" };
    await refuses(pool.sign(claims, { crit: ["b64"], b64: false }), /critical header extensions/);
    await refuses(pool.sign(claims, { kid: undefined }), /names no key/);
    await refuses(pool.sign([] as unknown as Record<string, unknown>), /payload is not a JSON object/);
  });

  it("[D.2] refuses a token of another pool", () =>
    refuses(
      testPool("OtherPool").idToken(),
      "the token is signed by a key that pool us-east-1_DemoPool1 does not have; sign in to the pool that the authorizer names",
    ));

  it("refuses a token that another issuer claims to have given", () =>
    refuses(
      pool.idToken({ iss: "https://evil.example" }),
      "the token's iss is https://evil.example; the pool's issuer is https://cognito-idp.us-east-1.amazonaws.com/us-east-1_DemoPool1",
    ));

  it("refuses a token without an expiry, or with one that is no number", async () => {
    await refuses(pool.idToken({ exp: undefined }), "the token has no expiry (exp)");
    await refuses(pool.idToken({ exp: "4000000000" }), "the token has no expiry (exp)");
  });

  it("[D.2] tells that a token has expired, and since when", async () => {
    const exp = Math.floor(Date.now() / 1000) - 240;
    const reply = await api.get("/Test/transactions", pool.idToken({ exp }));
    assert.equal(reply.status, 401);
    assert.equal(reply.body, '{"message":"The incoming token has expired"}');
    assert.equal(reply.headers["x-amzn-errortype"], "UnauthorizedException");
    assert.match(
      api.lastRequest().reason ?? "",
      new RegExp(`the token expired at ${new Date(exp * 1000).toISOString()}, 24\\d s ago; sign in again\\.$`),
    );
  });

  it("does not tell a forged token that it has expired", async () => {
    const claims = { sub: "eve", token_use: "id", iss: pool.issuer, exp: 1 };
    const forged = testPool("OtherPool").sign(claims, { kid: pool.kid });
    await refuses(forged, /signature is wrong/);
  });

  it("[D.2] refuses an access token on a method without scopes", () =>
    refuses(
      pool.accessToken(),
      "token_use is access, but the method has no authorizationScopes, so API Gateway takes ID tokens only",
    ));

  it("[D.2] lets an access token with any one of the scopes pass", async () => {
    const reply = await api.get("/Test/scoped", pool.accessToken({ scope: "email reports/read" }));
    assert.equal(reply.status, 200);
    assert.equal(api.lastRequest().principal, "ada");
  });

  it("[D.2] answers 401, not 403, when no scope matches", () =>
    refuses(
      pool.accessToken({ scope: "email openid2" }),
      "the access token's scopes are email openid2; the method wants openid or reports/read",
      "/Test/scoped",
    ));

  it("[D.2] refuses an ID token on a method with scopes", () =>
    refuses(
      pool.idToken({ scope: "openid" }),
      "token_use is id, but the method has authorizationScopes (openid or reports/read), so API Gateway takes access tokens only",
      "/Test/scoped",
    ));

  it("[D.2] takes spaces and tabs around a token, and refuses one beside any other white space", async () => {
    const token = pool.idToken();
    const status = async (value: string) => {
      const lines = `GET /Test/transactions HTTP/1.1\r\nHost: 127.0.0.1:${api.port}\r\nConnection: close\r\n`;
      const reply = await api.raw(Buffer.from(`${lines}Authorization: ${value}\r\n\r\n`, "latin1"));
      return Number(reply.split(" ")[1]);
    };
    for (const value of [`\t ${token} \t`, `Bearer \t${token}`])
      assert.equal(await status(value), 200, JSON.stringify(value));
    for (const value of [`\u00a0${token}`, `${token}\u00a0`, `Bearer \u00a0${token}`, `\u0085${token}`])
      assert.equal(await status(value), 401, JSON.stringify(value));
  });

  it("refuses two Authorization headers", async () => {
    const token = pool.idToken();
    const reply = await api.raw(
      `GET /Test/transactions HTTP/1.1\r\nHost: 127.0.0.1:${api.port}\r\nConnection: close\r\n` +
        `Authorization: ${token}\r\nAuthorization: ${token}\r\n\r\n`,
    );
    assert.match(reply, /^HTTP\/1\.1 401 Unauthorized\r\n/);
    assert.match(api.lastRequest().reason ?? "", /has 2 Authorization headers; send one/);
  });

  it("goes on remembering a token that is in use, and forgets those that are not, however many come", () => {
    const verifier = new TokenVerifier([pool], Date.now);
    const verified = (jwt: string) => {
      const verification = verifier.verify(jwt);
      assert.ok(verification.ok);
      return verification.token;
    };
    // Two million characters are remembered; a signature that is checked again makes another object.
    const long = (n: number) => pool.idToken({ "custom:n": String(n), "custom:note": "x".repeat(150_000) });
    const [used, once, ...others] = Array.from({ length: 30 }, (_, n) => long(n)) as [string, string, ...string[]];
    const [ofUsed, ofOnce] = [verified(used), verified(once)];
    for (const other of others) {
      verified(other);
      assert.equal(verified(used), ofUsed);
    }
    assert.notEqual(verified(once), ofOnce);
  });

  it("[D.2] forgets a remembered token the moment it expires", async () => {
    const start = Date.now();
    const token = pool.idToken({ exp: Math.floor(start / 1000) + 100 });
    assert.equal((await api.get("/Test/transactions", token)).status, 200);
    api.platform.setTime(Math.floor(start / 1000) * 1000 + 99_999);
    assert.equal((await api.get("/Test/transactions", token)).status, 200);
    api.platform.setTime(Math.floor(start / 1000) * 1000 + 100_000);
    assert.equal((await api.get("/Test/transactions", token)).body, '{"message":"The incoming token has expired"}');
    api.platform.setTime(Date.now());
  });
});

describe("a Cognito authorizer's settings", () => {
  const pool = testPool();
  const settled = (overrides: Parameters<typeof authorizer>[0]) => ({
    authorizers: [authorizer({ providerArns: [pool.userPoolArn], ...overrides })],
  });

  it("[D.2] match identityValidationExpression against the whole aud", async () => {
    await using api = await startApi({ api: settled({ identityValidationExpression: "client[12]" }) });
    assert.equal((await api.get("/Test/transactions", pool.idToken({ aud: "client2" }))).status, 200);
    const refused = await api.get("/Test/transactions", pool.idToken({ aud: "client22" }));
    assert.equal(refused.status, 401);
    assert.equal(
      api.lastRequest().reason,
      "Refused by the Cognito authorizer: the token's aud is client22; the authorizer wants it to match client[12].",
    );
  });

  it("[D.2] with identityValidationExpression let no access token pass", async () => {
    await using api = await startApi({
      api: {
        ...settled({ identityValidationExpression: ".*" }),
        resources: resources({ "/transactions": [secured("GET", { authorizationScopes: ["openid"] })] }),
      },
    });
    assert.equal((await api.get("/Test/transactions", pool.accessToken())).status, 401);
    assert.match(api.lastRequest().reason ?? "", /aud is missing \(access tokens have none\)/);
  });

  it("[D.2] let any app client of the pool pass without one", async () => {
    await using api = await startApi();
    assert.equal((await api.get("/Test/transactions", pool.idToken({ aud: "another" }))).status, 200);
  });

  it("[D.2] may name another header as identity source", async () => {
    await using api = await startApi({ api: settled({ identitySource: "method.request.header.X-Token" }) });
    const token = pool.idToken();
    assert.equal((await api.send("GET", "/Test/transactions", { headers: { "x-token": token } })).status, 200);
    assert.equal((await api.get("/Test/transactions", token)).status, 401);
  });

  it("[D.2] may name several pools", async () => {
    const second = testPool("SecondPool");
    await using api = await startApi({ pools: [pool, second] });
    assert.equal((await api.get("/Test/transactions", pool.idToken())).status, 200);
    assert.equal((await api.get("/Test/transactions", second.idToken())).status, 200);
    const crossed = second.sign({ sub: "a", token_use: "id", iss: pool.issuer, exp: 4e9 });
    assert.equal((await api.get("/Test/transactions", crossed)).status, 401);
    assert.equal((await api.get("/Test/transactions", testPool("OtherPool").idToken())).status, 401);
    assert.match(api.lastRequest().reason ?? "", /none of the pools us-east-1_DemoPool1, us-east-1_SecondPool/);
  });

  it("[D.7] answer 500 with a reason when they name a pool that is not there", async () => {
    const missing = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_Missing01";
    await using api = await startApi({ api: settled({ providerArns: [missing] }) });
    assert.equal((await api.get("/Test/transactions", pool.idToken())).status, 500);
    assert.equal(
      api.lastRequest().reason,
      `The authorizer DemoAuthorizer names the user pool ${missing}, which the program does not declare.`,
    );
  });

  it("lets nobody in through an authorizer that the API does not have", async () => {
    await using api = await startApi({ api: { ...apiDefinition(), authorizers: [] } });
    assert.equal((await api.get("/Test/transactions", pool.idToken())).status, 500);
  });
});
