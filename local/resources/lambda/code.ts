/** The code of functions and layers, which the program hands over itself or uploads to a bucket of its own. */
import { Archive, Asset, type Values } from "../../engine/values.ts";
import type { CloudBuilder } from "../cloud-builder.ts";
import { text } from "../resource-type.ts";

const OBJECTS = /^aws:s3\/(?:bucketObject:BucketObject|bucketObjectv2:BucketObjectv2)$/;

/** @returns the archive; `undefined` when it lies elsewhere */
export function codeOf({ code, s3Bucket, s3Key }: Values, { resources }: CloudBuilder): Archive | undefined {
  if (code instanceof Archive) return code.uri ? undefined : code;
  const bucket = text(s3Bucket);
  if (bucket === undefined) return undefined;
  const object = resources.find(
    ({ type, inputs, outputs }) => OBJECTS.test(type) && text(inputs.bucket) === bucket && outputs.key === s3Key,
  );
  const source = object?.inputs.source;
  if (source instanceof Archive) return source.uri ? undefined : source;
  return source instanceof Asset && source.path !== undefined ? new Archive({ path: source.path }) : undefined;
}

/** @returns the folders and files of this machine that the archive is made of, as the program names them; packages left out */
export function sourcesOf({ path, assets }: Archive): string[] {
  const parts = Object.values(assets ?? {}).flatMap((part) =>
    part instanceof Archive ? sourcesOf(part) : part.path === undefined ? [] : [part.path],
  );
  return (path === undefined ? parts : [path, ...parts]).filter(
    (source) => !/(^|[\\/])node_modules([\\/]|$)/.test(source),
  );
}

/** @returns the archive of a layer's version that the program publishes */
export function layerCode(arn: string, cloud: CloudBuilder): Archive | undefined {
  const layer = cloud.resources.find(
    ({ type, outputs }) => type === "aws:lambda/layerVersion:LayerVersion" && outputs.arn === arn,
  );
  return layer && codeOf(layer.inputs, cloud);
}
