/**
 * Which addresses a token or a password may be sent to: https, or http that cannot leave this machine. Configuration
 * can come from a cloned repository, so every address in it passes here first.
 */

/** Whether an URL's host is this machine by name or address (RFC 8252 §8.3, RFC 6761 §6.3). */
export function isLoopback(url: URL): boolean {
  return url.hostname === "127.0.0.1" || url.hostname === "[::1]" || url.hostname === "localhost";
}

/** The parsed address, or why it may not be used. */
export type CheckedAddress = { ok: true; url: URL } | { ok: false; reason: string };

/** Accepts `https://…` anywhere and `http://…` on loopback only, without user name, password, or fragment. */
export function checkAddress(text: string): CheckedAddress {
  const url = URL.parse(text);
  if (!url) return { ok: false, reason: "is not an absolute URL" };
  if (url.username || url.password) return { ok: false, reason: "must not carry a user name or password" };
  if (url.hash) return { ok: false, reason: "must not carry a fragment" };
  if (url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url))) return { ok: true, url };
  return { ok: false, reason: "must be https (http is for this machine only)" };
}

/**
 * Accepts a Cognito user pool's issuer, `https://cognito-idp.<region>.amazonaws.com[.cn]/<pool id>` in its original or
 * updated form, or a loopback one of a local cloud.
 */
export function checkIssuer(text: string): CheckedAddress {
  const address = checkAddress(text);
  if (!address.ok) return address;
  const { url } = address;
  const cognito =
    url.protocol === "https:" &&
    url.port === "" &&
    /^(issuer-)?cognito-idp(-fips)?\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/.test(url.hostname);
  if (!cognito && !isLoopback(url)) {
    return {
      ok: false,
      reason: "is not a Cognito user pool's issuer (https://cognito-idp.<region>.amazonaws.com/<id>)",
    };
  }
  if (!/^\/[\w-]+_[0-9A-Za-z]+$/.test(url.pathname) || url.search) {
    return { ok: false, reason: "must end with the user pool's id, such as /us-east-1_AbCdEfGhI" };
  }
  return address;
}

/** The issuer of a pool known by region and id. */
export function cognitoIssuer(region: string, userPoolId: string): string {
  const suffix = region.startsWith("cn-") ? ".cn" : "";
  return `https://cognito-idp.${region}.amazonaws.com${suffix}/${userPoolId}`;
}
