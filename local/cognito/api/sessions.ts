/** The session that carries a sign-in through the API from a challenge to its answer, and the answer's members. */
import type { AppClientModel } from "../../model.ts";
import { readTimestamp, type SrpIdentity, type SrpProof } from "../accounts/srp.ts";
import { CognitoError, invalidParameter } from "../errors.ts";
import type { Pool } from "../pool.ts";
import type { FlowStep, SignInFlow } from "../state/sign-in-sessions.ts";
import type { User } from "../state/users.ts";

export const sessionUsed = () =>
  new CognitoError("NotAuthorizedException", "Invalid session for the user, session can only be used once.");

export const sessionExpired = () =>
  new CognitoError("NotAuthorizedException", "Invalid session for the user, session is expired.");

/** @param reason for the console */
export const sessionOfAnother = (reason: string) =>
  new CognitoError("NotAuthorizedException", "Invalid session for the user.", reason);

/**
 * A session of a name that nobody has goes on under that name alone, in whatever case somebody's could be written.
 * @throws CognitoError NotAuthorizedException
 */
export function requireName(pool: Pool, expected: string, given: string): void {
  if (pool.users.key(given) !== pool.users.key(expected)) throw sessionOfAnother("USERNAME is not the session's");
}

/** @throws CognitoError InvalidParameterException */
export function parameter(parameters: Record<string, string>, name: string): string {
  const value = parameters[name];
  if (value === undefined || value === "") throw invalidParameter(`Missing required parameter ${name}`);
  return value;
}

/**
 * The proof in the answer to PASSWORD_VERIFIER or DEVICE_PASSWORD_VERIFIER.
 * @throws CognitoError InvalidParameterException
 */
export function srpProof(responses: Record<string, string>): Omit<SrpProof, keyof SrpIdentity> {
  const timestamp = parameter(responses, "TIMESTAMP");
  const read = readTimestamp(timestamp);
  if (read === undefined) throw invalidParameter("TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english.");
  const signature = parameter(responses, "PASSWORD_CLAIM_SIGNATURE");
  return { secretBlock: secretBlock(responses), timestamp, signature: read === "exact" ? signature : "" };
}

/** The session of an SRP challenge, which its secret block is. */
export const srpSession = (responses: Record<string, string>): string => secretBlock(responses).toString("base64url");

const secretBlock = (responses: Record<string, string>): Buffer =>
  Buffer.from(parameter(responses, "PASSWORD_CLAIM_SECRET_BLOCK"), "base64");

/** How long a session of the client is good. */
export const sessionSeconds = ({ validity }: AppClientModel): number => validity.authSessionMinutes * 60;

/** @returns the `Session`, or an SRP secret block, by which `resume` finds the flow again */
export const beginSession = (pool: Pool, client: AppClientModel, flow: Omit<SignInFlow, "clientId">): string =>
  pool.flows.begin({ clientId: client.id, ...flow }, sessionSeconds(client));

/**
 * What SignUp and ConfirmSignUp hand on to a first USER_AUTH; `undefined` for a client that does not have that.
 * @param proved the address whose code came back
 */
export function signUpSession(
  pool: Pool,
  client: AppClientModel,
  user: User,
  proved?: "email" | "phone_number",
): string | undefined {
  if (!client.explicitAuthFlows.includes("ALLOW_USER_AUTH")) return undefined;
  return beginSession(pool, client, { sub: user.sub, step: "SIGNED_UP", data: proved ?? "" });
}

/** The flow that a `Session` (or an SRP secret block) names. @throws CognitoError NotAuthorizedException */
export function resume(
  pool: Pool,
  client: AppClientModel | undefined,
  session: string | undefined,
  step: FlowStep,
): { id: string; flow: SignInFlow } {
  const flow = session === undefined ? undefined : pool.flows.get(session);
  if (flow?.step === "USED" && (!client || flow.clientId === client.id)) throw sessionUsed();
  if (session === undefined || flow?.step !== step || (client && flow.clientId !== client.id)) throw sessionExpired();
  return { id: session, flow };
}
