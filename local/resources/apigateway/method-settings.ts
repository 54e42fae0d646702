/** aws:apigateway/methodSettings:MethodSettings: limits and logs of a stage's methods (UpdateStage, `/{method path}/…`). */
import type { apigateway } from "@pulumi/aws";
import { ResourceProblem } from "../../engine/graph.ts";
import { served, withoutEffect } from "../contract.ts";
import { warnOfUnawaited } from "../creation-order.ts";
import { map, resourceType } from "../resource-type.ts";
import { notCached, partOfTheCache } from "./because.ts";
import { makesStage } from "./stage.ts";

type Settings = apigateway.MethodSettings;
type SettingsArgs = apigateway.MethodSettingsArgs;

const inCloudWatch = withoutEffect(
  "it fills CloudWatch, which no caller sees; the local cloud says why in its own log",
);

export const methodSettings = resourceType<Settings, SettingsArgs>("aws:apigateway/methodSettings:MethodSettings", {
  inputs: {
    methodPath: served,
    region: served,
    restApi: served,
    settings: {
      parts: {
        cacheDataEncrypted: partOfTheCache,
        cacheTtlInSeconds: partOfTheCache,
        cachingEnabled: notCached,
        dataTraceEnabled: inCloudWatch,
        loggingLevel: inCloudWatch,
        metricsEnabled: inCloudWatch,
        requireAuthorizationForCacheControl: partOfTheCache,
        throttlingBurstLimit: served,
        throttlingRateLimit: served,
        unauthorizedCacheControlHeaderStrategy: partOfTheCache,
      },
    },
    stageName: served,
  },

  create: ({ inputs }) => ({
    id: `${inputs.restApi}-${inputs.stageName}-${inputs.methodPath}`,
    outputs: {},
  }),

  declare(resource, cloud) {
    const { inputs } = resource;
    const settings = map<unknown>(inputs.settings);
    warnOfUnawaited(resource, makesStage(inputs.restApi, inputs.stageName), cloud);
    const { stages } = cloud.restApi(inputs.restApi, resource);
    cloud.atTheEnd(resource, () => {
      const target = stages.find(({ name }) => name === inputs.stageName);
      if (!target) {
        throw new ResourceProblem(`NotFoundException: Invalid stage identifier specified: ${inputs.stageName}`);
      }
      target.methodSettings.push({
        methodPath: inputs.methodPath as string,
        throttlingRateLimit: limit(settings.throttlingRateLimit),
        throttlingBurstLimit: limit(settings.throttlingBurstLimit),
      });
    });
  },
});

/** -1, the provider's default, limits nothing. */
const limit = (value: unknown) => (value === undefined || Number(value) < 0 ? undefined : Number(value));
