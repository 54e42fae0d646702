/**
 * Which user somebody at an external provider is, as an administrator says
 * (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-identity-federation-consolidate-users.html).
 */
import { requireUser, setEnabled } from "../accounts/admin.ts";
import { CognitoError, invalidParameter } from "../errors.ts";
import { type Pool, reportUser } from "../pool.ts";
import { type Identity, identitiesOf, isExternal, withIdentities } from "../state/identities.ts";
import type { User } from "../state/users.ts";

/** `ProviderUserIdentifierType` */
export interface ProviderUser {
  /** `Cognito` for the pool's own users. */
  provider: string;
  attribute: string | undefined;
  value: string;
}

const OWN_USERS = "Cognito";
const SUBJECT = "Cognito_Subject";
const MOST_LINKS = 5;

/**
 * Makes somebody at a provider, who has not signed in yet, the same as a user of the pool.
 * @throws CognitoError InvalidParameterException, AliasExistsException, LimitExceededException, UserNotFoundException
 */
export function linkProvider(pool: Pool, destination: ProviderUser, source: ProviderUser): void {
  const provider = pool.model.identityProviders.find(({ name }) => name === source.provider);
  if (!provider)
    throw new CognitoError("ResourceNotFoundException", `Identity provider ${source.provider} does not exist.`);
  if (source.attribute !== SUBJECT)
    throw invalidParameter(
      `The local cloud links by ${SUBJECT} only, not by ${source.attribute ?? "no ProviderAttributeName"}.`,
    );
  if (source.value === "") throw invalidParameter("ProviderAttributeValue of the SourceUser is empty.");
  pool.platform.store.transaction(() => {
    const user = userOf(pool, destination);
    const holder = pool.users.byIdentity(provider.name, source.value);
    if (holder && isExternal(holder))
      throw invalidParameter(
        "Merging is not currently supported, provide a SourceUser that has not been signed up in order to link",
      );
    if (holder?.sub === user.sub) throw invalidParameter("SourceUser is already linked to DestinationUser");
    const identities = identitiesOf(user);
    if (identities.filter(({ primary }) => !primary).length >= MOST_LINKS)
      throw new CognitoError("LimitExceededException", `A user can have ${MOST_LINKS} linked identities at most.`);
    const identity: Identity = {
      ...{ userId: source.value, providerName: provider.name, providerType: provider.type, issuer: null },
      ...{ primary: false, dateCreated: pool.platform.now() },
    };
    pool.users.update(user.sub, { attributes: withIdentities(user.attributes, [...identities, identity]) });
    reportUser(pool, user, `linked to somebody of ${provider.name}`);
  });
}

/**
 * Takes a link away, or keeps a user from signing in: one whom a provider made altogether, one of the pool's own with the
 * password.
 * @throws CognitoError InvalidParameterException, UserNotFoundException
 */
export function disableProvider(pool: Pool, { provider, attribute, value }: ProviderUser): void {
  if (provider === OWN_USERS) {
    const user = requireUser(pool, value);
    pool.users.update(user.sub, { passwordHash: null, srpSalt: null, srpVerifier: null });
    reportUser(pool, user, "kept from signing in with a password");
    return;
  }
  if (attribute !== SUBJECT) throw invalidParameter(`ProviderAttributeName must be ${SUBJECT}.`);
  const user = pool.users.byIdentity(provider, value);
  if (!user) throw new CognitoError("UserNotFoundException", "User does not exist.");
  const isThis = (identity: Identity) => identity.providerName === provider && identity.userId === value;
  const identities = identitiesOf(user);
  if (identities.find(isThis)!.primary) {
    setEnabled(pool, user.username, false);
    return;
  }
  const others = identities.filter((identity) => !isThis(identity));
  pool.users.update(user.sub, { attributes: withIdentities(user.attributes, others) });
  reportUser(pool, user, `no longer linked to somebody of ${provider}`);
}

function userOf(pool: Pool, { provider, value }: ProviderUser): User {
  if (provider === OWN_USERS) return requireUser(pool, value);
  const user = pool.users.byIdentity(provider, value) ?? requireUser(pool, value);
  if (!identitiesOf(user).some(({ providerName }) => providerName === provider))
    throw new CognitoError("UserNotFoundException", "User does not exist.");
  return user;
}
