/**
 * InitiateAuth and RespondToAuthChallenge with their Admin* twins, and what ends a sign-in
 * (Amazon Cognito user pools API reference; developer guide, "Authentication flows").
 */
import { createHmac } from "node:crypto";
import type { AppClientModel } from "../../model.ts";
import { requiredAttributes } from "../accounts/attributes.ts";
import {
  acceptPassword,
  checkPassword,
  nextStep,
  recordFailure,
  refuseDuringBackOff,
  refuseGhost,
  refuseUnusable,
  type SignInStep,
} from "../accounts/authentication.ts";
import { checkSecondFactor, secondFactors, sendSecondFactor } from "../accounts/mfa.ts";
import { completeNewPassword } from "../accounts/recovery.ts";
import { beginSrp, type SrpExchange, verifySrp } from "../accounts/srp.ts";
import { postAuthentication, preAuthentication, refuseUnratedSignIn, type TriggerData } from "../accounts/triggers.ts";
import { CognitoError, incorrectPassword, invalidParameter } from "../errors.ts";
import type { Pool } from "../pool.ts";
import type { FlowStep, SignInFlow } from "../state/sign-in-sessions.ts";
import type { SecondFactor, User } from "../state/users.ts";
import { openGrant, refreshGrant } from "../tokens/grant-tokens.ts";
import { adminScope, type TokenSource } from "../tokens/issue.ts";
import { type ClientCaller, callerClient, checkSecretHash, type Pools, poolClient, requirePool } from "./callers.ts";
import type { CustomChallenge, CustomSignIn } from "./custom-auth.ts";
import { type Input, optionalString, string, stringMap } from "./input.ts";
import { authenticationResult, type Output } from "./output.ts";

const sessionExpired = () =>
  new CognitoError("NotAuthorizedException", "Invalid session for the user, session is expired.");

const asAdministrator = (pools: Pools, input: Input): ClientCaller => {
  const pool = requirePool(pools, input);
  return { pool, client: poolClient(pool, input) };
};
const asClient = (pools: Pools, input: Input): ClientCaller => callerClient(pools, string(input, "ClientId"));

export const initiateAuth = (pools: Pools, input: Input): Promise<Output> =>
  initiate(asClient(pools, input), input, [
    ...["USER_PASSWORD_AUTH", "USER_SRP_AUTH", "REFRESH_TOKEN_AUTH", "CUSTOM_AUTH"],
  ]);

export const adminInitiateAuth = (pools: Pools, input: Input): Promise<Output> =>
  initiate(asAdministrator(pools, input), input, [
    ...[
      "ADMIN_USER_PASSWORD_AUTH",
      "ADMIN_NO_SRP_AUTH",
      "USER_PASSWORD_AUTH",
      "USER_SRP_AUTH",
      "REFRESH_TOKEN_AUTH",
      "CUSTOM_AUTH",
    ],
  ]);

async function initiate({ pool, client }: ClientCaller, input: Input, served: string[]): Promise<Output> {
  const given = string(input, "AuthFlow");
  const flow = given === "REFRESH_TOKEN" ? "REFRESH_TOKEN_AUTH" : given;
  if (!served.includes(flow)) throw invalidParameter("Initiate Auth method not supported.");
  const setting = flow === "ADMIN_NO_SRP_AUTH" ? "ADMIN_USER_PASSWORD_AUTH" : flow;
  if (!client.explicitAuthFlows.includes(`ALLOW_${setting}`))
    throw invalidParameter(`${flow} flow not enabled for this client`);
  const parameters = stringMap(input, "AuthParameters");

  // What InitiateAuth is given reaches the functions that decide about the sign-in, and none after it.
  const data = { validationData: stringMap(input, "ClientMetadata") };
  if (flow === "REFRESH_TOKEN_AUTH") return refresh(pool, client, parameter(parameters, "REFRESH_TOKEN"), parameters);
  const username = parameter(parameters, "USERNAME");
  checkSecretHash(client, [username], parameters.SECRET_HASH);
  if (flow === "USER_SRP_AUTH") return startSrp(pool, client, username, parameter(parameters, "SRP_A"), data);
  if (flow === "CUSTOM_AUTH") {
    refuseUnratedSignIn(pool, client);
    if (parameters.CHALLENGE_NAME !== undefined)
      throw invalidParameter("CUSTOM_AUTH that begins with SRP_A is not served by the local cloud.");
    const user = pool.users.find(username);
    // Nothing of what InitiateAuth is given reaches these functions.
    const signIn = { pool, client, name: username, user, data: {} };
    return watched(pool, client, username, async () => {
      if (user) refuseUnusable(pool, user);
      return customStep(signIn, ({ startCustomAuth }) => startCustomAuth(signIn));
    });
  }
  const password = parameter(parameters, "PASSWORD");
  return watched(pool, client, username, async () =>
    advance(pool, client, await checkPassword(pool, client, username, password, data)),
  );
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
  const session =
    name === "PASSWORD_VERIFIER" ? secretBlock(responses).toString("base64url") : optionalString(input, "Session");
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

type Answer = (
  pool: Pool,
  client: AppClientModel,
  responses: Record<string, string>,
  session: string | undefined,
  data: TriggerData,
) => Promise<Output>;

const challenges: Record<string, Answer> = {
  async PASSWORD_VERIFIER(pool, client, responses, session, data) {
    const block = secretBlock(responses);
    const timestamp = parameter(responses, "TIMESTAMP");
    const signature = parameter(responses, "PASSWORD_CLAIM_SIGNATURE");
    const { id, flow } = resume(pool, client, session, "PASSWORD_VERIFIER");
    const { name, username, exchange } = JSON.parse(flow.data) as {
      name: string;
      username: string;
      exchange: SrpExchange;
    };
    // One try for one exchange: a second would let a client guess against the same `b`.
    if (!pool.flows.end(id)) throw sessionExpired();
    const proved = () =>
      verifySrp(exchange, { poolId: pool.model.id, username, secretBlock: block, timestamp, signature });
    // The signature is checked all the same, so that the time does not tell.
    if (flow.sub === "")
      return pool.inTurn(pool.codes.ghost(pool.users.key(name)), () => refuseGhost(pool, name, String(proved())));
    const user = await pool.inTurn(flow.sub, async () => {
      const current = pool.users.bySub(flow.sub);
      if (!current) throw incorrectPassword("deleted meanwhile");
      refuseDuringBackOff(pool, current);
      if (!proved()) {
        recordFailure(pool, current);
        throw incorrectPassword("wrong password");
      }
      return acceptPassword(pool, current);
    });
    return advance(pool, client, user, data);
  },

  async NEW_PASSWORD_REQUIRED(pool, client, responses, session, data) {
    const { id, flow } = resume(pool, client, session, "NEW_PASSWORD_REQUIRED");
    const attributes: Record<string, string> = {};
    for (const [key, value] of Object.entries(responses))
      if (key.startsWith("userAttributes.")) attributes[key.slice("userAttributes.".length)] = value;
    const user = await completeNewPassword(pool, client, flow.sub, parameter(responses, "NEW_PASSWORD"), attributes);
    pool.flows.end(id);
    return advance(pool, client, user, data, "NewPasswordChallenge");
  },

  SOFTWARE_TOKEN_MFA: secondFactor("SOFTWARE_TOKEN_MFA"),
  SMS_MFA: secondFactor("SMS_MFA"),
  EMAIL_OTP: secondFactor("EMAIL_OTP"),

  async SELECT_MFA_TYPE(pool, client, responses, session) {
    const { id, flow } = resume(pool, client, session, "SELECT_MFA_TYPE");
    const user = pool.users.bySub(flow.sub);
    const answer = parameter(responses, "ANSWER");
    const factor = user && secondFactors(pool, user).find((each) => each === answer);
    if (!user || !factor) throw invalidParameter(`${answer} is not among the second factors of the user.`);
    if (!pool.flows.end(id)) throw sessionExpired();
    return challenge(pool, client, user, factor);
  },

  async CUSTOM_CHALLENGE(pool, client, responses, session, data) {
    const answer = parameter(responses, "ANSWER");
    const { id, flow } = resume(pool, client, session, "CUSTOM_CHALLENGE");
    if (!pool.flows.end(id)) throw sessionExpired();
    const user = flow.sub === "" ? undefined : pool.users.bySub(flow.sub);
    if (user) refuseUnusable(pool, user);
    const signIn = { pool, client, name: parameter(responses, "USERNAME"), user, data };
    return customStep(signIn, ({ answerCustomChallenge }) => answerCustomChallenge(signIn, flow, answer));
  },

  async MFA_SETUP(pool, client, _responses, session, data) {
    const { id, flow } = resume(pool, client, session, "MFA_SETUP");
    const user = pool.users.bySub(flow.sub);
    if (flow.data !== "verified" || !user) throw sessionExpired();
    if (!pool.flows.end(id)) throw sessionExpired();
    return finish(pool, client, user, data);
  },
};

const secretBlock = (responses: Record<string, string>): Buffer =>
  Buffer.from(parameter(responses, "PASSWORD_CLAIM_SECRET_BLOCK"), "base64");

function secondFactor(factor: SecondFactor): Answer {
  return async (pool, client, responses, session, data) => {
    const { id, flow } = resume(pool, client, session, factor);
    const user = checkSecondFactor(pool, flow.sub, factor, parameter(responses, `${factor}_CODE`));
    if (!pool.flows.end(id)) throw sessionExpired();
    return finish(pool, client, user, data);
  };
}

/** The flow that a `Session` (or an SRP secret block) names. @throws CognitoError NotAuthorizedException */
export function resume(
  pool: Pool,
  client: AppClientModel | undefined,
  session: string | undefined,
  step: FlowStep,
): { id: string; flow: SignInFlow } {
  const flow = session === undefined ? undefined : pool.flows.get(session);
  if (session === undefined || flow?.step !== step || (client && flow.clientId !== client.id)) throw sessionExpired();
  return { id: session, flow };
}

/** A user who does not exist gets an exchange too, the same salt and id at every try (RFC 5054 §2.5.1.3). */
async function startSrp(
  pool: Pool,
  client: AppClientModel,
  username: string,
  A: string,
  data: TriggerData,
): Promise<Output> {
  refuseUnratedSignIn(pool, client);
  const user = pool.users.find(username);
  if (!user && !client.hideUserExistence) throw new CognitoError("UserNotFoundException", "User does not exist.");
  await preAuthentication(pool, client, username, user, data);
  const { id } = await pool.keys.keys();
  const made = (purpose: string) =>
    createHmac("sha256", id.privateKey.export({ type: "pkcs8", format: "der" }))
      .update(`${purpose} ${pool.users.key(username)}`)
      .digest("hex");
  const known = user?.srpSalt && user.srpVerifier ? { salt: user.srpSalt, verifier: user.srpVerifier } : undefined;
  const userId = user?.username ?? made("id").replace(/^(.{8})(.{4}).(.{3})(.{4})(.{12}).*$/, "$1-$2-7$3-$4-$5");
  const exchange = beginSrp(
    A,
    known ?? { salt: made("salt").slice(0, 32), verifier: made("verifier").repeat(12) },
    pool.platform.randomBytes(32),
  );
  if (!exchange) throw invalidParameter("Incorrect SRP_A value.");
  const secretBlock = pool.flows.begin(
    {
      clientId: client.id,
      sub: known ? user!.sub : "",
      step: "PASSWORD_VERIFIER",
      data: JSON.stringify({ name: username, username: userId, exchange }),
    },
    client.validity.authSessionMinutes * 60,
  );
  return {
    ChallengeName: "PASSWORD_VERIFIER",
    ChallengeParameters: {
      SALT: exchange.salt,
      SECRET_BLOCK: Buffer.from(secretBlock, "base64url").toString("base64"),
      SRP_B: exchange.B,
      USERNAME: userId,
      USER_ID_FOR_SRP: userId,
    },
  };
}

/** The functions' next challenge, or tokens. What calls them is loaded only now. */
async function customStep(
  { pool, client, user, data }: CustomSignIn,
  step: (flow: typeof import("./custom-auth.ts")) => Promise<CustomChallenge | undefined>,
): Promise<Output> {
  const next = await step(await import("./custom-auth.ts"));
  if (next) return { ChallengeName: "CUSTOM_CHALLENGE", Session: next.session, ChallengeParameters: next.parameters };
  return finish(pool, client, user!, data);
}

/** After a right password: the next challenge, or tokens. */
async function advance(
  pool: Pool,
  client: AppClientModel,
  user: User,
  data?: TriggerData,
  source?: TokenSource,
): Promise<Output> {
  const step = nextStep(pool, user);
  return step === undefined ? finish(pool, client, user, data, source) : challenge(pool, client, user, step);
}

function challenge(pool: Pool, client: AppClientModel, user: User, step: SignInStep): Output {
  const ChallengeParameters = challengeParameters(pool, user, step);
  const flow = { clientId: client.id, sub: user.sub, step, data: "" };
  const Session = pool.flows.begin(flow, client.validity.authSessionMinutes * 60);
  return { ChallengeName: step, Session, ChallengeParameters };
}

/** What the client is told of a challenge; where a code is asked for, it is sent now. */
function challengeParameters(pool: Pool, user: User, step: SignInStep): Record<string, string> {
  const shared = { USER_ID_FOR_SRP: user.username };
  switch (step) {
    case "SOFTWARE_TOKEN_MFA":
      return shared;
    case "SMS_MFA":
    case "EMAIL_OTP": {
      const { medium, destination } = sendSecondFactor(pool, user, step);
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

async function finish(
  pool: Pool,
  client: AppClientModel,
  user: User,
  data?: TriggerData,
  source: TokenSource = "Authentication",
): Promise<Output> {
  refuseUnusable(pool, user);
  const tokens = await openGrant(pool, {
    client,
    user,
    scopes: [adminScope],
    authTime: Math.floor(pool.platform.now() / 1000),
    eventId: pool.platform.randomUUID(),
    hosted: false,
    source,
    clientMetadata: data?.clientMetadata,
    beforeOpening: () => postAuthentication(pool, client, user, data),
  });
  emitSignIn(pool, client, user.username, "signed in");
  return authenticationResult(tokens);
}

async function refresh(
  pool: Pool,
  client: AppClientModel,
  token: string,
  parameters: Record<string, string>,
): Promise<Output> {
  if (client.secret !== undefined) {
    const sub = pool.grants.find(token)?.grant.sub;
    const user = sub === undefined ? undefined : pool.users.bySub(sub);
    checkSecretHash(client, user ? [user.username] : [], parameters.SECRET_HASH);
  }
  return refreshed(pool, client, token);
}

async function refreshed(pool: Pool, client: AppClientModel, token: string, data?: TriggerData): Promise<Output> {
  const outcome = await refreshGrant(pool, client, token, data?.clientMetadata);
  if (outcome.ok) return authenticationResult(outcome.tokens);
  const message = outcome.reason === "revoked" ? "Refresh Token has been revoked" : "Invalid Refresh Token";
  throw new CognitoError("NotAuthorizedException", message, `refresh token: ${outcome.reason}`);
}

/** GetTokensFromRefreshToken: the refresh of clients with rotation. */
export async function getTokensFromRefreshToken(pools: Pools, input: Input): Promise<Output> {
  const { pool, client } = callerClient(pools, string(input, "ClientId"));
  checkClientSecret(client, input);
  const data = { clientMetadata: stringMap(input, "ClientMetadata") };
  return refreshed(pool, client, string(input, "RefreshToken"), data);
}

export async function revokeToken(pools: Pools, input: Input): Promise<Output> {
  const { pool, client } = callerClient(pools, string(input, "ClientId"));
  checkClientSecret(client, input);
  if (!client.tokenRevocation)
    throw new CognitoError("UnsupportedOperationException", "The client does not have token revocation enabled.");
  const token = string(input, "Token");
  if (/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token))
    throw new CognitoError("UnsupportedTokenTypeException", "Only refresh tokens can be revoked.");
  const found = pool.grants.find(token);
  if (found?.grant.clientId === client.id) pool.grants.revoke(found.grant.originJti);
  return {};
}

function checkClientSecret(client: AppClientModel, input: Input): void {
  if (client.secret === undefined || optionalString(input, "ClientSecret") === client.secret) return;
  throw new CognitoError("NotAuthorizedException", "Client secret is missing or wrong.");
}

function parameter(parameters: Record<string, string>, name: string): string {
  const value = parameters[name];
  if (value === undefined || value === "") throw invalidParameter(`Missing required parameter ${name}`);
  return value;
}

async function watched(
  pool: Pool,
  client: AppClientModel,
  username: string,
  work: () => Promise<Output>,
): Promise<Output> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CognitoError) emitSignIn(pool, client, username, "refused", error.reason ?? error.message);
    throw error;
  }
}

function emitSignIn(pool: Pool, client: AppClientModel, username: string, outcome: string, reason?: string): void {
  pool.platform.emit({
    kind: "sign-in",
    at: pool.platform.now(),
    userPoolId: pool.model.id,
    clientId: client.id,
    username,
    outcome,
    ...(reason !== undefined && { reason }),
  });
}
