/**
 * What forms are made of, in both kinds of pages. The classic ones have the names, ids and classes that sign-in scripts
 * know; managed login's have none to rely on, as on AWS, where a script application makes them up.
 */
import { html, raw } from "hono/html";

export type Markup = ReturnType<typeof html>;

/** Which form this is: the classic pages have each twice, for wide screens and for narrow ones. */
export type Variant = "wide" | "narrow" | "managed";

export interface Field {
  name: string;
  /** Of the classic pages only. */
  id?: string;
  label: string;
  type: "text" | "email" | "tel" | "password" | "date" | "url";
  autocomplete: string;
  value?: string;
  placeholder?: string;
  inputmode?: "email" | "numeric" | "tel";
  /** What is wrong with it, shown beside it and announced. */
  error?: string;
  /** Id of a text that explains it, without the variant's suffix. */
  describedBy?: string;
  optional?: boolean;
  /** Where the page's first field follows from a step before. */
  autofocus?: boolean;
}

/** The attribute, on the classic pages. */
export const classes = (variant: Variant, names: string): Markup | "" =>
  variant === "managed" ? "" : html` class="${names}"`;

/** One labelled input. */
export function field(input: Field, variant: Variant): Markup {
  const errorId = `${input.name.replaceAll(/\W/g, "-")}-error-${variant}`;
  const described = [input.error && errorId, input.describedBy && `${input.describedBy}-${variant}`].filter(Boolean);
  return html`<div>
            <label><span${classes(variant, "label-customizable")}>${input.label}</span>
            <input ${input.id && variant !== "managed" ? html`id="${input.id}" ` : ""}name="${input.name}" type="${input.type}"${classes(variant, "form-control inputField-customizable")} autocomplete="${input.autocomplete}" autocapitalize="none" spellcheck="false"${
              input.inputmode ? html` inputmode="${input.inputmode}"` : ""
            }${input.placeholder ? html` placeholder="${input.placeholder}"` : ""}${
              input.value ? html` value="${input.value}"` : ""
            }${input.optional ? "" : raw(" required")}${input.error ? raw(' aria-invalid="true"') : ""}${
              input.error || input.autofocus ? raw(" autofocus") : ""
            }${described.length > 0 ? html` aria-describedby="${described.join(" ")}"` : ""}></label>
            ${input.error ? html`<p id="${errorId}"${classes(variant, "errorMessage-customizable")} role="alert">${input.error}</p>` : ""}
          </div>`;
}

export interface FormParts {
  /** Of the classic pages only. */
  name?: string;
  action: string;
  csrf: string;
  /** `post`, in the case in which Cognito's classic page writes it. */
  method?: "POST" | "post";
  className?: string;
  content: Markup | Markup[];
}

export function form(parts: FormParts, variant: Variant): Markup {
  return html`<form action="${parts.action}" method="${parts.method ?? "POST"}"${
    variant === "managed" ? "" : html` name="${parts.name}"${parts.className ? classes(variant, parts.className) : ""}`
  } novalidate>
          <input type="hidden" name="_csrf" value="${parts.csrf}">
          ${parts.content}
        </form>`;
}

/** What is wrong with the whole form. */
export const formError = (message: string | undefined, variant: Variant): Markup | "" =>
  message === undefined
    ? ""
    : html`<p${variant === "managed" ? "" : raw(' id="loginErrorMessage"')}${classes(variant, "errorMessage-customizable")} role="alert">${message}</p>`;

/** @param classic its name, value and the class of its kind on the classic page */
export const submitButton = (
  label: string,
  classic: { name: string; value: string; kind?: "submitButton" | "signUpButton" | "resetButton" },
  variant: Variant,
): Markup =>
  html`<button${variant === "managed" ? "" : html` name="${classic.name}"`} type="submit"${
    variant === "managed" ? "" : html` value="${classic.value}"`
  }${classes(variant, `btn btn-primary ${classic.kind ?? "submitButton"}-customizable`)}>${label}</button>`;

/** A line under a form, with the way to another page. */
export const below = (content: Markup, variant: Variant): Markup =>
  html`<p class="${variant === "managed" ? "below" : "redirect-customizable"}">${content}</p>`;
