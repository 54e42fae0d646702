/** Reasons that several types of S3 share, and what a start says of them. */
import type { Resource } from "../../engine/graph.ts";
import { objectIn } from "../../integration-target.ts";
import type { CloudBuilder } from "../cloud-builder.ts";
import { withoutEffect } from "../contract.ts";

export const ofUploads = withoutEffect("objects are what the program uploads, and nothing else writes or deletes here");
export const atItsAddress = withoutEffect("nothing answers at S3's own addresses, which is said of the bucket");
export const atRest = withoutEffect("a REST API gets the same bytes, however they are kept");
export const forTheBill = withoutEffect("tags are for the bill and for policies");

/** Said of a bucket, since whoever else would call S3 is not answered here. */
const ONLY_GOT_BY_APIS = "REST APIs get the objects that the program uploads; nothing else of S3 runs here";

/**
 * Names what only REST APIs can get, and what not even they ask for.
 * @param whole the reason for one that REST APIs get objects from, where it is still to be named
 */
export function nameUnlessServed({ type, name }: Resource, bucket: string, cloud: CloudBuilder, whole?: string): void {
  if (!isAskedFor(bucket, cloud)) cloud.unserved.push({ type, name });
  else if (whole !== undefined) cloud.unserved.push({ type, name, reason: whole });
}

export const nameBucket = (resource: Resource, bucket: string, cloud: CloudBuilder): void =>
  nameUnlessServed(resource, bucket, cloud, ONLY_GOT_BY_APIS);

/** Whether an integration leads to the bucket, or to one that only the request names. */
export function isAskedFor(name: string, { model }: CloudBuilder): boolean {
  const integrations = model.restApis.flatMap(({ resources }) =>
    resources.flatMap(({ methods }) => methods.map(({ integration }) => integration)),
  );
  return integrations.some((integration) => {
    const bucket = objectIn(integration?.uri)?.bucket;
    return integration?.type === "AWS" && bucket !== undefined && (bucket === name || /[{$]/.test(bucket));
  });
}
