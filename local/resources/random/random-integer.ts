/** random:index/randomInteger:RandomInteger: from `min` to `max`, both included. */
import type { RandomInteger, RandomIntegerArgs } from "@pulumi/random";
import { ResourceProblem } from "../../engine/graph.ts";
import { served } from "../contract.ts";
import { number, resourceType } from "../resource-type.ts";
import { SeededBytes } from "./seeded.ts";

export const randomInteger = resourceType<RandomInteger, RandomIntegerArgs>(
  "random:index/randomInteger:RandomInteger",
  {
    inputs: { keepers: served, max: served, min: served, seed: served },
    create(resource) {
      const min = number(resource.inputs.min, 0);
      const max = number(resource.inputs.max, 0);
      if (max < min) {
        throw new ResourceProblem(`The minimum (min) value needs to be smaller than or equal to maximum (max) value.`);
      }
      const result = min + new SeededBytes(resource).below(max - min + 1);
      return { id: String(result), outputs: { result } };
    },
  },
);
