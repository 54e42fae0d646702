/** aws:cognito/identityPoolRoleAttachment:IdentityPoolRoleAttachment: the roles of an identity pool, which does not run here. */
import type { cognito } from "@pulumi/aws";
import { served, withoutEffect } from "../contract.ts";
import { resourceType } from "../resource-type.ts";

const NO_CREDENTIALS = withoutEffect("identity pools do not run here, and the start names each");

export const identityPoolRoleAttachment = resourceType<
  cognito.IdentityPoolRoleAttachment,
  cognito.IdentityPoolRoleAttachmentArgs
>("aws:cognito/identityPoolRoleAttachment:IdentityPoolRoleAttachment", {
  inputs: {
    identityPoolId: served,
    region: served,
    roleMappings: {
      parts: {
        ambiguousRoleResolution: NO_CREDENTIALS,
        identityProvider: NO_CREDENTIALS,
        mappingRules: {
          parts: { claim: NO_CREDENTIALS, matchType: NO_CREDENTIALS, roleArn: NO_CREDENTIALS, value: NO_CREDENTIALS },
        },
        type: NO_CREDENTIALS,
      },
    },
    roles: NO_CREDENTIALS,
  },
  create: ({ inputs }) => ({ id: `${inputs.identityPoolId}`, outputs: {} }),
});
