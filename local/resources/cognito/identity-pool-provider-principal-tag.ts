/**
 * aws:cognito/identityPoolProviderPrincipalTag:IdentityPoolProviderPrincipalTag: session tags of an identity pool, which
 * does not run here.
 */
import type { cognito } from "@pulumi/aws";
import { served, withoutEffect } from "../contract.ts";
import { resourceType } from "../resource-type.ts";

const NO_CREDENTIALS = withoutEffect("identity pools do not run here, and the start names each");

export const identityPoolProviderPrincipalTag = resourceType<
  cognito.IdentityPoolProviderPrincipalTag,
  cognito.IdentityPoolProviderPrincipalTagArgs
>("aws:cognito/identityPoolProviderPrincipalTag:IdentityPoolProviderPrincipalTag", {
  inputs: {
    identityPoolId: served,
    identityProviderName: served,
    principalTags: NO_CREDENTIALS,
    region: served,
    useDefaults: NO_CREDENTIALS,
  },
  create: ({ inputs }) => ({
    id: `${inputs.identityPoolId}:${inputs.identityProviderName}`,
    outputs: {},
  }),
});
