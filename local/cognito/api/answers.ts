/**
 * RespondToAuthChallenge and AdminRespondToAuthChallenge: the answer to each challenge
 * (Amazon Cognito user pools API reference, RespondToAuthChallenge).
 */
import type { AppClientModel } from "../../model.ts";
import { refuseUnusable } from "../accounts/authentication.ts";
import type { FirstChallenge, OneTimePassword } from "../accounts/first-factors.ts";
import { checkSecondFactor, secondFactors } from "../accounts/mfa.ts";
import { completeNewPassword } from "../accounts/recovery.ts";
import type { TriggerData } from "../accounts/triggers.ts";
import { invalidParameter } from "../errors.ts";
import type { Pool } from "../pool.ts";
import type { SecondFactor } from "../state/users.ts";
import { asAdministrator, asClient, type ClientCaller, checkSecretHash, type Pools } from "./callers.ts";
import { advance, challenge, customStep, finish, watched } from "./challenges.ts";
import { deviceChallenge, deviceSession, namedDevice, proveDevice, startDeviceSrp } from "./device-challenge.ts";
import { type Input, optionalString, string, stringMap } from "./input.ts";
import type { Output } from "./output.ts";
import { parameter, resume, sessionExpired, sessionOfAnother, sessionUsed, srpSession } from "./sessions.ts";
import { provePassword } from "./srp-challenge.ts";

export const respondToAuthChallenge = (pools: Pools, input: Input): Promise<Output> =>
  respond(asClient(pools, input), input);

export const adminRespondToAuthChallenge = (pools: Pools, input: Input): Promise<Output> =>
  respond(asAdministrator(pools, input), input);

async function respond({ pool, client }: ClientCaller, input: Input): Promise<Output> {
  const name = string(input, "ChallengeName");
  const responses = stringMap(input, "ChallengeResponses");
  const answer = Object.hasOwn(challenges, name) ? challenges[name] : undefined;
  if (!answer) throw invalidParameter(`Challenge ${name} is not served by the local cloud.`);
  const username = parameter(responses, "USERNAME");
  const user = pool.users.find(username) ?? pool.users.bySub(username);
  const names = [username, ...(user ? [user.username, user.attributes.email ?? username] : [])];
  checkSecretHash(client, names, responses.SECRET_HASH);
  const session = await answeredSession(pool, client, input, name, responses, user?.sub);
  const flow = session === undefined ? undefined : pool.flows.get(session);
  // A session of nobody is an exchange with a name that nobody has.
  if (flow && flow.sub !== "" && flow.sub !== user?.sub) throw sessionOfAnother("USERNAME is not the session's user");
  const data = { clientMetadata: stringMap(input, "ClientMetadata") };
  return watched(pool, client, username, () => answer(pool, client, responses, session, data));
}

/**
 * The session that an answer goes on with: of SRP its secret block. DEVICE_SRP_AUTH finds its own, whatever is sent: clients
 * send none (pycognito), or that of the second factor before it, which is used up (amazon-cognito-identity-js).
 */
async function answeredSession(
  pool: Pool,
  client: AppClientModel,
  input: Input,
  name: string,
  responses: Record<string, string>,
  sub: string | undefined,
): Promise<string | undefined> {
  if (name === "PASSWORD_VERIFIER" || name === "DEVICE_PASSWORD_VERIFIER") return srpSession(responses);
  if (name !== "DEVICE_SRP_AUTH") return optionalString(input, "Session");
  const key = parameter(responses, "DEVICE_KEY");
  return sub === undefined ? undefined : deviceSession(pool, client, sub, key);
}

type Answer = (
  pool: Pool,
  client: AppClientModel,
  responses: Record<string, string>,
  session: string | undefined,
  data: TriggerData,
) => Promise<Output>;

const challenges: Record<string, Answer> = {
  async PASSWORD_VERIFIER(pool, client, responses, session, data) {
    // Before the exchange is used up: clients answer it again without a device that was forgotten.
    namedDevice(pool, pool.flows.get(session ?? "")?.sub ?? "", responses.DEVICE_KEY);
    const { user, name, continuation } = await provePassword(pool, client, responses);
    if (continuation === undefined) return advance(pool, client, user, responses.DEVICE_KEY, data);
    const signIn = { pool, client, name, user, data };
    return customStep(signIn, ({ continueAfterPassword }) => continueAfterPassword(signIn, continuation));
  },

  async NEW_PASSWORD_REQUIRED(pool, client, responses, session, data) {
    const { id, flow } = resume(pool, client, session, "NEW_PASSWORD_REQUIRED");
    const attributes: Record<string, string> = {};
    for (const [key, value] of Object.entries(responses))
      if (key.startsWith("userAttributes.")) attributes[key.slice("userAttributes.".length)] = value;
    const user = await completeNewPassword(pool, client, flow.sub, parameter(responses, "NEW_PASSWORD"), attributes);
    pool.flows.end(id);
    return advance(pool, client, user, responses.DEVICE_KEY, data, "NewPasswordChallenge");
  },

  async DEVICE_SRP_AUTH(pool, client, responses, session) {
    return startDeviceSrp(pool, client, responses, session);
  },

  async DEVICE_PASSWORD_VERIFIER(pool, client, responses, session, data) {
    const { user, device } = proveDevice(pool, client, responses, session);
    return finish(pool, client, user, data, { device });
  },

  SOFTWARE_TOKEN_MFA: secondFactor("SOFTWARE_TOKEN_MFA"),
  SMS_MFA: secondFactor("SMS_MFA"),

  /** The first factor, or the second: the session says. */
  async EMAIL_OTP(pool, client, responses, session, data) {
    const first = pool.flows.get(session ?? "")?.step === "ONE_TIME_PASSWORD";
    return (first ? oneTimePassword : secondFactor)("EMAIL_OTP")(pool, client, responses, session, data);
  },
  SMS_OTP: oneTimePassword("SMS_OTP"),

  async WEB_AUTHN(pool, client, responses, session, data) {
    const { answerPasskey } = await import("./passkey-sign-in.ts");
    return answerPasskey(pool, client, responses, session, data);
  },

  async SELECT_CHALLENGE(pool, client, responses, session, data) {
    const { choose } = await import("./choice.ts");
    return choose(pool, client, parameter(responses, "ANSWER"), responses, session, data);
  },
  PASSWORD: chosen("PASSWORD"),
  PASSWORD_SRP: chosen("PASSWORD_SRP"),

  async SELECT_MFA_TYPE(pool, client, responses, session, data) {
    const { id, flow } = resume(pool, client, session, "SELECT_MFA_TYPE");
    const user = pool.users.bySub(flow.sub);
    const answer = parameter(responses, "ANSWER");
    const factor = user && secondFactors(pool, user).find((each) => each === answer);
    if (!user || !factor) throw invalidParameter(`${answer} is not among the second factors of the user.`);
    if (!pool.flows.end(id)) throw sessionUsed();
    return challenge(pool, client, user, factor, data);
  },

  async CUSTOM_CHALLENGE(pool, client, responses, session, data) {
    const answer = parameter(responses, "ANSWER");
    const { id, flow } = resume(pool, client, session, "CUSTOM_CHALLENGE");
    if (!pool.flows.end(id)) throw sessionUsed();
    const user = flow.sub === "" ? undefined : pool.users.bySub(flow.sub);
    if (user) refuseUnusable(pool, user);
    const signIn = { pool, client, name: parameter(responses, "USERNAME"), user, data };
    return customStep(signIn, ({ answerCustomChallenge }) => answerCustomChallenge(signIn, flow, answer));
  },

  async MFA_SETUP(pool, client, _responses, session, data) {
    const { id, flow } = resume(pool, client, session, "MFA_SETUP");
    const user = pool.users.bySub(flow.sub);
    if (flow.data !== "verified" || !user) throw sessionExpired();
    if (!pool.flows.end(id)) throw sessionUsed();
    return finish(pool, client, user, data);
  },
};

/** A challenge that somebody chose, answered by its own name. */
function chosen(challengeName: FirstChallenge): Answer {
  return async (pool, client, responses, session, data) => {
    const { choose } = await import("./choice.ts");
    return choose(pool, client, challengeName, responses, session, data);
  };
}

function oneTimePassword(otp: OneTimePassword): Answer {
  return async (pool, client, responses, session, data) => {
    const { answerOneTimePassword } = await import("./one-time-passwords.ts");
    return answerOneTimePassword(otp, pool, client, responses, session, data);
  };
}

function secondFactor(factor: SecondFactor): Answer {
  return async (pool, client, responses, session, data) => {
    const { id, flow } = resume(pool, client, session, factor);
    const device = namedDevice(pool, flow.sub, responses.DEVICE_KEY);
    const user = checkSecondFactor(pool, flow.sub, factor, parameter(responses, `${factor}_CODE`));
    if (!pool.flows.end(id)) throw sessionUsed();
    return device ? deviceChallenge(pool, client, user, device) : finish(pool, client, user, data);
  };
}
