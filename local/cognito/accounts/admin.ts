/**
 * What an administrator does to users: the functions behind the Admin* operations of the JSON API and behind the
 * console page.
 */
import type { UserPoolModel } from "../../model.ts";
import { CognitoError, userDoesNotExist } from "../errors.ts";
import { type Pool, reportUser } from "../pool.ts";
import type { User } from "../state/users.ts";
import { checkAttributes, checkRequired } from "./attributes.ts";
import { newCredentials, setPassword } from "./credentials.ts";
import { type CodeDelivery, invitationTexts, sendInvitation } from "./delivery.ts";
import { allowsNoPassword, refuseUnreachable } from "./first-factors.ts";
import { checkPolicy } from "./passwords.ts";
import { nameAndAttributes } from "./sign-up.ts";
import { postConfirmation, preSignUp, type TriggerData } from "./triggers.ts";

export interface NewUserInput extends TriggerData {
  /** As a person signs in: in a pool with e-mail sign-in, the address. */
  username: string;
  attributes: Record<string, string>;
  /** Made up and mailed when absent, unless the pool has accounts without a password. */
  temporaryPassword?: string | undefined;
  /** Whether no invitation is sent. */
  suppressMessage?: boolean;
  /** How the invitation goes; by e-mail when the user has an address, else as a text message. */
  media?: CodeDelivery["medium"][] | undefined;
}

/**
 * By any name that the user signs in with, and in every kind of pool by `sub`.
 * @throws CognitoError UserNotFoundException
 */
export function requireUser(pool: Pool, username: string): User {
  const user = pool.users.find(username) ?? pool.users.bySub(username);
  if (!user) throw userDoesNotExist();
  return user;
}

/** A user who must choose a password at the first sign-in, or who has none and signs in with codes. */
export async function createUser(pool: Pool, input: NewUserInput): Promise<User> {
  const { model, users } = pool;
  const { username, attributes } = nameAndAttributes(pool, input.username, input.attributes);
  checkAttributes(model, attributes, "create", true);
  if (username !== undefined && users.find(username))
    throw new CognitoError("UsernameExistsException", "User account already exists");
  const password = input.temporaryPassword ?? (allowsNoPassword(pool) ? undefined : generatePassword(pool));
  if (password === undefined) checkAccountWithoutPassword(pool, attributes);
  else checkPolicy(model.passwordPolicy, password, "Password did not conform with password policy");
  const sub = users.newSub();
  const userName = username ?? sub;
  await preSignUp(pool, "AdminCreateUser", { ...input, userName, clientId: "CLIENT_ID_NOT_APPLICABLE", attributes });
  const temporary = password === undefined ? withoutPassword : await temporaryCredentials(pool, userName, password);
  const user = pool.platform.store.transaction(() => {
    const made = users.insert({
      ...{ sub, username: userName, attributes: withVerificationFlags(attributes) },
      ...temporary,
    });
    reportUser(pool, made, "created by an administrator");
    return made;
  });
  if (!input.suppressMessage)
    sendInvitation(
      pool,
      user,
      input.username,
      password,
      mediaOf(user, input.media),
      await invitationTexts(pool, user, input, password !== undefined),
    );
  return user;
}

const withoutPassword = { status: "CONFIRMED" } as const;

const temporaryCredentials = async (pool: Pool, username: string, password: string) => ({
  status: "FORCE_CHANGE_PASSWORD" as const,
  temporaryPasswordExpiresAt: temporaryPasswordExpiry(pool),
  ...(await newCredentials(pool, username, password)),
});

/** Nobody asks such a user for what is missing: there is no first sign-in with a temporary password. */
function checkAccountWithoutPassword(pool: Pool, attributes: Record<string, string>): void {
  checkRequired(pool.model, attributes);
  refuseUnreachable(pool, attributes);
}

/** A new temporary password for somebody who has not signed in yet, and the message that carries it. */
export async function inviteAgain(
  pool: Pool,
  user: User,
  name: string,
  media?: CodeDelivery["medium"][],
  data?: TriggerData,
): Promise<User> {
  // Before the password before stops working.
  const texts = await invitationTexts(pool, user, data);
  const password = generatePassword(pool);
  const changed = await setPassword(pool, user, password, {
    temporaryPasswordExpiresAt: temporaryPasswordExpiry(pool),
  });
  sendInvitation(pool, changed, name, password, mediaOf(changed, media), texts);
  return changed;
}

const mediaOf = ({ attributes }: User, given: CodeDelivery["medium"][] | undefined): CodeDelivery["medium"][] =>
  given ?? [attributes.email ? "EMAIL" : "SMS"];

/** @throws CognitoError NotAuthorizedException unless the user is unconfirmed */
export async function confirmUser(pool: Pool, username: string, data?: TriggerData): Promise<void> {
  const user = requireUser(pool, username);
  if (user.status !== "UNCONFIRMED")
    throw new CognitoError("NotAuthorizedException", `User cannot be confirmed. Current status is ${user.status}`);
  const confirmed = pool.users.update(user.sub, { status: "CONFIRMED" });
  pool.codes.drop(user.sub, "sign-up");
  reportUser(pool, user, "confirmed by an administrator");
  await postConfirmation(pool, "ConfirmSignUp", confirmed, null, data);
}

/** A disabled user's sessions and grants end at once. */
export function setEnabled(pool: Pool, username: string, enabled: boolean): void {
  const user = requireUser(pool, username);
  pool.platform.store.transaction(() => {
    pool.users.update(user.sub, { enabled });
    if (!enabled) signOutEverywhere(pool, user);
  });
  reportUser(pool, user, enabled ? "enabled" : "disabled");
}

export function deleteUser(pool: Pool, username: string): void {
  const user = requireUser(pool, username);
  pool.users.delete(user.sub);
  reportUser(pool, user, "deleted");
}

/** @param permanent whether the user keeps it; otherwise the first sign-in must change it */
export async function setUserPassword(
  pool: Pool,
  username: string,
  password: string,
  permanent: boolean,
): Promise<void> {
  checkPolicy(pool.model.passwordPolicy, password);
  const { sub } = requireUser(pool, username);
  await pool.inTurn(sub, async () => {
    const user = pool.users.bySub(sub);
    if (!user) throw userDoesNotExist();
    await setPassword(pool, user, password, {
      status: permanent ? "CONFIRMED" : "FORCE_CHANGE_PASSWORD",
      temporaryPasswordExpiresAt: permanent ? null : temporaryPasswordExpiry(pool),
    });
    reportUser(pool, user, "was given a password by an administrator");
  });
}

/** Every token and every hosted-UI session of the user ends. */
export function signOutEverywhere(pool: Pool, user: User): void {
  pool.platform.store.transaction(() => {
    pool.grants.revokeAll(user.sub);
    pool.sessions.deleteAll(user.sub);
    pool.users.update(user.sub, { tokensValidFrom: pool.platform.now() });
  });
}

/** A user that the program declares and that the pool's own rules do not allow; AWS would refuse it as well. */
export class DeclaredUserError extends Error {
  readonly code = "declared_user_refused";
  readonly next = "Change the user in the program.";

  constructor(pool: Pool, username: string, cause: CognitoError) {
    super(`The user ${JSON.stringify(username)} of user pool ${pool.model.name} is refused: ${cause.message}`, {
      cause,
    });
    this.name = "DeclaredUserError";
  }
}

/**
 * Puts the users that the program declares into a pool that does not have them yet, and their groups in any case.
 * @throws DeclaredUserError
 */
export async function putDeclaredUsers(pool: Pool): Promise<void> {
  for (const declared of pool.model.users) {
    try {
      const existing = pool.users.find(declared.username);
      const user = existing ?? (await insertDeclared(pool, declared));
      if (existing && existing.enabled !== declared.enabled) pool.users.update(user.sub, { enabled: declared.enabled });
      for (const group of declared.groups) pool.groups.join(group, user.sub);
    } catch (error) {
      throw error instanceof CognitoError ? new DeclaredUserError(pool, declared.username, error) : error;
    }
  }
}

async function insertDeclared(pool: Pool, declared: UserPoolModel["users"][number]): Promise<User> {
  const { username, attributes } = nameAndAttributes(pool, declared.username, declared.attributes);
  checkAttributes(pool.model, attributes, "create", true);
  const sub = declared.sub ?? pool.users.newSub();
  const given = declared.password ?? declared.temporaryPassword;
  const password = given ?? (allowsNoPassword(pool) ? undefined : generatePassword(pool));
  if (password === undefined) checkAccountWithoutPassword(pool, attributes);
  else checkPolicy(pool.model.passwordPolicy, password);
  const credentials = password === undefined ? {} : await newCredentials(pool, username ?? sub, password);
  const permanent = declared.password !== undefined || password === undefined;
  const user = pool.users.insert({
    sub,
    username: username ?? sub,
    status: permanent ? "CONFIRMED" : "FORCE_CHANGE_PASSWORD",
    enabled: declared.enabled,
    attributes: withVerificationFlags(attributes),
    temporaryPasswordExpiresAt: permanent ? null : temporaryPasswordExpiry(pool),
    ...credentials,
  });
  const { invitation = "SUPPRESS" } = declared;
  if (declared.password === undefined && invitation !== "SUPPRESS")
    sendInvitation(pool, user, declared.username, password, invitation);
  return user;
}

const temporaryPasswordExpiry = (pool: Pool): number =>
  pool.platform.now() + pool.model.passwordPolicy.temporaryPasswordValidityDays * 86_400_000;

function withVerificationFlags(attributes: Record<string, string>): Record<string, string> {
  const flags: Record<string, string> = {};
  for (const name of ["email", "phone_number"]) if (attributes[name]) flags[`${name}_verified`] = "false";
  return { ...flags, ...attributes };
}

/** A password that meets every policy Cognito allows, and that a person can type. */
function generatePassword(pool: Pool): string {
  const length = Math.max(pool.model.passwordPolicy.minimumLength, 12);
  return `Aa1!${pool.platform.randomBytes(length).toString("base64url")}`.slice(0, length);
}
