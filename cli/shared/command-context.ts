/**
 * What every command works with: the world, its output, its flags, and the target they lead to.
 */
import type { Command } from "commander";
import type { Resolution } from "../targets/resolve.ts";
import { CliError } from "./errors.ts";
import { type CommandName, commandLine, type NextStep } from "./next-step.ts";
import { type Output, openOutput } from "./output.ts";
import { safeText } from "./text.ts";
import type { World } from "./world.ts";

export interface GlobalFlags {
  target?: string;
  profile?: string;
  config?: string;
  client?: string;
  api?: string;
  /** The account, where a target has several. */
  as?: string;
  json?: boolean;
  quiet?: boolean;
  debug?: boolean;
  /** False after `--no-color`. */
  color?: boolean;
  /** False after `--no-input`. */
  input?: boolean;
}

export interface CommandContext<Flags = object> {
  world: World;
  out: Output;
  flags: Flags & GlobalFlags;
}

/** Adds a command, or several that belong together, to the program. */
export type Registrant = (program: Command, world: World) => void;

/** Wraps a command's work as a commander action: parameters first, then the flags as one object. */
export function action<Flags = object>(
  world: World,
  work: (context: CommandContext<Flags>, ...parameters: never[]) => Promise<void> | void,
) {
  return async (...received: unknown[]): Promise<void> => {
    const command = received.at(-1) as Command;
    const flags = command.optsWithGlobals() as Flags & GlobalFlags;
    refuseEmpty(command);
    await work({ world, out: openOutput(world, flags), flags }, ...(received.slice(0, -2) as never[]));
  };
}

/** `login --idp "$NAME"` without a NAME would mean something else. A body may be empty. */
function refuseEmpty(command: Command): void {
  const isEmpty = (value: unknown) => value === "" || (Array.isArray(value) && value.includes(""));
  const options = command.options.filter(({ long }) => long !== "--data");
  const empty =
    options.find((option) => {
      const name = option.attributeName();
      return command.getOptionValueSource(name) === "cli" && isEmpty(command.getOptionValue(name));
    })?.long ??
    command.registeredArguments.find((argument, at) => !argument.variadic && command.processedArgs[at] === "")?.name();
  if (empty === undefined) return;
  const what = empty.startsWith("--") ? `${empty} is empty` : `The ${empty} is empty`;
  const above = command.parent?.parent ? [command.parent.name()] : [];
  throw usage(what, {
    say: `Give it a value${empty.startsWith("--") ? ", or leave it out" : ""}. How it is used`,
    command: "help",
    args: [...above, command.name()],
  });
}

/** One of our commands as this person types it, for the same target. */
export function typed({ world, flags }: CommandContext, command: CommandName, ...args: string[]): string {
  return commandLine({ invocation: world.invocation, targetFlags: flags }, command, args);
}

/** The target of this invocation, said on stderr so that nobody talks to the wrong one unawares. */
export async function target(io: CommandContext, options: { refresh?: boolean } = {}): Promise<Resolution> {
  const { resolveTarget } = await import("../targets/resolve.ts");
  const resolution = await resolveTarget(io.world, io.flags, { ...options, warn: io.out.warn });
  const { label, apiUrl, issuer } = resolution.target;
  io.out.note(io.out.mark("dim", `Target: ${label} (${apiUrl ?? issuer})`));
  return resolution;
}

/** Milliseconds of `90`, `90s`, `5m`, `1h` or `500ms`; a bare number is seconds. */
export function parseDuration(text: string): number {
  const [, amount = "", unit = "s"] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? [];
  const factor = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[unit];
  if (amount === "" || factor === undefined)
    throw usage(`"${safeText(text, 40)}" is not a duration`, "Write 30s, 5m or 1h");
  return Number(amount) * factor;
}

/** A timer that is set for longer ends at once (setTimeout, 2^31 - 1 ms). */
const LONGEST_WAIT_MS = 24 * 86_400_000;

/** Milliseconds to wait for something: any duration but none. */
export function parseTimeout(text: string): number {
  const milliseconds = parseDuration(text);
  const limit = "Write 30s, 5m or 1h";
  if (milliseconds > LONGEST_WAIT_MS)
    throw usage(`--timeout ${safeText(text, 40)} is longer than the 24 days that can be waited`, limit);
  if (milliseconds > 0) return milliseconds;
  throw usage(`--timeout ${text} leaves no time to wait`, limit);
}

export function usage(message: string, next: NextStep | readonly NextStep[]): CliError {
  return new CliError("usage", `${message}.`, { next });
}
