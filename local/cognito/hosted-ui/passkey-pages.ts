/** Managed login's pages about passkeys. They need their script: only a browser's script can ask for a passkey. */
import { html } from "hono/html";
import { formError, type Markup } from "./form-parts.ts";
import { type FormState, formPage, type PageContext } from "./layout.ts";
import { passkeyScript } from "./passkey-script.ts";

interface PasskeyForm {
  path: string;
  ceremony: "create" | "get";
  /** For the browser, as the JSON of Web Authentication Level 3 §5.1. */
  options: unknown;
  button: string;
  /** Who signs in. */
  username?: string;
}

const passkeyForm = (
  context: PageContext,
  state: FormState,
  { path, ceremony, options, button, username }: PasskeyForm,
) => html`
        <form action="${path}?${context.query}" method="POST" data-passkey="${ceremony}" data-options="${JSON.stringify(options)}">
          <input type="hidden" name="_csrf" value="${context.csrf}">
          <input type="hidden" name="credential" value="">
          ${username === undefined ? "" : html`<input type="hidden" name="username" value="${username}">`}
          ${formError(state.error, "managed")}
          <p data-problem role="alert" hidden></p>
          <noscript><p role="alert">Passkeys need JavaScript, which is off in this browser.</p></noscript>
          <button type="submit">${button}</button>
        </form>${passkeyScript.element}`;

/** @param username as it was typed */
export const passkeySignInPage = (
  context: PageContext,
  username: string,
  options: unknown,
  state: FormState = {},
): Markup =>
  formPage(context, state, {
    title: "Sign in with your passkey",
    heading: "Sign in",
    lead: html`<p>Sign in as ${username} with your passkey. <a href="/login?${context.query}">Use another account</a></p>`,
    content: () => html`${passkeyForm(context, state, {
      ...{ path: "/login/passkey", ceremony: "get", options, button: "Continue with your passkey" },
      username,
    })}
        <form action="/login?${context.query}" method="POST">
          <input type="hidden" name="_csrf" value="${context.csrf}">
          <input type="hidden" name="username" value="${username}">
          <p class="below"><button class="btn-link" type="submit" name="way" value="other">Sign in another way</button></p>
        </form>`,
  });

export const addPasskeyPage = (context: PageContext, options: unknown, state: FormState = {}): Markup =>
  formPage(context, state, {
    title: "Create a passkey",
    heading: "Create a passkey",
    lead: html`<p>With a passkey you sign in without a password.</p>`,
    content: () =>
      passkeyForm(context, state, { path: "/passkeys/add", ceremony: "create", options, button: "Create a passkey" }),
  });

/** At another name than the relying party's, where no browser has passkeys. @param address of the same page at that name */
export const passkeysElsewherePage = (context: PageContext, address: string): Markup =>
  formPage(
    context,
    {},
    {
      title: "Passkeys",
      heading: "Passkeys are at localhost",
      lead: html`<p>A browser has no passkeys for an IP address. Go on at <a href="${address}">localhost</a>.</p>`,
      content: () => html``,
    },
  );
