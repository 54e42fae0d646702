/**
 * aws:apigateway/domainNameAccessAssociation:DomainNameAccessAssociation: which VPC endpoint reaches a private domain name
 * (CreateDomainNameAccessAssociation).
 */
import type { apigateway } from "@pulumi/aws";
import { notServed, served } from "../contract.ts";
import { resourceType, stableId } from "../resource-type.ts";
import { forTheBill } from "./because.ts";

type Association = apigateway.DomainNameAccessAssociation;
type AssociationArgs = apigateway.DomainNameAccessAssociationArgs;

const NO_VPC = notServed("there is no VPC here, and nothing answers at custom domain names");

export const domainNameAccessAssociation = resourceType<Association, AssociationArgs>(
  "aws:apigateway/domainNameAccessAssociation:DomainNameAccessAssociation",
  {
    inputs: {
      accessAssociationSource: NO_VPC,
      accessAssociationSourceType: served,
      domainNameArn: served,
      region: served,
      tags: forTheBill,
    },

    create({ urn, inputs }, account) {
      const [domain] = String(inputs.domainNameArn).split("/domainnames/").slice(-1);
      const arn =
        `arn:aws:apigateway:${account.region}:${account.accountId}:/domainnameaccessassociations/domainname/` +
        `${domain}/vpcesource/${inputs.accessAssociationSource ?? stableId(urn, 17)}`;
      return { id: arn, outputs: { arn } };
    },
  },
);
