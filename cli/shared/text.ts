/**
 * Text that is safe to show: remote strings without terminal control, and debug lines without secrets.
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

/**
 * Makes a string from outside (identity provider, API, token, file) harmless for a terminal: no escape sequences, no
 * other control characters, no bidirectional or invisible marks, one line; at most `limit` characters.
 */
export function safeText(remote: string, limit = 500): string {
  const plain = stripVTControlCharacters(remote.slice(0, limit * 4)).replace(controls, " ");
  return plain.length > limit ? `${plain.slice(0, limit)}…` : plain;
}

/** The same for text of several lines, of any length: line ends and tabs stay. */
export function safeBlock(remote: string): string {
  return stripVTControlCharacters(remote).replace(controlsExceptLineEnds, " ");
}

/** JSON with whatever could steer a terminal written as `\u` escapes: the same value for every reader of JSON. */
export function safeJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(controlsExceptLineEnds, (marks) =>
    [...Array(marks.length).keys()].map((at) => `\\u${marks.charCodeAt(at).toString(16).padStart(4, "0")}`).join(""),
  );
}

const secretParameters =
  "id_token|access_token|refresh_token|code|state|nonce|code_verifier|code_challenge|token|session|password";

/**
 * Takes out what must never be written down: anything that looks like a JWT, the values of OAuth parameters in URLs,
 * forms and JSON, and authorization headers. Meant for lines that we compose ourselves, as a second fence.
 */
export function redact(line: string): string {
  return line
    .replace(/eyJ[\w-]+\.[\w-]*(\.[\w-]*)?/g, "[token]")
    .replace(new RegExp(`\\b(${secretParameters})=([^&\\s"']+)`, "gi"), "$1=[hidden]")
    .replace(new RegExp(`"(${secretParameters})"\\s*:\\s*"[^"]*"`, "gi"), '"$1":"[hidden]"')
    .replace(/\b(authorization:?\s+)(bearer\s+|basic\s+)?\S+/gi, "$1[hidden]")
    .replace(/\bBearer\s+\S+/gi, "Bearer [hidden]");
}

/** `4 minutes`, `1 hour`, `2 days`: the largest unit that fits, rounded down, never "0". */
export function duration(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 1) {
    const seconds = Math.max(1, Math.floor(milliseconds / 1000));
    return plural(seconds, "second");
  }
  if (minutes < 120) return plural(minutes, "minute");
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? plural(hours, "hour") : plural(Math.floor(hours / 24), "day");
}

function plural(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
