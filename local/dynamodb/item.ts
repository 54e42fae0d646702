/** Items in DynamoDB's JSON (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html). */

/** Under its type: `{ S: "a" }` */
export type Value = Record<string, unknown>;

/** `{ id: { S: "a" } }` */
export type Item = Record<string, Value>;

/** @param text JSON */
export const readItem = (text: string): Item => withoutPrototypes(JSON.parse(text) as Item);

/** Also inside of it: what every object of JavaScript has, such as `constructor`, is no attribute of an item. */
export const asItem = (value: Item): Item => withoutPrototypes(value);

/** Also inside of it, in place. */
export function withoutPrototypes<T extends object>(value: T): T {
  if (Array.isArray(value)) {
    for (const member of value) if (isObject(member)) withoutPrototypes(member);
    return value;
  }
  const members = value as Record<string, unknown>;
  for (const name in members) if (isObject(members[name])) withoutPrototypes(members[name] as object);
  return Object.setPrototypeOf(value, null);
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

const SETS = new WeakMap<string[], Set<string>>();

/** The elements of a set, to look one up; made once for each set. */
export function setOf(elements: string[]): Set<string> {
  const known = SETS.get(elements) ?? new Set(elements);
  SETS.set(elements, known);
  return known;
}
