/**
 * User attributes: which exist in a pool, which values they take, which an app client may read or write, and which a
 * granted scope lets into a token (Cognito developer guide, "Working with user attributes" and "Scopes").
 */
import type { AppClientModel, AttributeSchema, UserPoolModel } from "../../model.ts";
import { STANDARD_ATTRIBUTES } from "../../standard-attributes.ts";
import { CognitoError, invalidParameter } from "../errors.ts";

/** Kept by the pool itself; only an administrator may set them. */
const verification = ["email_verified", "phone_number_verified"];

const standardAttributes = new Map(STANDARD_ATTRIBUTES.map((attribute) => [attribute.name, attribute]));

const longestValue = 2048;
const email = /^[^\s@\p{C}<>"]+@[^\s@\p{C}<>"]+\.[^\s@\p{C}<>".]+$/u;
const phoneNumber = /^\+[1-9]\d{1,14}$/;

export const isEmail = (text: string): boolean => text.length <= longestValue && email.test(text);
export const isPhoneNumber = (text: string): boolean => phoneNumber.test(text);

/** How a schema entry or standard attribute is declared in this pool. */
export function attributeSchema(pool: UserPoolModel, name: string): AttributeSchema | undefined {
  const standard = standardAttributes.get(name);
  const declared = pool.schema.find((entry) => entry.name === name);
  return declared && standard
    ? {
        ...declared,
        minLength: declared.minLength ?? standard.minLength,
        maxLength: declared.maxLength ?? standard.maxLength,
      }
    : (declared ?? standard);
}

/** The attributes a person must give at sign-up, without the one that is the username. */
export function requiredAttributes(pool: UserPoolModel): string[] {
  return pool.schema.filter((entry) => entry.required && entry.name !== "sub").map((entry) => entry.name);
}

/** The operation that gives attributes: each has a sentence of its own for one that does not exist. */
export type AttributeOperation = "create" | "update";

const unknownAttribute = "Attribute does not exist in the schema.";

/**
 * Checks names and values against the pool's schema.
 * @param administrator whether `email_verified`, `phone_number_verified` and developer-only attributes may be set
 * @throws CognitoError InvalidParameterException, naming every attribute that does not exist
 */
export function checkAttributes(
  pool: UserPoolModel,
  attributes: Record<string, string>,
  operation: AttributeOperation,
  administrator = false,
): void {
  const refuse = (name: string, why: string) =>
    invalidParameter(`Attributes did not conform to the schema: ${name}: ${why}`, name);
  const unknown = Object.keys(attributes).filter((name) => !exists(pool, name));
  if (unknown.length > 0)
    throw invalidParameter(
      operation === "create"
        ? `Attributes did not conform to the schema: ${lines(unknown, "", unknownAttribute)}`
        : lines(unknown, "user.", unknownAttribute),
      unknown[0],
    );
  for (const [name, value] of Object.entries(attributes)) {
    const schema = attributeSchema(pool, name)!;
    if ((verification.includes(name) || schema.developerOnly) && !administrator)
      throw invalidParameter(`Cannot modify the non-mutable attribute ${name}`);
    if (value === "") continue;
    if (value.length > (schema.maxLength ?? longestValue))
      throw refuse(name, `String must be no longer than ${schema.maxLength ?? longestValue} characters`);
    if (schema.minLength !== undefined && value.length < schema.minLength)
      throw refuse(name, `String must be at least ${schema.minLength} characters long`);
    if (schema.type === "Boolean" && !/^(true|false)$/i.test(value)) throw refuse(name, "Value must be true or false");
    if (schema.type === "DateTime" && Number.isNaN(Date.parse(value))) throw refuse(name, "Value must be a date");
    if (schema.type === "Number") {
      if (!/^-?\d+(\.\d+)?$/.test(value)) throw refuse(name, "Value must be a number");
      if (schema.minValue !== undefined && Number(value) < schema.minValue)
        throw refuse(name, `Number must be no less than ${schema.minValue}`);
      if (schema.maxValue !== undefined && Number(value) > schema.maxValue)
        throw refuse(name, `Number must be no greater than ${schema.maxValue}`);
    }
    if (name === "email" && !isEmail(value)) throw invalidParameter("Invalid email address format.", name);
    if (name === "phone_number" && !isPhoneNumber(value)) throw invalidParameter("Invalid phone number format.", name);
  }
}

/** @throws CognitoError InvalidParameterException, naming every attribute that the pool does not have */
export function checkDeletable(pool: UserPoolModel, names: string[]): void {
  const unknown = names.filter((name) => !exists(pool, name));
  if (unknown.length > 0)
    throw invalidParameter(`Invalid user attributes: ${lines(unknown, "user.", unknownAttribute)}`);
}

/** @throws CognitoError InvalidParameterException, naming every attribute that is missing */
export function checkRequired(pool: UserPoolModel, attributes: Record<string, string>): void {
  const missing = requiredAttributes(pool).filter((name) => !attributes[name]);
  if (missing.length > 0)
    throw invalidParameter(
      `Attributes did not conform to the schema: ${lines(missing, "", "The attribute is required")}`,
      missing[0],
    );
}

const exists = (pool: UserPoolModel, name: string): boolean =>
  name !== "sub" && attributeSchema(pool, name) !== undefined;

/** One line for each attribute, the last one ended too, as Cognito writes them. */
const lines = (names: string[], prefix: string, what: string): string =>
  names.map((name) => `${prefix}${name}: ${what}\n`).join("");

/** @throws CognitoError NotAuthorizedException when the client may not write one of them */
export function checkWritable(client: AppClientModel, names: string[]): void {
  if (client.writeAttributes && names.some((name) => !client.writeAttributes!.includes(name)))
    throw new CognitoError("NotAuthorizedException", "A client attempted to write unauthorized attribute");
}

export function isReadable(client: AppClientModel, name: string): boolean {
  return client.readAttributes === undefined || client.readAttributes.includes(name);
}

/**
 * The attributes that a token or a userInfo answer may carry: what the client may read, cut down to what the scopes
 * ask for. `openid` alone, `profile` and the API's own scope ask for everything.
 */
export function grantedAttributes(
  attributes: Record<string, string>,
  client: AppClientModel,
  scopes: string[],
): Record<string, string> {
  const everything = scopes.includes("profile") || !scopes.some((scope) => scope === "email" || scope === "phone");
  const allowed = (name: string) => {
    if (!isReadable(client, name)) return false;
    if (everything) return true;
    if (name === "email" || name === "email_verified") return scopes.includes("email");
    return (name === "phone_number" || name === "phone_number_verified") && scopes.includes("phone");
  };
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => allowed(name)));
}

/** `ada@example.com` as `a***@e***`, `+15551234567` as `+*******4567`. */
export function maskDestination(destination: string): string {
  const at = destination.lastIndexOf("@");
  if (at > 0) return `${[...destination][0]}***@${destination.slice(at + 1, at + 2)}***`;
  return `+${"*".repeat(Math.max(destination.length - 5, 0))}${destination.slice(-4)}`;
}
