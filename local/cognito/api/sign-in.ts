/**
 * InitiateAuth and AdminInitiateAuth: how a sign-in through the API begins
 * (Amazon Cognito user pools API reference; developer guide, "Authentication flows").
 */
import type { AppClientModel } from "../../model.ts";
import { checkPassword, refuseExternal, refuseUnusable } from "../accounts/authentication.ts";
import { refuseUnratedSignIn, type TriggerData } from "../accounts/triggers.ts";
import { invalidParameter } from "../errors.ts";
import type { Pool } from "../pool.ts";
import { asAdministrator, asClient, type ClientCaller, checkSecretHash, type Pools } from "./callers.ts";
import { advance, customStep, watched } from "./challenges.ts";
import { type Input, optionalString, string, stringMap } from "./input.ts";
import type { Output } from "./output.ts";
import { refresh } from "./refresh-tokens.ts";
import { parameter } from "./sessions.ts";
import { startSrp } from "./srp-challenge.ts";

const CLIENT_FLOWS = ["USER_PASSWORD_AUTH", "USER_SRP_AUTH", "USER_AUTH", "REFRESH_TOKEN_AUTH", "CUSTOM_AUTH"];

export const initiateAuth = (pools: Pools, input: Input): Promise<Output> =>
  initiate(asClient(pools, input), input, CLIENT_FLOWS);

export const adminInitiateAuth = (pools: Pools, input: Input): Promise<Output> =>
  initiate(asAdministrator(pools, input), input, ["ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH", ...CLIENT_FLOWS]);

async function initiate({ pool, client }: ClientCaller, input: Input, served: string[]): Promise<Output> {
  const given = string(input, "AuthFlow");
  const flow = given === "REFRESH_TOKEN" ? "REFRESH_TOKEN_AUTH" : given;
  if (!served.includes(flow)) throw invalidParameter("Initiate Auth method not supported.");
  const setting = flow === "ADMIN_NO_SRP_AUTH" ? "ADMIN_USER_PASSWORD_AUTH" : flow;
  if (!client.explicitAuthFlows.includes(`ALLOW_${setting}`)) throw invalidParameter(notEnabled(flow));
  const parameters = stringMap(input, "AuthParameters");

  // What InitiateAuth is given reaches the functions that decide about the sign-in, and none after it.
  const data = { validationData: stringMap(input, "ClientMetadata") };
  if (flow === "REFRESH_TOKEN_AUTH") return refresh(pool, client, parameter(parameters, "REFRESH_TOKEN"), parameters);
  const username = parameter(parameters, "USERNAME");
  checkSecretHash(client, [username], parameters.SECRET_HASH);
  if (flow === "USER_AUTH")
    return startUserAuth(pool, client, username, parameters, data, optionalString(input, "Session"));
  if (flow === "USER_SRP_AUTH") return startSrp(pool, client, username, parameter(parameters, "SRP_A"), data);
  if (flow === "CUSTOM_AUTH") return startCustom(pool, client, username, parameters);
  const password = parameter(parameters, "PASSWORD");
  return watched(pool, client, username, async () =>
    advance(pool, client, await checkPassword(pool, client, username, password, data), parameters.DEVICE_KEY),
  );
}

/** Each flow has words of its own; those of USER_AUTH, CUSTOM_AUTH and refresh tokens are not recorded. */
function notEnabled(flow: string): string {
  if (flow.startsWith("ADMIN_")) return "Auth flow not enabled for this client";
  return flow === "USER_SRP_AUTH" || flow === "USER_AUTH"
    ? `${flow} is not enabled for the client.`
    : `${flow} flow not enabled for this client`;
}

/** What a choice is made of is loaded only now. */
async function startUserAuth(
  pool: Pool,
  client: AppClientModel,
  name: string,
  parameters: Record<string, string>,
  asked: TriggerData,
  session: string | undefined,
): Promise<Output> {
  const { startChoice } = await import("./choice.ts");
  const user = pool.users.find(name);
  return watched(pool, client, name, () => startChoice({ pool, client, name, user, parameters, asked, session }));
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
