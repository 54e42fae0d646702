/**
 * Which addresses may be given, in stack files and in components' arguments alike: to redirect to, as the origin of pages,
 * as the prefix of a domain. A fault is said as what follows the value in a sentence.
 */

export type FaultOf = (value: string) => string | undefined;

/**
 * The rule of Cognito's `CallbackURLs`: absolute, no fragment, `https` except on the loopback hosts `localhost`,
 * `127.0.0.1` and `[::1]`. Custom schemes, which Cognito also takes, are left out: any app on a device can claim one.
 * https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html
 */
export const redirectFault: FaultOf = (text) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url) return ", which is not an absolute URL; write it as https://host/path";
  if (text.includes("#")) return ", which has a fragment; remove the # and what follows";
  if (text.includes("*")) return ", which has a wildcard; Cognito compares whole addresses, so give each one";
  if (url.username || url.password) return ", which carries a user name; remove it";
  const loopback = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  if (url.protocol === "https:" || (url.protocol === "http:" && loopback)) return undefined;
  return ", which is neither https nor http on localhost, 127.0.0.1 or [::1]; use one of these";
};

/** What may be named as the origin of web pages: as browsers send it in `Origin`, where a redirect could go to. */
export const originFault: FaultOf = (text) =>
  !redirectFault(text) && new URL(text).origin === text
    ? undefined
    : "; give one origin like https://app.example.com or http://localhost:3000, without a slash at the end";

/** Cognito refuses a domain prefix that contains any of these. */
const reservedWords = ["aws", "amazon", "cognito"];

/** https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain-prefix.html */
export const prefixFault: FaultOf = (text) =>
  /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(text) && !reservedWords.some((word) => text.includes(word))
    ? undefined
    : `; use 1 to 63 lower-case letters, digits and inner hyphens, without the words ${reservedWords.join(", ")}, which Cognito reserves`;

/** `<project>-<stack>` in the characters of a domain prefix, without reserved words, with room for `-<hash>`. */
export function domainPrefixStem(project: string, stack: string): string {
  let stem = `${project}-${stack}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  // Again and again: taking a word out may join the letters around it into another.
  for (let before = ""; before !== stem; ) {
    before = stem;
    for (const word of reservedWords) stem = stem.replaceAll(word, "");
  }
  return stem.replaceAll(/-+/g, "-").slice(0, 54).replaceAll(/^-|-$/g, "") || "app";
}
