/**
 * Provider functions that look something up in a real account. What the program itself declares is answered truly; the
 * rest with the arguments, the documented defaults, and ids and ARNs that are made up and have AWS's form.
 */
import type { NewResource } from "../../engine/graph.ts";
import type { Values } from "../../engine/values.ts";
import { Made } from "../companions/companion.ts";
import { COMPANIONS } from "../companions/index.ts";
import { type Account, list, text } from "../resource-type.ts";

export interface LookedUp {
  /** The argument that says what is looked up. */
  name: string;
  result: Values;
  /** What the program itself declares; anything else is made up. */
  own: boolean;
}

/** Arguments that say what is looked up, and of those the ones that are the id. */
const IDS = ["id", "arn", "zoneId", "keyId", "vpcId", "functionName", "bucket", "url"];
const KEYS = [
  ...IDS,
  ...[
    "name",
    "domain",
    "domainName",
    "secretId",
    "secretArn",
    "userPoolId",
    "repositoryName",
    "clusterName",
    "identifier",
  ],
];

/** `aws:ec2/getVpc:getVpc` → `aws:ec2/vpc:Vpc` */
function typeOf(token: string): string {
  const [, module, name] = /^aws:(\w+)\/\w+:get(\w+)$/.exec(token) ?? [];
  return name === undefined ? "" : `aws:${module}/${name[0]!.toLowerCase()}${name.slice(1)}:${name}`;
}

/** @returns `undefined` when it is no function of the AWS provider */
export function lookUp(token: string, args: Values, account: Account): LookedUp | undefined {
  const type = typeOf(token);
  if (type === "") return undefined;
  const key = KEYS.find((name) => text(args[name]));
  const name = key ? text(args[key])! : JSON.stringify(args);
  const declared = key ? account.find(type, name) : undefined;
  if (declared) return { name, result: { id: name, ...declared, ...args }, own: true };

  const id = IDS.map((name) => text(args[name])).find((value) => value !== undefined);
  const resource: NewResource = {
    urn: `${token}#${JSON.stringify(args)}`,
    type,
    name,
    provider: "",
    inputs: { ...args, ...(args.domain !== undefined && { domainName: args.domain }) },
  };
  const made = new Made(resource, account, id);
  const special = SPECIAL[token]?.(made) ?? {};
  const companion = COMPANIONS[type]?.(made);
  const result = { ...companion?.outputs, ...special, ...args };
  return {
    name,
    result: { id: id ?? companion?.id ?? result.arn ?? made.name(), region: account.region, ...result },
    own: false,
  };
}

/** Two of everything that is looked up by the list. */
const ids =
  (output: string, prefix: string) =>
  (made: Made): Values => ({ [output]: [made.ec2Id(prefix, "first"), made.ec2Id(prefix, "second")] });

const SPECIAL: Record<string, (made: Made) => Values> = {
  "aws:ec2/getAmi:getAmi": (made) => {
    const imageId = made.ec2Id("ami");
    const [owner] = list(made.inputs.owners);
    const ownerId = /^\d{12}$/.test(String(owner)) ? String(owner) : made.accountId;
    const ownerAlias = String(owner) === "amazon" ? "amazon" : "";
    return {
      ...{ id: imageId, imageId, arn: `arn:${made.partition}:ec2:${made.region}::image/${imageId}`, ownerId },
      ...{ architecture: "x86_64", hypervisor: "xen", virtualizationType: "hvm", rootDeviceName: "/dev/xvda" },
      ...{ rootDeviceType: "ebs", imageType: "machine", state: "available", public: true, enaSupport: true },
      ...{ creationDate: made.createdAt, deprecationTime: "", imageOwnerAlias: ownerAlias, platform: "" },
      ...{ kernelId: "", ramdiskId: "", sriovNetSupport: "simple", productCodes: [], blockDeviceMappings: [] },
      ...{ tags: {}, platformDetails: "Linux/UNIX", usageOperation: "RunInstances", bootMode: "", stateReason: {} },
    };
  },
  "aws:ec2/getVpc:getVpc": (made) => ({
    ...{
      cidrBlock: made.text("cidrBlock") ?? "172.31.0.0/16",
      state: "available",
      default: made.inputs.default === true,
    },
    ...{ enableDnsSupport: true, enableDnsHostnames: true, enableNetworkAddressUsageMetrics: false, tags: {} },
    ...{ cidrBlockAssociations: [], ipv6CidrBlockAssociations: [] },
  }),
  "aws:ec2/getVpcs:getVpcs": ids("ids", "vpc"),
  "aws:ec2/getSubnets:getSubnets": ids("ids", "subnet"),
  "aws:ec2/getSubnetIds:getSubnetIds": ids("ids", "subnet"),
  "aws:ec2/getSecurityGroups:getSecurityGroups": ids("ids", "sg"),
  "aws:ec2/getSubnet:getSubnet": (made) => ({
    ...{ cidrBlock: "172.31.0.0/20", state: "available", vpcId: made.text("vpcId") ?? made.ec2Id("vpc", "default") },
    ...{ mapPublicIpOnLaunch: true, availableIpAddressCount: 4091, defaultForAz: true, tags: {} },
  }),
  "aws:route53/getZone:getZone": (made) => ({
    ...{ privateZone: made.inputs.privateZone === true, comment: "", callerReference: made.uuid() },
    ...{ resourceRecordSetCount: 2, linkedServicePrincipal: "", linkedServiceDescription: "", tags: {} },
  }),
  "aws:acm/getCertificate:getCertificate": (made) => ({
    ...{ domain: made.text("domain") ?? made.text("domainName") ?? "", status: "ISSUED", tags: {} },
  }),
  "aws:iam/getPolicy:getPolicy": (made) => {
    const arn = made.existing ?? made.globalArn("iam", `policy/${made.name()}`);
    return { arn, id: arn, description: "", tags: {}, attachmentCount: 0 };
  },
  "aws:iam/getRole:getRole": (made) => ({
    ...{ description: "", maxSessionDuration: 3600, permissionsBoundary: "", roleLastUseds: [], tags: {} },
    assumeRolePolicy: JSON.stringify({ Version: "2012-10-17", Statement: [] }),
    createDate: made.createdAt,
  }),
  "aws:lambda/getFunction:getFunction": (made) => {
    const name = made.text("functionName") ?? "";
    const arn = made.arn("lambda", `function:${name}`);
    return { functionName: name, arn, qualifiedArn: `${arn}:$LATEST`, version: "$LATEST" };
  },
  "aws:apigateway/getRestApi:getRestApi": (made) => {
    const id = made.lower(10);
    const arn = `arn:${made.partition}:apigateway:${made.region}::/restapis/${id}`;
    const executionArn = made.arn("execute-api", id);
    return { id, arn, executionArn, rootResourceId: made.lower(10, "root"), description: "", policy: "", tags: {} };
  },
  "aws:ssm/getParameter:getParameter": () => ({ type: "String", version: 1, withDecryption: true }),
};
