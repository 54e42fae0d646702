/** The provider functions that ask about the account itself or compute something: all of them are answered truly. */
import { createHash } from "node:crypto";
import { ResourceProblem } from "../../engine/graph.ts";
import type { Values } from "../../engine/values.ts";
import { type Account, partitionOf, text } from "../resource-type.ts";
import { policyDocument } from "./policy-document.ts";

export type ProviderFunction = (args: Values, account: Account) => Values;

export const ACCOUNT_FUNCTIONS: Record<string, ProviderFunction> = {
  "aws:index/getRegion:getRegion": (args, { region }) => {
    const name = text(args.region) ?? text(args.name) ?? region;
    return { id: name, name, region: name, description: name, endpoint: `ec2.${name}.amazonaws.com` };
  },
  "aws:index/getCallerIdentity:getCallerIdentity": (_args, { accountId, region }) => ({
    id: accountId,
    accountId,
    arn: `arn:${partitionOf(region)}:iam::${accountId}:user/local`,
    userId: "AIDALOCALLOCALLOCALL",
  }),
  "aws:index/getPartition:getPartition": (_args, { region }) => ({
    id: partitionOf(region),
    partition: partitionOf(region),
    dnsSuffix: region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com",
    reverseDnsPrefix: region.startsWith("cn-") ? "cn.com.amazonaws" : "com.amazonaws",
  }),
  "aws:index/getAvailabilityZones:getAvailabilityZones": (_args, { region }) => ({
    id: region,
    names: ["a", "b", "c"].map((zone) => region + zone),
    zoneIds: [1, 2, 3].map((zone) => `${region}-az${zone}`),
    groupNames: [region],
  }),
  // No role is there before a program declares it.
  "aws:iam/getRoles:getRoles": (args, { region }) => ({ id: region, names: [], arns: [], ...args }),
  "aws:index/getService:getService": (args, { region }) => {
    const service = text(args.serviceId) ?? "";
    const name = text(args.region) ?? region;
    const dnsName = `${service}.${name}.amazonaws.com`;
    return {
      id: dnsName,
      dnsName,
      region: name,
      serviceId: service,
      supported: true,
      partition: partitionOf(name),
      reverseDnsName: dnsName,
    };
  },
  "aws:index/getAvailabilityZone:getAvailabilityZone": (args, { region }) => {
    const name = text(args.name) ?? `${region}a`;
    return {
      ...{ id: name, name, nameSuffix: name.slice(-1), region: name.slice(0, -1), groupName: name.slice(0, -1) },
      ...{
        zoneId: `${region}-az1`,
        zoneType: "availability-zone",
        state: "available",
        optInStatus: "opt-in-not-required",
      },
      ...{ networkBorderGroup: region, parentZoneId: "", parentZoneName: "", groupLongName: region },
    };
  },
  "aws:index/getServicePrincipal:getServicePrincipal": (args, { region }) => {
    const suffix = "amazonaws.com";
    const name = `${text(args.serviceName) ?? ""}.${suffix}`;
    return { id: name, name, region: text(args.region) ?? region, serviceName: args.serviceName, suffix };
  },
  "aws:index/getRegions:getRegions": (args, { region }) => ({
    id: partitionOf(region),
    names: args.allRegions === true ? [...ENABLED_REGIONS, ...OPT_IN_REGIONS].sort() : ENABLED_REGIONS,
    allRegions: args.allRegions,
  }),
  "aws:index/getArn:getArn": (args) => {
    const arn = text(args.arn) ?? "";
    const [, partition, service, region, account, ...resource] = arn.split(":");
    if (!arn.startsWith("arn:") || resource.length === 0)
      throw new ResourceProblem(`${JSON.stringify(arn)} is not an ARN: it has fewer than six parts between colons.`);
    return { id: arn, arn, partition, service, region, account, resource: resource.join(":") };
  },
  // Accounts of AWS's own (https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/cur-create.html).
  "aws:index/getBillingServiceAccount:getBillingServiceAccount": (_args, { region }) => ({
    id: "386209384616",
    arn: `arn:${partitionOf(region)}:iam::386209384616:root`,
  }),
  "aws:s3/getCanonicalUserId:getCanonicalUserId": (_args, { accountId }) => ({
    id: createHash("sha256").update(accountId).digest("hex"),
    displayName: "local",
  }),
  "aws:cloudfront/getLogDeliveryCanonicalUserId:getLogDeliveryCanonicalUserId": () => ({
    id: "c4c1ede66af53448b93c283ce9448c4ba468c9432aa01d700d3878632f77d2d0",
  }),
  "aws:iam/getAccountAlias:getAccountAlias": () => ({ id: "local", accountAlias: "local" }),
  "aws:iam/getPolicyDocument:getPolicyDocument": policyDocument,
};

/** Regions that every account has, and those that it must opt in to (https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html). */
const ENABLED_REGIONS = [
  ...["ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2"],
  ...["ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1"],
  ...["us-east-1", "us-east-2", "us-west-1", "us-west-2"],
];
const OPT_IN_REGIONS = [
  ...["af-south-1", "ap-east-1", "ap-south-2", "ap-southeast-3", "ap-southeast-4", "ca-west-1", "eu-central-2"],
  ...["eu-south-1", "eu-south-2", "il-central-1", "me-central-1", "me-south-1"],
];
