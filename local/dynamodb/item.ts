/** Items in DynamoDB's JSON (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html). */

import { compareNumbers } from "./numbers.ts";

/** Under its type: `{ S: "a" }` */
export type Value = Record<string, unknown>;

/** `{ id: { S: "a" } }` */
export type Item = Record<string, Value>;

/** @param text JSON */
export const readItem = (text: string): Item => asItem(JSON.parse(text) as Item);

/** Also in maps inside of it, in place: what every object of JavaScript has, such as `constructor`, is no attribute of an item. */
export function asItem(attributes: Item): Item {
  for (const name in attributes) withoutPrototypes(attributes[name]!);
  return Object.setPrototypeOf(attributes, null);
}

/** A value may keep its own, which has no type of values. */
function withoutPrototypes(value: Value): void {
  if (value.M) asItem(value.M as Item);
  else if (value.L) for (const element of value.L as Value[]) withoutPrototypes(element);
}

const ORDERS: Record<string, (one: string, other: string) => number> = {
  SS: (one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)),
  BS: (one, other) => Buffer.compare(Buffer.from(one, "base64"), Buffer.from(other, "base64")),
  NS: compareNumbers,
};

/**
 * Puts the elements of sets in the order in which DynamoDB has them, of their bytes or of their numbers, wherever they were written
 * (recorded in eu-west-2 by paritysuite/dynamodb-conformance, October 2026).
 */
export function sortSets(attributes: Item): void {
  for (const name in attributes) sortSetsIn(attributes[name]!);
}

function sortSetsIn(value: Value): void {
  if (value.M) sortSets(value.M as Item);
  else if (value.L) for (const element of value.L as Value[]) sortSetsIn(element);
  else {
    for (const type in ORDERS) if (value[type]) value[type] = (value[type] as string[]).toSorted(ORDERS[type]);
  }
}

const SETS = new WeakMap<string[], Set<string>>();

/** The elements of a set, to look one up; made once for each set. */
export function setOf(elements: string[]): Set<string> {
  const known = SETS.get(elements) ?? new Set(elements);
  SETS.set(elements, known);
  return known;
}
