/**
 * Every type that the local cloud does not serve: an id and outputs, so that what is built on it can be declared. The
 * program's person is told that these are declared and not emulated.
 */
import type { NewResource } from "../engine/graph.ts";
import type { Values } from "../engine/values.ts";
import { Made } from "./companions/companion.ts";
import { COMPANIONS } from "./companions/index.ts";
import { type Account, map, stableId } from "./resource-type.ts";

/**
 * @param existing the id of what is only looked up (`Type.get`)
 * @returns an id, and the outputs that are known
 */
export function createOther(
  resource: NewResource,
  account: Account,
  existing?: string,
): { id: string; outputs: Values } {
  const { type, inputs, urn } = resource;
  const service = /^aws:([a-z0-9]+)\//.exec(type)?.[1];
  if (!service) return { id: existing ?? stableId(urn, 20), outputs: {} };
  const made = new Made(resource, account, existing);
  const companion = COMPANIONS[type];
  const { id, outputs } = companion ? companion(made) : common(made, service, type);
  return {
    id: existing ?? id ?? made.name(),
    outputs: { region: account.region, tagsAll: map(inputs.tags), ...outputs },
  };
}

/** The form that most ARNs have. */
function common(made: Made, service: string, type: string): { id?: string; outputs: Values } {
  const name = made.name();
  return {
    outputs: { name, arn: made.arn(service, `${type.slice(type.lastIndexOf(":") + 1).toLowerCase()}/${name}`) },
  };
}
