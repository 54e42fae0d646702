/** aws:apigateway/apiKey:ApiKey: a caller's key, which counts through the usage plans that it is in (CreateApiKey). */
import type { apigateway } from "@pulumi/aws";
import { ResourceProblem } from "../../engine/graph.ts";
import type { ApiKeyModel } from "../../model.ts";
import { served } from "../contract.ts";
import { arnOf, flag, physicalName, resourceType, stableId, text } from "../resource-type.ts";
import { markersIn } from "../unknown-outputs.ts";
import { forReaders, forTheBill } from "./because.ts";

export const apiKey = resourceType<apigateway.ApiKey, apigateway.ApiKeyArgs>("aws:apigateway/apiKey:ApiKey", {
  inputs: {
    customerId: forReaders,
    description: forReaders,
    enabled: served,
    name: served,
    region: served,
    tags: forTheBill,
    value: served,
  },

  create(resource, account) {
    const { inputs, urn } = resource;
    refuseValue(text(inputs.value));
    const id = stableId(urn, 10);
    return {
      id,
      outputs: {
        name: physicalName(resource),
        description: text(inputs.description) ?? "Managed by Pulumi",
        enabled: flag(inputs.enabled, true),
        value: text(inputs.value) ?? stableId(`${urn}#value`, 40, "mixed"),
        arn: arnOf(account, "apigateway", `/apikeys/${id}`, false),
        createdDate: new Date(0).toISOString(),
        lastUpdatedDate: new Date(0).toISOString(),
      },
    };
  },

  declare({ id, outputs }, cloud) {
    const { name, description, value, enabled } = outputs as Omit<ApiKeyModel, "id">;
    cloud.model.apiKeys.push({ id, name, description, value, enabled });
    if (!enabled) cloud.disabledApiKeys.add(id);
  },
});

/** Recorded by LocalStack's test_apigateway_extended, 2025-07. @throws ResourceProblem */
function refuseValue(value: string | undefined): void {
  if (value === undefined || markersIn(value).length > 0) return;
  if (value.length < 20) {
    throw new ResourceProblem("BadRequestException: API Key value should be at least 20 characters");
  }
  if (value.length > 128) {
    throw new ResourceProblem("BadRequestException: API Key value exceeds maximum size of 128 characters");
  }
}
