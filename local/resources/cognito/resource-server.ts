/** aws:cognito/resourceServer:ResourceServer: an API and its scopes (CreateResourceServer). */
import type { cognito } from "@pulumi/aws";
import type { Values } from "../../engine/values.ts";
import { served } from "../contract.ts";
import { list, physicalName, resourceType, text } from "../resource-type.ts";

export const resourceServer = resourceType<cognito.ResourceServer, cognito.ResourceServerArgs>(
  "aws:cognito/resourceServer:ResourceServer",
  {
    inputs: {
      identifier: served,
      name: served,
      region: served,
      scopes: { parts: { scopeDescription: served, scopeName: served } },
      userPoolId: served,
    },
    create(resource) {
      const { inputs } = resource;
      const scopes = list<Values>(inputs.scopes).map((scope) => `${inputs.identifier}/${scope.scopeName}`);
      return {
        id: `${inputs.userPoolId}|${inputs.identifier}`,
        outputs: { name: physicalName(resource), scopeIdentifiers: scopes },
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
  },
);
