/** aws:apigateway/authorizer:Authorizer: who decides whether a request may pass (CreateAuthorizer). */
import type { apigateway } from "@pulumi/aws";
import { ResourceProblem } from "../../engine/graph.ts";
import type { Values } from "../../engine/values.ts";
import type { AuthorizerModel } from "../../model.ts";
import { served } from "../contract.ts";
import { arnOf, list, number, physicalName, resourceType, stableId, text } from "../resource-type.ts";

type Authorizer = apigateway.Authorizer;
type AuthorizerArgs = apigateway.AuthorizerArgs;

export const DEFAULT_IDENTITY_SOURCE = "method.request.header.Authorization";

export const authorizer = resourceType<Authorizer, AuthorizerArgs>("aws:apigateway/authorizer:Authorizer", {
  inputs: {
    authorizerCredentials: served,
    authorizerResultTtlInSeconds: served,
    authorizerUri: served,
    identitySource: served,
    identityValidationExpression: served,
    name: served,
    providerArns: served,
    region: served,
    restApi: served,
    type: served,
  },

  create(resource, account) {
    const { urn, inputs } = resource;
    if (inputs.type === "COGNITO_USER_POOLS" && list(inputs.providerArns).length === 0) {
      throw new ResourceProblem("BadRequestException: a COGNITO_USER_POOLS authorizer needs providerArns.");
    }
    if (inputs.type !== "COGNITO_USER_POOLS" && !inputs.authorizerUri) {
      throw new ResourceProblem(
        `BadRequestException: a ${text(inputs.type) ?? "TOKEN"} authorizer needs authorizerUri.`,
      );
    }
    const id = stableId(urn, 6);
    return {
      id,
      outputs: {
        arn: arnOf(account, "apigateway", `/restapis/${inputs.restApi}/authorizers/${id}`, false),
        name: physicalName(resource),
        type: text(inputs.type) ?? "TOKEN",
        // The provider leaves out one that is empty.
        identitySource: text(inputs.identitySource) || identitySourceOf(inputs),
        authorizerResultTtlInSeconds: number(inputs.authorizerResultTtlInSeconds, 300),
      },
    };
  },

  declare(resource, cloud) {
    const { id, inputs, outputs } = resource;
    cloud.restApi(inputs.restApi, resource).authorizers.push({
      id,
      name: outputs.name as string,
      type: outputs.type as AuthorizerModel["type"],
      providerArns: list(inputs.providerArns),
      identitySource: outputs.identitySource as string,
      identityValidationExpression: text(inputs.identityValidationExpression),
      resultTtlSeconds: outputs.authorizerResultTtlInSeconds as number,
      uri: text(inputs.authorizerUri),
      credentials: text(inputs.authorizerCredentials),
    });
  },
});

/** A function that is given the whole request may do without. */
const identitySourceOf = ({ type, identitySource }: Values): string =>
  type === "REQUEST" && identitySource === "" ? "" : DEFAULT_IDENTITY_SOURCE;
