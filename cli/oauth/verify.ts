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
import { CliError } from "../shared/errors.ts";
import { requestJson } from "../shared/http.ts";
import type { World } from "../shared/world.ts";
import { sameSecret } from "./authorization-request.ts";

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

export type TokenRefusal =
  | "missing"
  | "malformed"
  | "algorithm"
  | "unknown-key"
  | "signature"
  | "issuer"
  | "audience"
  | "token-use"
  | "expired"
  | "not-yet-valid"
  | "nonce"
  | "at-hash"
  | "subject";

/** A token that must not be trusted, and which check it failed. */
export class TokenInvalid extends CliError {
  readonly refusal: TokenRefusal;

  constructor(
    refusal: TokenRefusal,
    message: string,
    next = "Nothing was stored. Sign in again: demo-auth login --force",
  ) {
    super("token_invalid", message, { next });
    this.refusal = refusal;
  }
}

/**
 * Fetches the pool's current keys and verifies what a sign-in or a refresh returned.
 * @throws TokenInvalid when any check fails
 * @throws CliError `network_failed` when the keys cannot be had
 */
export async function verifyTokens(
  world: Pick<World, "exchange" | "now">,
  expected: TokenExpectation,
  received: ReceivedTokens,
): Promise<VerifiedTokens> {
  if (!received.idToken && !received.accessToken) {
    throw new TokenInvalid("missing", "The identity provider's answer carried no token.");
  }
  const jwks = await requestJson(world, "the user pool's keys", `${expected.issuer}/.well-known/jwks.json`);
  const check = tokenChecker(expected, jwks, world.now());
  const id = received.idToken === undefined ? undefined : check(received.idToken, "id");
  const access = received.accessToken === undefined ? undefined : check(received.accessToken, "access");
  const warnings: string[] = [];

  if (id && expected.nonce !== undefined) {
    if (typeof id.nonce !== "string" || !sameSecret(expected.nonce, id.nonce)) {
      throw new TokenInvalid("nonce", "The ID token was not issued for this sign-in (its nonce is another's).");
    }
  }
  if (id && received.accessToken !== undefined) {
    if (id.at_hash === undefined)
      warnings.push("The ID token has no at_hash, so it does not vouch for the access token.");
    else if (id.at_hash !== accessTokenHash(received.accessToken)) {
      throw new TokenInvalid("at-hash", "The access token is not the one that the ID token vouches for (at_hash).");
    }
  }
  if (id && access && id.sub !== access.sub) {
    throw new TokenInvalid("subject", "The ID token and the access token belong to different users.");
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

/** OpenID Connect Core §3.2.2.9: base64url of the left half of SHA-256 over the token's ASCII. */
export function accessTokenHash(accessToken: string): string {
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
    throw new TokenInvalid("unknown-key", "The user pool's key set is not a JSON Web Key Set.", "demo-auth doctor");
  }
  return (token: string, use: "id" | "access"): Claims => {
    const name = use === "id" ? "ID token" : "access token";
    if (algorithmOf(token) !== "RS256") {
      throw new TokenInvalid("algorithm", `The ${name} is not signed with RS256, as Cognito's are.`);
    }
    let claims: Claims;
    try {
      claims = verifier.verifySync(token, { audience: use === "id" ? expected.clientId : null }) as Claims;
    } catch (error) {
      throw refusal(error, name);
    }
    if (claims.token_use !== use) {
      throw new TokenInvalid("token-use", `The ${name} says that it is something else (token_use).`);
    }
    if (use === "access" && claims.client_id !== expected.clientId) {
      throw new TokenInvalid("audience", `The ${name} was issued to another app client.`);
    }
    if (typeof claims.sub !== "string" || typeof claims.exp !== "number") {
      throw new TokenInvalid("malformed", `The ${name} lacks sub or exp.`);
    }
    if (typeof claims.iat === "number" && claims.iat * 1000 > now + clockGraceSeconds * 1000) {
      throw new TokenInvalid(
        "not-yet-valid",
        `The ${name} was issued in the future: this machine's clock is ${Math.round(claims.iat - now / 1000)} s behind.`,
        "Set the clock, then: demo-auth login",
      );
    }
    return claims;
  };
}

function algorithmOf(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString()).alg;
  } catch {
    throw new TokenInvalid("malformed", "The identity provider's answer carried something that is not a JWT.");
  }
}

function refusal(error: unknown, name: string): TokenInvalid {
  if (error instanceof JwtExpiredError) {
    return new TokenInvalid(
      "expired",
      `The ${name} had already expired when it arrived.`,
      "Is this machine's clock right? demo-auth doctor",
    );
  }
  if (error instanceof JwtNotBeforeError) {
    return new TokenInvalid(
      "not-yet-valid",
      `The ${name} is not valid yet.`,
      "Is this machine's clock right? demo-auth doctor",
    );
  }
  if (error instanceof JwtInvalidIssuerError) {
    return new TokenInvalid("issuer", `The ${name} was issued by another user pool.`);
  }
  if (error instanceof JwtInvalidAudienceError) {
    return new TokenInvalid("audience", `The ${name} was issued to another app client.`);
  }
  if (error instanceof KidNotFoundInJwksError) {
    return new TokenInvalid("unknown-key", `The ${name} is signed with a key that the user pool does not have.`);
  }
  if (error instanceof JwtInvalidSignatureAlgorithmError) {
    return new TokenInvalid("algorithm", `The ${name}'s algorithm is not its key's.`);
  }
  if (error instanceof JwtInvalidSignatureError) {
    return new TokenInvalid("signature", `The ${name}'s signature is wrong.`);
  }
  return new TokenInvalid("malformed", `The ${name} is not a usable JWT.`);
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
