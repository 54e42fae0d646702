import type { ResourceRule } from "../rule.ts";

export default {
  kind: "resource",
  name: "cognito-client-callbacks-https-or-loopback",
  description: "Tokens are sent to https addresses or to this machine.",
  why: "Anybody on the way reads a token or code that travels over plain http.",
  answersTo: ["RFC 9700 section 2.6", "RFC 8252 section 7.3"],
  level: "mandatory",
  types: ["aws:cognito/userPoolClient:UserPoolClient"],
  check({ callbackUrls = [], logoutUrls = [], defaultRedirectUri }) {
    const urls: string[] = [...callbackUrls, ...logoutUrls, ...(defaultRedirectUri ? [defaultRedirectUri] : [])];
    const open = urls.filter((url) => !isHttpsOrLoopback(url));
    return open.length > 0 ? `${open.join(", ")}: neither https nor http on a loopback address; change it.` : undefined;
  },
} satisfies ResourceRule;

function isHttpsOrLoopback(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "https:") return true;
  return url?.protocol === "http:" && ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
}
