/**
 * One table of tokens against both kinds of API: a REST API with a Cognito authorizer and an HTTP API with a JWT authorizer, of
 * the same pool. What gets into neither must be refused by both; where AWS has them differ, the table says so.
 */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { request } from "node:http";
import { httpApi } from "../../../local/apigateway/http/http-api-listener.ts";
import { listenOnLoopback } from "../../../local/http/loopback.ts";
import { ECHO, type RunningApi, startApi } from "./api-harness.ts";
import { authorizer, FUNCTION_ARN, httpApiDefinition, httpRoute, resources, secured } from "./models.ts";
import { base64url, testPool } from "./test-pool.ts";

const pool = testPool();
const foreign = testPool("OtherPool");
const now = () => Math.floor(Date.now() / 1000);
const claims = (more: Record<string, unknown> = {}) => ({
  ...{ sub: "eve", iss: pool.issuer, aud: "client1", token_use: "id", iat: now(), exp: now() + 3600 },
  ...more,
});
const unsigned = (header: Record<string, unknown>, more = {}) =>
  `${base64url({ kid: pool.kid, ...header })}.${base64url(claims(more))}`;
const withSecret = (alg: string) => {
  const signed = unsigned({ alg });
  return `${signed}.${createHmac("sha256", pool.publicKeyPem).update(signed).digest("base64url")}`;
};
const parts = (token: string) => token.split(".") as [header: string, payload: string, signature: string];

type Values = string | string[];
interface Case {
  title: string;
  token: () => Values | undefined;
  path?: "/items" | "/scoped";
  /** What the REST API and the HTTP API answer; 401 and 401 unless told. */
  answers?: [rest: number, http: number];
}

const cases: Case[] = [
  // What has to get in, or the rest proves nothing.
  { title: "an ID token", token: () => pool.idToken(), answers: [200, 200] },
  { title: "an ID token after Bearer", token: () => `Bearer ${pool.idToken()}`, answers: [200, 200] },
  {
    title: "an access token with one of the scopes",
    token: () => pool.accessToken({ scope: "email reports/read" }),
    path: "/scoped",
    answers: [200, 200],
  },

  { title: "no token", token: () => undefined },
  { title: "an empty header", token: () => "" },
  { title: "Bearer without a token", token: () => "Bearer " },
  { title: "Basic credentials", token: () => "Basic YTpi" },
  { title: "an opaque token", token: () => "opaque" },
  { title: "two parts", token: () => parts(pool.idToken()).slice(0, 2).join(".") },
  { title: "four parts", token: () => `${pool.idToken()}.x` },
  { title: "three empty parts", token: () => ".." },
  { title: "a header that is not JSON", token: () => `x.${parts(pool.idToken()).slice(1).join(".")}` },
  { title: "claims that are not an object", token: () => pool.sign([] as never) },
  { title: "two tokens in two headers", token: () => [pool.idToken(), pool.idToken()] },
  {
    title: "changed claims",
    token: () => {
      const [header, , signature] = parts(pool.idToken());
      return `${header}.${base64url(claims({ sub: "mallory" }))}.${signature}`;
    },
  },
  { title: "a signature with a sign that is not base64url", token: () => `${pool.idToken()}!` },
  { title: "a padded signature", token: () => `${pool.idToken()}==` },
  { title: "no signature", token: () => `${parts(pool.idToken()).slice(0, 2).join(".")}.` },
  { title: "the signature of another token", token: () => `${unsigned({ alg: "RS256" })}.${parts(pool.idToken())[2]}` },
  ...["none", "None", "NONE", "nOnE", ""].map((alg) => ({
    title: `alg ${JSON.stringify(alg)}`,
    token: () => `${unsigned({ alg })}.`,
  })),
  { title: "no alg", token: () => `${unsigned({})}.` },
  ...["HS256", "HS384", "HS512"].map((alg) => ({
    title: `${alg} with the public key as the secret`,
    token: () => withSecret(alg),
  })),
  ...["PS256", "ES256"].map((alg) => ({ title: alg, token: () => pool.sign(claims(), { alg }) })),
  { title: "a key of another pool", token: () => foreign.idToken() },
  { title: "a key of another pool under this pool's kid", token: () => foreign.sign(claims(), { kid: pool.kid }) },
  { title: "another pool's key, and this pool as issuer", token: () => foreign.sign(claims()) },
  { title: "no kid", token: () => pool.sign(claims(), { kid: undefined }) },
  { title: "a kid that is a path", token: () => pool.sign(claims(), { kid: "../../dev/null" }) },
  {
    title: "a key that the token itself brings along",
    token: () => foreign.sign(claims(), { jwk: { kty: "RSA" }, jku: "https://evil.example/jwks.json" }),
  },
  {
    title: "critical extensions",
    token: () => pool.sign(claims(), { crit: ["b64"], b64: false }),
  },
  { title: "another issuer", token: () => pool.idToken({ iss: "https://evil.example" }) },
  { title: "the issuer with a slash at its end", token: () => pool.idToken({ iss: `${pool.issuer}/` }) },
  { title: "no issuer", token: () => pool.idToken({ iss: undefined }) },
  { title: "an expired token", token: () => pool.idToken({ exp: now() - 1 }) },
  { title: "no expiry", token: () => pool.idToken({ exp: undefined }) },
  { title: "an expiry that is a text", token: () => pool.idToken({ exp: String(now() + 3600) }) },
  { title: "another pool's expired token", token: () => foreign.idToken({ exp: 1 }) },
  { title: "an audience that the authorizer does not take", token: () => pool.idToken({ aud: "client9" }) },
  { title: "an audience that only begins so", token: () => pool.idToken({ aud: "client1x" }) },
  {
    title: "an access token of another client",
    token: () => pool.accessToken({ client_id: "client9", scope: "reports/read" }),
    path: "/scoped",
    // A Cognito authorizer takes every client of its pool.
    answers: [200, 401],
  },
  {
    title: "an access token without the scope",
    token: () => pool.accessToken({ scope: "email reports/reader" }),
    path: "/scoped",
    answers: [401, 403],
  },
  {
    title: "an access token without scopes",
    token: () => pool.accessToken({ scope: undefined }),
    path: "/scoped",
    answers: [401, 403],
  },
  {
    title: "an ID token where scopes are wanted",
    token: () => pool.idToken(),
    path: "/scoped",
    answers: [401, 403],
  },
  {
    title: "an access token where no scopes are wanted",
    token: () => pool.accessToken(),
    // A JWT authorizer does not look at token_use.
    answers: [401, 200],
  },
];

describe("the refusal matrix", () => {
  let rest: RunningApi;
  let http: Awaited<ReturnType<typeof listenOnLoopback>>;
  let reached = 0;

  before(async () => {
    rest = await startApi({
      code: ECHO,
      pools: [pool],
      api: {
        resources: resources({
          "/items": [secured("GET", { authorizerId: "ids" })],
          "/scoped": [secured("GET", { authorizerId: "access", authorizationScopes: ["openid", "reports/read"] })],
        }),
        // An access token has no aud that an expression could be matched against.
        authorizers: [
          authorizer({ id: "ids", providerArns: [pool.userPoolArn], identityValidationExpression: "client1" }),
          authorizer({ id: "access", providerArns: [pool.userPoolArn] }),
        ],
      },
    });
    http = await listenOnLoopback(0);
    const services = {
      platform: rest.platform,
      tokenIssuer: (arn: string) => (arn === pool.userPoolArn ? pool : undefined),
      invoke: async () => {
        reached++;
        return { payload: "{}", functionError: undefined, reason: undefined };
      },
    };
    const routes = [
      httpRoute("GET /items", { authorization: "JWT", authorizerId: "jwt" }),
      httpRoute("GET /scoped", {
        authorization: "JWT",
        authorizerId: "jwt",
        authorizationScopes: ["openid", "reports/read"],
      }),
    ];
    http.handle(
      httpApi(httpApiDefinition({ issuer: pool.issuer, audiences: ["client1"], routes }), services, [
        { functionArn: FUNCTION_ARN, principal: "apigateway.amazonaws.com", sourceArn: undefined },
      ]),
    );
  });
  after(async () => {
    await http?.close();
    await rest?.[Symbol.asyncDispose]();
  });

  for (const { title, token, path = "/items", answers = [401, 401] } of cases) {
    it(`[F.4] answers ${answers.join(" (REST) and ")} (HTTP) to ${title}`, async () => {
      const value = token();
      const values = value === undefined ? [] : [value].flat();
      const ask = (port: number, target: string) =>
        new Promise<{ status: number; challenge: string | undefined }>((resolve, reject) => {
          const options = { host: "127.0.0.1", port, path: target, agent: false };
          const asking = request(options, (answer) => {
            answer.resume();
            const { statusCode = 0, headers } = answer;
            answer.once("end", () => resolve({ status: statusCode, challenge: headers["www-authenticate"] }));
          });
          asking.once("error", reject);
          if (values.length > 0) asking.setHeader("Authorization", values);
          asking.end();
        });
      const before = reached;
      const [byRest, byHttp] = [await ask(rest.port, `/Test${path}`), await ask(http.port, path)];
      assert.deepEqual([byRest.status, byHttp.status], answers);
      assert.equal(
        reached - before,
        byHttp.status === 200 ? 1 : 0,
        "the function is reached by whoever is let in only",
      );
      assert.equal(byHttp.challenge !== undefined, byHttp.status === 401);
      const { reason = "" } = rest.lastRequest();
      for (const one of values) if (one.length > 40) assert.ok(!reason.includes(one.slice(-20)), "no token in the log");
    });
  }
});
