/** The whole of standard input, for an option that asks for it. */
import { fileLimit, readBoundedStream } from "./bounded-file.ts";
import type { CommandContext } from "./command-context.ts";
import { CliError } from "./errors.ts";
import type { NextStep } from "./next-step.ts";

export interface Wanted {
  /** For a person: "the body", "the token". */
  what: string;
  /** Bytes. */
  limit: number;
  /** How it is given. */
  next: NextStep;
}

/** @throws CliError `usage` at a terminal under `--no-input`, `file_unreadable` when it cannot be read or is larger */
export async function readStandardInput(
  { world, flags, out }: Pick<CommandContext, "world" | "flags" | "out">,
  { what, limit, next }: Wanted,
): Promise<Buffer> {
  if (world.stdin.isTTY === true) {
    if (flags.input === false)
      throw new CliError("usage", `With --no-input, ${what} is not read from the terminal.`, { next });
    out.note(`Type or paste ${what}; Ctrl-D on a line of its own ends it.`);
  }
  try {
    return await readBoundedStream(world.stdin, limit);
  } catch (error) {
    throw new CliError("file_unreadable", `Could not read ${what} from standard input: ${(error as Error).message}.`, {
      next,
      cause: error,
    });
  }
}

/** A token, with or without the name of its scheme. @throws CliError `usage` when there is none, and as readStandardInput */
export async function readToken(io: Pick<CommandContext, "world" | "flags" | "out">, next: NextStep): Promise<string> {
  const text = (await readStandardInput(io, { what: "the token", limit: fileLimit, next })).toString("utf8");
  const token = text.trim().replace(/^Bearer\s+/i, "");
  if (token) return token;
  throw new CliError("usage", "There is no token on standard input.", { next });
}
