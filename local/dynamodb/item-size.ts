/**
 * How many bytes an item takes of its 400 KB
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html), as dynalite's tests found it out
 * on AWS for numbers, lists and maps; texts and names count in UTF-8.
 */
import type { Item, Value } from "./item.ts";

export function itemSize(item: Item): number {
  let bytes = 0;
  for (const name in item) bytes += Buffer.byteLength(name) + valueSize(item[name]!);
  return bytes;
}

const BLOCK_BYTES = 3072;
const HEAD_BYTES = 18;

/**
 * How many bytes an item takes of the megabyte of a page, where names count one byte and values have a length before them: what
 * dynalite's tests found out on AWS, in UTF-8.
 * @param sortKey of the table
 */
export function storedSize(item: Item, sortKey: string | undefined): number {
  const sortKeyBytes = sortKey !== undefined && item[sortKey] ? valueSize(item[sortKey]) : 0;
  const bytes = storedAttributes(item, sortKey);
  return 2 + bytes + (1 + Math.floor((1 + bytes) / BLOCK_BYTES)) * (HEAD_BYTES + sortKeyBytes);
}

function storedAttributes(item: Item, without?: string): number {
  let bytes = 0;
  for (const name in item) if (name !== without) bytes += 1 + storedValue(item[name]!);
  return bytes;
}

function storedValue(value: Value): number {
  const type = typeOf(value);
  const held = value[type];
  switch (type) {
    case "S": {
      const bytes = Buffer.byteLength(held as string);
      return bytes + (bytes < 128 ? 1 : bytes < 16_384 ? 2 : 3);
    }
    case "B":
    case "N":
      return 1 + valueSize(value);
    case "SS":
    case "NS":
    case "BS":
      return 1 + (held as string[]).length + valueSize(value);
    case "L":
      return (held as Value[]).reduce((bytes, element) => bytes + 1 + storedValue(element), 3);
    case "M":
      return 3 + Object.keys(held as Item).length + storedAttributes(held as Item);
    default:
      return type === "NULL" ? 0 : 1;
  }
}

/** Without a list of its members, of which a large item would have hundreds of thousands. */
function typeOf(value: Value): string {
  for (const type in value) return type;
  return "";
}

function valueSize(value: Value): number {
  const type = typeOf(value);
  const held = value[type];
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
  if (number.length === 1) return number === "0" ? 1 : 2;
  const [whole = "", part = ""] = number.replace("-", "").split(".");
  const digits = `${whole}${part}`.replace(/^0+|0+$/g, "").length;
  if (digits === 0) return 1;
  const exponent = whole === "0" ? -1 - part.search(/[1-9]/) : whole.length - 1;
  return 1 + Math.ceil(digits / 2) + (digits % 2 || exponent % 2 ? 0 : 1) + (number.startsWith("-") ? 1 : 0);
}
