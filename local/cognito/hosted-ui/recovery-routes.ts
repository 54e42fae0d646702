/** `/forgotPassword` and `/confirmforgotPassword`: a new password with a mailed code, then signed in. */
import type { Context, Hono } from "hono";
import { confirmForgotPassword, forgotPassword } from "../accounts/recovery.ts";
import { preAuthentication } from "../accounts/triggers.ts";
import type { AuthorizationRequest } from "./authorization-request.ts";
import { beginFlow, currentFlow, endFlow } from "./browser-state.ts";
import type { FormState } from "./layout.ts";
import { advance, authorization, type HostedUi, local, pageContext } from "./page-request.ts";
import { formStateOf, outdatedForm, postedFields } from "./posted-form.ts";
import { confirmForgotPasswordPage, forgotPasswordPage } from "./recovery-pages.ts";

/** As long as the code lives. */
const recoverySeconds = 3600;

export function recoveryRoutes(app: Hono, hostedUi: HostedUi): void {
  const { pool } = hostedUi;

  app.get("/forgotPassword", (c) => {
    const request = authorization(c, hostedUi);
    if (request instanceof Response) return request;
    return c.html(forgotPasswordPage(pageContext(c, hostedUi, request)));
  });

  app.post("/forgotPassword", async (c) => {
    const request = authorization(c, hostedUi);
    if (request instanceof Response) return request;
    const fields = await postedFields(c);
    if (!fields) return c.html(forgotPasswordPage(pageContext(c, hostedUi, request), { error: outdatedForm }));
    const username = (fields.username ?? "").trim();
    try {
      const delivery = await forgotPassword(pool, request.client, username);
      const flow = { clientId: request.client.id, sub: "", step: "FORGOT_PASSWORD" } as const;
      beginFlow(c, pool, { ...flow, data: JSON.stringify({ username, delivery }) }, recoverySeconds);
      return c.redirect(local(c, `/confirmforgotPassword?${request.query}`), 302);
    } catch (error) {
      return c.html(forgotPasswordPage(pageContext(c, hostedUi, request), formStateOf(error, fields)));
    }
  });

  const recovery = (c: Context, request: AuthorizationRequest) => {
    const flow = currentFlow(c, pool, request.client.id, ["FORGOT_PASSWORD"]);
    return flow && { flow, ...JSON.parse(flow.data) };
  };

  app.get("/confirmforgotPassword", (c) => {
    const request = authorization(c, hostedUi);
    if (request instanceof Response) return request;
    const current = recovery(c, request);
    if (!current) return c.redirect(local(c, `/forgotPassword?${request.query}`), 302);
    return c.html(confirmForgotPasswordPage(pageContext(c, hostedUi, request), current.delivery));
  });

  app.post("/confirmforgotPassword", async (c) => {
    const request = authorization(c, hostedUi);
    if (request instanceof Response) return request;
    const current = recovery(c, request);
    if (!current) return c.redirect(local(c, `/forgotPassword?${request.query}`), 302);
    const again = (state: FormState) =>
      c.html(confirmForgotPasswordPage(pageContext(c, hostedUi, request), current.delivery, state));
    const fields = await postedFields(c);
    if (!fields) return again({ error: outdatedForm });
    const { code = "", password = "", confirm_password = "" } = fields;
    if (password !== confirm_password) return again({ errors: { confirm_password: "Passwords do not match" } });
    try {
      const input = { username: current.username, code: code.trim(), password };
      const user = await confirmForgotPassword(pool, request.client, input);
      endFlow(c, pool, current.flow);
      await preAuthentication(pool, request.client, user.username, user);
      return await advance(c, hostedUi, request, user);
    } catch (error) {
      return again(formStateOf(error, fields));
    }
  });
}
