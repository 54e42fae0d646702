/** The external identity providers of an app client, by the names that an authorization request may give. */
import type { AppClientModel, IdentityProviderModel, ProviderSignIn } from "../../model.ts";
import type { Pool } from "../pool.ts";

/** A provider that people can sign in with here. */
export type ServedProvider = IdentityProviderModel & { signIn: ProviderSignIn };

const isServed = (provider: IdentityProviderModel): provider is ServedProvider => provider.signIn !== undefined;

/** Those that the client supports and that are served, in the order in which the client names them. */
export const providersOf = ({ model }: Pool, client: AppClientModel): ServedProvider[] =>
  client.identityProviders
    .flatMap((name) => model.identityProviders.find((provider) => provider.name === name) ?? [])
    .filter(isServed);

export type AskedProvider =
  /** `undefined` for the pool's own users, and where the request names nobody. */
  { ok: true; provider: ServedProvider | undefined } | { ok: false; reason: string };

/**
 * @param name `identity_provider`, as the client supports it
 * @param identifier `idp_identifier`: a name or one of the provider's identifiers
 */
export function askedProvider(
  pool: Pool,
  client: AppClientModel,
  name: string | undefined,
  identifier: string | undefined,
): AskedProvider {
  if (name === undefined && identifier === undefined) return { ok: true, provider: undefined };
  const asked = name ?? identifier!;
  const found = pool.model.identityProviders.find(
    (provider) => provider.name === asked || (name === undefined && provider.identifiers.includes(asked)),
  );
  const supported = found?.name ?? asked;
  if (!client.identityProviders.includes(supported))
    return {
      ok: false,
      reason: `client ${client.name} does not support the identity provider ${asked}, only ${client.identityProviders.join(", ") || "none"}`,
    };
  if (supported === "COGNITO") return { ok: true, provider: undefined };
  if (!found || !isServed(found))
    return {
      ok: false,
      reason: `the identity provider ${asked} is of the type ${found?.type ?? "unknown"}, which is not served locally`,
    };
  return { ok: true, provider: found };
}
