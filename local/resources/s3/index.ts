/** Resource types of `aws.s3` whose objects REST APIs get. */
import type { ResourceType } from "../resource-type.ts";
import { bucket, bucketV2 } from "./bucket.ts";
import { bucketObject, bucketObjectv2 } from "./bucket-object.ts";

export const s3Types: readonly ResourceType[] = [bucket, bucketV2, bucketObject, bucketObjectv2];
