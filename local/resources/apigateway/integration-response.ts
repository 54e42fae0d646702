/** aws:apigateway/integrationResponse:IntegrationResponse: what a method makes of its integration's answer (PutIntegrationResponse). */
import type { apigateway } from "@pulumi/aws";
import { ResourceProblem } from "../../engine/graph.ts";
import type { IntegrationResponseModel } from "../../model.ts";
import { served } from "../contract.ts";
import { warnOfUnawaited } from "../creation-order.ts";
import { map, resourceType, text } from "../resource-type.ts";
import { refuseResponseMappings } from "./mapping-expressions.ts";
import { methodId, ofTheMethod } from "./method-id.ts";
import { refuseStatusCode } from "./method-response.ts";

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

    create({ inputs }) {
      refuseStatusCode(inputs.statusCode);
      return { id: methodId("agir", inputs), outputs: {} };
    },

    declare(resource, cloud) {
      const { inputs } = resource;
      const answers = ofTheMethod("methodResponse:MethodResponse", resource);
      warnOfUnawaited(resource, ofTheMethod("integration:Integration", resource), cloud);
      warnOfUnawaited(
        resource,
        (other) => answers(other) && String(other.inputs.statusCode) === String(inputs.statusCode),
        cloud,
      );
      const method = cloud.method(inputs.restApi, inputs.resourceId, inputs.httpMethod, resource);
      const target = method.integration;
      if (!target) {
        throw new ResourceProblem(
          `NotFoundException: Invalid Integration identifier specified: ${resource.name} answers for a method without an integration. Let it depend on the Integration.`,
        );
      }
      const statusCode = String(inputs.statusCode);
      const responseParameters = map(inputs.responseParameters);
      cloud.atTheEnd(resource, () => {
        const declared = method.methodResponses.find((response) => response.statusCode === statusCode);
        refuseResponseMappings(responseParameters, declared && Object.keys(declared.responseParameters));
      });
      target.responses.push({
        statusCode,
        selectionPattern: text(inputs.selectionPattern),
        responseParameters,
        responseTemplates: map(inputs.responseTemplates),
        contentHandling: text(inputs.contentHandling) as IntegrationResponseModel["contentHandling"],
      });
    },
  },
);
