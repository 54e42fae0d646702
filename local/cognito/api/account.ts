/** What people do to their own account: before a sign-in with an app client, after it with an access token. */

import { signOutEverywhere } from "../accounts/admin.ts";
import {
  type Address,
  changeAttributes,
  deleteAttributes,
  sendAttributeCode,
  verifyAttribute,
} from "../accounts/attribute-changes.ts";
import { checkWritable } from "../accounts/attributes.ts";
import { codeDestination } from "../accounts/delivery.ts";
import { allowsNoPassword, availableFactors } from "../accounts/first-factors.ts";
import {
  associateSoftwareToken,
  verifySoftwareToken as proveSoftwareToken,
  setMfaPreferences,
} from "../accounts/mfa.ts";
import {
  confirmForgotPassword as confirmForgotten,
  forgotPassword as forgotten,
  changePassword as replacePassword,
} from "../accounts/recovery.ts";
import { confirmSignUp as confirm, signUp as register, resendCode } from "../accounts/sign-up.ts";
import type { TriggerData } from "../accounts/triggers.ts";
import { CognitoError, invalidParameter } from "../errors.ts";
import type { Pool } from "../pool.ts";
import type { User } from "../state/users.ts";
import { callerClient, callerUser, checkSecretHash, type Pools } from "./callers.ts";
import { withinConstraints } from "./constraints.ts";
import {
  attributes,
  boolean,
  type Input,
  mfaPreferences,
  optionalString,
  string,
  stringMap,
  strings,
} from "./input.ts";
import { codeDeliveryDetails, mfaSettings, type Output, userAttributes } from "./output.ts";
import { resume, signUpSession } from "./sessions.ts";

function namedCaller(pools: Pools, input: Input) {
  const caller = callerClient(pools, string(input, "ClientId"));
  const username = string(input, "Username");
  checkSecretHash(caller.client, [username], optionalString(input, "SecretHash"));
  return { ...caller, username };
}

const metadata = (input: Input): TriggerData => ({ clientMetadata: stringMap(input, "ClientMetadata") });

export async function signUp(pools: Pools, input: Input): Promise<Output> {
  const { pool, client, username } = namedCaller(pools, input);
  const { user, delivery } = await register(pool, client, {
    username,
    password: newPassword(pool, input),
    attributes: attributes(input, "UserAttributes"),
    validationData: attributes(input, "ValidationData"),
    ...metadata(input),
  });
  return {
    Session: signUpSession(pool, client, user),
    CodeDeliveryDetails: delivery && codeDeliveryDetails(delivery),
    UserConfirmed: user.status === "CONFIRMED",
    UserSub: user.sub,
  };
}

/** An empty password is none, where the pool has accounts without one. */
const newPassword = (pool: Pool, input: Input): string | undefined =>
  allowsNoPassword(pool)
    ? optionalString(input, "Password") || undefined
    : string(withinConstraints(input), "Password");

export async function confirmSignUp(pools: Pools, input: Input): Promise<Output> {
  const { pool, client, username } = namedCaller(pools, input);
  const takeAlias = boolean(input, "ForceAliasCreation", false);
  const code = string(input, "ConfirmationCode");
  const user = await confirm(pool, client, username, code, { ...metadata(input), takeAlias });
  return { Session: signUpSession(pool, client, user, codeDestination(pool, user.attributes)?.attribute) };
}

export async function resendConfirmationCode(pools: Pools, input: Input): Promise<Output> {
  const { pool, client, username } = namedCaller(pools, input);
  return { CodeDeliveryDetails: codeDeliveryDetails(await resendCode(pool, client, username, metadata(input))) };
}

export async function forgotPassword(pools: Pools, input: Input): Promise<Output> {
  const { pool, client, username } = namedCaller(pools, input);
  return { CodeDeliveryDetails: codeDeliveryDetails(await forgotten(pool, client, username, metadata(input))) };
}

export async function confirmForgotPassword(pools: Pools, input: Input): Promise<Output> {
  const { pool, client, username } = namedCaller(pools, input);
  const code = string(input, "ConfirmationCode");
  const password = string(input, "Password");
  await confirmForgotten(pool, client, { username, code, password, ...metadata(input) });
  return {};
}

export async function changePassword(pools: Pools, input: Input): Promise<Output> {
  const { pool, user } = await callerUser(pools, input);
  const previous = optionalString(input, "PreviousPassword");
  await replacePassword(pool, user.sub, previous, string(input, "ProposedPassword"));
  return {};
}

export async function getUser(pools: Pools, input: Input): Promise<Output> {
  const { user, client } = await callerUser(pools, input);
  return { Username: user.username, UserAttributes: userAttributes(user, client), ...mfaSettings(user) };
}

export async function getUserAuthFactors(pools: Pools, input: Input): Promise<Output> {
  const { pool, user } = await callerUser(pools, input);
  return {
    Username: user.username,
    ...mfaSettings(user),
    ConfiguredUserAuthFactors: availableFactors(pool, user),
  };
}

export async function updateUserAttributes(pools: Pools, input: Input): Promise<Output> {
  const { pool, user, client } = await callerUser(pools, input);
  const changes = attributes(input, "UserAttributes");
  checkWritable(client, Object.keys(changes));
  const { deliveries } = await changeAttributes(pool, user, changes, { client, data: metadata(input) });
  return { CodeDeliveryDetailsList: deliveries.map(codeDeliveryDetails) };
}

export async function deleteUserAttributes(pools: Pools, input: Input): Promise<Output> {
  const { pool, user, client } = await callerUser(pools, input);
  const names = strings(input, "UserAttributeNames") ?? [];
  checkWritable(client, names);
  deleteAttributes(pool, user, names, false);
  return {};
}

export async function getUserAttributeVerificationCode(pools: Pools, input: Input): Promise<Output> {
  const { pool, user, client } = await callerUser(pools, input);
  const attribute = verifiable(string(input, "AttributeName"));
  const delivery = await sendAttributeCode(pool, user, attribute, { client, data: metadata(input) });
  return { CodeDeliveryDetails: codeDeliveryDetails(delivery) };
}

export async function verifyUserAttribute(pools: Pools, input: Input): Promise<Output> {
  const { pool, user } = await callerUser(pools, input);
  verifyAttribute(pool, user, verifiable(string(input, "AttributeName")), string(input, "Code"));
  return {};
}

export async function deleteUser(pools: Pools, input: Input): Promise<Output> {
  const { pool, user } = await callerUser(pools, input);
  pool.users.delete(user.sub);
  return {};
}

export async function globalSignOut(pools: Pools, input: Input): Promise<Output> {
  const { pool, user } = await callerUser(pools, input);
  signOutEverywhere(pool, user);
  return {};
}

/** With an access token, or in the middle of a sign-in with its `Session`. */
export async function associateToken(pools: Pools, input: Input): Promise<Output> {
  const session = optionalString(input, "Session");
  if (session === undefined) {
    const { pool, user } = await callerUser(pools, input);
    return { SecretCode: associateSoftwareToken(pool, user) };
  }
  const { pool, user, clientId } = setupSession(pools, session);
  const SecretCode = associateSoftwareToken(pool, user);
  return { SecretCode, Session: nextSession(pool, session, clientId, user, "") };
}

export async function verifySoftwareToken(pools: Pools, input: Input): Promise<Output> {
  const code = string(input, "UserCode");
  const session = optionalString(input, "Session");
  if (session === undefined) {
    const { pool, user } = await callerUser(pools, input);
    proveSoftwareToken(pool, user.sub, code);
    return { Status: "SUCCESS" };
  }
  const { pool, user, clientId } = setupSession(pools, session);
  proveSoftwareToken(pool, user.sub, code);
  return { Status: "SUCCESS", Session: nextSession(pool, session, clientId, user, "verified") };
}

export async function setUserMfaPreference(pools: Pools, input: Input): Promise<Output> {
  const { pool, user } = await callerUser(pools, input);
  setMfaPreferences(pool, user, mfaPreferences(input));
  return {};
}

function setupSession(pools: Pools, session: string): { pool: Pool; user: User; clientId: string } {
  for (const pool of pools.values()) {
    const flow = pool.flows.get(session);
    const user = flow && pool.users.bySub(flow.sub);
    if (!flow || !user) continue;
    resume(pool, undefined, session, "MFA_SETUP");
    return { pool, user, clientId: flow.clientId };
  }
  throw new CognitoError("NotAuthorizedException", "Invalid session for the user, session is expired.");
}

/** A session is good for one step. */
function nextSession(pool: Pool, session: string, clientId: string, user: User, data: string): string {
  pool.flows.end(session);
  const minutes = pool.client(clientId)?.validity.authSessionMinutes ?? 3;
  return pool.flows.begin({ clientId, sub: user.sub, step: "MFA_SETUP", data }, minutes * 60);
}

function verifiable(attribute: string): Address {
  if (attribute === "email" || attribute === "phone_number") return attribute;
  throw invalidParameter("Only email and phone_number can be verified.");
}
