/** Ends sessions: revokes what can be revoked and deletes the rest from this machine. */
import { type Invocation, target as resolveTarget } from "./invocation.ts";
import { revokeToken } from "./oauth/token-endpoint.ts";
import { displayName, type Session } from "./sessions/session.ts";
import { SessionStore } from "./sessions/store.ts";
import { targetBinding } from "./targets/target.ts";
import { safeText } from "./text.ts";

export interface LogoutFlags {
  all?: boolean;
  browser?: boolean;
}

/** Signing out when nobody is signed in is no error. */
export async function logout(io: Invocation<LogoutFlags>): Promise<void> {
  const store = new SessionStore(io.world);
  const ended: { user: string; revoked: boolean | undefined }[] = [];
  if (io.flags.all) {
    const { sessions, unreadable } = await store.list();
    for (const { session } of sessions) ended.push(await end(io, store, session));
    for (const file of unreadable) io.out.warn(`Left alone, because it cannot be read: ${file}`);
  } else {
    const { target } = await resolveTarget(io);
    const binding = targetBinding(target);
    const stored = await store.read(binding).catch(async (error) => {
      if (error.code !== "session_damaged") throw error;
      await store.delete(binding);
      io.out.warn("The session was damaged; it is deleted.");
      return undefined;
    });
    if (stored) ended.push(await end(io, store, stored.session));
    if (io.flags.browser) await openHostedLogout(io, target);
  }
  if (io.out.json) io.out.document({ signedOut: ended });
  else if (ended.length === 0) io.out.note("Nobody was signed in.");
  for (const { user, revoked } of ended) {
    const refresh = revoked === undefined ? "" : revoked ? "; the refresh token is revoked" : "";
    io.out.note(`${io.out.mark("green", "✓")} Signed out ${safeText(user)}${refresh}.`);
  }
}

/** The local copy goes first: whatever the network does, this machine is signed out. */
async function end(io: Invocation, store: SessionStore, session: Session) {
  await store.delete(session);
  let revoked: boolean | undefined;
  if (session.refreshToken !== undefined) {
    const grant = { clientId: session.clientId, refreshToken: session.refreshToken };
    revoked = await revokeToken(io.world, session.hostedUi, grant).catch(() => false);
    if (!revoked) io.out.warn("The refresh token could not be revoked; it stays valid until it expires.");
  } else {
    io.out.debug("tokens of the implicit flow cannot be revoked; they expire");
  }
  return { user: displayName(session.user), revoked };
}

async function openHostedLogout(
  io: Invocation,
  target: { hostedUiUrl: string | undefined; issuer: string; clientId: string },
) {
  const { hostedUiOrigin } = await import("./oauth/sign-in.ts");
  const url = new URL("/logout", await hostedUiOrigin(io.world, target.issuer, target.hostedUiUrl));
  url.searchParams.set("client_id", target.clientId);
  io.out.note("Ending the browser's session at:");
  io.out.important(url.href);
  const { failed } = await io.world.openBrowser(url.href, {});
  failed.then((why) => io.out.warn(`The browser did not open: ${safeText(why)}.`));
}
