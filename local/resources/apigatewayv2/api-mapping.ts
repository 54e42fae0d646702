/** aws:apigatewayv2/apiMapping:ApiMapping: an API under a custom domain name, which is not served. */
import type { apigatewayv2 } from "@pulumi/aws";
import { served, withoutEffect } from "../contract.ts";
import { resourceType, stableId, text } from "../resource-type.ts";

const elsewhere = withoutEffect(
  "custom domain names do not run here; the domain name is named as declared only, and outputs show the API's own origin",
);

export const apiMapping = resourceType<apigatewayv2.ApiMapping, apigatewayv2.ApiMappingArgs>(
  "aws:apigatewayv2/apiMapping:ApiMapping",
  {
    inputs: { apiId: elsewhere, apiMappingKey: elsewhere, domainName: elsewhere, region: served, stage: elsewhere },
    create: ({ urn }) => ({ id: stableId(urn, 6), outputs: {} }),
    declare({ inputs }, cloud) {
      cloud.model.customDomains.push({
        domainName: String(inputs.domainName),
        basePath: text(inputs.apiMappingKey) ?? "",
        apiId: String(inputs.apiId),
        stage: String(inputs.stage),
      });
    },
  },
);
