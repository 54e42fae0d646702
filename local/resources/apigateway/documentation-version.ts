/** aws:apigateway/documentationVersion:DocumentationVersion: a snapshot of an API's documentation (CreateDocumentationVersion). */
import type { apigateway } from "@pulumi/aws";
import { served } from "../contract.ts";
import { resourceType } from "../resource-type.ts";
import { forReaders } from "./because.ts";

type Version = apigateway.DocumentationVersion;
type VersionArgs = apigateway.DocumentationVersionArgs;

export const documentationVersion = resourceType<Version, VersionArgs>(
  "aws:apigateway/documentationVersion:DocumentationVersion",
  {
    inputs: { description: forReaders, region: served, restApiId: forReaders, version: forReaders },

    create: ({ inputs }) => ({
      id: `${inputs.restApiId}/${inputs.version}`,
      outputs: {},
    }),
  },
);
