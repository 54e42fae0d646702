/**
 * Every type that the local cloud does not serve: a name, an ARN and an id, so that what is built on it can be declared.
 * The program's person is told that these are declared and not emulated.
 */
import type { NewResource } from "../engine/graph.ts";
import type { Values } from "../engine/values.ts";
import { type Account, arnOf, partitionOf, physicalName, stableId, text } from "./resource-type.ts";

/** ARNs whose form others parse; the rest get the common form. */
const ARNS: Record<string, (name: string, account: Account) => string> = {
  "aws:iam/role:Role": (name, account) => iamArn(account, `role/${name}`),
  "aws:iam/policy:Policy": (name, account) => iamArn(account, `policy/${name}`),
  "aws:cloudwatch/logGroup:LogGroup": (name, account) => arnOf(account, "logs", `log-group:${name}`),
  "aws:s3/bucket:Bucket": (name, account) => `arn:${partitionOf(account.region)}:s3:::${name}`,
  "aws:sns/topic:Topic": (name, account) => arnOf(account, "sns", name),
  "aws:kms/key:Key": (name, account) => arnOf(account, "kms", `key/${name}`),
};

/** @returns an id, and the outputs that programs commonly build on */
export function createOther(resource: NewResource, account: Account): { id: string; outputs: Values } {
  const { type, inputs, urn } = resource;
  const name = text(inputs.bucket) ?? physicalName(resource);
  const service = /^aws:([a-z0-9]+)\//.exec(type)?.[1];
  if (!service) return { id: stableId(urn, 20), outputs: {} };
  const arn =
    ARNS[type]?.(name, account) ??
    arnOf(account, service, `${type.slice(type.lastIndexOf(":") + 1).toLowerCase()}/${name}`);
  return { id: name, outputs: { name, arn, region: account.region, uniqueId: stableId(urn, 20).toUpperCase() } };
}

const iamArn = (account: Account, resource: string) =>
  `arn:${partitionOf(account.region)}:iam::${account.accountId}:${resource}`;
