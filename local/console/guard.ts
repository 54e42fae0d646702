/**
 * Who may talk to the console's API: nobody from another machine. Reading: this machine's programs and the console's own page, since nothing carries
 * CORS headers. Changing: the console's own page only, which proves itself by its `Origin`, a JSON body (no form can send
 * one) and a token that is made for each run and stands in that page alone
 * (https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html).
 */
import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { MiddlewareHandler } from "hono";

const PAGE_TOKEN_HEADER = "x-console-token";

/**
 * Whether AWS answers such a request at `cognito-idp.<region>.amazonaws.com` to anybody: discovery and keys, and operations
 * that are not signed. A signed one is an administrator's, which nobody on another machine is.
 */
export function isForEverybody({ method, url = "", headers }: IncomingMessage): boolean {
  const target = String(headers["x-amz-target"] ?? "");
  if (method === "POST")
    return target.startsWith("AWSCognitoIdentityProviderService.") && headers.authorization === undefined;
  return method === "OPTIONS" || /^\/[\w-]+\/\.well-known\/(openid-configuration|jwks\.json)(\?|$)/.test(url);
}

/** Keeps pages of other sites from loading anything, even blindly. Programs send no `Sec-Fetch-Site`. */
export const refuseOtherSites: MiddlewareHandler = async (context, next) => {
  const site = context.req.header("sec-fetch-site");
  if (site !== undefined && site !== "same-origin" && site !== "none")
    return context.json(refusal("other_site", "A page of another site may not use the console."), 403);
  return next();
};

/** @param token what the page was given */
export function onlyTheConsolesPage(token: string): MiddlewareHandler {
  const expected = Buffer.from(token);
  return async (context, next) => {
    const { origin } = new URL(context.req.url);
    if (context.req.header("origin") !== origin)
      return context.json(refusal("other_origin", `Only the page at ${origin} may do this.`), 403);
    const mediaType = (context.req.header("content-type") ?? "").split(";")[0]!.trim().toLowerCase();
    if (mediaType !== "application/json")
      return context.json(refusal("not_json", "Send the request as application/json."), 415);
    const given = Buffer.from(context.req.header(PAGE_TOKEN_HEADER) ?? "");
    if (given.length !== expected.length || !timingSafeEqual(given, expected))
      return context.json(refusal("page_outdated", "This page is of an earlier run. Reload it."), 403);
    return next();
  };
}

export const refusal = (code: string, message: string) => ({ error: { code, message } });
