/**
 * The token a command needs, from the stored session: read, refreshed under a lock when it is about to expire, or a
 * sentence that says what is missing.
 */
import { CliError } from "../errors.ts";
import { duration } from "../text.ts";
import type { World } from "../world.ts";
import { withLock } from "./lock.ts";
import { type Binding, expiryOf, type Session, type TokenUse, tokenOf } from "./session.ts";
import type { SessionStore, StoredSession } from "./store.ts";

/** Milliseconds that a token must still live to be worth sending. */
export const defaultMinimumValidity = 10_000;

export interface TokenRequest {
  use: TokenUse;
  minimumValidityMs: number;
}

export interface Token {
  token: string;
  expiresAt: number;
  stored: StoredSession;
}

/** @throws CliError `not_signed_in`, `token_missing` or `token_expired`, or what the store or the refresh throws */
export async function requireToken(
  world: World,
  store: SessionStore,
  binding: Binding,
  request: TokenRequest,
): Promise<Token> {
  const stored = await requireSession(store, binding);
  const present = freshToken(world, stored, request);
  if (present) return present;
  if (stored.session.refreshToken === undefined) throw expired(world, stored.session, request.use);
  const refreshed = freshToken(world, await refreshSession(world, store, stored, request), request);
  if (refreshed) return refreshed;
  throw expired(world, stored.session, request.use);
}

/** @throws CliError `not_signed_in` when the binding has no session */
export async function requireSession(store: SessionStore, binding: Binding): Promise<StoredSession> {
  const stored = await store.read(binding);
  if (stored) return stored;
  throw new CliError("not_signed_in", "You are not signed in to this target.", { next: "demo-auth login" });
}

function freshToken(world: World, stored: StoredSession, request: TokenRequest): Token | undefined {
  const { session } = stored;
  const token = tokenOf(session, request.use);
  const expiresAt = expiryOf(session, request.use);
  if (token === undefined || expiresAt === undefined) {
    if (session.refreshToken !== undefined) return undefined;
    const name = request.use === "id" ? "ID token" : "access token";
    throw new CliError("token_missing", `The sign-in brought no ${name}.`, {
      next: `Sign in again${request.use === "id" ? " with the openid scope" : ""}: demo-auth login --force`,
    });
  }
  return expiresAt - world.now() > request.minimumValidityMs ? { token, expiresAt, stored } : undefined;
}

/** Refreshes once, however many processes ask at the same time: whoever comes second finds the new tokens. */
async function refreshSession(
  world: World,
  store: SessionStore,
  stale: StoredSession,
  request: TokenRequest,
): Promise<StoredSession> {
  const { renewSession } = await import("./refresh.ts");
  return withLock(world, `${store.fileOf(stale.session)}.lock`, async () => {
    const current = await requireSession(store, stale.session);
    if (freshToken(world, current, request)) return current;
    const session = await renewSession(world, current.session);
    const storage = await store.write(session, current.storage.kind);
    return { session, storage };
  });
}

function expired(world: World, session: Session, use: TokenUse): CliError {
  const ago = world.now() - (expiryOf(session, use) ?? session.signedInAt);
  const when = ago > 0 ? `expired ${duration(ago)} ago` : `expires in ${duration(-ago)}, sooner than asked for`;
  return new CliError("token_expired", `Your sign-in ${when}.`, { next: "demo-auth login" });
}
