/** The body of a call: given as it is, read from a file or standard input, or put together from fields. */
import { isUtf8 } from "node:buffer";
import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import { readBoundedStream } from "../../shared/bounded-file.ts";
import { type CommandContext, usage } from "../../shared/command-context.ts";
import { CliError } from "../../shared/errors.ts";
import { quoted } from "../../shared/shell-words.ts";
import { readStandardInput } from "../../shared/standard-input.ts";
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
    if (data !== undefined)
      throw usage("Either --data or --field", `Give one body: -d '{"name":"value"}', or -F name=value`);
    return JSON.stringify(await fields(io, field));
  }
  if (data === undefined) return undefined;
  if (data === "-" || data === "@-") return read(io);
  return data.startsWith("@") ? read(io, data.slice(1)) : data;
}

async function fields(io: CommandContext, given: readonly string[]): Promise<Record<string, unknown>> {
  const body: Record<string, unknown> = {};
  for (const one of given) {
    const at = one.indexOf("=");
    if (at < 1) throw usage(`"${safeText(one, 60)}" is not a field`, "Write -F name=value");
    const name = one.slice(0, at);
    if (Object.hasOwn(body, name))
      throw usage(
        `The field "${safeText(name, 60)}" is given twice`,
        `For a list, write the body: -d '{"name":[1,2]}'`,
      );
    Object.defineProperty(body, name, {
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
  if (text === "@-") return asText(await read(io), "Standard input");
  if (text.startsWith("@")) return asText(await read(io, text.slice(1)), text.slice(1));
  return /^(true|false|null|-?(0|[1-9]\d{0,14})(\.\d+)?)$/.test(text) ? JSON.parse(text) : text;
}

/** JSON holds text only: other bytes would be replaced in silence. */
function asText(bytes: Buffer, source: string): string {
  if (isUtf8(bytes)) return bytes.toString("utf8");
  throw new CliError("file_unreadable", `${safeText(source, 200)} is not UTF-8 text, which a field of JSON holds.`, {
    next: `To send its bytes as they are: -d @${quoted(source)} -H 'Content-Type: application/octet-stream'`,
  });
}

/** @param name a file's; without one, standard input */
async function read(io: CommandContext, name?: string): Promise<Buffer> {
  if (name === undefined) {
    const next = "Pipe the body in, or give it after @ as a file: -d @body.json";
    return readStandardInput(io, { what: "the body", limit: bodyLimit, next });
  }
  if (name === "") throw usage("There is no file's name after @", "Write -d @body.json, or -d @- for standard input");
  const file = resolve(io.world.workingDirectory, name);
  try {
    return await readBoundedStream(createReadStream(file), bodyLimit);
  } catch (error) {
    throw new CliError("file_unreadable", `Could not read ${file}: ${(error as Error).message}.`, {
      next: "Write @ and the path of a file that can be read",
    });
  }
}
