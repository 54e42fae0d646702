/**
 * One Lambda function: `handlers/<handler>.ts` bundled by esbuild while the program is evaluated, with a role and a log
 * group of its own. https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html
 */
import { fileURLToPath } from "node:url";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { buildSync } from "esbuild";
import type { FunctionSettings } from "./settings.ts";

const projectDirectory = fileURLToPath(new URL("..", import.meta.url));

export class HandlerFunction extends pulumi.ComponentResource {
  readonly functionName: pulumi.Output<string>;
  /** What an API Gateway integration takes as its `uri`. */
  readonly invokeArn: pulumi.Output<string>;

  constructor(name: string, handler: string, settings: FunctionSettings, opts?: pulumi.ComponentResourceOptions) {
    super("demo-auth:functions:HandlerFunction", name, {}, opts);
    // Its own name and group: Lambda would create `/aws/lambda/<name>` itself, without an end to what it keeps.
    const logGroup = new aws.cloudwatch.LogGroup(
      `${name}-logs`,
      { retentionInDays: settings.logRetentionDays },
      { parent: this },
    );
    const role = executionRole(this, name, logGroup);
    const lambda = new aws.lambda.Function(
      `${name}-function`,
      {
        name: settings.names[handler],
        runtime: settings.runtime,
        architectures: ["arm64"],
        handler: "index.handler",
        code: new pulumi.asset.AssetArchive({
          "index.mjs": new pulumi.asset.StringAsset(bundle(handler, settings.runtime)),
        }),
        role: role.arn,
        memorySize: settings.memoryMb,
        timeout: settings.timeoutSeconds,
        tracingConfig: { mode: "Active" },
        loggingConfig: {
          logFormat: "JSON",
          logGroup: logGroup.name,
          applicationLogLevel: "INFO",
          systemLogLevel: "WARN",
        },
      },
      { parent: this },
    );
    this.functionName = lambda.name;
    this.invokeArn = lambda.invokeArn;
    this.registerOutputs({ functionName: lambda.name });
  }
}

/** May write its own log and its own traces, and nothing else. */
function executionRole(parent: HandlerFunction, name: string, logGroup: aws.cloudwatch.LogGroup): aws.iam.Role {
  const role = new aws.iam.Role(
    `${name}-role`,
    {
      assumeRolePolicy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
      }),
    },
    { parent },
  );
  new aws.iam.RolePolicy(
    `${name}-policy`,
    {
      role: role.id,
      policy: pulumi.jsonStringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
            Resource: pulumi.interpolate`${logGroup.arn}:*`,
          },
          // X-Ray has no resources to name in a policy.
          { Effect: "Allow", Action: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], Resource: "*" },
        ],
      }),
    },
    { parent },
  );
  return role;
}

/**
 * The handler and what it imports as one ES module. The same sources give the same bytes: paths in it are relative to the
 * project. Names and lines are kept, so that the code in the Lambda console and its stack traces can be read.
 */
export function bundle(handler: string, runtime: FunctionSettings["runtime"]): string {
  const result = buildSync({
    absWorkingDir: projectDirectory,
    entryPoints: [`./handlers/${handler}.ts`],
    bundle: true,
    write: false,
    platform: "node",
    target: `node${Number.parseInt(runtime.slice("nodejs".length), 10)}`,
    format: "esm",
    legalComments: "none",
    charset: "utf8",
    logLevel: "silent",
  });
  return result.outputFiles[0]!.text;
}
