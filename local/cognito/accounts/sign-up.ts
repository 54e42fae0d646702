/** A person makes an account: sign-up, the code that proves the address, asking for another code. */
import type { AppClientModel } from "../../model.ts";
import { CognitoError, codeExpired, invalidParameter } from "../errors.ts";
import { type Pool, reportUser } from "../pool.ts";
import type { LimitedAction } from "../state/codes.ts";
import type { User } from "../state/users.ts";
import {
  checkAttributes,
  checkRequired,
  checkWritable,
  isEmail,
  isPhoneNumber,
  maskDestination,
} from "./attributes.ts";
import { newCredentials } from "./credentials.ts";
import { type CodeDelivery, codeDestination, masked, sendCode } from "./delivery.ts";
import { refuseUnreachable } from "./first-factors.ts";
import { checkPolicy } from "./passwords.ts";
import { postConfirmation, preSignUp, type TriggerData } from "./triggers.ts";

export interface SignUpResult {
  user: User;
  /** `undefined` when the pool verifies nothing that the person gave, or the user is confirmed already. */
  delivery: CodeDelivery | undefined;
}

/**
 * @param input `password`: `undefined` for an account without one
 * @throws CognitoError with the field's own refusal: UsernameExistsException, InvalidPasswordException,
 *   InvalidParameterException, or NotAuthorizedException in a pool that only administrators add users to
 */
export async function signUp(
  pool: Pool,
  client: AppClientModel,
  input: { username: string; password: string | undefined; attributes: Record<string, string> } & TriggerData,
): Promise<SignUpResult> {
  const { model, users } = pool;
  if (model.adminCreateUserOnly)
    throw new CognitoError("NotAuthorizedException", "SignUp is not permitted for this user pool");
  if (input.password !== undefined) checkPolicy(model.passwordPolicy, input.password);
  const { username, attributes } = nameAndAttributes(pool, input.username, input.attributes);
  checkAttributes(model, attributes, "create");
  checkRequired(model, attributes);
  if (input.password === undefined) refuseUnreachable(pool, attributes);
  // The address that serves as the name is not an attribute that the client writes.
  checkWritable(client, Object.keys(input.attributes));
  const sub = users.newSub();
  const userName = username ?? sub;
  // Before the name is looked up: what the function refuses tells nobody whether the name is taken.
  const decision = await preSignUp(pool, "SignUp", { ...input, userName, clientId: client.id, attributes });
  const unprovable = decision.verified.find((attribute) => !attributes[attribute]);
  if (unprovable) throw invalidParameter(`The preSignUp trigger verifies the ${unprovable} of a user who has none.`);
  refuseTakenName(pool, input.username);

  const credentials = input.password === undefined ? {} : await newCredentials(pool, userName, input.password);
  const verified = Object.fromEntries(decision.verified.map((attribute) => [`${attribute}_verified`, "true"]));
  const delivery = decision.confirmed ? undefined : codeDestination(pool, attributes);
  const result = pool.platform.store.transaction(() => {
    const user = users.insert({
      sub,
      username: userName,
      status: decision.confirmed ? "CONFIRMED" : "UNCONFIRMED",
      attributes: { ...attributes, ...initialVerification(attributes), ...verified },
      ...credentials,
    });
    reportUser(pool, input, "signed up");
    return { user, delivery: delivery && masked(delivery) };
  });
  // The account stands although its code could not be worded.
  const message = { occasion: "SignUp", purpose: "sign-up", client, data: input } as const;
  if (delivery) await sendCode(pool, result.user, delivery, message);
  if (decision.confirmed) await postConfirmation(pool, "ConfirmSignUp", result.user, client.id, input);
  return result;
}

/**
 * Makes the account usable; the address that the code went to becomes verified.
 * @param data `takeAlias` moves an address that signs somebody else in to this account (`ForceAliasCreation`)
 * @throws AliasExistsException without it, CognitoError CodeMismatchException, ExpiredCodeException, LimitExceededException, NotAuthorizedException
 */
export async function confirmSignUp(
  pool: Pool,
  client: AppClientModel,
  username: string,
  code: string,
  { takeAlias = false, ...data }: TriggerData & { takeAlias?: boolean } = {},
): Promise<User> {
  const user = pool.users.find(username);
  if (!user) throw unknownUser(client);
  if (user.status !== "UNCONFIRMED")
    throw new CognitoError("NotAuthorizedException", `User cannot be confirmed. Current status is ${user.status}`);
  pool.codes.countAttempt(user.sub, "confirm-sign-up");
  pool.codes.check(user.sub, "sign-up", code);
  const confirmed = pool.platform.store.transaction(() => {
    const delivery = codeDestination(pool, user.attributes);
    const verified = delivery ? { [`${delivery.attribute}_verified`]: "true" } : {};
    if (delivery && takeAlias && pool.model.aliasAttributes.includes(delivery.attribute)) {
      const holder = pool.users.find(user.attributes[delivery.attribute] ?? "");
      if (holder && holder.sub !== user.sub) pool.users.releaseAlias(holder, delivery.attribute);
    }
    const updated = pool.users.update(user.sub, {
      status: "CONFIRMED",
      attributes: { ...user.attributes, ...verified },
    });
    pool.codes.drop(user.sub, "sign-up");
    pool.codes.forgetAttempts(user.sub, "confirm-sign-up");
    reportUser(pool, user, "confirmed");
    return updated;
  });
  await postConfirmation(pool, "ConfirmSignUp", confirmed, client.id, data);
  return confirmed;
}

/**
 * Sends another sign-up code.
 * @returns where it went; for a user who must not be known to be missing, where it would have gone
 * @throws CognitoError InvalidParameterException for a confirmed user, LimitExceededException after five in an hour
 */
export async function resendCode(
  pool: Pool,
  client: AppClientModel,
  username: string,
  data?: TriggerData,
): Promise<CodeDelivery> {
  const user = pool.users.find(username);
  if (!user?.enabled && client.hideUserExistence) return simulatedDelivery(pool, username, "resend-code");
  if (!user) throw unknownUser(client);
  if (user.status !== "UNCONFIRMED") throw invalidParameter("User is already confirmed.");
  const delivery = codeDestination(pool, user.attributes);
  if (!delivery) throw invalidParameter("Auto verification not turned on.");
  pool.codes.countAttempt(user.sub, "resend-code");
  await sendCode(pool, user, delivery, { occasion: "ResendCode", purpose: "sign-up", client, data });
  return masked(delivery);
}

/**
 * Where a code for a user who does not exist would have gone, as far as the name tells.
 * @throws CognitoError LimitExceededException, as for somebody who exists
 */
export function simulatedDelivery(pool: Pool, username: string, action: LimitedAction): CodeDelivery {
  pool.codes.countAttempt(pool.codes.ghost(pool.users.key(username)), action);
  const phone = isPhoneNumber(username);
  // A plain username tells no address; a made-up one that stays the same for the name gives nothing away.
  const address = phone || isEmail(username) ? username : `${pool.users.key(username).slice(0, 1) || "u"}@example`;
  return {
    destination: maskDestination(address),
    medium: phone ? "SMS" : "EMAIL",
    attribute: phone ? "phone_number" : "email",
  };
}

export function unknownUser(client: AppClientModel): CognitoError {
  if (client.hideUserExistence) return codeExpired();
  return new CognitoError("UserNotFoundException", "Username/client id combination not found.");
}

/** In a pool with e-mail or phone sign-in, the name given is that attribute and the username is the `sub`. */
export function nameAndAttributes(
  pool: Pool,
  name: string,
  given: Record<string, string>,
): { username: string | undefined; attributes: Record<string, string> } {
  const { usernameAttributes, aliasAttributes } = pool.model;
  if (usernameAttributes.length > 0) {
    for (const attribute of usernameAttributes)
      if (name.length <= 128 && (attribute === "email" ? isEmail(name) : isPhoneNumber(name)))
        return { username: undefined, attributes: { ...given, [attribute]: name } };
    const expected = { email: "an email", phone_number: "a phone number" };
    const wanted =
      usernameAttributes.length === 2 ? "either an email or a phone number" : expected[usernameAttributes[0]!];
    throw invalidParameter(`Username should be ${wanted}.`, "username");
  }
  if (!/^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$/u.test(name))
    throw invalidParameter(
      "1 validation error detected: Value at 'username' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+",
      "username",
    );
  if (aliasAttributes.includes("email") && isEmail(name))
    throw invalidParameter(
      "Username cannot be of email format, since user pool is configured for email alias.",
      "username",
    );
  if (aliasAttributes.includes("phone_number") && isPhoneNumber(name))
    throw invalidParameter(
      "Username cannot be of phone number format, since user pool is configured for phone number alias.",
      "username",
    );
  return { username: name, attributes: given };
}

/** Says so before the costly hash; the insert decides. */
function refuseTakenName(pool: Pool, name: string): void {
  if (!pool.users.find(name)) return;
  if (pool.model.usernameAttributes.length === 0)
    throw new CognitoError("UsernameExistsException", "User already exists");
  const kind = isEmail(name) ? "email" : "phone_number";
  throw new CognitoError("UsernameExistsException", `An account with the given ${kind} already exists.`);
}

/** A new address is not verified until its code came back. */
function initialVerification(attributes: Record<string, string>): Record<string, string> {
  const flags: Record<string, string> = {};
  if (attributes.email) flags.email_verified = "false";
  if (attributes.phone_number) flags.phone_number_verified = "false";
  return flags;
}
