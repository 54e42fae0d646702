/**
 * InitiateAuth and RespondToAuthChallenge with their Admin* twins
 * (Amazon Cognito user pools API reference; developer guide, "Authentication flows").
 */
import type { AppClientModel } from "../../model.ts";
import { checkPassword, refuseExternal, refuseUnusable } from "../accounts/authentication.ts";
import { checkSecondFactor, secondFactors } from "../accounts/mfa.ts";
import { completeNewPassword } from "../accounts/recovery.ts";
import { preAuthentication, refuseUnratedSignIn, type TriggerData } from "../accounts/triggers.ts";
import { CognitoError, invalidParameter } from "../errors.ts";
import type { Pool } from "../pool.ts";
import type { SecondFactor } from "../state/users.ts";
import { type ClientCaller, callerClient, checkSecretHash, type Pools, poolClient, requirePool } from "./callers.ts";
import { advance, challenge, finish, watched } from "./challenges.ts";
import type { CustomSignIn } from "./custom-auth.ts";
import { deviceChallenge, deviceSession, namedDevice, proveDevice, startDeviceSrp } from "./device-challenge.ts";
import { type Input, optionalString, string, stringMap } from "./input.ts";
import type { Output } from "./output.ts";
import { refresh } from "./refresh-tokens.ts";
import { parameter, resume, sessionExpired, sessionUsed, srpSession } from "./sessions.ts";
import { provePassword, srpChallenge } from "./srp-challenge.ts";

const asAdministrator = (pools: Pools, input: Input): ClientCaller => {
  const pool = requirePool(pools, input);
  return { pool, client: poolClient(pool, input) };
};
const asClient = (pools: Pools, input: Input): ClientCaller => callerClient(pools, string(input, "ClientId"));

const CLIENT_FLOWS = ["USER_PASSWORD_AUTH", "USER_SRP_AUTH", "REFRESH_TOKEN_AUTH", "CUSTOM_AUTH"];

export const initiateAuth = (pools: Pools, input: Input): Promise<Output> =>
  initiate(asClient(pools, input), input, CLIENT_FLOWS);

export const adminInitiateAuth = (pools: Pools, input: Input): Promise<Output> =>
  initiate(asAdministrator(pools, input), input, ["ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH", ...CLIENT_FLOWS]);

async function initiate({ pool, client }: ClientCaller, input: Input, served: string[]): Promise<Output> {
  const given = string(input, "AuthFlow");
  const flow = given === "REFRESH_TOKEN" ? "REFRESH_TOKEN_AUTH" : given;
  if (flow === "USER_AUTH") refuseUserAuth(client);
  if (!served.includes(flow)) throw invalidParameter("Initiate Auth method not supported.");
  const setting = flow === "ADMIN_NO_SRP_AUTH" ? "ADMIN_USER_PASSWORD_AUTH" : flow;
  if (!client.explicitAuthFlows.includes(`ALLOW_${setting}`)) throw invalidParameter(notEnabled(flow));
  const parameters = stringMap(input, "AuthParameters");

  // What InitiateAuth is given reaches the functions that decide about the sign-in, and none after it.
  const data = { validationData: stringMap(input, "ClientMetadata") };
  if (flow === "REFRESH_TOKEN_AUTH") return refresh(pool, client, parameter(parameters, "REFRESH_TOKEN"), parameters);
  const username = parameter(parameters, "USERNAME");
  checkSecretHash(client, [username], parameters.SECRET_HASH);
  if (flow === "USER_SRP_AUTH") return startSrp(pool, client, username, parameter(parameters, "SRP_A"), data);
  if (flow === "CUSTOM_AUTH") return startCustom(pool, client, username, parameters);
  const password = parameter(parameters, "PASSWORD");
  return watched(pool, client, username, async () =>
    advance(pool, client, await checkPassword(pool, client, username, password, data), parameters.DEVICE_KEY),
  );
}

/** @throws CognitoError InvalidParameterException */
function refuseUserAuth({ name, explicitAuthFlows }: AppClientModel): never {
  throw invalidParameter(
    explicitAuthFlows.includes("ALLOW_USER_AUTH")
      ? `USER_AUTH is not served by the local cloud. Sign in with USER_SRP_AUTH or USER_PASSWORD_AUTH, which the app client ${name} must allow.`
      : "USER_AUTH is not enabled for the client.",
  );
}

/** Each flow has words of its own; those of CUSTOM_AUTH and of refresh tokens are not recorded. */
function notEnabled(flow: string): string {
  if (flow.startsWith("ADMIN_")) return "Auth flow not enabled for this client";
  return flow === "USER_SRP_AUTH"
    ? `${flow} is not enabled for the client.`
    : `${flow} flow not enabled for this client`;
}

async function startSrp(
  pool: Pool,
  client: AppClientModel,
  name: string,
  srpA: string,
  data: TriggerData,
): Promise<Output> {
  refuseUnratedSignIn(pool, client);
  const user = pool.users.find(name);
  if (!user && !client.hideUserExistence) throw new CognitoError("UserNotFoundException", "User does not exist.");
  await preAuthentication(pool, client, name, user, data);
  return srpChallenge(pool, client, { name, user, srpA });
}

/** Nothing of what InitiateAuth is given reaches the functions. */
async function startCustom(
  pool: Pool,
  client: AppClientModel,
  name: string,
  parameters: Record<string, string>,
): Promise<Output> {
  refuseUnratedSignIn(pool, client);
  const first = parameters.CHALLENGE_NAME;
  if (first !== undefined && first !== "SRP_A") throw invalidParameter(`Challenge name ${first} is not SRP_A.`);
  const srpA = first === undefined ? undefined : parameter(parameters, "SRP_A");
  const user = pool.users.find(name);
  const signIn = { pool, client, name, user, data: {} };
  return watched(pool, client, name, async () => {
    if (user) {
      refuseUnusable(pool, user);
      refuseExternal(user);
    }
    return customStep(signIn, ({ startCustomAuth }) => startCustomAuth(signIn, srpA));
  });
}

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
  if (flow && flow.sub !== "" && flow.sub !== user?.sub)
    throw new CognitoError(
      "NotAuthorizedException",
      "Invalid session for the user.",
      "USERNAME is not the session's user",
    );
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
  EMAIL_OTP: secondFactor("EMAIL_OTP"),

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

function secondFactor(factor: SecondFactor): Answer {
  return async (pool, client, responses, session, data) => {
    const { id, flow } = resume(pool, client, session, factor);
    const device = namedDevice(pool, flow.sub, responses.DEVICE_KEY);
    const user = checkSecondFactor(pool, flow.sub, factor, parameter(responses, `${factor}_CODE`));
    if (!pool.flows.end(id)) throw sessionUsed();
    return device ? deviceChallenge(pool, client, user, device) : finish(pool, client, user, data);
  };
}

/** The functions' next challenge, or tokens, whose device is not tracked. What calls them is loaded only now. */
async function customStep(
  { pool, client, user, data }: CustomSignIn,
  step: (flow: typeof import("./custom-auth.ts")) => Promise<Output | undefined>,
): Promise<Output> {
  return (await step(await import("./custom-auth.ts"))) ?? finish(pool, client, user!, data, { device: null });
}
