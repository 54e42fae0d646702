/** Items in DynamoDB's JSON (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html). */

/** Under its type: `{ S: "a" }` */
export type Value = Record<string, unknown>;

/** `{ id: { S: "a" } }` */
export type Item = Record<string, Value>;

/** @param text JSON */
export const readItem = (text: string): Item => JSON.parse(text, (_name, value: unknown) => withoutPrototype(value));

/** Also inside of it: what every object of JavaScript has, such as `constructor`, is no attribute of an item. */
export const asItem = (value: Item): Item => withoutPrototypes(value);

/** Also inside of it, in place. */
export function withoutPrototypes<T extends object>(value: T): T {
  for (const each of Object.values(value)) if (isObject(each)) withoutPrototypes(each);
  return withoutPrototype(value);
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

function withoutPrototype<T>(value: T): T {
  return isObject(value) && !Array.isArray(value) ? Object.setPrototypeOf(value, null) : value;
}

const SETS = new WeakMap<string[], Set<string>>();

/** The elements of a set, to look one up; made once for each set. */
export function setOf(elements: string[]): Set<string> {
  const known = SETS.get(elements) ?? new Set(elements);
  SETS.set(elements, known);
  return known;
}
