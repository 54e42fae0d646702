/** Codes that sign somebody in without a password: sending one, and what a right one proves. */
import type { AppClientModel } from "../../model.ts";
import { CognitoError, invalidParameter } from "../errors.ts";
import type { Pool } from "../pool.ts";
import type { User } from "../state/users.ts";
import { type CodeDelivery, deliveryTo, masked, sendCode } from "./delivery.ts";
import { availableChallenges, type OneTimePassword, otpAttribute } from "./first-factors.ts";
import { simulatedDelivery } from "./sign-up.ts";
import type { TriggerData } from "./triggers.ts";

/**
 * @param options `seconds`: how long the code is good, as long as the session that goes with it
 * @returns where the code went, masked
 * @throws CognitoError LimitExceededException, and as the custom message trigger fails
 */
async function sendSignInCode(
  pool: Pool,
  client: AppClientModel,
  user: User,
  otp: OneTimePassword,
  { data, seconds }: { data: TriggerData | undefined; seconds: number },
): Promise<CodeDelivery> {
  const delivery = deliveryTo(otpAttribute[otp], user.attributes);
  if (!delivery) throw invalidParameter(`The user has no ${otpAttribute[otp]}.`);
  pool.codes.countAttempt(user.sub, "request-sign-in-code");
  await sendCode(pool, user, delivery, { occasion: "Authentication", purpose: otp, client, data, seconds });
  return masked(delivery);
}

/**
 * Sends a code to whoever can sign in with one; for anybody else it only looks so.
 * @returns `sub`: whose code it is; `reason`: why there is none, for the request log
 * @throws CognitoError LimitExceededException, and as the custom message trigger fails
 */
export async function requestSignInCode(
  pool: Pool,
  client: AppClientModel,
  name: string,
  user: User | undefined,
  otp: OneTimePassword,
  { data, seconds }: { data?: TriggerData | undefined; seconds: number },
): Promise<{ sub: string | undefined; delivery: CodeDelivery; reason?: string }> {
  if (user?.enabled && availableChallenges(pool, user).includes(otp))
    return { sub: user.sub, delivery: await sendSignInCode(pool, client, user, otp, { data, seconds }) };
  const reason = !user
    ? "no such user"
    : user.enabled
      ? `${otp} is not among what the user can sign in with`
      : "the user is disabled";
  return { sub: undefined, delivery: simulatedSignInCode(pool, name, otp), reason };
}

/** Where a code for a name that nobody has would have gone. @throws CognitoError LimitExceededException */
function simulatedSignInCode(pool: Pool, name: string, otp: OneTimePassword): CodeDelivery {
  const delivery = simulatedDelivery(pool, name, "request-sign-in-code");
  if (delivery.attribute === otpAttribute[otp]) return delivery;
  return otp === "EMAIL_OTP"
    ? { destination: "u***@e***", medium: "EMAIL", attribute: "email" }
    : { destination: "+*******0000", medium: "SMS", attribute: "phone_number" };
}

/**
 * A right code also proves the address that it went to, and confirms somebody who has just signed up.
 * @param sub `undefined` for a name that nobody has, which is refused like a wrong code
 * @returns whether the user became confirmed by it
 * @throws CognitoError CodeMismatchException, LimitExceededException, AliasExistsException
 */
export function checkSignInCode(
  pool: Pool,
  sub: string | undefined,
  name: string,
  otp: OneTimePassword,
  code: string,
): { user: User; confirmed: boolean } {
  pool.codes.countAttempt(sub ?? pool.codes.ghost(pool.users.key(name)), "sign-in-code");
  const user = sub === undefined ? undefined : pool.users.bySub(sub);
  if (!user || !pool.codes.matches(user.sub, otp, code))
    throw new CognitoError("CodeMismatchException", "Invalid code or auth state for the user.");
  return pool.platform.store.transaction(() => {
    const confirmed = user.status === "UNCONFIRMED";
    const updated = pool.users.update(user.sub, {
      attributes: { ...user.attributes, [`${otpAttribute[otp]}_verified`]: "true" },
      ...(confirmed && { status: "CONFIRMED" as const }),
    });
    pool.codes.drop(user.sub, otp);
    pool.codes.forgetAttempts(user.sub, "sign-in-code");
    return { user: updated, confirmed };
  });
}
