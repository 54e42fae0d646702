/** aws:cognito/userPoolClient:UserPoolClient: an app client of a user pool. */
import type { cognito } from "@pulumi/aws";
import { served } from "../contract.ts";
import { flag, physicalName, resourceType } from "../resource-type.ts";
import { appClientInputs, createAppClient, declareAppClient } from "./app-client.ts";

export const userPoolClient = resourceType<cognito.UserPoolClient, cognito.UserPoolClientArgs>(
  "aws:cognito/userPoolClient:UserPoolClient",
  {
    inputs: { ...appClientInputs, generateSecret: served, name: served },
    create: (resource) => createAppClient(resource, physicalName(resource), flag(resource.inputs.generateSecret)),
    declare: declareAppClient,
  },
);
