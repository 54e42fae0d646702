/** The user that a provider's person becomes: `<provider>_<subject>`, in the provider's group, with the identity as its origin. */
import { checkAttributes } from "../accounts/attributes.ts";
import { CognitoError, invalidParameter } from "../errors.ts";
import type { Pool } from "../pool.ts";
import { providerGroup } from "../state/groups.ts";
import { type Identity, withIdentities } from "../state/identities.ts";
import type { User } from "../state/users.ts";
import type { Profile } from "./profile.ts";

/** What usernames may consist of. */
const USERNAME = /^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$/u;

/** @throws CognitoError InvalidParameterException for a subject that cannot stand in a username */
export function externalUsername({ model }: Pool, provider: string, subject: string): string {
  const name = `${provider}_${subject}`;
  const username = model.usernameCaseSensitive ? name : name.toLowerCase();
  if (!USERNAME.test(username))
    throw invalidParameter(
      "1 validation error detected: Value at 'username' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+",
    );
  return username;
}

/** @throws CognitoError UsernameExistsException where the pool has that username */
export function insertExternal(
  pool: Pool,
  provider: { name: string; type: string },
  { subject, attributes }: Profile,
): User {
  const username = externalUsername(pool, provider.name, subject);
  if (pool.users.find(username))
    throw new CognitoError("UsernameExistsException", `Already found an entry for username ${username}`);
  const identity: Identity = {
    ...{ userId: subject, providerName: provider.name, providerType: provider.type, issuer: null },
    ...{ primary: true, dateCreated: pool.platform.now() },
  };
  return pool.platform.store.transaction(() => {
    const user = pool.users.insert({
      sub: pool.users.newSub(),
      username,
      status: "EXTERNAL_PROVIDER",
      attributes: withIdentities(attributes, [identity]),
    });
    pool.groups.join(providerGroup(pool.model, provider.name), user.sub);
    return user;
  });
}

/**
 * The same without a sign-in, for whoever holds this machine.
 * @throws CognitoError naming the providers that the pool has
 */
export function putExternal(
  pool: Pool,
  { provider: name, subject }: { provider: string; subject: string },
  attributes: Record<string, string>,
  groups: string[],
): User {
  const { identityProviders } = pool.model;
  const provider = identityProviders.find((each) => each.name === name);
  if (!provider)
    throw new CognitoError(
      "ResourceNotFoundException",
      `The pool ${pool.model.name} has no identity provider ${JSON.stringify(name)}. It has ${identityProviders.map((each) => each.name).join(", ") || "none"}.`,
    );
  return pool.platform.store.transaction(() => {
    const existing = pool.users.byIdentity(name, subject);
    checkAttributes(pool.model, attributes, "create", true);
    const user = existing
      ? pool.users.update(existing.sub, { enabled: true, attributes: { ...existing.attributes, ...attributes } })
      : insertExternal(pool, provider, { subject, attributes });
    for (const group of groups) pool.groups.join(group, user.sub);
    return user;
  });
}
