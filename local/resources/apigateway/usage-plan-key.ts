/** aws:apigateway/usagePlanKey:UsagePlanKey: puts an API key into a usage plan (CreateUsagePlanKey). */
import type { apigateway } from "@pulumi/aws";
import { served } from "../contract.ts";
import { resourceType, text } from "../resource-type.ts";
import { apiKey } from "./api-key.ts";

type PlanKey = apigateway.UsagePlanKey;
type PlanKeyArgs = apigateway.UsagePlanKeyArgs;

export const usagePlanKey = resourceType<PlanKey, PlanKeyArgs>("aws:apigateway/usagePlanKey:UsagePlanKey", {
  inputs: { keyId: served, keyType: served, region: served, usagePlanId: served },

  create({ inputs }, account) {
    const key = account.find(apiKey.type, text(inputs.keyId) ?? "");
    return {
      id: inputs.keyId as string,
      outputs: { name: key?.name ?? "", value: key?.value ?? "" },
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
        enabled: !cloud.disabledApiKeys.has(keyId as string),
      });
    }
  },
});
