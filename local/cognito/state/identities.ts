/**
 * The external identities of a user as Cognito keeps them: the attribute `identities`, a JSON text that is read with the
 * other attributes, told to triggers and made a claim of the ID token.
 */

interface WithAttributes {
  attributes: Record<string, string>;
}

export interface Identity {
  /** The person's name at the provider, in its own letters. */
  userId: string;
  providerName: string;
  providerType: string;
  issuer: string | null;
  /** Whether the user was made by a sign-in with it; otherwise it was linked to a user. */
  primary: boolean;
  /** Milliseconds */
  dateCreated: number;
}

export const identitiesOf = ({ attributes }: WithAttributes): Identity[] =>
  attributes.identities === undefined ? [] : (JSON.parse(attributes.identities) as Identity[]);

/** @returns the attributes with these identities and no others */
export function withIdentities(attributes: Record<string, string>, identities: Identity[]): Record<string, string> {
  const { identities: _before, ...others } = attributes;
  return identities.length === 0 ? others : { ...others, identities: JSON.stringify(identities) };
}

/** Whether a sign-in at a provider made the user: then only its username names it, and its addresses name nobody. */
export const isExternal = (user: WithAttributes): boolean => identitiesOf(user).some(({ primary }) => primary);
