/** The body of a call: given as it is, read from a file or standard input, or put together from fields. */
import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import { readBoundedStream } from "../../shared/bounded-file.ts";
import { type CommandContext, usage } from "../../shared/command-context.ts";
import { CliError } from "../../shared/errors.ts";
import { safeText } from "../../shared/text.ts";

export interface BodyFlags {
  data?: string;
  field?: string[];
}

/** API Gateway takes no more (Amazon API Gateway quotas, "Payload size"). */
const bodyLimit = 10 * 1024 * 1024;

/** @throws CliError `file_unreadable`, or `usage` for a field that is none */
export async function readBody(io: CommandContext<BodyFlags>): Promise<string | Uint8Array | undefined> {
  const { data, field } = io.flags;
  if (field !== undefined) {
    if (data !== undefined) throw usage("Either --data or --field");
    return JSON.stringify(await fields(io, field));
  }
  if (data === undefined) return undefined;
  if (data === "-") return read(io);
  return data.startsWith("@") ? read(io, data.slice(1)) : data;
}

async function fields(io: CommandContext, given: readonly string[]): Promise<Record<string, unknown>> {
  const body: Record<string, unknown> = {};
  for (const one of given) {
    const at = one.indexOf("=");
    if (at < 1) throw usage(`"${safeText(one, 60)}" is not a field`, "Write -F name=value");
    Object.defineProperty(body, one.slice(0, at), {
      value: await fieldValue(io, one.slice(at + 1)),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return body;
}

/** true, false, null and numbers are what they say; `@file` is the file's text; the rest is text. */
async function fieldValue(io: CommandContext, text: string): Promise<unknown> {
  if (text === "@-") return (await read(io)).toString("utf8");
  if (text.startsWith("@")) return (await read(io, text.slice(1))).toString("utf8");
  return /^(true|false|null|-?(0|[1-9]\d{0,14})(\.\d+)?)$/.test(text) ? JSON.parse(text) : text;
}

/** @param name a file's; without one, standard input */
async function read({ world }: CommandContext, name?: string): Promise<Buffer> {
  const file = name === undefined ? undefined : resolve(world.workingDirectory, name);
  try {
    return await readBoundedStream(file === undefined ? world.stdin : createReadStream(file), bodyLimit);
  } catch (error) {
    throw new CliError("file_unreadable", `Could not read ${file ?? "standard input"}: ${(error as Error).message}.`, {
      next:
        name === undefined
          ? "Pipe the body in, or give it after @ as a file"
          : "Write @ and the path of a file that can be read",
    });
  }
}
