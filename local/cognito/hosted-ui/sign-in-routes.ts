/** `/oauth2/authorize`, `/login` and `/logout`: who is signed in with this browser, and for which application. */
import type { Context, Hono } from "hono";
import { checkPassword } from "../accounts/authentication.ts";
import type { CognitoError } from "../errors.ts";
import { reportSignIn } from "../pool.ts";
import { identitiesOf } from "../state/identities.ts";
import type { User } from "../state/users.ts";
import { type AuthorizationRequest, errorRedirect } from "./authorization-request.ts";
import { beginFlow, currentSession, endSession } from "./browser-state.ts";
import { codeChoicePage } from "./code-pages.ts";
import { askForCode } from "./code-routes.ts";
import { usernameField } from "./fields.ts";
import type { FormState } from "./layout.ts";
import {
  advance,
  authorization,
  confirmationSeconds,
  grantRedirect,
  type HostedUi,
  local,
  oauthEvent,
  pageContext,
  toErrorPage,
} from "./page-request.ts";
import { hasPasskeyHere, passkeyAddress, passkeyStep } from "./passkey-routes.ts";
import { formStateOf, outdatedForm, postedFields } from "./posted-form.ts";
import { goToProvider } from "./provider-routes.ts";
import { passwordPage, signInAgainPage, signInPage } from "./sign-in-pages.ts";

export function signInRoutes(app: Hono, hostedUi: HostedUi): void {
  const { pool } = hostedUi;

  app.get("/oauth2/authorize", async (c) => {
    const request = authorization(c, hostedUi);
    if (request instanceof Response) return request;
    const session = currentSession(c, pool);
    const user = session && pool.users.bySub(session.sub);
    const { prompt } = request;
    if (prompt.includes("none") && prompt.length > 1) return c.redirect(errorRedirect(request, "invalid_request"), 302);
    if (session && user?.enabled && !prompt.includes("login") && isAskedFor(request, user))
      return grantRedirect(c, hostedUi, request, user, session);
    if (prompt.includes("none")) {
      oauthEvent(c, pool, request.client.id, "refused", "prompt=none and nobody is signed in");
      return c.redirect(errorRedirect(request, "login_required"), 302);
    }
    if (request.provider) return goToProvider(c, hostedUi, request, request.provider);
    return c.redirect(local(c, `/login?${request.query}`), 302);
  });

  // People link to the second path too: it is what the address bar shows on managed login.
  app.on("GET", hostedUi.domain.managedLoginVersion === 2 ? ["/login", "/login/continue"] : ["/login"], (c) => {
    const request = authorization(c, hostedUi);
    if (request instanceof Response) return request;
    return c.html(signInPage(pageContext(c, hostedUi, request), hinted(request)));
  });

  app.post("/login", async (c) => {
    const request = authorization(c, hostedUi);
    if (request instanceof Response) return request;
    const fields = await postedFields(c);
    if (!fields) return c.html(signInPage(pageContext(c, hostedUi, request), { error: outdatedForm }));
    const { password = "" } = fields;
    const username = (fields.username ?? "").trim();
    const context = () => pageContext(c, hostedUi, request);
    if (hostedUi.domain.managedLoginVersion === 2 && fields.password === undefined) {
      if (username !== "") return afterUsername(c, request, username, fields.way === "other");
      const { label } = usernameField(context(), {});
      return c.html(signInPage(context(), { errors: { username: `Enter your ${label.toLowerCase()}.` } }));
    }
    try {
      const user = await checkPassword(pool, request.client, username, password);
      return await advance(c, hostedUi, request, user);
    } catch (error) {
      const state = formStateOf(error, fields);
      const refusal = error as CognitoError;
      reportSignIn(pool, request.client, username, "refused", refusal.reason ?? refusal.message);
      if (refusal.type === "UserNotConfirmedException") {
        const sub = pool.users.find(username)!.sub;
        const flow = { clientId: request.client.id, sub, step: "CONFIRM_SIGN_UP", data: "" } as const;
        beginFlow(c, pool, flow, confirmationSeconds);
        return c.redirect(local(c, `/confirm?${request.query}`), 302);
      }
      return c.html(signInAgainPage(context(), username, state));
    }
  });

  /**
   * Managed login's second page: for a passkey of theirs, for the password, or for the code where the pool has no passwords.
   * @param otherwise whether they have chosen another way than their passkey
   */
  const afterUsername = (
    c: Context,
    request: AuthorizationRequest,
    username: string,
    otherwise: boolean,
  ): Response | Promise<Response> => {
    const user = pool.users.find(username);
    const passkey = user && !otherwise && hasPasskeyHere(c, hostedUi, request, user);
    const elsewhere = passkeyAddress(c);
    if (passkey && elsewhere === undefined) return passkeyStep(c, hostedUi, request, user, username);
    const context = pageContext(c, hostedUi, request);
    const [code, other] = context.codes;
    if (context.passwords || !code) return c.html(passwordPage(context, username, {}, passkey ? elsewhere : undefined));
    return other ? c.html(codeChoicePage(context, username)) : askForCode(c, hostedUi, request, username, code);
  };

  app.get("/logout", (c) => {
    const query = new URL(c.req.url).searchParams;
    const client = pool.client(query.get("client_id") ?? "");
    const logoutUri = query.get("logout_uri");
    endSession(c, pool);
    oauthEvent(c, pool, client?.id, "signed out");
    if (client && logoutUri !== null) {
      if (client.logoutUrls.includes(logoutUri)) return c.redirect(logoutUri, 302);
      oauthEvent(c, pool, client.id, "refused", `${logoutUri} is not among the logout URLs of client ${client.name}`);
      return toErrorPage(c, "redirect_mismatch", client.id);
    }
    if (client && query.has("redirect_uri") && query.has("response_type")) {
      if (!query.get("scope")) query.set("scope", client.scopes.join(" "));
      return c.redirect(local(c, `/login?${query}`), 302);
    }
    return toErrorPage(
      c,
      client ? "Required String parameter 'redirect_uri' is not present" : "Required parameters missing",
      client?.id,
    );
  });
}

/** Whoever is signed in already, where the application names a provider: only somebody who has an account there. */
const isAskedFor = ({ provider }: AuthorizationRequest, user: User): boolean =>
  provider === undefined || identitiesOf(user).some(({ providerName }) => providerName === provider.name);

const hinted = ({ loginHint }: AuthorizationRequest): FormState =>
  loginHint === undefined ? {} : { values: { username: loginHint } };
