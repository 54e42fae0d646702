/** What a sign-in through the API asks for next, and the tokens at its end. */
import type { AppClientModel } from "../../model.ts";
import { requiredAttributes } from "../accounts/attributes.ts";
import {
  acceptFirstFactor,
  nextStep,
  refuseExternal,
  refuseUnusable,
  type SignInStep,
} from "../accounts/authentication.ts";
import { secondFactors, sendSecondFactor } from "../accounts/mfa.ts";
import { postAuthentication, type TriggerData } from "../accounts/triggers.ts";
import { CognitoError } from "../errors.ts";
import { type Pool, reportSignIn } from "../pool.ts";
import type { Device } from "../state/devices.ts";
import type { User } from "../state/users.ts";
import { openGrant } from "../tokens/grant-tokens.ts";
import { adminScope, type TokenSource } from "../tokens/issue.ts";
import type { CustomSignIn } from "./custom-auth.ts";
import { deviceChallenge, namedDevice } from "./device-challenge.ts";
import { authenticationResult, type Output } from "./output.ts";
import { beginSession } from "./sessions.ts";

/**
 * After a right password: the next challenge, or tokens.
 * @param deviceKey the `DEVICE_KEY` of the request
 */
export async function advance(
  pool: Pool,
  client: AppClientModel,
  user: User,
  deviceKey: string | undefined,
  data?: TriggerData,
  source?: TokenSource,
): Promise<Output> {
  const device = namedDevice(pool, user.sub, deviceKey);
  const step = nextStep(pool, user);
  const replaced = device?.remembered && pool.model.devices?.replaceSecondFactor && isSecondFactor(step);
  if (step !== undefined && !replaced) return challenge(pool, client, user, step, data);
  return device ? deviceChallenge(pool, client, user, device) : finish(pool, client, user, data, { source });
}

const isSecondFactor = (step: SignInStep | undefined): boolean =>
  step !== "NEW_PASSWORD_REQUIRED" && step !== "MFA_SETUP";

export async function challenge(
  pool: Pool,
  client: AppClientModel,
  user: User,
  step: SignInStep,
  data?: TriggerData,
): Promise<Output> {
  const ChallengeParameters = await challengeParameters(pool, client, user, step, data);
  const Session = beginSession(pool, client, { sub: user.sub, step, data: "" });
  return { ChallengeName: step, Session, ChallengeParameters };
}

/** What the client is told of a challenge; where a code is asked for, it is sent now. */
async function challengeParameters(
  pool: Pool,
  client: AppClientModel,
  user: User,
  step: SignInStep,
  data?: TriggerData,
): Promise<Record<string, string>> {
  const shared = { USER_ID_FOR_SRP: user.username };
  switch (step) {
    case "SOFTWARE_TOKEN_MFA":
      return shared;
    case "SMS_MFA":
    case "EMAIL_OTP": {
      const { medium, destination } = await sendSecondFactor(pool, client, user, step, data);
      return { ...shared, CODE_DELIVERY_DELIVERY_MEDIUM: medium, CODE_DELIVERY_DESTINATION: destination };
    }
    case "SELECT_MFA_TYPE":
      return { ...shared, MFAS_CAN_CHOOSE: JSON.stringify(secondFactors(pool, user)) };
    case "MFA_SETUP":
      return { ...shared, MFAS_CAN_SETUP: JSON.stringify(["SOFTWARE_TOKEN_MFA"]) };
  }
  const missing = requiredAttributes(pool.model).filter((name) => !user.attributes[name]);
  return {
    ...shared,
    requiredAttributes: JSON.stringify(missing.map((name) => `userAttributes.${name}`)),
    userAttributes: JSON.stringify(user.attributes),
  };
}

/**
 * Tokens. In a pool that tracks devices they are bound to one: `device`, which proved its secret, or a new one.
 * @param options `device`: `null` for a sign-in whose device is not tracked; `passwordless`: no password was asked for, so that
 * it does not matter whether one is to be reset
 */
export async function finish(
  pool: Pool,
  client: AppClientModel,
  user: User,
  data?: TriggerData,
  {
    source = "Authentication",
    device,
    passwordless = false,
  }: { source?: TokenSource | undefined; device?: Device | null; passwordless?: boolean } = {},
): Promise<Output> {
  if (passwordless) acceptFirstFactor(pool, user);
  else refuseUnusable(pool, user);
  refuseExternal(user);
  const newDevice = pool.model.devices && device === undefined ? pool.devices.make() : undefined;
  const tokens = await openGrant(pool, {
    client,
    user,
    scopes: [adminScope],
    authTime: Math.floor(pool.platform.now() / 1000),
    eventId: pool.platform.randomUUID(),
    hosted: false,
    deviceKey: device?.key ?? newDevice?.key,
    source,
    clientMetadata: data?.clientMetadata,
    beforeOpening: () => postAuthentication(pool, client, user, data, newDevice !== undefined),
  });
  if (newDevice) pool.devices.add(user.sub, newDevice);
  reportSignIn(pool, client, user.username, "signed in");
  return authenticationResult(tokens, newDevice);
}

/** The functions' next challenge, or tokens, whose device is not tracked. What calls them is loaded only now. */
export async function customStep(
  { pool, client, user, data }: CustomSignIn,
  step: (flow: typeof import("./custom-auth.ts")) => Promise<Output | undefined>,
): Promise<Output> {
  return (await step(await import("./custom-auth.ts"))) ?? finish(pool, client, user!, data, { device: null });
}

/** Writes a refusal of the work to the request log. */
export async function watched(
  pool: Pool,
  client: AppClientModel,
  username: string,
  work: () => Promise<Output>,
): Promise<Output> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CognitoError) reportSignIn(pool, client, username, "refused", error.reason ?? error.message);
    throw error;
  }
}
