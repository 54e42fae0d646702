/** aws:cognito/userInGroup:UserInGroup: a declared user in a group (AdminAddUserToGroup). */
import type { cognito } from "@pulumi/aws";
import { ResourceProblem } from "../../engine/graph.ts";
import { served } from "../contract.ts";
import { warnOfUnawaited } from "../creation-order.ts";
import { resourceType } from "../resource-type.ts";

export const userInGroup = resourceType<cognito.UserInGroup, cognito.UserInGroupArgs>(
  "aws:cognito/userInGroup:UserInGroup",
  {
    inputs: { groupName: served, region: served, userPoolId: served, username: served },
    create({ inputs }) {
      return { id: `${inputs.userPoolId}/${inputs.groupName}/${inputs.username}`, outputs: {} };
    },
    declare(resource, cloud) {
      const { userPoolId, username, groupName } = resource.inputs;
      warnOfUnawaited(
        resource,
        ({ type, inputs }) =>
          inputs.userPoolId === userPoolId &&
          ((type === "aws:cognito/user:User" && inputs.username === username) ||
            (type === "aws:cognito/userGroup:UserGroup" && inputs.name === groupName)),
        cloud,
      );
      cloud.atTheEnd(resource, () => {
        const { users, groups } = cloud.userPool(userPoolId, resource);
        if (!groups.some(({ name }) => name === groupName)) {
          throw new ResourceProblem("ResourceNotFoundException: Group not found.");
        }
        const member = users.find((candidate) => candidate.username === username || candidate.sub === username);
        if (!member) {
          throw new ResourceProblem(
            `UserNotFoundException: group ${JSON.stringify(groupName)} gets the user ${JSON.stringify(username)}, whom this program does not declare.`,
          );
        }
        member.groups.push(groupName as string);
      });
    },
  },
);
