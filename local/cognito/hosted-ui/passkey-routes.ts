/**
 * Passkeys on managed login's pages: `/passkeys/add` for somebody who is signed in with this browser (developer guide,
 * "User-interactive managed login and classic hosted UI endpoints"), and a sign-in with one, which is asked for as soon as the name
 * of somebody who has one is known (as people saw it on AWS; its path is ours).
 */
import type { Context, Hono } from "hono";
import { acceptFirstFactor } from "../accounts/authentication.ts";
import { availableChallenges } from "../accounts/first-factors.ts";
import { readAuthenticationResponse } from "../accounts/passkey-responses.ts";
import {
  completePasskeyRegistration,
  isPasskeyHost,
  passkeyRequest,
  provePasskey,
  startPasskeyRegistration,
} from "../accounts/passkeys.ts";
import { preAuthentication, refuseUnratedSignIn } from "../accounts/triggers.ts";
import { type CognitoError, invalidParameter } from "../errors.ts";
import { reportSignIn } from "../pool.ts";
import type { User } from "../state/users.ts";
import type { AuthorizationRequest } from "./authorization-request.ts";
import { beginFlow, currentFlow, currentSession, endFlow } from "./browser-state.ts";
import type { FormState } from "./layout.ts";
import {
  authorization,
  completeSignIn,
  grantRedirect,
  type HostedUi,
  local,
  offersPasskeys,
  pageContext,
} from "./page-request.ts";
import { addPasskeyPage, passkeySignInPage, passkeysElsewherePage } from "./passkey-pages.ts";
import { formStateOf, outdatedForm, postedFields } from "./posted-form.ts";
import { signInPage } from "./sign-in-pages.ts";

export function passkeyRoutes(app: Hono, hostedUi: HostedUi): void {
  const { pool } = hostedUi;

  /** The request, where passkeys can be used; otherwise what the browser is answered. */
  const opened = async (c: Context): Promise<AuthorizationRequest | Response> => {
    const request = authorization(c, hostedUi, completed(c));
    if (request instanceof Response) return request;
    if (!offersPasskeys(c, hostedUi, request.client)) return c.redirect(local(c, `/login?${request.query}`), 302);
    const elsewhere = passkeyAddress(c);
    if (elsewhere === undefined) return request;
    return c.html(passkeysElsewherePage(pageContext(c, hostedUi, request), elsewhere));
  };

  /** Applications open `/passkeys/add` with `client_id` and `redirect_uri` alone, since they want nobody signed in. */
  const completed = (c: Context): URL => {
    const url = new URL(c.req.url);
    const client = pool.client(url.searchParams.get("client_id") ?? "");
    if (url.pathname === "/passkeys/add" && !url.searchParams.has("response_type"))
      url.searchParams.set("response_type", client?.flows.includes("code") ? "code" : "token");
    return url;
  };

  app.post("/login/passkey", async (c) => {
    const request = await opened(c);
    if (request instanceof Response) return request;
    const fields = await postedFields(c);
    const flow = currentFlow(c, pool, request.client.id, ["WEB_AUTHN"]);
    const user = flow && pool.users.bySub(flow.sub);
    if (!fields || !user || !endFlow(c, pool, flow))
      return c.html(signInPage(pageContext(c, hostedUi, request), { error: outdatedForm }));
    try {
      refuseUnratedSignIn(pool, request.client);
      const response = readAuthenticationResponse(credentialOf(fields));
      await preAuthentication(pool, request.client, fields.username ?? user.username, user);
      await provePasskey(pool, user, flow.data, response, new URL(c.req.url).origin);
      acceptFirstFactor(pool, user);
      return await completeSignIn(c, hostedUi, request, user);
    } catch (error) {
      const { error: message } = formStateOf(error, {});
      reportSignIn(pool, request.client, user.username, "refused", (error as CognitoError).reason ?? message);
      const state = { error: message! };
      // It may have been deleted meanwhile.
      return hasPasskeyHere(c, hostedUi, request, user)
        ? passkeyStep(c, hostedUi, request, user, fields.username ?? user.username, state)
        : c.html(signInPage(pageContext(c, hostedUi, request), state));
    }
  });

  /** Who is signed in with this browser, and since when. */
  const signedIn = (c: Context) => {
    const session = currentSession(c, pool);
    const user = session && pool.users.bySub(session.sub);
    return session && user?.enabled ? { session, user } : undefined;
  };

  const addPage = (c: Context, request: AuthorizationRequest, user: User, state?: FormState) => {
    const options = startPasskeyRegistration(pool, request.client, user);
    const query = new URL(c.req.url).search.slice(1);
    return c.html(addPasskeyPage({ ...pageContext(c, hostedUi, request), query }, options, state));
  };

  app.get("/passkeys/add", async (c) => {
    const request = await opened(c);
    if (request instanceof Response) return request;
    const found = signedIn(c);
    if (!found) return c.redirect(local(c, `/login?${request.query}`), 302);
    return addPage(c, request, found.user);
  });

  app.post("/passkeys/add", async (c) => {
    const request = await opened(c);
    if (request instanceof Response) return request;
    const found = signedIn(c);
    if (!found) return c.redirect(local(c, `/login?${request.query}`), 302);
    const { user, session } = found;
    const again = (error: string) => addPage(c, request, user, { error });
    const fields = await postedFields(c);
    if (!fields) return again(outdatedForm);
    try {
      const { origin } = new URL(c.req.url);
      await completePasskeyRegistration(pool, request.client, user, credentialOf(fields), origin);
    } catch (error) {
      return again(formStateOf(error, fields).error ?? (error as Error).message);
    }
    return c.req.query("response_type")
      ? grantRedirect(c, hostedUi, request, user, session)
      : c.redirect(request.redirectUri, 302);
  });
}

/** Whether the sign-in goes on with a passkey once the name is known. */
export const hasPasskeyHere = (c: Context, hostedUi: HostedUi, { client }: AuthorizationRequest, user: User): boolean =>
  offersPasskeys(c, hostedUi, client) && availableChallenges(hostedUi.pool, user).includes("WEB_AUTHN");

/**
 * The page that asks for it.
 * @param username as it was typed
 */
export function passkeyStep(
  c: Context,
  hostedUi: HostedUi,
  request: AuthorizationRequest,
  user: User,
  username: string,
  state?: FormState,
): Response | Promise<Response> {
  const { pool } = hostedUi;
  const seconds = request.client.validity.authSessionMinutes * 60;
  const options = passkeyRequest(pool, user, seconds);
  const flow = { clientId: request.client.id, sub: user.sub, step: "WEB_AUTHN", data: options.challenge } as const;
  beginFlow(c, pool, flow, seconds);
  return c.html(passkeySignInPage(pageContext(c, hostedUi, request), username, options, state));
}

/** The same page at the name that passkeys are for; `undefined` at that name. */
export function passkeyAddress(c: Context): string | undefined {
  const here = new URL(c.req.url);
  if (isPasskeyHost(here.hostname)) return undefined;
  here.hostname = "localhost";
  return here.href;
}

function credentialOf({ credential = "" }: Record<string, string>): unknown {
  try {
    return JSON.parse(credential);
  } catch {
    throw invalidParameter("The browser did not answer with a passkey.");
  }
}
