/**
 * Cognito's token and revocation endpoints for a public client: RFC 6749 §4.1.3 and §6, RFC 7636 §4.5, RFC 7009.
 */
import { request } from "../shared/http.ts";
import type { World } from "../shared/world.ts";
import { type GrantType, OAuthRefused } from "./refusals.ts";

export interface TokenResponse {
  idToken: string | undefined;
  accessToken: string | undefined;
  /** With rotation, the one to use from now on; else absent on a refresh. */
  refreshToken: string | undefined;
}

/** Redeems an authorization code with its PKCE verifier. */
export function redeemCode(
  world: Pick<World, "exchange">,
  hostedUi: string,
  grant: { clientId: string; code: string; redirectUri: string; codeVerifier: string },
): Promise<TokenResponse> {
  return tokenRequest(world, hostedUi, {
    grant_type: "authorization_code",
    client_id: grant.clientId,
    code: grant.code,
    redirect_uri: grant.redirectUri,
    code_verifier: grant.codeVerifier,
  });
}

/** @throws OAuthRefused `token-request` with `invalid_grant` when the refresh token is spent, revoked or expired */
export function refreshTokens(
  world: Pick<World, "exchange">,
  hostedUi: string,
  grant: { clientId: string; refreshToken: string },
): Promise<TokenResponse> {
  return tokenRequest(world, hostedUi, {
    grant_type: "refresh_token",
    client_id: grant.clientId,
    refresh_token: grant.refreshToken,
  });
}

/** A token for the app client itself: RFC 6749 §4.4. @param grant without scopes, all that the client has */
export function clientToken(
  world: Pick<World, "exchange">,
  hostedUi: string,
  grant: { clientId: string; secret: string; scopes: readonly string[] },
): Promise<TokenResponse> {
  const form = {
    grant_type: "client_credentials" as const,
    client_id: grant.clientId,
    ...(grant.scopes.length > 0 && { scope: grant.scopes.join(" ") }),
  };
  return tokenRequest(world, hostedUi, form, { id: grant.clientId, secret: grant.secret });
}

/** Revokes a refresh token and the access tokens that came from it. @returns whether the endpoint took it */
export async function revokeToken(
  world: Pick<World, "exchange">,
  hostedUi: string,
  grant: { clientId: string; refreshToken: string },
): Promise<boolean> {
  const form = { token: grant.refreshToken, client_id: grant.clientId };
  const url = new URL("/oauth2/revoke", hostedUi);
  const { status } = await request(world, "the revocation endpoint", url, formRequest(form));
  return status === 200;
}

/** RFC 6749 §2.3.1 */
interface ClientSecret {
  id: string;
  secret: string;
}

/** `application/x-www-form-urlencoded`, as both endpoints take it. */
function formRequest(form: Record<string, string>, client?: ClientSecret) {
  const headers: Record<string, string> = {
    accept: "application/json",
    "content-type": "application/x-www-form-urlencoded",
  };
  if (client) headers.authorization = `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString("base64")}`;
  return { method: "POST", headers, body: new URLSearchParams(form).toString() };
}

async function tokenRequest(
  world: Pick<World, "exchange">,
  hostedUi: string,
  form: Record<string, string> & { grant_type: GrantType },
  client?: ClientSecret,
): Promise<TokenResponse> {
  const url = new URL("/oauth2/token", hostedUi);
  const answer = await request(world, "the token endpoint", url, formRequest(form, client));
  let body: Record<string, unknown> = {};
  try {
    body = Object(JSON.parse(answer.body.toString("utf8")));
  } catch {}
  if (answer.status !== 200) {
    const error = typeof body.error === "string" ? body.error : `status ${answer.status}`;
    throw new OAuthRefused({ kind: "token-request", code: "token_exchange_failed", grant: form.grant_type, error });
  }
  const field = (name: string) => (typeof body[name] === "string" ? (body[name] as string) : undefined);
  return { idToken: field("id_token"), accessToken: field("access_token"), refreshToken: field("refresh_token") };
}
