/** aws:apigateway/model:Model: a JSON schema that bodies are checked against (CreateModel). */
import type { apigateway } from "@pulumi/aws";
import { served } from "../contract.ts";
import { resourceType, stableId, text } from "../resource-type.ts";
import { forReaders } from "./because.ts";

export const model = resourceType<apigateway.Model, apigateway.ModelArgs>("aws:apigateway/model:Model", {
  inputs: {
    contentType: served,
    description: forReaders,
    name: served,
    region: served,
    restApi: served,
    schema: served,
  },

  create: (resource) => ({
    id: stableId(resource.urn, 6),
    // A model's name is a path segment and takes letters and digits only.
    outputs: { name: text(resource.inputs.name) ?? resource.name.replace(/[^A-Za-z0-9]/g, "") },
  }),

  declare(resource, cloud) {
    const { inputs, outputs } = resource;
    cloud.restApi(inputs.restApi, resource).models.push({
      name: outputs.name as string,
      contentType: inputs.contentType as string,
      schema: text(inputs.schema) ?? "{}",
    });
  },
});
