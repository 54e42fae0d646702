/** Whether the target's session can be used, and whose it is. Tokens are not shown. */

import { givenSession, isRenewable, requireSession } from "../../sessions/access.ts";
import { chosenAccount } from "../../sessions/accounts.ts";
import { displayName, expiryOf } from "../../sessions/session.ts";
import { SessionStore } from "../../sessions/store.ts";
import { type CommandContext, target as resolveTarget } from "../../shared/command-context.ts";
import { CliError } from "../../shared/errors.ts";
import { duration, safeText } from "../../shared/text.ts";
import { targetBinding, tokenUseFor } from "../../targets/target.ts";
import { signInAgain } from "../../wording/session-refusals.ts";

export interface StatusFlags {
  all?: boolean;
}

/** @throws CliError `not_signed_in` or `token_expired` */
export async function status(io: CommandContext<StatusFlags>): Promise<void> {
  if (io.flags.all) return listSessions(io);
  const { target } = await resolveTarget(io);
  const binding = targetBinding(target);
  const given = await givenSession(io.world, binding);
  const stored = given ? undefined : await requireSession(new SessionStore(io.world), binding);
  const session = given ?? stored!.session;
  const tokenUse = session.idToken === undefined ? "access" : "id";
  const expiresAt =
    expiryOf(session, tokenUseFor(target, undefined)) ?? session.idExpiresAt ?? session.accessExpiresAt!;
  const left = expiresAt - io.world.now();
  const renewable = stored !== undefined && isRenewable(stored);
  if (left <= 0 && !renewable) {
    throw new CliError(
      "token_expired",
      `The sign-in of ${safeText(displayName(session.user))} expired ${duration(-left)} ago.`,
      { next: signInAgain(session.flow) },
    );
  }
  if (io.out.json) {
    io.out.document({
      signedIn: true,
      user: { sub: session.user.sub, email: session.user.email },
      flow: session.flow,
      scopes: session.scopes,
      expiresAt: new Date(expiresAt).toISOString(),
      renewable,
      issuer: session.issuer,
      clientId: session.clientId,
      storage: stored?.storage ?? { kind: "environment", variable: "DEMO_AUTH_TOKEN", tokenUse },
      target: target.label,
      account: session.account ?? null,
    });
    return;
  }
  const validity = left > 0 ? `in ${duration(left)}` : "renewed at the next call";
  const rows = [
    ["Signed in", safeText(displayName(session.user))],
    ...(session.account === undefined ? [] : [["Account", session.account]]),
    ["Expires", renewable && left > 0 ? `${validity}, then renewed by itself` : validity],
    ...(session.flow === "client_credentials" && !renewable
      ? [["", "The client's secret is not kept: sign in with --storage keyring, and this renews itself."]]
      : []),
    ["Flow", session.flow],
    ["User pool", session.issuer],
    ["App client", session.clientId],
    stored
      ? ["Stored in", `${stored.storage.path} (${stored.storage.kind})`]
      : ["Token from", `DEMO_AUTH_TOKEN (${tokenUse} token), which goes before any stored sign-in`],
  ];
  io.out.text(rows.map(([name, value]) => `${name!.padEnd(11)} ${safeText(value!)}\n`).join(""));
}

/** Whoever is signed in anywhere; `*` marks for whom the commands of that target speak. */
async function listSessions({ world, out }: CommandContext): Promise<void> {
  const { sessions, unreadable } = await new SessionStore(world).list();
  const rows = await Promise.all(
    sessions.map(async ({ session, storage }) => ({
      user: displayName(session.user),
      account: session.account ?? null,
      chosen: (await chosenAccount(world, session)) === session.account,
      expiresAt: session.idExpiresAt ?? session.accessExpiresAt!,
      renewable: isRenewable({ session, storage }),
      issuer: session.issuer,
      clientId: session.clientId,
      api: session.apiOrigin ?? null,
      storage,
    })),
  );
  for (const file of unreadable) out.warn(`This session cannot be read: ${file}`);
  if (out.json) {
    out.document({ sessions: rows.map((row) => ({ ...row, expiresAt: new Date(row.expiresAt).toISOString() })) });
    return;
  }
  if (rows.length === 0) out.note("Nobody is signed in anywhere.");
  if (world.env.DEMO_AUTH_TOKEN) out.warn("DEMO_AUTH_TOKEN is set, and goes before all of these.");
  for (const row of rows) {
    const left = row.expiresAt - world.now();
    const validity = left > 0 ? `expires in ${duration(left)}` : row.renewable ? "renewed at the next call" : "expired";
    const name = row.account === null ? row.user : `${row.account} (${row.user})`;
    out.text(
      `${row.chosen ? "*" : " "} ${safeText(name, 120).padEnd(36)} ${safeText(row.api ?? row.issuer, 200)}  ${validity}\n`,
    );
  }
}
