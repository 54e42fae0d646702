/** aws:apigateway/documentationPart:DocumentationPart: what readers are told of a part of an API (CreateDocumentationPart). */
import type { apigateway } from "@pulumi/aws";
import { served } from "../contract.ts";
import { resourceType, stableId } from "../resource-type.ts";
import { forReaders } from "./because.ts";

type Part = apigateway.DocumentationPart;
type PartArgs = apigateway.DocumentationPartArgs;

export const documentationPart = resourceType<Part, PartArgs>("aws:apigateway/documentationPart:DocumentationPart", {
  inputs: {
    location: {
      parts: { method: forReaders, name: forReaders, path: forReaders, statusCode: forReaders, type: forReaders },
    },
    properties: forReaders,
    region: served,
    restApiId: forReaders,
  },

  create({ urn, inputs }) {
    const documentationPartId = stableId(urn, 6);
    return {
      id: `${inputs.restApiId}/${documentationPartId}`,
      outputs: { documentationPartId },
    };
  },
});
