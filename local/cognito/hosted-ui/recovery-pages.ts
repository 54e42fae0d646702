/** Where somebody who forgot a password asks for a code, and sets a new one with it. */
import { html } from "hono/html";
import type { CodeDelivery } from "../accounts/delivery.ts";
import { codeField, medium, newPasswordFields, repeatedPassword, usernameField } from "./fields.ts";
import { below, field, form, formError, type Markup, submitButton } from "./form-parts.ts";
import { type FormState, formPage, type PageContext } from "./layout.ts";

export function forgotPasswordPage(context: PageContext, state: FormState = {}): Markup {
  const { query, csrf } = context;
  const username = usernameField(context, state);
  return formPage(context, state, {
    title: "Forgot your password?",
    heading: "Forgot your password?",
    lead: html`<p>Enter your ${username.label.toLowerCase()} below and we will send a message to reset your password.</p>`,
    content: (variant) => html`${form(
      {
        name: "forgotPasswordForm",
        action: `/forgotPassword?${query}`,
        csrf,
        content: html`${formError(state.error, variant)}
          ${field(username, variant)}
          ${submitButton("Reset my password", { name: "reset_my_password", value: "Reset", kind: "resetButton" }, variant)}`,
      },
      variant,
    )}
        ${below(html`<a href="/login?${query}">Back to sign in</a>`, variant)}`,
  });
}

export function confirmForgotPasswordPage(context: PageContext, delivery: CodeDelivery, state: FormState = {}): Markup {
  const { pool, query, csrf } = context;
  return formPage(context, state, {
    title: "Set a new password",
    heading: "Set a new password",
    lead: html`<p>We have sent a password reset code by ${medium(delivery)} to ${delivery.destination}. Enter it below to reset your password.</p>`,
    content: (variant) => html`${form(
      {
        name: "confirmForgotPasswordForm",
        action: `/confirmforgotPassword?${query}`,
        csrf,
        content: html`${formError(state.error, variant)}
          ${field(codeField("forgot_verification_code", "Code", state), variant)}
          ${newPasswordFields(pool, state, variant, "New password")}
          ${field(repeatedPassword(state), variant)}
          ${submitButton("Change password", { name: "reset_password", value: "Change", kind: "resetButton" }, variant)}`,
      },
      variant,
    )}
        ${below(html`<a href="/forgotPassword?${query}">Send a new code</a>`, variant)}`,
  });
}
