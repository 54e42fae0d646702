/**
 * The token a command needs, from the stored session: read, refreshed under a lock when it is about to expire, or a
 * sentence that says what is missing.
 */
import { OAuthRefused } from "../oauth/refusals.ts";
import type { World } from "../shared/world.ts";
import { withLock } from "./lock.ts";
import { SessionRefused } from "./refusals.ts";
import { type Binding, expiryOf, type Session, type TokenUse, tokenOf } from "./session.ts";
import type { SessionStore, StoredSession } from "./store.ts";

export interface TokenRequest {
  use: TokenUse;
  /** Milliseconds that the token must still be valid; 10 s when absent, enough to be worth sending. */
  minimumValidityMs?: number | undefined;
}

export interface Token {
  token: string;
  expiresAt: number;
}

const leastValidityMs = 10_000;
/** A session that can be renewed is renewed this long before its token ends. */
const renewAheadMs = 60_000;

/**
 * The token of `DEMO_AUTH_TOKEN`, else the stored session's.
 * @throws SessionRefused `given-token`, or as `requireStoredToken`
 */
export async function requireToken(
  world: World,
  store: SessionStore,
  binding: Binding,
  request: TokenRequest,
): Promise<Token> {
  const given = await givenSession(world, binding, request.use);
  if (!given) return requireStoredToken(world, store, binding, request);
  return { token: tokenOf(given, request.use)!, expiresAt: expiryOf(given, request.use)! };
}

/** @throws SessionRefused `none`, `token-missing` or `token-expired`, or what the store or the refresh throws */
export async function requireStoredToken(
  world: World,
  store: SessionStore,
  binding: Binding,
  { use, minimumValidityMs = leastValidityMs }: TokenRequest,
): Promise<Token & { stored: StoredSession }> {
  const stored = await requireSession(store, binding);
  const usable = tokenFrom(world, stored, use, minimumValidityMs);
  if (!isRenewable(stored)) {
    if (usable) return usable;
    throw unusable(world, stored.session, use);
  }
  const comfortable = Math.max(minimumValidityMs, renewAheadMs);
  const lasting = tokenFrom(world, stored, use, comfortable);
  if (lasting) return lasting;
  try {
    const renewed = await refreshSession(world, store, stored, (session) =>
      tokenFrom(world, session, use, comfortable),
    );
    const token = tokenFrom(world, renewed, use, minimumValidityMs);
    if (token) return token;
  } catch (error) {
    // What is left of the old token will do while the network does not.
    if (!usable) throw error;
  }
  if (usable) return usable;
  throw unusable(world, stored.session, use);
}

/**
 * What `DEMO_AUTH_TOKEN` brings, which some other program has got: believed only after every check that a sign-in's token
 * passes. It goes before any stored session.
 * @param use what it has to be; whichever it says when left out
 * @returns `undefined` when it is not set
 * @throws SessionRefused `given-token`
 */
export async function givenSession(world: World, binding: Binding, use?: TokenUse): Promise<Session | undefined> {
  const token = world.env.DEMO_AUTH_TOKEN;
  if (!token) return undefined;
  const { claimedUse, verifyTokens } = await import("../oauth/verify.ts");
  const asWhat = use ?? claimedUse(token) ?? "id";
  const received = {
    idToken: asWhat === "id" ? token : undefined,
    accessToken: asWhat === "access" ? token : undefined,
  };
  try {
    const { warnings: _, ...verified } = await verifyTokens(world, { ...binding, nonce: undefined }, received);
    return { ...binding, flow: "token", ...received, refreshToken: undefined, ...verified, signedInAt: world.now() };
  } catch (error) {
    if (!(error instanceof OAuthRefused)) throw error;
    const isExpired = error.refusal.kind === "token" && error.refusal.why === "expired";
    const code = isExpired ? "token_expired" : "token_invalid";
    throw new SessionRefused({ kind: "given-token", code, why: error }, error);
  }
}

/** A session that goes on by itself: with a refresh token, or with the client's secret, which is kept beside a sealed one. */
export function isRenewable({ session, storage }: StoredSession): boolean {
  return session.refreshToken !== undefined || (session.flow === "client_credentials" && storage.kind === "keyring");
}

/** @throws SessionRefused `none` when the binding has no session */
export async function requireSession(store: SessionStore, binding: Binding): Promise<StoredSession> {
  const stored = await store.read(binding);
  if (stored) return stored;
  throw new SessionRefused({ kind: "none", code: "not_signed_in" });
}

function tokenFrom(
  world: World,
  stored: StoredSession,
  use: TokenUse,
  validityMs: number,
): (Token & { stored: StoredSession }) | undefined {
  const token = tokenOf(stored.session, use);
  const expiresAt = expiryOf(stored.session, use);
  if (token === undefined || expiresAt === undefined) return undefined;
  return expiresAt - world.now() > validityMs ? { token, expiresAt, stored } : undefined;
}

/** Refreshes once, however many processes ask at the same time: whoever comes second finds the new tokens. */
async function refreshSession(
  world: World,
  store: SessionStore,
  stale: StoredSession,
  isFresh: (stored: StoredSession) => unknown,
): Promise<StoredSession> {
  const { renewSession } = await import("./refresh.ts");
  return withLock(world, `${store.fileOf(stale.session)}.lock`, async () => {
    const current = await requireSession(store, stale.session);
    // A short-lived token may never be comfortable: a sibling's newer one counts as fresh all the same.
    if (isFresh(current) || current.session.refreshToken !== stale.session.refreshToken) return current;
    // A refresh token can be spent once: what comes for it must have its place before it goes.
    const place = await store.reserve(current.session, current.storage.kind);
    try {
      const session = await renewSession(world, current);
      // Somebody may have signed out, or taken over a lock that was held for too long.
      const before = await store.read(stale.session);
      if (before === undefined) throw new SessionRefused({ kind: "ended-meanwhile", code: "not_signed_in" });
      if (before.session.refreshToken !== current.session.refreshToken) return before;
      return { session, storage: await place.keep(session) };
    } finally {
      await place.release();
    }
  });
}

/**
 * Ends a session on this machine, in turn with whoever renews it.
 * @returns it as it was last; `undefined` when there was none
 */
export async function endSession(
  world: World,
  store: SessionStore,
  binding: Binding,
): Promise<StoredSession | undefined> {
  return withLock(world, `${store.fileOf(binding)}.lock`, async () => {
    const last = await store.read(binding);
    await store.delete(binding);
    return last;
  });
}

function unusable(world: World, session: Session, use: TokenUse): SessionRefused {
  const expiresAt = expiryOf(session, use);
  return expiresAt === undefined
    ? new SessionRefused({ kind: "token-missing", code: "token_missing", use })
    : new SessionRefused({
        kind: "token-expired",
        code: "token_expired",
        leftMs: expiresAt - world.now(),
        flow: session.flow,
      });
}
