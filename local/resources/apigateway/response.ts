/** aws:apigateway/response:Response: a gateway response, what API Gateway itself answers (PutGatewayResponse). */
import type { apigateway } from "@pulumi/aws";
import { served } from "../contract.ts";
import { map, resourceType, text } from "../resource-type.ts";

export const response = resourceType<apigateway.Response, apigateway.ResponseArgs>("aws:apigateway/response:Response", {
  inputs: {
    region: served,
    responseParameters: served,
    responseTemplates: served,
    responseType: served,
    restApiId: served,
    statusCode: served,
  },

  create: ({ inputs }) => ({
    id: `aggr-${inputs.restApiId}-${inputs.responseType}`,
    outputs: {},
  }),

  declare(resource, cloud) {
    const { inputs } = resource;
    cloud.restApi(inputs.restApiId, resource).gatewayResponses.push({
      responseType: inputs.responseType as string,
      statusCode: text(inputs.statusCode),
      responseParameters: map(inputs.responseParameters),
      responseTemplates: map(inputs.responseTemplates),
    });
  },
});
