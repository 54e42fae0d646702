/**
 * Secrets that a person or a script gives on standard input, one a line: at a terminal they are asked for and not echoed,
 * elsewhere they are read as they come.
 */
import { StringDecoder } from "node:string_decoder";
import { FileUnfit, fileLimit } from "./bounded-file.ts";
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
  const lines = linesOf(world.stdin);
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
      const line = isTerminal ? undefined : await lines.take().catch((error: Error) => unreadable(what, error));
      if (line) return line;
      throw new CliError("usage", `There is no ${what} on standard input.`, {
        next: pipeIn,
      });
    },
    hasNext: async () =>
      !isTerminal && Boolean(await lines.peek().catch((error: Error) => unreadable("secret", error))),
  };
}

const pipeIn = "Pipe it in, one secret a line, in the order in which they are asked for: < secrets.txt";

function unreadable(what: string, cause: Error): never {
  throw new CliError("file_unreadable", `Could not read the ${what} from standard input: ${cause.message}.`, {
    next: pipeIn,
    cause,
  });
}

/** Each line as soon as it is there: whoever writes them may keep standard input open. `undefined` at the end. */
function linesOf(stdin: World["stdin"]) {
  const decoder = new StringDecoder("utf8");
  // A stream that stays open must not keep the process from ending.
  const { ref, unref } = stdin as { ref?(): void; unref?(): void };
  let chunks: AsyncIterator<Buffer | string> | undefined;
  let text = "";
  let ended = false;
  const fill = async () => {
    chunks ??= stdin[Symbol.asyncIterator]();
    ref?.call(stdin);
    try {
      while (!ended && !text.includes("\n")) {
        const { done, value } = await chunks.next();
        ended = done === true;
        text += ended ? decoder.end() : decoder.write(Buffer.from(value));
        if (text.length > fileLimit) throw new FileUnfit(`it has more than ${fileLimit} bytes`);
      }
    } finally {
      unref?.call(stdin);
    }
  };
  const peek = async () => {
    await fill();
    return text === "" ? undefined : text.split(/\r?\n/, 1)[0];
  };
  return {
    peek,
    async take() {
      const line = await peek();
      text = text.slice(text.includes("\n") ? text.indexOf("\n") + 1 : text.length);
      return line;
    },
  };
}
