/** Who is signed in to the target, in one word. */
import { givenSession, requireSession } from "../../sessions/access.ts";
import { displayName } from "../../sessions/session.ts";
import { SessionStore } from "../../sessions/store.ts";
import { type CommandContext, target as resolveTarget } from "../../shared/command-context.ts";
import { safeText } from "../../shared/text.ts";
import { targetBinding } from "../../targets/target.ts";

/** @throws SessionRefused `none` */
export async function whoami(io: CommandContext): Promise<void> {
  const { target } = await resolveTarget(io);
  const binding = targetBinding(target);
  const given = await givenSession(io.world, binding);
  const session = given ?? (await requireSession(new SessionStore(io.world), binding)).session;
  if (given) io.out.note("That is whom the token in DEMO_AUTH_TOKEN names.");
  const { sub, email, username } = session.user;
  if (io.out.json) io.out.document({ user: { sub, email, username }, account: session.account ?? null });
  else io.out.text(`${safeText(displayName(session.user))}\n`);
}
