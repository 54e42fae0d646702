/** aws:cognito/userGroup:UserGroup: a group of users, with the role that its members ask for (CreateGroup). */
import type { cognito } from "@pulumi/aws";
import { served } from "../contract.ts";
import { physicalName, resourceType, text } from "../resource-type.ts";

export const userGroup = resourceType<cognito.UserGroup, cognito.UserGroupArgs>("aws:cognito/userGroup:UserGroup", {
  inputs: {
    description: served,
    name: served,
    precedence: served,
    region: served,
    roleArn: served,
    userPoolId: served,
  },
  create(resource) {
    const name = physicalName(resource);
    return { id: `${resource.inputs.userPoolId}/${name}`, outputs: { name } };
  },
  declare(resource, cloud) {
    const { precedence, description, roleArn, userPoolId } = resource.inputs;
    cloud.userPool(userPoolId, resource).groups.push({
      name: resource.outputs.name as string,
      description: text(description) ?? "",
      precedence: precedence === undefined ? undefined : Number(precedence),
      roleArn: text(roleArn),
    });
  },
});
