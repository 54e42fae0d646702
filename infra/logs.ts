/**
 * How logs are kept: every log group of the stack has an end to what it keeps, and one key when the stack asks for one.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { LogSettings } from "./settings.ts";

export interface LogKeeping {
  retentionDays: number;
  deletionProtection: boolean;
  /** A KMS key that CloudWatch Logs may use; none, AWS encrypts with its own. */
  keyArn: pulumi.Input<string> | undefined;
}

/** The stack's way of keeping logs; makes the key when the settings ask for one of the stack's own. */
export function keepLogs(settings: LogSettings): LogKeeping {
  const { encryption, retentionDays, deletionProtection } = settings;
  const keyArn =
    encryption.key === "managed"
      ? encryptionKey("logs-key").arn
      : encryption.key === "named"
        ? encryption.arn
        : undefined;
  return { retentionDays, deletionProtection, keyArn };
}

/**
 * @param args.name only where AWS dictates the name; Pulumi makes one up otherwise
 * @param args.unencrypted for a producer that cannot write to a group with a KMS key
 */
export function logGroup(
  logicalName: string,
  keeping: LogKeeping,
  args: { name?: pulumi.Input<string>; unencrypted?: true },
  opts: pulumi.CustomResourceOptions,
): aws.cloudwatch.LogGroup {
  return new aws.cloudwatch.LogGroup(
    logicalName,
    {
      retentionInDays: keeping.retentionDays,
      ...(args.name !== undefined && { name: args.name }),
      ...(keeping.keyArn !== undefined && !args.unencrypted && { kmsKeyId: keeping.keyArn }),
      ...(keeping.deletionProtection && { deletionProtectionEnabled: true }),
    },
    opts,
  );
}

/** A key that rotates every year, which CloudWatch may use for this account's logs and alarms and nobody else. */
function encryptionKey(name: string): aws.kms.Key {
  const { region } = aws.getRegionOutput();
  const { accountId } = aws.getCallerIdentityOutput();
  const { partition, dnsSuffix } = aws.getPartitionOutput();
  return new aws.kms.Key(name, {
    description: `Logs and alarms of ${pulumi.getProject()} ${pulumi.getStack()}`,
    enableKeyRotation: true,
    deletionWindowInDays: 30,
    policy: pulumi.jsonStringify({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "AccountDecides",
          Effect: "Allow",
          Principal: { AWS: pulumi.interpolate`arn:${partition}:iam::${accountId}:root` },
          Action: "kms:*",
          Resource: "*",
        },
        {
          Sid: "Logs",
          Effect: "Allow",
          Principal: { Service: pulumi.interpolate`logs.${region}.${dnsSuffix}` },
          Action: ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
          Resource: "*",
          Condition: {
            ArnLike: {
              "kms:EncryptionContext:aws:logs:arn": pulumi.interpolate`arn:${partition}:logs:${region}:${accountId}:log-group:*`,
            },
          },
        },
        {
          Sid: "Alarms",
          Effect: "Allow",
          Principal: { Service: "cloudwatch.amazonaws.com" },
          Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
          Resource: "*",
          Condition: { StringEquals: { "aws:SourceAccount": accountId } },
        },
      ],
    }),
  });
}
