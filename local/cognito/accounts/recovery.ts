/** A person gets a password changed: forgotten, known, or one that an administrator set for the first sign-in. */
import type { AppClientModel } from "../../model.ts";
import { CognitoError, codeMismatch, incorrectPassword, invalidParameter } from "../errors.ts";
import { type Pool, reportUser } from "../pool.ts";
import { isVerified, type User } from "../state/users.ts";
import { checkAttributes, checkRequired, checkWritable } from "./attributes.ts";
import { recordFailure, refuseDuringBackOff, refuseExternal } from "./authentication.ts";
import { setPassword } from "./credentials.ts";
import { type CodeDelivery, deliveryTo, masked, sendCode } from "./delivery.ts";
import { secondFactors } from "./mfa.ts";
import { findOrMigrate } from "./migration.ts";
import { checkPolicy, verifyPassword } from "./passwords.ts";
import { simulatedDelivery, unknownUser } from "./sign-up.ts";
import { postConfirmation, type TriggerData } from "./triggers.ts";

/**
 * Mails a code that allows a new password.
 * @returns where it went; for a user whose existence is hidden, where it would have gone
 * @throws CognitoError UserNotFoundException or InvalidParameterException where existence is not hidden,
 *   NotAuthorizedException for a user who never chose a password, LimitExceededException
 */
export async function forgotPassword(
  pool: Pool,
  client: AppClientModel,
  username: string,
  data?: TriggerData,
): Promise<CodeDelivery> {
  refuseWithoutRecovery(pool);
  const user = await findOrMigrate(pool, client, { source: "ForgotPassword", name: username, data });
  const delivery = user && recoveryDestination(pool, user);
  if (!user?.enabled || !delivery) {
    if (client.hideUserExistence) return simulatedDelivery(pool, username, "forgot-password");
    if (!user) throw unknownUser(client);
    if (!user.enabled) throw new CognitoError("NotAuthorizedException", "User is disabled.");
    throw invalidParameter(
      "Cannot reset password for the user as there is no registered/verified email or phone_number",
    );
  }
  refuseWithoutPassword(user);
  pool.codes.countAttempt(user.sub, "forgot-password");
  await sendCode(pool, user, delivery, { occasion: "ForgotPassword", purpose: "forgot-password", client, data });
  return masked(delivery);
}

/** @throws CognitoError InvalidPasswordException, CodeMismatchException, ExpiredCodeException, LimitExceededException */
export async function confirmForgotPassword(
  pool: Pool,
  client: AppClientModel,
  input: { username: string; code: string; password: string } & TriggerData,
): Promise<User> {
  refuseWithoutRecovery(pool);
  checkPolicy(pool.model.passwordPolicy, input.password, "Password does not conform to policy");
  const found = pool.users.find(input.username);
  if (!found?.enabled || !recoveryDestination(pool, found)) {
    // As for somebody whose code was sent and mistyped: `forgotPassword` said that one was sent.
    if (client.hideUserExistence) {
      pool.codes.countAttempt(pool.codes.ghost(pool.users.key(input.username)), "confirm-forgot-password");
      throw codeMismatch();
    }
    if (!found) throw unknownUser(client);
    if (!found.enabled) throw new CognitoError("NotAuthorizedException", "User is disabled.");
  }
  const recovered = await pool.inTurn(found.sub, async () => {
    pool.codes.countAttempt(found.sub, "confirm-forgot-password");
    pool.codes.check(found.sub, "forgot-password", input.code);
    const user = pool.users.bySub(found.sub);
    if (!user) throw unknownUser(client);
    const changed = await setPassword(pool, user, input.password, {
      status: user.status === "UNCONFIRMED" ? "UNCONFIRMED" : "CONFIRMED",
    });
    pool.codes.drop(user.sub, "forgot-password");
    pool.codes.forgetAttempts(user.sub, "confirm-forgot-password");
    reportUser(pool, user, "set a new password with a code");
    return changed;
  });
  await postConfirmation(pool, "ConfirmForgotPassword", recovered, client.id, input);
  return recovered;
}

/**
 * @param previous `undefined` counts as wrong, but for somebody who has no password yet, who gets the first one
 * @throws CognitoError NotAuthorizedException when the old one is wrong, InvalidPasswordException, LimitExceededException
 */
export async function changePassword(
  pool: Pool,
  sub: string,
  previous: string | undefined,
  proposed: string,
): Promise<void> {
  checkPolicy(pool.model.passwordPolicy, proposed);
  await pool.inTurn(sub, async () => {
    const user = pool.users.bySub(sub);
    if (!user) throw incorrectPassword();
    refuseDuringBackOff(pool, user);
    pool.codes.countAttempt(sub, "change-password");
    refuseExternal(user);
    if (user.passwordHash !== null && !(await verifyPassword(previous ?? "", user.passwordHash))) {
      recordFailure(pool, user);
      throw incorrectPassword("wrong password");
    }
    await setPassword(pool, user, proposed, {});
    reportUser(pool, user, "changed the password");
  });
}

/**
 * The first sign-in of a user whom an administrator made: a password of their own, and the attributes still missing.
 * @throws CognitoError InvalidPasswordException, InvalidParameterException, NotAuthorizedException for an address that is there
 */
export async function completeNewPassword(
  pool: Pool,
  client: AppClientModel,
  sub: string,
  password: string,
  attributes: Record<string, string>,
): Promise<User> {
  checkPolicy(pool.model.passwordPolicy, password, "Password does not conform to policy");
  checkAttributes(pool.model, attributes, "update");
  checkWritable(client, Object.keys(attributes));
  return pool.inTurn(sub, async () => {
    const user = pool.users.bySub(sub);
    if (user?.status !== "FORCE_CHANGE_PASSWORD")
      throw new CognitoError("NotAuthorizedException", "Invalid session for the user, session is expired.");
    const provided = (["email", "phone_number"] as const).find(
      (name) => user.attributes[name] && attributes[name] !== undefined,
    );
    if (provided) throw new CognitoError("NotAuthorizedException", `Cannot modify an already provided ${provided}`);
    const complete = { ...user.attributes, ...attributes };
    checkRequired(pool.model, complete);
    const changed = await setPassword(pool, user, password, { status: "CONFIRMED", attributes: complete });
    reportUser(pool, user, "chose a password");
    return changed;
  });
}

/** @throws CognitoError NotAuthorizedException for a user who never chose a password or signs in at an external provider */
export function refuseWithoutPassword({ status }: User): void {
  if (status === "FORCE_CHANGE_PASSWORD" || status === "EXTERNAL_PROVIDER")
    throw new CognitoError("NotAuthorizedException", "User password cannot be reset in the current state.");
}

/** Where only an administrator may set a password, a code that could is never sent nor taken. */
function refuseWithoutRecovery({ model: { accountRecovery } }: Pool): void {
  if (accountRecovery?.every((mechanism) => mechanism === "admin_only"))
    throw new CognitoError("NotAuthorizedException", "Contact administrator to reset password.");
}

/**
 * The verified address that a reset code goes to, by the pool's priorities; without any, a phone number comes first. An
 * address that the second factor also goes to does not count: who reads it would have both
 * (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AccountRecoverySettingType.html).
 */
export function recoveryDestination(pool: Pool, user: User): CodeDelivery | undefined {
  const factors = secondFactors(pool, user);
  for (const mechanism of pool.model.accountRecovery ?? ["verified_phone_number", "verified_email"]) {
    if (mechanism === "admin_only") continue;
    const attribute = mechanism === "verified_email" ? "email" : "phone_number";
    if (factors.includes(attribute === "email" ? "EMAIL_OTP" : "SMS_MFA")) continue;
    const delivery = deliveryTo(attribute, user.attributes);
    if (delivery && isVerified(user.attributes, attribute)) return delivery;
  }
  return undefined;
}
