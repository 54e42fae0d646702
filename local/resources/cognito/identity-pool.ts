/** aws:cognito/identityPool:IdentityPool: AWS credentials for users. None are given out here; its id and ARN can be built on. */
import { createHash } from "node:crypto";
import type { cognito } from "@pulumi/aws";
import { notServed, served, withoutEffect } from "../contract.ts";
import { arnOf, flag, resourceType } from "../resource-type.ts";

const NO_CREDENTIALS = withoutEffect("it is about credentials, and none are given out");

export const identityPool = resourceType<cognito.IdentityPool, cognito.IdentityPoolArgs>(
  "aws:cognito/identityPool:IdentityPool",
  {
    inputs: {
      allowClassicFlow: NO_CREDENTIALS,
      allowUnauthenticatedIdentities: NO_CREDENTIALS,
      cognitoIdentityProviders: {
        parts: { clientId: NO_CREDENTIALS, providerName: NO_CREDENTIALS, serverSideTokenCheck: NO_CREDENTIALS },
      },
      developerProviderName: NO_CREDENTIALS,
      identityPoolName: notServed("identity pools do not run here: nobody gets AWS credentials from one"),
      openidConnectProviderArns: NO_CREDENTIALS,
      region: served,
      samlProviderArns: NO_CREDENTIALS,
      supportedLoginProviders: NO_CREDENTIALS,
      tags: NO_CREDENTIALS,
    },
    existing: (id, account) => ({ arn: arnOf(account, "cognito-identity", `identitypool/${id}`) }),
    create({ urn, inputs }, account) {
      const hex = createHash("sha256").update(urn).digest("hex");
      const uuid = hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, "$1-$2-4$3-a$4-$5");
      const id = `${account.region}:${uuid}`;
      return {
        id,
        outputs: {
          arn: arnOf(account, "cognito-identity", `identitypool/${id}`),
          allowClassicFlow: flag(inputs.allowClassicFlow),
          allowUnauthenticatedIdentities: flag(inputs.allowUnauthenticatedIdentities),
        },
      };
    },
  },
);
