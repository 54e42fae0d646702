/** aws:apigateway/methodResponse:MethodResponse: what a method may answer (PutMethodResponse). */
import type { apigateway } from "@pulumi/aws";
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

  create: ({ inputs }) => ({ id: methodId("agmr", inputs), outputs: {} }),

  declare(resource, cloud) {
    warnOfUnawaited(resource, ofTheMethod("method:Method", resource), cloud);
    const { inputs } = resource;
    cloud.method(inputs.restApi, inputs.resourceId, inputs.httpMethod, resource).methodResponses.push({
      statusCode: String(inputs.statusCode),
      responseParameters: map<boolean>(inputs.responseParameters),
    });
  },
});
