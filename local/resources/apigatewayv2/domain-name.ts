/** aws:apigatewayv2/domainName:DomainName: a custom domain name, which is declared and not served. */
import type { apigatewayv2 } from "@pulumi/aws";
import type { Values } from "../../engine/values.ts";
import { forTheBill } from "../apigateway/because.ts";
import { notServed, served } from "../contract.ts";
import { arnOf, map, resourceType, stableId, text } from "../resource-type.ts";

const NOT_HERE = "APIs answer at their own origin here, not under custom domain names";
const notHere = notServed(NOT_HERE);

export const httpDomainName = resourceType<apigatewayv2.DomainName, apigatewayv2.DomainNameArgs>(
  "aws:apigatewayv2/domainName:DomainName",
  {
    inputs: {
      domainName: notHere,
      domainNameConfiguration: notHere,
      mutualTlsAuthentication: notHere,
      region: served,
      routingMode: notHere,
      tags: forTheBill,
    },

    create({ urn, inputs }, account) {
      const domain = text(inputs.domainName) ?? "";
      const configuration: Values = {
        ...map<unknown>(inputs.domainNameConfiguration),
        hostedZoneId: `Z${stableId(`${urn}#zone`, 13).toUpperCase()}`,
        targetDomainName: `d-${stableId(`${urn}#target`, 10)}.execute-api.${account.region}.amazonaws.com`,
      };
      return {
        id: domain,
        outputs: {
          apiMappingSelectionExpression: "$request.basepath",
          arn: arnOf(account, "apigateway", `/domainnames/${domain}`, false),
          domainNameConfiguration: configuration,
        },
      };
    },
  },
);
