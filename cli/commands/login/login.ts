/**
 * Signing in to a target, keeping the session, and telling the person.
 */

import type { Flow } from "../../oauth/authorization-request.ts";
import { type SignedIn, signIn } from "../../oauth/browser-sign-in.ts";
import { hostedUiOrigin } from "../../oauth/hosted-ui.ts";
import { requireStoredToken } from "../../sessions/access.ts";
import { chooseAccount } from "../../sessions/accounts.ts";
import { forgetBrowser, whoIsLeftInBrowser } from "../../sessions/left-browser.ts";
import { withLock } from "../../sessions/lock.ts";
import { displayName, expiryOf, type Session } from "../../sessions/session.ts";
import { SessionStore, type StoredSession } from "../../sessions/store.ts";
import { type CommandContext, parseTimeout, target as resolveTarget, typed } from "../../shared/command-context.ts";
import { CliError } from "../../shared/errors.ts";
import { probeKeyring } from "../../shared/keyring.ts";
import { duration, safeText } from "../../shared/text.ts";
import type { StoragePreference } from "../../targets/configuration.ts";
import type { Resolution } from "../../targets/resolve.ts";
import { routeToTry, type Target, targetBinding, tokenUseFor } from "../../targets/target.ts";
import { explain } from "../../wording/explain.ts";
import { pageWords, pasteRefusals, verdictInWords } from "../../wording/sign-in-words.ts";
import { isDirect } from "./direct-flags.ts";
import { guideToBrowser } from "./guide-to-browser.ts";
import {
  defaultTimeout,
  idleFlags,
  idlePageFlags,
  type LoginFlags,
  redirectUris,
  refusePrivateProgram,
  requireProvider,
  storagePreference,
  wantsPaste,
} from "./login-flags.ts";

/** A sign-in's outcome; `storage` is absent when it was asked not to be kept. */
export interface LoginResult {
  session: Session;
  storage: StoredSession["storage"] | undefined;
}

/** `demo-auth login`: signs in unless a valid session exists, and says so on stderr or as one JSON object. */
export async function login(io: CommandContext<LoginFlags>): Promise<void> {
  parseTimeout(io.flags.timeout ?? defaultTimeout);
  const resolution = await resolveTarget(io, { refresh: true });
  const existing = io.flags.force ? undefined : await validSession(io, resolution.target);
  if (existing) {
    if (io.out.json) io.out.document(describeLogin(existing, resolution.target, true));
    else {
      const { session } = existing;
      const left = (expiryOf(session, tokenUseFor(resolution.target, undefined)) ?? io.world.now()) - io.world.now();
      io.out.note(`Already signed in as ${safeText(displayName(session.user))} (expires in ${duration(left)}).`);
      const idle = idleFlags(io.flags);
      if (idle.length > 0) io.out.note(`Not used, because of that: ${idle.join(", ")}.`);
      io.out.note(`Sign in again with: ${typed(io, "login", "--force")}`);
    }
    return;
  }
  const result = await performSignIn(io, resolution);
  if (io.out.json) io.out.document(describeLogin(result, resolution.target, false));
  else sayWelcome(io, result, resolution.target);
}

/** Runs one sign-in and keeps its session. Used by `login` and by `call --login`. */
export async function performSignIn(io: CommandContext<LoginFlags>, resolution: Resolution): Promise<LoginResult> {
  const { world, flags, out } = io;
  const { target } = resolution;
  const flow = flags.flow ?? target.flow;
  requireProvider(target, flags);
  refusePrivateProgram(flags);
  const kind = storagePreference(io, resolution);
  const store = new SessionStore(world);
  if (kind === "keyring") await probeKeyring(await world.keyring(), world.randomBytes);
  if (kind === "file") await store.probe();

  if (isDirect(io, target)) {
    const idle = idlePageFlags(flags);
    if (idle.length > 0) out.note(`Not used, because this sign-in needs no browser: ${idle.join(", ")}.`);
    const { signInDirectly } = await import("./direct-sign-in.ts");
    return keep(io, target, kind, await signInDirectly(io, target, kind));
  }
  const hostedUi = await hostedUiOrigin(world, target.issuer, target.hostedUiUrl);
  await sayWhoIsLeft(io, target);
  let result: LoginResult | undefined;
  await signIn(
    world,
    {
      issuer: target.issuer,
      clientId: target.clientId,
      hostedUi,
      flow,
      scopes: target.scopes,
      redirectUris: redirectUris(target, flags),
      prompt: flags.prompt,
      loginHint: flags.loginHint,
      identityProvider: flags.idp,
      listenHost: flags.listenHost,
      paste: wantsPaste(io),
      timeoutMs: parseTimeout(flags.timeout ?? defaultTimeout),
    },
    {
      ready: (addresses) => guideToBrowser(io, addresses, target),
      async keep(signedIn) {
        const session = toSession(signedIn, target, flow, hostedUi, world.now());
        await forgetBrowser(world, targetBinding(target));
        result = await keep(io, target, kind, session);
        for (const warning of signedIn.verified.warnings) out.warn(warning);
      },
      unauthenticatedError: (claimed) =>
        out.warn(`Ignored an error that nothing proves to be the identity provider's: ${claimed}. Still waiting.`),
      pasteRefused: (reason) => out.important(pasteRefusals[reason]),
      page: pageWords(world.invocation),
      verdict: verdictInWords,
      debug: out.debug,
    },
  );
  return result!;
}

/** Writes the session, in turn with whoever renews it, and speaks for that account from now on. */
async function keep(
  { world }: CommandContext,
  target: Target,
  kind: StoragePreference,
  session: Session,
): Promise<LoginResult> {
  if (kind === "none") return { session, storage: undefined };
  const store = new SessionStore(world);
  const storage = await withLock(world, `${store.fileOf(session)}.lock`, () => store.write(session, kind));
  await chooseAccount(world, session, target.account);
  return { session, storage };
}

/** Signing out here does not end the browser's session: the next sign-in would be the same user's, without a question. */
async function sayWhoIsLeft(io: CommandContext<LoginFlags>, target: Target): Promise<void> {
  const { flags, world, out } = io;
  if (flags.prompt !== undefined || flags.privateWindow) return;
  const who = await whoIsLeftInBrowser(world, targetBinding(target));
  if (who === undefined) return;
  out.note(
    `Your browser may still be signed in as ${safeText(who)}, and then it does not ask who you are. To end that: ${typed(io, "logout", "--browser")}`,
  );
}

async function validSession(io: CommandContext, target: Target): Promise<LoginResult | undefined> {
  const store = new SessionStore(io.world);
  const request = { use: tokenUseFor(target, undefined) };
  try {
    return (await requireStoredToken(io.world, store, targetBinding(target), request)).stored;
  } catch (error) {
    // Whatever is wrong with the old session, a new sign-in mends it; only unsafe storage must be dealt with first.
    const known = explain(error);
    if (known instanceof CliError && known.code !== "storage_unsafe") {
      io.out.debug(`no usable session: ${known.code}`);
      return undefined;
    }
    throw error;
  }
}

function toSession(signedIn: SignedIn, target: Target, flow: Flow, hostedUi: string, now: number): Session {
  const { verified } = signedIn;
  return {
    ...targetBinding(target),
    hostedUi,
    flow,
    idToken: signedIn.idToken,
    accessToken: signedIn.accessToken,
    refreshToken: signedIn.refreshToken,
    user: verified.user,
    scopes: verified.scopes,
    idExpiresAt: verified.idExpiresAt,
    accessExpiresAt: verified.accessExpiresAt,
    signedInAt: now,
  };
}

/** The `--json` object of `login`: everything but tokens. */
function describeLogin({ session, storage }: LoginResult, target: Target, already: boolean) {
  return {
    user: { sub: session.user.sub, email: session.user.email },
    flow: session.flow,
    expiresAt: isoTime(
      expiryOf(session, tokenUseFor(target, undefined)) ?? session.idExpiresAt ?? session.accessExpiresAt,
    ),
    issuer: session.issuer,
    clientId: session.clientId,
    storage: storage ?? { kind: "none" },
    target: target.label,
    alreadySignedIn: already,
  };
}

function isoTime(at: number | undefined): string | null {
  return at === undefined ? null : new Date(at).toISOString();
}

function sayWelcome(io: CommandContext, { session, storage }: LoginResult, target: Target): void {
  const { out, world } = io;
  const expiresAt = expiryOf(session, tokenUseFor(target, undefined)) ?? session.signedInAt;
  const clock = new Date(expiresAt).toTimeString().slice(0, 5);
  const kept = storage
    ? `stored in ${storage.path}${storage.kind === "keyring" ? ", sealed by the keyring" : ""}`
    : "not stored";
  const who = safeText(displayName(session.user));
  if (world.env.DEMO_AUTH_TOKEN) out.warn("DEMO_AUTH_TOKEN is set, and goes before this sign-in until it is unset.");
  out.note(
    `${out.mark("green", "✓")} Signed in as ${out.mark("bold", who)} (expires ${clock}, in ${duration(expiresAt - world.now())}; ${kept})`,
  );
  if (session.refreshToken && storage?.kind === "file") {
    out.note("The session can be renewed for days; --storage keyring seals it with your system's keyring.");
  }
  const route = routeToTry(target.routes);
  // What is not stored cannot be used by the next command.
  if (storage && target.apiUrl && route) out.note(`Next: ${typed(io, "call", route.path)}`);
}
