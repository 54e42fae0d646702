/**
 * CloudTrail for the account's management events in this Region, the user pool's and the API's among them: who changed what.
 * An account that belongs to an organization with a trail of its own has these events already.
 *
 * The only part that uses @pulumi/awsx, and nothing else imports this file unless the trail is on: the package is large, and
 * deploying needs its plugin. What awsx 3.9 does not offer: a bucket policy bound to this trail's ARN.
 */
import { Trail } from "@pulumi/awsx/cloudtrail/index.js";
import type * as pulumi from "@pulumi/pulumi";

export function auditTrail(
  name: string,
  { retentionDays }: { retentionDays: number },
  opts?: pulumi.ComponentResourceOptions,
): Trail {
  return new Trail(
    name,
    {
      enableLogFileValidation: true,
      includeGlobalServiceEvents: true,
      // One Region, the stack's: a second one would be paid for and belongs to the account's owners.
      isMultiRegionTrail: false,
      s3Bucket: {
        args: {
          // awsx would let the bucket be deleted with all that it proves.
          forceDestroy: false,
          serverSideEncryptionConfiguration: {
            rule: { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } },
          },
          lifecycleRules: [{ enabled: true, expiration: { days: retentionDays } }],
        },
      },
    },
    opts,
  );
}
