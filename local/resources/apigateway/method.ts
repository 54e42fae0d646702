/** aws:apigateway/method:Method: what a path takes, and who may call it (PutMethod). */
import type { apigateway } from "@pulumi/aws";
import { ResourceProblem } from "../../engine/graph.ts";
import type { MethodModel } from "../../model.ts";
import { served, withoutEffect } from "../contract.ts";
import { flag, list, map, resourceType, text } from "../resource-type.ts";
import { methodId } from "./method-id.ts";

export const method = resourceType<apigateway.Method, apigateway.MethodArgs>("aws:apigateway/method:Method", {
  inputs: {
    apiKeyRequired: served,
    authorization: served,
    authorizationScopes: served,
    authorizerId: served,
    httpMethod: served,
    operationName: withoutEffect("it names the method in generated SDKs"),
    region: served,
    requestModels: served,
    requestParameters: served,
    requestValidatorId: served,
    resourceId: served,
    restApi: served,
  },

  create({ inputs }) {
    if (inputs.authorization === "COGNITO_USER_POOLS" && !inputs.authorizerId) {
      throw new ResourceProblem(
        "BadRequestException: Invalid authorizer ID specified: a method with COGNITO_USER_POOLS needs authorizerId.",
      );
    }
    return {
      id: methodId("agm", inputs),
      outputs: { apiKeyRequired: flag(inputs.apiKeyRequired) },
    };
  },

  declare(resource, cloud) {
    const { inputs } = resource;
    const target = cloud.apiResource(inputs.restApi, inputs.resourceId, resource);
    target.methods.push({
      httpMethod: inputs.httpMethod as string,
      authorization: inputs.authorization as MethodModel["authorization"],
      authorizerId: text(inputs.authorizerId),
      authorizationScopes: list(inputs.authorizationScopes),
      apiKeyRequired: flag(inputs.apiKeyRequired),
      requestValidatorId: text(inputs.requestValidatorId),
      requestParameters: map<boolean>(inputs.requestParameters),
      requestModels: map(inputs.requestModels),
      integration: undefined,
      methodResponses: [],
    });
  },
});
