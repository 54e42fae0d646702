/** Ends sessions: revokes what can be revoked and deletes the rest from this machine. */
import { setTimeout as pause } from "node:timers/promises";
import { openHostedLogout } from "../../oauth/hosted-logout.ts";
import { hostedUiOrigin } from "../../oauth/hosted-ui.ts";
import { revokeToken } from "../../oauth/token-endpoint.ts";
import { endSession } from "../../sessions/access.ts";
import { chooseAccount, chosenAccount } from "../../sessions/accounts.ts";
import { forgetBrowser, leaveBrowserSignedIn } from "../../sessions/left-browser.ts";
import { displayName, type Session } from "../../sessions/session.ts";
import { SessionStore, type StoredSession } from "../../sessions/store.ts";
import { noBrowserReason } from "../../shared/browser.ts";
import { type CommandContext, target as resolveTarget, usage } from "../../shared/command-context.ts";
import { CliError } from "../../shared/errors.ts";
import { safeText } from "../../shared/text.ts";
import type { World } from "../../shared/world.ts";
import { type Target, targetBinding } from "../../targets/target.ts";
import { pageWords } from "../../wording/sign-in-words.ts";

const browserPatienceMs = 60_000;

export interface LogoutFlags {
  all?: boolean;
  /** True, or the program to open the browser with. */
  browser?: boolean | string;
}

/** Signing out when nobody is signed in is no error. */
export async function logout(io: CommandContext<LogoutFlags>): Promise<void> {
  if (io.flags.all && io.flags.browser)
    throw usage("--browser ends the browser's session of one target, and --all is every target", [
      { command: "logout", args: ["--all"] },
      { command: "logout", args: ["--browser"] },
    ]);
  const store = new SessionStore(io.world);
  const ended: { user: string; revoked: boolean | undefined }[] = [];
  let hostedUiOf: Target | undefined;
  if (io.flags.all) {
    const { sessions, unreadable } = await store.list();
    for (const found of sessions) ended.push(await end(io, store, found));
    for (const file of unreadable) io.out.warn(`Left alone, because it cannot be read: ${file}`);
  } else {
    const { target } = await resolveTarget(io);
    const binding = targetBinding(target);
    const stored = await store.read(binding).catch(async (error) => {
      if (!["session_damaged", "storage_unavailable"].includes(error.code)) throw error;
      await store.delete(binding).catch((cause: Error) => io.out.warn(safeText(cause.message)));
      io.out.warn("The session could not be read, so nothing could be revoked; its file is deleted.");
      return undefined;
    });
    if (stored) ended.push(await end(io, store, stored));
    hostedUiOf = target;
  }
  if (io.out.json) io.out.document({ signedOut: ended });
  else if (ended.length === 0) io.out.note("Nobody was signed in.");
  for (const { user, revoked } of ended) {
    const refresh = revoked === undefined ? "" : revoked ? "; the refresh token is revoked" : "";
    io.out.note(`${io.out.mark("green", "✓")} Signed out ${safeText(user)}${refresh}.`);
  }
  if (io.world.env.DEMO_AUTH_TOKEN) io.out.warn("DEMO_AUTH_TOKEN is set: commands go on using the token in it.");
  if (io.flags.browser && hostedUiOf) await endHostedSession(io, hostedUiOf);
}

/** The local copy goes first: whatever the network does, this machine is signed out. */
async function end(io: CommandContext, store: SessionStore, found: StoredSession) {
  const { session, unconfirmed } = (await endSession(io.world, store, found.session)) ?? found;
  if (session.account !== undefined && (await chosenAccount(io.world, session)) === session.account)
    await chooseAccount(io.world, session, undefined);
  const throughBrowser = session.flow === "implicit" || session.flow === "code";
  if (throughBrowser) await leaveBrowserSignedIn(io.world, session, displayName(session.user));
  let revoked: boolean | undefined;
  if (session.refreshToken !== undefined) {
    revoked = await revoke(io.world, session, unconfirmed, session.refreshToken).catch(() => false);
    if (!revoked) io.out.warn("The refresh token could not be revoked; it stays valid until it expires.");
  } else {
    io.out.debug("tokens of the implicit flow cannot be revoked; they expire");
  }
  return { user: displayName(session.user), revoked };
}

async function revoke(world: World, session: Session, unconfirmed: boolean | undefined, refreshToken: string) {
  // A session of an earlier version may name pages that are not its pool's: the token goes to the pool's own.
  const hostedUi =
    unconfirmed || session.hostedUi === undefined
      ? await hostedUiOrigin(world, session.issuer, undefined)
      : session.hostedUi;
  return revokeToken(world, hostedUi, { clientId: session.clientId, refreshToken });
}

/** Waits for the browser to come back, but not for ever: this machine is signed out already. */
async function endHostedSession(io: CommandContext<LogoutFlags>, target: Target): Promise<void> {
  const { world, out } = io;
  const command = typeof io.flags.browser === "string" ? io.flags.browser : world.env.DEMO_AUTH_BROWSER || undefined;
  const opens = command !== undefined || noBrowserReason(world) === undefined;
  const hostedUi = await hostedUiOrigin(world, target.issuer, target.hostedUiUrl);
  const ours = opens ? target.logoutUrls : [];
  const logout = await openHostedLogout(hostedUi, target.clientId, ours, pageWords(world.invocation));
  out.note(`${opens ? "Opening" : "Open"} this address to end the hosted UI's session in your browser:`);
  out.important(logout.url);
  try {
    await forgetBrowser(world, targetBinding(target));
    if (!opens) return;
    const launch = await world.openBrowser(logout.url, { command });
    launch.failed.then((why) => out.warn(`The browser did not open: ${safeText(why)}. Open the address above.`));
    if (
      logout.comesBack &&
      (await Promise.race([logout.finished, pause(browserPatienceMs, "late", { ref: false })])) === "late"
    ) {
      out.warn("The browser did not come back; its session may live on.");
    } else if (logout.comesBack) out.note(`${out.mark("green", "✓")} The hosted UI's session is ended.`);
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError("browser_unusable", `The browser could not be started: ${safeText((error as Error).message)}.`, {
      next: `Open the address above yourself: ${logout.url}`,
      cause: error,
    });
  } finally {
    await logout.close();
  }
}
