/** Items as people read them: without the types of DynamoDB's JSON. */
import type { Item } from "./item.ts";
import { nameOf } from "./names.ts";

/** A number that JavaScript cannot hold exactly stays a text, and binary data is Base64. */
export function plainItem(item: Item): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [nameOf(name), plainValue(value)]));
}

function plainValue(value: Record<string, unknown>): unknown {
  const [type, held] = Object.entries(value)[0] ?? [];
  switch (type) {
    case "N":
      return plainNumber(String(held));
    case "NS":
      return (held as string[]).map(plainNumber);
    case "L":
      return (held as Record<string, unknown>[]).map(plainValue);
    case "M":
      return plainItem(held as Item);
    case "NULL":
      return null;
    default:
      return held;
  }
}

const plainNumber = (digits: string): number | string => (String(Number(digits)) === digits ? Number(digits) : digits);
