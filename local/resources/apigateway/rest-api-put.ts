/** aws:apigateway/restApiPut:RestApiPut: an OpenAPI document put over an API (PutRestApi in overwrite mode). */
import type { apigateway } from "@pulumi/aws";
import { notServed, served, withoutEffect } from "../contract.ts";
import { resourceType } from "../resource-type.ts";
import { importOpenApi } from "./openapi-import.ts";

type Put = apigateway.RestApiPut;
type PutArgs = apigateway.RestApiPutArgs;

export const restApiPut = resourceType<Put, PutArgs>("aws:apigateway/restApiPut:RestApiPut", {
  inputs: {
    body: served,
    failOnWarnings: notServed("what API Gateway only warns of in a body is not looked for"),
    parameters: served,
    region: served,
    restApiId: served,
    timeouts: { parts: { create: withoutEffect("the import is done at once") } },
    triggers: withoutEffect("what the program declares is what runs"),
  },

  create: ({ inputs }) => ({ id: inputs.restApiId as string, outputs: {} }),

  declare(resource, cloud) {
    importOpenApi(cloud.restApi(resource.inputs.restApiId, resource), resource, cloud);
  },
});
