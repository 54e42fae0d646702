/**
 * One Lambda function: `handlers/<handler>.ts` bundled by esbuild while the program is evaluated, with a role and a log
 * group of its own. https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { build } from "esbuild";
import { type LogKeeping, logGroup } from "./logs.ts";
import { type Transform, transformed } from "./transform.ts";

/** The Node.js runtimes that Lambda still creates and that run an ESM bundle; `nodejs20.x` ended on 2026-08-31. */
export const lambdaRuntimes = ["nodejs24.x", "nodejs22.x"] as const;
export type LambdaRuntime = (typeof lambdaRuntimes)[number];

export interface HandlerFunctionArgs {
  /** The file `handlers/<handler>.ts` of the project, which exports `handler`. @default the component's name */
  handler?: string;
  /** The function's name. @default made up */
  name?: pulumi.Input<string> | undefined;
  /** @default nodejs24.x */
  runtime?: LambdaRuntime;
  /** @default 256 */
  memoryMb?: pulumi.Input<number>;
  /** @default 10 */
  timeoutSeconds?: pulumi.Input<number>;
  /** Takes its share out of the account's pool of concurrent executions. @default none */
  reservedConcurrency?: pulumi.Input<number> | undefined;
  /** What the handler reads from its environment; `undefined` leaves a variable out. Never a secret. */
  environment?: Readonly<Record<string, pulumi.Input<string> | undefined>>;
  logs?: LogKeeping;
  transform?: { function?: Transform<aws.lambda.FunctionArgs>; role?: Transform<aws.iam.RoleArgs> };
}

export class HandlerFunction extends pulumi.ComponentResource {
  readonly functionName: pulumi.Output<string>;
  /** What an API Gateway integration takes as its `uri`. */
  readonly invokeArn: pulumi.Output<string>;
  readonly timeoutSeconds: pulumi.Output<number>;

  constructor(name: string, args: HandlerFunctionArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("demo-auth:functions:HandlerFunction", name, {}, opts);
    const { handler = name, runtime = "nodejs24.x", timeoutSeconds = 10, environment = {}, transform } = args;
    // Its own group under its own name: Lambda would create `/aws/lambda/<name>` itself and keep it for ever.
    const group = logGroup(`${name}-logs`, args.logs ?? {}, {}, { parent: this });
    const { role, policy } = executionRole(this, name, group, transform?.role);
    const variables = Object.entries(environment).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, value]],
    );
    const lambda = new aws.lambda.Function(
      ...transformed<aws.lambda.FunctionArgs>(
        transform?.function,
        `${name}-function`,
        {
          name: args.name,
          runtime,
          architectures: ["arm64"],
          handler: "index.handler",
          code: new pulumi.asset.AssetArchive({ "index.mjs": new pulumi.asset.StringAsset(bundle(handler, runtime)) }),
          role: role.arn,
          memorySize: args.memoryMb ?? 256,
          timeout: timeoutSeconds,
          ...(args.reservedConcurrency !== undefined && { reservedConcurrentExecutions: args.reservedConcurrency }),
          environment: { variables: Object.fromEntries(variables) },
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
      ),
    );
    this.functionName = lambda.name;
    this.invokeArn = lambda.invokeArn;
    this.timeoutSeconds = pulumi.output(timeoutSeconds);
    this.registerOutputs({ functionName: lambda.name });
  }
}

/** May write its own log and its own traces, and nothing else. */
function executionRole(
  parent: HandlerFunction,
  name: string,
  group: aws.cloudwatch.LogGroup,
  transform: Transform<aws.iam.RoleArgs> | undefined,
) {
  const assumeRolePolicy = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
  });
  const role = new aws.iam.Role(...transformed(transform, `${name}-role`, { assumeRolePolicy }, { parent }));
  const logs = { Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: pulumi.interpolate`${group.arn}:*` };
  // X-Ray has no resources to name in a policy.
  const traces = { Action: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], Resource: "*" };
  const Statement = [logs, traces].map((statement) => ({ Effect: "Allow", ...statement }));
  const policy = new aws.iam.RolePolicy(
    `${name}-policy`,
    { role: role.id, policy: pulumi.jsonStringify({ Version: "2012-10-17", Statement }) },
    { parent },
  );
  return { role, policy };
}

/**
 * A handler and what it imports as one ES module. The same sources give the same bytes: paths in it are relative to the
 * project. Names and lines are kept, so that the code in the Lambda console and its stack traces can be read.
 * @throws RunError at once when there is no such file
 */
export function bundle(handler: string, runtime: LambdaRuntime, project: string = projectDirectory()): Promise<string> {
  const file = `handlers/${handler}.ts`;
  if (!existsSync(join(project, file))) {
    throw new pulumi.RunError(
      `infra/routes.ts names the handler ${handler}, but there is no ${file}; add the file, or fix the route.`,
    );
  }
  const bundling = build({
    absWorkingDir: project,
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
  return bundling.then(({ outputFiles }) => outputFiles[0]!.text);
}

/** Where Pulumi.yaml is; under mocks, which know no such folder, where the tests run. */
function projectDirectory(): string {
  const root = pulumi.getRootDirectory();
  return existsSync(root) ? root : process.cwd();
}
