/** Reasons that several types of S3 share, and what a start says of them. */
import type { Resource } from "../../engine/graph.ts";
import { objectIn } from "../../integration-target.ts";
import type { IntegrationModel } from "../../model.ts";
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
export const isAskedFor = (name: string, cloud: CloudBuilder): boolean => integrationsWith(name, cloud).length > 0;

/** Integrations that get objects of the bucket. */
export function integrationsWith(name: string, { model }: CloudBuilder): IntegrationModel[] {
  const methods = model.restApis.flatMap(({ resources }) => resources.flatMap((resource) => resource.methods));
  return methods.flatMap(({ integration }) => {
    const bucket = objectIn(integration?.uri)?.bucket;
    const leadsThere = integration?.type === "AWS" && bucket !== undefined && (bucket === name || /[{$]/.test(bucket));
    return leadsThere ? [integration] : [];
  });
}
