/**
 * Changes of a user's attributes and the codes that prove a new address. Where the pool wants the proof first, the old
 * address stays in force until the code came back
 * (https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-email-phone-verification.html).
 */
import { invalidParameter } from "../errors.ts";
import type { Pool } from "../pool.ts";
import { isVerified, type User } from "../state/users.ts";
import { checkAttributes, checkDeletable } from "./attributes.ts";
import { type CodeDelivery, type CodeMessage, deliveryTo, masked, sendCode } from "./delivery.ts";

export type Address = CodeDelivery["attribute"];

const ADDRESSES = ["email", "phone_number"] as const;

/** Who changes attributes: a person with an app client, or an administrator without one. */
export type Caller = Pick<CodeMessage, "client" | "data">;

/**
 * Sets attributes, and sends a code to each address that the pool verifies. An administrator who marks a new address as
 * verified in the same call needs no code.
 * @param attributes an empty value removes the attribute
 * @returns the user, and where codes went
 * @throws CognitoError InvalidParameterException, AliasExistsException, LimitExceededException, and nothing is changed then;
 *   as the custom message trigger fails, and the attributes are changed all the same
 */
export async function changeAttributes(
  pool: Pool,
  user: User,
  attributes: Record<string, string>,
  caller: Caller,
): Promise<{ user: User; deliveries: CodeDelivery[] }> {
  const { user: updated, toProve } = storeAttributes(pool, user, attributes, caller.client === undefined);
  const deliveries: CodeDelivery[] = [];
  for (const { attribute, value, before } of toProve)
    deliveries.push(
      await send(pool, updated, attribute, {
        occasion: "UpdateUserAttribute",
        value: before ? value : undefined,
        ...caller,
      }),
    );
  return { user: updated, deliveries };
}

interface ToProve {
  attribute: Address;
  value: string;
  /** Whether the address becomes the user's only with its code. */
  before: boolean;
}

/** Sets attributes. @returns the user, and the addresses that a code must prove */
export function storeAttributes(
  pool: Pool,
  user: User,
  attributes: Record<string, string>,
  administrator: boolean,
): { user: User; toProve: ToProve[] } {
  checkAttributes(pool.model, attributes, "update", administrator);
  const changed = { ...user.attributes };
  const toProve: ToProve[] = [];
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
    for (const { attribute, value, before } of toProve) {
      if (before) pool.users.refuseTakenName(user.sub, attribute, value);
      pool.codes.countAttempt(user.sub, "request-attribute-code");
    }
    return { user: updated, toProve };
  });
}

/** @throws CognitoError InvalidParameterException, naming every attribute that the pool does not have */
export function deleteAttributes(pool: Pool, user: User, names: string[], administrator: boolean): void {
  checkDeletable(pool.model, names);
  storeAttributes(pool, user, Object.fromEntries(names.map((name) => [name, ""])), administrator);
}

/**
 * Sends a code that proves an address: the one that waits to become the user's, or else the user's own.
 * @throws CognitoError InvalidParameterException when there is none, LimitExceededException
 */
export async function sendAttributeCode(
  pool: Pool,
  user: User,
  attribute: Address,
  caller: Caller,
): Promise<CodeDelivery> {
  const value = pool.codes.waiting(user.sub, attribute);
  if (value === undefined && !user.attributes[attribute]) throw invalidParameter(`User does not have a ${attribute}.`);
  pool.codes.countAttempt(user.sub, "request-attribute-code");
  return send(pool, user, attribute, { occasion: "VerifyUserAttribute", value, ...caller });
}

async function send(
  pool: Pool,
  user: User,
  attribute: Address,
  message: Omit<CodeMessage, "purpose">,
): Promise<CodeDelivery> {
  const address = message.value ?? user.attributes[attribute] ?? "";
  const delivery = deliveryTo(attribute, { [attribute]: address })!;
  await sendCode(pool, user, delivery, { ...message, purpose: attribute });
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
