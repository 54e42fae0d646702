/**
 * The user migration trigger: somebody whom the pool does not know signs in, or has forgotten the password, and a function
 * says who that is (https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-migrate-user.html).
 */
import type { AppClientModel } from "../../model.ts";
import { checkAttributes, checkRequired } from "../accounts/attributes.ts";
import { newCredentials } from "../accounts/credentials.ts";
import { deliveryTo, invitationTexts, sendInvitation } from "../accounts/delivery.ts";
import { nameAndAttributes } from "../accounts/sign-up.ts";
import { callTrigger, clientMetadata, orNull, preSignUp, type TriggerData } from "../accounts/triggers.ts";
import { CognitoError, incorrectPassword } from "../errors.ts";
import { type Pool, reportUser } from "../pool.ts";
import { isVerified, type User } from "../state/users.ts";
import { tellTrigger } from "./invocation.ts";

export interface MigrationRequest {
  source: "Authentication" | "ForgotPassword";
  /** As the person typed it. */
  name: string;
  /** What the person typed; none for a forgotten password. */
  password?: string;
  data?: TriggerData | undefined;
}

/** What the function answers; `null` or absent is what it did not set. */
interface Migration {
  userAttributes?: Record<string, string> | null;
  finalUserStatus?: string | null;
  messageAction?: string | null;
  desiredDeliveryMediums?: string[] | null;
  forceAliasCreation?: boolean | null;
  enableSMSMFA?: boolean | null;
}

/** No password that a person has elsewhere is written into a message. */
const HIDDEN_PASSWORD = "********";

/**
 * Makes the user whom the function describes. The password policy does not hold for a password that is taken over.
 * @returns nothing when the function describes nobody
 * @throws CognitoError UserNotFoundException for an answer that no user can be made of, NotAuthorizedException for one with
 *   a `sub`, and as `callTrigger` does
 */
export async function migrateUser(
  pool: Pool,
  client: AppClientModel,
  { source, name, password, data }: MigrationRequest,
): Promise<User | undefined> {
  const triggerSource = `UserMigration_${source}`;
  const unusable = (reason: string) =>
    new CognitoError("UserNotFoundException", `Exception migrating user in app client ${client.id}`, reason);
  const response = (await callTrigger(pool, "userMigration", {
    ...{ source: triggerSource, userName: name, clientId: client.id },
    request: {
      ...(password !== undefined && { password }),
      validationData: orNull(data?.validationData),
      userAttributes: null,
      ...clientMetadata(data?.clientMetadata),
    },
    response: {
      userAttributes: null,
      forceAliasCreation: null,
      enableSMSMFA: null,
      finalUserStatus: null,
      messageAction: null,
      desiredDeliveryMediums: null,
    },
  }).catch((error: unknown) => {
    if (error instanceof CognitoError && error.type === "InvalidLambdaResponseException")
      throw unusable(error.reason ?? error.message);
    throw error;
  })) as Migration;
  const { username: named, ...given } = response.userAttributes ?? {};
  if (named === undefined && Object.keys(given).length === 0) return undefined;
  if (given.sub !== undefined) throw incorrectPassword("userAttributes has a sub; the pool gives every user its own");
  const mediums = response.desiredDeliveryMediums ?? ["SMS"];
  if (mediums.some((medium) => medium !== "SMS" && medium !== "EMAIL"))
    throw unusable(`response.desiredDeliveryMediums is ${JSON.stringify(mediums)}; it takes SMS and EMAIL.`);

  const account = acceptable(pool, named ?? name, given, unusable);
  const sub = pool.users.newSub();
  const userName = account.username ?? sub;
  const { attributes } = account;
  if (response.enableSMSMFA && !(pool.model.sms && attributes.phone_number))
    throw unusable("response.enableSMSMFA wants a phone_number, and text messages in the pool (smsConfiguration).");
  await preSignUp(pool, "AdminCreateUser", { userName, clientId: client.id, attributes, ...data });
  const secret = password ?? pool.platform.randomBytes(32).toString("base64url");
  const credentials = await newCredentials(pool, userName, secret);
  const user = pool.platform.store.transaction(() => {
    freeAliases(pool, attributes, response.forceAliasCreation === true, unusable);
    const migrated = pool.users.insert({
      sub,
      username: userName,
      status: response.finalUserStatus === "CONFIRMED" ? "CONFIRMED" : "RESET_REQUIRED",
      attributes,
      smsMfa: response.enableSMSMFA === true,
      ...credentials,
    });
    reportUser(pool, { username: name }, "migrated");
    return migrated;
  });
  if (response.messageAction !== "SUPPRESS") await welcome(pool, user, name, mediums, triggerSource, data);
  return user;
}

/** The name and the attributes as the pool can keep them. */
function acceptable(
  pool: Pool,
  name: string,
  given: Record<string, string>,
  unusable: (reason: string) => CognitoError,
): { username: string | undefined; attributes: Record<string, string> } {
  try {
    const { username, attributes } = nameAndAttributes(pool, name, given);
    checkAttributes(pool.model, attributes, "create", true);
    checkRequired(pool.model, attributes);
    const flags: Record<string, string> = {};
    for (const address of ["email", "phone_number"]) if (attributes[address]) flags[`${address}_verified`] = "false";
    return { username, attributes: { ...flags, ...attributes } };
  } catch (error) {
    throw error instanceof CognitoError ? unusable(`response.userAttributes: ${error.message.trim()}`) : error;
  }
}

/** An address that signs somebody else in moves to the new user only where the function says so. */
function freeAliases(
  pool: Pool,
  attributes: Record<string, string>,
  force: boolean,
  unusable: (reason: string) => CognitoError,
): void {
  for (const alias of pool.model.aliasAttributes) {
    const value = attributes[alias];
    if (!value || (alias !== "preferred_username" && !isVerified(attributes, alias))) continue;
    const holder = pool.users.find(value);
    if (!holder) continue;
    if (!force || alias === "preferred_username")
      throw unusable(
        `The ${alias} of response.userAttributes signs somebody else in; forceAliasCreation would move it.`,
      );
    pool.users.releaseAlias(holder, alias);
  }
}

async function welcome(
  pool: Pool,
  user: User,
  name: string,
  mediums: string[],
  triggerSource: string,
  data: TriggerData | undefined,
): Promise<void> {
  const media = (["EMAIL", "SMS"] as const).filter((medium) => mediums.includes(medium));
  const addresses = media.map((medium) => deliveryTo(medium === "EMAIL" ? "email" : "phone_number", user.attributes));
  if (addresses.every((address) => address === undefined)) {
    tellTrigger(pool, pool.model.triggers.userMigration!.functionArn, triggerSource, {
      outcome: "answered",
      reason: `The welcome message goes by ${media.join(" and ")}, for which the user has no address: see desiredDeliveryMediums and messageAction.`,
    });
    return;
  }
  sendInvitation(pool, user, name, HIDDEN_PASSWORD, media, await invitationTexts(pool, user, data));
}
