/** What a browser posted: the fields of a form of ours, and what the form shows again when they are refused. */
import type { Context } from "hono";
import { readText } from "../body.ts";
import { CognitoError } from "../errors.ts";
import { isForged } from "./browser-state.ts";
import type { FormState } from "./layout.ts";

/** A form's fields; a repeated one counts once, and files are nothing. */
export type Fields = Record<string, string>;

export const outdatedForm = "This page was out of date. Please try again.";

/** The posted fields, or `undefined` when the form was not ours. */
export async function postedFields(c: Context): Promise<Fields | undefined> {
  const type = c.req.header("content-type") ?? "";
  if (!type.startsWith("application/x-www-form-urlencoded")) return undefined;
  const text = await readText(c.req.raw);
  if (text === undefined) return undefined;
  const fields: Fields = Object.fromEntries(new URLSearchParams(text));
  return isForged(c, fields._csrf) ? undefined : fields;
}

/** What to show for a refusal: its sentence beside the field it is about. Anything else is a fault and goes on. */
export function formStateOf(error: unknown, values: Fields): FormState {
  if (!(error instanceof CognitoError)) throw error;
  const { _csrf, password, confirm_password, code, ...shown } = values;
  switch (error.type) {
    case "InvalidPasswordException":
    case "PasswordHistoryPolicyViolationException":
      return { values: shown, errors: { password: error.message } };
    case "UsernameExistsException":
      return { values: shown, errors: { username: error.message } };
    case "CodeMismatchException":
    case "ExpiredCodeException":
    case "EnableSoftwareTokenMFAException":
      return { values: shown, errors: { code: error.message } };
  }
  const field = [error.field, `requiredAttributes[${error.field}]`].find(
    (name) => name !== undefined && Object.hasOwn(shown, name),
  );
  return field === undefined
    ? { values: shown, error: error.message }
    : { values: shown, errors: { [field]: error.message } };
}

/** `requiredAttributes[email]=…` and its like, without the empty ones. */
export function signUpAttributes(fields: Fields): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [name, value] of Object.entries(fields)) {
    const attribute = /^requiredAttributes\[([^\]]+)\]$/.exec(name)?.[1];
    if (attribute !== undefined && value !== "") attributes[attribute] = value;
  }
  return attributes;
}
