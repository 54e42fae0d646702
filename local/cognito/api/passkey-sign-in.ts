/**
 * WEB_AUTHN as the first factor: a passkey signs in, without a password
 * (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_InitiateAuth.html).
 */
import type { AppClientModel } from "../../model.ts";
import type { ChoiceSignIn } from "../accounts/first-factors.ts";
import { readAuthenticationResponse } from "../accounts/passkey-responses.ts";
import { passkeyRequest, provePasskey } from "../accounts/passkeys.ts";
import { preAuthentication, type TriggerData } from "../accounts/triggers.ts";
import { incorrectPassword, invalidParameter } from "../errors.ts";
import type { Pool } from "../pool.ts";
import { finish } from "./challenges.ts";
import type { Output } from "./output.ts";
import { beginSession, parameter, resume, sessionSeconds, sessionUsed } from "./sessions.ts";

/** Asks for a signature by one of the user's passkeys. */
export async function beginPasskey({ pool, client, name, user, asked }: ChoiceSignIn): Promise<Output> {
  if (!user) throw incorrectPassword("nobody has this name");
  await preAuthentication(pool, client, name, user, asked);
  const request = passkeyRequest(pool, user, sessionSeconds(client));
  return {
    ChallengeName: "WEB_AUTHN",
    Session: beginSession(pool, client, { sub: user.sub, step: "WEB_AUTHN", data: request.challenge }),
    ChallengeParameters: { CREDENTIAL_REQUEST_OPTIONS: JSON.stringify(request) },
  };
}

/** One answer for each challenge, right or wrong. @throws CognitoError NotAuthorizedException, InvalidParameterException */
export async function answerPasskey(
  pool: Pool,
  client: AppClientModel,
  responses: Record<string, string>,
  session: string | undefined,
  data: TriggerData,
): Promise<Output> {
  const { id, flow } = resume(pool, client, session, "WEB_AUTHN");
  const response = readAuthenticationResponse(parse(parameter(responses, "CREDENTIAL")));
  const user = pool.users.bySub(flow.sub);
  if (!pool.flows.end(id) || !user) throw sessionUsed();
  await provePasskey(pool, user, flow.data, response);
  return finish(pool, client, pool.users.bySub(flow.sub) ?? user, data, { passwordless: true });
}

function parse(credential: string): unknown {
  try {
    return JSON.parse(credential);
  } catch {
    throw invalidParameter("CREDENTIAL is not JSON.");
  }
}
