/**
 * aws:cognito/identityProvider:IdentityProvider: somebody else's directory. It can be looked at; signing in through it
 * needs the provider's own pages, so the hosted UI refuses that by name.
 */
import type { cognito } from "@pulumi/aws";
import { notServed, served } from "../contract.ts";
import { list, map, resourceType, text } from "../resource-type.ts";

export const identityProvider = resourceType<cognito.IdentityProvider, cognito.IdentityProviderArgs>(
  "aws:cognito/identityProvider:IdentityProvider",
  {
    inputs: {
      attributeMapping: served,
      idpIdentifiers: served,
      providerDetails: served,
      providerName: notServed(
        "nobody can sign in through an external identity provider here; the hosted UI refuses it",
      ),
      providerType: served,
      region: served,
      userPoolId: served,
    },
    create({ inputs }, account) {
      return {
        id: `${inputs.userPoolId}:${inputs.providerName}`,
        outputs: { region: account.region, attributeMapping: map(inputs.attributeMapping) },
      };
    },
    declare(resource, cloud) {
      const { inputs } = resource;
      cloud.userPool(inputs.userPoolId, resource).identityProviders.push({
        name: text(inputs.providerName) ?? "",
        type: text(inputs.providerType) ?? "",
        details: map(inputs.providerDetails),
        attributeMapping: map(inputs.attributeMapping),
        identifiers: list(inputs.idpIdentifiers),
      });
    },
  },
);
