/**
 * The one filter for text that comes from elsewhere and goes to a terminal: nothing in it may move the cursor, write over what
 * stands there, or turn the reading direction around.
 */
import { stripVTControlCharacters } from "node:util";

/**
 * C0 and C1 controls; line and paragraph separators; marks that change the direction of what stands beside them, or that
 * nobody sees (Unicode Bidi_Control and Default_Ignorable_Code_Point, https://www.unicode.org/reports/tr36/).
 */
const controls =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]+/gu;
const controlsExceptLineEnds =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]+/gu;

const printableAscii = /^[\x20-\x7e]*$/;

/**
 * Makes a string from outside (identity provider, API, token, file) harmless for a terminal: no escape sequences, no
 * other control characters, no bidirectional or invisible marks, one line; at most `limit` characters.
 */
export function safeText(remote: string, limit = 500): string {
  if (remote.length <= limit && printableAscii.test(remote)) return remote;
  const plain = withoutEscapes(remote.slice(0, limit * 4)).replace(controls, " ");
  return plain.length > limit ? `${plain.slice(0, limit)}…` : plain;
}

/** The same for text of several lines, of any length: line ends and tabs stay. */
export function safeBlock(remote: string): string {
  return withoutEscapes(remote).replace(controlsExceptLineEnds, " ");
}

/**
 * Node looks from the beginning of each operating system command (ECMA-48, 8.3.89) for its end: where there is none, it would
 * look through the whole rest of the text each time.
 */
function withoutEscapes(text: string): string {
  const end = Math.max(...["\u0007", "\u001b\\", "\u009c"].map((mark) => text.lastIndexOf(mark))) + 1;
  return stripVTControlCharacters(text.slice(0, end) + text.slice(end).replaceAll(/[\u001b\u009b]\]/g, " "));
}

/** Takes out what looks like a JSON Web Token, whole or cut off. */
export function withoutTokens(text: string): string {
  // A run without a dot is passed over as a whole, not from each `eyJ` in it.
  return text.replace(/eyJ[\w-]+(\.[\w-]*(?:\.[\w-]*)?)?/g, (run, rest) => (rest === undefined ? run : "[token]"));
}

/** JSON with whatever could steer a terminal written as `\u` escapes: the same value for every reader of JSON. */
export function safeJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(controlsExceptLineEnds, (marks) =>
    [...Array(marks.length).keys()].map((at) => `\\u${marks.charCodeAt(at).toString(16).padStart(4, "0")}`).join(""),
  );
}
