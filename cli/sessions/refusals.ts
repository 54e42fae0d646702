/** Why a session or its token cannot be had, as data. The words are in `cli/wording/session-refusals.ts`. */
import type { OAuthRefused } from "../oauth/refusals.ts";
import type { SignInMethod, TokenUse } from "./session.ts";

export type SessionRefusal =
  | { kind: "none"; code: "not_signed_in" }
  /** The file at `path` is not a session that can be used. */
  | {
      kind: "damaged";
      code: "session_damaged";
      path: string;
      why: "elsewhere" | "shape" | "json" | "version" | "storage-kind" | "key-gone" | "seal";
      keyring?: string;
    }
  | { kind: "token-missing"; code: "token_missing"; use: TokenUse }
  /** @property leftMs milliseconds that the token is still valid; negative once it has expired */
  | { kind: "token-expired"; code: "token_expired"; leftMs: number; flow: SignInMethod }
  /** The token in DEMO_AUTH_TOKEN fails a check. */
  | { kind: "given-token"; code: "token_expired" | "token_invalid"; why: OAuthRefused }
  /** The refresh token is spent, revoked or expired. */
  | { kind: "refresh-ended"; code: "token_expired" }
  /** The app client's secret, which renews its session, is not in the keyring. */
  | { kind: "client-secret-gone"; code: "token_expired"; keyring: string }
  /** Made through sign-in pages that are not its pool's: whoever owns them has what was sent there. */
  | { kind: "foreign-pages"; code: "session_damaged"; hostedUi: string; pages: string }
  | { kind: "other-user"; code: "token_invalid" }
  /** It was ended while it was being renewed. */
  | { kind: "ended-meanwhile"; code: "not_signed_in" }
  | { kind: "lock-busy"; code: "lock_busy"; file: string; waitedMs: number }
  | { kind: "lock-unavailable"; code: "storage_unavailable"; file: string; why: string };

export class SessionRefused extends Error {
  readonly refusal: SessionRefusal;

  constructor(refusal: SessionRefusal, cause?: unknown) {
    super(`${refusal.kind}: ${refusal.code}`, cause === undefined ? undefined : { cause });
    this.name = "SessionRefused";
    this.refusal = refusal;
  }

  get code(): SessionRefusal["code"] {
    return this.refusal.code;
  }
}
