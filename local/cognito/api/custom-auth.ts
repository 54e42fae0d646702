/**
 * CUSTOM_AUTH: the pool's functions say which challenge comes, make it and check its answer, until they issue tokens or
 * refuse (https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-challenge.html).
 */
import type { AppClientModel } from "../../model.ts";
import { callTrigger, clientMetadata, type TriggerData, triggerAttributes } from "../accounts/triggers.ts";
import { CognitoError, incorrectPassword, invalidParameter } from "../errors.ts";
import type { Pool } from "../pool.ts";
import type { SignInFlow } from "../state/sign-in-sessions.ts";
import type { User } from "../state/users.ts";
import type { Output } from "./output.ts";
import { beginSession } from "./sessions.ts";
import { srpChallenge } from "./srp-challenge.ts";

/** Who is on the way in; `user` is `undefined` for a name that nobody has, which must not show. */
export interface CustomSignIn {
  pool: Pool;
  client: AppClientModel;
  name: string;
  user: User | undefined;
  data: TriggerData;
}

interface Round {
  challengeName: string;
  challengeResult: boolean;
  challengeMetadata: string | null;
}

/** What is kept of a challenge until its answer comes. */
interface Pending {
  name: string;
  rounds: Round[];
  privateChallengeParameters: Record<string, string>;
  challengeMetadata: string | null;
}

/**
 * @param srpA the client's public value, when the sign-in is to begin with the password
 * @returns the first challenge; `undefined` when the functions issue tokens at once
 * @throws CognitoError InvalidParameterException in a pool without the triggers, NotAuthorizedException
 */
export function startCustomAuth(signIn: CustomSignIn, srpA: string | undefined): Promise<Output | undefined> {
  const { triggers } = signIn.pool.model;
  if (!triggers.defineAuthChallenge || !triggers.createAuthChallenge || !triggers.verifyAuthChallengeResponse)
    throw invalidParameter("Custom auth lambda trigger is not configured for the user pool.");
  if (!signIn.user && !signIn.client.hideUserExistence)
    throw new CognitoError("UserNotFoundException", "User does not exist.");
  return nextChallenge(signIn, srpA === undefined ? [] : [passed("SRP_A")], srpA);
}

/**
 * After the password that a sign-in began with. A wrong one comes no further, whatever the functions would say of it.
 * @param continuation what the challenge kept
 * @returns the next challenge; `undefined` when the functions issue tokens
 */
export function continueAfterPassword(signIn: CustomSignIn, continuation: unknown): Promise<Output | undefined> {
  return nextChallenge(signIn, [...(continuation as Round[]), passed("PASSWORD_VERIFIER")]);
}

const passed = (challengeName: string): Round => ({ challengeName, challengeResult: true, challengeMetadata: null });

/** @returns the next challenge; `undefined` when the functions issue tokens */
export async function answerCustomChallenge(
  signIn: CustomSignIn,
  { data }: SignInFlow,
  challengeAnswer: string,
): Promise<Output | undefined> {
  const { name, rounds, privateChallengeParameters, challengeMetadata } = JSON.parse(data) as Pending;
  if (name !== signIn.name && !signIn.user)
    throw new CognitoError("NotAuthorizedException", "Invalid session for the user.", "USERNAME is not the session's");
  const response = await call(
    signIn,
    "verifyAuthChallengeResponse",
    { privateChallengeParameters, challengeAnswer },
    { answerCorrect: null },
  );
  const challengeResult = response.answerCorrect === true;
  return nextChallenge(signIn, [...rounds, { challengeName: "CUSTOM_CHALLENGE", challengeResult, challengeMetadata }]);
}

async function nextChallenge(signIn: CustomSignIn, rounds: Round[], srpA?: string): Promise<Output | undefined> {
  const { pool, client, user, name } = signIn;
  const decided = await call(
    signIn,
    "defineAuthChallenge",
    { session: rounds },
    { challengeName: null, issueTokens: null, failAuthentication: null },
  );
  if (decided.failAuthentication === true) throw incorrectPassword("defineAuthChallenge set failAuthentication");
  if (decided.issueTokens === true) {
    if (!user) throw incorrectPassword("defineAuthChallenge issued tokens for a name that nobody has");
    return undefined;
  }
  if (decided.challengeName === "PASSWORD_VERIFIER" && srpA !== undefined)
    return srpChallenge(pool, client, { name, user, srpA, continuation: rounds });
  if (decided.challengeName !== "CUSTOM_CHALLENGE")
    throw incorrectPassword(
      `defineAuthChallenge chose the challenge ${decided.challengeName}; here that can be CUSTOM_CHALLENGE, and PASSWORD_VERIFIER right after SRP_A`,
    );
  const made = await call(
    signIn,
    "createAuthChallenge",
    { challengeName: decided.challengeName, session: rounds },
    { publicChallengeParameters: null, privateChallengeParameters: null, challengeMetadata: null },
  );
  const pending: Pending = {
    name,
    rounds,
    privateChallengeParameters: (made.privateChallengeParameters ?? {}) as Record<string, string>,
    challengeMetadata: (made.challengeMetadata ?? null) as string | null,
  };
  const session = beginSession(pool, client, {
    sub: user?.sub ?? "",
    step: "CUSTOM_CHALLENGE",
    data: JSON.stringify(pending),
  });
  const shown = (made.publicChallengeParameters ?? {}) as Record<string, string>;
  return {
    ChallengeName: "CUSTOM_CHALLENGE",
    Session: session,
    ChallengeParameters: { ...shown, USERNAME: user?.username ?? name },
  };
}

async function call(
  { pool, client, name, user, data }: CustomSignIn,
  trigger: "defineAuthChallenge" | "createAuthChallenge" | "verifyAuthChallengeResponse",
  request: Record<string, unknown>,
  response: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const answered = await callTrigger(pool, trigger, {
    source: `${trigger.slice(0, 1).toUpperCase()}${trigger.slice(1)}_Authentication`,
    userName: user?.username ?? name,
    clientId: client.id,
    request: {
      userAttributes: user ? triggerAttributes(user) : {},
      ...request,
      ...clientMetadata(data.clientMetadata),
      ...(client.hideUserExistence && { userNotFound: !user }),
    },
    response,
  });
  return answered ?? {};
}
