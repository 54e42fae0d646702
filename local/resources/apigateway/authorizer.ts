/** aws:apigateway/authorizer:Authorizer (CreateAuthorizer). */

import { ResourceProblem } from "../../engine/graph.ts";
import type { AuthorizerModel } from "../../model.ts";
import { arnOf, list, number, type ResourceType, stableId, text } from "../resource-type.ts";

const DEFAULT_IDENTITY_SOURCE = "method.request.header.Authorization";

export const authorizer: ResourceType = {
  type: "aws:apigateway/authorizer:Authorizer",
  create({ urn, inputs }, account) {
    if (inputs.type === "COGNITO_USER_POOLS" && list(inputs.providerArns).length === 0) {
      throw new ResourceProblem("BadRequestException: a COGNITO_USER_POOLS authorizer needs providerArns.");
    }
    const id = stableId(urn, 6);
    return {
      id,
      outputs: {
        arn: arnOf(account, "apigateway", `/restapis/${inputs.restApi}/authorizers/${id}`, false),
        type: text(inputs.type) ?? "TOKEN",
        identitySource: text(inputs.identitySource) ?? DEFAULT_IDENTITY_SOURCE,
        authorizerResultTtlInSeconds: number(inputs.authorizerResultTtlInSeconds, 300),
        region: account.region,
      },
    };
  },
  declare(resource, cloud) {
    const { id, inputs, outputs } = resource;
    cloud.restApi(inputs.restApi, resource).authorizers.push({
      id,
      name: text(inputs.name) ?? resource.name,
      type: outputs.type as AuthorizerModel["type"],
      providerArns: list(inputs.providerArns),
      identitySource: outputs.identitySource as string,
      identityValidationExpression: text(inputs.identityValidationExpression),
      resultTtlSeconds: outputs.authorizerResultTtlInSeconds as number,
    });
  },
};
