/** aws:apigateway/model:Model: a JSON schema that bodies are checked against (CreateModel). */
import type { apigateway } from "@pulumi/aws";
import { ResourceProblem } from "../../engine/graph.ts";
import { served } from "../contract.ts";
import { resourceType, stableId, text } from "../resource-type.ts";
import { forReaders } from "./because.ts";

/** What is refused was recorded by LocalStack's test_apigateway_api, 2024-04. */
export const model = resourceType<apigateway.Model, apigateway.ModelArgs>("aws:apigateway/model:Model", {
  inputs: {
    contentType: served,
    description: forReaders,
    name: served,
    region: served,
    restApi: served,
    schema: served,
  },

  create(resource) {
    if (!text(resource.inputs.schema)) {
      throw new ResourceProblem(
        "BadRequestException: Model schema must have at least 1 property or array items defined",
      );
    }
    return {
      id: stableId(resource.urn, 6),
      // A model's name is a path segment and takes letters and digits only.
      outputs: { name: text(resource.inputs.name) ?? resource.name.replace(/[^A-Za-z0-9]/g, "") },
    };
  },

  declare(resource, cloud) {
    const { inputs, outputs } = resource;
    const { models } = cloud.restApi(inputs.restApi, resource);
    const name = outputs.name as string;
    if (["Empty", "Error"].includes(name) || models.some((other) => other.name === name)) {
      throw new ResourceProblem("ConflictException: Model name already exists for this REST API");
    }
    models.push({
      name,
      contentType: inputs.contentType as string,
      schema: text(inputs.schema) ?? "{}",
    });
  },
});
