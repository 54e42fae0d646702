/** Where somebody makes an account and confirms it with the code that was sent. */
import { html } from "hono/html";
import { requiredAttributes } from "../accounts/attributes.ts";
import type { CodeDelivery } from "../accounts/delivery.ts";
import { attributeField, codeField, isUsername, medium, newPasswordFields, usernameField } from "./fields.ts";
import { below, field, form, formError, type Markup, submitButton } from "./form-parts.ts";
import { type FormState, formPage, type PageContext } from "./layout.ts";

export function signUpPage(context: PageContext, state: FormState = {}): Markup {
  const { pool, managed, query, csrf, codes } = context;
  const attributes = requiredAttributes(pool).filter((name) => !isUsername(pool, name));
  const toSignIn = html`<a href="/login?${query}">Sign in</a>`;
  return formPage(context, state, {
    title: "Sign up",
    heading: managed ? "Sign up" : "Sign up with a new account",
    lead: managed ? html`<p>Create a new account.</p>` : "",
    content: (variant) => html`${form(
      {
        name: "signupform",
        action: `/signup?${query}`,
        method: "post",
        className: "cognito-asf",
        csrf,
        content: html`${formError(state.error, variant)}
          ${field({ ...usernameField(context, state, true), id: "signUpFormUsername" }, variant)}
          ${attributes.map((name) => field(attributeField(name, state), variant))}
          ${newPasswordFields(pool, state, variant, "Password", codes.length > 0)}
          ${submitButton("Sign up", { name: "signUpButton", value: "Sign up", kind: "signUpButton" }, variant)}`,
      },
      variant,
    )}
        ${below(managed ? html`Have an account already? ${toSignIn}` : html`Already have an account? ${toSignIn}`, variant)}`,
  });
}

/**
 * @param known whether this browser just gave the account's password; otherwise the page must ask for the name too
 * @param delivery where the code went, when that is known
 */
export function confirmPage(
  context: PageContext,
  known: boolean,
  delivery: CodeDelivery | undefined,
  state: FormState = {},
): Markup {
  const { query, csrf, mailbox } = context;
  const where = delivery
    ? `We have sent a code by ${medium(delivery)} to ${delivery.destination}. Enter it below to confirm your account.`
    : "Enter the code that we sent you to confirm your account.";
  return formPage(context, state, {
    title: "Confirm your account",
    heading: "Confirm your account",
    lead: html`<p>${where}</p><p class="quiet">This local cloud sends no mail: read it on <a href="${mailbox}" target="_blank">the console page</a>.</p>`,
    content: (variant) => html`${form(
      {
        name: "confirmationForm",
        action: `/confirm?${query}`,
        csrf,
        content: html`${formError(state.error, variant)}
          ${known ? "" : field(usernameField(context, state), variant)}
          ${field(codeField("verification_code", "Verification code", state), variant)}
          ${submitButton("Confirm account", { name: "confirm", value: "Confirm" }, variant)}`,
      },
      variant,
    )}
        ${
          known
            ? form(
                {
                  name: "resendCodeForm",
                  action: `/resendcode?${query}`,
                  csrf,
                  content: below(
                    html`Didn't receive a code? <button name="resend" type="submit" value="Resend" class="btn btn-link">Resend it</button>`,
                    variant,
                  ),
                },
                variant,
              )
            : ""
        }`,
  });
}
