/**
 * EMAIL_OTP and SMS_OTP as the first factor: a code signs in, without a password
 * (https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-authentication-flow-methods.html).
 */
import type { AppClientModel } from "../../model.ts";
import type { ChoiceSignIn, OneTimePassword } from "../accounts/first-factors.ts";
import { checkSignInCode, requestSignInCode } from "../accounts/one-time-passwords.ts";
import { postConfirmation, preAuthentication, type TriggerData } from "../accounts/triggers.ts";
import { CognitoError, userDoesNotExist } from "../errors.ts";
import { type Pool, reportSignIn } from "../pool.ts";
import { finish } from "./challenges.ts";
import type { Output } from "./output.ts";
import {
  beginSession,
  parameter,
  requireName,
  resume,
  sessionOfAnother,
  sessionSeconds,
  sessionUsed,
} from "./sessions.ts";

interface Pending {
  name: string;
  otp: OneTimePassword;
}

/** Sends a code, or to a name that nobody has, and to somebody who is disabled, as if. */
export async function beginOneTimePassword(otp: OneTimePassword, signIn: ChoiceSignIn): Promise<Output> {
  const { pool, client, name, user, asked, data } = signIn;
  await preAuthentication(pool, client, name, user, asked);
  if (!user && !client.hideUserExistence) throw userDoesNotExist();
  if (user && !user.enabled && !client.hideUserExistence)
    throw new CognitoError("NotAuthorizedException", "User is disabled.");
  const seconds = sessionSeconds(client);
  const { sub = "", delivery, reason } = await requestSignInCode(pool, client, name, user, otp, { data, seconds });
  if (reason !== undefined) reportSignIn(pool, client, name, "refused", reason);
  const pending = JSON.stringify({ name, otp } satisfies Pending);
  const { medium, destination } = delivery;
  return {
    ChallengeName: otp,
    Session: beginSession(pool, client, { sub, step: "ONE_TIME_PASSWORD", data: pending }),
    ChallengeParameters: { CODE_DELIVERY_DELIVERY_MEDIUM: medium, CODE_DELIVERY_DESTINATION: destination },
  };
}

/** @throws CognitoError CodeMismatchException, NotAuthorizedException, LimitExceededException */
export async function answerOneTimePassword(
  otp: OneTimePassword,
  pool: Pool,
  client: AppClientModel,
  responses: Record<string, string>,
  session: string | undefined,
  data: TriggerData,
): Promise<Output> {
  const { id, flow } = resume(pool, client, session, "ONE_TIME_PASSWORD");
  const { name, otp: sent } = JSON.parse(flow.data) as Pending;
  const code = parameter(responses, `${otp}_CODE`);
  if (sent !== otp) throw sessionOfAnother(`the session is for ${sent}`);
  if (flow.sub === "") requireName(pool, name, parameter(responses, "USERNAME"));
  const { user, confirmed } = checkSignInCode(pool, flow.sub || undefined, name, otp, code);
  if (!pool.flows.end(id)) throw sessionUsed();
  if (confirmed) await postConfirmation(pool, "ConfirmSignUp", user, client.id, data);
  return finish(pool, client, user, data, { passwordless: true });
}
