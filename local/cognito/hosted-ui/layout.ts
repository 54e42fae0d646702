/**
 * The frame of every page of the hosted UI: server-made HTML that works without scripts, one style sheet and one policy.
 *
 * The classic pages (`managedLoginVersion` 1) have the structure, names, ids and classes of Cognito's, so that sign-in
 * scripts written for them find what they look for. As there, each form is in the page twice, one for wide screens and
 * one for narrow ones, of which CSS shows one: scripts pick "the second" or "the one in .visible-lg" as often as "the
 * first", and only two forms serve them all. A hidden form is outside the accessibility tree, and labels wrap their
 * fields, so the doubled ids harm nobody.
 *
 * Managed login's pages (version 2) have each form once, and none of those names: a script that leans on them would find
 * nothing on AWS.
 */
import { createHash } from "node:crypto";
import { html, raw } from "hono/html";
import type { UserPoolModel } from "../../model.ts";
import type { OneTimePassword } from "../accounts/first-factors.ts";
import type { Markup, Variant } from "./form-parts.ts";
import { passkeyScript } from "./passkey-script.ts";
import { ruleScript } from "./password-rules.ts";
import type { ProviderChoice } from "./provider-buttons.ts";
import { showPasswordScript } from "./show-password.ts";

/** What every page of a sign-in needs. */
export interface PageContext {
  pool: UserPoolModel;
  /** Managed login's pages, or else the classic ones. */
  managed: boolean;
  /** The authorization request's query, carried by every link and form. */
  query: string;
  csrf: string;
  /** The external providers that the person may choose. */
  providers: ProviderChoice[];
  /** Whether the pool's own users may sign in with a password. */
  ownUsers: boolean;
  /** By which codes, in place of a password. */
  codes: OneTimePassword[];
  /** Whether passwords are a way to begin. */
  passwords: boolean;
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

const style = `
:root{color-scheme:light dark;--page:#eef0f3;--card:#fff;--text:#16191f;--quiet:#545b64;--line:#687078;--accent:#0a58ca;--accent-text:#fff;--error:#b3001b;--error-page:#fdecee}
@media (prefers-color-scheme:dark){:root{--page:#0f141a;--card:#1b232d;--text:#f2f4f7;--quiet:#b6bec9;--line:#8d99a8;--accent:#7db3ff;--accent-text:#0b1622;--error:#ff9da4;--error-page:#3a1a1f}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:30rem;margin:0 auto;padding:1rem}
.modal-content,.managed{background:var(--card);border-radius:.5rem;box-shadow:0 1px 6px #0003;overflow-wrap:break-word}
.managed{margin-top:2rem;padding:2rem 1.5rem}
.visible-xs{display:none}
@media (max-width:991px){.visible-lg{display:none}.visible-xs{display:block}}
.banner-customizable{padding:1rem 1.25rem;border-bottom:1px solid #8884;font-weight:600}
.modal-body{padding:1.25rem}
h1{font-size:1.25rem;line-height:1.3;margin:0 0 1rem;font-weight:600}
.managed h1{font-size:1.75rem;margin-bottom:.5rem}
p{margin:0 0 1rem}
label,fieldset{display:block;margin:0 0 1rem;padding:0;border:0}
label>span{display:block;font-weight:600;margin-bottom:.25rem}
label>input{width:100%;min-height:2.75rem;padding:.5rem .75rem;font:inherit;color:inherit;background:transparent;border:1px solid var(--line);border-radius:.25rem}
label>input[aria-invalid]{border-color:var(--error);border-width:2px}
[type=submit]{width:100%;min-height:2.75rem;padding:.5rem 1rem;font:inherit;font-weight:600;border-radius:.25rem;border:1px solid var(--accent);cursor:pointer;background:var(--accent);color:var(--accent-text)}
[type=submit]+[type=submit],form+form{margin-top:.75rem}
.other{background:transparent;color:var(--accent)}
.provider{display:flex;align-items:center;justify-content:center;min-height:2.75rem;margin:0 0 .5rem;padding:.5rem 1rem;font-weight:600;text-decoration:none;border:1px solid var(--accent);border-radius:.25rem}
.provider:not(:has(+.provider)){margin-bottom:1.25rem}
.idpDescription-customizable{margin:0 0 .5rem}
::placeholder{color:var(--quiet);opacity:1}
.btn-link{font:inherit;cursor:pointer;background:none;color:var(--accent);border:0;width:auto;min-height:0;padding:0;text-decoration:underline;font-weight:400}
.show-password{display:block;margin:-.75rem 0 1rem auto;font-size:.875rem;min-height:1.5rem}
a{color:var(--accent)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
[role=alert]{color:var(--error);background:var(--error-page);padding:.5rem .75rem;border-radius:.25rem;margin:.25rem 0 1rem}
.rules,.quiet{color:var(--quiet);font-size:.875rem}
.rules{padding-left:1.25rem;margin:0 0 1rem}
.rules li.kept{color:var(--text)}
.rules li.kept::marker{content:"✓ "}
.status{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.redirect-customizable,.below{display:block;margin:1rem 0 0;text-align:center}
.aside{display:block;margin:0 0 1rem}
code{font-size:.875em;overflow-wrap:anywhere}
.qr{display:block;width:12rem;max-width:100%;margin:0 auto 1rem;background:#fff}
.qr svg{display:block;width:100%;height:auto}
`;

const styleHash = createHash("sha256").update(style).digest("base64");

/**
 * No script but those that mark password rules, show a password and ask for a passkey, no request to anywhere. `form-action` is left out on purpose:
 * Chromium applies it to the redirects that follow a form, which here lead to the application and on to wherever the
 * application sends its users.
 */
export const contentSecurityPolicy = `default-src 'none'; style-src 'sha256-${styleHash}'; script-src ${ruleScript.source} ${showPasswordScript.source} ${passkeyScript.source}; img-src data:; base-uri 'none'; frame-ancestors 'none'`;

export interface FormPage {
  title: string;
  heading: string;
  /** Between the heading and the form. */
  lead?: Markup | "";
  /** The form and what stands below it; rendered once for each variant. */
  content(variant: Variant): Markup;
}

/** A whole page with a form, in the kind of the context. */
export function formPage(
  { pool, managed }: PageContext,
  state: FormState,
  { title, heading, lead = "", content }: FormPage,
): Markup {
  const failed = state.error !== undefined || Object.keys(state.errors ?? {}).length > 0;
  const before = html`${state.note ? html`<p role="status">${state.note}</p>` : ""}${lead}`;
  const cards = managed
    ? html`
      <div class="managed"><h1>${heading}</h1>${before}${content("managed")}</div>`
    : html`${classicFrame(pool.name, "modal-content-mobile visible-md visible-lg", nested(heading, before, content("wide")))}${classicFrame(pool.name, "modal-content-mobile visible-xs visible-sm", nested(heading, before, content("narrow")))}`;
  return document(failed ? `Error: ${title}` : title, html`${cards}${showPasswordScript.element}`);
}

/** A page with nothing to fill in. */
export function notice(title: string, poolName: string, content: Markup): Markup {
  return document(title, classicFrame(poolName, "", content));
}

/** The depth of elements around a classic form, which scripts with absolute paths count on. */
const nested = (heading: string, before: Markup, inner: Markup): Markup =>
  html`<div></div><div><h1 class="textDescription-customizable">${heading}</h1><div>${before}</div><div><div><div>${inner}</div></div></div></div>`;

const classicFrame = (poolName: string, classes: string, content: Markup): Markup => html`
      <div class="modal-content background-customizable ${classes}">
        <div><div class="banner-customizable">${poolName}</div></div>
        <div class="modal-body">${content}</div>
      </div>`;

const document = (title: string, content: Markup): Markup => html`<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${title}</title>
  <link rel="icon" href="data:,">
  <style>${raw(style)}</style>
</head>
<body>
  <main class="container">
    <div class="modal-dialog">${content}
    </div>
  </main>
</body>
</html>`;
