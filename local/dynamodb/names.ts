/**
 * The one name that an object of JavaScript takes for something else, `__proto__`: of an attribute, a table or an index it is kept
 * under a stand-in, also in the state, and has its own name in answers.
 */

const STAND_IN = "__proto_-";
const AFFECTED = /^__proto_(?:_|-+)$/;
/** What these hold is a name, or names; attributes of these names hold objects. */
const NAMING = new Set([
  ...["TableName", "IndexName", "AttributeName", "ExclusiveStartTableName"],
  ...["AttributesToGet", "NonKeyAttributes", "TableNames"],
]);
const holdsNames = (name: string): boolean => name[0] === "#" || NAMING.has(name);

/** `__proto__` becomes `__proto_-`, which becomes `__proto_--`, and so on; every other name stays. */
export const standInFor = (name: string): string =>
  name === "__proto__" ? STAND_IN : AFFECTED.test(name) ? `${name}-` : name;

/** The other way round. */
export const nameOf = (standIn: string): string =>
  standIn === STAND_IN ? "__proto__" : AFFECTED.test(standIn) ? standIn.slice(0, -1) : standIn;

/** Gives names inside of a part of a request their stand-ins, in place. */
export function useStandIns(part: object): void {
  const members = part as Record<string, unknown>;
  let some = false;
  for (const name of Object.keys(part)) {
    if (holdsNames(name)) members[name] = inNames(members[name], standInFor);
    if (name[0] === "_") some ||= AFFECTED.test(name);
  }
  // The longest first: what they become is not there yet.
  if (some) for (const name of affected(part).reverse()) rename(part, name, standInFor(name));
}

/** @param answer JSON, in which names have stand-ins */
export function withNames(answer: string): string {
  if (!answer.includes(STAND_IN)) return answer;
  return JSON.stringify(JSON.parse(answer), (key, value: unknown) => {
    if (typeof value === "string" && /^message$/i.test(key)) return value.replace(/__proto_-+/g, nameOf);
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return holdsNames(key) ? inNames(value, nameOf) : value;
    }
    for (const name of affected(value)) rename(value, name, nameOf(name));
    return value;
  });
}

const inNames = (held: unknown, change: (name: string) => string): unknown =>
  Array.isArray(held) ? held.map((each) => inNames(each, change)) : typeof held === "string" ? change(held) : held;

/** From the shortest to the longest. */
const affected = (part: object): string[] =>
  Object.keys(part)
    .filter((name) => AFFECTED.test(name))
    .sort((one, other) => one.length - other.length || (one === "__proto__" ? -1 : 1));

function rename(part: object, name: string, other: string): void {
  const value = (part as Record<string, unknown>)[name];
  delete (part as Record<string, unknown>)[name];
  Object.defineProperty(part, other, { value, enumerable: true, configurable: true, writable: true });
}
