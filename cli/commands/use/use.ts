/** Which target a project's commands speak to from now on. */
import { requireSession } from "../../sessions/access.ts";
import { chooseAccount } from "../../sessions/accounts.ts";
import { displayName } from "../../sessions/session.ts";
import { SessionStore } from "../../sessions/store.ts";
import { type CommandContext, usage } from "../../shared/command-context.ts";
import type { NextStep } from "../../shared/next-step.ts";
import { safeText } from "../../shared/text.ts";
import { chooseTarget, chosenTarget } from "../../targets/configuration.ts";
import { resolveTarget } from "../../targets/resolve.ts";
import { targetBinding } from "../../targets/target.ts";

export interface UseFlags {
  clear?: boolean;
}

/** Without a name or `--clear`, says what is chosen. @throws CliError when the named target cannot be read */
export async function use(io: CommandContext<UseFlags>, name: string | undefined): Promise<void> {
  const { world, out, flags } = io;
  if (name !== undefined && flags.clear) {
    const one = [[name], ["--clear"]];
    throw usage(
      "Either a target or --clear",
      one.map((args): NextStep => ({ command: "use", args })),
    );
  }
  if (name === undefined && flags.as !== undefined) return useAccount(io);
  if (name === undefined && !flags.clear) {
    const chosen = await chosenTarget(world, world.workingDirectory);
    if (out.json) out.document({ target: chosen ?? null });
    else if (chosen) out.text(`${safeText(chosen)}\n`);
    else
      out.note(
        "Nothing is chosen here: a demo-auth.json, this project's running local cloud or the selected stack is used.",
      );
    return;
  }
  if (name !== undefined && name !== "local") {
    // A target that cannot be read now would only fail later.
    await resolveTarget(world, { ...io.flags, target: name }, { refresh: true, warn: out.warn });
  }
  const folder = await chooseTarget(world, world.workingDirectory, name);
  if (out.json) out.document({ target: name ?? null, project: folder });
  else
    out.note(name ? `Commands in ${folder} speak to ${safeText(name)} now.` : `The choice for ${folder} is forgotten.`);
}

/** For whom this target's commands speak from now on. @throws SessionRefused `none` when that account is not signed in */
async function useAccount(io: CommandContext<UseFlags>): Promise<void> {
  const { target } = await resolveTarget(io.world, io.flags, { warn: io.out.warn });
  const { session } = await requireSession(new SessionStore(io.world), targetBinding(target));
  await chooseAccount(io.world, session, target.account);
  const who = safeText(displayName(session.user));
  if (io.out.json) io.out.document({ target: target.label, account: target.account ?? null });
  else io.out.note(`Commands for ${target.label} speak for ${safeText(target.account ?? "")} (${who}) now.`);
}
