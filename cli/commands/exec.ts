/** `demo-auth exec`: runs a program with the token in its environment, and nowhere else. */
import { Option } from "commander";
import { CliError } from "../errors.ts";
import {
  action,
  type Invocation,
  parseDuration,
  type Registrant,
  target as resolveTarget,
  usage,
} from "../invocation.ts";
import { requireToken } from "../sessions/access.ts";
import type { TokenUse } from "../sessions/session.ts";
import { SessionStore } from "../sessions/store.ts";
import { targetBinding, tokenUseFor } from "../targets/target.ts";
import { safeText } from "../text.ts";

interface ExecFlags {
  env: string;
  type?: TokenUse;
  minValid: string;
}

export const registerExec: Registrant = (program, world) => {
  program
    .command("exec")
    .usage("[options] -- <command> [args...]")
    .argument("<command...>", "program and its arguments, after --")
    .summary("run a program with the token in its environment")
    .description("Runs a program with the token in one of its environment variables, and ends as it ends.")
    .option("--env <name>", "variable to put the token in", "DEMO_AUTH_TOKEN")
    .addOption(new Option("--type <type>", "which token (default: what the API needs)").choices(["id", "access"]))
    .option("--min-valid <duration>", "how long it must still be valid", "5m")
    .action(action<ExecFlags>(world, exec));
};

async function exec(io: Invocation<ExecFlags>, words: string[]): Promise<void> {
  const { world, flags } = io;
  const [command = "", ...args] = words;
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(flags.env)) throw usage(`"${safeText(flags.env, 60)}" cannot name a variable`);
  const minimumValidityMs = parseDuration(flags.minValid);
  const { target } = await resolveTarget(io);
  const use = flags.type ?? tokenUseFor(target, undefined);
  const store = new SessionStore(world);
  const { token } = await requireToken(world, store, targetBinding(target), { use, minimumValidityMs });
  const ended = await world.attach(command, args, { ...world.env, [flags.env]: token }).catch((error: Error) => {
    throw new CliError("command_not_runnable", `Could not start ${safeText(command, 200)}: ${error.message}.`, {
      next: "Check its name and that it is on the PATH",
      cause: error,
    });
  });
  if (ended.signal) world.dieBySignal(ended.signal);
  else world.setExitCode(ended.code ?? 0);
}
