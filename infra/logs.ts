/**
 * How logs are kept: every log group of the stack has an end to what it keeps, and one key when the stack asks for one.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { allow } from "./allow.ts";

export interface LogKeeping {
  /** One of the periods that CloudWatch Logs knows. @default 365 */
  retentionDays?: pulumi.Input<number>;
  /** CloudWatch Logs refuses to delete a protected group. @default false */
  deletionProtection?: boolean;
  /** A KMS key that CloudWatch Logs may use. @default AWS encrypts with its own */
  keyArn?: pulumi.Input<string>;
}

/** @param name only where AWS dictates it; Pulumi makes one up otherwise */
export function logGroup(keeping: LogKeeping = {}, name?: pulumi.Input<string>): aws.cloudwatch.LogGroupArgs {
  const { retentionDays = 365, deletionProtection, keyArn } = keeping;
  const deletionProtectionEnabled = deletionProtection || undefined;
  return { name, retentionInDays: retentionDays, kmsKeyId: keyArn, deletionProtectionEnabled };
}

/** A key that rotates every year, which CloudWatch may use for this account's logs and alarms and nobody else. */
export function encryptionKey(name: string): aws.kms.Key {
  const { region } = aws.getRegionOutput();
  const { accountId } = aws.getCallerIdentityOutput();
  const { partition, dnsSuffix } = aws.getPartitionOutput();
  const account = {
    Sid: "AccountDecides",
    Principal: { AWS: pulumi.interpolate`arn:${partition}:iam::${accountId}:root` },
    Action: "kms:*",
  };
  const groups = pulumi.interpolate`arn:${partition}:logs:${region}:${accountId}:log-group:*`;
  const logs = {
    Sid: "Logs",
    Principal: { Service: pulumi.interpolate`logs.${region}.${dnsSuffix}` },
    Action: ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
    Condition: { ArnLike: { "kms:EncryptionContext:aws:logs:arn": groups } },
  };
  const alarms = {
    Sid: "Alarms",
    Principal: { Service: "cloudwatch.amazonaws.com" },
    Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
    Condition: { StringEquals: { "aws:SourceAccount": accountId } },
  };
  return new aws.kms.Key(name, {
    description: `Logs and alarms of ${pulumi.getProject()} ${pulumi.getStack()}`,
    enableKeyRotation: true,
    deletionWindowInDays: 30,
    policy: allow(...[account, logs, alarms].map((statement) => ({ ...statement, Resource: "*" }))),
  });
}
