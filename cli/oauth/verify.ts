/**
 * Checks the tokens of a sign-in before anything is stored or any success is shown.
 * OpenID Connect Core §3.1.3.7 (ID token), §3.2.2.9 (at_hash), §3.2.2.11 (nonce); Cognito's `token_use` and `client_id`.
 * Signature, algorithm, key, issuer, audience and times are `aws-jwt-verify`'s work.
 */
import { createHash } from "node:crypto";
import { JwtVerifier } from "aws-jwt-verify";
import {
  JwtExpiredError,
  JwtInvalidAudienceError,
  JwtInvalidIssuerError,
  JwtInvalidSignatureAlgorithmError,
  JwtInvalidSignatureError,
  JwtNotBeforeError,
  KidNotFoundInJwksError,
} from "aws-jwt-verify/error";
import { requestJson } from "../shared/http.ts";
import type { World } from "../shared/world.ts";
import { sameSecret } from "./authorization-request.ts";
import { type OAuthRefused, tokenInvalid } from "./refusals.ts";

/** Seconds that this machine's clock may differ from the issuer's. */
export const clockGraceSeconds = 60;

export interface TokenExpectation {
  issuer: string;
  clientId: string;
  /** The nonce of this sign-in; `undefined` for refreshed tokens, which carry none. */
  nonce: string | undefined;
}

export interface ReceivedTokens {
  idToken: string | undefined;
  accessToken: string | undefined;
}

export interface VerifiedTokens {
  user: { sub: string; email: string | undefined; username: string | undefined };
  /** Milliseconds since the epoch. */
  idExpiresAt: number | undefined;
  accessExpiresAt: number | undefined;
  /** Scopes of the access token. */
  scopes: string[];
  /** Things that are not wrong but worth a word. */
  warnings: string[];
}

/**
 * Fetches the pool's current keys and verifies what a sign-in or a refresh returned.
 * @throws OAuthRefused `token` when any check fails
 * @throws RequestFailed when the keys cannot be had
 */
export async function verifyTokens(
  world: Pick<World, "exchange" | "now">,
  expected: TokenExpectation,
  received: ReceivedTokens,
): Promise<VerifiedTokens> {
  if (!received.idToken && !received.accessToken) {
    throw tokenInvalid("missing");
  }
  const jwks = await requestJson(world, "the user pool's keys", `${expected.issuer}/.well-known/jwks.json`);
  const check = tokenChecker(expected, jwks, world.now());
  const id = received.idToken === undefined ? undefined : check(received.idToken, "id");
  const access = received.accessToken === undefined ? undefined : check(received.accessToken, "access");
  const warnings: string[] = [];

  if (id && expected.nonce !== undefined) {
    if (typeof id.nonce !== "string" || !sameSecret(expected.nonce, id.nonce)) {
      throw tokenInvalid("nonce", "id");
    }
  }
  if (id && received.accessToken !== undefined) {
    if (id.at_hash === undefined)
      warnings.push("The ID token has no at_hash, so it does not vouch for the access token.");
    else if (id.at_hash !== accessTokenHash(received.accessToken)) {
      throw tokenInvalid("at-hash", "access");
    }
  }
  if (id && access && id.sub !== access.sub) {
    throw tokenInvalid("subject");
  }

  const claims = id ?? access!;
  return {
    user: {
      sub: String(claims.sub),
      email: text(id?.email),
      username: text(id?.["cognito:username"]) ?? text(access?.username),
    },
    idExpiresAt: id && Number(id.exp) * 1000,
    accessExpiresAt: access && Number(access.exp) * 1000,
    scopes: text(access?.scope)?.split(" ") ?? [],
    warnings,
  };
}

/** What a token claims to be, unverified: only which checks it goes to depends on it. `undefined` for what is neither. */
export function claimedUse(token: string): "id" | "access" | undefined {
  try {
    const { token_use: use } = Object(JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8")));
    return use === "id" || use === "access" ? use : undefined;
  } catch {
    return undefined;
  }
}

/** OpenID Connect Core §3.2.2.9: base64url of the left half of SHA-256 over the token's ASCII. */
function accessTokenHash(accessToken: string): string {
  return createHash("sha256").update(accessToken, "ascii").digest().subarray(0, 16).toString("base64url");
}

type Claims = Record<string, unknown>;

function tokenChecker(expected: TokenExpectation, jwks: unknown, now: number) {
  const verifier = JwtVerifier.create({
    issuer: expected.issuer,
    audience: null,
    jwksUri: `${expected.issuer}/.well-known/jwks.json`,
    graceSeconds: clockGraceSeconds,
  });
  try {
    verifier.cacheJwks(jwks as Parameters<typeof verifier.cacheJwks>[0]);
  } catch {
    throw tokenInvalid("unusable-keys");
  }
  return (token: string, use: "id" | "access"): Claims => {
    if (algorithmOf(token, use) !== "RS256") throw tokenInvalid("algorithm", use);
    let claims: Claims;
    try {
      claims = verifier.verifySync(token, { audience: use === "id" ? expected.clientId : null }) as Claims;
    } catch (error) {
      throw refusal(error, use);
    }
    if (claims.token_use !== use) throw tokenInvalid("token-use", use);
    if (use === "access" && claims.client_id !== expected.clientId) throw tokenInvalid("audience", use);
    // A time beyond what a Date can hold cannot be shown, or waited for (ECMA-262, Time Values and Time Range).
    if (typeof claims.sub !== "string" || !(Number(claims.exp) <= 8.64e12)) throw tokenInvalid("malformed", use);
    if (typeof claims.iat === "number" && claims.iat * 1000 > now + clockGraceSeconds * 1000)
      throw tokenInvalid("not-yet-valid", use, Math.round(claims.iat - now / 1000));
    return claims;
  };
}

function algorithmOf(token: string, use: "id" | "access"): unknown {
  try {
    return JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString()).alg;
  } catch {
    throw tokenInvalid("malformed", use);
  }
}

function refusal(error: unknown, use: "id" | "access"): OAuthRefused {
  if (error instanceof JwtExpiredError) return tokenInvalid("expired", use);
  if (error instanceof JwtNotBeforeError) return tokenInvalid("not-yet-valid", use);
  if (error instanceof JwtInvalidIssuerError) return tokenInvalid("issuer", use);
  if (error instanceof JwtInvalidAudienceError) return tokenInvalid("audience", use);
  if (error instanceof KidNotFoundInJwksError) return tokenInvalid("unknown-key", use);
  if (error instanceof JwtInvalidSignatureAlgorithmError) return tokenInvalid("algorithm", use);
  if (error instanceof JwtInvalidSignatureError) return tokenInvalid("signature", use);
  return tokenInvalid("malformed", use);
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
