/** Tokens that must not be believed, each made with the pool's real keys and sent through a real redirect. */
import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { createHash, generateKeyPairSync } from "node:crypto";
import { type JWTPayload, SignJWT } from "jose";
import { type SignedIn, signIn } from "../../cli/oauth/browser-sign-in.ts";
import type { OAuthRefused, TokenRefusal } from "../../cli/oauth/refusals.ts";
import { explain } from "../../cli/wording/explain.ts";
import { pageWords, verdictInWords } from "../../cli/wording/sign-in-words.ts";
import { browse, freePort } from "./support/cli.ts";
import { type FakeCognito, startFakeCognito, user } from "./support/fake-cognito.ts";
import { testWorld } from "./support/world.ts";

describe("verification of a sign-in's tokens", () => {
  let fake: FakeCognito;
  let redirectUri: string;
  beforeEach(async () => {
    redirectUri = `http://127.0.0.1:${await freePort()}/callback`;
    fake = await startFakeCognito({ callbackUrls: [redirectUri] });
  });
  afterEach(() => fake.close());

  async function attempt(): Promise<{ kept: SignedIn[]; result: Promise<SignedIn>; verdictStatus: number }> {
    const kept: SignedIn[] = [];
    const opened = Promise.withResolvers<string>();
    const result = signIn(
      testWorld("/nowhere"),
      {
        issuer: fake.issuer,
        clientId: fake.clientId,
        hostedUi: fake.hostedUi,
        flow: "implicit",
        scopes: ["openid", "email"],
        redirectUris: [redirectUri],
        paste: false,
        timeoutMs: 10_000,
      },
      {
        ready: ({ authorizationUrl }) => opened.resolve(authorizationUrl),
        keep: async (signedIn) => void kept.push(signedIn),
        unauthenticatedError: () => undefined,
        pasteRefused: () => undefined,
        page: pageWords("demo-auth"),
        verdict: verdictInWords,
        debug: () => undefined,
      },
    );
    result.catch(() => undefined);
    const { status } = await browse(await opened.promise);
    return { kept, result, verdictStatus: status };
  }

  async function refuses(refusal: TokenRefusal, message?: RegExp): Promise<void> {
    const { kept, result, verdictStatus } = await attempt();
    equal(verdictStatus, 400);
    await rejects(result, (error: OAuthRefused) => {
      deepEqual([error.code, Object(error.refusal).why], ["token_invalid", refusal]);
      if (message) match((explain(error) as Error).message, message);
      return true;
    });
    deepEqual(kept, [], "nothing may be stored");
  }

  const hour = 3600;
  const now = () => Math.floor(Date.now() / 1000);

  const rows: [
    promise: string,
    change: { id?: JWTPayload; access?: JWTPayload; idKid?: string; accessKid?: string },
    TokenRefusal,
  ][] = [
    ["an ID token of another sign-in (nonce)", { id: { nonce: "x".repeat(43) } }, "nonce"],
    ["an ID token without a nonce", { id: { nonce: undefined } }, "nonce"],
    ["an ID token for another app client", { id: { aud: "another" } }, "audience"],
    ["an access token for another app client", { access: { client_id: "another" } }, "audience"],
    [
      "an ID token of another user pool",
      { id: { iss: "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Other0001" } },
      "issuer",
    ],
    ["an access token of another user pool", { access: { iss: "http://127.0.0.1:1/x_y" } }, "issuer"],
    ["an access token in the ID token's place", { id: { token_use: "access" } }, "token-use"],
    ["an ID token in the access token's place", { access: { token_use: "id" } }, "token-use"],
    ["an ID token that expired", { id: { exp: now() - 120 } }, "expired"],
    ["an access token that expired", { access: { exp: now() - 120 } }, "expired"],
    ["an ID token that is not valid yet", { id: { nbf: now() + hour } }, "not-yet-valid"],
    ["an ID token issued in the future", { id: { iat: now() + hour } }, "not-yet-valid"],
    ["an ID token of a key the pool does not have", { idKid: "other" }, "unknown-key"],
    ["an access token of a key the pool does not have", { accessKid: "other" }, "unknown-key"],
    ["an ID token that vouches for another access token (at_hash)", { id: { at_hash: "A".repeat(22) } }, "at-hash"],
    ["two tokens of different users", { access: { sub: "someone-else" } }, "subject"],
  ];
  for (const [promise, change, refusal] of rows) {
    it(`refuses ${promise}`, async () => {
      fake.plan((plan) => {
        Object.assign(plan.idClaims, change.id);
        Object.assign(plan.accessClaims, change.access);
        if (change.idKid) plan.idHeader.kid = change.idKid;
        if (change.accessKid) plan.accessHeader.kid = change.accessKid;
      });
      await refuses(refusal);
    });
  }

  /** Sends tokens that were made by hand instead of by the pool. */
  function redirectWith(
    make: (tokens: { idToken: string; accessToken: string }) => Promise<Partial<Record<string, string>>>,
  ) {
    fake.redirect(async (uri, query) => {
      const minted = await fake.mint(query.get("nonce") ?? undefined);
      const sent = { id_token: minted.idToken, access_token: minted.accessToken, ...(await make(minted)) };
      return `${uri}#${new URLSearchParams({ ...sent, state: query.get("state") ?? "" } as Record<string, string>)}`;
    });
  }
  const claimsOf = (token: string): JWTPayload => JSON.parse(Buffer.from(token.split(".")[1]!, "base64url").toString());
  const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

  it("refuses an ID token with alg none", async () => {
    redirectWith(async ({ idToken }) => ({
      id_token: `${base64url({ alg: "none", kid: fake.kid })}.${idToken.split(".")[1]}.`,
    }));
    await refuses("algorithm", /RS256/);
  });

  it("refuses an ID token signed with HS256 and the public key as its secret", async () => {
    const jwks = await (await fetch(`${fake.issuer}/.well-known/jwks.json`)).json();
    redirectWith(async ({ idToken }) => ({
      id_token: await new SignJWT(claimsOf(idToken))
        .setProtectedHeader({ alg: "HS256", kid: fake.kid })
        .sign(Buffer.from(JSON.stringify(jwks.keys[0]))),
    }));
    await refuses("algorithm");
  });

  it("refuses an ID token signed with RS512", async () => {
    redirectWith(async ({ idToken }) => ({
      id_token: await new SignJWT(claimsOf(idToken))
        .setProtectedHeader({ alg: "RS512", kid: fake.kid })
        .sign(fake.privateKey)
        .catch(() => `${base64url({ alg: "RS512", kid: fake.kid })}.${idToken.split(".").slice(1).join(".")}`),
    }));
    await refuses("algorithm");
  });

  it("refuses an ID token signed with somebody else's RSA key under the pool's key id", async () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    redirectWith(async ({ idToken }) => ({
      id_token: await new SignJWT(claimsOf(idToken))
        .setProtectedHeader({ alg: "RS256", kid: fake.kid })
        .sign(privateKey),
    }));
    await refuses("signature");
  });

  it("refuses an ID token whose claims were changed after signing", async () => {
    redirectWith(async ({ idToken }) => {
      const [header, , signature] = idToken.split(".");
      return { id_token: `${header}.${base64url({ ...claimsOf(idToken), email: "eve@example.com" })}.${signature}` };
    });
    await refuses("signature");
  });

  it("refuses an access token from another sign-in of the same user (at_hash)", async () => {
    const stolen = (await fake.mint(undefined)).accessToken;
    redirectWith(async () => ({ access_token: stolen }));
    await refuses("at-hash");
  });

  for (const garbage of ["garbage", "a.b", "a.b.c", "eyJhbGciOiJSUzI1NiJ9..", "{}"]) {
    it(`refuses "${garbage}" in the ID token's place`, async () => {
      redirectWith(async () => ({ id_token: garbage }));
      await refuses("malformed");
    });
  }

  it("refuses an answer without any token", async () => {
    fake.redirect((uri, query) => `${uri}#expires_in=3600&state=${query.get("state")}`);
    await refuses("missing");
  });

  it("takes tokens that follow all the rules", async () => {
    const { kept, result, verdictStatus } = await attempt();
    equal(verdictStatus, 200);
    const { verified, idToken, accessToken } = await result;
    deepEqual(verified.user, { sub: user.sub, email: user.email, username: user.sub });
    deepEqual(verified.warnings, []);
    equal(
      claimsOf(idToken!).at_hash,
      createHash("sha256").update(accessToken!).digest().subarray(0, 16).toString("base64url"),
    );
    equal(kept.length, 1);
  });

  it("takes an ID token without at_hash, with a warning", async () => {
    fake.plan((plan) => {
      plan.idClaims.at_hash = undefined;
    });
    const { result } = await attempt();
    match((await result).verified.warnings[0]!, /no at_hash/);
  });

  it("allows for a clock that is 30 s off", async () => {
    fake.plan((plan) => {
      plan.idClaims.iat = now() + 30;
      plan.accessClaims.exp = now() - 30;
    });
    equal((await attempt()).verdictStatus, 200);
  });
});
