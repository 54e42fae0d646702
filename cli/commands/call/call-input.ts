/**
 * What a call is asked to send, checked before anybody is asked for anything. What is valid HTTP (RFC 9110) is the API's to
 * judge; nothing is changed or left out in silence.
 */
import { accessSync, constants, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type CommandContext, parseTimeout, usage } from "../../shared/command-context.ts";
import { CliError } from "../../shared/errors.ts";
import { quoted } from "../../shared/shell-words.ts";
import { safeText } from "../../shared/text.ts";
import type { BodyFlags } from "./request-body.ts";
import type { ShowFlags } from "./show-answer.ts";

export interface InputFlags extends BodyFlags, ShowFlags {
  request?: string;
  header?: string[];
  timeout?: string;
}

export interface CallInput {
  method: string;
  /** Names in lower case. */
  headers: Record<string, string>;
  timeoutMs: number;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-method-settings.html; ANY stands for all of them. */
export const GATEWAY_METHODS: readonly string[] = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

/** @throws CliError `usage` for what cannot be sent, or whose answer could not be kept */
export function callInput({ world, flags }: CommandContext<InputFlags>, path: string): CallInput {
  refuseChangedPath(path);
  const hasBody = flags.data !== undefined || flags.field !== undefined;
  if (flags.output !== undefined) refuseUnusableFile(flags, resolve(world.workingDirectory, flags.output));
  return {
    method: parseMethod(flags.request ?? (hasBody ? "POST" : "GET"), path),
    headers: parseHeaders(flags.header ?? [], hasBody),
    timeoutMs: parseTimeout(flags.timeout ?? "30s"),
  };
}

/** RFC 9110 §9.1: any token may be a method. */
function parseMethod(text: string, path: string): string {
  const method = text.toUpperCase();
  const unfit = (why: string) =>
    usage(why, { say: "Write one such as GET", command: "call", args: [path, "-X", "GET"] });
  if (!/^[!#$%&'*+.^_`|~0-9A-Z-]+$/.test(method)) throw unfit(`"${safeText(method, 30)}" is not an HTTP method`);
  // A client must not send one that has a secret in it (§9.3.8).
  if (method === "TRACE") throw unfit("TRACE would send the token back, to whoever can read the answer");
  if (method === "CONNECT") throw unfit("CONNECT asks for a tunnel, which no API is");
  return method;
}

/** What URL would take out or replace without a word. */
function refuseChangedPath(path: string): void {
  const unfit = (what: string, instead: string) =>
    usage(what, { say: "Write it so", command: "call", args: [instead] });
  const encoded = (pattern: RegExp) => path.replace(pattern, (found) => encodeURIComponent(found));
  const control = /[\u0000-\u001f\u007f]/g;
  if (control.test(path)) throw unfit("The path has a line break or another control character", encoded(control));
  if (path.includes("\\")) throw unfit("The path has a backslash, which a URL takes for /", encoded(/\\/g));
  if (path.includes("#")) throw unfit("The path has a #, and what comes after it is never sent", encoded(/#/g));
}

/** Fields that belong to the connection, or that HTTP's client writes (RFC 9110 §7.6.1, RFC 9113 §8.2.2). */
const ours =
  /^(authorization|host|content-length|transfer-encoding|connection|proxy-connection|keep-alive|upgrade|te|trailer|expect)$/i;

function parseHeaders(lines: readonly string[], hasBody: boolean): Record<string, string> {
  const given: Record<string, string> = {};
  for (const line of lines) {
    const [, name = "", text = ""] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):(.*)$/s.exec(line) ?? [];
    if (name === "")
      throw usage(`"${safeText(line.split(":")[0] ?? "", 60)}" is not a header`, "Write -H 'Name: value'");
    if (ours.test(name)) throw usage(`${name} is set by demo-auth itself`, leaveOut(name));
    const key = name.toLowerCase();
    const value = fieldValue(name, text.replace(/^[ \t]+|[ \t]+$/g, ""));
    // Several of one name mean one list (RFC 9110 §5.3); cookies have a separator of their own (RFC 6265 §5.4).
    const before = Object.hasOwn(given, key) ? `${given[key]}${key === "cookie" ? "; " : ", "}` : "";
    given[key] = before + value;
  }
  return {
    accept: "application/json, */*;q=0.5",
    ...(hasBody && { "content-type": "application/json" }),
    ...given,
  };
}

function leaveOut(name: string): string {
  return /^authorization$/i.test(name)
    ? "Leave it out. For the other token of the session: --type id or --type access"
    : "Leave it out";
}

/** RFC 9110 §5.5: visible characters, space and tab; of what is not ASCII a field carries single bytes only. */
function fieldValue(name: string, value: string): string {
  const unfit = (what: string) => usage(`The value of ${name} has ${what}`, `Write -H '${name}: value', in one line`);
  if (/[\r\n]/.test(value)) throw unfit("a line break");
  if (/[\u0000-\u0008\u000b-\u001f\u007f]/.test(value)) throw unfit("a control character");
  const wide = /[^\u0000-\u00ff]/u.exec(value)?.[0];
  if (wide === undefined) return value;
  throw usage(
    `The value of ${name} has a character that a header cannot carry: ${safeText(wide)}`,
    `If the API decodes it, write ${`-H ${quoted(`${name}: ${encodeURIComponent(value.toWellFormed())}`)}`}`,
  );
}

/** An answer that cannot be kept is lost: a second call would be another one. */
function refuseUnusableFile({ json, query, output }: InputFlags & { json?: boolean }, file: string): void {
  if (json || query !== undefined)
    throw usage(
      "--output goes without --json and --query",
      `Leave it out, and end the line with: > ${quoted(output!)}`,
    );
  const why = unwritable(file);
  if (why === undefined) return;
  throw new CliError("file_unreadable", `Could not write ${file}: ${why}.`, {
    next: [
      "Name a file with --output whose folder is there and can be written: -o answer.json",
      ...(why.startsWith(dirname(file)) ? [`Or make its folder: mkdir -p ${quoted(dirname(file))}`] : []),
    ],
  });
}

function unwritable(file: string): string | undefined {
  const folder = dirname(file);
  try {
    const info = statSync(file, { throwIfNoEntry: false });
    if (info?.isDirectory()) return "it is a folder";
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return `${folder} is not a folder`;
    accessSync(info ? file : folder, constants.W_OK);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
