/** aws:apigatewayv2/vpcLink:VpcLink: a way into a VPC, which does not run here; integrations that use it are refused. */
import type { apigatewayv2 } from "@pulumi/aws";
import { forTheBill } from "../apigateway/because.ts";
import { notServed, served } from "../contract.ts";
import { arnOf, physicalName, resourceType, stableId } from "../resource-type.ts";

const notHere = notServed("there is no VPC on this machine");

export const httpVpcLink = resourceType<apigatewayv2.VpcLink, apigatewayv2.VpcLinkArgs>(
  "aws:apigatewayv2/vpcLink:VpcLink",
  {
    inputs: { name: served, region: served, securityGroupIds: notHere, subnetIds: notHere, tags: forTheBill },
    create(resource, account) {
      const id = stableId(resource.urn, 10);
      return {
        id,
        outputs: {
          name: physicalName(resource),
          arn: arnOf(account, "apigateway", `/vpclinks/${id}`, false),
        },
      };
    },
  },
);
