/** Runs a program with the token in its environment, and nowhere else. */

import { requireToken } from "../../sessions/access.ts";
import type { TokenUse } from "../../sessions/session.ts";
import { SessionStore } from "../../sessions/store.ts";
import { type CommandContext, parseDuration, target as resolveTarget, usage } from "../../shared/command-context.ts";
import { CliError } from "../../shared/errors.ts";
import { quoted } from "../../shared/shell-words.ts";
import { safeText } from "../../shared/text.ts";
import { targetBinding, tokenUseFor } from "../../targets/target.ts";

export interface ExecFlags {
  env: string;
  type?: TokenUse;
  minValid?: string;
}

/** Ends this process as the program ended. @throws CliError `command_not_found`, `command_not_executable`, or no token */
export async function exec(io: CommandContext<ExecFlags>, words: string[]): Promise<void> {
  const { world, flags } = io;
  const [command = "", ...args] = words;
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(flags.env)) {
    const args = ["--env", "API_TOKEN", "--", ...words];
    throw usage(`"${safeText(flags.env, 60)}" cannot name a variable`, { command: "exec", args });
  }
  const minimumValidityMs = flags.minValid === undefined ? undefined : parseDuration(flags.minValid);
  const { target } = await resolveTarget(io);
  const use = flags.type ?? tokenUseFor(target, undefined);
  const store = new SessionStore(world);
  const { token } = await requireToken(world, store, targetBinding(target), { use, minimumValidityMs });
  const ended = await world
    .attach(command, args, { ...world.env, [flags.env]: token })
    .catch((error: NodeJS.ErrnoException) => {
      // As shells do (POSIX Shell Command Language, 2.8.2).
      const code = error.code === "ENOENT" ? "command_not_found" : "command_not_executable";
      throw new CliError(code, `Could not start ${safeText(command, 200)}: ${error.message}.`, {
        next:
          code === "command_not_found"
            ? `Check its name and that it is on the PATH: command -v ${quoted(command)}`
            : `See whether it is a program that you may run: ls -l ${quoted(command)}`,
        cause: error,
      });
    });
  if (ended.signal) world.dieBySignal(ended.signal);
  else world.setExitCode(ended.code ?? 0);
}
