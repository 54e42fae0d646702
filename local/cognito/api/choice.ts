/**
 * USER_AUTH: the client asks with what somebody may begin, and the person chooses
 * (https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flows-selection-sdk.html).
 */
import type { AppClientModel } from "../../model.ts";
import { checkPassword } from "../accounts/authentication.ts";
import { availableChallenges, type ChoiceSignIn, type FirstChallenge } from "../accounts/first-factors.ts";
import { preAuthentication, refuseUnratedSignIn, type TriggerData } from "../accounts/triggers.ts";
import { CognitoError, incorrectPassword, invalidParameter, userDoesNotExist } from "../errors.ts";
import type { Pool } from "../pool.ts";
import { advance, finish } from "./challenges.ts";
import { beginOneTimePassword } from "./one-time-passwords.ts";
import type { Output } from "./output.ts";
import { beginPasskey } from "./passkey-sign-in.ts";
import { beginSession, parameter, requireName, resume, sessionOfAnother, sessionUsed } from "./sessions.ts";
import { fabricated, startSrp } from "./srp-challenge.ts";

/**
 * What follows from choosing each: another challenge, or tokens. Each refuses a name that nobody has by itself, and asks the
 * pre authentication trigger.
 */
const begin: Record<FirstChallenge, (signIn: ChoiceSignIn) => Promise<Output>> = {
  PASSWORD_SRP: ({ pool, client, name, parameters, asked }) =>
    startSrp(pool, client, name, parameter(parameters, "SRP_A"), asked),

  async PASSWORD({ pool, client, name, parameters, asked, data }) {
    const user = await checkPassword(pool, client, name, parameter(parameters, "PASSWORD"), asked);
    return advance(pool, client, user, parameters.DEVICE_KEY, data);
  },

  EMAIL_OTP: (signIn) => beginOneTimePassword("EMAIL_OTP", signIn),
  SMS_OTP: (signIn) => beginOneTimePassword("SMS_OTP", signIn),
  WEB_AUTHN: beginPasskey,
};

/** Authentication levels would have to be reached, and are not known here. */
const STEP_UP = ["TARGET_ACR_VALUES", "MAX_AGE", "ACCESS_TOKEN"];

/**
 * @returns the challenge that the client prefers, tokens when its answer came along, or what there is to choose from
 * @throws CognitoError UserNotFoundException (where existence is not hidden), InvalidParameterException, NotAuthorizedException
 */
export async function startChoice(signIn: ChoiceSignIn): Promise<Output> {
  const { pool, client, user, parameters } = signIn;
  refuseUnratedSignIn(pool, client);
  const stepUp = STEP_UP.find((name) => parameters[name] !== undefined);
  if (stepUp) throw invalidParameter(`Step-up authentication (${stepUp}) is not served by the local cloud.`);
  const signedUp = signIn.session === undefined ? undefined : await afterSignUp(signIn, signIn.session);
  if (signedUp) return signedUp;
  const preferred = parameters.PREFERRED_CHALLENGE;
  const available = await offered(pool, signIn);
  const chosen = preferred === undefined ? onlyOne(available) : available.find((name) => name === preferred);
  if (chosen) {
    const output = await begin[chosen](signIn);
    return output.ChallengeName === chosen ? { ...output, AvailableChallenges: available } : output;
  }
  if (!user && !client.hideUserExistence) throw userDoesNotExist();
  if (available.length === 0) throw incorrectPassword("the user has none of the pool's first factors");
  return { ...selection(signIn), AvailableChallenges: available };
}

/** Somebody who has one challenge is not asked which. */
const onlyOne = (available: FirstChallenge[]): FirstChallenge | undefined =>
  available.length === 1 ? available[0] : undefined;

/**
 * The code that confirmed a sign-up is the first factor of the sign-in that follows it at once, without another one.
 * @returns `undefined` where it cannot be, and the sign-in begins like any other
 * @throws CognitoError NotAuthorizedException for a session that is not good
 */
async function afterSignUp(
  { pool, client, user: named, asked }: ChoiceSignIn,
  session: string,
): Promise<Output | undefined> {
  const { id, flow } = resume(pool, client, session, "SIGNED_UP");
  if (flow.sub !== named?.sub) throw sessionOfAnother("USERNAME is not who signed up");
  const user = pool.users.bySub(flow.sub);
  const otp = flow.data === "email" ? "EMAIL_OTP" : "SMS_OTP";
  if (!user || flow.data === "" || !availableChallenges(pool, user).includes(otp)) return undefined;
  if (!pool.flows.end(id)) throw sessionUsed();
  await preAuthentication(pool, client, user.username, user, asked);
  return finish(pool, client, user, undefined, { passwordless: true });
}

/**
 * What the person may choose from. To a name that nobody has, what could be somebody's, by the name: codes alone, a
 * password besides them, or, where people may have a second factor or no address, a password alone. None of it shows who exists.
 */
async function offered(pool: Pool, { name, user }: Pick<ChoiceSignIn, "name" | "user">): Promise<FirstChallenge[]> {
  const available = availableChallenges(pool, user);
  // With their password they may be somebody of another directory.
  if (user || pool.model.triggers.userMigration) return available;
  const isPassword = (each: FirstChallenge) => each === "PASSWORD" || each === "PASSWORD_SRP";
  const codes = available.filter((each) => !isPassword(each));
  const passwords = available.filter(isPassword);
  if (codes.length === 0 || passwords.length === 0) return available;
  const kind = Number.parseInt((await fabricated(pool, "factors", name)).slice(0, 2), 16) % 3;
  if (kind === 0) return codes;
  const { mfa, usernameAttributes } = pool.model;
  return kind === 1 && (mfa === "OPTIONAL" || usernameAttributes.length === 0) ? passwords : available;
}

function selection({ pool, client, name, user, asked }: ChoiceSignIn): Output {
  const data = JSON.stringify({ name, asked } satisfies Pending);
  const Session = beginSession(pool, client, { sub: user?.sub ?? "", step: "SELECT_CHALLENGE", data });
  return { ChallengeName: "SELECT_CHALLENGE", Session, ChallengeParameters: {} };
}

/** What is kept until somebody has chosen. */
interface Pending {
  name: string;
  asked: TriggerData;
}

/**
 * The answer to SELECT_CHALLENGE, or to the challenge chosen from it.
 * @param answer the choice
 * @throws CognitoError InvalidParameterException for what is not available, NotAuthorizedException
 */
export async function choose(
  pool: Pool,
  client: AppClientModel,
  answer: string,
  parameters: Record<string, string>,
  session: string | undefined,
  data: TriggerData,
): Promise<Output> {
  const { id, flow } = resume(pool, client, session, "SELECT_CHALLENGE");
  const { name, asked } = JSON.parse(flow.data) as Pending;
  const user = flow.sub === "" ? undefined : pool.users.bySub(flow.sub);
  if (flow.sub === "") requireName(pool, name, parameter(parameters, "USERNAME"));
  const chosen = (await offered(pool, { name, user })).find((each) => each === answer);
  if (!chosen) {
    const why = `${answer} is not among the AvailableChallenges`;
    throw new CognitoError("InvalidParameterException", "Selected challenge is not available", why);
  }
  const output = await begin[chosen]({ pool, client, name, user, parameters, asked, data });
  if (!pool.flows.end(id)) throw sessionUsed();
  return output;
}
