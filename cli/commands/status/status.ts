/** Whether the target's session can be used, and whose it is. Tokens are not shown. */

import { requireSession } from "../../sessions/access.ts";
import { displayName, expiryOf } from "../../sessions/session.ts";
import { SessionStore } from "../../sessions/store.ts";
import { type CommandContext, target as resolveTarget } from "../../shared/command-context.ts";
import { CliError } from "../../shared/errors.ts";
import { duration, safeText } from "../../shared/text.ts";
import { targetBinding, tokenUseFor } from "../../targets/target.ts";

/** @throws CliError `not_signed_in` or `token_expired` */
export async function status(io: CommandContext): Promise<void> {
  const { target } = await resolveTarget(io);
  const { session, storage } = await requireSession(new SessionStore(io.world), targetBinding(target));
  const expiresAt =
    expiryOf(session, tokenUseFor(target, undefined)) ?? session.idExpiresAt ?? session.accessExpiresAt!;
  const left = expiresAt - io.world.now();
  const renewable = session.refreshToken !== undefined;
  if (left <= 0 && !renewable) {
    throw new CliError(
      "token_expired",
      `The sign-in of ${safeText(displayName(session.user))} expired ${duration(-left)} ago.`,
      {
        next: { command: "login" },
      },
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
      storage,
      target: target.label,
    });
    return;
  }
  const validity = left > 0 ? `in ${duration(left)}` : "renewed at the next call";
  const rows = [
    ["Signed in", safeText(displayName(session.user))],
    ["Expires", renewable && left > 0 ? `${validity}, then renewed by itself` : validity],
    ["Flow", session.flow],
    ["User pool", session.issuer],
    ["App client", session.clientId],
    ["Stored in", `${storage.path} (${storage.kind})`],
  ];
  io.out.text(rows.map(([name, value]) => `${name!.padEnd(11)} ${safeText(value!)}\n`).join(""));
}
