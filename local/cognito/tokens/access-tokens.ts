/** Whether an access token of this pool still counts: signature, life, and that nobody signed out or was disabled. */
import { verify } from "node:crypto";
import { promisify } from "node:util";
import { jsonObjectIn } from "../../json-object.ts";
import type { Pool } from "../pool.ts";
import type { User } from "../state/users.ts";

const verifyAsync = promisify(verify);

export interface AccessTokenClaims {
  sub: string;
  client_id: string;
  scope: string;
  origin_jti?: string;
  exp: number;
  iat: number;
}

export type CheckedAccessToken =
  | { ok: true; user: User; claims: AccessTokenClaims; scopes: string[] }
  | { ok: false; reason: "malformed" | "signature" | "expired" | "revoked" | "deleted" };

export async function checkAccessToken(pool: Pool, token: string): Promise<CheckedAccessToken> {
  const [header = "", payload = "", signature = "", ...more] = token.split(".");
  const kid = jsonPart(header);
  const claims = jsonPart(payload) as (Record<string, unknown> & AccessTokenClaims) | undefined;
  if (!kid || !claims || more.length > 0) return { ok: false, reason: "malformed" };
  const { access } = await pool.keys.keys();
  if (kid.alg !== "RS256" || kid.kid !== access.kid) return { ok: false, reason: "signature" };
  const data = Buffer.from(`${header}.${payload}`);
  const signed = await verifyAsync("RSA-SHA256", data, access.publicKey, Buffer.from(signature, "base64url"));
  if (!signed) return { ok: false, reason: "signature" };
  // From here on the claims are our own words.
  if (claims.token_use !== "access" || claims.iss !== pool.issuer) return { ok: false, reason: "malformed" };
  if (claims.exp * 1000 <= pool.platform.now()) return { ok: false, reason: "expired" };
  const user = pool.users.bySub(claims.sub);
  if (!user) return { ok: false, reason: "deleted" };
  // Disabling revokes; a token cannot have been issued since.
  if (!user.enabled) return { ok: false, reason: "revoked" };
  const live =
    claims.origin_jti === undefined
      ? // A token's second may be the second of the sign-out: then it is out.
        claims.iat > Math.floor(user.tokensValidFrom / 1000)
      : pool.grants.isLive(claims.origin_jti);
  if (!live) return { ok: false, reason: "revoked" };
  return { ok: true, user, claims, scopes: claims.scope.split(" ") };
}

/** The pool that an access token says it is of, not verified; to find whom to ask. */
export function claimedIssuer(token: string): string | undefined {
  const issuer = jsonPart(token.split(".")[1] ?? "")?.iss;
  return typeof issuer === "string" ? issuer : undefined;
}

const jsonPart = (part: string) => jsonObjectIn(Buffer.from(part, "base64url"));
