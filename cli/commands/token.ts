/** `demo-auth token`: the bare token for other programs; the only command that prints one. */
import { Option } from "commander";
import { action, type Invocation, parseDuration, type Registrant, target as resolveTarget } from "../invocation.ts";
import { requireToken } from "../sessions/access.ts";
import type { TokenUse } from "../sessions/session.ts";
import { SessionStore } from "../sessions/store.ts";
import { targetBinding, tokenUseFor } from "../targets/target.ts";

interface TokenFlags {
  header?: boolean;
  type?: TokenUse;
  minValid: string;
}

export const registerToken: Registrant = (program, world) => {
  program
    .command("token")
    .summary("print the token, for curl and other programs")
    .description("Prints the bare token. For curl: curl -H @<(demo-auth token --header) URL")
    .option("--header", "print it as an Authorization header")
    .addOption(new Option("--type <type>", "which token (default: what the API needs)").choices(["id", "access"]))
    .option("--min-valid <duration>", "how long it must still be valid", "10s")
    .action(action<TokenFlags>(world, printToken));
};

async function printToken(io: Invocation<TokenFlags>): Promise<void> {
  const minimumValidityMs = parseDuration(io.flags.minValid);
  const { target } = await resolveTarget(io);
  const use = io.flags.type ?? tokenUseFor(target, undefined);
  const store = new SessionStore(io.world);
  const { token, expiresAt } = await requireToken(io.world, store, targetBinding(target), { use, minimumValidityMs });
  if (io.out.json) io.out.document({ type: use, token, expiresAt: new Date(expiresAt).toISOString() });
  else io.out.data(io.flags.header ? `Authorization: Bearer ${token}\n` : `${token}\n`);
}
