/** The AWS account behind the engine: the one table of the resource types that the local cloud knows. */

import {
  type NewResource,
  type Provider,
  type Resource,
  type ResourceGraph,
  ResourceProblem,
} from "../engine/graph.ts";
import { type Diagnostic, ProgramError } from "../engine/problems.ts";
import type { Archive, Values } from "../engine/values.ts";
import type { CloudModel } from "../model.ts";
import { apigatewayTypes } from "./apigateway/index.ts";
import { CloudBuilder } from "./cloud-builder.ts";
import { cognitoTypes } from "./cognito/index.ts";
import { unservedInputs } from "./contract.ts";
import { lambdaTypes } from "./lambda/index.ts";
import { createOther } from "./other.ts";
import { invokeFunction } from "./provider-functions.ts";
import type { Account, ResourceType } from "./resource-type.ts";
import type { Unserved } from "./unserved.ts";

/** Every type that has a contract. */
export const RESOURCE_TYPES: readonly ResourceType[] = [...cognitoTypes, ...apigatewayTypes, ...lambdaTypes];
const BY_TYPE = new Map(RESOURCE_TYPES.map((resourceType) => [resourceType.type, resourceType]));

/** Every local account is this one: AWS's documentation uses the number, nobody owns it. */
export const ACCOUNT_ID = "123456789012";

/** @param region where resources go that name no region of their own */
export function awsProvider(region: string): Provider {
  const made = new Map<string, Values>();
  const regions = new Map<string, string>();
  const account = (resource: NewResource): Account => ({
    accountId: ACCOUNT_ID,
    region: (resource.inputs.region as string | undefined) ?? regions.get(resource.provider) ?? region,
    find: (type, id) => made.get(`${type} ${id}`),
  });
  return {
    create(resource) {
      const { type, inputs } = resource;
      if (type === "pulumi:providers:aws" && typeof inputs.region === "string")
        regions.set(resource.urn, inputs.region);
      const resourceType = BY_TYPE.get(type);
      const result = resourceType
        ? resourceType.create(resource, account(resource))
        : createOther(resource, account(resource));
      made.set(`${type} ${result.id}`, { ...inputs, ...result.outputs });
      return result;
    },
    read(resource) {
      const { id, type, inputs } = resource;
      if (type === "pulumi:pulumi:StackReference") {
        throw new ResourceProblem(
          `The outputs of the stack ${JSON.stringify(inputs.name ?? id)} are known to Pulumi's backend only. Take them from the config, with the stack reference as its default on AWS.`,
        );
      }
      // Something that exists in a real account: its name and ARN can be built on, what it is like is not known here.
      const { outputs } = createOther({ ...resource, inputs: { ...inputs, name: id } }, account(resource));
      return { outputs: { ...outputs, ...inputs, id } };
    },
    invoke: (token, args) => invokeFunction(token, args, { accountId: ACCOUNT_ID, region, find: () => undefined }),
  };
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
 * @param options `strict`: refuses also what AWS goes on running and no longer creates, instead of a warning
 * @throws ProgramError when AWS would refuse a combination that only shows in the whole
 */
export function buildModel(
  graph: ResourceGraph,
  region: string,
  unpack: (archive: Archive) => string,
  { strict = false }: { strict?: boolean | undefined } = {},
): Declared {
  const cloud = new CloudBuilder(region, ACCOUNT_ID, unpack, strict);
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
    if (resource.type.startsWith("pulumi:")) continue;
    const resourceType = BY_TYPE.get(resource.type);
    const { type, name } = resource;
    if (resourceType?.notServed) cloud.unserved.push({ type, name, reason: resourceType.notServed });
    else if (resourceType) {
      const { inputs, older } = resourceType;
      if (inputs) cloud.nameUnserved(resource, unservedInputs({ ...inputs, ...older }, resource.inputs));
      attempt(resource, () => resourceType.declare?.(resource, cloud));
    } else if (resource.custom) cloud.unserved.push({ type, name });
  }
  for (const { resource, work } of cloud.remaining()) attempt(resource, work);
  if (problems.length > 0) throw new ProgramError(graph.project, graph.stack, problems);
  return { model: cloud.model, unserved: cloud.unserved, warnings: cloud.warnings };
}
