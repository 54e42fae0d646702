/**
 * aws:apigateway/deployment:Deployment (CreateDeployment). With `stageName`, which @pulumi/aws had up to release 6, it makes
 * its stage itself.
 */
import type { apigateway } from "@pulumi/aws";
import { type Resource, ResourceProblem } from "../../engine/graph.ts";
import type { RestApiModel } from "../../model.ts";
import { notServed, served, withoutEffect } from "../contract.ts";
import { warnOfUnawaitedParts } from "../creation-order.ts";
import { arnOf, map, resourceType, stableId, text } from "../resource-type.ts";
import { forReaders } from "./because.ts";
import { addStage, NO_CANARIES, stageUrl } from "./stage.ts";

type Deployment = apigateway.Deployment;
type DeploymentArgs = apigateway.DeploymentArgs;

export const deployment = resourceType<Deployment, DeploymentArgs>("aws:apigateway/deployment:Deployment", {
  inputs: {
    description: forReaders,
    region: served,
    restApi: served,
    triggers: withoutEffect("what the program declares is what runs"),
    // Of the stage that it makes; without one there is nothing that they could be set on.
    variables: served,
  },
  older: {
    stageName: served,
    stageDescription: forReaders,
    canarySettings: notServed(NO_CANARIES),
  },

  create({ urn, inputs }, account) {
    const { restApi } = inputs;
    const stageName = text(inputs.stageName) ?? "";
    const older = {
      executionArn: arnOf(account, "execute-api", `${restApi}/${stageName}`),
      invokeUrl: stageUrl(account, restApi, stageName),
    };
    return {
      id: stableId(urn, 6),
      outputs: { ...older, createdDate: new Date(0).toISOString() },
    };
  },

  declare(resource, cloud) {
    const { id, inputs } = resource;
    const api = cloud.restApi(inputs.restApi, resource);
    const stageName = text(inputs.stageName);
    if (stageName) {
      addStage(api, {
        name: stageName,
        deploymentId: id,
        variables: map(inputs.variables),
        accessLog: undefined,
        methodSettings: [],
      });
    }
    cloud.atTheEnd(resource, () => requireIntegrations(api));
    const isPart = ({ type, inputs: { restApi, restApiId } }: Resource) =>
      SNAPSHOT.has(type) && (restApi ?? restApiId) === inputs.restApi;
    warnOfUnawaitedParts(resource, "REST API", isPart, cloud);
  },
});

/** What a deployment takes from the API as it is then, and no other resource of it waits for. */
const SNAPSHOT = new Set([
  "aws:apigateway/integration:Integration",
  "aws:apigateway/integrationResponse:IntegrationResponse",
  "aws:apigateway/method:Method",
  "aws:apigateway/methodResponse:MethodResponse",
  "aws:apigateway/response:Response",
  "aws:apigateway/restApiPut:RestApiPut",
]);

function requireIntegrations({ resources }: RestApiModel): void {
  const methods = resources.flatMap(({ path, methods }) => methods.map((method) => ({ path, method })));
  if (methods.length === 0) throw new ResourceProblem("BadRequestException: The REST API doesn't contain any methods");
  const bare = methods.find(({ method }) => !method.integration);
  if (!bare) return;
  throw new ResourceProblem(
    `BadRequestException: No integration defined for method: ${bare.method.httpMethod} ${bare.path}. Declare an Integration for it.`,
  );
}
