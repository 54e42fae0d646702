/**
 * One Lambda function: `handlers/<handler>.ts` bundled by esbuild while the program is evaluated, with a role and a log
 * group of its own. https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { build } from "esbuild";
import { allow } from "./allow.ts";
import { Component, type Transform } from "./component.ts";
import { type LogKeeping, logGroup } from "./logs.ts";

/** The Node.js runtimes that Lambda still creates and that run an ESM bundle; `nodejs20.x` ended on 2026-08-31. */
export const lambdaRuntimes = ["nodejs24.x", "nodejs22.x"] as const;
export type LambdaRuntime = (typeof lambdaRuntimes)[number];

export interface HandlerFunctionArgs {
  /** The file `handlers/<handler>.ts` of the project, which exports `handler`. @default the component's name */
  handler?: string;
  /** The function's name. @default made up */
  name?: pulumi.Input<string>;
  /** @default nodejs24.x */
  runtime?: LambdaRuntime;
  /** @default 256 */
  memoryMb?: pulumi.Input<number>;
  /** @default 10 */
  timeoutSeconds?: pulumi.Input<number>;
  /** Takes its share out of the account's pool of concurrent executions. @default none */
  reservedConcurrency?: pulumi.Input<number>;
  /** What the handler reads from its environment; `undefined` leaves a variable out. Never a secret. */
  environment?: Readonly<Record<string, pulumi.Input<string> | undefined>>;
  logs?: LogKeeping;
  transform?: { function?: Transform<aws.lambda.FunctionArgs>; role?: Transform<aws.iam.RoleArgs> };
}

export class HandlerFunction extends Component {
  readonly functionName: pulumi.Output<string>;
  /** What an API Gateway integration takes as its `uri`. */
  readonly invokeArn: pulumi.Output<string>;
  readonly timeoutSeconds: pulumi.Output<number>;

  constructor(name: string, args: HandlerFunctionArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("functions:HandlerFunction", name, opts, args.transform);
    const { handler = name, runtime = "nodejs24.x", timeoutSeconds = 10, environment = {} } = args;
    // Its own group under its own name: Lambda would create `/aws/lambda/<name>` itself and keep it for ever.
    const group = this.make(aws.cloudwatch.LogGroup, "logs", logGroup(args.logs));
    const { role, policy } = this.#executionRole(group);
    const variables = Object.entries(environment).filter(([, value]) => value !== undefined);
    const inputs: aws.lambda.FunctionArgs = {
      name: args.name,
      runtime,
      architectures: ["arm64"],
      handler: "index.handler",
      code: new pulumi.asset.AssetArchive({ "index.mjs": new pulumi.asset.StringAsset(bundle(handler, runtime)) }),
      role: role.arn,
      memorySize: args.memoryMb ?? 256,
      timeout: timeoutSeconds,
      reservedConcurrentExecutions: args.reservedConcurrency,
      environment: { variables: Object.fromEntries(variables) as Record<string, pulumi.Input<string>> },
      tracingConfig: { mode: "Active" },
      loggingConfig: { logFormat: "JSON", logGroup: group.name, applicationLogLevel: "INFO", systemLogLevel: "WARN" },
    };
    // Its first run is to leave a trace, too.
    const lambda = this.make(aws.lambda.Function, "function", inputs, { dependsOn: policy });
    this.functionName = lambda.name;
    this.invokeArn = lambda.invokeArn;
    this.timeoutSeconds = pulumi.output(timeoutSeconds);
    this.registerOutputs({ functionName: lambda.name });
  }

  /** May write its own log and its own traces, and nothing else. */
  #executionRole(group: aws.cloudwatch.LogGroup) {
    const trust = { Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" };
    const role = this.make(aws.iam.Role, "role", { assumeRolePolicy: allow(trust) });
    const logs = {
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: pulumi.interpolate`${group.arn}:*`,
    };
    // X-Ray has no resources to name in a policy.
    const traces = { Action: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], Resource: "*" };
    return { role, policy: this.make(aws.iam.RolePolicy, "policy", { role: role.id, policy: allow(logs, traces) }) };
  }
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
