/** A grant's tokens: issued with a refresh token, and again for that refresh token (with rotation, if the client has it). */
import type { AppClientModel } from "../../model.ts";
import type { Pool } from "../pool.ts";
import type { User } from "../state/users.ts";
import { issueTokens, type Tokens } from "./issue.ts";

export interface GrantedTokens extends Tokens {
  /** `undefined` when the one that was presented goes on being good. */
  refreshToken: string | undefined;
}

/** Opens a grant: what a code exchange or a sign-in through the JSON API ends with. */
export async function openGrant(
  pool: Pool,
  grant: {
    client: AppClientModel;
    user: User;
    scopes: string[];
    authTime: number;
    eventId: string;
    nonce?: string | undefined;
    resource?: string | undefined;
    hosted: boolean;
  },
): Promise<GrantedTokens> {
  const { client, user, scopes, hosted, resource, authTime, eventId } = grant;
  const originJti = pool.platform.randomUUID();
  const refreshToken = pool.grants.open(
    { originJti, clientId: client.id, sub: user.sub, scopes, hosted, resource, authTime, eventId },
    client.validity.refreshTokenSeconds,
  );
  const tokens = await issueTokens(pool, { ...grant, nonce: grant.nonce, resource, originJti });
  return { ...tokens, refreshToken };
}

export type Refreshed =
  | { ok: true; tokens: GrantedTokens }
  | { ok: false; reason: "unknown" | "revoked" | "replaced" | "user" };

/** With rotation the token presented stays good for the grace period, so that a retry after a lost answer works. */
export async function refreshGrant(pool: Pool, client: AppClientModel, token: string): Promise<Refreshed> {
  const found = pool.grants.find(token);
  if (!found || found.grant.clientId !== client.id) return { ok: false, reason: "unknown" };
  const { grant, replacedAt } = found;
  if (found.revoked) return { ok: false, reason: "revoked" };
  const { enabled: rotates, graceSeconds } = client.refreshTokenRotation;
  if (replacedAt !== undefined && pool.platform.now() >= replacedAt + graceSeconds * 1000)
    return { ok: false, reason: "replaced" };
  const user = pool.users.bySub(grant.sub);
  if (!user?.enabled) return { ok: false, reason: "user" };
  const refreshToken = rotates ? pool.grants.rotate(token, grant.originJti) : undefined;
  const tokens = await issueTokens(pool, { ...grant, client, user, nonce: undefined });
  return { ok: true, tokens: { ...tokens, refreshToken } };
}
