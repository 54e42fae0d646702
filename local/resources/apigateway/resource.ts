/** aws:apigateway/resource:Resource: one step of a path that methods are put on (CreateResource). */
import type { apigateway } from "@pulumi/aws";
import { ResourceProblem } from "../../engine/graph.ts";
import { served } from "../contract.ts";
import { type ResourceType, resourceType, stableId, text } from "../resource-type.ts";

type Resource = apigateway.Resource;
type ResourceArgs = apigateway.ResourceArgs;

export const resource: ResourceType = resourceType<Resource, ResourceArgs>("aws:apigateway/resource:Resource", {
  inputs: { parentId: served, pathPart: served, region: served, restApi: served },

  create({ urn, inputs }, account) {
    const parent = account.find(resource.type, text(inputs.parentId) ?? "");
    return {
      id: stableId(urn, 6),
      outputs: { path: `${parent?.path ?? ""}/${inputs.pathPart}` },
    };
  },

  declare(declared, cloud) {
    const { id, inputs } = declared;
    const { resources } = cloud.restApi(inputs.restApi, declared);
    const parent = cloud.apiResource(inputs.restApi, inputs.parentId, declared);
    const path = `${parent.path === "/" ? "" : parent.path}/${inputs.pathPart}`;
    if (resources.some((sibling) => sibling.path === path)) {
      throw new ResourceProblem(
        `ConflictException: Another resource with the same parent already has this name: ${inputs.pathPart}`,
      );
    }
    resources.push({ id, path, methods: [] });
  },
});
