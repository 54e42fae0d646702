/**
 * The user that somebody who was signed in by an external provider is in this pool: made at the first time, brought up to
 * date at each other, with the triggers of both
 * (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html).
 */
import type { AppClientModel } from "../../model.ts";
import { checkAttributes, checkWritable, requiredAttributes } from "../accounts/attributes.ts";
import { callTrigger, postConfirmation, refuseUnratedSignIn, triggerAttributes } from "../accounts/triggers.ts";
import { CognitoError, invalidParameter } from "../errors.ts";
import { type Pool, reportUser } from "../pool.ts";
import type { User } from "../state/users.ts";
import { externalUsername, insertExternal } from "./external-user.ts";
import type { Profile } from "./profile.ts";
import type { ServedProvider } from "./providers.ts";

/**
 * @returns the user, and whether this is the first time
 * @throws CognitoError for a disabled user, attributes that the pool does not take, and as the triggers do
 */
export function signInExternal(
  pool: Pool,
  client: AppClientModel,
  provider: ServedProvider,
  profile: Profile,
): Promise<{ user: User; isFirst: boolean }> {
  refuseUnratedSignIn(pool, client);
  // Two first sign-ins at once make one user.
  return pool.inTurn(`${provider.name}\n${profile.subject}`, async () => {
    const known = pool.users.byIdentity(provider.name, profile.subject);
    if (!known) return { user: await firstSignIn(pool, client, provider, profile), isFirst: true };
    if (!known.enabled) throw new CognitoError("NotAuthorizedException", "User is disabled.");
    await callTrigger(pool, "preAuthentication", {
      ...{ source: "PreAuthentication_Authentication", userName: known.username, clientId: client.id },
      request: {
        userAttributes: triggerAttributes(known),
        validationData: {},
        ...(client.hideUserExistence && { userNotFound: false }),
      },
      response: {},
    });
    return { user: update(pool, client, known.sub, profile), isFirst: false };
  });
}

async function firstSignIn(
  pool: Pool,
  client: AppClientModel,
  provider: ServedProvider,
  { subject, attributes }: Profile,
): Promise<User> {
  const username = externalUsername(pool, provider.name, subject);
  checkMapped(pool, client, attributes);
  const missing = requiredAttributes(pool.model).filter((attribute) => !attributes[attribute]);
  if (missing.length > 0) throw invalidParameter(`attributes required: [${missing.join(", ")}]`);
  const verified = await mayJoin(pool, client, username, attributes);
  // The function may have linked the person to a user that the pool has.
  const linked = pool.users.byIdentity(provider.name, subject);
  if (linked) {
    if (!linked.enabled) throw new CognitoError("NotAuthorizedException", "User is disabled.");
    return update(pool, client, linked.sub, { subject, attributes });
  }
  const user = insertExternal(pool, provider, { subject, attributes: { ...attributes, ...verified } });
  reportUser(pool, user, `came from ${provider.name}`);
  await postConfirmation(pool, "ConfirmSignUp", user, client.id);
  return user;
}

/**
 * Asks the pre sign-up function. Whatever it says of confirming, the user is one of the provider's.
 * @returns the marks of the addresses that it takes as verified
 */
async function mayJoin(
  pool: Pool,
  client: AppClientModel,
  userName: string,
  attributes: Record<string, string>,
): Promise<Record<string, string>> {
  const response = await callTrigger(pool, "preSignUp", {
    ...{ source: "PreSignUp_ExternalProvider", userName, clientId: client.id },
    request: {
      userAttributes: { "cognito:email_alias": "", "cognito:phone_number_alias": "", ...attributes },
      validationData: {},
    },
    response: { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false },
  });
  return {
    ...(response?.autoVerifyEmail === true && attributes.email && { email_verified: "true" }),
    ...(response?.autoVerifyPhone === true && attributes.phone_number && { phone_number_verified: "true" }),
  };
}

/** The provider's word replaces what the user had; what it does not send stays. */
function update(pool: Pool, client: AppClientModel, sub: string, { attributes }: Profile): User {
  checkMapped(pool, client, attributes);
  const fixed = pool.model.schema.find(({ name, mutable }) => !mutable && attributes[name] !== undefined);
  if (fixed) throw invalidParameter(`user.${fixed.name}: Attribute cannot be updated.\n `);
  const user = pool.users.bySub(sub);
  if (!user) throw new CognitoError("UserNotFoundException", "User does not exist.");
  return pool.users.update(sub, { attributes: { ...user.attributes, ...attributes } });
}

const VERIFICATION = ["email_verified", "phone_number_verified"];

function checkMapped(pool: Pool, client: AppClientModel, attributes: Record<string, string>): void {
  checkAttributes(pool.model, attributes, "create", true);
  checkWritable(
    client,
    Object.keys(attributes).filter((name) => !VERIFICATION.includes(name)),
  );
}
