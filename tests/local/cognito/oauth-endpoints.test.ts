import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import * as openid from "openid-client";
import { redirectParameters } from "../../support/form-browser.ts";
import {
  appClient,
  authorizeUrl,
  callback,
  decode,
  type RunningCognito,
  signInThroughPages,
  signUpThroughPages,
  startCognito,
  userPool,
} from "./harness.ts";

const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const challenge = createHash("sha256").update(verifier).digest("base64url");
const secretClient = "2secretclient0000000000000";
const rotatingClient = "3rotatingclient00000000000";
const machineClient = "4machineclient000000000000";
const lockedClient = "5lockedclient0000000000000";
const secret = "s3cr3t/with+signs:and%more";

describe("OAuth endpoints", () => {
  let cloud: RunningCognito;
  before(async () => {
    cloud = await startCognito([
      userPool({
        resourceServers: [
          { identifier: "https://api.example", name: "API", scopes: [{ name: "read", description: "" }] },
        ],
        clients: [
          appClient({ scopes: ["openid", "email", "phone", "profile", "aws.cognito.signin.user.admin"] }),
          appClient({ id: secretClient, name: "SecretClient", secret }),
          appClient({
            id: rotatingClient,
            name: "RotatingClient",
            explicitAuthFlows: [],
            refreshTokenRotation: { enabled: true, graceSeconds: 10 },
          }),
          appClient({
            id: machineClient,
            name: "MachineClient",
            secret,
            flows: ["client_credentials"],
            scopes: ["https://api.example/read", "https://api.example/write"],
          }),
          appClient({
            id: lockedClient,
            name: "LockedClient",
            flows: ["implicit"],
            tokenRevocation: false,
            explicitAuthFlows: ["ALLOW_USER_SRP_AUTH"],
          }),
        ],
      }),
    ]);
    await signUpThroughPages(cloud, "ada@example.com", { parameters: { scope: "openid" } });
  });
  after(() => cloud.close());

  async function codeFor(parameters: Record<string, string | undefined> = {}): Promise<string> {
    const page = await signInThroughPages(cloud, "ada@example.com", {
      parameters: { response_type: "code", ...parameters },
    });
    return redirectParameters(page.location).code!;
  }

  async function post(path: string, fields: Record<string, string>, headers: Record<string, string> = {}) {
    const response = await fetch(cloud.hostedUi() + path, {
      method: "POST",
      body: new URLSearchParams(fields),
      headers,
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
  }

  const token = (fields: Record<string, string>, headers?: Record<string, string>) =>
    post("/oauth2/token", { client_id: appClient().id, redirect_uri: callback, ...fields }, headers);
  const exchange = (code: string, fields: Record<string, string> = {}) =>
    token({ grant_type: "authorization_code", code, ...fields });
  const refresh = (refresh_token: string, fields: Record<string, string> = {}) =>
    token({ grant_type: "refresh_token", refresh_token, ...fields });
  const basic = (id: string, password: string) => ({
    authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(password)}`).toString("base64")}`,
  });
  const userInfo = async (accessToken: string | undefined) => {
    const response = await fetch(`${cloud.hostedUi()}/oauth2/userInfo`, {
      headers: accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` },
    });
    return {
      status: response.status,
      challenge: response.headers.get("www-authenticate"),
      body: (await response.json()) as Record<string, unknown>,
    };
  };

  describe("/oauth2/token with a code", () => {
    it("[A.7] answers id_token, access_token, refresh_token, expires_in and token_type, in this order", async () => {
      const code = await codeFor({ code_challenge: challenge, code_challenge_method: "S256", nonce: "n-2" });
      const { status, headers, body } = await exchange(code, { code_verifier: verifier });
      assert.equal(status, 200);
      assert.equal(headers.get("content-type"), "application/json;charset=UTF-8");
      assert.equal(headers.get("expires"), "0");
      assert.ok(headers.getSetCookie().some((cookie) => cookie.startsWith("XSRF-TOKEN=")));
      assert.deepEqual(Object.keys(body), ["id_token", "access_token", "refresh_token", "expires_in", "token_type"]);
      assert.equal(body.expires_in, 3600);
      assert.equal(body.token_type, "Bearer");
      const [id, access] = [decode(body.id_token), decode(body.access_token)];
      assert.deepEqual(Object.keys(id.claims), [
        ...["at_hash", "sub", "email_verified", "iss", "cognito:username", "nonce", "origin_jti", "aud", "event_id"],
        ...["token_use", "auth_time", "exp", "iat", "jti", "email"],
      ]);
      assert.deepEqual(Object.keys(access.claims), [
        ...["sub", "iss", "version", "client_id", "origin_jti", "event_id", "token_use", "scope", "auth_time"],
        ...["exp", "iat", "jti", "username"],
      ]);
      assert.equal(id.claims.nonce, "n-2");
      assert.equal(id.claims.origin_jti, access.claims.origin_jti);
    });

    it("[A.7] takes a code once, for five minutes, with the same redirect_uri, from the same client", async () => {
      const used = await codeFor();
      assert.equal((await exchange(used)).status, 200);
      const late = await codeFor();
      cloud.clock.ms += 300_000;
      for (const answer of [
        await exchange(used),
        await exchange(late),
        await exchange(randomUUID()),
        await exchange(await codeFor(), { redirect_uri: "http://127.0.0.1:47810/callback" }),
        await exchange(await codeFor(), { client_id: rotatingClient }),
      ]) {
        assert.equal(answer.status, 400);
        assert.deepEqual(answer.body, { error: "invalid_grant" });
      }
    });

    it("[A.7] asks for code_verifier if and only if a challenge was sent", async () => {
      const challenged = () => codeFor({ code_challenge: challenge, code_challenge_method: "S256" });
      for (const answer of [
        await exchange(await challenged()),
        await exchange(await challenged(), { code_verifier: verifier.replace("d", "e") }),
        await exchange(await challenged(), { code_verifier: challenge }),
        await exchange(await codeFor(), { code_verifier: verifier }),
      ])
        assert.deepEqual([answer.status, answer.body], [400, { error: "invalid_grant" }]);
    });

    it("gives one of two simultaneous exchanges of a code its tokens", async () => {
      const code = await codeFor();
      const answers = await Promise.all([exchange(code), exchange(code), exchange(code)]);
      assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 400, 400]);
    });

    it("[A.7] takes a client's secret by Basic or in the form, and refuses a wrong or missing one", async () => {
      const fields = async () => ({
        grant_type: "authorization_code",
        code: await codeFor({ client_id: secretClient }),
        redirect_uri: callback,
      });
      assert.equal((await post("/oauth2/token", await fields(), basic(secretClient, secret))).status, 200);
      const inForm = { ...(await fields()), client_id: secretClient, client_secret: secret };
      assert.equal((await post("/oauth2/token", inForm)).status, 200);
      // A token request of a page that has no secret, with its reply, in a public repository (2025).
      for (const [body, headers] of [
        [await fields(), basic(secretClient, "wrong")],
        [{ ...(await fields()), client_id: secretClient }, {}],
        [{ ...(await fields()), client_id: secretClient, client_secret: "" }, {}],
      ] as const) {
        const answer = await post("/oauth2/token", body, headers);
        const refused = { error: "invalid_client", error_description: "invalid_client_secret" };
        assert.deepEqual([answer.status, answer.body], [400, refused]);
      }
      for (const [body, headers] of [
        [{ ...(await fields()), client_id: appClient().id }, basic(secretClient, secret)],
        [await fields(), {}],
        [{ ...(await fields()), client_id: "nobody" }, {}],
      ] as const) {
        const answer = await post("/oauth2/token", body, headers);
        assert.deepEqual([answer.status, answer.body], [400, { error: "invalid_client" }]);
      }
    });

    it("[A.7] names what else is wrong with a request, in one word and with HTTP 400", async () => {
      const code = "3f1b6a52-0000-4000-8000-000000000000";
      for (const [answer, error] of [
        [await token({}), "invalid_request"],
        [await token({ grant_type: "password" }), "unsupported_grant_type"],
        [await token({ grant_type: "authorization_code" }), "invalid_request"],
        [await exchange(code, { redirect_uri: "" }), "invalid_request"],
        [await exchange(code, { client_id: lockedClient }), "unauthorized_client"],
        // https://stackoverflow.com/questions/50264679 (2018): an address that the client does not have.
        [await exchange(code, { redirect_uri: `${callback}/` }), "unauthorized_client"],
        [await refresh("x", { client_id: lockedClient }), "unauthorized_client"],
        [await refresh("x"), "invalid_grant"],
        [await token({ grant_type: "client_credentials" }), "unauthorized_client"],
      ] as const) {
        assert.equal(answer.status, 400);
        assert.deepEqual(answer.body, { error });
      }
      const json = await fetch(`${cloud.hostedUi()}/oauth2/token`, {
        method: "POST",
        body: JSON.stringify({ grant_type: "authorization_code" }),
        headers: { "content-type": "application/json" },
      });
      assert.deepEqual([json.status, await json.json()], [400, { error: "invalid_request" }]);
    });

    // amazon-archives/amazon-cognito-auth-js#52, the log of curl of 16 March 2018: 405 with `content-length: 0`
    it("[A.7] takes POST alone, and says so in a status without a body", async () => {
      const answer = await fetch(`${cloud.hostedUi()}/oauth2/token`);
      assert.deepEqual([answer.status, await answer.text()], [405, ""]);
    });
  });

  describe("refresh tokens", () => {
    it("[A.7] [B.4] give new tokens of the same session and no new refresh token", async () => {
      const first = (await exchange(await codeFor())).body;
      cloud.clock.ms += 60_000;
      const { status, body } = await refresh(first.refresh_token);
      assert.equal(status, 200);
      assert.deepEqual(Object.keys(body), ["id_token", "access_token", "expires_in", "token_type"]);
      const [before, now] = [decode(first.access_token).claims, decode(body.access_token).claims];
      assert.equal(now.origin_jti, before.origin_jti);
      assert.equal(now.auth_time, before.auth_time);
      assert.equal(now.iat, Number(before.iat) + 60);
      assert.notEqual(now.jti, before.jti);
    });

    it("[A.7] end with their own life, 30 days by default", async () => {
      const { refresh_token } = (await exchange(await codeFor())).body;
      const start = cloud.clock.ms;
      cloud.clock.ms = start + 30 * 86_400_000 - 1000;
      assert.equal((await refresh(refresh_token)).status, 200);
      cloud.clock.ms = start + 30 * 86_400_000;
      assert.deepEqual((await refresh(refresh_token)).body, { error: "invalid_grant" });
      cloud.clock.ms = start;
    });

    it("[A.7] rotate where the client says so: the old one works for the grace period and not after", async () => {
      const client = { client_id: rotatingClient };
      const { refresh_token: first } = (await exchange(await codeFor(client), client)).body;
      const { refresh_token: second } = (await refresh(first, client)).body;
      assert.notEqual(second, first);
      cloud.clock.ms += 9_000;
      assert.equal((await refresh(first, client)).status, 200);
      cloud.clock.ms += 1_000;
      assert.deepEqual((await refresh(first, client)).body, { error: "invalid_grant" });
      assert.equal((await refresh(second, client)).status, 200);
    });

    it("belong to their client", async () => {
      const { refresh_token } = (await exchange(await codeFor())).body;
      assert.deepEqual((await refresh(refresh_token, { client_id: rotatingClient })).body, { error: "invalid_grant" });
    });

    it("stop with the user: disabled, or deleted", async () => {
      await signUpThroughPages(cloud, "bob@example.com", { parameters: { scope: "openid" } });
      const page = await signInThroughPages(cloud, "bob@example.com", { parameters: { response_type: "code" } });
      const { refresh_token } = (await exchange(redirectParameters(page.location).code!)).body;
      const admin = cloud.service.admin("us-east-1_Ab3dEf6hI")!;
      admin.setEnabled("bob@example.com", false);
      assert.deepEqual((await refresh(refresh_token)).body, { error: "invalid_grant" });
      const refused = await signInThroughPages(cloud, "bob@example.com");
      assert.deepEqual(refused.alerts, ["User is disabled."]);
      admin.delete("bob@example.com");
      assert.deepEqual((await refresh(refresh_token)).body, { error: "invalid_grant" });
    });
  });

  describe("client_credentials", () => {
    it("[A.7] [B.3] gives a client with a secret an access token with its custom scopes, and nothing else", async () => {
      const fields = { grant_type: "client_credentials" };
      const { status, body } = await post("/oauth2/token", fields, basic(machineClient, secret));
      assert.equal(status, 200);
      assert.deepEqual(Object.keys(body), ["access_token", "expires_in", "token_type"]);
      const { claims } = decode(body.access_token);
      assert.equal(claims.sub, machineClient);
      assert.equal(claims.client_id, machineClient);
      assert.equal(claims.scope, "https://api.example/read https://api.example/write");
      assert.equal(claims.token_use, "access");
      const narrowed = { ...fields, scope: "https://api.example/read" };
      const one = await post("/oauth2/token", narrowed, basic(machineClient, secret));
      assert.equal(decode(one.body.access_token).claims.scope, "https://api.example/read");
      const more = await post("/oauth2/token", { ...fields, scope: "openid" }, basic(machineClient, secret));
      assert.deepEqual([more.status, more.body], [400, { error: "invalid_scope" }]);
    });
  });

  describe("/oauth2/revoke", () => {
    it("[A.8] ends the refresh token and every access token of its session", async () => {
      const tokens = (await exchange(await codeFor({ scope: "openid" }))).body;
      assert.equal((await userInfo(tokens.access_token)).status, 200);
      const answer = await post("/oauth2/revoke", { token: tokens.refresh_token, client_id: appClient().id });
      assert.deepEqual([answer.status, answer.body], [200, undefined]);
      assert.deepEqual((await refresh(tokens.refresh_token)).body, { error: "invalid_grant" });
      assert.equal((await userInfo(tokens.access_token)).status, 401);
      const again = await post("/oauth2/revoke", { token: tokens.refresh_token, client_id: appClient().id });
      assert.equal(again.status, 200);
    });

    it("[A.8] answers 200 to garbage and names every other fault", async () => {
      const tokens = (await exchange(await codeFor())).body;
      const client_id = appClient().id;
      for (const [fields, status, body] of [
        [{ token: "garbage", client_id }, 200, undefined],
        [{ client_id }, 400, { error: "invalid_request" }],
        [{ token: tokens.access_token, client_id }, 400, { error: "unsupported_token_type" }],
        [{ token: tokens.id_token, client_id }, 400, { error: "unsupported_token_type" }],
        [{ token: tokens.refresh_token, client_id: lockedClient }, 400, { error: "invalid_request" }],
        [{ token: tokens.refresh_token, client_id: secretClient }, 401, { error: "invalid_client" }],
        [{ token: tokens.refresh_token }, 401, { error: "invalid_client" }],
      ] as const) {
        const answer = await post("/oauth2/revoke", fields as Record<string, string>);
        assert.deepEqual([answer.status, answer.body], [status, body]);
      }
    });

    it("leaves another client's token alone", async () => {
      const { refresh_token } = (await exchange(await codeFor())).body;
      await post("/oauth2/revoke", { token: refresh_token, client_id: rotatingClient });
      assert.equal((await refresh(refresh_token)).status, 200);
    });
  });

  describe("/oauth2/userInfo", () => {
    it("[A.8] answers sub, the granted attributes with booleans as strings, and username", async () => {
      const { access_token } = (await exchange(await codeFor({ scope: "openid email" }))).body;
      const { status, body } = await userInfo(access_token);
      const { sub } = decode(access_token).claims;
      assert.equal(status, 200);
      assert.equal(
        JSON.stringify(body),
        JSON.stringify({ sub, email_verified: "true", email: "ada@example.com", username: sub }),
      );
    });

    it("[A.8] answers 400 without a token and 401 to any that does not count, with the reason in WWW-Authenticate", async () => {
      const missing = await userInfo(undefined);
      assert.equal(missing.status, 400);
      assert.equal(
        missing.challenge,
        'error="invalid_request", error_description="Bad OAuth2 request at UserInfo Endpoint"',
      );
      const tokens = (await exchange(await codeFor({ scope: "openid" }))).body;
      const [header, payload, signature] = tokens.access_token.split(".");
      const unsigned = Buffer.from(JSON.stringify({ alg: "none" })).toString("base64url");
      const edited = Buffer.from(
        JSON.stringify({ ...decode(tokens.access_token).claims, username: "somebody-else" }),
      ).toString("base64url");
      for (const forged of [
        "garbage",
        `${unsigned}.${payload}.`,
        `${header}.${edited}.${signature}`,
        `${header}.${payload}.AAAA`,
        tokens.id_token,
        tokens.refresh_token,
      ]) {
        const answer = await userInfo(forged);
        assert.equal(answer.status, 401);
        assert.equal(
          answer.challenge,
          'error="invalid_token", error_description="Access token is expired, disabled, or deleted, or the user has globally signed out."',
        );
        assert.equal(JSON.stringify(answer.body).includes("ada@example.com"), false);
      }
      cloud.clock.ms += 3_600_000;
      assert.equal((await userInfo(tokens.access_token)).status, 401);
    });

    // simov/grant#189 (2020), and the same sentence with its error in an application's source
    it("[A.8] wants the openid scope", async () => {
      const { access_token } = (await exchange(await codeFor({ scope: "aws.cognito.signin.user.admin" }))).body;
      const { status, body } = await userInfo(access_token);
      const description = "Access token does not contain openid scope";
      assert.deepEqual([status, body], [401, { error: "invalid_token", error_description: description }]);
    });
  });

  it("[A.2] [B.4] puts the resource that was asked for into the access token's aud, and keeps it over a refresh", async () => {
    const resource = "https://api.example/orders";
    const tokens = (await exchange(await codeFor({ resource }))).body;
    assert.equal(decode(tokens.access_token).claims.aud, resource);
    assert.equal(decode(tokens.id_token).claims.aud, appClient().id);
    assert.equal(decode((await refresh(tokens.refresh_token)).body.access_token).claims.aud, resource);
    const refused = await cloud.browser().request(authorizeUrl(cloud, { resource: "http://evil.example/" }));
    assert.equal(redirectParameters(refused.location).error, "invalid_request");
  });

  it("[B.4] lists scopes in Cognito's order", async () => {
    const { access_token } = (await exchange(await codeFor({ scope: "openid email phone" }))).body;
    assert.equal(decode(access_token).claims.scope, "phone openid email");
    const all = (await exchange(await codeFor({ scope: undefined }))).body;
    assert.equal(decode(all.access_token).claims.scope, "aws.cognito.signin.user.admin phone openid profile email");
  });

  // A reply of AWS in duendearchive/identity-model-oidc-client-js, of May 2020.
  it("[A.7] lets a page of another origin call the token endpoint, also with credentials, which have no say there", async () => {
    const origin = "https://app.example";
    const answer = await token({ grant_type: "refresh_token", refresh_token: "x" }, { origin });
    assert.equal(answer.headers.get("access-control-allow-origin"), origin);
    assert.equal(answer.headers.get("access-control-allow-credentials"), "true");
    assert.match(answer.headers.get("vary") ?? "", /\bOrigin\b/);
  });

  it("answers the preflight of a page that signs itself with Amplify's own header field", async () => {
    const answer = await fetch(`${cloud.hostedUi()}/oauth2/token`, {
      method: "OPTIONS",
      headers: {
        origin: "https://app.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "x-amz-user-agent",
      },
    });
    assert.equal(answer.status, 204);
    assert.equal(answer.headers.get("access-control-allow-headers"), "authorization,content-type,x-amz-user-agent");
  });

  describe("openid-client, which knows nothing of us", () => {
    it("[A.9] discovers the pool and signs in with code, PKCE, state and nonce; refreshes, reads userInfo, revokes", async () => {
      // Time in these tests stands apart from the machine's.
      const metadata = { [openid.clockSkew]: Math.round((cloud.clock.ms - Date.now()) / 1000) };
      const config = await openid.discovery(new URL(cloud.issuer()), appClient().id, metadata, openid.None(), {
        execute: [openid.allowInsecureRequests],
      });
      const pkce = openid.randomPKCECodeVerifier();
      const state = openid.randomState();
      const nonce = openid.randomNonce();
      const url = openid.buildAuthorizationUrl(config, {
        redirect_uri: callback,
        scope: "openid email",
        code_challenge: await openid.calculatePKCECodeChallenge(pkce),
        code_challenge_method: "S256",
        state,
        nonce,
      });
      const browser = cloud.browser();
      const done = await browser.submit(await browser.open(url.href), "cognitoSignInForm", {
        username: "ada@example.com",
        password: "Correct-horse-7",
      });
      const tokens = await openid.authorizationCodeGrant(config, new URL(done.location!), {
        pkceCodeVerifier: pkce,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      });
      const { sub, email } = tokens.claims()!;
      assert.equal(email, "ada@example.com");
      assert.equal((await openid.fetchUserInfo(config, tokens.access_token, sub)).email, "ada@example.com");
      const refreshed = await openid.refreshTokenGrant(config, tokens.refresh_token!);
      assert.equal(refreshed.claims()!.sub, sub);
      await openid.tokenRevocation(config, tokens.refresh_token!);
      await assert.rejects(openid.refreshTokenGrant(config, tokens.refresh_token!), { error: "invalid_grant" });
    });
  });
});
