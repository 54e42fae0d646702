/** aws:apigatewayv2/stage:Stage: where an HTTP API is reachable (CreateStage). */
import type { apigatewayv2 } from "@pulumi/aws";
import { ResourceProblem } from "../../engine/graph.ts";
import type { Values } from "../../engine/values.ts";
import type { RateLimit } from "../../model.ts";
import { forReaders, forTheBill, forWebSockets } from "../apigateway/because.ts";
import { served, withoutEffect } from "../contract.ts";
import { warnOfUnawaited } from "../creation-order.ts";
import { arnOf, flag, list, map, physicalName, resourceType, stableId, text } from "../resource-type.ts";
import { endpointOf } from "./api.ts";

const forMetrics = withoutEffect("metrics and execution logs go to CloudWatch, which no caller sees");
const routeSettings = {
  dataTraceEnabled: forMetrics,
  detailedMetricsEnabled: forMetrics,
  loggingLevel: forMetrics,
  throttlingBurstLimit: served,
  throttlingRateLimit: served,
};

export const httpStage = resourceType<apigatewayv2.Stage, apigatewayv2.StageArgs>("aws:apigatewayv2/stage:Stage", {
  inputs: {
    accessLogSettings: { parts: { destinationArn: served, format: served } },
    apiId: served,
    autoDeploy: served,
    clientCertificateId: forWebSockets,
    defaultRouteSettings: { parts: routeSettings },
    deploymentId: served,
    description: forReaders,
    name: served,
    region: served,
    routeSettings: { parts: { ...routeSettings, routeKey: served } },
    stageVariables: served,
    tags: forTheBill,
  },

  create(resource, account) {
    const { inputs, urn } = resource;
    const name = physicalName(resource);
    const endpoint = endpointOf(inputs.apiId, account.region);
    return {
      id: name,
      outputs: {
        name,
        arn: arnOf(account, "apigateway", `/apis/${inputs.apiId}/stages/${name}`, false),
        autoDeploy: flag(inputs.autoDeploy),
        deploymentId: text(inputs.deploymentId) ?? (flag(inputs.autoDeploy) ? stableId(`${urn}#deployment`, 6) : ""),
        executionArn: arnOf(account, "execute-api", `${inputs.apiId}/${name}`),
        invokeUrl: name === "$default" ? `${endpoint}/` : `${endpoint}/${name}`,
      },
    };
  },

  declare(resource, cloud) {
    const { inputs, outputs } = resource;
    const api = cloud.httpApi(inputs.apiId, resource);
    if (!api) return;
    const name = outputs.name as string;
    if (api.stages.some((other) => other.name === name)) {
      throw new ResourceProblem("ConflictException: Stage already exists");
    }
    const routeKeys = list<Values>(inputs.routeSettings).map(({ routeKey }) => String(routeKey));
    cloud.atTheEnd(resource, () => {
      const unknown = routeKeys.find((key) => !api.routes.some(({ routeKey }) => routeKey === key));
      if (unknown === undefined) return;
      throw new ResourceProblem(
        `NotFoundException: Unable to find Route by key ${unknown} within the provided RouteSettings`,
      );
    });
    warnOfUnawaited(
      resource,
      ({ type, inputs: { apiId, routeKey } }) =>
        type === "aws:apigatewayv2/route:Route" && apiId === inputs.apiId && routeKeys.includes(String(routeKey)),
      cloud,
    );
    const access = inputs.accessLogSettings as Values | undefined;
    api.stages.push({
      name,
      autoDeploy: flag(inputs.autoDeploy),
      deploymentId: text(outputs.deploymentId) ?? "",
      variables: map(inputs.stageVariables),
      accessLog: access && { format: String(access.format), destinationArn: String(access.destinationArn) },
      defaultThrottle: throttleOf(map<unknown>(inputs.defaultRouteSettings)),
      routeThrottles: Object.fromEntries(
        list<Values>(inputs.routeSettings).map((settings) => [String(settings.routeKey), throttleOf(settings)]),
      ),
    });
  },
});

/** 0, which the provider sends for a limit that is left out, is no limit. */
function throttleOf(settings: Values): Partial<RateLimit> {
  const limit = (value: unknown) => (value === undefined || Number(value) <= 0 ? undefined : Number(value));
  const rateLimit = limit(settings.throttlingRateLimit);
  const burstLimit = limit(settings.throttlingBurstLimit);
  return { ...(rateLimit !== undefined && { rateLimit }), ...(burstLimit !== undefined && { burstLimit }) };
}
