/** aws:apigateway/response:Response: a gateway response, what API Gateway itself answers (PutGatewayResponse). */
import type { apigateway } from "@pulumi/aws";
import { ResourceProblem } from "../../engine/graph.ts";
import { served } from "../contract.ts";
import { map, resourceType, text } from "../resource-type.ts";

/** In AWS's order (recorded by LocalStack's test_apigateway_api, 2024-04). */
const TYPES = [
  ...["REQUEST_TOO_LARGE", "RESOURCE_NOT_FOUND", "AUTHORIZER_CONFIGURATION_ERROR", "MISSING_AUTHENTICATION_TOKEN"],
  ...["BAD_REQUEST_BODY", "INVALID_SIGNATURE", "INVALID_API_KEY", "BAD_REQUEST_PARAMETERS", "AUTHORIZER_FAILURE"],
  ...["UNAUTHORIZED", "INTEGRATION_TIMEOUT", "ACCESS_DENIED", "DEFAULT_4XX", "DEFAULT_5XX", "WAF_FILTERED"],
  ...["QUOTA_EXCEEDED", "THROTTLED", "API_CONFIGURATION_ERROR", "UNSUPPORTED_MEDIA_TYPE", "INTEGRATION_FAILURE"],
  "EXPIRED_TOKEN",
];

export const response = resourceType<apigateway.Response, apigateway.ResponseArgs>("aws:apigateway/response:Response", {
  inputs: {
    region: served,
    responseParameters: served,
    responseTemplates: served,
    responseType: served,
    restApiId: served,
    statusCode: served,
  },

  create({ inputs }) {
    if (!TYPES.includes(String(inputs.responseType))) {
      throw new ResourceProblem(
        `ValidationException: 1 validation error detected: Value '${inputs.responseType}' at 'responseType' failed to satisfy constraint: Member must satisfy enum value set: [${TYPES.join(", ")}]`,
      );
    }
    return { id: `aggr-${inputs.restApiId}-${inputs.responseType}`, outputs: {} };
  },

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
