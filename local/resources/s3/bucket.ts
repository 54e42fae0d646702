/** aws:s3/bucket:Bucket and BucketV2: where the objects lie that integrations of REST APIs get (CreateBucket and its defaults). */
import type { s3 } from "@pulumi/aws";
import type { NewResource, Resource } from "../../engine/graph.ts";
import type { Values } from "../../engine/values.ts";
import type { CloudBuilder } from "../cloud-builder.ts";
import { Made } from "../companions/companion.ts";
import { bucket as outputsOf } from "../companions/storage.ts";
import { served, withoutEffect } from "../contract.ts";
import { type Account, physicalName, resourceType, text } from "../resource-type.ts";
import { describeRole } from "../role-policies.ts";
import { atItsAddress, atRest, forTheBill, integrationsWith, isAskedFor, nameBucket, ofUploads } from "./because.ts";
import { allows, denies } from "./bucket-policy.ts";

/** What subscribes functions is a component of Pulumi's, and no output. */
type WithoutSubscriptions<Bucket> = Omit<Bucket, "onEvent" | "onObjectCreated" | "onObjectRemoved">;

const inputs = {
  acl: atItsAddress,
  bucket: served,
  bucketNamespace: served,
  bucketPrefix: served,
  corsRules: atItsAddress,
  accelerationStatus: atItsAddress,
  forceDestroy: ofUploads,
  grants: atItsAddress,
  lifecycleRules: ofUploads,
  objectLockConfiguration: ofUploads,
  objectLockEnabled: ofUploads,
  policy: served,
  region: served,
  requestPayer: withoutEffect("the API's role is of the bucket's own account"),
  tags: forTheBill,
};

function create(resource: NewResource, account: Account, ofVersion: Values) {
  const name = nameOf(resource);
  const named = { ...resource, inputs: { ...resource.inputs, bucket: name } };
  const { outputs } = outputsOf(new Made(named, account));
  return {
    id: name,
    outputs: {
      ...{ accelerationStatus: "", bucketNamespace: "global", bucketPrefix: "", corsRules: [], forceDestroy: false },
      ...{ grants: [], lifecycleRules: [], objectLockEnabled: false, policy: "" },
      ...ofVersion,
      ...set(resource.inputs),
      ...(outputs as Record<"arn" | "bucketDomainName" | "bucketRegionalDomainName" | "bucketRegion", string>),
      ...(outputs as Record<"hostedZoneId" | "websiteDomain" | "websiteEndpoint", string>),
      bucket: name,
    },
  };
}

const set = (inputs: Values): Values =>
  Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== undefined && value !== null));

/** Names of buckets have no capitals; Pulumi takes them out of the logical name. */
function nameOf(resource: NewResource): string {
  const { bucket, bucketPrefix } = resource.inputs;
  if (text(bucket)) return text(bucket)!;
  const name = physicalName(resource, "bucket").toLowerCase();
  return text(bucketPrefix) ? `${text(bucketPrefix)}${name.slice(-7)}` : name;
}

const DENIES =
  "a policy of the bucket denies, and policies of buckets are not evaluated here: requests for its objects are answered with 500";

function declare(resource: Resource, cloud: CloudBuilder): void {
  const name = text(resource.outputs.bucket)!;
  const bucket = cloud.bucket(name);
  bucket.declared = true;
  cloud.atTheEnd(resource, () => {
    const policies = cloud.resources.filter(
      ({ type, inputs }) => type === "aws:s3/bucketPolicy:BucketPolicy" && text(inputs.bucket) === name,
    );
    bucket.denies = [resource, ...policies].some(({ inputs }) => denies(inputs.policy));
    bucket.allows = [resource, ...policies].some(({ inputs }) => allows(inputs.policy));
    for (const { credentials: arn } of integrationsWith(name, cloud)) {
      if (arn !== undefined) describeRole(arn, cloud);
    }
    nameBucket(resource, name, cloud);
    if (bucket.denies && isAskedFor(name, cloud)) {
      cloud.unserved.push({
        ...{ type: resource.type, name: resource.name },
        property: "policy",
        reason: DENIES,
        guards: true,
      });
    }
  });
}

const ENCRYPTED = { rules: [{ applyServerSideEncryptionByDefaults: [{ sseAlgorithm: "AES256" }] }] };

export const bucket = resourceType<WithoutSubscriptions<s3.Bucket>, s3.BucketArgs>("aws:s3/bucket:Bucket", {
  inputs: {
    ...inputs,
    logging: atItsAddress,
    replicationConfiguration: ofUploads,
    serverSideEncryptionConfiguration: atRest,
    versioning: ofUploads,
    website: atItsAddress,
  },
  // Inputs of the provider's sixth major.
  older: {
    ...{ arn: atItsAddress, hostedZoneId: atItsAddress, loggings: atItsAddress },
    ...{ websiteDomain: atItsAddress, websiteEndpoint: atItsAddress },
  },
  create: (resource, account) =>
    create(resource, account, {
      serverSideEncryptionConfiguration: {
        rule: { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } },
      },
      versioning: { enabled: false, mfaDelete: false },
    }),
  declare,
});

export const bucketV2 = resourceType<WithoutSubscriptions<s3.BucketV2>, s3.BucketV2Args>("aws:s3/bucketV2:BucketV2", {
  inputs: {
    ...inputs,
    loggings: atItsAddress,
    replicationConfigurations: ofUploads,
    serverSideEncryptionConfigurations: atRest,
    tagsAll: forTheBill,
    versionings: ofUploads,
    websites: atItsAddress,
  },
  create: (resource, account) =>
    create(resource, account, {
      ...{ loggings: [], replicationConfigurations: [], websites: [] },
      serverSideEncryptionConfigurations: [ENCRYPTED],
      versionings: [{ enabled: false, mfaDelete: false }],
    }),
  declare,
});
