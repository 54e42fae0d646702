/** aws:apigateway/restApiPolicy:RestApiPolicy: who may call an API, whatever its methods say (UpdateRestApi, `/policy`). */
import type { apigateway } from "@pulumi/aws";
import { served } from "../contract.ts";
import { resourceType, text } from "../resource-type.ts";

type Policy = apigateway.RestApiPolicy;
type PolicyArgs = apigateway.RestApiPolicyArgs;

export const restApiPolicy = resourceType<Policy, PolicyArgs>("aws:apigateway/restApiPolicy:RestApiPolicy", {
  inputs: {
    policy: served,
    region: served,
    restApiId: served,
  },

  create: ({ inputs }) => ({ id: inputs.restApiId as string, outputs: {} }),

  declare(resource, cloud) {
    cloud.restApi(resource.inputs.restApiId, resource).policy = text(resource.inputs.policy);
  },
});
