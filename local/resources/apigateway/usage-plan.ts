/** aws:apigateway/usagePlan:UsagePlan: how much the holders of its keys may ask of its stages (CreateUsagePlan). */
import type { apigateway } from "@pulumi/aws";
import { ResourceProblem } from "../../engine/graph.ts";
import type { Values } from "../../engine/values.ts";
import type { RateLimit, UsagePlanModel } from "../../model.ts";
import { served, withoutEffect } from "../contract.ts";
import { warnOfUnawaited } from "../creation-order.ts";
import { arnOf, list, number, physicalName, resourceType, stableId } from "../resource-type.ts";
import { forReaders, forTheBill } from "./because.ts";
import { makesStage } from "./stage.ts";

type Plan = apigateway.UsagePlan;
type PlanArgs = apigateway.UsagePlanArgs;

export const usagePlan = resourceType<Plan, PlanArgs>("aws:apigateway/usagePlan:UsagePlan", {
  inputs: {
    apiStages: {
      parts: {
        apiId: served,
        stage: served,
        throttles: { parts: { burstLimit: served, path: served, rateLimit: served } },
      },
    },
    description: forReaders,
    name: served,
    productCode: withoutEffect("AWS Marketplace bills by it"),
    quotaSettings: { parts: { limit: served, offset: served, period: served } },
    region: served,
    tags: forTheBill,
    throttleSettings: { parts: { burstLimit: served, rateLimit: served } },
  },

  create(resource, account) {
    const id = stableId(resource.urn, 6);
    return {
      id,
      outputs: {
        name: physicalName(resource),
        arn: arnOf(account, "apigateway", `/usageplans/${id}`, false),
      },
    };
  },

  declare(resource, cloud) {
    const { id, inputs, outputs } = resource;
    const stages = list<Values>(inputs.apiStages);
    const throttle = inputs.throttleSettings as Values | undefined;
    const quota = inputs.quotaSettings as Values | undefined;
    const plan: UsagePlanModel = {
      id,
      name: outputs.name as string,
      stages: stages.map(({ apiId, stage, throttles }) => ({
        apiId: String(apiId),
        stage: String(stage),
        methodThrottles: list<Values>(throttles).map((one) => ({ methodPath: String(one.path), ...rateLimit(one) })),
      })),
      throttle: throttle && rateLimit(throttle),
      quota: quota && {
        limit: number(quota.limit, 0),
        offset: number(quota.offset, 0),
        period: quota.period as "DAY" | "WEEK" | "MONTH",
      },
      apiKeyIds: [],
    };
    for (const apiId of new Set(stages.map((stage) => stage.apiId))) {
      cloud.restApi(apiId, resource).usagePlans.push(plan);
    }
    for (const { apiId, stage } of stages) {
      warnOfUnawaited(resource, makesStage(apiId, stage), cloud);
      cloud.atTheEnd(resource, () => {
        if (cloud.restApi(apiId, resource).stages.some(({ name }) => name === stage)) return;
        throw new ResourceProblem(`NotFoundException: API Stage not found: ${apiId}:${stage}`);
      });
    }
  },
});

const rateLimit = ({ rateLimit, burstLimit }: Values): RateLimit => ({
  rateLimit: number(rateLimit, 0),
  burstLimit: number(burstLimit, 0),
});
