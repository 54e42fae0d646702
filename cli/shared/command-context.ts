/**
 * What every command works with: the world, its output, its flags, and the target they lead to.
 */
import type { Command } from "commander";
import type { Resolution } from "../targets/resolve.ts";
import { CliError } from "./errors.ts";
import { type Output, openOutput } from "./output.ts";
import { safeText } from "./text.ts";
import type { World } from "./world.ts";

export interface GlobalFlags {
  target?: string;
  profile?: string;
  config?: string;
  client?: string;
  api?: string;
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
  work: (invocation: CommandContext<Flags>, ...parameters: never[]) => Promise<void> | void,
) {
  return async (...received: unknown[]): Promise<void> => {
    const command = received.at(-1) as Command;
    const flags = command.optsWithGlobals() as Flags & GlobalFlags;
    try {
      await work({ world, out: openOutput(world, flags), flags }, ...(received.slice(0, -2) as never[]));
    } catch (error) {
      throw error instanceof CliError ? sameTarget(error, flags) : error;
    }
  };
}

/** What to type after a command's name so that it speaks to the same target as this invocation. */
export function targetWords(flags: GlobalFlags): string {
  const named = (["target", "profile", "config", "client", "api"] as const).filter((name) => flags[name] !== undefined);
  return named.map((name) => ` --${name} ${quoted(flags[name]!)}`).join("");
}

/** An advised command must not lead to another target than the one that failed. */
function sameTarget(error: CliError, flags: GlobalFlags): CliError {
  const words = targetWords(flags);
  if (words === "" || error.next === undefined) return error;
  const next = error.next.replace(/demo-auth (login|logout|doctor|config|call)\b/g, (command) => command + words);
  return new CliError(error.code, error.message, { next, cause: error });
}

function quoted(word: string): string {
  return /^[\w./@:+-]+$/.test(word) ? word : `'${safeText(word, 200).replaceAll("'", "'\\''")}'`;
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
  if (amount === "" || factor === undefined) throw usage(`"${text}" is not a duration`, "Write 30s, 5m or 1h");
  return Number(amount) * factor;
}

export function usage(message: string, next?: string): CliError {
  return new CliError("usage", `${message}.`, { next });
}
