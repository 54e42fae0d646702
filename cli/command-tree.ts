/** The command tree as plain data, for completion scripts and the reference page. */
import type { Command, Option } from "commander";

export interface CommandDescription {
  name: string;
  summary: string;
  description: string;
  usage: string;
  /** Values of the first argument, when it has a closed set. */
  choices: readonly string[];
  options: OptionDescription[];
  commands: CommandDescription[];
}

export interface OptionDescription {
  /** As written in help: `-X, --request <method>` */
  flags: string;
  short: string | undefined;
  long: string;
  description: string;
  takesValue: boolean;
  choices: readonly string[];
  defaultValue: string | undefined;
  env: string | undefined;
}

/** Hidden commands and options are left out. */
export function describeCommand(command: Command): CommandDescription {
  const help = command.createHelp();
  return {
    name: command.name(),
    summary: command.summary() || command.description(),
    description: command.description(),
    usage: help.commandUsage(command),
    choices: command.registeredArguments[0]?.argChoices ?? [],
    options: help.visibleOptions(command).map(describeOption),
    commands: help
      .visibleCommands(command)
      // Not the help command that commander adds by itself.
      .filter((child) => command.commands.includes(child))
      .map(describeCommand),
  };
}

function describeOption(option: Option): OptionDescription {
  const shown = option.defaultValue !== undefined && option.defaultValue !== true && option.defaultValue !== false;
  return {
    flags: option.flags,
    short: option.short,
    long: option.long ?? "",
    description: option.description,
    takesValue: option.required || option.optional,
    choices: option.argChoices ?? [],
    defaultValue: shown ? String(option.defaultValue) : undefined,
    env: option.envVar,
  };
}
