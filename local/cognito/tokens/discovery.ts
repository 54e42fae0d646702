/** `/<poolId>/.well-known/…` at the identity provider: discovery document and keys (OpenID Connect Discovery 1.0). */
import type { Pool } from "../pool.ts";

/** The members and their order as Cognito publishes them; only what is served. */
export function openidConfiguration(pool: Pool): Record<string, unknown> {
  const { issuer, hostedUiOrigin } = pool;
  const endpoints = hostedUiOrigin ? `${hostedUiOrigin}/oauth2` : issuer;
  return {
    authorization_endpoint: `${endpoints}/authorize`,
    end_session_endpoint: `${hostedUiOrigin ?? issuer}/logout`,
    id_token_signing_alg_values_supported: ["RS256"],
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    response_types_supported: ["code", "token"],
    revocation_endpoint: `${endpoints}/revoke`,
    scopes_supported: ["openid", "email", "phone", "profile"],
    subject_types_supported: ["public"],
    token_endpoint: `${endpoints}/token`,
    token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
    userinfo_endpoint: `${endpoints}/userInfo`,
  };
}

/** Two keys: the first signs ID tokens, the second access tokens. */
export async function jsonWebKeySet(pool: Pool): Promise<{ keys: Record<string, unknown>[] }> {
  const { id, access } = await pool.keys.keys();
  const keys = [id, access].map(({ kid, publicKey }) => {
    const { e, kty, n } = publicKey.export({ format: "jwk" });
    return { alg: "RS256", e, kid, kty, n, use: "sig" };
  });
  return { keys };
}
