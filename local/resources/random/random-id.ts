/** random:index/randomId:RandomId: random bytes in four notations. */
import type { RandomId, RandomIdArgs } from "@pulumi/random";
import { served } from "../contract.ts";
import { number, resourceType, text } from "../resource-type.ts";
import { SeededBytes } from "./seeded.ts";

export const randomId = resourceType<RandomId, RandomIdArgs>("random:index/randomId:RandomId", {
  inputs: { byteLength: served, keepers: served, prefix: served },
  create(resource) {
    const bytes = new SeededBytes(resource).take(number(resource.inputs.byteLength, 0));
    const prefix = text(resource.inputs.prefix) ?? "";
    const hex = bytes.toString("hex");
    return {
      id: bytes.toString("base64url"),
      outputs: {
        b64Url: prefix + bytes.toString("base64url"),
        b64Std: prefix + bytes.toString("base64"),
        hex: prefix + hex,
        dec: prefix + BigInt(`0x${hex || "0"}`),
      },
    };
  },
});
