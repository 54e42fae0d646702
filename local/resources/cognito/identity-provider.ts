/**
 * aws:cognito/identityProvider:IdentityProvider: somebody else's directory that people may sign in with. Providers that
 * speak OpenID Connect are served for real; with the others nobody gets in.
 */
import type { cognito } from "@pulumi/aws";
import { ResourceProblem } from "../../engine/graph.ts";
import { LOOPBACK_HOSTS } from "../../loopback-hosts.ts";
import { notServed, served } from "../contract.ts";
import { list, map, resourceType, text } from "../resource-type.ts";
import { completeDetails, providerSignIn, SERVED_TYPES, USERNAME_CLAIMS } from "./provider-endpoints.ts";

export const identityProvider = resourceType<cognito.IdentityProvider, cognito.IdentityProviderArgs>(
  "aws:cognito/identityProvider:IdentityProvider",
  {
    inputs: {
      attributeMapping: served,
      idpIdentifiers: served,
      providerDetails: served,
      providerName: served,
      providerType: notServed(
        "only OIDC, Google and LoginWithAmazon are served; with a SAML, Facebook or SignInWithApple provider every sign-in is refused",
        { unless: SERVED_TYPES, guards: true },
      ),
      region: served,
      userPoolId: served,
    },
    create({ inputs }) {
      const name = text(inputs.providerName) ?? "";
      const type = text(inputs.providerType) ?? "";
      refuseImpossible(name, type, map(inputs.providerDetails), list(inputs.idpIdentifiers));
      return {
        id: `${inputs.userPoolId}:${name}`,
        outputs: {
          attributeMapping: completeMapping(type, map(inputs.attributeMapping)),
          idpIdentifiers: list(inputs.idpIdentifiers),
        },
      };
    },
    declare(resource, cloud) {
      const { inputs } = resource;
      const name = text(inputs.providerName) ?? "";
      const type = text(inputs.providerType) ?? "";
      const details = completeDetails(type, map(inputs.providerDetails));
      cloud.userPool(inputs.userPoolId, resource).identityProviders.push({
        name,
        type,
        details,
        attributeMapping: completeMapping(type, map(inputs.attributeMapping)),
        identifiers: list(inputs.idpIdentifiers),
        signIn: providerSignIn(type, details),
      });
      if (Object.values(details).some((value) => value.startsWith("http://")))
        cloud.warn(
          `The identity provider ${name} has an address with http://, which is served on this machine and which AWS refuses.`,
        );
    },
  },
);

const completeMapping = (type: string, mapping: Record<string, string>): Record<string, string> =>
  Object.hasOwn(USERNAME_CLAIMS, type) ? { username: USERNAME_CLAIMS[type]!, ...mapping } : mapping;

const REQUIRED_DETAILS: Record<string, string[]> = {
  OIDC: ["client_id", "attributes_request_method", "oidc_issuer", "authorize_scopes"],
  Google: ["client_id", "client_secret", "authorize_scopes"],
  LoginWithAmazon: ["client_id", "client_secret", "authorize_scopes"],
};
const ADDRESSES = ["oidc_issuer", "authorize_url", "token_url", "attributes_url", "jwks_uri"];

/** What CreateIdentityProvider refuses that a program's types let through; the words are ours after the API reference. */
function refuseImpossible(name: string, type: string, details: Record<string, string>, identifiers: string[]): void {
  const refuse = (what: string): never => {
    throw new ResourceProblem(`InvalidParameterException: ${what}`);
  };
  const types = ["SAML", "Facebook", "Google", "LoginWithAmazon", "SignInWithApple", "OIDC"];
  if (!types.includes(type))
    refuse(
      `1 validation error detected: Value '${type}' at 'providerType' failed to satisfy constraint: Member must satisfy enum value set: [${types.join(", ")}]`,
    );
  if (type !== "SAML" && type !== "OIDC" && name !== type)
    refuse(`The provider name of the type ${type} must be ${type}.`);
  if (!/^[^_\p{Z}][\p{L}\p{M}\p{S}\p{N}\p{P}][^_\p{Z}]+$/u.test(name) || name.length > 32)
    refuse(
      `1 validation error detected: Value '${name}' at 'providerName' failed to satisfy constraint: Member must satisfy regular expression pattern: [^_\\p{Z}][\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}][^_\\p{Z}]+`,
    );
  const missing = (REQUIRED_DETAILS[type] ?? []).filter((detail) => !details[detail]);
  if (missing.length > 0) refuse(`Missing in provider details: ${missing.join(", ")}.`);
  for (const detail of ADDRESSES) {
    const address = details[detail];
    if (!address) continue;
    const url = URL.canParse(address) ? new URL(address) : undefined;
    const secure = url?.protocol === "https:" || (url?.protocol === "http:" && LOOPBACK_HOSTS.has(url.hostname));
    if (!secure || url?.username || url?.hash)
      refuse(`${detail} ${address} is not an https:// address. Locally, http:// on this machine is taken as well.`);
  }
  const method = details.attributes_request_method;
  if (method && method !== "GET" && method !== "POST")
    refuse(`attributes_request_method is ${method}, not GET or POST.`);
  const unfit = identifiers.find((identifier) => !/^[\w\s+=.@-]{1,40}$/.test(identifier));
  if (unfit !== undefined)
    refuse(`Value '${unfit}' at 'idpIdentifiers' is not 1 to 40 letters, digits or one of +=.@-.`);
}
