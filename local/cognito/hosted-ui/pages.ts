/** The hosted UI's pages, one function each: what the person sees, given what is known. */
import { html, raw } from "hono/html";
import { renderSVG } from "uqr";
import type { UserPoolModel } from "../../model.ts";
import { requiredAttributes } from "../accounts/attributes.ts";
import type { CodeDelivery } from "../accounts/delivery.ts";
import { passwordRules } from "../accounts/passwords.ts";
import type { SecondFactor } from "../state/users.ts";
import { type Field, field, form, formError, type Markup, notice, page, type Width } from "./layout.ts";
import { ruleList } from "./password-rules.ts";

/** What every page of a sign-in needs. */
export interface PageContext {
  pool: UserPoolModel;
  /** The authorization request's query, carried by every link and form. */
  query: string;
  csrf: string;
  /** Where the mail of this local cloud is shown. */
  mailbox: string;
}

/** Values to show again and what was wrong with them; passwords are never shown again. */
export interface FormState {
  values?: Record<string, string>;
  /** Field name → what is wrong with it. */
  errors?: Record<string, string>;
  /** What is wrong with the form as a whole. */
  error?: string;
  /** Good news from the step before. */
  note?: string;
}

const titled = (title: string, { error, errors }: FormState): string =>
  error !== undefined || Object.keys(errors ?? {}).length > 0 ? `Error: ${title}` : title;

const noted = (state: FormState): Markup | "" => (state.note ? html`<p role="status">${state.note}</p>` : "");

/** The depth of elements around a classic form, which scripts with absolute paths count on. */
const nested = (heading: string, before: Markup | "", inner: Markup): Markup =>
  html`<div></div><div><h1 class="textDescription-customizable">${heading}</h1><div>${before}</div><div><div><div>${inner}</div></div></div></div>`;

export function signInPage({ pool, query, csrf }: PageContext, state: FormState = {}): Markup {
  const heading = `Sign in with your ${usernameField(pool).label.toLowerCase()} and password`;
  return page(titled("Sign in", state), pool.name, (width) =>
    nested(
      heading,
      noted(state),
      html`${form({
        name: "cognitoSignInForm",
        action: `/login?${query}`,
        csrf,
        content: html`${formError(state.error)}
          ${field({ ...usernameField(pool), id: "signInFormUsername", value: state.values?.username, error: state.errors?.username }, width)}
          ${field({ name: "password", id: "signInFormPassword", label: "Password", type: "password", autocomplete: "current-password", placeholder: "Password", error: state.errors?.password }, width)}
          <a class="redirect-customizable" href="/forgotPassword?${query}">Forgot your password?</a>
          <input type="hidden" name="cognitoAsfData" value="">
          <p></p><input name="signInSubmitButton" type="Submit" value="Sign in" class="btn btn-primary submitButton-customizable">`,
      })}
        ${
          pool.adminCreateUserOnly
            ? ""
            : html`<p class="redirect-customizable">Need an account? <a href="/signup?${query}">Sign up</a></p>`
        }`,
    ),
  );
}

export function signUpPage({ pool, query, csrf }: PageContext, state: FormState = {}): Markup {
  const attributes = requiredAttributes(pool).filter((name) => !isUsername(pool, name));
  return page(titled("Sign up", state), pool.name, (width) =>
    nested(
      "Sign up with a new account",
      "",
      html`${form({
        name: "signupform",
        action: `/signup?${query}`,
        method: "post",
        className: "cognito-asf",
        csrf,
        content: html`${formError(state.error)}
          ${field({ ...usernameField(pool, true), id: "signUpFormUsername", value: state.values?.username, error: state.errors?.username }, width)}
          ${attributes.map((name) => field(attributeField(name, state), width))}
          ${newPasswordFields(pool, state, width, "Password")}
          <button name="signUpButton" type="submit" value="Sign up" class="btn btn-primary signUpButton-customizable">Sign up</button>`,
      })}
        <p class="redirect-customizable">Already have an account? <a href="/login?${query}">Sign in</a></p>`,
    ),
  );
}

/**
 * @param known whether this browser just gave the account's password; otherwise the page must ask for the name too
 * @param delivery where the code went, when that is known
 */
export function confirmPage(
  { pool, query, csrf, mailbox }: PageContext,
  known: boolean,
  delivery: CodeDelivery | undefined,
  state: FormState = {},
): Markup {
  const where = delivery
    ? `We have sent a code by ${medium(delivery)} to ${delivery.destination}. Enter it below to confirm your account.`
    : "Enter the code that we sent you to confirm your account.";
  return page(titled("Confirm your account", state), pool.name, (width) =>
    nested(
      "Confirm your account",
      html`${noted(state)}<p>${where}</p><p class="quiet">Mail of this local cloud leaves this machine nowhere: it is on <a href="${mailbox}" target="_blank">the console page</a>.</p>`,
      html`${form({
        name: "confirmationForm",
        action: `/confirm?${query}`,
        csrf,
        content: html`${formError(state.error)}
          ${known ? "" : field({ ...usernameField(pool), value: state.values?.username, error: state.errors?.username }, width)}
          ${field(codeField("verification_code", "Verification code", state), width)}
          <button name="confirm" type="submit" value="Confirm" class="btn btn-primary submitButton-customizable">Confirm account</button>`,
      })}
        ${
          known
            ? form({
                name: "resendCodeForm",
                action: `/resendcode?${query}`,
                csrf,
                content: html`<p class="redirect-customizable">Didn't receive a code? <button name="resend" type="submit" value="Resend" class="btn btn-link">Resend it</button></p>`,
              })
            : ""
        }`,
    ),
  );
}

export function forgotPasswordPage({ pool, query, csrf }: PageContext, state: FormState = {}): Markup {
  return page(titled("Forgot your password?", state), pool.name, (width) =>
    nested(
      "Forgot your password?",
      html`<p>Enter your ${usernameField(pool).label.toLowerCase()} below and we will send a message to reset your password.</p>`,
      html`${form({
        name: "forgotPasswordForm",
        action: `/forgotPassword?${query}`,
        csrf,
        content: html`${formError(state.error)}
          ${field({ ...usernameField(pool), value: state.values?.username, error: state.errors?.username }, width)}
          <button name="reset_my_password" type="submit" value="Reset" class="btn btn-primary resetButton-customizable">Reset my password</button>`,
      })}
        <p class="redirect-customizable"><a href="/login?${query}">Back to sign in</a></p>`,
    ),
  );
}

export function confirmForgotPasswordPage(
  { pool, query, csrf }: PageContext,
  delivery: CodeDelivery,
  state: FormState = {},
): Markup {
  return page(titled("Set a new password", state), pool.name, (width) =>
    nested(
      "Set a new password",
      html`<p>We have sent a password reset code by ${medium(delivery)} to ${delivery.destination}. Enter it below to reset your password.</p>`,
      html`${form({
        name: "confirmForgotPasswordForm",
        action: `/confirmforgotPassword?${query}`,
        csrf,
        content: html`${formError(state.error)}
          ${field(codeField("forgot_verification_code", "Code", state), width)}
          ${newPasswordFields(pool, state, width, "New password")}
          ${field(repeatedPassword(state), width)}
          <button name="reset_password" type="submit" value="Change" class="btn btn-primary resetButton-customizable">Change password</button>`,
      })}
        <p class="redirect-customizable"><a href="/forgotPassword?${query}">Send a new code</a></p>`,
    ),
  );
}

/** @param missing required attributes that the administrator left out */
export function changePasswordPage({ pool, query, csrf }: PageContext, missing: string[], state: FormState): Markup {
  return page(titled("Change password", state), pool.name, (width) =>
    nested(
      "Change password",
      html`<p>Please enter your new password below.</p>`,
      form({
        name: "changePassword",
        action: `/changePassword?${query}`,
        csrf,
        content: html`${formError(state.error)}
          ${newPasswordFields(pool, state, width, "New password")}
          ${field(repeatedPassword(state), width)}
          ${missing.map((name) => field(attributeField(name, state), width))}
          <button name="reset_password" type="submit" value="Send" class="btn btn-primary resetButton-customizable">Send</button>`,
      }),
    ),
  );
}

/** @param delivery where a code by message went; without one the person's app makes the code */
export function mfaPage(
  { pool, query, csrf }: PageContext,
  state: FormState,
  delivery: CodeDelivery | undefined,
): Markup {
  const codeInput = delivery
    ? codeField("mfaCodeInput", "Code", state)
    : codeField("totpCodeInput", "Authenticator code", state);
  return page(titled("Enter your code", state), pool.name, (width) =>
    nested(
      delivery ? "Enter the code that we sent you" : "Enter the code from your authenticator app",
      delivery ? html`<p>We have sent a code by ${medium(delivery)} to ${delivery.destination}.</p>` : "",
      form({
        name: delivery ? "mfaForm" : "softwareTokenForm",
        action: `/mfa?${query}`,
        csrf,
        content: html`${formError(state.error)}
          ${field(codeInput, width)}
          <button name="signInSubmitButton" type="submit" value="Sign in" class="btn btn-primary submitButton-customizable">Sign in</button>`,
      }),
    ),
  );
}

const factorNames: Record<SecondFactor, string> = {
  SMS_MFA: "Text message",
  SOFTWARE_TOKEN_MFA: "Authenticator app",
  EMAIL_OTP: "E-mail",
};

/** One button for each way to give the second factor. */
export function mfaSelectPage({ pool, query, csrf }: PageContext, factors: SecondFactor[], state: FormState): Markup {
  return page(titled("Choose a second factor", state), pool.name, () =>
    nested(
      "Choose how to confirm that it is you",
      "",
      form({
        name: "mfaSelectForm",
        action: `/mfa/select?${query}`,
        csrf,
        content: html`${formError(state.error)}
          ${factors.map((factor) => html`<button name="factor" type="submit" value="${factor}" class="btn btn-primary submitButton-customizable">${factorNames[factor]}</button>`)}`,
      }),
    ),
  );
}

/** @param uri what the QR code holds; `secret` is the same for those who type */
export function mfaSetupPage(
  { pool, query, csrf }: PageContext,
  secret: string,
  uri: string,
  state: FormState,
): Markup {
  const groups = secret.match(/.{1,4}/g)!.join(" ");
  return page(titled("Set up your authenticator app", state), pool.name, (width) =>
    nested(
      "Set up your authenticator app",
      html`<p>Scan this code with an authenticator app, then enter the six digits that the app shows.</p>
          <div class="qr" role="img" aria-label="QR code for your authenticator app">${raw(renderSVG(uri, { border: 4 }))}</div>
          <p class="quiet">Or type this key into the app: <code class="secretCode">${groups}</code></p>`,
      form({
        name: "softwareTokenSetupForm",
        action: `/mfa/setup?${query}`,
        csrf,
        content: html`${formError(state.error)}
          ${field(codeField("totpCodeInput", "Authenticator code", state), width)}
          <button name="signInSubmitButton" type="submit" value="Sign in" class="btn btn-primary submitButton-customizable">Sign in</button>`,
      }),
    ),
  );
}

const medium = (delivery: CodeDelivery): string => (delivery.medium === "SMS" ? "SMS" : "email");

const repeatedPassword = (state: FormState): Field => ({
  name: "confirm_password",
  id: "confirm_password",
  label: "Enter new password again",
  type: "password",
  autocomplete: "new-password",
  error: state.errors?.confirm_password,
});

/** The page for requests that must not reach an application, HTTP 400. */
export function errorPage(poolName: string, message: string, hints: string[] = []): Markup {
  return notice(
    "Error",
    poolName,
    html`<h1>An error was encountered with the requested page.</h1>
      <p class="errorMessage-customizable" role="alert">${message}</p>
      ${hints.map((hint) => html`<p class="quiet">${hint}</p>`)}`,
  );
}

function isUsername(pool: UserPoolModel, attribute: string): boolean {
  return pool.usernameAttributes.length === 1 && pool.usernameAttributes[0] === attribute;
}

function usernameField(pool: UserPoolModel, isNew = false): Field {
  const base = { name: "username", autocomplete: "username" } as const;
  if (isUsername(pool, "email"))
    return {
      ...base,
      label: "Email",
      type: isNew ? "email" : "text",
      inputmode: "email",
      placeholder: "name@host.com",
    };
  if (isUsername(pool, "phone_number"))
    return {
      ...base,
      label: "Phone number",
      type: isNew ? "tel" : "text",
      inputmode: "tel",
      placeholder: "+12345678900",
    };
  if (pool.usernameAttributes.length === 2)
    return { ...base, label: "Email or phone number", type: "text", placeholder: "name@host.com" };
  return { ...base, label: "Username", type: "text", placeholder: "Username" };
}

const attributeLabels: Record<string, string> = {
  phone_number: "Phone number",
  given_name: "Given name",
  family_name: "Family name",
  middle_name: "Middle name",
  preferred_username: "Preferred username",
  zoneinfo: "Time zone",
  updated_at: "Updated at",
};
const attributeAutocomplete: Record<string, string> = {
  email: "email",
  phone_number: "tel",
  name: "name",
  given_name: "given-name",
  family_name: "family-name",
  middle_name: "additional-name",
  nickname: "nickname",
  birthdate: "bday",
  gender: "sex",
  website: "url",
  address: "street-address",
};

function attributeField(attribute: string, state: FormState): Field {
  const name = `requiredAttributes[${attribute}]`;
  const types: Record<string, Field["type"]> = {
    email: "email",
    phone_number: "tel",
    birthdate: "date",
    website: "url",
  };
  const plain = attribute.replace(/^custom:/, "");
  return {
    name,
    label: attributeLabels[attribute] ?? plain.slice(0, 1).toUpperCase() + plain.slice(1),
    type: types[attribute] ?? "text",
    autocomplete: attributeAutocomplete[attribute] ?? "off",
    placeholder: attribute === "email" ? "name@host.com" : attribute === "phone_number" ? "+12345678900" : undefined,
    value: state.values?.[name],
    error: state.errors?.[name],
  };
}

function codeField(id: string, label: string, state: FormState): Field {
  return {
    name: "code",
    id,
    label,
    type: "text",
    inputmode: "numeric",
    autocomplete: "one-time-code",
    error: state.errors?.code,
  };
}

/** A new password with the pool's rules listed under it. */
function newPasswordFields(pool: UserPoolModel, state: FormState, width: Width, label: string): Markup {
  return html`${field({ name: "password", id: label === "Password" ? "signUpFormPassword" : "new_password", label, type: "password", autocomplete: "new-password", placeholder: "Password", error: state.errors?.password, describedBy: "password-rules" }, width)}
          ${ruleList(passwordRules(pool.passwordPolicy), `password-rules-${width}`)}`;
}
