/** random:index/randomShuffle:RandomShuffle */
import type { RandomShuffle, RandomShuffleArgs } from "@pulumi/random";
import { served } from "../contract.ts";
import { list, number, resourceType } from "../resource-type.ts";
import { SeededBytes } from "./seeded.ts";

export const randomShuffle = resourceType<RandomShuffle, RandomShuffleArgs>(
  "random:index/randomShuffle:RandomShuffle",
  {
    inputs: { inputs: served, keepers: served, resultCount: served, seed: served },
    create(resource) {
      const items = list(resource.inputs.inputs);
      const count = number(resource.inputs.resultCount, items.length);
      const random = new SeededBytes(resource);
      const results: string[] = [];
      // More than there are: the list is shuffled anew as often as it takes.
      while (items.length > 0 && results.length < count) results.push(...random.shuffled(items));
      return { id: "-", outputs: { results: results.slice(0, count) } };
    },
  },
);
