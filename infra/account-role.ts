/**
 * The role that lets API Gateway write to CloudWatch Logs. It is one setting for all APIs of an account in a Region: whoever
 * deletes it stops the logs of all of them, so everything here outlives the stack.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
 */
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { allow } from "./allow.ts";

/** Fixed, so that an account has one such role however often its stacks come and go. */
const roleName = "apigateway-push-to-cloudwatch-logs";

/**
 * Sets the account's role, in place of another that may be set; adopts the one that an earlier stack left behind.
 * A promise, because whether to create or to adopt must be known when the role is declared.
 */
export async function apiGatewayAccountRole(
  name: string,
  opts?: pulumi.ResourceOptions,
): Promise<aws.apigateway.Account> {
  const kept = { ...opts, retainOnDelete: true };
  const { partition } = await aws.getPartition();
  const { names } = await aws.iam.getRoles({ nameRegex: `^${roleName}$` });
  const role = new aws.iam.Role(
    `${name}-role`,
    {
      name: roleName,
      assumeRolePolicy: allow({ Principal: { Service: "apigateway.amazonaws.com" }, Action: "sts:AssumeRole" }),
    },
    // An adopted role has the tags of the stack that made it, and Pulumi adopts only what is as it is declared.
    { ...kept, ...(names.includes(roleName) && { import: roleName }), ignoreChanges: ["tags", "tagsAll"] },
  );
  const attachment = new aws.iam.RolePolicyAttachment(
    `${name}-policy`,
    {
      role: role.name,
      policyArn: `arn:${partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs`,
    },
    kept,
  );
  // API Gateway tries the role at once and refuses one that cannot write.
  return new aws.apigateway.Account(name, { cloudwatchRoleArn: role.arn }, { ...kept, dependsOn: attachment });
}
