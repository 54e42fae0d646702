/** EC2 and its networks, ECS. */
import type { Values } from "../../engine/values.ts";
import type { Companion, Companions, Made } from "./companion.ts";

/** A resource with an id such as `vpc-0123456789abcdef0`, also in its ARN. */
const ec2 =
  (prefix: string, kind: string, more: (made: Made) => Values = () => ({})): Companion =>
  (made) => {
    const id = made.ec2Id(prefix);
    return { id, outputs: { arn: made.arn("ec2", `${kind}/${id}`), ownerId: made.accountId, ...more(made) } };
  };

const zoneOf = (made: Made): Values => ({
  availabilityZone: made.text("availabilityZone") ?? `${made.region}a`,
  availabilityZoneId: made.text("availabilityZoneId") ?? `${made.region}-az1`,
});

function hostNames(made: Made, publicIp: string, privateIp: string): Values {
  const first = made.region === "us-east-1";
  const dashed = (ip: string) => ip.replaceAll(".", "-");
  const publicDns = `ec2-${dashed(publicIp)}.${first ? "compute-1" : `${made.region}.compute`}.amazonaws.com`;
  const privateDns = `ip-${dashed(privateIp)}.${first ? "ec2" : `${made.region}.compute`}.internal`;
  return { publicIp, privateIp, publicDns, privateDns };
}

const cluster: Companion = (made) => {
  const name = made.name();
  const arn = made.arn("ecs", `cluster/${name}`);
  return { id: arn, outputs: { name, arn } };
};

export const compute: Companions = {
  "aws:ec2/vpc:Vpc": ec2("vpc", "vpc", (made) => ({
    ...{ defaultSecurityGroupId: made.ec2Id("sg", "default"), defaultNetworkAclId: made.ec2Id("acl", "default") },
    ...{ mainRouteTableId: made.ec2Id("rtb", "main"), defaultRouteTableId: made.ec2Id("rtb", "main") },
    ...{ dhcpOptionsId: made.ec2Id("dopt", "default"), instanceTenancy: made.text("instanceTenancy") ?? "default" },
    ...{ ipv6AssociationId: "", ipv6CidrBlock: "", ipv6CidrBlockNetworkBorderGroup: "" },
    enableDnsHostnames: made.inputs.enableDnsHostnames === true,
  })),
  "aws:ec2/subnet:Subnet": ec2("subnet", "subnet", (made) => ({ ...zoneOf(made), ipv6CidrBlockAssociationId: "" })),
  "aws:ec2/securityGroup:SecurityGroup": ec2("sg", "security-group", (made) => ({
    ...{ name: made.name(), vpcId: made.text("vpcId") ?? made.ec2Id("vpc", "default") },
    ...{ description: made.text("description") ?? "Managed by Pulumi", ingress: made.inputs.ingress ?? [] },
    egress: made.inputs.egress ?? [],
  })),
  "aws:ec2/securityGroupRule:SecurityGroupRule": (made) => ({
    id: `sgrule-${Number.parseInt(made.hex(7), 16)}`,
    outputs: { securityGroupRuleId: made.ec2Id("sgr") },
  }),
  "aws:ec2/internetGateway:InternetGateway": ec2("igw", "internet-gateway"),
  "aws:ec2/natGateway:NatGateway": ec2("nat", "natgateway", (made) => ({
    ...{ publicIp: made.publicIp(), privateIp: made.privateIp(), networkInterfaceId: made.ec2Id("eni", "own") },
    associationId: made.ec2Id("eipassoc", "own"),
  })),
  "aws:ec2/routeTable:RouteTable": ec2("rtb", "route-table"),
  "aws:ec2/routeTableAssociation:RouteTableAssociation": ec2("rtbassoc", "route-table-association"),
  "aws:ec2/networkAcl:NetworkAcl": ec2("acl", "network-acl"),
  "aws:ec2/networkInterface:NetworkInterface": ec2("eni", "network-interface", (made) => ({
    privateIp: made.privateIp(),
  })),
  "aws:ec2/vpcEndpoint:VpcEndpoint": ec2("vpce", "vpc-endpoint", (made) => ({
    ...{ state: "available", prefixListId: made.ec2Id("pl", "own"), cidrBlocks: [] },
    dnsEntries: [
      {
        dnsName: `${made.ec2Id("vpce")}-${made.lower(8)}.execute-api.${made.region}.vpce.amazonaws.com`,
        hostedZoneId: `Z${made.upper(13)}`,
      },
    ],
  })),
  "aws:ec2/vpcPeeringConnection:VpcPeeringConnection": ec2("pcx", "vpc-peering-connection", () => ({
    acceptStatus: "active",
  })),
  "aws:ec2/eip:Eip": ec2("eipalloc", "elastic-ip", (made) => ({
    ...{ allocationId: made.ec2Id("eipalloc"), associationId: "", domain: "vpc" },
    ...hostNames(made, made.publicIp(), made.privateIp()),
  })),
  "aws:ec2/instance:Instance": ec2("i", "instance", (made) => ({
    ...{ ...zoneOf(made), ...hostNames(made, made.publicIp(), made.privateIp()), instanceState: "running" },
    ...{ primaryNetworkInterfaceId: made.ec2Id("eni", "own"), subnetId: made.text("subnetId") ?? "" },
  })),
  "aws:ec2/launchTemplate:LaunchTemplate": ec2("lt", "launch-template", (made) => ({
    ...{ name: made.name(), latestVersion: 1, defaultVersion: 1 },
  })),
  "aws:ec2/keyPair:KeyPair": (made) => {
    const keyName = made.name("keyName");
    const keyPairId = made.ec2Id("key", "pair");
    const arn = made.arn("ec2", `key-pair/${keyName}`);
    return { id: keyName, outputs: { keyName, keyPairId, arn, keyType: "rsa", fingerprint: made.hex(32) } };
  },
  "aws:ebs/volume:Volume": ec2("vol", "volume"),
  "aws:ecs/cluster:Cluster": cluster,
  "aws:ecs/service:Service": (made) => {
    const name = made.name();
    const owner = (made.text("cluster") ?? "default").split("/").at(-1);
    const arn = made.arn("ecs", `service/${owner}/${name}`);
    return { id: arn, outputs: { name, arn } };
  },
  "aws:ecs/taskDefinition:TaskDefinition": (made) => {
    const family = made.text("family") ?? made.existing ?? "";
    const arnWithoutRevision = made.arn("ecs", `task-definition/${family}`);
    return { id: family, outputs: { arn: `${arnWithoutRevision}:1`, arnWithoutRevision, revision: 1 } };
  },
};
