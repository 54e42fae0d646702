/** aws:apigateway/vpcLink:VpcLink: a way into a VPC for HTTP integrations (CreateVpcLink). */
import type { apigateway } from "@pulumi/aws";
import { notServed, served } from "../contract.ts";
import { arnOf, physicalName, resourceType, stableId } from "../resource-type.ts";
import { forReaders, forTheBill } from "./because.ts";
import { NO_VPC_LINKS } from "./integration.ts";

export const vpcLink = resourceType<apigateway.VpcLink, apigateway.VpcLinkArgs>("aws:apigateway/vpcLink:VpcLink", {
  inputs: {
    description: forReaders,
    name: served,
    region: served,
    tags: forTheBill,
    targetArn: notServed(NO_VPC_LINKS),
  },

  create(resource, account) {
    const id = stableId(resource.urn, 6);
    return {
      id,
      outputs: {
        name: physicalName(resource),
        arn: arnOf(account, "apigateway", `/vpclinks/${id}`, false),
      },
    };
  },
});
