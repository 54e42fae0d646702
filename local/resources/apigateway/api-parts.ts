/** The smaller parts of a REST API: gateway responses, request validators and models, API keys and usage plans. */

import type { Values } from "../../engine/values.ts";
import type { UsagePlanModel } from "../../model.ts";
import { arnOf, flag, list, map, number, physicalName, type ResourceType, stableId, text } from "../resource-type.ts";

export const gatewayResponse: ResourceType = {
  type: "aws:apigateway/response:Response",
  create: ({ inputs }, account) => ({
    id: `aggr-${inputs.restApiId}-${inputs.responseType}`,
    outputs: { region: account.region },
  }),
  declare(resource, cloud) {
    const { inputs } = resource;
    cloud.restApi(inputs.restApiId, resource).gatewayResponses.push({
      responseType: inputs.responseType as string,
      statusCode: text(inputs.statusCode),
      responseParameters: map(inputs.responseParameters),
      responseTemplates: map(inputs.responseTemplates),
    });
  },
};

export const requestValidator: ResourceType = {
  type: "aws:apigateway/requestValidator:RequestValidator",
  create: (resource, account) => ({
    id: stableId(resource.urn, 6),
    outputs: { name: physicalName(resource), region: account.region },
  }),
  declare(resource, cloud) {
    const { id, inputs, outputs } = resource;
    cloud.restApi(inputs.restApi, resource).requestValidators.push({
      id,
      name: outputs.name as string,
      validateBody: flag(inputs.validateRequestBody),
      validateParameters: flag(inputs.validateRequestParameters),
    });
  },
};

export const model: ResourceType = {
  type: "aws:apigateway/model:Model",
  create: (resource, account) => ({
    id: stableId(resource.urn, 6),
    // A model's name is a path segment and takes letters and digits only.
    outputs: { name: text(resource.inputs.name) ?? resource.name.replace(/[^A-Za-z0-9]/g, ""), region: account.region },
  }),
  declare(resource, cloud) {
    const { inputs, outputs } = resource;
    cloud.restApi(inputs.restApi, resource).models.push({
      name: outputs.name as string,
      contentType: inputs.contentType as string,
      schema: text(inputs.schema) ?? "{}",
    });
  },
};

export const apiKey: ResourceType = {
  type: "aws:apigateway/apiKey:ApiKey",
  create(resource, account) {
    const id = stableId(resource.urn, 10);
    return {
      id,
      outputs: {
        name: physicalName(resource),
        value: text(resource.inputs.value) ?? stableId(`${resource.urn}#value`, 40, "mixed"),
        arn: arnOf(account, "apigateway", `/apikeys/${id}`, false),
        createdDate: new Date(0).toISOString(),
        lastUpdatedDate: new Date(0).toISOString(),
        region: account.region,
      },
    };
  },
};

export const usagePlan: ResourceType = {
  type: "aws:apigateway/usagePlan:UsagePlan",
  create(resource, account) {
    const id = stableId(resource.urn, 6);
    return {
      id,
      outputs: {
        name: physicalName(resource),
        arn: arnOf(account, "apigateway", `/usageplans/${id}`, false),
        region: account.region,
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
      stages: stages.map(({ apiId, stage }) => `${apiId}:${stage}`),
      throttle: throttle && { rateLimit: number(throttle.rateLimit, 0), burstLimit: number(throttle.burstLimit, 0) },
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
  },
};

export const usagePlanKey: ResourceType = {
  type: "aws:apigateway/usagePlanKey:UsagePlanKey",
  create({ inputs }, account) {
    const key = account.find(apiKey.type, text(inputs.keyId) ?? "");
    return {
      id: inputs.keyId as string,
      outputs: { name: key?.name ?? "", value: key?.value ?? "", region: account.region },
    };
  },
  declare(resource, cloud) {
    const { keyId, usagePlanId } = resource.inputs;
    for (const api of cloud.model.restApis) {
      const plan = api.usagePlans.find(({ id }) => id === usagePlanId);
      if (!plan) continue;
      if (!plan.apiKeyIds.includes(keyId as string)) plan.apiKeyIds.push(keyId as string);
      api.apiKeys.push({
        id: keyId as string,
        name: resource.outputs.name as string,
        value: resource.outputs.value as string,
        enabled: true,
      });
    }
  },
};
