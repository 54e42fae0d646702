/** What dishonest providers, other browsers and forged answers get of a sign-in with an external provider: nothing. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { SignJWT, UnsecuredJWT } from "jose";
import type { ProviderSignIn } from "../../../local/model.ts";
import { type FormBrowser, type Page, redirectParameters } from "../../support/form-browser.ts";
import { appClient, authorizeUrl, callback, password, type RunningCognito, startCognito, userPool } from "./harness.ts";
import { type CraftedProvider, providerModel, providerSecret, startCraftedProvider } from "./openid-providers.ts";

const poolId = userPool().id;

async function withCrafted(
  signIn: (issuer: string) => Partial<ProviderSignIn>,
  work: (cloud: RunningCognito, provider: CraftedProvider) => Promise<void>,
): Promise<void> {
  const provider = await startCraftedProvider();
  const cloud = await startCognito([
    userPool({
      clients: [appClient({ identityProviders: ["COGNITO", "Corp", "Evil"] })],
      identityProviders: [
        providerModel(provider.issuer, {}, signIn(provider.issuer)),
        providerModel(provider.issuer, { name: "Evil" }, { tokenUrl: `${provider.issuer}/stolen` }),
      ],
    }),
  ]);
  try {
    await work(cloud, provider);
  } finally {
    await cloud.close();
    await provider.close();
  }
}
const discovered = () => ({});

const start = (cloud: RunningCognito, browser: FormBrowser, name = "Corp") =>
  browser.request(authorizeUrl(cloud, { identity_provider: name }));

/** As far as the pool's own address, which is not opened yet. */
async function untilAnswer(cloud: RunningCognito, browser: FormBrowser, name = "Corp"): Promise<string> {
  const sent = await start(cloud, browser, name);
  const answered = await browser.request(sent.location!);
  assert.ok(answered.location!.startsWith(`${cloud.hostedUi()}/oauth2/idpresponse?`));
  return answered.location!;
}

const finish = async (cloud: RunningCognito, browser = cloud.browser()): Promise<Page> =>
  browser.request(await untilAnswer(cloud, browser));

function assertNobody(cloud: RunningCognito): void {
  assert.deepEqual(cloud.service.users(poolId), []);
  assert.deepEqual(
    cloud.store.db.prepare("SELECT count(*) AS n FROM cognito_sessions").get(),
    Object.assign(Object.create(null), { n: 0 }),
  );
}

const reasons = (cloud: RunningCognito) =>
  cloud.events.flatMap((event) => ("reason" in event && event.reason !== undefined ? [event.reason] : []));

describe("the answer of an identity provider", () => {
  const refusedPage = (page: Page) =>
    assert.ok(page.location?.endsWith("/error?error=Invalid+state"), `${page.status} ${page.location}`);

  it("counts in the browser that went there, once, and for 15 minutes", () =>
    withCrafted(discovered, async (cloud, provider) => {
      const browser = cloud.browser();
      const answer = await untilAnswer(cloud, browser);
      refusedPage(await cloud.browser().request(answer));
      assert.ok((await browser.request(answer)).location?.startsWith(`${callback}#id_token=`));
      refusedPage(await browser.request(answer));

      const late = cloud.browser();
      const second = await untilAnswer(cloud, late);
      cloud.clock.ms += 15 * 60_000;
      refusedPage(await late.request(second));
      assert.equal(provider.requests.filter(({ path }) => path === "/token").length, 1, "a refused code goes nowhere");
    }));

  it("counts once when it comes twice at the same moment", () =>
    withCrafted(discovered, async (cloud) => {
      const browser = cloud.browser();
      const answer = await untilAnswer(cloud, browser);
      const pages = await Promise.all([browser.request(answer), browser.request(answer)]);
      const [done, refused] = pages.sort(({ location }) => (location?.startsWith(callback) ? -1 : 1)) as [Page, Page];
      assert.ok(done.location?.startsWith(`${callback}#id_token=`));
      refusedPage(refused);
    }));

  it("makes one user when two browsers come with it for the first time at the same moment", () =>
    withCrafted(discovered, async (cloud) => {
      for (const { location } of await Promise.all([finish(cloud), finish(cloud)]))
        assert.ok(location?.startsWith(`${callback}#id_token=`));
      assert.equal(cloud.service.users(poolId).length, 1);
    }));

  it("is nothing without a state, with one that nobody gave, or with that of another step", () =>
    withCrafted(discovered, async (cloud) => {
      const browser = cloud.browser();
      const answer = new URL(await untilAnswer(cloud, browser));
      for (const state of ["", "x", "../../error", "A".repeat(43)]) {
        answer.searchParams.set("state", state);
        refusedPage(await browser.request(answer.href));
      }
      answer.searchParams.delete("state");
      refusedPage(await browser.request(answer.href));
      // What waits for a sign-up code is in the same table.
      const signUp = await browser.open(authorizeUrl(cloud, {}, "/signup"));
      await browser.submit(signUp, "signupform", { username: "ada@example.com", password });
      const other = browser.cookies.get("127.0.0.1|cognito-fl")!.value;
      refusedPage(
        await browser.request(`${answer.href}&state=${other}`, { headers: { cookie: `csrf-state=${other}` } }),
      );
      const page = await browser.request(`${cloud.hostedUi()}/error?error=Invalid+state`);
      assert.match(page.text, /This browser has no such sign-in under way/);
    }));

  it("signs nobody in whose browser an attacker sends to an answer of the attacker's own", () =>
    withCrafted(discovered, async (cloud) => {
      const attackers = await untilAnswer(cloud, cloud.browser());
      const victim = cloud.browser();
      await start(cloud, victim);
      refusedPage(await victim.request(attackers));
      assertNobody(cloud);
    }));

  it("leads to the registered address only, whatever stands in the answer", () =>
    withCrafted(discovered, async (cloud) => {
      const browser = cloud.browser();
      const answer = await untilAnswer(cloud, browser);
      const page = await browser.request(`${answer}&redirect_uri=https://evil.example/&client_id=x&response_type=code`);
      assert.ok(page.location?.startsWith(`${callback}#id_token=`));
    }));

  it("does not carry one provider's code to another: the issuer in the answer is another's (RFC 9207)", () =>
    withCrafted(discovered, async (cloud, provider) => {
      provider.craft.callback = { iss: "https://honest.example" };
      const browser = cloud.browser();
      const page = await browser.request(await untilAnswer(cloud, browser, "Evil"));
      assert.equal(redirectParameters(page.location).error, "invalid_request");
      assert.equal(
        provider.requests.some(({ path }) => path === "/stolen"),
        false,
      );
      provider.craft.callback = {};
      provider.craft.discovery = { authorization_response_iss_parameter_supported: true };
      const without = await finish(cloud);
      assert.equal(redirectParameters(without.location).error, "invalid_request", "promised and left out");
      assertNobody(cloud);
    }));

  it("shows nothing but text of the provider's in the application's address", () =>
    withCrafted(discovered, async (cloud, provider) => {
      provider.craft.callback = {
        code: undefined,
        error: "x&access_token=a",
        error_description: "no\r\nSet-Cookie: a=b&id_token=e30#<script>",
      };
      const page = await finish(cloud);
      const { error, error_description, state, ...others } = redirectParameters(page.location);
      assert.deepEqual([error, state, others], ["invalid_request", "s-1", {}]);
      assert.equal(error_description, "no Set-Cookie: a=b&id_token=e30#<script>");
      assert.doesNotMatch(page.location!, /[\r\n]/);
    }));
});

describe("the ID token of an identity provider", () => {
  const { privateKey: stranger } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const seconds = Math.floor(Date.now() / 1000);
  const refusedTokens: [string, CraftedProvider["craft"], string][] = [
    ["another issuer", { claims: { iss: "https://evil.example/" } }, "Bad id_token issuer https://evil.example/"],
    ["another audience", { claims: { aud: "another-client" } }, "Bad id_token audience"],
    [
      "several audiences of which another is authorized",
      { claims: { aud: ["the-pool", "x"], azp: "x" } },
      "Bad id_token authorized party",
    ],
    ["another nonce", { claims: { nonce: "n-2" } }, "Bad id_token nonce"],
    ["no nonce", { claims: { nonce: undefined } }, 'Corp Error - JWT "nonce" (nonce) claim missing'],
    ["an expiry that is past", { claims: { exp: seconds - 60 } }, "Bad id_token expiration"],
    ["a beginning that is to come", { claims: { nbf: seconds + 86_400 } }, "Bad id_token expiration"],
    ["no subject", { claims: { sub: undefined } }, 'Corp Error - JWT "sub" (subject) claim missing'],
    [
      "a key that the provider does not publish",
      { foreignKey: true },
      "Corp Error - JWT signature verification failed",
    ],
    [
      "no signature",
      { idToken: (claims) => new UnsecuredJWT(claims).encode() },
      'Corp Error - unexpected JWT "alg" header parameter',
    ],
    [
      "the client secret as its key",
      {
        idToken: (claims) =>
          new SignJWT(claims).setProtectedHeader({ alg: "HS256", kid: "k-1" }).sign(Buffer.from(providerSecret)),
      },
      'Corp Error - unexpected JWT "alg" header parameter',
    ],
    [
      "a key that stands in the token itself",
      {
        idToken: (claims) =>
          new SignJWT(claims)
            .setProtectedHeader({ alg: "ES256", kid: "k-1", jku: "https://evil.example/", jwk: {} })
            .sign(stranger),
      },
      "Corp Error - JWT signature verification failed",
    ],
    [
      "something that is no token",
      { idToken: () => "e30.e30.e30" },
      'Corp Error - unexpected JWT "alg" header parameter',
    ],
  ];
  for (const [what, craft, words] of refusedTokens)
    it(`[C.3] is refused with ${what}`, () =>
      withCrafted(discovered, async (cloud, provider) => {
        provider.craft = craft;
        const parameters = redirectParameters((await finish(cloud)).location);
        assert.deepEqual(parameters, { error: "invalid_request", error_description: words, state: "s-1" });
        assertNobody(cloud);
        assert.equal(
          provider.requests.some(({ path }) => path === "/userinfo"),
          false,
        );
      }));
});

describe("the endpoints of an identity provider", () => {
  const refusal = async (cloud: RunningCognito, browser = cloud.browser()) => {
    const sent = await start(cloud, browser);
    const page = sent.location!.startsWith(callback)
      ? sent
      : await browser.request((await browser.request(sent.location!)).location!);
    assertNobody(cloud);
    return redirectParameters(page.location).error_description;
  };

  it("answer about the person of the ID token, or about nobody", () =>
    withCrafted(discovered, async (cloud, provider) => {
      provider.craft.userInfo = { sub: "u-2", email: "someone-else@example.com" };
      assert.equal(await refusal(cloud), "Bad userInfo subject");
      provider.craft.userInfo = { sub: undefined };
      assert.equal(await refusal(cloud), "Bad userInfo subject");
    }));

  it("are https or, where the program itself says so, http on this machine: a document leads nowhere else", () =>
    withCrafted(discovered, async (cloud, provider) => {
      for (const member of ["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"]) {
        provider.craft.discovery = { [member]: "http://169.254.169.254/latest/meta-data" };
        assert.equal(await refusal(cloud), "Corp Error - an endpoint is not https", member);
      }
      provider.craft.discovery = { authorization_endpoint: "javascript:alert(1)" };
      assert.equal(await refusal(cloud), "Corp Error - only HTTP and HTTPS requests are allowed");
      provider.craft.discovery = { issuer: "https://evil.example" };
      assert.equal(await refusal(cloud), "Corp Error - discovered metadata issuer does not match the expected issuer");
    }));

  it("may not redirect the pool's own requests, which carry the client secret", () =>
    withCrafted(discovered, async (cloud, provider) => {
      provider.craft.token = { status: 307, headers: { location: `${provider.issuer}/stolen` }, body: "" };
      assert.equal(await refusal(cloud), "Corp Error - 307");
      assert.equal(
        provider.requests.some(({ path }) => path === "/stolen"),
        false,
      );
    }));

  it("[C.3] are repeated to the application in Cognito's form when they refuse, and told apart in the request log", () =>
    withCrafted(discovered, async (cloud, provider) => {
      provider.craft.token = {
        status: 400,
        body: JSON.stringify({ error: "invalid_client", error_description: "Unknown client" }),
      };
      assert.equal(await refusal(cloud), "Corp Error - 400 invalid_client Unknown client");
      assert.deepEqual(reasons(cloud), [
        `Corp must have ${cloud.hostedUi()}/oauth2/idpresponse among its redirect addresses.`,
        "The token endpoint of Corp answered HTTP 400: invalid_client Unknown client.",
      ]);
      provider.craft.token = { status: 500, body: "<html>" };
      assert.equal(await refusal(cloud), "Corp Error - 500");
    }));

  it("are not read beyond a megabyte, whatever they send", () =>
    withCrafted(discovered, async (cloud, provider) => {
      const large = "x".repeat(1_048_577);
      provider.craft.userInfo = { email: large };
      assert.equal(await refusal(cloud), "Corp Error - the response is too large");
      provider.craft.token = {
        status: 400,
        body: JSON.stringify({ error: "invalid_client", error_description: large }),
      };
      assert.equal(await refusal(cloud), "Corp Error - the response is too large");
      provider.craft.discovery = { more: large };
      assert.equal(await refusal(cloud), "Corp Error - the response is too large");
      const told = reasons(cloud).filter((reason) => reason!.startsWith("Corp answered"));
      assert.deepEqual(told, [
        "Corp answered more than 1048576 bytes at /userinfo.",
        "Corp answered more than 1048576 bytes at /token.",
        "Corp answered more than 1048576 bytes at /.well-known/openid-configuration.",
      ]);
    }));

  it("that nobody serves end at the application, which learns that the provider cannot be reached", () =>
    withCrafted(discovered, async (cloud, provider) => {
      await provider.close();
      assert.equal(await refusal(cloud), `Corp Error - connect ECONNREFUSED ${new URL(provider.issuer).host}`);
    }));

  it("[C.3] get the secret in the form and nowhere else, and no answer shows it", () =>
    withCrafted(discovered, async (cloud, provider) => {
      assert.ok((await finish(cloud)).location?.startsWith(`${callback}#id_token=`));
      const token = provider.requests.find(({ path }) => path === "/token")!;
      assert.deepEqual(Object.fromEntries(new URLSearchParams(token.body)), {
        grant_type: "authorization_code",
        code: "c-1",
        redirect_uri: `${cloud.hostedUi()}/oauth2/idpresponse`,
        client_id: "the-pool",
        client_secret: providerSecret,
      });
      assert.equal(token.authorization, undefined);
      const others = provider.requests.filter((request) => request !== token);
      assert.doesNotMatch(JSON.stringify([others, cloud.events]), new RegExp(providerSecret));
    }));

  it("[C.3] need no discovery where the program declares them one by one", () =>
    withCrafted(
      (issuer) => ({
        authorizeUrl: `${issuer}/authorize`,
        tokenUrl: `${issuer}/token`,
        jwksUrl: `${issuer}/keys`,
        attributesUrl: `${issuer}/userinfo`,
        attributesMethod: "POST",
      }),
      async (cloud, provider) => {
        assert.ok((await finish(cloud)).location?.startsWith(`${callback}#id_token=`));
        assert.deepEqual(
          provider.requests.map(({ method, path }) => `${method} ${path}`),
          ["GET /authorize", "POST /token", "GET /keys", "POST /userinfo"],
        );
        assert.equal(cloud.service.users(poolId)[0]!.attributes.name, "U. One");
      },
    ));

  it("[C.3] of an OAuth provider without ID tokens, such as Login with Amazon, say by themselves who somebody is", () =>
    withCrafted(
      (issuer) => ({
        idToken: false,
        authorizeUrl: `${issuer}/authorize`,
        tokenUrl: `${issuer}/token`,
        attributesUrl: `${issuer}/userinfo`,
      }),
      async (cloud, provider) => {
        provider.craft.token = { status: 200, body: JSON.stringify({ access_token: "a-1", token_type: "bearer" }) };
        assert.ok((await finish(cloud)).location?.startsWith(`${callback}#id_token=`));
        assert.deepEqual(
          provider.requests.map(({ method, path }) => `${method} ${path}`),
          ["GET /authorize", "POST /token", "GET /userinfo"],
        );
        assert.equal(cloud.service.users(poolId)[0]!.username, "corp_u-1");
      },
    ));
});
