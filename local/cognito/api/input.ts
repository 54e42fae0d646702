/** Reads the members of a JSON request one by one, with the refusals that AWS's own deserialiser and validator give. */
import type { FactorPreference } from "../accounts/mfa.ts";
import { CognitoError, invalidParameter } from "../errors.ts";
import type { SecondFactor } from "../state/users.ts";

export type Input = Record<string, unknown>;

const wrongType = (expected: string, value: unknown) => {
  const kind = Array.isArray(value)
    ? "START_ARRAY"
    : typeof value === "object"
      ? "START_OBJECT"
      : `${typeof value}`.toUpperCase();
  return new CognitoError("SerializationException", `${kind} can not be converted to ${expected}`);
};

const constraint = (value: string, name: string, what: string) =>
  invalidParameter(
    `1 validation error detected: Value ${value} at '${name.slice(0, 1).toLowerCase()}${name.slice(1)}' failed to satisfy constraint: Member must ${what}`,
  );

const missing = (name: string) => constraint("null", name, "not be null");

/** The longest text any member takes; attribute values and tokens are shorter. */
const longest = 131_072;

export function optionalString(input: Input, name: string): string | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw wrongType("a String", value);
  if (value.length > longest) throw constraint("", name, `have length less than or equal to ${longest}`);
  return value;
}

export function string(input: Input, name: string): string {
  const value = optionalString(input, name);
  if (value === undefined) throw missing(name);
  return value;
}

export function boolean(input: Input, name: string, preset: boolean): boolean {
  const value = input[name] ?? preset;
  if (typeof value !== "boolean") throw wrongType("a Boolean", value);
  return value;
}

/**
 * How many items a page may have, `most` unless told; where the least is 0, 0 means that too.
 * @throws CognitoError InvalidParameterException outside `least…most`
 */
export function limit(input: Input, name: string, most: number, least = 0): number {
  const value = input[name] ?? most;
  if (typeof value !== "number" || !Number.isInteger(value)) throw wrongType("an Integer", value);
  if (value > most) throw constraint(`'${value}'`, name, `have value less than or equal to ${most}`);
  if (value < least) throw constraint(`'${value}'`, name, `have value greater than or equal to ${least}`);
  return value === 0 ? most : value;
}

/** A page size that the caller must give. */
export function requiredLimit(input: Input, name: string, most: number): number {
  if (input[name] === undefined || input[name] === null) throw missing(name);
  return limit(input, name, most, 1);
}

/**
 * `SMSMfaSettings`, `SoftwareTokenMfaSettings` and `EmailMfaSettings`, as far as they are given.
 * @throws CognitoError InvalidParameterException for a passkey in the place of a second factor
 */
export function mfaPreferences(input: Input): Partial<Record<SecondFactor, FactorPreference>> {
  const passkey = object(input, "WebAuthnMfaSettings");
  if (passkey && boolean(passkey, "Enabled", false))
    throw invalidParameter(
      "WebAuthnMfaSettings is not served by the local cloud: here a passkey is a first factor, and satisfies no MFA.",
    );
  const preferences: Partial<Record<SecondFactor, FactorPreference>> = {};
  for (const [name, factor] of [
    ["SMSMfaSettings", "SMS_MFA"],
    ["SoftwareTokenMfaSettings", "SOFTWARE_TOKEN_MFA"],
    ["EmailMfaSettings", "EMAIL_OTP"],
  ] as const) {
    const settings = object(input, name);
    if (settings)
      preferences[factor] = {
        enabled: boolean(settings, "Enabled", false),
        preferred: boolean(settings, "PreferredMfa", false),
      };
  }
  return preferences;
}

export function optionalNumber(input: Input, name: string): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > 0x7fffffff)
    throw wrongType("an Integer", value);
  return value;
}

/** A map of strings; absent is empty, and a member that is null is absent: amazon-cognito-identity-js sends `DEVICE_KEY` so. */
export function stringMap(input: Input, name: string): Record<string, string> {
  const value = input[name] ?? {};
  if (typeof value !== "object" || Array.isArray(value)) throw wrongType("a Map", value);
  const map: Record<string, string> = Object.create(null);
  for (const key of Object.keys(value as Input)) {
    const text = optionalString(value as Input, key);
    if (text !== undefined) map[key] = text;
  }
  return map;
}

export function strings(input: Input, name: string): string[] | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw wrongType("a List", value);
  return value.map((item) => {
    if (typeof item !== "string") throw wrongType("a String", item);
    return item;
  });
}

export function object(input: Input, name: string): Input | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "object" || Array.isArray(value)) throw wrongType("a Structure", value);
  return value as Input;
}

/** `[{Name, Value}]`; an attribute without a value is an empty one. */
export function attributes(input: Input, name: string): Record<string, string> {
  const value = input[name] ?? [];
  if (!Array.isArray(value)) throw wrongType("a List", value);
  const found: Record<string, string> = {};
  for (const item of value) {
    if (typeof item !== "object" || item === null) throw wrongType("a Structure", item);
    const attribute = string(item, "Name");
    if (attribute === "__proto__")
      throw invalidParameter(
        "Attributes did not conform to the schema: __proto__: Attribute does not exist in the schema.",
      );
    found[attribute] = optionalString(item, "Value") ?? "";
  }
  return found;
}
