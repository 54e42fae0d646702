/**
 * The moments at which a pool calls its Lambda triggers. Without the trigger nothing is called, nor is what calls it loaded.
 * Threat protection rates no sign-in here, so where it would block or challenge one, the sign-in is refused.
 */
import type { AppClientModel, TriggerName } from "../../model.ts";
import { CognitoError } from "../errors.ts";
import type { Pool } from "../pool.ts";
import type { User } from "../state/users.ts";

/** @throws CognitoError InvalidUserPoolConfigurationException */
export function refuseUnratedSignIn(pool: Pool, client: AppClientModel): void {
  if (pool.model.riskActions.some(({ clientId }) => clientId === undefined || clientId === client.id))
    throw new CognitoError(
      "InvalidUserPoolConfigurationException",
      "The risk configuration of this user pool blocks or challenges risky sign-ins, and the local cloud rates none. Leave its actions out of a local stack.",
    );
}

export interface TriggerCall {
  /** e.g. `PreSignUp_SignUp` */
  source: string;
  userName: string;
  /** `null` where AWS names none. */
  clientId: string | null;
  request: Record<string, unknown>;
  /** What the function may set, with the values that change nothing. */
  response: Record<string, unknown>;
  version?: string;
}

/**
 * @returns what the function set; `undefined` in a pool without the trigger
 * @throws CognitoError UserLambdaValidationException, InvalidLambdaResponseException, UnexpectedLambdaException
 */
export async function callTrigger(
  pool: Pool,
  name: TriggerName,
  { source, userName, clientId, request, response, version = "1" }: TriggerCall,
): Promise<Record<string, unknown> | undefined> {
  const trigger = pool.model.triggers[name];
  if (!trigger) return undefined;
  const { invokeTrigger } = await import("../triggers/invocation.ts");
  return invokeTrigger(pool, trigger, {
    version,
    region: pool.model.id.split("_")[0]!,
    userPoolId: pool.model.id,
    userName,
    callerContext: { awsSdkVersion: "aws-sdk-unknown-unknown", clientId },
    triggerSource: source,
    request,
    response,
  });
}

/** As every trigger after sign-up sees a user. */
export const triggerAttributes = (user: User): Record<string, string> => ({
  sub: user.sub,
  "cognito:user_status": user.status,
  ...user.attributes,
});

/** What the caller of an operation passes on to functions (`ClientMetadata`); the key is absent without it. */
export const clientMetadata = (
  data: Record<string, string> | undefined,
): { clientMetadata?: Record<string, string> } =>
  data && Object.keys(data).length > 0 ? { clientMetadata: data } : {};

/** What an API caller hands to the triggers of one operation. */
export interface TriggerData {
  validationData?: Record<string, string> | undefined;
  clientMetadata?: Record<string, string> | undefined;
}

/** An event has the key with `null` where the caller passed nothing. */
export const orNull = (data: Record<string, string> | undefined) =>
  data && Object.keys(data).length > 0 ? data : null;

export interface SignUpDecision {
  confirmed: boolean;
  verified: ("email" | "phone_number")[];
}

/**
 * Asks whether somebody may have an account, before anything is stored.
 * @returns what the function decided for a person who signs up; an administrator's user is not touched by it
 */
export async function preSignUp(
  pool: Pool,
  source: "SignUp" | "AdminCreateUser",
  account: { userName: string; clientId: string; attributes: Record<string, string> } & TriggerData,
): Promise<SignUpDecision> {
  const { userName, clientId, attributes } = account;
  const response = await callTrigger(pool, "preSignUp", {
    ...{ source: `PreSignUp_${source}`, userName, clientId },
    request: {
      userAttributes: attributes,
      validationData: orNull(account.validationData),
      ...clientMetadata(account.clientMetadata),
    },
    response: { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false },
  });
  const verified: SignUpDecision["verified"] = [];
  if (response?.autoVerifyEmail) verified.push("email");
  if (response?.autoVerifyPhone) verified.push("phone_number");
  return { confirmed: response?.autoConfirmUser === true, verified };
}

/** The account or the new password stands whatever the function says; the caller is told. */
export async function postConfirmation(
  pool: Pool,
  source: "ConfirmSignUp" | "ConfirmForgotPassword",
  user: User,
  clientId: string | null,
  data?: TriggerData,
): Promise<void> {
  await callTrigger(pool, "postConfirmation", {
    ...{ source: `PostConfirmation_${source}`, userName: user.username, clientId },
    request: { userAttributes: triggerAttributes(user), ...clientMetadata(data?.clientMetadata) },
    response: {},
  });
}

/**
 * Before a password is looked at. A name that nobody has is asked about too where the client hides that.
 * @param user `undefined` for nobody
 */
export async function preAuthentication(
  pool: Pool,
  client: AppClientModel,
  name: string,
  user: User | undefined,
  data?: TriggerData,
): Promise<void> {
  if (!user && !client.hideUserExistence) return;
  await callTrigger(pool, "preAuthentication", {
    ...{ source: "PreAuthentication_Authentication", userName: user?.username ?? name, clientId: client.id },
    request: {
      userAttributes: user ? triggerAttributes(user) : {},
      validationData: orNull(data?.validationData),
      ...(client.hideUserExistence && { userNotFound: !user }),
    },
    response: {},
  });
}

/** At the end of a sign-in, before the client gets anything. */
export async function postAuthentication(
  pool: Pool,
  client: AppClientModel,
  user: User,
  data?: TriggerData,
  newDeviceUsed = false,
): Promise<void> {
  await callTrigger(pool, "postAuthentication", {
    ...{ source: "PostAuthentication_Authentication", userName: user.username, clientId: client.id },
    request: {
      userAttributes: triggerAttributes(user),
      newDeviceUsed,
      ...clientMetadata(data?.clientMetadata),
    },
    response: {},
  });
}
