/**
 * A stored sign-in: the tokens, whom they name, and the three things that bind them: issuer, app client and API origin.
 */
import { createHash } from "node:crypto";
import type { Flow } from "../oauth/authorization-request.ts";

/** Where a session's tokens may go, and whose they are. A target that differs in any of these does not see the session. */
export interface Binding {
  issuer: string;
  clientId: string;
  /** Origin of the pool's sign-in pages; `undefined` where nobody says, or a session was not made through them. */
  hostedUi: string | undefined;
  /** `https://….amazonaws.com`; `undefined` for a target without an API. */
  apiOrigin: string | undefined;
  /** What the person calls the account, where a target has several. */
  account: string | undefined;
}

/** How a session came to be: the hosted UI's two flows, a password, the app client itself, or a token from elsewhere. */
export type SignInMethod = Flow | "password" | "client_credentials" | "token";

/** `hostedUi` is where the refresh token goes, fixed at sign-in so that later configuration cannot move it. */
export interface Session extends Binding {
  flow: SignInMethod;
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
  // Not the hosted UI: a target that does not name it finds its session all the same.
  const parts = [binding.issuer, binding.clientId, binding.apiOrigin ?? ""];
  if (binding.account !== undefined) parts.push(binding.account);
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 40);
}

/** Under which name the keyring keeps the secret of an app client that signs in as itself. */
export function clientSecretName(binding: Binding): string {
  return `secret-${sessionName(binding)}`;
}

export function sameBinding(a: Binding, b: Binding): boolean {
  const samePages = a.hostedUi === undefined || b.hostedUi === undefined || a.hostedUi === b.hostedUi;
  const same = (["issuer", "clientId", "apiOrigin", "account"] as const).every((name) => a[name] === b[name]);
  return same && samePages;
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
  const time = (v: unknown) => v === undefined || isTime(v);
  const sound =
    string(s.issuer) &&
    string(s.clientId) &&
    optional(s.apiOrigin) &&
    methods.includes(s.flow as SignInMethod) &&
    optional(s.hostedUi) &&
    optional(s.account) &&
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
    isTime(s.signedInAt) &&
    (s.idToken === undefined) === (s.idExpiresAt === undefined) &&
    (s.accessToken === undefined) === (s.accessExpiresAt === undefined) &&
    (s.idToken !== undefined || s.accessToken !== undefined);
  return sound ? (value as Session) : undefined;
}

const methods: readonly SignInMethod[] = ["implicit", "code", "password", "client_credentials", "token"];

/** Milliseconds that a `Date` can hold (ECMA-262, Time Values and Time Range). */
function isTime(value: unknown): boolean {
  return Number.isFinite(value) && Math.abs(value as number) <= 8.64e15;
}
