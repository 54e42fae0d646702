/**
 * Managed login with a code in place of a password, for clients with choice-based sign-in. As on the page for the password,
 * nobody is looked up to decide what is shown. The path is ours.
 */
import type { Context, Hono } from "hono";
import { acceptFirstFactor } from "../accounts/authentication.ts";
import type { OneTimePassword } from "../accounts/first-factors.ts";
import { checkSignInCode, requestSignInCode } from "../accounts/one-time-passwords.ts";
import { postConfirmation, preAuthentication, refuseUnratedSignIn } from "../accounts/triggers.ts";
import type { CognitoError } from "../errors.ts";
import { reportSignIn } from "../pool.ts";
import type { AuthorizationRequest } from "./authorization-request.ts";
import { type BrowserFlow, beginFlow, currentFlow, endFlow } from "./browser-state.ts";
import { codeChoicePage, codePage, type SentCode } from "./code-pages.ts";
import { authorization, completeSignIn, type HostedUi, local, offeredCodes, pageContext } from "./page-request.ts";
import { formStateOf, outdatedForm, postedFields } from "./posted-form.ts";
import { passwordPage, signInPage } from "./sign-in-pages.ts";

export function codeRoutes(app: Hono, hostedUi: HostedUi): void {
  const { pool } = hostedUi;

  /** What this browser has under way; a sign-in that began at the API has no page, and was planted here. */
  const underWay = (c: Context, request: AuthorizationRequest): { flow: BrowserFlow; sent: SentCode } | undefined => {
    const flow = currentFlow(c, pool, request.client.id, ["ONE_TIME_PASSWORD"]);
    const sent = flow && (JSON.parse(flow.data) as SentCode);
    return flow && sent?.delivery ? { flow, sent } : undefined;
  };
  const toSignIn = (c: Context, request: AuthorizationRequest) => c.redirect(local(c, `/login?${request.query}`), 302);

  app.get("/login/code", (c) => {
    const request = authorization(c, hostedUi);
    if (request instanceof Response) return request;
    const found = underWay(c, request);
    return found ? c.html(codePage(pageContext(c, hostedUi, request), found.sent)) : toSignIn(c, request);
  });

  app.post("/login/code", async (c) => {
    const request = authorization(c, hostedUi);
    if (request instanceof Response) return request;
    const fields = await postedFields(c);
    if (!fields) return c.html(signInPage(pageContext(c, hostedUi, request), { error: outdatedForm }));
    if (fields.code === undefined) {
      const otp = offeredCodes(hostedUi, request.client).find((each) => each === fields.factor);
      const username = (fields.username ?? "").trim();
      return otp && username !== "" ? askForCode(c, hostedUi, request, username, otp) : toSignIn(c, request);
    }
    const found = underWay(c, request);
    if (!found) return toSignIn(c, request);
    const { flow, sent } = found;
    try {
      const code = fields.code.replaceAll(/\s/g, "");
      const { user, confirmed } = checkSignInCode(pool, flow.sub || undefined, sent.name, sent.otp, code);
      if (!endFlow(c, pool, flow)) return toSignIn(c, request);
      if (confirmed) await postConfirmation(pool, "ConfirmSignUp", user, request.client.id);
      acceptFirstFactor(pool, user);
      return await completeSignIn(c, hostedUi, request, user);
    } catch (error) {
      const state = formStateOf(error, fields);
      refused(hostedUi, request, sent.name, error);
      return c.html(codePage(pageContext(c, hostedUi, request), sent, state));
    }
  });
}

/** Sends a code, or says so, and leads to the page that asks for it. */
export async function askForCode(
  c: Context,
  hostedUi: HostedUi,
  request: AuthorizationRequest,
  username: string,
  otp: OneTimePassword,
): Promise<Response> {
  const { pool } = hostedUi;
  const { client } = request;
  try {
    refuseUnratedSignIn(pool, client);
    const user = pool.users.find(username);
    await preAuthentication(pool, client, username, user);
    const seconds = client.validity.authSessionMinutes * 60;
    const { sub, delivery, reason } = await requestSignInCode(pool, client, username, user, otp, { seconds });
    if (reason !== undefined) reportSignIn(pool, request.client, username, "refused", reason);
    const data = JSON.stringify({ name: username, otp, delivery } satisfies SentCode);
    beginFlow(c, pool, { clientId: client.id, sub: sub ?? "", step: "ONE_TIME_PASSWORD", data }, seconds);
    return c.redirect(local(c, `/login/code?${request.query}`), 302);
  } catch (error) {
    const state = formStateOf(error, {});
    refused(hostedUi, request, username, error);
    const context = pageContext(c, hostedUi, request);
    return c.html(
      context.passwords ? passwordPage(context, username, state) : codeChoicePage(context, username, state),
    );
  }
}

function refused({ pool }: HostedUi, request: AuthorizationRequest, name: string, error: unknown): void {
  const { reason, message } = error as CognitoError;
  reportSignIn(pool, request.client, name, "refused", reason ?? message);
}
