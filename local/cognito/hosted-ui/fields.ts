/** The fields that pages ask for, by what the pool has of names, attributes and password rules. */
import { html } from "hono/html";
import type { UserPoolModel } from "../../model.ts";
import type { CodeDelivery } from "../accounts/delivery.ts";
import { passwordRules } from "../accounts/passwords.ts";
import { type Field, field, type Markup, type Variant } from "./form-parts.ts";
import type { FormState, PageContext } from "./layout.ts";
import { ruleList } from "./password-rules.ts";

export const isUsername = (pool: UserPoolModel, attribute: string): boolean =>
  pool.usernameAttributes.length === 1 && pool.usernameAttributes[0] === attribute;

/** @param isNew where somebody chooses it: the browser then checks what an address looks like */
export function usernameField({ pool, managed }: PageContext, state: FormState, isNew = false): Field {
  const base = {
    name: "username",
    autocomplete: "username",
    value: state.values?.username,
    error: state.errors?.username,
  };
  if (isUsername(pool, "email"))
    return {
      ...base,
      label: managed ? "Email address" : "Email",
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
const attributeTypes: Record<string, Field["type"]> = {
  email: "email",
  phone_number: "tel",
  birthdate: "date",
  website: "url",
};

export function attributeField(attribute: string, state: FormState): Field {
  const name = `requiredAttributes[${attribute}]`;
  const plain = attribute.replace(/^custom:/, "");
  return {
    name,
    label: attributeLabels[attribute] ?? plain.slice(0, 1).toUpperCase() + plain.slice(1),
    type: attributeTypes[attribute] ?? "text",
    autocomplete: attributeAutocomplete[attribute] ?? "off",
    placeholder: attribute === "email" ? "name@host.com" : attribute === "phone_number" ? "+12345678900" : undefined,
    value: state.values?.[name],
    error: state.errors?.[name],
  };
}

export const codeField = (id: string, label: string, state: FormState): Field => ({
  name: "code",
  id,
  label,
  type: "text",
  inputmode: "numeric",
  autocomplete: "one-time-code",
  error: state.errors?.code,
});

/** A new password with the pool's rules listed under it. @param optional whether the account may have none */
export function newPasswordFields(
  pool: UserPoolModel,
  state: FormState,
  variant: Variant,
  label: "Password" | "New password",
  optional = false,
): Markup {
  const input: Field = {
    name: "password",
    id: label === "Password" ? "signUpFormPassword" : "new_password",
    label: optional ? `${label} (optional)` : label,
    optional,
    type: "password",
    autocomplete: "new-password",
    placeholder: "Password",
    error: state.errors?.password,
    describedBy: "password-rules",
  };
  return html`${field(input, variant)}
          ${ruleList(passwordRules(pool.passwordPolicy), `password-rules-${variant}`)}`;
}

export const repeatedPassword = (state: FormState): Field => ({
  name: "confirm_password",
  id: "confirm_password",
  label: "Enter new password again",
  type: "password",
  autocomplete: "new-password",
  error: state.errors?.confirm_password,
});

/** As a sentence names it. */
export const medium = (delivery: CodeDelivery): string => (delivery.medium === "SMS" ? "SMS" : "email");
