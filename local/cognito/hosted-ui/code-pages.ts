/** Managed login's pages about signing in with a code in place of a password; the names and words are ours. */
import { html } from "hono/html";
import type { CodeDelivery } from "../accounts/delivery.ts";
import type { OneTimePassword } from "../accounts/first-factors.ts";
import { codeField, medium } from "./fields.ts";
import { field, form, formError, type Markup, submitButton } from "./form-parts.ts";
import { type FormState, formPage, type PageContext } from "./layout.ts";

const requests: Record<OneTimePassword, string> = { EMAIL_OTP: "Email me a code", SMS_OTP: "Text me a code" };

/** What a code was asked for, and where it went. */
export interface SentCode {
  name: string;
  otp: OneTimePassword;
  delivery: CodeDelivery;
}

/** A button for each way in which the pool sends codes, whoever has the name. */
export const codeRequests = (context: PageContext, username: string): Markup[] =>
  context.codes.map((otp) => codeRequest(context, username, otp, requests[otp]));

function codeRequest({ query, csrf }: PageContext, username: string, otp: OneTimePassword, label: string): Markup {
  return form(
    {
      action: `/login/code?${query}`,
      csrf,
      content: html`<input type="hidden" name="username" value="${username}">
          <input type="hidden" name="factor" value="${otp}">
          <button type="submit" class="other">${label}</button>`,
    },
    "managed",
  );
}

/** For a pool without passwords: which way the code goes. */
export const codeChoicePage = (context: PageContext, username: string, state: FormState = {}): Markup =>
  formPage(context, state, {
    title: "Sign in",
    heading: "Sign in",
    lead: html`<p>Sign in as ${username} with a code. <a href="/login?${context.query}">Use another account</a></p>`,
    content: (variant) => html`${formError(state.error, variant)}${codeRequests(context, username)}`,
  });

export function codePage(context: PageContext, { name, otp, delivery }: SentCode, state: FormState = {}): Markup {
  const { query, csrf, mailbox } = context;
  return formPage(context, state, {
    title: "Enter your code",
    heading: "Enter the code that we sent you",
    lead: html`<p>We have sent a code by ${medium(delivery)} to ${delivery.destination}. <a href="/login?${query}">Use another account</a></p><p class="quiet">This local cloud sends no mail: read it on <a href="${mailbox}" target="_blank">the console page</a>.</p>`,
    content: (variant) => html`${form(
      {
        action: `/login/code?${query}`,
        csrf,
        content: html`${formError(state.error, variant)}
          ${field({ ...codeField("", "Code", state), autofocus: true }, variant)}
          ${submitButton("Sign in", { name: "", value: "" }, variant)}`,
      },
      variant,
    )}
        ${codeRequest(context, name, otp, "Send a new code")}`,
  });
}
