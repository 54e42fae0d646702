/** `/signup`, `/confirm`, `/confirmUser` and `/resendcode`: from nobody to signed in, without a second sign-in. */
import type { Context, Hono } from "hono";
import { html } from "hono/html";
import { codeDestination, masked } from "../accounts/delivery.ts";
import { confirmSignUp, resendCode, signUp } from "../accounts/sign-up.ts";
import { preAuthentication } from "../accounts/triggers.ts";
import { CognitoError } from "../errors.ts";
import type { AuthorizationRequest } from "./authorization-request.ts";
import { type BrowserFlow, beginFlow, currentFlow, endFlow } from "./browser-state.ts";
import { errorPage } from "./error-page.ts";
import { type FormState, notice } from "./layout.ts";
import { advance, authorization, confirmationSeconds, type HostedUi, local, pageContext } from "./page-request.ts";
import { type Fields, formStateOf, outdatedForm, postedFields, signUpAttributes } from "./posted-form.ts";
import { confirmPage, signUpPage } from "./sign-up-pages.ts";

interface ConfirmationForm {
  /** What this browser has under way. */
  flow: BrowserFlow | undefined;
  /** Of that, or as it was typed. */
  username: string;
  fields: Fields;
  again(state: FormState): Promise<Response>;
}

export function signUpRoutes(app: Hono, hostedUi: HostedUi): void {
  const { pool } = hostedUi;

  const deliveryOf = (flow: BrowserFlow | undefined) => {
    const user = flow && pool.users.bySub(flow.sub);
    const delivery = user && codeDestination(pool, user.attributes);
    return delivery && masked(delivery);
  };
  const confirmationFlow = (c: Context, request: AuthorizationRequest) =>
    currentFlow(c, pool, request.client.id, ["CONFIRM_SIGN_UP"]);

  /** A form of the page that asks for the code; what is refused is shown on that page. */
  async function confirming(
    c: Context,
    request: AuthorizationRequest,
    work: (form: ConfirmationForm) => Promise<Response>,
  ): Promise<Response> {
    const flow = confirmationFlow(c, request);
    const again = async (state: FormState): Promise<Response> =>
      c.html(confirmPage(pageContext(c, hostedUi, request), flow !== undefined, deliveryOf(flow), state));
    const fields = await postedFields(c);
    if (!fields) return again({ error: outdatedForm });
    const username = flow ? (pool.users.bySub(flow.sub)?.username ?? "") : (fields.username ?? "").trim();
    try {
      return await work({ flow, username, fields, again });
    } catch (error) {
      return again(formStateOf(error, fields));
    }
  }

  app.get("/signup", (c) => {
    const request = authorization(c, hostedUi);
    if (request instanceof Response) return request;
    return c.html(signUpPage(pageContext(c, hostedUi, request)));
  });

  app.post("/signup", async (c) => {
    const request = authorization(c, hostedUi);
    if (request instanceof Response) return request;
    const fields = await postedFields(c);
    if (!fields) return c.html(signUpPage(pageContext(c, hostedUi, request), { error: outdatedForm }));
    try {
      const { user, delivery } = await signUp(pool, request.client, {
        username: (fields.username ?? "").trim(),
        password: fields.password || (pageContext(c, hostedUi, request).codes.length > 0 ? undefined : ""),
        attributes: signUpAttributes(fields),
      });
      if (user.status === "CONFIRMED") {
        await preAuthentication(pool, request.client, user.username, user);
        return await advance(c, hostedUi, request, user);
      }
      if (!delivery) {
        // The pool verifies nothing, so only an administrator can confirm the account.
        return c.html(
          notice(
            "Account created",
            pool.model.name,
            html`<h1>Your account was created</h1><p>An administrator has to confirm it before you can sign in.</p>`,
          ),
        );
      }
      const flow = { clientId: request.client.id, sub: user.sub, step: "CONFIRM_SIGN_UP", data: "" } as const;
      beginFlow(c, pool, flow, confirmationSeconds);
      return c.redirect(local(c, `/confirm?${request.query}`), 302);
    } catch (error) {
      return c.html(signUpPage(pageContext(c, hostedUi, request), formStateOf(error, fields)));
    }
  });

  app.get("/confirm", (c) => {
    const request = authorization(c, hostedUi);
    if (request instanceof Response) return request;
    const flow = confirmationFlow(c, request);
    return c.html(confirmPage(pageContext(c, hostedUi, request), flow !== undefined, deliveryOf(flow)));
  });

  app.post("/confirm", async (c) => {
    const request = authorization(c, hostedUi);
    if (request instanceof Response) return request;
    return confirming(c, request, async ({ flow, username, fields }) => {
      const user = await confirmSignUp(pool, request.client, username, (fields.code ?? "").trim());
      // Only the browser that gave the account's password is signed in by the code alone.
      if (!flow || !endFlow(c, pool, flow)) return c.redirect(local(c, `/login?${request.query}`), 302);
      await preAuthentication(pool, request.client, user.username, user);
      return advance(c, hostedUi, request, user);
    });
  });

  app.post("/resendcode", async (c) => {
    const request = authorization(c, hostedUi);
    if (request instanceof Response) return request;
    return confirming(c, request, async ({ username, again }) => {
      const { destination } = await resendCode(pool, request.client, username);
      return again({ note: `We have sent a new code to ${destination}.` });
    });
  });

  // The link in the mail, for pools that verify by link. It has no authorization request, so nobody is redirected.
  app.on("GET", ["/confirmUser", "/confirmUser/"], async (c) => {
    const { client_id = "", user_name = "", confirmation_code = "" } = c.req.query();
    const client = pool.client(client_id);
    if (!client) return c.html(errorPage(pool.model.name, "Client does not exist."), 400);
    try {
      await confirmSignUp(pool, client, user_name, confirmation_code);
      return c.html(
        notice(
          "Confirmed",
          pool.model.name,
          html`<h1>Your registration has been confirmed!</h1><p>You can sign in now.</p>`,
        ),
      );
    } catch (error) {
      if (!(error instanceof CognitoError)) throw error;
      return c.html(errorPage(pool.model.name, error.message), 400);
    }
  });
}
