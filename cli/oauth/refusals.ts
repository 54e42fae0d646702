/**
 * Everything that a sign-in or a token request can fail of, as data. What is said about it to a person, and what they
 * should do, is not the protocol's business: `cli/wording/oauth-refusals.ts`.
 */
import type { Flow } from "./authorization-request.ts";

export type TokenRefusal =
  | "missing"
  | "malformed"
  | "algorithm"
  | "unknown-key"
  | "unusable-keys"
  | "signature"
  | "issuer"
  | "audience"
  | "token-use"
  | "expired"
  | "not-yet-valid"
  | "nonce"
  | "at-hash"
  | "subject";

export type GrantType = "authorization_code" | "refresh_token" | "client_credentials";

export type OAuthRefusal =
  /** The authorization endpoint's error response: RFC 6749 §4.1.2.1. */
  | {
      kind: "authorization";
      code: "sign_in_refused" | "sign_in_cancelled";
      error: string;
      description: string | undefined;
      flow: Flow;
      scopes: readonly string[];
    }
  /** It answered for the other flow. */
  | { kind: "other-flow"; code: "sign_in_refused"; flow: Flow }
  /** Nobody finished. `claimed`: an error that arrived meanwhile and that nothing vouches for. */
  | {
      kind: "timeout";
      code: "sign_in_timeout";
      afterMs: number;
      claimed: string | undefined;
      redirectUri: string;
    }
  /** The token endpoint's error response: RFC 6749 §5.2; `error` is `status 500` where it gave none. */
  | { kind: "token-request"; code: "token_exchange_failed"; grant: GrantType; error: string }
  /** A token that must not be trusted, and which check it failed. */
  | {
      kind: "token";
      code: "token_invalid";
      why: TokenRefusal;
      token: "id" | "access" | undefined;
      /** How far this machine's clock is behind the issuer's, when that is why. */
      behindSeconds?: number;
    }
  | { kind: "ports-taken"; code: "port_unavailable"; ports: readonly { port: string; why: string }[] }
  | { kind: "no-domain"; code: "configuration_missing" }
  /** The configured sign-in pages are not those of the user pool. */
  | {
      kind: "foreign-hosted-ui";
      code: "configuration_invalid";
      configured: string;
      discovered: string;
      issuer: string;
    }
  /** A challenge of the pool that only its own pages or an app of its own can answer. */
  | { kind: "challenge"; code: "sign_in_refused"; challenge: string }
  /** The user pool's own API answered with an error, e.g. `NotAuthorizedException`. */
  | { kind: "user-pool"; code: "sign_in_refused"; type: string; message: string };

export class OAuthRefused extends Error {
  readonly refusal: OAuthRefusal;

  constructor(refusal: OAuthRefusal, cause?: unknown) {
    super(`${refusal.kind}: ${refusal.code}`, cause === undefined ? undefined : { cause });
    this.name = "OAuthRefused";
    this.refusal = refusal;
  }

  get code(): OAuthRefusal["code"] {
    return this.refusal.code;
  }
}

export function tokenInvalid(why: TokenRefusal, token?: "id" | "access", behindSeconds?: number): OAuthRefused {
  return new OAuthRefused({
    kind: "token",
    code: "token_invalid",
    why,
    token,
    ...(behindSeconds !== undefined && { behindSeconds }),
  });
}
