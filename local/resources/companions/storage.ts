/** S3, RDS, ECR and EFS. */
import { createHash } from "node:crypto";
import { Asset, type Values } from "../../engine/values.ts";
import { number } from "../resource-type.ts";
import type { Companion, Companions, Made } from "./companion.ts";

/** Of the hosted zone of a region's S3 website endpoints (https://docs.aws.amazon.com/general/latest/gr/s3.html). */
const WEBSITE_ZONES: Record<string, string> = {
  "us-east-1": "Z3AQBSTGFAJSTF",
  "us-east-2": "Z2O1EMRO9K5GLX",
  "us-west-1": "Z2F56UZL2M1ACD",
  "us-west-2": "Z3BJ6K6RIION7M",
  "eu-west-1": "Z1BKCTXD74EZPE",
  "eu-central-1": "Z21DNDUVLTQW6Q",
};
/** Regions whose website endpoints have a hyphen before the region. */
const HYPHENATED = /^(?:us-east-1|us-west-[12]|eu-west-1|ap-southeast-[12]|ap-northeast-1|sa-east-1|us-gov-west-1)$/;

function website(made: Made, bucket: string): Values {
  const websiteDomain = `s3-website${HYPHENATED.test(made.region) ? "-" : "."}${made.region}.amazonaws.com`;
  return { websiteDomain, websiteEndpoint: `${bucket}.${websiteDomain}` };
}

/** Also of what is served: `s3/bucket.ts`. */
export const bucket: Companion = (made) => {
  const name = made.name("bucket");
  return {
    id: name,
    outputs: {
      bucket: name,
      arn: `arn:${made.partition}:s3:::${name}`,
      bucketDomainName: `${name}.s3.amazonaws.com`,
      bucketRegionalDomainName: `${name}.s3.${made.region}.amazonaws.com`,
      bucketRegion: made.region,
      hostedZoneId: WEBSITE_ZONES[made.region] ?? `Z${made.upper(13, "zone")}`,
      requestPayer: "BucketOwner",
      ...website(made, name),
    },
  };
};

/** Also of what is served: `s3/bucket-object.ts`. */
export const bucketObject: Companion = (made) => {
  const key = made.text("key") ?? made.urn.slice(made.urn.lastIndexOf("::") + 2);
  const { source, content } = made.inputs;
  const body = typeof content === "string" ? content : source instanceof Asset ? (source.text ?? source.path) : key;
  return {
    id: key,
    outputs: {
      key,
      arn: `arn:${made.partition}:s3:::${made.text("bucket")}/${key}`,
      etag: createHash("md5").update(String(body)).digest("hex"),
      versionId: "",
      contentType: made.text("contentType") ?? "application/octet-stream",
      serverSideEncryption: made.text("serverSideEncryption") ?? "AES256",
      storageClass: made.text("storageClass") ?? "STANDARD",
    },
  };
};

/** What is set on a bucket and has the bucket's name as its id. */
const ofBucket: Companion = (made) => ({ id: made.existing ?? made.text("bucket") ?? "", outputs: {} });

const PORTS: Record<string, number> = { postgres: 5432, mysql: 3306, mariadb: 3306, oracle: 1521, sqlserver: 1433 };
const portOf = (engine: string): number =>
  PORTS[Object.keys(PORTS).find((name) => engine.replace("aurora-", "").startsWith(name)) ?? "mysql"]!;

const databaseInstance: Companion = (made) => {
  const identifier = made.name("identifier");
  const port = number(made.inputs.port, portOf(made.text("engine") ?? ""));
  const address = `${identifier}.${made.lower(12, "host")}.${made.region}.rds.amazonaws.com`;
  return {
    id: identifier,
    outputs: {
      ...{ identifier, address, port, endpoint: `${address}:${port}`, hostedZoneId: `Z${made.upper(13, "zone")}` },
      arn: made.arn("rds", `db:${identifier}`),
      resourceId: `db-${made.upper(26)}`,
      status: "available",
      username: made.text("username") ?? "",
      availabilityZone: made.text("availabilityZone") ?? `${made.region}a`,
      masterUserSecrets: [],
    },
  };
};

const databaseCluster: Companion = (made) => {
  const clusterIdentifier = made.name("clusterIdentifier");
  const port = number(made.inputs.port, portOf(made.text("engine") ?? ""));
  const host = `${made.lower(12, "host")}.${made.region}.rds.amazonaws.com`;
  return {
    id: clusterIdentifier,
    outputs: {
      ...{ clusterIdentifier, port, hostedZoneId: `Z${made.upper(13, "zone")}` },
      endpoint: `${clusterIdentifier}.cluster-${host}`,
      readerEndpoint: `${clusterIdentifier}.cluster-ro-${host}`,
      arn: made.arn("rds", `cluster:${clusterIdentifier}`),
      clusterResourceId: `cluster-${made.upper(26)}`,
      masterUserSecrets: [],
    },
  };
};

export const storage: Companions = {
  "aws:s3/bucket:Bucket": bucket,
  "aws:s3/bucketV2:BucketV2": bucket,
  "aws:s3/bucketObject:BucketObject": bucketObject,
  "aws:s3/bucketObjectv2:BucketObjectv2": bucketObject,
  ...Object.fromEntries(
    [
      ...["Acl", "CorsConfiguration", "LifecycleConfiguration", "Logging", "ObjectLockConfiguration", "Versioning"],
      ...["ServerSideEncryptionConfiguration", "RequestPaymentConfiguration", "AccelerateConfiguration"],
    ].flatMap((part) => [
      [`aws:s3/bucket${part}:Bucket${part}`, ofBucket],
      [`aws:s3/bucket${part}V2:Bucket${part}V2`, ofBucket],
    ]),
  ),
  ...Object.fromEntries(
    ["Policy", "Notification", "PublicAccessBlock", "OwnershipControls", "ReplicationConfig"].map((part) => [
      `aws:s3/bucket${part}:Bucket${part}`,
      ofBucket,
    ]),
  ),
  ...Object.fromEntries(
    ["", "V2"].map((version) => [
      `aws:s3/bucketWebsiteConfiguration${version}:BucketWebsiteConfiguration${version}`,
      (made: Made) => ({ id: made.text("bucket") ?? "", outputs: website(made, made.text("bucket") ?? "") }),
    ]),
  ),
  "aws:rds/instance:Instance": databaseInstance,
  "aws:rds/cluster:Cluster": databaseCluster,
  "aws:rds/clusterInstance:ClusterInstance": databaseInstance,
  "aws:rds/subnetGroup:SubnetGroup": (made) => {
    const name = made.name();
    return { outputs: { name, arn: made.arn("rds", `subgrp:${name}`) } };
  },
  "aws:ecr/repository:Repository": (made) => {
    const name = made.name();
    return {
      outputs: {
        ...{ name, registryId: made.accountId, arn: made.arn("ecr", `repository/${name}`) },
        repositoryUrl: `${made.accountId}.dkr.ecr.${made.region}.amazonaws.com/${name}`,
      },
    };
  },
  "aws:efs/fileSystem:FileSystem": (made) => {
    const id = made.existing ?? `fs-0${made.hex(16)}`;
    return {
      id,
      outputs: {
        ...{ arn: made.arn("elasticfilesystem", `file-system/${id}`), ownerId: made.accountId },
        ...{ dnsName: `${id}.efs.${made.region}.amazonaws.com`, creationToken: made.name("creationToken") },
      },
    };
  },
};
