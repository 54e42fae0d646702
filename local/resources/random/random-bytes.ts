/** random:index/randomBytes:RandomBytes */
import type { RandomBytes, RandomBytesArgs } from "@pulumi/random";
import { served } from "../contract.ts";
import { number, resourceType } from "../resource-type.ts";
import { SeededBytes } from "./seeded.ts";

export const randomBytes = resourceType<RandomBytes, RandomBytesArgs>("random:index/randomBytes:RandomBytes", {
  inputs: { keepers: served, length: served },
  create(resource) {
    const bytes = new SeededBytes(resource).take(number(resource.inputs.length, 0));
    const [base64, hex] = [bytes.toString("base64"), bytes.toString("hex")];
    return { id: base64, outputs: { base64, hex } };
  },
});
