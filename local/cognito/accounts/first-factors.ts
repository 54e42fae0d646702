/**
 * With what a person may begin a choice-based sign-in
 * (https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flows-selection-sdk.html).
 */
import type { AppClientModel, FirstFactor } from "../../model.ts";
import { invalidParameter } from "../errors.ts";
import type { Pool } from "../pool.ts";
import type { User } from "../state/users.ts";
import { deliveryTo } from "./delivery.ts";
import { secondFactors } from "./mfa.ts";
import { hasUsablePasskey } from "./passkeys.ts";
import type { TriggerData } from "./triggers.ts";

/** By the names of the challenges: a password is one factor of a pool's policy, and two challenges. */
export type FirstChallenge = "PASSWORD_SRP" | "PASSWORD" | "EMAIL_OTP" | "SMS_OTP" | "WEB_AUTHN";

export type OneTimePassword = "EMAIL_OTP" | "SMS_OTP";

export const otpAttribute = { EMAIL_OTP: "email", SMS_OTP: "phone_number" } as const;

/** A sign-in of which the first factor is being chosen. */
export interface ChoiceSignIn {
  pool: Pool;
  client: AppClientModel;
  name: string;
  /** `undefined` for a name that nobody has, which must not show where the client hides it. */
  user: User | undefined;
  /** `AuthParameters`, or `ChallengeResponses`: the choice may come with its answer. */
  parameters: Record<string, string>;
  /** What InitiateAuth was given, for the functions that decide about the sign-in. */
  asked: TriggerData;
  /** Of a sign-up before it (InitiateAuth). */
  session?: string | undefined;
  /** What RespondToAuthChallenge was given, for the functions after them. */
  data?: TriggerData | undefined;
}

interface Readiness {
  factor: FirstFactor;
  /** Whether somebody could use it now, where the pool allows it; of `undefined`, a name that nobody has, whether anybody could. */
  ready(pool: Pool, user: User | undefined): boolean;
}

const hasPassword = (_pool: Pool, user: User | undefined): boolean => !user || user.passwordHash !== null;

/**
 * Whether nothing but a passwordless factor stands between the person and tokens. A second factor that is demanded or turned
 * on stands, and so does a temporary password (*unverified*).
 */
export const mayGoWithoutPassword = (pool: Pool, user: User | undefined): boolean =>
  pool.model.mfa !== "ON" &&
  (!user || (secondFactors(pool, user).length === 0 && user.status !== "FORCE_CHANGE_PASSWORD"));

const reachable =
  (otp: OneTimePassword) =>
  (pool: Pool, user: User | undefined): boolean =>
    codesOf(pool).includes(otp) &&
    mayGoWithoutPassword(pool, user) &&
    (!user || deliveryTo(otpAttribute[otp], user.attributes) !== undefined);

const challenges: Record<FirstChallenge, Readiness> = {
  PASSWORD_SRP: { factor: "PASSWORD", ready: hasPassword },
  PASSWORD: { factor: "PASSWORD", ready: hasPassword },
  EMAIL_OTP: { factor: "EMAIL_OTP", ready: reachable("EMAIL_OTP") },
  SMS_OTP: { factor: "SMS_OTP", ready: reachable("SMS_OTP") },
  // Few people have one, so that a name that nobody has is not told by its absence.
  WEB_AUTHN: {
    factor: "WEB_AUTHN",
    ready: (pool, user) => user !== undefined && mayGoWithoutPassword(pool, user) && hasUsablePasskey(pool, user),
  },
};

/**
 * What somebody may choose from, in an order that stays the same.
 * @param user `undefined` for a name that nobody has: what is offered to hide that
 */
export function availableChallenges(pool: Pool, user: User | undefined): FirstChallenge[] {
  if (user?.status === "EXTERNAL_PROVIDER") return [];
  return (Object.keys(challenges) as FirstChallenge[]).filter((name) => {
    const { factor, ready } = challenges[name];
    return pool.model.firstFactors.includes(factor) && ready(pool, user);
  });
}

/** The same, in the words of the pool's policy. */
export const availableFactors = (pool: Pool, user: User): FirstFactor[] => [
  ...new Set(availableChallenges(pool, user).map((name) => challenges[name].factor)),
];

/**
 * Whether the pool has accounts without a password, and this one could sign in: with an address that a code goes to
 * (API reference, SignUp and AdminCreateUser).
 */
export const allowsNoPassword = (pool: Pool): boolean => codesOf(pool).length > 0;

/** By which of the codes people of the pool may sign in. */
export const codesOf = ({ model }: Pool): OneTimePassword[] =>
  (["EMAIL_OTP", "SMS_OTP"] as const).filter(
    (otp) => model.firstFactors.includes(otp) && (otp === "EMAIL_OTP" || model.sms),
  );

/** @throws CognitoError InvalidParameterException */
export function refuseUnreachable(pool: Pool, attributes: Record<string, string>): void {
  const addresses = codesOf(pool).map((otp) => otpAttribute[otp]);
  if (!addresses.some((attribute) => attributes[attribute]))
    throw invalidParameter(`A user without a password needs ${addresses.join(" or ")}.`);
}
