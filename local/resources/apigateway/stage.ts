/** aws:apigateway/stage:Stage: where a deployment is reachable (CreateStage). */
import type { apigateway } from "@pulumi/aws";
import { type Resource, ResourceProblem } from "../../engine/graph.ts";
import type { Values } from "../../engine/values.ts";
import type { RestApiModel, StageModel } from "../../model.ts";
import { notServed, served, withoutEffect } from "../contract.ts";
import { type Account, arnOf, map, resourceType, text } from "../resource-type.ts";
import { forReaders, forTheBill, notCached, partOfTheCache } from "./because.ts";

export const NO_CANARIES = "every request goes to the stage's own deployment";

export const stage = resourceType<apigateway.Stage, apigateway.StageArgs>("aws:apigateway/stage:Stage", {
  inputs: {
    accessLogSettings: { parts: { destinationArn: served, format: served } },
    cacheClusterEnabled: notCached,
    cacheClusterSize: partOfTheCache,
    canarySettings: {
      parts: {
        deploymentId: notServed(NO_CANARIES),
        percentTraffic: notServed(NO_CANARIES, { unless: [0] }),
        stageVariableOverrides: notServed(NO_CANARIES),
        useStageCache: partOfTheCache,
      },
    },
    clientCertificateId: notServed("HTTP integrations are shown no client certificate"),
    deployment: served,
    description: forReaders,
    documentationVersion: forReaders,
    region: served,
    restApi: served,
    stageName: served,
    tags: forTheBill,
    variables: served,
    xrayTracingEnabled: withoutEffect("traces go to X-Ray, which no caller sees"),
  },

  create({ inputs }, account) {
    const { restApi, stageName } = inputs;
    return {
      id: `ags-${restApi}-${stageName}`,
      outputs: {
        arn: arnOf(account, "apigateway", `/restapis/${restApi}/stages/${stageName}`, false),
        executionArn: arnOf(account, "execute-api", `${restApi}/${stageName}`),
        invokeUrl: stageUrl(account, restApi, stageName),
        webAclArn: "",
      },
    };
  },

  declare(resource, cloud) {
    const { inputs } = resource;
    const access = inputs.accessLogSettings as Values | undefined;
    addStage(cloud.restApi(inputs.restApi, resource), {
      name: inputs.stageName as string,
      deploymentId: text(inputs.deployment) ?? "",
      variables: map(inputs.variables),
      accessLog: access && { format: String(access.format), destinationArn: String(access.destinationArn) },
      methodSettings: [],
    });
  },
});

export const stageUrl = ({ region }: Account, restApi: unknown, stageName: unknown): string =>
  `https://${restApi}.execute-api.${region}.amazonaws.com/${stageName}`;

/** @throws ResourceProblem when the API has a stage of this name, or the name is none */
export function addStage(api: RestApiModel, stage: StageModel): void {
  if (!/^[\w-]+$/.test(stage.name)) {
    throw new ResourceProblem("BadRequestException: Stage name only allows a-zA-Z0-9_");
  }
  if (api.stages.some(({ name }) => name === stage.name)) {
    throw new ResourceProblem("ConflictException: Stage already exists");
  }
  api.stages.push(stage);
}

/** @returns whether a resource makes the stage of this name, which others name too */
export const makesStage =
  (restApi: unknown, stageName: unknown) =>
  ({ type, inputs }: Resource): boolean =>
    (type === "aws:apigateway/stage:Stage" || type === "aws:apigateway/deployment:Deployment") &&
    inputs.restApi === restApi &&
    inputs.stageName === stageName;
