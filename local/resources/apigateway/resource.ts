/** aws:apigateway/resource:Resource: one step of a path that methods are put on (CreateResource). */
import type { apigateway } from "@pulumi/aws";
import { ResourceProblem } from "../../engine/graph.ts";
import { served } from "../contract.ts";
import { type ResourceType, resourceType, stableId, text } from "../resource-type.ts";

type Resource = apigateway.Resource;
type ResourceArgs = apigateway.ResourceArgs;

const PATH_PART = /^(?:[a-zA-Z0-9._:-]+|\{[a-zA-Z0-9._:-]+\+?\})$/;

const lastPart = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
const parentOf = (path: string): string => path.slice(0, path.lastIndexOf("/"));
const isVariable = (path: string): boolean => lastPart(path).startsWith("{");

/** What is refused was recorded by LocalStack's test_apigateway_api, 2024-04; the words for a path part are people's reports. */
export const resource: ResourceType = resourceType<Resource, ResourceArgs>("aws:apigateway/resource:Resource", {
  inputs: { parentId: served, pathPart: served, region: served, restApi: served },

  create({ urn, inputs }, account) {
    if (!PATH_PART.test(String(inputs.pathPart))) {
      throw new ResourceProblem(
        `BadRequestException: Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end. ${JSON.stringify(inputs.pathPart)} is not one part of a path: declare a Resource for each.`,
      );
    }
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
    if (parent.path.endsWith("+}")) {
      throw new ResourceProblem(
        `BadRequestException: Cannot create a child of a resource with a greedy path variable: ${lastPart(parent.path)}`,
      );
    }
    const variable = resources.find((other) => isVariable(other.path) && parentOf(other.path) === parentOf(path));
    if (variable && isVariable(path)) {
      throw new ResourceProblem(
        `BadRequestException: A sibling (${lastPart(variable.path)}) of this resource already has a variable path part -- only one is allowed`,
      );
    }
    resources.push({ id, path, methods: [] });
  },
});
