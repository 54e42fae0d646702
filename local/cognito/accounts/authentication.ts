/**
 * A person proves who they are: the password check with its back-off, and what must still be done before tokens.
 * Back-off as Cognito documents it: from the fifth failure on 1 s, then doubling, at most 15 minutes; attempts while it
 * lasts are refused and do not lengthen it; it is forgotten after 15 quiet minutes or a success.
 */
import type { AppClientModel } from "../../model.ts";
import { CognitoError, incorrectPassword, userDoesNotExist } from "../errors.ts";
import type { Pool } from "../pool.ts";
import { quietPeriod } from "../state/codes.ts";
import type { SecondFactor, User } from "../state/users.ts";
import { newSrpVerifier } from "./credentials.ts";
import { mayGoWithoutPassword } from "./first-factors.ts";
import { secondFactors } from "./mfa.ts";
import { findOrMigrate } from "./migration.ts";
import { verifyPassword } from "./passwords.ts";
import { preAuthentication, refuseUnratedSignIn, type TriggerData } from "./triggers.ts";

const freeFailures = 5;
const longestBackOff = 900_000;

/**
 * @returns the user, who may still have something to do before tokens: see `nextStep`
 * @throws CognitoError NotAuthorizedException, UserNotFoundException (where existence is not hidden),
 *   UserNotConfirmedException, PasswordResetRequiredException
 */
export async function checkPassword(
  pool: Pool,
  client: AppClientModel,
  name: string,
  password: string,
  data?: TriggerData,
): Promise<User> {
  refuseUnratedSignIn(pool, client);
  const found = await findOrMigrate(pool, client, { source: "Authentication", name, password, data });
  await preAuthentication(pool, client, name, found, data);
  const sub = found?.sub;
  if (sub === undefined) {
    if (!client.hideUserExistence) throw userDoesNotExist();
    return pool.inTurn(pool.codes.ghost(pool.users.key(name)), () => refuseGhost(pool, name, password));
  }
  return pool.inTurn(sub, async () => {
    const user = requireUser(pool, sub, client);
    refuseDuringBackOff(pool, user);
    if (!(await verifyPassword(password, user.passwordHash))) {
      recordFailure(pool, user);
      throw incorrectPassword("wrong password");
    }
    return acceptPassword(pool, requireUser(pool, sub, client), password);
  });
}

/** Refuses a name that nobody has as slowly and with the same back-off as a wrong password. */
export async function refuseGhost(pool: Pool, name: string, password: string): Promise<never> {
  const ghost = pool.codes.ghost(pool.users.key(name));
  refuseDuringBackOff(pool, pool.codes.ghostFailures(ghost));
  await verifyPassword(password, null);
  pool.codes.recordGhostFailure(ghost);
  throw incorrectPassword("no such user");
}

/** @throws CognitoError NotAuthorizedException while the back-off lasts */
export function refuseDuringBackOff(pool: Pool, failures: Pick<User, "failedAttempts" | "lastFailedAt">): void {
  const { failedAttempts, lastFailedAt } = failures;
  if (failedAttempts < freeFailures) return;
  const backOff = Math.min(1000 * 2 ** (failedAttempts - freeFailures), longestBackOff);
  const elapsed = pool.platform.now() - lastFailedAt;
  // Before its own failure the clock was set back; the wait must not grow by that.
  if (elapsed >= 0 && elapsed < backOff)
    throw new CognitoError("NotAuthorizedException", "Password attempts exceeded", "too many failures in a row");
}

export function recordFailure(pool: Pool, user: User): void {
  const now = pool.platform.now();
  const quiet = now - user.lastFailedAt >= quietPeriod;
  pool.users.update(user.sub, { failedAttempts: quiet ? 1 : user.failedAttempts + 1, lastFailedAt: now });
}

/**
 * What follows from a right password: the failures are forgotten, and the account's state is looked at.
 * @param password in clear, when it was sent: it then also makes an SRP verifier that is missing
 */
export function acceptPassword(pool: Pool, user: User, password?: string): User {
  const verifier =
    password !== undefined && user.srpVerifier === null ? newSrpVerifier(pool, user.username, password) : {};
  if (user.failedAttempts > 0 || Object.keys(verifier).length > 0)
    pool.users.update(user.sub, { failedAttempts: 0, ...verifier });
  refuseUnusable(pool, user);
  return pool.users.bySub(user.sub)!;
}

/** @throws CognitoError when the account may not sign in at all */
export function refuseUnusable(pool: Pool, user: User): void {
  refuseInactive(user);
  if (user.status === "RESET_REQUIRED")
    throw new CognitoError("PasswordResetRequiredException", "Password reset required for the user");
  if (user.temporaryPasswordExpiresAt !== null && pool.platform.now() > user.temporaryPasswordExpiresAt)
    throw new CognitoError(
      "NotAuthorizedException",
      "Temporary password has expired and must be reset by an administrator.",
    );
}

/** @throws CognitoError when the account may not sign in, with or without a password */
function refuseInactive(user: User): void {
  if (!user.enabled) throw new CognitoError("NotAuthorizedException", "User is disabled.");
  if (user.status === "UNCONFIRMED") throw new CognitoError("UserNotConfirmedException", "User is not confirmed.");
}

/** @throws CognitoError NotAuthorizedException for a user who signs in at an external provider, and nowhere else */
export function refuseExternal({ status }: User): void {
  if (status === "EXTERNAL_PROVIDER") throw incorrectPassword("the user signs in at an external provider");
}

/**
 * What a right code or passkey leads to: what held when the factor was chosen may have changed since.
 * @throws CognitoError when the account may not sign in, or not by that alone
 */
export function acceptFirstFactor(pool: Pool, user: User): void {
  refuseInactive(user);
  refuseExternal(user);
  if (!mayGoWithoutPassword(pool, user)) throw incorrectPassword("more than the first factor is asked of the user");
}

/** What may stand between a right password and tokens. */
export type SignInStep = "NEW_PASSWORD_REQUIRED" | SecondFactor | "SELECT_MFA_TYPE" | "MFA_SETUP";

/**
 * What the person must do before tokens are issued; `undefined` when nothing.
 * @throws CognitoError where the pool demands a second factor that the person cannot have
 */
export function nextStep(pool: Pool, user: User): SignInStep | undefined {
  if (user.status === "FORCE_CHANGE_PASSWORD") return "NEW_PASSWORD_REQUIRED";
  const { mfa, softwareTokenMfa } = pool.model;
  const factors = secondFactors(pool, user);
  if (factors.length > 1) return factors.find((factor) => factor === user.preferredMfa) ?? "SELECT_MFA_TYPE";
  if (factors[0] !== undefined) return factors[0];
  if (mfa !== "ON") return undefined;
  if (softwareTokenMfa) return "MFA_SETUP";
  throw new CognitoError(
    "InvalidParameterException",
    "This user pool demands a second factor by message, and the user has no address that it could go to. Give the user a phone number or an e-mail address, or enable software token MFA.",
  );
}

function requireUser(pool: Pool, sub: string, client: AppClientModel): User {
  const user = pool.users.bySub(sub);
  if (!user) throw client.hideUserExistence ? incorrectPassword("deleted meanwhile") : userDoesNotExist();
  return user;
}
