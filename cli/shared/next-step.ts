/**
 * What to do after a failure, as data: a sentence, or a command of ours with its arguments. How the command is typed on
 * this machine, and which flags lead to the same target, is known only where it is shown.
 */
import { quoted } from "./shell-words.ts";

export type CommandName =
  | "authorizer"
  | "call"
  | "completion"
  | "config"
  | "doctor"
  | "exec"
  | "help"
  | "init"
  | "local"
  | "login"
  | "logout"
  | "logs"
  | "status"
  | "token"
  | "tour"
  | "use"
  | "whoami";

export interface CommandStep {
  command: CommandName;
  args?: readonly string[];
  /** When, or why: stands before the command. */
  say?: string;
}

export type NextStep = string | CommandStep;

/** How this machine's person types our commands. */
export interface Typing {
  /** `demo-auth`, `npx demo-auth`, … */
  invocation: string;
  /** The flags that led to this target: an advised command must not lead to another. */
  targetFlags: TargetFlagValues;
  /** The command that was typed, e.g. `["authorizer", "test"]`; none where no word was one. */
  command?: readonly string[];
}

export type TargetFlagValues = Readonly<Partial<Record<(typeof targetFlagNames)[number], string | undefined>>>;

const targetFlagNames = ["target", "profile", "config", "client", "api", "as"] as const;
const withoutTarget: ReadonlySet<CommandName> = new Set(["completion", "help", "init", "local", "tour", "use"]);

/** A command line that can be pasted into a shell. */
export function commandLine(typing: Typing, command: CommandName, args: readonly string[] = []): string {
  const target = withoutTarget.has(command) ? [] : targetArguments(typing.targetFlags, args);
  return [typing.invocation, command, ...[...target, ...args].map(quoted)].join(" ");
}

/** One step as a person reads it. */
export function stepInWords(typing: Typing, step: NextStep): string {
  if (typeof step === "string") return step;
  const line = commandLine(typing, step.command, step.args);
  return step.say === undefined ? line : `${step.say}: ${line}`;
}

/** Without those that the command is given anew. */
function targetArguments(flags: TargetFlagValues, args: readonly string[]): string[] {
  return targetFlagNames.flatMap((name) =>
    flags[name] === undefined || args.includes(`--${name}`) ? [] : [`--${name}`, flags[name]],
  );
}
