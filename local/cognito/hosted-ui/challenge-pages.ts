/** What a sign-in may still ask for after the password: another password, a second factor, or to set one up. */
import { html, raw } from "hono/html";
import { renderSVG } from "uqr";
import type { CodeDelivery } from "../accounts/delivery.ts";
import type { SecondFactor } from "../state/users.ts";
import { attributeField, codeField, medium, newPasswordFields, repeatedPassword } from "./fields.ts";
import { classes, field, form, formError, type Markup, submitButton } from "./form-parts.ts";
import { type FormState, formPage, type PageContext } from "./layout.ts";

const signInButton = { name: "signInSubmitButton", value: "Sign in" };

/** @param missing required attributes that the administrator left out */
export function changePasswordPage(context: PageContext, missing: string[], state: FormState): Markup {
  const { pool, query, csrf } = context;
  return formPage(context, state, {
    title: "Change password",
    heading: "Change password",
    lead: html`<p>Please enter your new password below.</p>`,
    content: (variant) =>
      form(
        {
          name: "changePassword",
          action: `/changePassword?${query}`,
          csrf,
          content: html`${formError(state.error, variant)}
          ${newPasswordFields(pool, state, variant, "New password")}
          ${field(repeatedPassword(state), variant)}
          ${missing.map((name) => field(attributeField(name, state), variant))}
          ${submitButton("Send", { name: "reset_password", value: "Send", kind: "resetButton" }, variant)}`,
        },
        variant,
      ),
  });
}

/** @param delivery where a code by message went; without one the person's app makes the code */
export function mfaPage(context: PageContext, state: FormState, delivery: CodeDelivery | undefined): Markup {
  const { query, csrf } = context;
  const codeInput = delivery
    ? codeField("mfaCodeInput", "Code", state)
    : codeField("totpCodeInput", "Authenticator code", state);
  return formPage(context, state, {
    title: "Enter your code",
    heading: delivery ? "Enter the code that we sent you" : "Enter the code from your authenticator app",
    lead: delivery ? html`<p>We have sent a code by ${medium(delivery)} to ${delivery.destination}.</p>` : "",
    content: (variant) =>
      form(
        {
          name: delivery ? "mfaForm" : "softwareTokenForm",
          action: `/mfa?${query}`,
          csrf,
          content: html`${formError(state.error, variant)}
          ${field(codeInput, variant)}
          ${submitButton("Sign in", signInButton, variant)}`,
        },
        variant,
      ),
  });
}

const factorNames: Record<SecondFactor, string> = {
  SMS_MFA: "Text message",
  SOFTWARE_TOKEN_MFA: "Authenticator app",
  EMAIL_OTP: "E-mail",
};

/** One button for each way to give the second factor. */
export function mfaSelectPage(context: PageContext, factors: SecondFactor[], state: FormState): Markup {
  const { query, csrf } = context;
  return formPage(context, state, {
    title: "Choose a second factor",
    heading: "Choose how to confirm that it is you",
    content: (variant) =>
      form(
        {
          name: "mfaSelectForm",
          action: `/mfa/select?${query}`,
          csrf,
          content: html`${formError(state.error, variant)}
          ${factors.map((factor) => html`<button name="factor" type="submit" value="${factor}"${classes(variant, "btn btn-primary submitButton-customizable")}>${factorNames[factor]}</button>`)}`,
        },
        variant,
      ),
  });
}

/** @param uri what the QR code holds; `secret` is the same for those who type */
export function mfaSetupPage(context: PageContext, secret: string, uri: string, state: FormState): Markup {
  const { query, csrf } = context;
  const groups = secret.match(/.{1,4}/g)!.join(" ");
  return formPage(context, state, {
    title: "Set up your authenticator app",
    heading: "Set up your authenticator app",
    lead: html`<p>Scan this code with an authenticator app, then enter the six digits that the app shows.</p>
          <div class="qr" role="img" aria-label="QR code for your authenticator app">${raw(renderSVG(uri, { border: 4 }))}</div>
          <p class="quiet">Or type this key into the app: <code class="secretCode">${groups}</code></p>`,
    content: (variant) =>
      form(
        {
          name: "softwareTokenSetupForm",
          action: `/mfa/setup?${query}`,
          csrf,
          content: html`${formError(state.error, variant)}
          ${field(codeField("totpCodeInput", "Authenticator code", state), variant)}
          ${submitButton("Sign in", signInButton, variant)}`,
        },
        variant,
      ),
  });
}
