/**
 * Text that is safe to show: remote strings through the filter that the local cloud uses too, and debug lines without
 * secrets.
 */
import { withoutTokens } from "../../local/terminal-text.ts";

export { safeBlock, safeJson, safeText } from "../../local/terminal-text.ts";

const secretParameters =
  "id_token|access_token|refresh_token|code|state|nonce|code_verifier|code_challenge|token|session|password";
const inQueries = new RegExp(`\\b(${secretParameters})=([^&\\s"']+)`, "gi");
const inJson = new RegExp(`"(${secretParameters})"\\s*:\\s*"[^"]*"`, "gi");
/** With its value: a sentence that only mentions the field is left whole. A signature has several words. */
const authorizationFields =
  /\b(authorization["']?(?:\s*[:=]\s*["']?|\s+(?=(?:bearer|basic|aws4-hmac-sha256)\s)))(?:aws4-hmac-sha256\s.*|(?:(?:bearer|basic)\s+)?[^\s"']+)/gi;
const bearers = /\b(bearer\s+)(?!tokens?\b)[^\s"']+/gi;

/** What every secret that `redact` knows has in it: most lines have none of it, those that only name the field included. */
const marksOfSecrets = /eyJ|[="]|authorization(?:'?\s*:|\s+(?:bearer|basic|aws4))|bearer\s+(?!tokens?\b)/i;

/**
 * Takes out what must never be written down: anything that looks like a JWT, the values of OAuth parameters in URLs,
 * forms and JSON, and authorization headers. Meant for lines that we compose ourselves, as a second fence.
 */
export function redact(line: string): string {
  if (!marksOfSecrets.test(line)) return line;
  return withoutTokens(line)
    .replace(inQueries, "$1=[hidden]")
    .replace(inJson, '"$1":"[hidden]"')
    .replace(authorizationFields, "$1[hidden]")
    .replace(bearers, "$1[hidden]");
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
