/** aws:apigateway/methodResponse:MethodResponse: what a method may answer (PutMethodResponse). */
import type { apigateway } from "@pulumi/aws";
import { ResourceProblem } from "../../engine/graph.ts";
import { served, withoutEffect } from "../contract.ts";
import { warnOfUnawaited } from "../creation-order.ts";
import { map, resourceType } from "../resource-type.ts";
import { methodId, ofTheMethod } from "./method-id.ts";

type Response = apigateway.MethodResponse;
type ResponseArgs = apigateway.MethodResponseArgs;

export const methodResponse = resourceType<Response, ResponseArgs>("aws:apigateway/methodResponse:MethodResponse", {
  inputs: {
    httpMethod: served,
    region: served,
    resourceId: served,
    responseModels: withoutEffect("they are for generated SDKs; no answer is checked against them"),
    responseParameters: served,
    restApi: served,
    statusCode: served,
  },

  create({ inputs }) {
    refuseStatusCode(inputs.statusCode);
    return { id: methodId("agmr", inputs), outputs: {} };
  },

  declare(resource, cloud) {
    warnOfUnawaited(resource, ofTheMethod("method:Method", resource), cloud);
    const { inputs } = resource;
    cloud.method(inputs.restApi, inputs.resourceId, inputs.httpMethod, resource).methodResponses.push({
      statusCode: String(inputs.statusCode),
      responseParameters: map<boolean>(inputs.responseParameters),
    });
  },
});

/** Recorded by LocalStack's test_apigateway_api, 2025-06. @throws ResourceProblem */
export function refuseStatusCode(statusCode: unknown): void {
  if (/^[1-5]\d\d$/.test(String(statusCode))) return;
  throw new ResourceProblem(
    `ValidationException: 1 validation error detected: Value '${statusCode}' at 'statusCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [1-5]\\d\\d`,
  );
}
