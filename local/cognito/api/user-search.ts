/**
 * ListUsers: what `Filter` and `AttributesToGet` may say
 * (https://docs.aws.amazon.com/cognito/latest/developerguide/how-to-manage-user-accounts.html).
 */
import { attributeSchema } from "../accounts/attributes.ts";
import { invalidParameter } from "../errors.ts";
import type { Pool } from "../pool.ts";
import type { SearchField } from "../state/users.ts";
import { type Input, strings } from "./input.ts";

export interface UserFilter {
  field: SearchField;
  /** As the column has it. */
  value: string | number;
  prefix: boolean;
}

/**
 * Either no filter, or `name = "value"` or `name ^= "value"`.
 * @throws CognitoError InvalidParameterException
 */
export function parseFilter(filter: string | undefined): UserFilter | undefined {
  if (filter === undefined || filter.trim() === "") return undefined;
  const [, name = "", operator, given = ""] = /^\s*"?([\w:]+)"?\s*(\^?=)\s*"((?:[^"\\]|\\.)*)"\s*$/s.exec(filter) ?? [];
  if (operator === undefined) throw invalidParameter("Error while parsing filter");
  const field = searchable[name];
  if (!field) throw invalidParameter(`Invalid search attribute: ${name}`);
  const prefix = operator === "^=";
  const value = given.replaceAll(/\\(.)/gs, "$1");
  if (field === "enabled") return enabledFilter(value, prefix);
  return { field, value: field === "status" ? value.toUpperCase() : value, prefix };
}

/** `status` is what the console calls Enabled: the text is told apart by case, and a prefix may fit both or neither. */
function enabledFilter(value: string, prefix: boolean): UserFilter | undefined {
  const fits = (text: string) => (prefix ? text.startsWith(value) : text === value);
  const [enabled, disabled] = [fits("Enabled"), fits("Disabled")];
  if (enabled && disabled) return undefined;
  return { field: "enabled", value: enabled ? 1 : disabled ? 0 : -1, prefix: false };
}

const searchable: Record<string, SearchField | undefined> = Object.assign(Object.create(null), {
  sub: "sub",
  username: "username",
  status: "enabled",
  "cognito:user_status": "status",
  email: "$.email",
  phone_number: "$.phone_number",
  name: "$.name",
  given_name: "$.given_name",
  family_name: "$.family_name",
  preferred_username: "$.preferred_username",
});

/** @throws CognitoError InvalidParameterException when the pool does not have one of them */
export function attributesToGet(pool: Pool, input: Input): string[] | undefined {
  const wanted = strings(input, "AttributesToGet");
  const exists = (name: string) => name === "sub" || name === "identities" || attributeSchema(pool.model, name);
  if (wanted && !wanted.every(exists)) throw invalidParameter("One or more requested attributes do not exist.");
  return wanted;
}
