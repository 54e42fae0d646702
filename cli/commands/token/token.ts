/** The bare token for other programs; the only command that prints one. */

import { requireToken } from "../../sessions/access.ts";
import type { TokenUse } from "../../sessions/session.ts";
import { SessionStore } from "../../sessions/store.ts";
import { type CommandContext, parseDuration, target as resolveTarget } from "../../shared/command-context.ts";
import { targetBinding, tokenUseFor } from "../../targets/target.ts";

export interface TokenFlags {
  header?: boolean;
  type?: TokenUse;
  minValid?: string;
}

/** @throws CliError when there is no session, or no token that is valid long enough */
export async function printToken(io: CommandContext<TokenFlags>): Promise<void> {
  const minimumValidityMs = io.flags.minValid === undefined ? undefined : parseDuration(io.flags.minValid);
  const { target } = await resolveTarget(io);
  const use = io.flags.type ?? tokenUseFor(target, undefined);
  const store = new SessionStore(io.world);
  const { token, expiresAt } = await requireToken(io.world, store, targetBinding(target), { use, minimumValidityMs });
  if (io.out.json) io.out.document({ type: use, token, expiresAt: new Date(expiresAt).toISOString() });
  else io.out.data(io.flags.header ? `Authorization: Bearer ${token}\n` : `${token}\n`);
}
