/** What the hosted UI's routes share: one request as they see it, and how it ends. */
import type { Context } from "hono";
import { LOOPBACK_HOSTS } from "../../loopback-hosts.ts";
import type { AppClientModel, HostedUiModel } from "../../model.ts";
import { nextStep, refuseUnusable, type SignInStep } from "../accounts/authentication.ts";
import { codesOf, type OneTimePassword } from "../accounts/first-factors.ts";
import { sendSecondFactor } from "../accounts/mfa.ts";
import { hasRelyingParty } from "../accounts/passkeys.ts";
import { postAuthentication } from "../accounts/triggers.ts";
import { providersOf } from "../federation/providers.ts";
import { type Pool, reportSignIn } from "../pool.ts";
import type { SignInSession } from "../state/sign-in-sessions.ts";
import type { User } from "../state/users.ts";
import { issueTokens } from "../tokens/issue.ts";
import { type AuthorizationRequest, parseAuthorization, withParameters } from "./authorization-request.ts";
import { beginFlow, forgeryToken, rememberSentAddress, startSession } from "./browser-state.ts";
import type { PageContext } from "./layout.ts";

export interface HostedUi {
  pool: Pool;
  domain: HostedUiModel;
}

const stepPaths: Record<SignInStep, string> = {
  NEW_PASSWORD_REQUIRED: "/changePassword",
  SOFTWARE_TOKEN_MFA: "/mfa",
  SMS_MFA: "/mfa",
  EMAIL_OTP: "/mfa",
  SELECT_MFA_TYPE: "/mfa/select",
  MFA_SETUP: "/mfa/setup",
};

/** How long a person may take to find the sign-up code in the mail before signing in again. */
export const confirmationSeconds = 24 * 3600;

/**
 * The authorization request that the page's query carries, or the answer that refuses it.
 * The same checks for every page and method: a form posted to a forged address gets no further than a link to it.
 * @param url what is asked, where the address leaves something out
 */
export function authorization(
  c: Context,
  { pool, domain }: HostedUi,
  url = new URL(c.req.url),
): AuthorizationRequest | Response {
  const parsed = parseAuthorization(pool, url, domain.managedLoginVersion === 2);
  const refused = parsed.ok ? pageRefusal(c, pool, parsed.request, domain) : parsed;
  if (parsed.ok && refused === undefined) return parsed.request;
  oauthEvent(c, pool, c.req.query("client_id"), "refused", refused!.reason);
  return "page" in refused!
    ? toErrorPage(c, refused.page.error, refused.page.clientId)
    : c.redirect(refused!.redirect, 302);
}

/** Why a good request gets no page to sign in on. A session that is already there does not need one. */
function pageRefusal(c: Context, pool: Pool, { client }: AuthorizationRequest, domain: HostedUiModel) {
  if (c.req.path === "/oauth2/authorize") return undefined;
  const refuse = (error: string, reason: string) => ({ page: { error, clientId: client.id }, reason });
  if (domain.managedLoginVersion === 2 && !client.branded)
    return refuse("Login pages unavailable", `client ${client.name} has no managed login branding style`);
  if (
    ["/login", "/login/continue"].includes(c.req.path) &&
    c.req.method === "GET" &&
    providersOf(pool, client).length > 0
  )
    return undefined;
  if (!client.identityProviders.includes("COGNITO"))
    return refuse("Login option is not available", `client ${client.name} lacks COGNITO among its identity providers`);
  return undefined;
}

/** The error page's own address says no more than on AWS; which redirect address was sent is told by a cookie of a minute. */
export function toErrorPage(c: Context, error: string, clientId: string | undefined): Response {
  const sent = c.req.query("logout_uri") ?? c.req.query("redirect_uri");
  if (error === "redirect_mismatch" && sent !== undefined) rememberSentAddress(c, sent);
  const query = new URLSearchParams({ error, ...(clientId !== undefined && { client_id: clientId }) });
  return c.redirect(local(c, `/error?${query}`), 302);
}

/** An address of this hosted UI, under the name by which the browser reached it. */
export const local = (c: Context, path: string): string => new URL(c.req.url).origin + path;

/**
 * Whether somebody can sign in with a passkey: on managed login's pages alone, as on AWS, and on this machine, whose name they are
 * for here.
 */
export const offersPasskeys = (c: Context, { pool, domain }: HostedUi, client: AppClientModel): boolean =>
  domain.managedLoginVersion === 2 &&
  isChoosing(client) &&
  pool.model.firstFactors.includes("WEB_AUTHN") &&
  hasRelyingParty(pool) &&
  LOOPBACK_HOSTS.has(new URL(c.req.url).hostname);

/** The codes that somebody can sign in with: on managed login's pages alone, as on AWS, and for clients with USER_AUTH. */
export const offeredCodes = ({ pool, domain }: HostedUi, client: AppClientModel): OneTimePassword[] =>
  domain.managedLoginVersion === 2 && isChoosing(client) ? codesOf(pool) : [];

const isChoosing = ({ explicitAuthFlows, identityProviders }: AppClientModel): boolean =>
  explicitAuthFlows.includes("ALLOW_USER_AUTH") && identityProviders.includes("COGNITO");

export function pageContext(c: Context, hostedUi: HostedUi, request: AuthorizationRequest): PageContext {
  const { pool, domain } = hostedUi;
  const codes = offeredCodes(hostedUi, request.client);
  return {
    pool: pool.model,
    codes,
    passwords: codes.length === 0 || pool.model.firstFactors.includes("PASSWORD"),
    managed: domain.managedLoginVersion === 2,
    query: request.query,
    csrf: forgeryToken(c, pool),
    providers: providersOf(pool, request.client),
    ownUsers: request.client.identityProviders.includes("COGNITO"),
    mailbox: `${new URL(pool.issuer).origin}/#mail`,
  };
}

/** Ends a sign-in: the browser keeps a session, the application gets what it asked for. */
export async function completeSignIn(
  c: Context,
  hostedUi: HostedUi,
  request: AuthorizationRequest,
  user: User,
): Promise<Response> {
  await postAuthentication(hostedUi.pool, request.client, user);
  return signInFor(c, hostedUi, request, user);
}

/** The same without the functions that follow a sign-in. */
export async function signInFor(
  c: Context,
  hostedUi: HostedUi,
  request: AuthorizationRequest,
  user: User,
): Promise<Response> {
  const { pool } = hostedUi;
  const session = {
    sub: user.sub,
    authTime: Math.floor(pool.platform.now() / 1000),
    eventId: pool.platform.randomUUID(),
  };
  startSession(c, pool, session);
  reportSignIn(pool, request.client, user.username, "signed in");
  return grantRedirect(c, hostedUi, request, user, session);
}

/**
 * After a right password or code: whatever must still be done, or back to the application.
 * @param step what must be done, when the person has chosen
 * @throws CognitoError for an account that may not sign in
 */
export async function advance(
  c: Context,
  hostedUi: HostedUi,
  request: AuthorizationRequest,
  user: User,
  step = nextStep(hostedUi.pool, user),
): Promise<Response> {
  const { pool } = hostedUi;
  refuseUnusable(pool, user);
  if (step === undefined) return completeSignIn(c, hostedUi, request, user);
  const seconds = request.client.validity.authSessionMinutes * 60;
  const data =
    step === "SMS_MFA" || step === "EMAIL_OTP"
      ? JSON.stringify(await sendSecondFactor(pool, request.client, user, step))
      : "";
  beginFlow(c, pool, { clientId: request.client.id, sub: user.sub, step, data }, seconds);
  return c.redirect(local(c, `${stepPaths[step]}?${request.query}`), 302);
}

/** The redirect that carries a code, or tokens in the fragment. */
export async function grantRedirect(
  c: Context,
  { pool }: HostedUi,
  request: AuthorizationRequest,
  user: User,
  { authTime, eventId }: SignInSession,
): Promise<Response> {
  const { client, redirectUri, scopes, state, nonce, resource } = request;
  if (request.responseType === "code") {
    const code = pool.grants.issueCode({
      clientId: client.id,
      sub: user.sub,
      redirectUri,
      scopes,
      nonce,
      codeChallenge: request.codeChallenge,
      resource,
      authTime,
      eventId,
    });
    return c.redirect(withParameters(redirectUri, "?", { code, state }), 302);
  }
  const tokens = await issueTokens(pool, {
    client,
    user,
    scopes,
    authTime,
    eventId,
    originJti: undefined,
    nonce,
    resource,
    hosted: true,
    source: "HostedAuth",
  });
  oauthEvent(c, pool, client.id, "tokens issued");
  const parameters = {
    id_token: tokens.idToken,
    access_token: tokens.accessToken,
    expires_in: tokens.expiresIn,
    token_type: "Bearer",
    state,
  };
  return c.redirect(withParameters(redirectUri, "#", parameters), 302);
}

export function oauthEvent(
  c: Context,
  pool: Pool,
  clientId: string | undefined,
  outcome: string,
  reason?: string,
): void {
  pool.report({
    kind: "oauth",
    clientId,
    endpoint: new URL(c.req.url).pathname,
    outcome,
    ...(reason !== undefined && { reason }),
  });
}
