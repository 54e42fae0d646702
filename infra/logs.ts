/**
 * How logs are kept: every log group of the stack has an end to what it keeps, and one key when the stack asks for one.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface LogKeeping {
  /** One of the periods that CloudWatch Logs knows. @default 365 */
  retentionDays?: pulumi.Input<number>;
  /** CloudWatch Logs refuses to delete a protected group. @default false */
  deletionProtection?: boolean;
  /** A KMS key that CloudWatch Logs may use. @default AWS encrypts with its own */
  keyArn?: pulumi.Input<string> | undefined;
}

/**
 * @param args.name only where AWS dictates the name; Pulumi makes one up otherwise
 * @param args.unencrypted for a producer that cannot write to a group with a KMS key
 */
export function logGroup(
  logicalName: string,
  { retentionDays = 365, deletionProtection, keyArn }: LogKeeping,
  args: { name?: pulumi.Input<string>; unencrypted?: true },
  opts: pulumi.CustomResourceOptions,
): aws.cloudwatch.LogGroup {
  return new aws.cloudwatch.LogGroup(
    logicalName,
    {
      retentionInDays: retentionDays,
      ...(args.name !== undefined && { name: args.name }),
      ...(keyArn !== undefined && !args.unencrypted && { kmsKeyId: keyArn }),
      ...(deletionProtection && { deletionProtectionEnabled: true }),
    },
    opts,
  );
}

/** A key that rotates every year, which CloudWatch may use for this account's logs and alarms and nobody else. */
export function encryptionKey(name: string): aws.kms.Key {
  const { region } = aws.getRegionOutput();
  const { accountId } = aws.getCallerIdentityOutput();
  const { partition, dnsSuffix } = aws.getPartitionOutput();
  const allow = (Sid: string, Principal: object, Action: string | string[], Condition?: object) => ({
    ...{ Sid, Effect: "Allow", Principal, Action, Resource: "*" },
    ...(Condition && { Condition }),
  });
  const groups = pulumi.interpolate`arn:${partition}:logs:${region}:${accountId}:log-group:*`;
  return new aws.kms.Key(name, {
    description: `Logs and alarms of ${pulumi.getProject()} ${pulumi.getStack()}`,
    enableKeyRotation: true,
    deletionWindowInDays: 30,
    policy: pulumi.jsonStringify({
      Version: "2012-10-17",
      Statement: [
        allow("AccountDecides", { AWS: pulumi.interpolate`arn:${partition}:iam::${accountId}:root` }, "kms:*"),
        allow(
          "Logs",
          { Service: pulumi.interpolate`logs.${region}.${dnsSuffix}` },
          ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
          { ArnLike: { "kms:EncryptionContext:aws:logs:arn": groups } },
        ),
        allow("Alarms", { Service: "cloudwatch.amazonaws.com" }, ["kms:Decrypt", "kms:GenerateDataKey*"], {
          StringEquals: { "aws:SourceAccount": accountId },
        }),
      ],
    }),
  });
}
