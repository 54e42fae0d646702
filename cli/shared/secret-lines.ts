/**
 * Secrets that a person or a script gives on standard input, one a line: at a terminal they are asked for and not echoed,
 * elsewhere they are read as they come.
 */
import { readBoundedStream } from "./bounded-file.ts";
import { CliError } from "./errors.ts";
import { readPastes } from "./hidden-lines.ts";
import type { World } from "./world.ts";

export interface SecretLines {
  /** The next line, without its end. @throws CliError `usage` when there is none */
  next(what: string): Promise<string>;
  /** Whether a line is there without asking a person. */
  hasNext(): Promise<boolean>;
}

/** @param ask shows a person what is wanted */
export function secretLines(
  world: Pick<World, "stdin" | "dieBySignal">,
  options: { input: boolean; ask(what: string): void },
): SecretLines {
  let read: Promise<string[]> | undefined;
  const lines = () => {
    read ??= readBoundedStream(world.stdin, 1 << 20).then((bytes) => bytes.toString("utf8").split(/\r?\n/));
    return read;
  };
  const isTerminal = world.stdin.isTTY === true;
  return {
    async next(what) {
      if (isTerminal && options.input) {
        options.ask(what);
        return new Promise((resolve) => {
          const reader = readPastes(world, (line) => {
            reader.close();
            resolve(line);
          });
        });
      }
      const line = isTerminal ? undefined : (await lines()).shift();
      if (line) return line;
      throw new CliError("usage", `There is no ${what} on standard input.`, {
        next: "Pipe it in, one secret a line, in the order in which they are asked for",
      });
    },
    hasNext: async () => !isTerminal && Boolean((await lines())[0]),
  };
}
