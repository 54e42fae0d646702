/** The second factor: an authenticator app's secret is handed out, proved once, and asked for at every sign-in. */
import { CognitoError, codeMismatch } from "../errors.ts";
import type { Pool } from "../pool.ts";
import type { User } from "../state/users.ts";
import { base32, verifyTotp } from "./totp.ts";

/** @returns the user's pending secret, in base32; a new one unless one is already waiting and `keep` is set */
export function associateSoftwareToken(pool: Pool, user: User, keep = false): string {
  if (!pool.model.softwareTokenMfa)
    throw new CognitoError(
      "SoftwareTokenMFANotFoundException",
      "Software Token MFA has not been enabled by the userPool",
    );
  if (keep && user.totpPending !== null) return user.totpPending;
  const secret = base32(pool.platform.randomBytes(32));
  pool.users.update(user.sub, { totpPending: secret });
  return secret;
}

/**
 * Proves that the app has the secret. Where the pool demands a second factor it is on from then on.
 * @throws CognitoError EnableSoftwareTokenMFAException for a wrong code, LimitExceededException
 */
export function verifySoftwareToken(pool: Pool, sub: string, code: string): User {
  const user = pool.users.bySub(sub);
  if (!user?.totpPending)
    throw new CognitoError(
      "SoftwareTokenMFANotFoundException",
      "Software token TOTP multi-factor authentication (MFA) is not enabled for the user pool.",
    );
  pool.codes.countAttempt(sub, "second-factor");
  const step = verifyTotp(user.totpPending, code, pool.platform.now(), 0);
  if (step === undefined) throw new CognitoError("EnableSoftwareTokenMFAException", "Code mismatch");
  pool.codes.forgetAttempts(sub, "second-factor");
  return pool.users.update(sub, {
    totpSecret: user.totpPending,
    totpPending: null,
    totpVerified: true,
    totpLastStep: step,
    mfaEnabled: user.mfaEnabled || pool.model.mfa === "ON",
  });
}

/** @throws CognitoError CodeMismatchException for a wrong code or one used before, LimitExceededException */
export function checkSecondFactor(pool: Pool, sub: string, code: string): User {
  const user = pool.users.bySub(sub);
  if (!user?.totpSecret) throw codeMismatch();
  pool.codes.countAttempt(sub, "second-factor");
  const step = verifyTotp(user.totpSecret, code, pool.platform.now(), user.totpLastStep);
  if (step === undefined) throw codeMismatch();
  pool.codes.forgetAttempts(sub, "second-factor");
  return pool.users.update(sub, { totpLastStep: step });
}

/** @throws CognitoError InvalidParameterException when there is no proved authenticator app to turn on */
export function setMfaPreference(pool: Pool, user: User, enabled: boolean): void {
  if (enabled && !user.totpVerified)
    throw new CognitoError("InvalidParameterException", "User does not have software token mfa set up");
  pool.users.update(user.sub, { mfaEnabled: enabled });
}
