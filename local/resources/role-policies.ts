/** What a role of the program may, from all the policies that it is given: inline, attached, or AWS's own. */
import type { Values } from "../engine/values.ts";
import type { CloudBuilder } from "./cloud-builder.ts";
import { statementsOf } from "./policy-statements.ts";
import { list, text } from "./resource-type.ts";

const allowing = (...Action: string[]): Values[] => [{ Effect: "Allow", Action, Resource: "*" }];

/** Of AWS's managed policies, what they say of S3's objects and of invoking functions (https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html). */
const MANAGED: Record<string, Values[]> = {
  AdministratorAccess: allowing("*"),
  PowerUserAccess: allowing("s3:*", "lambda:*"),
  ReadOnlyAccess: allowing("s3:Get*", "s3:List*"),
  AmazonS3FullAccess: allowing("s3:*"),
  AmazonS3ReadOnlyAccess: allowing("s3:Get*", "s3:List*"),
  AWSLambda_FullAccess: allowing("lambda:*"),
  AWSLambda_ReadOnlyAccess: [],
  AmazonDynamoDBFullAccess: [],
  AmazonDynamoDBReadOnlyAccess: [],
  AmazonSESFullAccess: [],
  AmazonSNSFullAccess: [],
  AmazonSQSFullAccess: [],
  AWSXRayDaemonWriteAccess: [],
  CloudWatchLogsFullAccess: [],
  "service-role/AmazonAPIGatewayPushToCloudWatchLogs": [],
  "service-role/AWSLambdaBasicExecutionRole": [],
  "service-role/AWSLambdaDynamoDBExecutionRole": [],
  "service-role/AWSLambdaKinesisExecutionRole": [],
  "service-role/AWSLambdaRole": allowing("lambda:InvokeFunction"),
  "service-role/AWSLambdaSQSQueueExecutionRole": [],
  "service-role/AWSLambdaVPCAccessExecutionRole": [],
};

/** Has the model say what a role may, once. */
export function describeRole(arn: string, cloud: CloudBuilder): void {
  const { roles } = cloud.model;
  if (!roles.some((role) => role.arn === arn)) roles.push({ arn, statements: statementsOfRole(arn, cloud) });
}

/** @returns `undefined` when the role is not the program's, or a policy of it is not known */
function statementsOfRole(arn: string, { resources }: CloudBuilder): Values[] | undefined {
  const role = resources.find(
    ({ type, outputs, existing }) => type === "aws:iam/role:Role" && !existing && outputs.arn === arn,
  );
  // A boundary takes away.
  if (!role || text(role.inputs.permissionsBoundary)) return undefined;
  const policies: unknown[] = list<Values>(role.inputs.inlinePolicies).map(({ policy }) => policy);
  const attached: unknown[] = list(role.inputs.managedPolicyArns);
  const names = [role.id, text(role.outputs.name)];
  for (const { type, inputs } of resources) {
    const isOfRole = names.includes(text(inputs.role));
    if (type === "aws:iam/rolePolicy:RolePolicy" && isOfRole) policies.push(inputs.policy);
    if (type === "aws:iam/rolePolicyAttachment:RolePolicyAttachment" && isOfRole) attached.push(inputs.policyArn);
    if (
      type === "aws:iam/policyAttachment:PolicyAttachment" &&
      list(inputs.roles).some((name) => names.includes(name))
    ) {
      attached.push(inputs.policyArn);
    }
  }
  const statements = [
    ...policies.map(statementsOf),
    ...attached.map((policyArn) => {
      const policy = resources.find(
        ({ type, outputs }) => type === "aws:iam/policy:Policy" && outputs.arn === policyArn,
      );
      if (policy) return policy.existing ? undefined : statementsOf(policy.inputs.policy);
      return MANAGED[/^arn:[^:]*:iam::aws:policy\/(.+)$/.exec(String(policyArn))?.[1] ?? ""];
    }),
  ];
  return statements.every((known) => known !== undefined) ? statements.flat() : undefined;
}
