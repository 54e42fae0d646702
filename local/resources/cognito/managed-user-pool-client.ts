/**
 * aws:cognito/managedUserPoolClient:ManagedUserPoolClient: an app client that another service of AWS made, such as
 * OpenSearch. Nothing else makes one here, so the first mention of it does.
 */
import type { cognito } from "@pulumi/aws";
import { served, withoutEffect } from "../contract.ts";
import { resourceType, text } from "../resource-type.ts";
import { appClientInputs, createAppClient, declareAppClient } from "./app-client.ts";

export const managedUserPoolClient = resourceType<cognito.ManagedUserPoolClient, cognito.ManagedUserPoolClientArgs>(
  "aws:cognito/managedUserPoolClient:ManagedUserPoolClient",
  {
    inputs: {
      ...appClientInputs,
      namePattern: withoutEffect("the only client that could match is the one made here"),
      namePrefix: served,
    },
    create: (resource) => createAppClient(resource, text(resource.inputs.namePrefix) ?? resource.name, false),
    declare: declareAppClient,
  },
);
