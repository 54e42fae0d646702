/**
 * Changes of a user's attributes and the codes that prove a new address. Where the pool wants the proof first, the old
 * address stays in force until the code came back
 * (https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-email-phone-verification.html).
 */
import { invalidParameter } from "../errors.ts";
import type { Pool } from "../pool.ts";
import { isVerified, type User } from "../state/users.ts";
import { checkAttributes, checkDeletable } from "./attributes.ts";
import { type CodeDelivery, deliveryTo, masked, sendCode } from "./delivery.ts";

export type Address = CodeDelivery["attribute"];

const ADDRESSES = ["email", "phone_number"] as const;

/**
 * Sets attributes, and sends a code to each address that the pool verifies. An administrator who marks a new address as
 * verified in the same call needs no code.
 * @param attributes an empty value removes the attribute
 * @returns the user, and where codes went
 * @throws CognitoError InvalidParameterException, AliasExistsException, LimitExceededException; nothing is changed then
 */
export function changeAttributes(
  pool: Pool,
  user: User,
  attributes: Record<string, string>,
  administrator: boolean,
): { user: User; deliveries: CodeDelivery[] } {
  checkAttributes(pool.model, attributes, "update", administrator);
  const changed = { ...user.attributes };
  const toProve: { attribute: Address; value: string; before: boolean }[] = [];
  for (const [name, value] of Object.entries(attributes)) {
    const schema = pool.model.schema.find((entry) => entry.name === name);
    if (schema?.mutable === false && user.attributes[name] !== value)
      throw invalidParameter(`user.${name}: Attribute cannot be updated.`);
    if (schema?.required && value === "")
      throw invalidParameter(`Attributes did not conform to the schema: ${name}: The attribute is required\n`);
    const attribute = ADDRESSES.find((address) => address === name);
    if (attribute && value !== "" && value !== user.attributes[name] && !isVerified(attributes, name)) {
      const before = pool.model.verifiedBeforeUpdate.includes(attribute);
      if (before || pool.model.autoVerifiedAttributes.includes(attribute)) toProve.push({ attribute, value, before });
      if (before) continue;
    }
    if (value === "") delete changed[name];
    else changed[name] = value;
    // A new address is not a proved one.
    const flag = `${name}_verified`;
    if (attribute && value !== user.attributes[name] && !(flag in attributes)) {
      if (value === "") delete changed[flag];
      else changed[flag] = "false";
    }
  }
  return pool.platform.store.transaction(() => {
    const updated = pool.users.update(user.sub, { attributes: changed });
    const deliveries = toProve.map(({ attribute, value, before }) => {
      if (before) pool.users.refuseTakenName(user.sub, attribute, value);
      return sendAttributeCode(pool, updated, attribute, before ? value : undefined);
    });
    return { user: updated, deliveries };
  });
}

/** @throws CognitoError InvalidParameterException, naming every attribute that the pool does not have */
export function deleteAttributes(pool: Pool, user: User, names: string[], administrator: boolean): void {
  checkDeletable(pool.model, names);
  changeAttributes(pool, user, Object.fromEntries(names.map((name) => [name, ""])), administrator);
}

/**
 * Sends a code that proves an address: the one that waits to become the user's, or else the user's own.
 * @param value the address, when it is to become the user's with the code
 * @throws CognitoError InvalidParameterException when there is none, LimitExceededException
 */
export function sendAttributeCode(
  pool: Pool,
  user: User,
  attribute: Address,
  value = pool.codes.waiting(user.sub, attribute),
): CodeDelivery {
  const delivery = deliveryTo(attribute, value === undefined ? user.attributes : { [attribute]: value });
  if (!delivery) throw invalidParameter(`User does not have a ${attribute}.`);
  pool.codes.countAttempt(user.sub, "request-attribute-code");
  sendCode(pool, user, delivery, "verify-attribute", pool.codes.issue(user.sub, attribute, value));
  return masked(delivery);
}

/** @throws CognitoError CodeMismatchException, ExpiredCodeException, LimitExceededException, AliasExistsException */
export function verifyAttribute(pool: Pool, user: User, attribute: Address, code: string): void {
  pool.codes.countAttempt(user.sub, "verify-attribute");
  pool.codes.check(user.sub, attribute, code);
  const value = pool.codes.waiting(user.sub, attribute) ?? user.attributes[attribute];
  pool.platform.store.transaction(() => {
    pool.users.update(user.sub, {
      attributes: {
        ...user.attributes,
        ...(value !== undefined && { [attribute]: value }),
        [`${attribute}_verified`]: "true",
      },
    });
    pool.codes.drop(user.sub, attribute);
  });
}
