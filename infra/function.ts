/**
 * One Lambda function: `handlers/<handler>.ts` bundled by esbuild while the program is evaluated, with a role and a log
 * group of its own. https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { build } from "esbuild";
import { type LogKeeping, logGroup } from "./logs.ts";
import type { FunctionSettings, LambdaRuntime } from "./settings.ts";

const projectDirectory = fileURLToPath(new URL("..", import.meta.url));

export interface HandlerFunctionArgs {
  /** The file `handlers/<handler>.ts`. */
  handler: string;
  /** What `bundle` made of it. */
  code: string;
  settings: FunctionSettings;
  /** What the handler reads from its environment; `undefined` leaves a variable out. Never a secret. */
  environment: Record<string, pulumi.Input<string> | undefined>;
  logs: LogKeeping;
}

type BundledHandler = Pick<HandlerFunctionArgs, "handler" | "code">;

export class HandlerFunction extends pulumi.ComponentResource {
  readonly functionName: pulumi.Output<string>;
  /** What an API Gateway integration takes as its `uri`. */
  readonly invokeArn: pulumi.Output<string>;

  constructor(name: string, args: HandlerFunctionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("demo-auth:functions:HandlerFunction", name, {}, opts);
    const { handler, code, settings, environment, logs } = args;
    // Its own group under its own name: Lambda would create `/aws/lambda/<name>` itself and keep it for ever.
    const group = logGroup(`${name}-logs`, logs, {}, { parent: this });
    const { role, policy } = executionRole(this, name, group);
    const lambda = new aws.lambda.Function(
      `${name}-function`,
      {
        name: settings.names[handler],
        runtime: settings.runtime,
        architectures: ["arm64"],
        handler: "index.handler",
        code: new pulumi.asset.AssetArchive({ "index.mjs": new pulumi.asset.StringAsset(code) }),
        role: role.arn,
        memorySize: settings.memoryMb,
        timeout: settings.timeoutSeconds,
        ...(settings.reservedConcurrency !== undefined && {
          reservedConcurrentExecutions: settings.reservedConcurrency,
        }),
        environment: { variables: withoutGaps(environment) },
        tracingConfig: { mode: "Active" },
        loggingConfig: {
          logFormat: "JSON",
          logGroup: group.name,
          applicationLogLevel: "INFO",
          systemLogLevel: "WARN",
        },
      },
      // Its first run is to leave a trace, too.
      { parent: this, dependsOn: policy },
    );
    this.functionName = lambda.name;
    this.invokeArn = lambda.invokeArn;
    this.registerOutputs({ functionName: lambda.name });
  }
}

/** One function for each handler, by the handler's name. */
export function deployFunctions(
  handlers: readonly BundledHandler[],
  args: Omit<HandlerFunctionArgs, keyof BundledHandler>,
): Record<string, HandlerFunction> {
  return Object.fromEntries(
    handlers.map((bundled) => [bundled.handler, new HandlerFunction(bundled.handler, { ...args, ...bundled })]),
  );
}

/** May write its own log and its own traces, and nothing else. */
function executionRole(parent: HandlerFunction, name: string, group: aws.cloudwatch.LogGroup) {
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
  const policy = new aws.iam.RolePolicy(
    `${name}-policy`,
    {
      role: role.id,
      policy: pulumi.jsonStringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
            Resource: pulumi.interpolate`${group.arn}:*`,
          },
          // X-Ray has no resources to name in a policy.
          { Effect: "Allow", Action: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], Resource: "*" },
        ],
      }),
    },
    { parent },
  );
  return { role, policy };
}

function withoutGaps(variables: HandlerFunctionArgs["environment"]): Record<string, pulumi.Input<string>> {
  const entries = Object.entries(variables).filter(
    (entry): entry is [string, pulumi.Input<string>] => entry[1] !== undefined,
  );
  return Object.fromEntries(entries);
}

/**
 * Each handler and what it imports as one ES module. The same sources give the same bytes: paths in it are relative to the
 * project. Names and lines are kept, so that the code in the Lambda console and its stack traces can be read.
 */
export function bundle(handlers: readonly string[], runtime: LambdaRuntime): Promise<BundledHandler[]> {
  return Promise.all(handlers.map((handler) => bundleOne(handler, runtime)));
}

async function bundleOne(handler: string, runtime: LambdaRuntime): Promise<BundledHandler> {
  const file = `handlers/${handler}.ts`;
  if (!existsSync(join(projectDirectory, file))) {
    throw new pulumi.RunError(
      `infra/routes.ts names the handler ${handler}, but there is no ${file}; add the file, or mend the route.`,
    );
  }
  const { outputFiles } = await build({
    absWorkingDir: projectDirectory,
    entryPoints: [`./${file}`],
    bundle: true,
    write: false,
    platform: "node",
    target: `node${Number.parseInt(runtime.slice("nodejs".length), 10)}`,
    format: "esm",
    legalComments: "none",
    charset: "utf8",
    logLevel: "silent",
  });
  return { handler, code: outputFiles[0]!.text };
}
