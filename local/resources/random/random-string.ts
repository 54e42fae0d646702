/** random:index/randomString:RandomString */
import type { RandomString, RandomStringArgs } from "@pulumi/random";
import { served } from "../contract.ts";
import { resourceType } from "../resource-type.ts";
import { kindOutputs, randomText } from "./characters.ts";
import { SeededBytes } from "./seeded.ts";

export const CHARACTER_INPUTS = {
  keepers: served,
  length: served,
  lower: served,
  minLower: served,
  minNumeric: served,
  minSpecial: served,
  minUpper: served,
  number: served,
  numeric: served,
  overrideSpecial: served,
  special: served,
  upper: served,
};

export const randomString = resourceType<RandomString, RandomStringArgs>("random:index/randomString:RandomString", {
  inputs: CHARACTER_INPUTS,
  create(resource) {
    const result = randomText(resource.inputs, new SeededBytes(resource));
    return { id: result, outputs: { ...kindOutputs(resource.inputs), result } };
  },
});
