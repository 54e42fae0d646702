/** The characters of random:index/randomString:RandomString and RandomPassword. */
import { ResourceProblem } from "../../engine/graph.ts";
import type { Values } from "../../engine/values.ts";
import { flag, number, text } from "../resource-type.ts";
import type { SeededBytes } from "./seeded.ts";

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const DIGITS = "0123456789";
const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";

/**
 * @returns a text of `length` characters with at least the demanded number of each kind, in any order
 * @throws ResourceProblem when the demands cannot be met together
 */
export function randomText(inputs: Values, random: SeededBytes): string {
  const length = number(inputs.length, 0);
  const special = text(inputs.overrideSpecial) || SPECIAL;
  const kinds: [wanted: boolean, least: number, characters: string][] = [
    [flag(inputs.special, true), number(inputs.minSpecial, 0), special],
    [flag(inputs.numeric ?? inputs.number, true), number(inputs.minNumeric, 0), DIGITS],
    [flag(inputs.lower, true), number(inputs.minLower, 0), LOWER],
    [flag(inputs.upper, true), number(inputs.minUpper, 0), LOWER.toUpperCase()],
  ];
  const all = kinds.map(([wanted, , characters]) => (wanted ? characters : "")).join("");
  const least = kinds.reduce((sum, [, count]) => sum + count, 0);
  if (length < 1 || length < least) {
    throw new ResourceProblem(
      `Attribute length value must be at least ${Math.max(1, least)}: minUpper + minLower + minNumeric + minSpecial characters are demanded, got: ${length}.`,
    );
  }
  if (all === "") throw new ResourceProblem("At least one of lower, upper, numeric and special must be true.");
  const drawn = kinds.flatMap(([, count, characters]) => Array.from({ length: count }, () => random.pick(characters)));
  while (drawn.length < length) drawn.push(random.pick(all));
  return random.shuffled(drawn).join("");
}

/** The outputs that say which kinds were allowed. */
export function kindOutputs(inputs: Values): Values {
  const numeric = flag(inputs.numeric ?? inputs.number, true);
  return {
    ...{ lower: flag(inputs.lower, true), upper: flag(inputs.upper, true), special: flag(inputs.special, true) },
    ...{ minLower: number(inputs.minLower, 0), minUpper: number(inputs.minUpper, 0) },
    ...{ minNumeric: number(inputs.minNumeric, 0), minSpecial: number(inputs.minSpecial, 0) },
    ...{ numeric, number: numeric },
  };
}
