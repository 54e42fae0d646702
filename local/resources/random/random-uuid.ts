/** random:index/randomUuid:RandomUuid and its kinds (RFC 9562, versions 4 and 7). */
import type {
  RandomUuid,
  RandomUuid4,
  RandomUuid4Args,
  RandomUuid7,
  RandomUuid7Args,
  RandomUuidArgs,
} from "@pulumi/random";
import type { NewResource } from "../../engine/graph.ts";
import { served } from "../contract.ts";
import { resourceType } from "../resource-type.ts";
import { SeededBytes } from "./seeded.ts";

/** Version 7 begins with a time; that of the first start is not kept, so that it is the same at every one. */
const create = (version: 4 | 7) => (resource: NewResource) => {
  const result = new SeededBytes(resource).uuid(version);
  return { id: result, outputs: { result } };
};
const inputs = { keepers: served };

export const randomUuid = resourceType<RandomUuid, RandomUuidArgs>("random:index/randomUuid:RandomUuid", {
  inputs,
  create: create(4),
});

export const randomUuid4 = resourceType<RandomUuid4, RandomUuid4Args>("random:index/randomUuid4:RandomUuid4", {
  inputs,
  create: create(4),
});

export const randomUuid7 = resourceType<RandomUuid7, RandomUuid7Args>("random:index/randomUuid7:RandomUuid7", {
  inputs,
  create: create(7),
});
