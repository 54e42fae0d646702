/**
 * What a provider says of a person, as attributes of the pool's user
 * (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-specifying-attribute-mapping.html).
 */

import { ProviderFailure } from "./provider-failure.ts";
import type { ServedProvider } from "./providers.ts";

export interface Profile {
  /** The person's name at the provider. */
  subject: string;
  attributes: Record<string, string>;
}

const ADDRESSES = ["email", "phone_number"];

/** @throws ProviderFailure without a claim that names the person */
export function profileOf({ name, attributeMapping }: ServedProvider, claims: Record<string, unknown>): Profile {
  const { username: usernameClaim = "sub", ...mapping } = attributeMapping;
  const claim = (named: string) => (Object.hasOwn(claims, named) ? claimText(claims[named]) : undefined);
  const subject = claim(usernameClaim);
  if (subject === undefined || subject === "")
    throw new ProviderFailure(
      "username attribute mapping required",
      `${name} did not send the claim ${usernameClaim}, which names the person.`,
    );
  const attributes: Record<string, string> = {};
  for (const [attribute, named] of Object.entries(mapping)) {
    const value = claim(named);
    if (value !== undefined) attributes[attribute] = value;
  }
  // Nobody has proved an address unless the provider says so in a claim that is mapped.
  for (const address of ADDRESSES) if (attributes[address] !== undefined) attributes[`${address}_verified`] ??= "false";
  return { subject, attributes };
}

function claimText(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
