/**
 * A user as somebody wants it to be, made or changed in one step and ready to sign in: what `demo-auth token --as`, the
 * console page and the test kit ask for. Nothing is mailed, and an address that is given counts as proved.
 */
import { CognitoError, invalidParameter } from "../errors.ts";
import { type Pool, reportUser } from "../pool.ts";
import type { User } from "../state/users.ts";
import { requireUser, setUserPassword } from "./admin.ts";
import { storeAttributes } from "./attribute-changes.ts";
import { checkAttributes } from "./attributes.ts";
import { checkPolicy } from "./passwords.ts";
import { nameAndAttributes } from "./sign-up.ts";

export interface WantedUser {
  /** As a person signs in; without it the `email` or `phone_number` attribute, as the pool has it. */
  username?: string | undefined;
  /** Those that are not named stay as they are. */
  attributes?: Record<string, string> | undefined;
  /** Groups that the user is put in; the pool must have them. */
  groups?: string[] | undefined;
  /** Somebody of an external provider, which is not asked. */
  identity?: { provider: string; subject: string } | undefined;
  /** A password to sign in with. A user who is made without one can sign in with codes and passkeys alone. */
  password?: string | undefined;
}

/**
 * Makes the user unless the pool has it, confirmed and enabled; an existing one is given the attributes, groups and
 * password that are named.
 * @throws CognitoError in Cognito's words, or naming the groups that the pool has
 */
export async function putUser(pool: Pool, wanted: WantedUser): Promise<User> {
  const groups = wanted.groups ?? [];
  for (const group of groups) requireGroup(pool, group);
  const attributes = withProvedAddresses(wanted.attributes ?? {});
  const { identity } = wanted;
  if (identity) {
    if (wanted.username !== undefined || wanted.password !== undefined)
      throw invalidParameter("Somebody of an external provider has no username and no password of their own.");
    const { putExternal } = await import("../federation/external-user.ts");
    const isNew = !pool.users.byIdentity(identity.provider, identity.subject);
    const user = putExternal(pool, identity, attributes, groups);
    if (isNew) reportUser(pool, user, "made without a sign-up");
    return user;
  }
  const name = wanted.username ?? defaultName(pool, attributes);
  if (wanted.password !== undefined) checkPolicy(pool.model.passwordPolicy, wanted.password);
  const isNew = !pool.users.find(name);
  const { sub } = pool.platform.store.transaction(() => {
    const existing = pool.users.find(name);
    const user = existing ? storeAttributes(pool, existing, attributes, true).user : insert(pool, name, attributes);
    for (const group of groups) pool.groups.join(group, user.sub);
    const { status } = user;
    const isReady = status === "CONFIRMED" || status === "EXTERNAL_PROVIDER";
    if (isReady && user.enabled) return user;
    return pool.users.update(user.sub, {
      status: isReady ? status : "CONFIRMED",
      enabled: true,
      temporaryPasswordExpiresAt: null,
    });
  });
  if (wanted.password !== undefined) await setUserPassword(pool, name, wanted.password, true);
  const user = pool.users.bySub(sub) ?? requireUser(pool, name);
  if (isNew) reportUser(pool, user, "made without a sign-up");
  return user;
}

function insert(pool: Pool, name: string, given: Record<string, string>): User {
  const { username, attributes } = nameAndAttributes(pool, name, given);
  const complete = withProvedAddresses(attributes);
  checkAttributes(pool.model, complete, "create", true);
  const sub = pool.users.newSub();
  return pool.users.insert({ sub, username: username ?? sub, status: "CONFIRMED", attributes: complete });
}

/** A pool whose users sign in with an address takes that; others a name of its own, which is no address there. */
function defaultName({ model }: Pool, { email, phone_number }: Record<string, string>): string {
  const { usernameAttributes, aliasAttributes } = model;
  if (email !== undefined && usernameAttributes.includes("email")) return email;
  if (phone_number !== undefined && usernameAttributes.includes("phone_number")) return phone_number;
  if (usernameAttributes.length === 0 && email !== undefined)
    return aliasAttributes.includes("email") ? email.slice(0, email.indexOf("@")) : email;
  const wanted = usernameAttributes.length === 0 ? "a username or an email" : usernameAttributes.join(" or ");
  throw invalidParameter(`A user of the pool ${model.name} needs ${wanted}.`);
}

function withProvedAddresses(attributes: Record<string, string>): Record<string, string> {
  const flags = ["email", "phone_number"]
    .filter((name) => attributes[name])
    .map((name): [string, string] => [`${name}_verified`, "true"]);
  return { ...Object.fromEntries(flags), ...attributes };
}

function requireGroup(pool: Pool, group: string): void {
  if (pool.groups.has(group)) return;
  const names = pool.groups.list("", 20).map(({ name }) => name);
  const known = names.length > 0 ? `It has ${names.join(", ")}.` : "It has none.";
  throw new CognitoError(
    "ResourceNotFoundException",
    `The pool ${pool.model.name} has no group ${JSON.stringify(group)}. ${known} Declare it in the program.`,
  );
}
