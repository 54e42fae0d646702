/** A grant's tokens: issued with a refresh token, and again for that refresh token (with rotation, if the client has it). */
import type { AppClientModel } from "../../model.ts";
import type { Pool } from "../pool.ts";
import type { Grant } from "../state/grants.ts";
import type { User } from "../state/users.ts";
import { issueTokens, type TokenSource, type Tokens } from "./issue.ts";

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
    deviceKey?: string | undefined;
    source: TokenSource;
    clientMetadata?: Record<string, string> | undefined;
    /** A last say once there are tokens: when it throws, nothing was granted. */
    beforeOpening?: () => Promise<void>;
  },
): Promise<GrantedTokens> {
  const { client, user, scopes, hosted, resource, authTime, eventId, deviceKey, beforeOpening } = grant;
  const originJti = pool.platform.randomUUID();
  const tokens = await issueTokens(pool, { ...grant, nonce: grant.nonce, resource, originJti });
  await beforeOpening?.();
  const refreshToken = pool.grants.open(
    { originJti, clientId: client.id, sub: user.sub, scopes, hosted, resource, authTime, eventId, deviceKey },
    client.validity.refreshTokenSeconds,
  );
  return { ...tokens, refreshToken };
}

export type Refreshed =
  | { ok: true; tokens: GrantedTokens }
  | { ok: false; reason: "unknown" | "revoked" | "replaced" | "disabled" | "deleted" | "device" };

/**
 * With rotation the token presented stays good for the grace period, so that a retry after a lost answer works.
 * @param request `deviceKey` names the device that asks, where the grant is bound to one
 */
export async function refreshGrant(
  pool: Pool,
  client: AppClientModel,
  token: string,
  {
    clientMetadata,
    deviceKey,
  }: { clientMetadata?: Record<string, string> | undefined; deviceKey?: string | undefined } = {},
): Promise<Refreshed> {
  const usable = () => usableGrant(pool, client, token, deviceKey);
  const before = usable();
  if (!before.ok) return before;
  const { grant, user } = before;
  const tokens = await issueTokens(pool, {
    ...{ ...grant, client, user, nonce: undefined },
    ...{ source: "RefreshTokens", clientMetadata },
  });
  // A trigger takes its time, and nothing may have been revoked in it.
  const after = usable();
  if (!after.ok) return after;
  const refreshToken = client.refreshTokenRotation.enabled ? pool.grants.rotate(token, grant.originJti) : undefined;
  return { ok: true, tokens: { ...tokens, refreshToken } };
}

function usableGrant(
  pool: Pool,
  client: AppClientModel,
  token: string,
  deviceKey: string | undefined,
): { ok: true; grant: Grant; user: User } | Extract<Refreshed, { ok: false }> {
  const found = pool.grants.find(token);
  if (!found || found.grant.clientId !== client.id) return { ok: false, reason: "unknown" };
  const { grant, replacedAt } = found;
  const user = pool.users.bySub(grant.sub);
  if (!user) return { ok: false, reason: "deleted" };
  if (found.revoked) return { ok: false, reason: "revoked" };
  const graceMs = client.refreshTokenRotation.graceSeconds * 1000;
  if (replacedAt !== undefined && pool.platform.now() >= replacedAt + graceMs) return { ok: false, reason: "replaced" };
  if (grant.deviceKey !== undefined) {
    if (deviceKey !== grant.deviceKey || !pool.devices.confirmed(grant.sub, deviceKey))
      return { ok: false, reason: "device" };
  }
  return user.enabled ? { ok: true, grant, user } : { ok: false, reason: "disabled" };
}
