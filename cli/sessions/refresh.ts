/**
 * New tokens for a session: RFC 6749 §6 with rotation (RFC 9700 §2.2.2), or for an app client that acts for itself another
 * grant with its kept secret (RFC 6749 §4.4). What comes back is verified like a sign-in's, and must name the same user.
 */

import { hostedUiOrigin } from "../oauth/hosted-ui.ts";
import { OAuthRefused } from "../oauth/refusals.ts";
import { clientToken, refreshTokens, type TokenResponse } from "../oauth/token-endpoint.ts";
import { verifyTokens } from "../oauth/verify.ts";
import type { World } from "../shared/world.ts";
import { SessionRefused } from "./refusals.ts";
import { clientSecretName, type Session } from "./session.ts";
import type { StoredSession } from "./store.ts";

/**
 * @returns the session with new tokens; the caller stores it
 * @throws SessionRefused `refresh-ended` when the refresh token is spent, revoked or expired, `client-secret-gone`
 */
export async function renewSession(world: World, { session, unconfirmed }: StoredSession): Promise<Session> {
  if (unconfirmed) await confirmHostedUi(world, session);
  const received =
    session.flow === "client_credentials" ? await grantAgain(world, session) : await redeem(world, session);
  const verified = await verifyTokens(
    world,
    { issuer: session.issuer, clientId: session.clientId, nonce: undefined },
    received,
  );
  if (verified.user.sub !== session.user.sub) throw new SessionRefused({ kind: "other-user", code: "token_invalid" });
  return {
    ...session,
    idToken: received.idToken,
    accessToken: received.accessToken,
    refreshToken: received.refreshToken ?? session.refreshToken,
    idExpiresAt: verified.idExpiresAt,
    accessExpiresAt: verified.accessExpiresAt,
    scopes: verified.scopes,
  };
}

/**
 * Makes sure that a session of an earlier version belongs to its pool's own sign-in pages, before anything is sent there.
 * @throws SessionRefused `foreign-pages`
 */
async function confirmHostedUi(world: Pick<World, "exchange">, session: Session): Promise<void> {
  if (session.hostedUi === undefined) return;
  const pages = await hostedUiOrigin(world, session.issuer, undefined);
  if (pages === session.hostedUi) return;
  throw new SessionRefused({ kind: "foreign-pages", code: "session_damaged", hostedUi: session.hostedUi, pages });
}

async function grantAgain(world: World, session: Session): Promise<TokenResponse> {
  const keyring = await world.keyring();
  const secret = await keyring.get(clientSecretName(session));
  if (secret === undefined || session.hostedUi === undefined)
    throw new SessionRefused({ kind: "client-secret-gone", code: "token_expired", keyring: keyring.name });
  const { clientId, hostedUi, scopes } = session;
  return clientToken(world, hostedUi, { clientId, secret: Buffer.from(secret).toString("utf8"), scopes });
}

async function redeem(world: World, session: Session): Promise<TokenResponse> {
  const grant = { clientId: session.clientId, refreshToken: session.refreshToken ?? "" };
  try {
    if (session.hostedUi !== undefined) return await refreshTokens(world, session.hostedUi, grant);
    const { refreshByPool } = await import("../oauth/user-pool-api.ts");
    return await refreshByPool(world, session.issuer, grant);
  } catch (error) {
    const refusal = error instanceof OAuthRefused ? error.refusal : undefined;
    const ended =
      (refusal?.kind === "token-request" && refusal.error === "invalid_grant") ||
      (refusal?.kind === "user-pool" && refusal.type === "NotAuthorizedException");
    if (ended) throw new SessionRefused({ kind: "refresh-ended", code: "token_expired" }, error);
    throw error;
  }
}
