/**
 * The request that opens a sign-in: RFC 6749 §4.1.1 and §4.2.1, OpenID Connect Core §3.2.2.1 (nonce),
 * RFC 7636 (PKCE, S256 only), RFC 9700 §2.1 (state), with Cognito's own parameters.
 */
import { createHash, timingSafeEqual } from "node:crypto";

export type Flow = "implicit" | "code";

/** What one sign-in keeps to itself until the answer comes back. */
export interface Secrets {
  /** 256 bits, base64url: Cognito does not take URL-encoded JSON here. */
  state: string;
  nonce: string;
  /** PKCE verifier; sent only to the token endpoint. */
  codeVerifier: string;
}

export interface AuthorizationOptions {
  clientId: string;
  redirectUri: string;
  flow: Flow;
  scopes: readonly string[];
  prompt?: string | undefined;
  loginHint?: string | undefined;
  identityProvider?: string | undefined;
}

export function createSecrets(randomBytes: (size: number) => Buffer): Secrets {
  const secret = () => randomBytes(32).toString("base64url");
  return { state: secret(), nonce: secret(), codeVerifier: secret() };
}

/** @param hostedUi the user pool domain's origin, e.g. `https://demo.auth.us-east-1.amazoncognito.com` */
export function authorizationUrl(hostedUi: string, options: AuthorizationOptions, secrets: Secrets): URL {
  const url = new URL("/oauth2/authorize", hostedUi);
  const query = url.searchParams;
  query.set("response_type", options.flow === "code" ? "code" : "token");
  query.set("client_id", options.clientId);
  query.set("redirect_uri", options.redirectUri);
  query.set("scope", options.scopes.join(" "));
  query.set("state", secrets.state);
  query.set("nonce", secrets.nonce);
  if (options.flow === "code") {
    query.set("code_challenge", codeChallenge(secrets.codeVerifier));
    query.set("code_challenge_method", "S256");
  }
  if (options.prompt) query.set("prompt", options.prompt);
  if (options.loginHint) query.set("login_hint", options.loginHint);
  if (options.identityProvider) query.set("identity_provider", options.identityProvider);
  return url;
}

/** RFC 7636 §4.2: BASE64URL(SHA256(verifier)). */
export function codeChallenge(verifier: string): string {
  return createHash("sha256").update(verifier, "ascii").digest("base64url");
}

/** Compares in constant time, whatever the lengths. */
export function sameSecret(expected: string, received: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(expected), digest(received));
}
