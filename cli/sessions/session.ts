/**
 * A stored sign-in: the tokens, whom they name, and the three things that bind them: issuer, app client and API origin.
 */
import { createHash } from "node:crypto";
import type { Flow } from "../oauth/authorization-request.ts";

/** Where a session's tokens may go. A target that differs in any of these does not see the session. */
export interface Binding {
  issuer: string;
  clientId: string;
  /** `https://….amazonaws.com`; `undefined` for a target without an API. */
  apiOrigin: string | undefined;
}

export interface Session extends Binding {
  flow: Flow;
  /** Where the refresh token goes, fixed at sign-in so that later configuration cannot move it. */
  hostedUi: string;
  idToken: string | undefined;
  accessToken: string | undefined;
  refreshToken: string | undefined;
  user: { sub: string; email: string | undefined; username: string | undefined };
  scopes: string[];
  /** Milliseconds since the epoch, like the next two. */
  idExpiresAt: number | undefined;
  accessExpiresAt: number | undefined;
  signedInAt: number;
}

export type TokenUse = "id" | "access";

/** The file name of a binding's session, without extension: 40 hex digits. */
export function sessionName(binding: Binding): string {
  const parts = [binding.issuer, binding.clientId, binding.apiOrigin ?? ""];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 40);
}

export function sameBinding(a: Binding, b: Binding): boolean {
  return a.issuer === b.issuer && a.clientId === b.clientId && a.apiOrigin === b.apiOrigin;
}

/** When the session's token of that use expires, or `undefined` when it has none. */
export function expiryOf(session: Session, use: TokenUse): number | undefined {
  return use === "id" ? session.idExpiresAt : session.accessExpiresAt;
}

export function tokenOf(session: Session, use: TokenUse): string | undefined {
  return use === "id" ? session.idToken : session.accessToken;
}

/** Whom to call the user in a sentence. */
export function displayName(user: Session["user"]): string {
  return user.email ?? user.username ?? user.sub;
}

/** Parses what a file held. @returns `undefined` when it is not a session of this shape */
export function parseSession(value: unknown): Session | undefined {
  const s = Object(value) as Record<string, unknown>;
  const user = Object(s.user) as Record<string, unknown>;
  const string = (v: unknown) => typeof v === "string";
  const optional = (v: unknown) => v === undefined || typeof v === "string";
  const time = (v: unknown) => v === undefined || Number.isFinite(v);
  const sound =
    string(s.issuer) &&
    string(s.clientId) &&
    optional(s.apiOrigin) &&
    (s.flow === "implicit" || s.flow === "code") &&
    string(s.hostedUi) &&
    optional(s.idToken) &&
    optional(s.accessToken) &&
    optional(s.refreshToken) &&
    string(user.sub) &&
    optional(user.email) &&
    optional(user.username) &&
    Array.isArray(s.scopes) &&
    s.scopes.every(string) &&
    time(s.idExpiresAt) &&
    time(s.accessExpiresAt) &&
    Number.isFinite(s.signedInAt) &&
    (s.idToken === undefined) === (s.idExpiresAt === undefined) &&
    (s.accessToken === undefined) === (s.accessExpiresAt === undefined) &&
    (s.idToken !== undefined || s.accessToken !== undefined);
  return sound ? (value as Session) : undefined;
}
