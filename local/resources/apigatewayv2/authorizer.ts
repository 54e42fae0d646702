/** aws:apigatewayv2/authorizer:Authorizer (CreateAuthorizer): JWT, or a Lambda function (REQUEST). */
import type { apigatewayv2 } from "@pulumi/aws";
import { ResourceProblem } from "../../engine/graph.ts";
import type { Values } from "../../engine/values.ts";
import type { HttpAuthorizerModel } from "../../model.ts";
import { functionOf } from "../apigateway/invocation-arn.ts";
import { served } from "../contract.ts";
import { flag, list, map, number, physicalName, resourceType, stableId, text } from "../resource-type.ts";

export const httpAuthorizer = resourceType<apigatewayv2.Authorizer, apigatewayv2.AuthorizerArgs>(
  "aws:apigatewayv2/authorizer:Authorizer",
  {
    inputs: {
      apiId: served,
      authorizerCredentialsArn: served,
      authorizerPayloadFormatVersion: served,
      authorizerResultTtlInSeconds: served,
      authorizerType: served,
      authorizerUri: served,
      enableSimpleResponses: served,
      identitySources: served,
      jwtConfiguration: { parts: { audiences: served, issuer: served } },
      name: served,
      region: served,
    },

    create(resource) {
      const { urn, inputs } = resource;
      refuseImpossible(inputs);
      return {
        id: stableId(urn, 6),
        outputs: {
          name: physicalName(resource),
          authorizerResultTtlInSeconds: ttlOf(inputs),
        },
      };
    },

    declare(resource, cloud) {
      const { id, inputs, outputs } = resource;
      const api = cloud.httpApi(inputs.apiId, resource);
      if (!api) return;
      const jwt = map<unknown>(inputs.jwtConfiguration);
      api.authorizers.push({
        id,
        name: outputs.name as string,
        type: inputs.authorizerType as HttpAuthorizerModel["type"],
        identitySources: list(inputs.identitySources),
        issuer: text(jwt.issuer),
        audiences: list(jwt.audiences),
        functionArn: functionOf(text(inputs.authorizerUri)),
        credentials: text(inputs.authorizerCredentialsArn),
        payloadFormatVersion: (text(inputs.authorizerPayloadFormatVersion) ??
          "1.0") as HttpAuthorizerModel["payloadFormatVersion"],
        enableSimpleResponses: flag(inputs.enableSimpleResponses),
        resultTtlSeconds: ttlOf(inputs),
      });
    },
  },
);

/** The provider sends 300 for a function that is asked by identity. */
function ttlOf(inputs: Values): number {
  const isKept = inputs.authorizerType === "REQUEST" && list(inputs.identitySources).length > 0;
  return number(inputs.authorizerResultTtlInSeconds, isKept ? 300 : 0);
}

function refuseImpossible(inputs: Values): void {
  const { issuer, audiences } = map<unknown>(inputs.jwtConfiguration);
  if (inputs.authorizerType === "JWT" && (!issuer || list(audiences).length === 0)) {
    throw new ResourceProblem(
      "BadRequestException: A JWT authorizer needs jwtConfiguration with an issuer and audiences.",
    );
  }
  if (inputs.authorizerType === "REQUEST" && !inputs.authorizerUri) {
    throw new ResourceProblem("BadRequestException: AuthorizerUri is required for REQUEST authorizers.");
  }
}
