/** aws:apigatewayv2/deployment:Deployment: a snapshot of an API, which a stage without auto-deploy names (CreateDeployment). */
import type { apigatewayv2 } from "@pulumi/aws";
import { type Resource, ResourceProblem } from "../../engine/graph.ts";
import { forReaders } from "../apigateway/because.ts";
import { served } from "../contract.ts";
import { warnOfUnawaitedParts } from "../creation-order.ts";
import { resourceType, stableId } from "../resource-type.ts";

export const httpDeployment = resourceType<apigatewayv2.Deployment, apigatewayv2.DeploymentArgs>(
  "aws:apigatewayv2/deployment:Deployment",
  {
    inputs: { apiId: served, description: forReaders, region: served, triggers: served },

    create: ({ urn }) => ({ id: stableId(urn, 6), outputs: { autoDeployed: false } }),

    declare(resource, cloud) {
      const api = cloud.httpApi(resource.inputs.apiId, resource);
      if (!api) return;
      const isRoute = ({ type, inputs }: Resource) =>
        type === "aws:apigatewayv2/route:Route" && inputs.apiId === resource.inputs.apiId;
      warnOfUnawaitedParts(resource, "HTTP API", isRoute, cloud);
      cloud.atTheEnd(resource, () => {
        if (api.routes.length > 0) return;
        throw new ResourceProblem("BadRequestException: At least one route is required before deploying the Api.");
      });
    },
  },
);
