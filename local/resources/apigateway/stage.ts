/** Deployments and stages: how an API becomes reachable, and the settings of its methods there. */
import { ResourceProblem } from "../../engine/graph.ts";
import type { Values } from "../../engine/values.ts";
import { arnOf, flag, map, type ResourceType, stableId, text } from "../resource-type.ts";

export const deployment: ResourceType = {
  type: "aws:apigateway/deployment:Deployment",
  create: ({ urn }, account) => ({
    id: stableId(urn, 6),
    outputs: { createdDate: new Date(0).toISOString(), region: account.region },
  }),
  declare(resource, cloud) {
    const api = cloud.restApi(resource.inputs.restApi, resource);
    cloud.atTheEnd(resource, () => {
      const methods = api.resources.flatMap(({ path, methods }) => methods.map((method) => ({ path, method })));
      if (methods.length === 0)
        throw new ResourceProblem("BadRequestException: The REST API doesn't contain any methods");
      const bare = methods.find(({ method }) => !method.integration);
      if (bare) {
        throw new ResourceProblem(
          `BadRequestException: No integration defined for method: ${bare.method.httpMethod} ${bare.path}. Declare an Integration for it.`,
        );
      }
    });
  },
};

export const stage: ResourceType = {
  type: "aws:apigateway/stage:Stage",
  create({ inputs }, account) {
    const { restApi, stageName } = inputs;
    return {
      id: `ags-${restApi}-${stageName}`,
      outputs: {
        arn: arnOf(account, "apigateway", `/restapis/${restApi}/stages/${stageName}`, false),
        executionArn: arnOf(account, "execute-api", `${restApi}/${stageName}`),
        invokeUrl: `https://${restApi}.execute-api.${account.region}.amazonaws.com/${stageName}`,
        webAclArn: "",
        region: account.region,
      },
    };
  },
  declare(resource, cloud) {
    const { inputs } = resource;
    const access = inputs.accessLogSettings as Values | undefined;
    const name = inputs.stageName as string;
    const api = cloud.restApi(inputs.restApi, resource);
    if (api.stages.some((other) => other.name === name))
      throw new ResourceProblem("ConflictException: Stage already exists");
    api.stages.push({
      name,
      deploymentId: text(inputs.deployment) ?? "",
      variables: map(inputs.variables),
      accessLog: access && { format: String(access.format), destinationArn: String(access.destinationArn) },
      xrayTracing: flag(inputs.xrayTracingEnabled),
      methodSettings: [],
    });
  },
};

export const methodSettings: ResourceType = {
  type: "aws:apigateway/methodSettings:MethodSettings",
  create: ({ inputs }, account) => ({
    id: `${inputs.restApi}-${inputs.stageName}-${inputs.methodPath}`,
    outputs: { region: account.region },
  }),
  declare(resource, cloud) {
    const { inputs } = resource;
    const settings = map<unknown>(inputs.settings);
    const rate = (value: unknown) => (value === undefined || Number(value) < 0 ? undefined : Number(value));
    const target = cloud.restApi(inputs.restApi, resource).stages.find(({ name }) => name === inputs.stageName);
    if (!target)
      throw new ResourceProblem(`NotFoundException: Invalid stage identifier specified: ${inputs.stageName}`);
    target.methodSettings.push({
      methodPath: inputs.methodPath as string,
      throttlingRateLimit: rate(settings.throttlingRateLimit),
      throttlingBurstLimit: rate(settings.throttlingBurstLimit),
    });
  },
};
