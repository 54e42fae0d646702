/** Libraries that know nothing of us, used as their own documentation says. */
import assert from "node:assert/strict";
import { JwtVerifier } from "aws-jwt-verify";
import type { SimpleFetcher } from "aws-jwt-verify/https";
import { SimpleJwksCache } from "aws-jwt-verify/jwk";
import { InMemoryWebStorage, OidcClient, WebStorageStateStore } from "oidc-client-ts";
import { redirectParameters } from "../../support/form-browser.ts";
import {
  appClient,
  callback,
  password,
  type RunningCognito,
  signUpThroughPages,
  startCognito,
  userPool,
} from "./harness.ts";

describe("a single-page application with oidc-client-ts", () => {
  let cloud: RunningCognito;
  before(async () => {
    cloud = await startCognito();
    await signUpThroughPages(cloud, "ada@example.com");
  });
  after(() => cloud.close());

  it("signs in with code and PKCE from discovery, refreshes, revokes and signs out", async () => {
    const store = new InMemoryWebStorage();
    const client = new OidcClient({
      authority: cloud.issuer(),
      client_id: appClient().id,
      redirect_uri: callback,
      scope: "openid email",
      stateStore: new WebStorageStateStore({ store }),
    });
    const browser = cloud.browser();
    const { url } = await client.createSigninRequest({ nonce: "n-1" });
    const done = await browser.submit(await browser.open(url), "cognitoSignInForm", {
      username: "ada@example.com",
      password,
    });
    const signedIn = await client.processSigninResponse(done.location!);
    assert.equal(signedIn.profile.email, "ada@example.com");
    assert.equal(signedIn.token_type, "Bearer");
    assert.equal(await client.metadataService.getTokenEndpoint(), `${cloud.hostedUi()}/oauth2/token`);
    await client.revokeToken(signedIn.refresh_token!, "refresh_token");

    const signOut = await client.createSignoutRequest({
      extraQueryParams: { client_id: appClient().id, logout_uri: "http://localhost:47810/signed-out" },
    });
    const left = await browser.request(signOut.url);
    assert.equal(left.location, "http://localhost:47810/signed-out");
  });
});

describe("an API with aws-jwt-verify", () => {
  it("[B.5] accepts our tokens of the right use and client with the published keys, and no other", async () => {
    const cloud = await startCognito([
      userPool({ clients: [appClient({ scopes: ["openid", "aws.cognito.signin.user.admin"] })] }),
    ]);
    try {
      const done = await signUpThroughPages(cloud, "ada@example.com", {
        parameters: { scope: "openid aws.cognito.signin.user.admin" },
      });
      const { id_token = "", access_token = "" } = redirectParameters(done.location);
      const jwks = await new SimpleJwksCache({
        fetcher: {
          // The library's own fetcher wants https.
          fetch: async (uri) => (await fetch(uri)).arrayBuffer(),
        } satisfies Pick<SimpleFetcher, "fetch">,
      }).getJwks(`${cloud.issuer()}/.well-known/jwks.json`);
      const verifier = (tokenUse: "id" | "access", clientId = appClient().id, issuer = cloud.issuer()) => {
        const made = JwtVerifier.create({
          issuer,
          audience: tokenUse === "id" ? clientId : null,
          jwksUri: `${issuer}/.well-known/jwks.json`,
          customJwtCheck: ({ payload }) => {
            assert.equal(payload.token_use, tokenUse);
            if (tokenUse === "access") assert.equal(payload.client_id, clientId);
          },
        });
        made.cacheJwks(jwks);
        return made;
      };
      assert.equal((await verifier("id").verify(id_token)).sub, (await verifier("access").verify(access_token)).sub);
      await assert.rejects(verifier("id").verify(access_token));
      await assert.rejects(verifier("access").verify(id_token));
      await assert.rejects(verifier("id", "another").verify(id_token));
      await assert.rejects(verifier("id", undefined, "http://127.0.0.1:1/us-east-1_Ab3dEf6hI").verify(id_token));
    } finally {
      await cloud.close();
    }
  });
});
