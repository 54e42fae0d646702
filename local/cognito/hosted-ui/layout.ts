/**
 * The one renderer of the hosted UI's pages: server-made HTML that works without scripts, in the structure, names, ids
 * and classes of Cognito's classic pages, so that sign-in scripts written for Cognito find what they look for.
 *
 * As there, each form is in the page twice, one for wide screens and one for narrow ones, of which CSS shows one:
 * scripts pick "the second" or "the one in .visible-lg" as often as "the first", and only two forms serve them all.
 * A hidden form is outside the accessibility tree, and labels wrap their fields, so the doubled ids harm nobody.
 */
import { createHash } from "node:crypto";
import { html, raw } from "hono/html";
import { ruleScriptSource } from "./password-rules.ts";
import { showPasswordScript, showPasswordSource } from "./show-password.ts";

export type Markup = ReturnType<typeof html>;
export type Width = "wide" | "narrow";

const style = `
:root{color-scheme:light dark;--page:#eef0f3;--card:#fff;--text:#16191f;--quiet:#545b64;--line:#687078;--accent:#0a58ca;--accent-text:#fff;--error:#b3001b;--error-page:#fdecee}
@media (prefers-color-scheme:dark){:root{--page:#0f141a;--card:#1b232d;--text:#f2f4f7;--quiet:#b6bec9;--line:#8d99a8;--accent:#7db3ff;--accent-text:#0b1622;--error:#ff9da4;--error-page:#3a1a1f}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
.container{max-width:30rem;margin:0 auto;padding:1rem}
.modal-content{background:var(--card);border-radius:.5rem;box-shadow:0 1px 6px #0003;overflow-wrap:break-word}
.visible-xs{display:none}
@media (max-width:991px){.visible-lg{display:none}.visible-xs{display:block}}
.banner-customizable{padding:1rem 1.25rem;border-bottom:1px solid #8884;font-weight:600}
.modal-body{padding:1.25rem}
h1{font-size:1.25rem;line-height:1.3;margin:0 0 1rem;font-weight:600}
p{margin:0 0 1rem}
label,fieldset{display:block;margin:0 0 1rem;padding:0;border:0}
.label-customizable{display:block;font-weight:600;margin-bottom:.25rem}
.inputField-customizable{width:100%;min-height:2.75rem;padding:.5rem .75rem;font:inherit;color:inherit;background:transparent;border:1px solid var(--line);border-radius:.25rem}
.inputField-customizable[aria-invalid]{border-color:var(--error);border-width:2px}
.btn{width:100%;min-height:2.75rem;padding:.5rem 1rem;font:inherit;font-weight:600;border-radius:.25rem;border:1px solid var(--accent);cursor:pointer}
.btn-primary{background:var(--accent);color:var(--accent-text)}
::placeholder{color:var(--quiet);opacity:1}
.btn-link{background:none;color:var(--accent);border:0;width:auto;min-height:0;padding:0;text-decoration:underline;font-weight:400}
.show-password{display:block;margin:-.75rem 0 1rem auto;font-size:.875rem;min-height:1.5rem}
a{color:var(--accent)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.errorMessage-customizable{color:var(--error);background:var(--error-page);padding:.5rem .75rem;border-radius:.25rem;margin:.25rem 0 1rem}
.rules,.quiet{color:var(--quiet);font-size:.875rem}
.rules{padding-left:1.25rem;margin:0 0 1rem}
.rules li.kept{color:var(--text)}
.rules li.kept::marker{content:"✓ "}
.status{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.redirect-customizable{display:block;margin:1rem 0 0;text-align:center}
code{font-size:.875em;overflow-wrap:anywhere}
.qr{display:block;width:12rem;max-width:100%;margin:0 auto 1rem;background:#fff}
.qr svg{display:block;width:100%;height:auto}
`;

const styleHash = createHash("sha256").update(style).digest("base64");

/**
 * No script but those that mark password rules and show a password, no request to anywhere. `form-action` is left out on purpose:
 * Chromium applies it to the redirects that follow a form, which here lead to the application and on to wherever the
 * application sends its users.
 */
export const contentSecurityPolicy = `default-src 'none'; style-src 'sha256-${styleHash}'; script-src ${ruleScriptSource} ${showPasswordSource}; img-src data:; base-uri 'none'; frame-ancestors 'none'`;

/** A whole page with a form. `card` is rendered once for each width. */
export function page(title: string, poolName: string, card: (width: Width) => Markup): Markup {
  return document(
    title,
    html`${frame(poolName, "modal-content-mobile visible-md visible-lg", card("wide"))}${frame(poolName, "modal-content-mobile visible-xs visible-sm", card("narrow"))}${showPasswordScript}`,
  );
}

/** A page with nothing to fill in, so that nothing is doubled. */
export function notice(title: string, poolName: string, content: Markup): Markup {
  return document(title, frame(poolName, "", content));
}

const frame = (poolName: string, classes: string, content: Markup): Markup => html`
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

export interface Field {
  name: string;
  id?: string;
  label: string;
  type: "text" | "email" | "tel" | "password" | "date" | "url";
  autocomplete: string;
  value?: string;
  placeholder?: string;
  inputmode?: "email" | "numeric" | "tel";
  /** What is wrong with it, shown beside it and announced. */
  error?: string;
  /** Id of a text that explains it, without the width's suffix. */
  describedBy?: string;
  optional?: boolean;
}

/** One labelled input. */
export function field(input: Field, width: Width): Markup {
  const errorId = `${input.name.replaceAll(/\W/g, "-")}-error-${width}`;
  const described = [input.error && errorId, input.describedBy && `${input.describedBy}-${width}`].filter(Boolean);
  return html`<div>
            <label><span class="label-customizable">${input.label}</span>
            <input ${input.id ? html`id="${input.id}" ` : ""}name="${input.name}" type="${input.type}" class="form-control inputField-customizable" autocomplete="${input.autocomplete}" autocapitalize="none" spellcheck="false"${
              input.inputmode ? html` inputmode="${input.inputmode}"` : ""
            }${input.placeholder ? html` placeholder="${input.placeholder}"` : ""}${
              input.value ? html` value="${input.value}"` : ""
            }${input.optional ? "" : raw(" required")}${input.error ? raw(' aria-invalid="true" autofocus') : ""}${
              described.length > 0 ? html` aria-describedby="${described.join(" ")}"` : ""
            }></label>
            ${input.error ? html`<p id="${errorId}" class="errorMessage-customizable" role="alert">${input.error}</p>` : ""}
          </div>`;
}

export interface FormParts {
  name: string;
  action: string;
  csrf: string;
  /** `post`, in the case in which Cognito's page writes it. */
  method?: "POST" | "post";
  className?: string;
  content: Markup | Markup[];
}

export function form(parts: FormParts): Markup {
  return html`<form action="${parts.action}" method="${parts.method ?? "POST"}" name="${parts.name}"${
    parts.className ? html` class="${parts.className}"` : ""
  } novalidate>
          <input type="hidden" name="_csrf" value="${parts.csrf}">
          ${parts.content}
        </form>`;
}

/** What is wrong with the whole form. */
export const formError = (message: string | undefined): Markup | "" =>
  message === undefined
    ? ""
    : html`<p id="loginErrorMessage" class="errorMessage-customizable" role="alert">${message}</p>`;
