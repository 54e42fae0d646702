/**
 * The command tree. Each command registers itself from a file of its own and loads its work only when it runs.
 */
import { Command, InvalidArgumentError } from "commander";
import { registerAuthorizer } from "./commands/authorizer/authorizer-command.ts";
import { registerCall } from "./commands/call/call-command.ts";
import { registerCompletion } from "./commands/completion/completion-command.ts";
import { registerConfig } from "./commands/config/config-command.ts";
import { registerDoctor } from "./commands/doctor/doctor-command.ts";
import { registerExec } from "./commands/exec/exec-command.ts";
import { registerHelpTopics } from "./commands/help/help-topics.ts";
import { registerInit } from "./commands/init/init-command.ts";
import { registerLocal } from "./commands/local/local-command.ts";
import { registerLogin } from "./commands/login/login-command.ts";
import { registerLogout } from "./commands/logout/logout-command.ts";
import { registerLogs } from "./commands/logs/logs-command.ts";
import { registerStatus } from "./commands/status/status-command.ts";
import { registerToken } from "./commands/token/token-command.ts";
import { registerTour } from "./commands/tour/tour-command.ts";
import { registerUse } from "./commands/use/use-command.ts";
import { registerWhoami } from "./commands/whoami/whoami-command.ts";
import type { Registrant } from "./shared/command-context.ts";
import { version } from "./shared/version.ts";
import type { World } from "./shared/world.ts";

/** In the order in which help lists them. */
const registrants: readonly Registrant[] = [
  registerLogin,
  registerCall,
  registerStatus,
  registerWhoami,
  registerToken,
  registerExec,
  registerLogout,
  registerAuthorizer,
  registerLocal,
  registerLogs,
  registerTour,
  registerInit,
  registerUse,
  registerConfig,
  registerDoctor,
  registerCompletion,
  registerHelpTopics,
];

/** Builds the program. Nothing is read or written before it parses arguments. */
export function buildProgram(world: World): Command {
  const program = new Command("demo-auth")
    .description("Sign in to an API behind a Cognito user pool, on AWS or on your laptop, and call it.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "show help")
    .helpCommand(false)
    .option(
      "--target <name>",
      "local, local:<stack> of several, local:<project>/<stack> of any project, file, or a Pulumi stack (env: DEMO_AUTH_TARGET)",
      filled,
    )
    .option("-p, --profile <name>", "profile of your own configuration file (env: DEMO_AUTH_PROFILE)", filled)
    .option("--config <file>", "your own configuration file (env: DEMO_AUTH_CONFIG)", filled)
    .option("--client <name>", "app client of a local cloud that has several, by name or id", filled)
    .option("--api <name>", "API of a local cloud that has several, by name, id or name/stage", filled)
    .option("--as <name>", "account, of several that are signed in to one target (env: DEMO_AUTH_AS)", filled)
    .option("--json", "machine-readable output; errors too")
    .option("-q, --quiet", "only results and errors")
    .option("--debug", "say more on standard error, without secrets")
    .option("--no-color", "no colour")
    .option("--no-input", "never read from the terminal")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void world.stdout.write(text),
      // Usage errors are thrown as well, and shown in one place.
      writeErr: () => undefined,
    })
    .configureHelp({ showGlobalOptions: true });
  for (const register of registrants) register(program, world);
  return program;
}

/** Which target and whose account is never guessed: `--as "$WHO"` without a WHO would mean somebody else. */
function filled(value: string): string {
  if (value !== "") return value;
  throw new InvalidArgumentError("It is empty. Give it a value, or leave the option out.");
}
