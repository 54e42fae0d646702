/** Shortens the stacks in what a program's failure says to the frames that its person can do something about. */

import { fileURLToPath } from "node:url";

const FRAME = /^\s+at /;
/** What is loaded before the program besides, which lies among packages where it is installed, and in a checkout here. */
const PRELOADED = fileURLToPath(new URL(".", import.meta.url));
const isForeign = (line: string) =>
  /[\\/]node_modules[\\/]|\bnode:|<anonymous>\)?$/.test(line) || line.includes(PRELOADED);
/** Such as esbuild's `handler.ts:2:18: ERROR: Unexpected ";"`. */
const LOCATED = /^[^\s:][^:]*:\d+:\d+: /m;

/**
 * Leaves out the frames of Node and of installed packages. Where a stack has no others, its first one stays, unless the message
 * itself says a file and a line.
 * @param text as Node prints an error, its own properties included
 */
export function ownFrames(text: string): string {
  const kept: string[] = [];
  const lines = text.split("\n");
  for (let at = 0; at < lines.length; ) {
    if (!FRAME.test(lines[at]!)) {
      const line = lines[at++]!;
      // Of the files that required each other in vain, too.
      if (!/^- /.test(line) || !isForeign(line)) kept.push(line);
      continue;
    }
    const from = at;
    while (at < lines.length && FRAME.test(lines[at]!)) at++;
    const stack = lines.slice(from, at);
    const own = stack.filter((frame) => !isForeign(frame));
    const isLocated = LOCATED.test(lines.slice(0, from).join("\n"));
    const shown = own.length > 0 || isLocated ? own : stack.slice(0, 1);
    kept.push(...shown.map((frame) => frame.replace(/ \{$/, "")));
    // What follows the last frame are the error's own properties.
    if (stack.at(-1)!.endsWith(" {")) at = pushProperties(kept, lines, at);
  }
  const shown = kept.join("\n");
  return shown.includes("[Circular *") ? shown : shown.replaceAll(/<ref \*\d+> /g, "");
}

/** What says nothing: accessors, which Node does not read, and the promise that Pulumi's SDK notes on an error that rejected it. */
const EMPTY_PROPERTY =
  /: \[(?:Getter|Setter|Getter\/Setter)\],?$|^\s*promise: Promise \{ <rejected> \[Circular \*\d+\] \},?$/;

/** Leaves out properties that say nothing, and what a message about a missing module says already. */
function pushProperties(kept: string[], lines: string[], from: number): number {
  const end = lines.findIndex((line, at) => at >= from && /^\s*\}$/.test(line));
  const properties = lines.slice(from, end < 0 ? lines.length : end);
  const isMissingModule = properties.some((line) => /\bcode: 'MODULE_NOT_FOUND'/.test(line));
  const told = isMissingModule ? [] : properties.filter((line) => !EMPTY_PROPERTY.test(line));
  if (told.length > 0) kept[kept.length - 1] += " {";
  kept.push(...told, ...(told.length > 0 && end >= 0 ? [lines[end]!] : []));
  return end < 0 ? lines.length : end + 1;
}
