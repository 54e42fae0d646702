/** An API's answer for a person, a pipe, a file or a script. */
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { styleText } from "node:util";
import { type CommandContext, usage } from "../../shared/command-context.ts";
import { CliError } from "../../shared/errors.ts";
import type { HttpAnswer } from "../../shared/http-client.ts";
import { safeBlock, safeJson, safeText } from "../../shared/text.ts";

export interface ShowFlags {
  include?: boolean;
  raw?: boolean;
  output?: string;
  query?: string;
}

/** Reads the expression before anything is sent. @throws CliError `usage` */
export async function compileQuery(expression: string | undefined): Promise<((value: unknown) => unknown) | undefined> {
  if (expression === undefined) return undefined;
  const { compile, TreeInterpreter } = await import("@jmespath-community/jmespath");
  try {
    const tree = compile(expression);
    return (value) => TreeInterpreter.search(tree, value as never);
  } catch (error) {
    throw usage(
      `--query is not a JMESPath expression: ${safeText((error as Error).message, 200)}`,
      "For example: --query 'items[?amount > `10`].id' (https://jmespath.org/tutorial.html)",
    );
  }
}

/** Prints the answer; its status is the caller's to judge. */
export async function showAnswer(
  io: CommandContext<ShowFlags>,
  { status, statusText, headers, body }: HttpAnswer,
  query: ((value: unknown) => unknown) | undefined,
): Promise<void> {
  const { out, flags } = io;
  const statusLine = `HTTP ${status} ${safeText(statusText, 60)}`.trimEnd();
  const failed = status < 200 || status > 299;
  if (out.json) {
    const selected = query && !failed ? select(query, body) : bodyValue(body);
    out.document({ status, headers, body: selected });
    return;
  }
  if (flags.include) {
    const lines = Object.entries(headers).map(([name, value]) => safeText(`${name}: ${value}`, 8192));
    out.data(`${[statusLine, ...lines].join("\n")}\n\n`);
  } else if (failed) out.note(out.mark("red", statusLine));
  if (query && !failed) out.text(selectionText(select(query, body)));
  else if (flags.output !== undefined && !failed) await toFile(io, flags.output, body);
  else if (out.stdoutIsTerminal && !flags.raw) out.data(forTerminal(body, out.stdoutTakesColour));
  else out.data(body);
}

export function bodyValue(bytes: Buffer): unknown {
  const text = bytes.toString("utf8");
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function select(query: (value: unknown) => unknown, body: Buffer): unknown {
  const value = bodyValue(body);
  try {
    return query(value) ?? null;
  } catch (error) {
    throw usage(
      `--query does not fit the answer: ${safeText((error as Error).message, 200)}; the answer was ${safeText(body.toString("utf8"), 2000)}`,
      "For example: --query 'items[].id' (https://jmespath.org/tutorial.html)",
    );
  }
}

/** Texts as they are, a list of them one a line, and the rest as JSON. */
function selectionText(value: unknown): string {
  const lines = Array.isArray(value) && value.every((item) => typeof item === "string") ? value : [value];
  return lines.map((item) => `${typeof item === "string" ? item : safeJson(item, 2)}\n`).join("");
}

async function toFile({ world, out }: CommandContext<ShowFlags>, name: string, body: Buffer): Promise<void> {
  const file = resolve(world.workingDirectory, name);
  try {
    await writeFile(file, body);
  } catch (error) {
    // A second call would be another one: this answer is not lost.
    out.data(body);
    const what = `Could not write ${file}: ${(error as Error).message}; the answer is on standard output.`;
    throw new CliError("file_unreadable", what, {
      next: "Name a file with --output whose folder is there and can be written: -o answer.json",
    });
  }
  out.note(`${body.length} bytes in ${file}`);
}

function forTerminal(bytes: Buffer, colour: boolean): string {
  const value = bodyValue(bytes);
  if (typeof value !== "string") return `${colour ? coloured(safeJson(value, 2)) : safeJson(value, 2)}\n`;
  const text = safeBlock(value);
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}

/** Names, texts and other values of JSON that holds no control characters. */
function coloured(json: string): string {
  const paint = (style: "cyan" | "green" | "yellow", text: string) => styleText(style, text, { validateStream: false });
  return json.replace(
    /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g,
    (token, text?: string, colon?: string) =>
      text === undefined ? paint("yellow", token) : colon ? paint("cyan", text) + colon : paint("green", text),
  );
}
