/** Which method something belongs to, and the ids that the provider gives to what belongs to a method: `agm-<api>-<resource>-GET`, `agir-<api>-<resource>-GET-200`. */
import type { Resource } from "../../engine/graph.ts";
import type { Values } from "../../engine/values.ts";

export const methodId = (kind: string, { restApi, resourceId, httpMethod, statusCode }: Values): string =>
  [kind, restApi, resourceId, httpMethod, ...(statusCode === undefined ? [] : [statusCode])].join("-");

/** @returns whether a resource of this kind belongs to the same method of the same API */
export const ofTheMethod =
  (kind: "method:Method" | "methodResponse:MethodResponse" | "integration:Integration", { inputs }: Resource) =>
  (other: Resource): boolean =>
    other.type === `aws:apigateway/${kind}` &&
    other.inputs.restApi === inputs.restApi &&
    other.inputs.resourceId === inputs.resourceId &&
    other.inputs.httpMethod === inputs.httpMethod;
