/**
 * Second factors: an authenticator app's secret, handed out and proved once, or a code by text message or e-mail
 * (https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa.html).
 */
import type { AppClientModel } from "../../model.ts";
import { CognitoError, invalidParameter } from "../errors.ts";
import type { Pool } from "../pool.ts";
import type { SecondFactor, User } from "../state/users.ts";
import { type CodeDelivery, deliveryTo, masked, sendCode } from "./delivery.ts";
import { base32, verifyTotp } from "./totp.ts";
import type { TriggerData } from "./triggers.ts";

export type MessageFactor = Exclude<SecondFactor, "SOFTWARE_TOKEN_MFA">;

const factorAttribute = { SMS_MFA: "phone_number", EMAIL_OTP: "email" } as const;

/** What the user has turned on. */
export function enabledFactors({ totpVerified, mfaEnabled, smsMfa, emailMfa }: User): SecondFactor[] {
  const factors: SecondFactor[] = [];
  if (smsMfa) factors.push("SMS_MFA");
  if (totpVerified && mfaEnabled) factors.push("SOFTWARE_TOKEN_MFA");
  if (emailMfa) factors.push("EMAIL_OTP");
  return factors;
}

/**
 * What the user can be asked for at a sign-in: what they turned on, and in a pool that demands a second factor, without
 * that, whatever they have an address or an app for.
 */
export function secondFactors(pool: Pool, user: User): SecondFactor[] {
  const { mfa, softwareTokenMfa } = pool.model;
  if (mfa === "OFF") return [];
  const usable = (factor: SecondFactor): boolean =>
    factor === "SOFTWARE_TOKEN_MFA"
      ? softwareTokenMfa && user.totpVerified
      : sends(pool, factor) && deliveryTo(factorAttribute[factor], user.attributes) !== undefined;
  const chosen = enabledFactors(user).filter(usable);
  if (chosen.length > 0 || mfa === "OPTIONAL") return chosen;
  if (usable("SOFTWARE_TOKEN_MFA")) return ["SOFTWARE_TOKEN_MFA"];
  return (["SMS_MFA", "EMAIL_OTP"] as const).filter(usable);
}

const sends = ({ model }: Pool, factor: MessageFactor): boolean => (factor === "SMS_MFA" ? model.sms : model.emailMfa);

/** @returns where the code went, masked */
export async function sendSecondFactor(
  pool: Pool,
  client: AppClientModel,
  user: User,
  factor: MessageFactor,
  data?: TriggerData,
): Promise<CodeDelivery> {
  const delivery = deliveryTo(factorAttribute[factor], user.attributes);
  if (!delivery) throw invalidParameter(`User does not have delivery config set to turn on ${factor}`);
  pool.codes.countAttempt(user.sub, "request-second-factor");
  const seconds = client.validity.authSessionMinutes * 60;
  await sendCode(pool, user, delivery, { occasion: "Authentication", purpose: "second-factor", client, data, seconds });
  return masked(delivery);
}

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
  const step = verifyTotp(user.totpPending, code, pool.platform.now());
  if (step === undefined)
    throw new CognitoError("EnableSoftwareTokenMFAException", "Code mismatch and fail enable Software Token MFA");
  pool.codes.forgetAttempts(sub, "second-factor");
  return pool.users.update(sub, {
    totpSecret: user.totpPending,
    totpPending: null,
    totpVerified: true,
    totpLastStep: step,
    ...(pool.model.mfa === "ON" && {
      mfaEnabled: true,
      preferredMfa: user.preferredMfa ?? ("SOFTWARE_TOKEN_MFA" as const),
    }),
  });
}

/**
 * A code by message also proves the address that it went to.
 * @throws CognitoError CodeMismatchException for a wrong code, ExpiredCodeException for one used before, LimitExceededException
 */
export function checkSecondFactor(pool: Pool, sub: string, factor: SecondFactor, code: string): User {
  const user = pool.users.bySub(sub);
  pool.codes.countAttempt(sub, "second-factor");
  if (factor !== "SOFTWARE_TOKEN_MFA") {
    if (!user || !pool.codes.matches(sub, "second-factor", code))
      throw new CognitoError("CodeMismatchException", "Invalid code or auth state for the user.");
    pool.codes.drop(sub, "second-factor");
    pool.codes.forgetAttempts(sub, "second-factor");
    const flag = `${factorAttribute[factor]}_verified`;
    return pool.users.update(sub, { attributes: { ...user.attributes, [flag]: "true" } });
  }
  const step = user?.totpSecret ? verifyTotp(user.totpSecret, code, pool.platform.now()) : undefined;
  if (!user || step === undefined) throw new CognitoError("CodeMismatchException", "Invalid code received for user");
  if (step <= user.totpLastStep)
    throw new CognitoError("ExpiredCodeException", "Your software token has already been used once.");
  pool.codes.forgetAttempts(sub, "second-factor");
  return pool.users.update(sub, { totpLastStep: step });
}

export interface FactorPreference {
  enabled: boolean;
  preferred: boolean;
}

/**
 * Turns second factors on or off, all of a call or none.
 * @throws CognitoError InvalidParameterException when there is no proved app, or no address, to turn on
 */
export function setMfaPreferences(
  pool: Pool,
  user: User,
  preferences: Partial<Record<SecondFactor, FactorPreference>>,
): void {
  let { preferredMfa } = user;
  const enabled = new Set(enabledFactors(user));
  for (const [name, preference] of Object.entries(preferences)) {
    const factor = name as SecondFactor;
    if (preference.enabled) {
      refuseUnready(pool, user, factor);
      enabled.add(factor);
    } else enabled.delete(factor);
    if (preference.enabled && preference.preferred) preferredMfa = factor;
    else if (preferredMfa === factor) preferredMfa = null;
  }
  pool.users.update(user.sub, {
    mfaEnabled: enabled.has("SOFTWARE_TOKEN_MFA"),
    smsMfa: enabled.has("SMS_MFA"),
    emailMfa: enabled.has("EMAIL_OTP"),
    preferredMfa,
  });
}

function refuseUnready(pool: Pool, user: User, factor: SecondFactor): void {
  if (factor === "SOFTWARE_TOKEN_MFA") {
    if (user.totpVerified) return;
    throw invalidParameter(
      user.totpPending === null ? "User has not set up software token mfa" : "User has not verified software token mfa",
    );
  }
  if (sends(pool, factor) && deliveryTo(factorAttribute[factor], user.attributes)) return;
  throw invalidParameter(`User does not have delivery config set to turn on ${factor}`);
}
