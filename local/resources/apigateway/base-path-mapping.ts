/** aws:apigateway/basePathMapping:BasePathMapping: which API answers below a path of a domain name (CreateBasePathMapping). */
import type { apigateway } from "@pulumi/aws";
import { served, withoutEffect } from "../contract.ts";
import { resourceType, text } from "../resource-type.ts";

type Mapping = apigateway.BasePathMapping;
type MappingArgs = apigateway.BasePathMappingArgs;

const ofTheDomain = withoutEffect(
  "nothing answers at the domain name, which is named where it is declared; outputs show the API's own origin",
);

export const basePathMapping = resourceType<Mapping, MappingArgs>("aws:apigateway/basePathMapping:BasePathMapping", {
  inputs: {
    basePath: ofTheDomain,
    domainName: ofTheDomain,
    domainNameId: ofTheDomain,
    region: served,
    restApi: ofTheDomain,
    stageName: ofTheDomain,
  },

  create({ inputs }) {
    const parts = [
      inputs.domainName,
      text(inputs.basePath) ?? "",
      ...(inputs.domainNameId ? [inputs.domainNameId] : []),
    ];
    return { id: parts.join("/"), outputs: {} };
  },

  declare({ inputs }, cloud) {
    cloud.model.customDomains.push({
      domainName: String(inputs.domainName),
      basePath: text(inputs.basePath) ?? "",
      apiId: String(inputs.restApi),
      stage: text(inputs.stageName),
    });
  },
});
