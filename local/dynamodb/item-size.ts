/**
 * How many bytes an item takes of its 400 KB
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html), as dynalite's tests found it out
 * on AWS for numbers, lists and maps; texts and names count in UTF-8.
 */
import type { Item, Value } from "./item.ts";

export function itemSize(item: Item): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(item)) bytes += Buffer.byteLength(name) + valueSize(value);
  return bytes;
}

function valueSize(value: Value): number {
  const [type, held] = Object.entries(value)[0]!;
  switch (type) {
    case "S":
    case "N":
    case "B":
      return scalarSize(type, held as string);
    case "SS":
    case "NS":
    case "BS":
      return (held as string[]).reduce((bytes, element) => bytes + scalarSize(type[0]!, element), 0);
    case "L":
      return (held as Value[]).reduce((bytes, element) => bytes + 1 + valueSize(element), 3);
    case "M":
      return 3 + Object.keys(held as Item).length + itemSize(held as Item);
    default:
      return 1;
  }
}

function scalarSize(type: string, held: string): number {
  if (type === "S") return Buffer.byteLength(held);
  return type === "B" ? Buffer.byteLength(held, "base64") : numberSize(held);
}

/** Two digits to a byte, from the first to the last one that is not zero, in pairs from the decimal point. */
function numberSize(number: string): number {
  const [whole = "", part = ""] = number.replace("-", "").split(".");
  const digits = `${whole}${part}`.replace(/^0+|0+$/g, "").length;
  if (digits === 0) return 1;
  const exponent = whole === "0" ? -1 - part.search(/[1-9]/) : whole.length - 1;
  return 1 + Math.ceil(digits / 2) + (digits % 2 || exponent % 2 ? 0 : 1) + (number.startsWith("-") ? 1 : 0);
}
