/**
 * New tokens for a session of the code flow: RFC 6749 §6 with rotation (RFC 9700 §2.2.2). What comes back is verified
 * like a sign-in's, and must name the same user.
 */

import { refreshTokens, TokenRequestRefused, type TokenResponse } from "../oauth/token-endpoint.ts";
import { verifyTokens } from "../oauth/verify.ts";
import { CliError } from "../shared/errors.ts";
import type { World } from "../shared/world.ts";
import type { Session } from "./session.ts";

/**
 * @returns the session with new tokens; the caller stores it
 * @throws CliError `token_expired` when the refresh token is spent, revoked or expired
 */
export async function renewSession(world: World, session: Session): Promise<Session> {
  const received = await redeem(world, session);
  const verified = await verifyTokens(
    world,
    { issuer: session.issuer, clientId: session.clientId, nonce: undefined },
    received,
  );
  if (verified.user.sub !== session.user.sub) {
    throw new CliError("token_invalid", "The refreshed tokens belong to another user.", {
      next: "Sign in again: demo-auth login --force",
    });
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
    if (error instanceof TokenRequestRefused && error.oauthError === "invalid_grant") {
      throw new CliError(
        "token_expired",
        "Your sign-in has ended: its refresh token is expired, revoked or already used.",
        {
          next: "demo-auth login",
          cause: error,
        },
      );
    }
    throw error;
  }
}
