/**
 * The role that lets API Gateway write to CloudWatch Logs. It is one setting for all APIs of an account in a Region: whoever
 * deletes it stops the logs of all of them, so everything here outlives the stack.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
 */
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

export function apiGatewayAccountRole(name: string, parent: pulumi.Resource): aws.apigateway.Account {
  const opts = { parent, retainOnDelete: true };
  const role = new aws.iam.Role(
    `${name}-role`,
    {
      assumeRolePolicy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { Service: "apigateway.amazonaws.com" }, Action: "sts:AssumeRole" }],
      }),
    },
    opts,
  );
  const attachment = new aws.iam.RolePolicyAttachment(
    `${name}-policy`,
    { role: role.name, policyArn: "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs" },
    opts,
  );
  // API Gateway tries the role at once and refuses one that cannot write.
  return new aws.apigateway.Account(name, { cloudwatchRoleArn: role.arn }, { ...opts, dependsOn: attachment });
}
