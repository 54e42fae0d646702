/** aws:s3/bucketObject:BucketObject and BucketObjectv2: what the program uploads, for integrations of REST APIs (PutObject). */
import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { s3 } from "@pulumi/aws";
import type { NewResource, Resource } from "../../engine/graph.ts";
import { Archive, Asset, type Values } from "../../engine/values.ts";
import type { BucketObjectModel } from "../../model.ts";
import type { CloudBuilder } from "../cloud-builder.ts";
import { Made } from "../companions/companion.ts";
import { bucketObject as outputsOf } from "../companions/storage.ts";
import { served, servedExcept, withoutEffect } from "../contract.ts";
import { type Account, map, resourceType, text } from "../resource-type.ts";
import { atItsAddress, atRest, forTheBill, isAskedFor, nameUnlessServed, ofUploads } from "./because.ts";

const inputs = {
  acl: atItsAddress,
  bucket: served,
  bucketKeyEnabled: atRest,
  cacheControl: served,
  content: served,
  contentBase64: served,
  contentDisposition: served,
  contentEncoding: served,
  contentLanguage: served,
  contentType: served,
  etag: withoutEffect("the content is looked at, at each start"),
  forceDestroy: ofUploads,
  key: served,
  kmsKeyId: atRest,
  metadata: served,
  objectLockLegalHoldStatus: ofUploads,
  objectLockMode: ofUploads,
  objectLockRetainUntilDate: ofUploads,
  region: served,
  serverSideEncryption: served,
  source: served,
  sourceHash: withoutEffect("the content is looked at, at each start"),
  storageClass: servedExcept(
    "an archived object is got as if it were restored; AWS answers 403 until it is",
    (storageClass) => storageClass === "GLACIER" || storageClass === "DEEP_ARCHIVE",
  ),
  tags: forTheBill,
  websiteRedirect: served,
};

function create(resource: NewResource, account: Account) {
  const { id = "", outputs } = outputsOf(new Made(resource, account));
  return {
    id,
    outputs: {
      bucketKeyEnabled: false,
      kmsKeyId: "",
      ...(outputs as { arn: string; versionId: string; key: string; etag: string; contentType: string }),
      serverSideEncryption: outputs.serverSideEncryption,
      storageClass: outputs.storageClass,
    },
  };
}

function declare(resource: Resource, cloud: CloudBuilder): void {
  const { inputs, outputs, type, name } = resource;
  const bucket = text(inputs.bucket) ?? "";
  const { objects } = cloud.bucket(bucket);
  cloud.atTheEnd(resource, () => {
    nameUnlessServed(resource, bucket, cloud);
    // A bucket that no integration leads to may hold a whole website, which nobody is to read then.
    if (!isAskedFor(bucket, cloud)) return;
    const content = contentOf(inputs, cloud.workingDirectory);
    const object = { key: text(outputs.key)!, content, fields: fieldsOf(inputs, outputs) };
    // What is uploaded last stays, under one key.
    const before = objects.findIndex(({ key }) => key === object.key);
    objects.splice(before < 0 ? objects.length : before, before < 0 ? 0 : 1, object);
    if ("unknown" in content) {
      cloud.unserved.push({
        type,
        name,
        property: "source",
        reason: `${content.unknown}: requests for it are answered with 500`,
      });
    }
  });
}

function contentOf({ source, content, contentBase64 }: Values, workingDirectory: string): BucketObjectModel["content"] {
  if (typeof content === "string") return Buffer.from(content);
  if (typeof contentBase64 === "string") return Buffer.from(contentBase64, "base64");
  if (!(source instanceof Asset || source instanceof Archive)) return Buffer.alloc(0);
  if (source.uri !== undefined)
    return { unknown: `the object's content is at ${source.uri}, and files of this machine are taken only` };
  if (source instanceof Asset && source.path === undefined) return Buffer.from(source.text ?? "");
  if (source.path === undefined) return { unknown: PACKED };
  const file = resolve(workingDirectory, source.path);
  if (!existsSync(file))
    return { unknown: `the object's file ${source.path} does not exist; build it first, or fix its path` };
  return statSync(file).isFile() ? { file } : { unknown: PACKED };
}

const PACKED = "the object is an archive that Pulumi packs, and nothing packs it here";

const FIELDS = {
  "cache-control": "cacheControl",
  "content-disposition": "contentDisposition",
  "content-encoding": "contentEncoding",
  "content-language": "contentLanguage",
  "x-amz-website-redirect-location": "websiteRedirect",
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, response elements */
function fieldsOf(inputs: Values, outputs: Values): Record<string, string> {
  const named = Object.entries(FIELDS).map(([field, input]) => [field, text(inputs[input])] as const);
  const metadata = Object.entries(map(inputs.metadata)).map(([name, value]) => [
    `x-amz-meta-${name.toLowerCase()}`,
    value,
  ]);
  const storageClass = text(outputs.storageClass);
  return {
    "content-type": text(outputs.contentType)!,
    "x-amz-server-side-encryption": text(outputs.serverSideEncryption)!,
    ...(storageClass !== "STANDARD" && { "x-amz-storage-class": storageClass! }),
    ...Object.fromEntries(named.filter(([, value]) => value !== undefined && value !== "")),
    ...Object.fromEntries(metadata),
  };
}

export const bucketObject = resourceType<s3.BucketObject, s3.BucketObjectArgs>("aws:s3/bucketObject:BucketObject", {
  inputs,
  create,
  declare,
});

export const bucketObjectv2 = resourceType<s3.BucketObjectv2, s3.BucketObjectv2Args>(
  "aws:s3/bucketObjectv2:BucketObjectv2",
  {
    inputs: {
      ...inputs,
      checksumAlgorithm: withoutEffect(
        "a caller is given the checksum only when it asks for it, which an integration does not",
      ),
      overrideProvider: forTheBill,
    },
    create(resource, account) {
      const { id, outputs } = create(resource, account);
      const checksums = {
        checksumCrc32: "",
        checksumCrc32c: "",
        checksumCrc64nvme: "",
        checksumSha1: "",
        checksumSha256: "",
      };
      return { id, outputs: { ...outputs, ...checksums } };
    },
    declare,
  },
);
