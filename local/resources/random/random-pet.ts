/** random:index/randomPet:RandomPet: a name such as `calm-otter`, from word lists that are not the provider's. */
import type { RandomPet, RandomPetArgs } from "@pulumi/random";
import { served } from "../contract.ts";
import { number, resourceType, text } from "../resource-type.ts";
import { SeededBytes } from "./seeded.ts";

let lists: Record<"adjectives" | "animals", readonly string[]>;

/** Names of resources are made of it: nothing but lower-case letters. */
const plain = (words: readonly string[]): string[] => words.filter((word) => /^[a-z]+$/.test(word));

export const randomPet = resourceType<RandomPet, RandomPetArgs>("random:index/randomPet:RandomPet", {
  inputs: { keepers: served, length: served, prefix: served, separator: served },
  load: async () => {
    lists = await import("unique-names-generator");
  },
  create(resource) {
    const { inputs } = resource;
    const length = number(inputs.length, 2);
    const separator = text(inputs.separator) ?? "-";
    const prefix = text(inputs.prefix);
    const random = new SeededBytes(resource);
    const words = Array.from({ length: Math.max(0, length - 1) }, () => random.pick(plain(lists.adjectives)));
    const name = [...words, random.pick(plain(lists.animals))].join(separator);
    return { id: prefix ? `${prefix}${separator}${name}` : name, outputs: { length, separator } };
  },
});
