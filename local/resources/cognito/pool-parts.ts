/**
 * The smaller parts of a user pool: resource servers, groups, declared users and their memberships, and the branding
 * without which managed login shows no page.
 */
import { ResourceProblem } from "../../engine/graph.ts";
import type { Values } from "../../engine/values.ts";
import { flag, list, map, physicalName, type ResourceType, stableId, text } from "../resource-type.ts";

export const resourceServer: ResourceType = {
  type: "aws:cognito/resourceServer:ResourceServer",
  create(resource, account) {
    const { inputs } = resource;
    const scopes = list<Values>(inputs.scopes).map((scope) => `${inputs.identifier}/${scope.scopeName}`);
    return {
      id: `${inputs.userPoolId}|${inputs.identifier}`,
      outputs: { name: physicalName(resource), scopeIdentifiers: scopes, region: account.region },
    };
  },
  declare(resource, cloud) {
    cloud.userPool(resource.inputs.userPoolId, resource).resourceServers.push({
      identifier: resource.inputs.identifier as string,
      name: resource.outputs.name as string,
      scopes: list<Values>(resource.inputs.scopes).map((scope) => ({
        name: scope.scopeName as string,
        description: text(scope.scopeDescription) ?? "",
      })),
    });
  },
};

export const userGroup: ResourceType = {
  type: "aws:cognito/userGroup:UserGroup",
  create(resource, account) {
    const name = physicalName(resource);
    return { id: `${resource.inputs.userPoolId}/${name}`, outputs: { name, region: account.region } };
  },
  declare(resource, cloud) {
    const { precedence, description, userPoolId } = resource.inputs;
    cloud.userPool(userPoolId, resource).groups.push({
      name: resource.outputs.name as string,
      description: text(description) ?? "",
      precedence: precedence === undefined ? undefined : Number(precedence),
    });
  },
};

export const user: ResourceType = {
  type: "aws:cognito/user:User",
  create({ urn, inputs }, account) {
    const digits = stableId(`${urn}#sub`, 64).replace(/[^0-9a-f]/g, "0");
    const sub = digits.replace(/^(.{8})(.{4}).(.{3})(.{4})(.{12}).*$/, "$1-$2-7$3-$4-$5");
    return {
      id: `${inputs.userPoolId}/${inputs.username}`,
      outputs: {
        sub,
        region: account.region,
        status: inputs.password ? "CONFIRMED" : "FORCE_CHANGE_PASSWORD",
        creationDate: new Date(0).toISOString(),
        lastModifiedDate: new Date(0).toISOString(),
        mfaSettingLists: [],
      },
    };
  },
  declare(resource, cloud) {
    const { inputs } = resource;
    cloud.userPool(inputs.userPoolId, resource).users.push({
      username: inputs.username as string,
      sub: resource.outputs.sub as string,
      attributes: { ...map(inputs.attributes) },
      password: text(inputs.password),
      temporaryPassword: text(inputs.temporaryPassword),
      enabled: flag(inputs.enabled, true),
      groups: [],
    });
  },
};

export const userInGroup: ResourceType = {
  type: "aws:cognito/userInGroup:UserInGroup",
  create({ inputs }, account) {
    return { id: `${inputs.userPoolId}/${inputs.groupName}/${inputs.username}`, outputs: { region: account.region } };
  },
  declare(resource, cloud) {
    const { userPoolId, username, groupName } = resource.inputs;
    cloud.atTheEnd(resource, () => {
      const member = cloud.userPool(userPoolId, resource).users.find((candidate) => candidate.username === username);
      if (!member) {
        throw new ResourceProblem(
          `UserNotFoundException: group ${JSON.stringify(groupName)} gets the user ${JSON.stringify(username)}, whom this program does not declare.`,
        );
      }
      member.groups.push(groupName as string);
    });
  },
};

export const managedLoginBranding: ResourceType = {
  type: "aws:cognito/managedLoginBranding:ManagedLoginBranding",
  create({ urn, inputs }, account) {
    const id = stableId(urn, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
    return {
      id: `${inputs.userPoolId},${id}`,
      outputs: {
        managedLoginBrandingId: id,
        region: account.region,
        useCognitoProvidedValues: flag(inputs.useCognitoProvidedValues),
        settingsAll: text(inputs.settings) ?? "{}",
      },
    };
  },
  declare(resource, cloud) {
    const pool = cloud.userPool(resource.inputs.userPoolId, resource);
    for (const client of pool.clients) if (client.id === resource.inputs.clientId) client.branded = true;
  },
};
