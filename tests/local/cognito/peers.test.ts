/** Faults that other local identity providers were seen to have; each promise here is red in one of them. */
import assert from "node:assert/strict";
import { redirectParameters } from "../../support/form-browser.ts";
import {
  appClient,
  authorizeUrl,
  callback,
  decode,
  password,
  type RunningCognito,
  signInThroughPages,
  signUpThroughPages,
  startCognito,
  userPool,
} from "./harness.ts";

describe("immune to", () => {
  let cloud: RunningCognito;
  beforeEach(async () => {
    cloud = await startCognito();
  });
  afterEach(() => cloud.close());

  it("a form posted to an address whose redirect_uri a GET would refuse: nobody is signed in, nothing leaves", async () => {
    await signUpThroughPages(cloud, "ada@example.com");
    const browser = cloud.browser();
    const page = await browser.open(authorizeUrl(cloud, { response_type: "code" }));
    const forged = new URL(page.url);
    forged.searchParams.set("redirect_uri", "https://evil.example/");
    for (const path of ["/login", "/signup", "/confirm", "/resendcode", "/forgotPassword", "/confirmforgotPassword"]) {
      forged.pathname = path;
      const answer = await browser.request(forged.href, {
        method: "POST",
        body: new URLSearchParams({ ...page.forms[0]!.fields, username: "ada@example.com", password }),
      });
      assert.equal(
        answer.location,
        `${cloud.hostedUi()}/error?error=redirect_mismatch&client_id=${appClient().id}`,
        path,
      );
    }
    assert.equal(browser.cookies.has("127.0.0.1|cognito"), false);
  });

  it("response_type=token turning into a code when the form is posted", async () => {
    await signUpThroughPages(cloud, "ada@example.com");
    const page = await signInThroughPages(cloud, "ada@example.com", { parameters: { response_type: "token" } });
    const parameters = redirectParameters(page.location);
    assert.equal(parameters.code, undefined);
    assert.equal(decode(parameters.id_token).claims.token_use, "id");
  });

  it("state, or any other parameter, becoming markup of the page", async () => {
    const probe = `"><script>alert(1)</script>`;
    const browser = cloud.browser();
    for (const path of ["/login", "/signup", "/confirm", "/forgotPassword"]) {
      const page = await browser.open(authorizeUrl(cloud, { state: probe, login_hint: probe, lang: probe }, path));
      assert.equal(page.status, 200);
      assert.ok(!page.text.includes("<script>alert"));
      assert.match(page.headers.get("content-security-policy")!, /^default-src 'none'; style-src 'sha256-/);
    }
    const refused = await browser.submit(await browser.open(authorizeUrl(cloud)), "cognitoSignInForm", {
      username: probe,
      password: probe,
    });
    assert.ok(!refused.text.includes("<script>alert"));
    assert.equal(refused.forms[0]?.fields.username, probe);
    const error = await browser.request(`${cloud.hostedUi()}/error?error=${encodeURIComponent(`call 555 ${probe}`)}`);
    assert.ok(!error.text.includes("555"), "a page does not lend its name to the text of whoever made a link");
  });

  it("a token that nobody signed, or that is long expired, being believed, and its user's data given out", async () => {
    const done = await signUpThroughPages(cloud, "ada@example.com", { parameters: { scope: "openid" } });
    const { access_token = "" } = redirectParameters(done.location);
    const [, payload] = access_token.split(".");
    const none = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${payload}.`;
    const userInfo = async (token: string) => {
      const response = await fetch(`${cloud.hostedUi()}/oauth2/userInfo`, {
        headers: { authorization: `Bearer ${token}` },
      });
      return { status: response.status, text: await response.text() };
    };
    const getUser = async (AccessToken: string) => {
      const response = await fetch(cloud.origin, {
        method: "POST",
        headers: { "x-amz-target": "AWSCognitoIdentityProviderService.GetUser" },
        body: JSON.stringify({ AccessToken }),
      });
      return { status: response.status, text: await response.text() };
    };
    for (const ask of [userInfo, getUser]) {
      const answer = await ask(none);
      assert.ok(answer.status === 401 || answer.status === 400);
      assert.ok(!answer.text.includes("ada@example.com"));
    }
    assert.equal((await userInfo(access_token)).status, 200);
    cloud.clock.ms += 3_600_000;
    assert.equal((await userInfo(access_token)).status, 401);
    const issuer = cloud.service.tokenIssuer("arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_Ab3dEf6hI");
    assert.equal(issuer?.issuer, cloud.issuer());
    assert.equal(issuer?.publicKey("a key of somebody else's"), undefined);
    assert.ok(issuer?.publicKey(String(decode(access_token).header.kid)));
  });

  it("any code confirming, and a one-letter password passing", async () => {
    const browser = cloud.browser();
    const form = await browser.open(authorizeUrl(cloud, {}, "/signup"));
    const weak = await browser.submit(form, "signupform", { username: "ada@example.com", password: "a" });
    assert.deepEqual(weak.alerts, ["Password did not conform with policy: Password not long enough"]);
    const confirm = await browser.submit(weak, "signupform", { password });
    const right = cloud.code("ada@example.com");
    for (const code of ["000000", "123456", "", "0", right.slice(1), ` ${right}9`]) {
      if (code === right) continue;
      const refused = await browser.submit(confirm, "confirmationForm", { code });
      assert.equal(refused.alerts.length, 1, code);
    }
    assert.equal(cloud.service.users("us-east-1_Ab3dEf6hI")[0]?.status, "UNCONFIRMED");
  });

  it("sign-ins that leave something behind for ever, or that search through what is there", async () => {
    await signUpThroughPages(cloud, "ada@example.com");
    for (let i = 0; i < 20; i++)
      await signInThroughPages(cloud, "ada@example.com", { parameters: { response_type: "code" } });
    const count = (table: string) =>
      (cloud.store.db.prepare(`SELECT count(*) AS n FROM ${table}`).get() as { n: number }).n;
    assert.equal(count("cognito_authorization_codes"), 20);
    cloud.clock.ms += 86_400_000 + 1000;
    await signInThroughPages(cloud, "ada@example.com", { parameters: { response_type: "code" } });
    for (const table of ["cognito_authorization_codes", "cognito_sessions"]) assert.equal(count(table), 1, table);
    assert.equal(count("cognito_flows"), 0);

    for (const query of [
      "SELECT sub FROM cognito_sign_in_names WHERE pool_id = ? AND name = ?",
      "SELECT * FROM cognito_users WHERE pool_id = ? AND sub = ?",
      "SELECT * FROM cognito_users WHERE pool_id = ? AND id > ? ORDER BY id LIMIT 60",
      "SELECT * FROM cognito_users WHERE pool_id = ? AND json_extract(attributes, '$.email') = ? AND +id > 0 ORDER BY +id",
      "SELECT * FROM cognito_users WHERE pool_id = ? AND json_extract(attributes, '$.name') >= ? AND +id > 0 ORDER BY +id",
      "SELECT * FROM cognito_sessions WHERE digest = ? AND pool_id = ?",
      "DELETE FROM cognito_sessions WHERE expires_at < ?",
      "DELETE FROM cognito_flows WHERE expires_at < ?",
      "DELETE FROM cognito_refresh_tokens WHERE expires_at < ?",
      "DELETE FROM cognito_grants WHERE pool_id = ? AND sub = ?",
    ]) {
      const plan = cloud.store.db.prepare(`EXPLAIN QUERY PLAN ${query}`).all() as { detail: string }[];
      const attribute = /'\$\.(\w+)'/.exec(query)?.[1];
      for (const { detail } of plan) assert.doesNotMatch(detail, /^SCAN/, query);
      if (attribute) assert.match(plan[0]!.detail, new RegExp(`USING INDEX cognito_users_by_${attribute} `));
    }
  });

  it("[A.9] a discovery document that advertises what is refused", async () => {
    const document = (await (await fetch(`${cloud.issuer()}/.well-known/openid-configuration`)).json()) as Record<
      string,
      string & string[]
    >;
    assert.deepEqual(Object.keys(document), [
      ...["authorization_endpoint", "end_session_endpoint", "id_token_signing_alg_values_supported", "issuer"],
      ...["jwks_uri", "response_types_supported", "revocation_endpoint", "scopes_supported"],
      ...["subject_types_supported", "token_endpoint", "token_endpoint_auth_methods_supported", "userinfo_endpoint"],
    ]);
    assert.equal(document.issuer, cloud.issuer());
    assert.equal(document.authorization_endpoint, `${cloud.hostedUi()}/oauth2/authorize`);
    assert.equal(document.end_session_endpoint, `${cloud.hostedUi()}/logout`);
    const { keys } = (await (await fetch(document.jwks_uri!)).json()) as { keys: Record<string, string>[] };
    assert.equal(keys.length, 2);
    for (const key of keys) {
      assert.deepEqual(Object.keys(key), ["alg", "e", "kid", "kty", "n", "use"]);
      assert.deepEqual([key.alg, key.e, key.kty, key.use], ["RS256", "AQAB", "RSA", "sig"]);
      assert.match(key.kid!, /^[A-Za-z0-9+/]{43}=$/);
    }
    for (const response_type of document.response_types_supported!) {
      const page = await cloud
        .browser()
        .request(
          authorizeUrl(cloud, { response_type }).replace(
            cloud.hostedUi(),
            new URL(document.authorization_endpoint!).origin,
          ),
        );
      assert.equal(new URL(page.location!).pathname, "/login");
    }
    for (const [endpoint, method, status] of [
      [document.token_endpoint, "POST", 400],
      [document.revocation_endpoint, "POST", 400],
      [document.userinfo_endpoint, "GET", 400],
    ] as const)
      assert.equal((await fetch(endpoint!, { method })).status, status, endpoint);
    const page = await signUpThroughPages(cloud, "ada@example.com");
    assert.ok(page.location?.startsWith(callback));
    assert.equal(decode(redirectParameters(page.location).id_token).header.alg, "RS256");
  });

  it("[A.9] a discovery document that names an origin the pool does not have", async () => {
    const plain = await startCognito([userPool({ domains: [] })]);
    try {
      const response = await fetch(`${plain.issuer()}/.well-known/openid-configuration`);
      const document = (await response.json()) as Record<string, string>;
      assert.equal(document.authorization_endpoint, `${plain.issuer()}/authorize`);
      assert.equal(document.end_session_endpoint, `${plain.issuer()}/logout`);
    } finally {
      await plain.close();
    }
  });

  it("answering for a pool that it does not have", async () => {
    const response = await fetch(`${cloud.origin}/us-east-1_Nowhere00/.well-known/jwks.json`);
    assert.equal(response.status, 400);
    assert.deepEqual(await response.json(), { message: "User pool us-east-1_Nowhere00 does not exist." });
    assert.equal(cloud.service.tokenIssuer("arn:aws:cognito-idp:us-east-1:000000000000:userpool/x"), undefined);
  });
});
