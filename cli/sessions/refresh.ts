/**
 * New tokens for a session of the code flow: RFC 6749 §6 with rotation (RFC 9700 §2.2.2). What comes back is verified
 * like a sign-in's, and must name the same user.
 */

import { OAuthRefused } from "../oauth/refusals.ts";
import { refreshTokens, type TokenResponse } from "../oauth/token-endpoint.ts";
import { verifyTokens } from "../oauth/verify.ts";
import type { World } from "../shared/world.ts";
import { SessionRefused } from "./refusals.ts";
import type { Session } from "./session.ts";

/**
 * @returns the session with new tokens; the caller stores it
 * @throws SessionRefused `refresh-ended` when the refresh token is spent, revoked or expired
 */
export async function renewSession(world: World, session: Session): Promise<Session> {
  const received = await redeem(world, session);
  const verified = await verifyTokens(
    world,
    { issuer: session.issuer, clientId: session.clientId, nonce: undefined },
    received,
  );
  if (verified.user.sub !== session.user.sub) {
    throw new SessionRefused({ kind: "other-user", code: "token_invalid" });
  }
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

async function redeem(world: World, session: Session): Promise<TokenResponse> {
  try {
    return await refreshTokens(world, session.hostedUi, {
      clientId: session.clientId,
      refreshToken: session.refreshToken ?? "",
    });
  } catch (error) {
    const refusal = error instanceof OAuthRefused ? error.refusal : undefined;
    if (refusal?.kind === "token-request" && refusal.error === "invalid_grant")
      throw new SessionRefused({ kind: "refresh-ended", code: "token_expired" }, error);
    throw error;
  }
}
