/**
 * Where somebody signs in: on the classic page with name and password at once; on managed login's pages the name comes
 * first and the password on a page of its own.
 */
import { html } from "hono/html";
import { codeRequests } from "./code-pages.ts";
import { usernameField } from "./fields.ts";
import { below, type Field, field, form, formError, type Markup } from "./form-parts.ts";
import { type FormState, formPage, type PageContext } from "./layout.ts";
import { providerButtons } from "./provider-buttons.ts";

export function signInPage(context: PageContext, state: FormState = {}): Markup {
  if (!context.ownUsers) return providersPage(context, state);
  return context.managed ? usernamePage(context, state) : classicSignInPage(context, state);
}

/** After a password that was refused: the page that asked for it. */
export const signInAgainPage = (context: PageContext, username: string, state: FormState): Markup =>
  context.managed ? passwordPage(context, username, state) : classicSignInPage(context, state);

/** For a client whose people all come from elsewhere. */
const providersPage = (context: PageContext, state: FormState): Markup =>
  formPage(context, state, {
    title: "Sign in",
    heading: "Sign in",
    content: (variant) => providerButtons(context.providers, context.query, variant),
  });

function classicSignInPage(context: PageContext, state: FormState): Markup {
  const { pool, query, csrf, providers } = context;
  const username = { ...usernameField(context, state), id: "signInFormUsername" };
  return formPage(context, state, {
    title: "Sign in",
    heading: `Sign in with your ${username.label.toLowerCase()} and password`,
    lead: providerButtons(providers, query, "wide"),
    content: (variant) => html`${form(
      {
        name: "cognitoSignInForm",
        action: `/login?${query}`,
        csrf,
        content: html`${formError(state.error, variant)}
          ${field(username, variant)}
          ${field({ ...passwordField(state), id: "signInFormPassword" }, variant)}
          <a class="redirect-customizable" href="/forgotPassword?${query}">Forgot your password?</a>
          <input type="hidden" name="cognitoAsfData" value="">
          <p></p><input name="signInSubmitButton" type="Submit" value="Sign in" class="btn btn-primary submitButton-customizable">`,
      },
      variant,
    )}
        ${pool.adminCreateUserOnly ? "" : below(html`Need an account? <a href="/signup?${query}">Sign up</a>`, variant)}`,
  });
}

function usernamePage(context: PageContext, state: FormState): Markup {
  const { pool, query, csrf, providers } = context;
  return formPage(context, state, {
    title: "Sign in",
    heading: "Sign in",
    lead: html`<p>Sign in to your account.</p>`,
    content: (variant) => html`${form(
      {
        action: `/login?${query}`,
        csrf,
        content: html`${formError(state.error, variant)}
          ${field(usernameField(context, state), variant)}
          <button type="submit">Next</button>`,
      },
      variant,
    )}
        ${pool.adminCreateUserOnly ? "" : below(html`New user? <a href="/signup?${query}">Create an account</a>`, variant)}
        ${providerButtons(providers, query, variant)}`,
  });
}

/**
 * Managed login's second page. It is the same for a name that nobody has.
 * @param username as it was typed
 * @param passkeysAt where the person can use a passkey of theirs instead
 */
export function passwordPage(
  context: PageContext,
  username: string,
  state: FormState = {},
  passkeysAt?: string | undefined,
): Markup {
  const { query, csrf } = context;
  return formPage(context, state, {
    title: "Enter your password",
    heading: "Sign in",
    lead: html`<p>Enter the password for ${username}. <a href="/login?${query}">Use another account</a></p>`,
    content: (variant) => html`${form(
      {
        action: `/login?${query}`,
        csrf,
        // Unseen, yet a text field, so that password managers know whose password this is.
        content: html`${formError(state.error, variant)}
          <input name="username" type="text" autocomplete="username" value="${username}" readonly hidden>
          ${field({ ...passwordField(state), autofocus: true }, variant)}
          <a class="aside" href="/forgotPassword?${query}">Forgot your password?</a>
          <button type="submit">Continue</button>
          ${passkeysAt === undefined ? "" : below(html`You have a passkey, for which this page must be at <a href="${passkeysAt}">localhost</a>.`, variant)}`,
      },
      variant,
    )}
        ${codeRequests(context, username)}`,
  });
}

const passwordField = (state: FormState): Field => ({
  name: "password",
  label: "Password",
  type: "password",
  autocomplete: "current-password",
  placeholder: "Password",
  error: state.errors?.password,
});
