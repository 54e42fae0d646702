/**
 * Evaluates a Pulumi program under Pulumi's own mocks and hands back what it registered: the graph that policy rules and
 * tests read. Outputs are AWS-shaped. What this does not prove: that AWS accepts the inputs.
 */
import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";

/** What travels to the engine. Tests compare it with exact values, so nothing is gained by types here. */
export type Wire = Record<string, any>;

export interface RegisteredResource {
  urn: string;
  type: string;
  name: string;
  inputs: Wire;
  /** What AWS made of the inputs. */
  outputs: Wire;
  custom: boolean;
  protect: boolean;
  retainOnDelete: boolean;
  deleteBeforeReplace: boolean;
  ignoreChanges: string[];
  /** The id of what it adopts instead of making it anew. */
  import: string;
  parent: string;
  /** URNs of all that it waits for, `dependsOn` and inputs alike. */
  dependencies: string[];
  /** Input name → URNs that it takes its value from. */
  propertyDependencies: Record<string, string[]>;
}

export interface Evaluation {
  resources: RegisteredResource[];
  /** The stack's outputs. */
  outputs: Wire;
  /** What the program told the person who runs it. */
  warnings: string[];
  /** The only resource of a type; throws when there is none or more than one. */
  one(type: string): RegisteredResource;
  all(type: string): RegisteredResource[];
}

const place = {
  account: "123456789012",
  region: "us-east-1",
  partition: "aws",
  /** Names of the roles that are there before. */
  roles: [] as string[],
  /** As `pulumi preview` before a first deployment: nothing has an id yet, nothing is known of what AWS adds. */
  preview: false,
};
const { account } = place;

/** The values of `Pulumi.<stack>.yaml` as Pulumi hands them to a program: text, and JSON for what is not. */
export function stackFile(stack: string): Record<string, string> {
  const { config } = parse(readFileSync(new URL(`../../../Pulumi.${stack}.yaml`, import.meta.url), "utf8"));
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, configText(value)]));
}

export function configText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

let evaluations = 0;

/** Evaluates this project's program with a stack file's values and `extra` over them (`undefined` takes one out). */
export function evaluateStack(
  stack: string,
  extra: Record<string, unknown> = {},
  where: Partial<typeof place> = {},
): Promise<Evaluation> {
  const merged = {
    ...stackFile(stack),
    ...Object.fromEntries(Object.entries(extra).map(([k, v]) => [`demo-auth:${k}`, v])),
  };
  const config = Object.fromEntries(
    Object.entries(merged)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, configText(value)]),
  );
  // A query makes Node evaluate the module anew.
  return evaluate(stack, config, () => import(`../../../infra/index.ts?evaluation=${++evaluations}`), where);
}

/** Evaluates any program: a function that creates resources and returns outputs. */
export async function evaluate(
  stack: string,
  config: Record<string, string>,
  program: () => unknown,
  where: Partial<typeof place> = {},
): Promise<Evaluation> {
  const there = { ...place, ...where };
  const resources: RegisteredResource[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, custom }) => ({
        id: custom === false || there.preview ? undefined : idOf(type, name, there),
        state: there.preview ? inputs : { ...inputs, ...attributesOf(type, name, inputs, there) },
      }),
      call: ({ token, inputs }) => answerOf(token, inputs, there),
    },
    "demo-auth",
    stack,
    there.preview,
    "organization",
  );
  pulumi.runtime.setAllConfig(config);
  record(resources);
  let outputs: Wire;
  // Without an engine Pulumi's log goes to the console.
  const warnings: string[] = [];
  const { warn } = console;
  console.warn = (line: string) => warnings.push(line.replace(/^warning: \[runtime\] /, ""));
  try {
    outputs = (await pulumi.runtime.runInPulumiStack(async () => ({ ...((await program()) as object) }))) ?? {};
    outputs = await resolved(outputs);
  } finally {
    await pulumi.runtime.disconnect();
    console.warn = warn;
  }
  const all = (type: string) => resources.filter((resource) => resource.type === type);
  return {
    resources,
    outputs,
    warnings,
    all,
    one(type) {
      const [found, ...more] = all(type);
      if (!found || more.length > 0) throw new Error(`expected one ${type}, found ${all(type).length}`);
      return found;
    },
  };
}

/** The mocks say nothing of resource options; the request to the monitor does. */
function record(resources: RegisteredResource[]) {
  const monitor = pulumi.runtime.getMonitor() as Wire;
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request: Wire, callback: (error: unknown, response: Wire) => void) =>
    register(request, (error: unknown, response: Wire) => {
      if (!error) {
        const propertyDependencies = Object.fromEntries(
          request
            .getPropertydependenciesMap()
            .toArray()
            .map(([property, list]: [string, string[][]]) => [property, list[0] ?? []]),
        );
        resources.push({
          urn: response.getUrn(),
          type: request.getType(),
          name: request.getName(),
          inputs: plain(request.getObject().toJavaScript()) as Wire,
          outputs: plain(response.getObject().toJavaScript()) as Wire,
          custom: request.getCustom(),
          protect: request.getProtect() ?? false,
          retainOnDelete: request.getRetainondelete() ?? false,
          deleteBeforeReplace: request.getDeletebeforereplace(),
          ignoreChanges: request.getIgnorechangesList(),
          import: request.getImportid(),
          parent: request.getParent(),
          dependencies: request.getDependenciesList(),
          propertyDependencies,
        });
      }
      callback(error, response);
    });
}

const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** A wire value without Pulumi's wrappers for secrets and outputs. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  const entries = value as Record<string, unknown>;
  if (entries["4dabf18193072939515e22adb298388d"] === secretSignature) return plain(entries.value);
  return Object.fromEntries(Object.entries(entries).map(([key, inner]) => [key, plain(inner)]));
}

function resolved(outputs: Wire): Promise<Wire> {
  return new Promise((resolve, reject) => {
    const output = pulumi.output(outputs) as unknown as { promise(): Promise<Wire> };
    output.promise().then(resolve, reject);
  });
}

function idOf(type: string, name: string, { region }: typeof place): string {
  if (type === "aws:cognito/userPool:UserPool") return `${region}_Ab1Cd2Ef3`;
  if (type === "aws:apigateway/restApi:RestApi") return "a1b2c3d4e5";
  return `${name}-id`;
}

/** What AWS would add to the inputs; names that Pulumi would make up included. */
function attributesOf(type: string, name: string, inputs: Wire, there: typeof place): Record<string, unknown> {
  const { region, partition } = there;
  const id = idOf(type, name, there);
  const physical = inputs.name ?? `${name}-1a2b3c4`;
  const arn = (service: string, rest: string, where = `${region}:${account}`) =>
    `arn:${partition}:${service}:${where}:${rest}`;
  switch (type) {
    case "aws:cognito/userPool:UserPool":
      return {
        name: physical,
        arn: arn("cognito-idp", `userpool/${id}`),
        endpoint: `cognito-idp.${region}.amazonaws.com/${id}`,
      };
    case "aws:cognito/userPoolDomain:UserPoolDomain":
      return {
        cloudfrontDistribution: "d111111abcdef8.cloudfront.net",
        cloudfrontDistributionZoneId: "Z2FDTNDATAQYW2",
      };
    case "aws:cloudwatch/logGroup:LogGroup":
      return { name: physical, arn: arn("logs", `log-group:${physical}`) };
    case "aws:kms/key:Key":
      return { arn: arn("kms", `key/${id}`) };
    case "aws:iam/role:Role":
      return { name: physical, arn: arn("iam", `role/${physical}`, `:${account}`) };
    case "aws:lambda/function:Function": {
      const functionArn = arn("lambda", `function:${physical}`);
      return {
        name: physical,
        arn: functionArn,
        invokeArn: `arn:${partition}:apigateway:${region}:lambda:path/2015-03-31/functions/${functionArn}/invocations`,
      };
    }
    case "aws:apigateway/restApi:RestApi":
      return {
        name: physical,
        arn: arn("apigateway", `/restapis/${id}`, `${region}:`),
        executionArn: arn("execute-api", id),
        rootResourceId: "r00tr00t00",
      };
    case "aws:apigateway/stage:Stage":
      return {
        arn: arn("apigateway", `/restapis/a1b2c3d4e5/stages/${inputs.stageName}`, `${region}:`),
        invokeUrl: `https://a1b2c3d4e5.execute-api.${region}.amazonaws.com/${inputs.stageName}`,
      };
    default:
      return { arn: `arn:${partition}:mock:${region}:${account}:${id}` };
  }
}

function answerOf(token: string, inputs: Wire, there: typeof place): Record<string, unknown> {
  const { account, region, partition, roles } = there;
  switch (token) {
    case "aws:index/getRegion:getRegion":
      return {
        id: region,
        region,
        name: region,
        description: "US East (N. Virginia)",
        endpoint: "ec2.us-east-1.amazonaws.com",
      };
    case "aws:index/getCallerIdentity:getCallerIdentity":
      return { id: account, accountId: account, arn: `arn:${partition}:iam::${account}:root`, userId: account };
    case "aws:index/getPartition:getPartition":
      return { id: partition, partition, dnsSuffix: partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com" };
    case "aws:iam/getRoles:getRoles":
      return { names: roles.filter((name) => new RegExp(inputs.nameRegex).test(name)), arns: [], id: region };
    default:
      throw new Error(
        `the program asks the provider for ${token} with ${JSON.stringify(inputs)}, which no test answers`,
      );
  }
}
