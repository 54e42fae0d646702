/** The AWS account behind the engine: the one table of the resource types that the local cloud knows. */

import {
  type Made,
  type NewResource,
  type Provider,
  type ProviderNotes,
  type Resource,
  type ResourceGraph,
  ResourceProblem,
} from "../engine/graph.ts";
import { LOCAL_VALUES_FILE, type LocalValues, NO_LOCAL_VALUES } from "../engine/local-values.ts";
import { type Diagnostic, ProgramError, ProjectError } from "../engine/problems.ts";
import { Archive, type Values } from "../engine/values.ts";
import type { CloudModel } from "../model.ts";
import { apigatewayTypes } from "./apigateway/index.ts";
import { apigatewayv2Types } from "./apigatewayv2/index.ts";
import { CloudBuilder } from "./cloud-builder.ts";
import { cognitoTypes } from "./cognito/index.ts";
import { type AnyContract, isServed, servedParts, unservedInputs } from "./contract.ts";
import { dynamodbTypes } from "./dynamodb/index.ts";
import { BY_HAND, EVENT_SOURCES } from "./event-sources/index.ts";
import { few } from "./few.ts";
import { invokeFunction } from "./functions/index.ts";
import type { ProgramFiles } from "./functions/std-files.ts";
import { lambdaTypes } from "./lambda/index.ts";
import { createOther } from "./other.ts";
import { parameterTypes } from "./parameters/index.ts";
import { randomTypes } from "./random/index.ts";
import { type Account, map, type ResourceType, text } from "./resource-type.ts";
import { s3Types } from "./s3/index.ts";
import type { SdkTypes } from "./sdk-types.ts";
import { MARKER_START, type UnknownOutput, UnknownOutputs } from "./unknown-outputs.ts";
import type { Unserved } from "./unserved.ts";

/** Every type that has a contract. */
export const RESOURCE_TYPES: readonly ResourceType[] = [
  ...cognitoTypes,
  ...apigatewayTypes,
  ...apigatewayv2Types,
  ...lambdaTypes,
  ...dynamodbTypes,
  ...parameterTypes,
  ...randomTypes,
  ...s3Types,
];
const BY_TYPE = new Map(RESOURCE_TYPES.map((resourceType) => [resourceType.type, resourceType]));

/** Every local account is this one: AWS's documentation uses the number, nobody owns it. */
const ACCOUNT_ID = "123456789012";

export interface ProviderOptions {
  /** What the project's SDKs declare about outputs; without it outputs that are not known are `undefined`. */
  sdk?: SdkTypes;
  /** What `demo-auth.local.yaml` gives. */
  local?: LocalValues;
  /** Tags of the default provider. */
  defaultTags?: Record<string, string>;
  /** What functions read of the program's files. */
  files?: ProgramFiles;
}

/** Nothing has to be asked for elsewhere, so that each answer is there at once, after `load`. */
interface AwsProvider extends Provider {
  create(resource: NewResource): Made;
  read(resource: NewResource & { id: string }): { outputs: Values };
  invoke(token: string, args: Values): Values;
}

/** @param region where resources go that name no region of their own */
export function awsProvider(
  region: string,
  {
    sdk,
    local = NO_LOCAL_VALUES,
    defaultTags = {},
    files = { directory: process.cwd(), onRead() {} },
  }: ProviderOptions = {},
): AwsProvider {
  const made = new Map<string, Values>();
  const regions = new Map<string, string>();
  const unknown = new UnknownOutputs();
  const madeUp: ProviderNotes["madeUp"] = [];
  const find: Account["find"] = (type, id) => made.get(`${type} ${id}`);
  const account = (resource: NewResource): Account => ({
    accountId: ACCOUNT_ID,
    region: (resource.inputs.region as string | undefined) ?? regions.get(resource.provider) ?? region,
    find,
  });
  /** With what the person gives, and stand-ins for what is not known. */
  const completed = ({ type, name, inputs }: NewResource, outputs: Values, complete: boolean): Values => {
    const known = { ...outputs, ...local.outputs[name] };
    if (complete || !sdk || type.startsWith("pulumi:")) return known;
    return { ...known, ...unknown.standIns(sdk.outputsOf(type), { ...inputs, ...known }, { type, name }) };
  };
  return {
    packages: new Set(["aws", "random"]),
    load: (type) => BY_TYPE.get(type)?.load?.(),
    create(resource) {
      const { type, inputs } = resource;
      if (type === "pulumi:providers:aws" && typeof inputs.region === "string")
        regions.set(resource.urn, inputs.region);
      const resourceType = BY_TYPE.get(type);
      if (resourceType) refuseUnknown(resource, resourceType, unknown);
      const { id, outputs } = resourceType
        ? createKnown(resourceType, resource, account(resource))
        : createOther(resource, account(resource));
      const whole = completed(resource, outputs, resourceType !== undefined);
      made.set(`${type} ${id}`, { ...inputs, ...whole });
      return { id, outputs: whole };
    },
    read(resource) {
      const { id, type, inputs } = resource;
      // Something that exists in a real account: its name and ARN can be built on, what it is like is not known here.
      const outputs = find(type, id) ?? {
        ...createOther(resource, account(resource), id).outputs,
        ...BY_TYPE.get(type)?.existing?.(id, account(resource)),
      };
      return { outputs: { ...completed(resource, { ...outputs, ...inputs }, false), id } };
    },
    invoke: (token, args) =>
      invokeFunction(token, args, {
        account: { accountId: ACCOUNT_ID, region: text(args.region) ?? region, find },
        ...{ sdk, unknown, lookups: local.lookups, defaultTags, files },
        onMadeUp: ({ type, name, reason = "made up" }) => {
          if (!madeUp.some((other) => other.type === type && other.name === name)) madeUp.push({ type, name, reason });
        },
      }),
    notes: () => ({ unknownOutputs: unknown.toJSON(), madeUp }),
    explain(errors) {
      const said = errors.map(({ message }) => message).join("\n");
      const name = ({ type, name, property }: UnknownOutput) => `${property} of ${type} "${name}"`;
      const found = said.includes(MARKER_START) ? unknown.in(said) : [];
      if (found.length > 0) {
        return `The program reads a text that only AWS knows, and found a placeholder for it, ${found.length > 1 ? "that of one of " : ""}${few(found.map(name))}. Give values in ${LOCAL_VALUES_FILE}, under outputs and the resource's name.`;
      }
      if (unknown.missing.length === 0 || !OF_UNDEFINED.test(said)) return undefined;
      const named = new Set(unknown.missing.map(name));
      return `Perhaps the program reads an output that only AWS knows and that is undefined here: ${few([...named])}. Give values in ${LOCAL_VALUES_FILE}, under outputs and the resource's name.`;
    },
  };
}

/** With what the provider answers for every type that takes a region, and tags. */
function createKnown(
  { inputs: contract = {}, create }: ResourceType,
  resource: NewResource,
  account: Account,
): { id: string; outputs: Values } {
  const { id, outputs } = create(resource, account);
  return {
    id,
    outputs: {
      ...outputs,
      ...("region" in contract && { region: account.region }),
      ...("tags" in contract && { tagsAll: map(resource.inputs.tags) }),
    },
  };
}

/** What V8 says where `undefined`, or what was made of it, is used as something else. */
const OF_UNDEFINED = /\bTypeError\b[^\n]*(?:\bundefined\b|\bis not (?:a function|iterable)\b)/;

/** What is served, or decides what is served, must be known. */
function refuseUnknown(
  { type, name, inputs, unknown: paths = [] }: NewResource,
  { inputs: contract, withoutUnknown = [] }: ResourceType,
  unknown: UnknownOutputs,
) {
  const own: AnyContract = Object.fromEntries(
    Object.entries(contract ?? {}).filter(([property]) => !withoutUnknown.includes(property)),
  );
  for (const [property, value] of Object.entries(inputs)) {
    if (withoutUnknown.includes(property)) continue;
    for (const [path, part] of servedParts(own[property], value, property))
      unknown.refuse(part, `${path} of ${type} "${name}"`);
  }
  const read = paths.find(({ property }) => {
    const names = property.replaceAll(/\[[^\]]*\]/g, "").split(".");
    return !withoutUnknown.includes(names[0]!) && isServed(own, names);
  });
  if (read) {
    const sources = read.from.map((urn) => urn.slice(urn.lastIndexOf("$") + 1).split("::"));
    const named = sources.map((parts) => `${parts.at(-2)} "${parts.at(-1)}"`).join(" or ");
    const why = read.because === undefined ? "." : `: ${read.because}.`;
    throw new ResourceProblem(
      `${read.property} is made of an output${named === "" ? "" : ` of ${named}`} that the local cloud cannot know${why}`,
    );
  }
}

export interface Declared {
  model: CloudModel;
  unserved: Unserved[];
  /** What runs here and would not on AWS, a sentence each. */
  warnings: string[];
}

/**
 * Turns the resource graph into what the services serve.
 * @param unpack lays out a function's archive; returns its folder
 * @param options `strict`: refuses also what AWS goes on running and no longer creates, instead of a warning;
 *   `functionCode`: paths of code that stands for what the program deploys, by the function's logical name;
 *   `workingDirectory`: the program's, which the relative paths of its assets start from
 * @throws ProgramError when AWS would refuse a combination that only shows in the whole
 * @throws ProjectError when code is given for a function that there is not
 */
export function buildModel(
  graph: ResourceGraph,
  region: string,
  unpack: (archive: Archive) => string,
  {
    strict = false,
    functionCode = {},
    workingDirectory = ".",
  }: { strict?: boolean | undefined; functionCode?: Record<string, string>; workingDirectory?: string } = {},
): Declared {
  refuseMisnamedCode(functionCode, graph);
  const given = new Map(Object.entries(functionCode).map(([name, path]) => [name, new Archive({ path })]));
  const cloud = new CloudBuilder(region, ACCOUNT_ID, unpack, strict, graph.resources, given, workingDirectory);
  const problems: Diagnostic[] = [];
  const attempt = (resource: Resource, work: () => void) => {
    try {
      work();
    } catch (error) {
      if (!(error instanceof ResourceProblem)) throw error;
      problems.push({ severity: "error", message: error.message, urn: resource.urn });
    }
  };
  for (const resource of graph.resources) {
    if (resource.type.startsWith("pulumi:") || resource.byPlugin) continue;
    const resourceType = BY_TYPE.get(resource.type);
    const { type, name } = resource;
    if (resource.existing)
      cloud.unserved.push({ type, name, reason: "it is looked up: only its id and ARN are known here" });
    else if (Object.hasOwn(EVENT_SOURCES, type)) {
      EVENT_SOURCES[type]!(resource, cloud);
      cloud.unserved.push({ type, name, reason: BY_HAND });
    } else if (resourceType?.notServed) cloud.unserved.push({ type, name, reason: resourceType.notServed });
    else if (resourceType) {
      const { inputs, older } = resourceType;
      if (inputs) cloud.nameUnserved(resource, unservedInputs({ ...inputs, ...older }, resource.inputs));
      attempt(resource, () => resourceType.declare?.(resource, cloud));
    } else if (resource.custom || resource.remote) {
      const { notServed } = resource;
      cloud.unserved.push({ type, name, ...(notServed !== undefined && { reason: notServed }) });
    }
  }
  cloud.unserved.push(...(graph.notes?.madeUp ?? []));
  for (const { resource, work } of cloud.remaining()) attempt(resource, work);
  if (problems.length > 0) throw new ProgramError(graph.project, graph.stack, problems, { refused: true });
  return { model: cloud.model, unserved: cloud.unserved, warnings: cloud.warnings };
}

function refuseMisnamedCode(functionCode: Record<string, string>, { resources }: ResourceGraph): void {
  const functions = resources.filter(({ type }) => type === "aws:lambda/function:Function").map(({ name }) => name);
  const [unknown] = Object.keys(functionCode).filter((name) => !functions.includes(name));
  if (unknown === undefined) return;
  throw new ProjectError(
    "local_values_invalid",
    `${LOCAL_VALUES_FILE}: functions.${unknown}: the program has no function "${unknown}"; it has ${functions.join(", ") || "none"}.`,
    "Name functions as the program does, by the first argument of aws.lambda.Function.",
  );
}
