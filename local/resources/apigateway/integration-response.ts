/** aws:apigateway/integrationResponse:IntegrationResponse: what a method makes of its integration's answer (PutIntegrationResponse). */
import type { apigateway } from "@pulumi/aws";
import { ResourceProblem } from "../../engine/graph.ts";
import type { IntegrationResponseModel } from "../../model.ts";
import { served } from "../contract.ts";
import { warnOfUnawaited } from "../creation-order.ts";
import { map, resourceType, text } from "../resource-type.ts";
import { methodId, ofTheMethod } from "./method-id.ts";

type Response = apigateway.IntegrationResponse;
type ResponseArgs = apigateway.IntegrationResponseArgs;

export const integrationResponse = resourceType<Response, ResponseArgs>(
  "aws:apigateway/integrationResponse:IntegrationResponse",
  {
    inputs: {
      contentHandling: served,
      httpMethod: served,
      region: served,
      resourceId: served,
      responseParameters: served,
      responseTemplates: served,
      restApi: served,
      selectionPattern: served,
      statusCode: served,
    },

    create: ({ inputs }) => ({ id: methodId("agir", inputs), outputs: {} }),

    declare(resource, cloud) {
      const { inputs } = resource;
      const answers = ofTheMethod("methodResponse:MethodResponse", resource);
      warnOfUnawaited(resource, ofTheMethod("integration:Integration", resource), cloud);
      warnOfUnawaited(
        resource,
        (other) => answers(other) && String(other.inputs.statusCode) === String(inputs.statusCode),
        cloud,
      );
      const target = cloud.method(inputs.restApi, inputs.resourceId, inputs.httpMethod, resource).integration;
      if (!target) {
        throw new ResourceProblem(
          `NotFoundException: Invalid Integration identifier specified: ${resource.name} answers for a method without an integration. Let it depend on the Integration.`,
        );
      }
      target.responses.push({
        statusCode: String(inputs.statusCode),
        selectionPattern: text(inputs.selectionPattern),
        responseParameters: map(inputs.responseParameters),
        responseTemplates: map(inputs.responseTemplates),
        contentHandling: text(inputs.contentHandling) as IntegrationResponseModel["contentHandling"],
      });
    },
  },
);
