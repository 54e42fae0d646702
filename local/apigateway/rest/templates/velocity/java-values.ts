/**
 * The values that templates work with, with Java's semantics: how they print, compare and calculate.
 *
 * Text, booleans and `null` are JavaScript's. Integers are numbers, or bigints beyond 2^53; a `JavaDouble` is a number that Java
 * has as a double. Maps are `Map`s from text, lists are arrays; what a JSON document held is a `JsonArray`, which prints as JSON.
 */

export class JavaDouble {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** A list of a JSON document. */
export class JsonArray extends Array<unknown> {}

/** The maps of `$context`, which print as nothing. */
export class ContextMap extends Map<string, unknown> {}

/** @throws SyntaxError for what is not JSON */
export function parseJson(text: string): unknown {
  // The source of a number tells an integer from a double.
  const reviver = (_key: string, value: unknown, context?: { source?: string }) => {
    if (typeof value === "number") {
      if (/[.eE]/.test(context?.source ?? "")) return new JavaDouble(value);
      return Number.isSafeInteger(value) ? value : BigInt(context?.source ?? value);
    }
    if (Array.isArray(value)) return Object.setPrototypeOf(value, JsonArray.prototype);
    return value !== null && typeof value === "object" ? new Map(Object.entries(value)) : value;
  };
  return JSON.parse(text, reviver as (key: string, value: unknown) => unknown);
}

/** JSON text without blanks. */
export function toJson(value: unknown, inText: (text: string) => string = JSON.stringify): string {
  if (typeof value === "string") return inText(value);
  if (Array.isArray(value)) return `[${Array.from(value, (item) => toJson(item, inText)).join(",")}]`;
  if (value instanceof Map) {
    return `{${[...value].map(([key, item]) => `${inText(key)}:${toJson(item, inText)}`).join(",")}}`;
  }
  return value === undefined || value === null ? "null" : print(value);
}

/** As json-smart writes text into a list that is printed: with its slashes escaped. */
const inPrintedList = (text: string): string => JSON.stringify(text).replaceAll("/", "\\/");

/** `toString()`; nothing for what is not there. */
export function print(value: unknown): string {
  if (value === undefined || value === null || value instanceof ContextMap) return "";
  return printInside(value);
}

function printInside(value: unknown): string {
  if (value === undefined || value === null) return "null";
  if (value instanceof JavaDouble) return printDouble(value.value);
  if (value instanceof JsonArray) return toJson(value, inPrintedList);
  if (Array.isArray(value)) return `[${value.map(printInside).join(", ")}]`;
  if (value instanceof Map) return `{${[...value].map(([key, item]) => `${key}=${printInside(item)}`).join(", ")}}`;
  if (value instanceof MapEntry) return `${value.key}=${printInside(value.value)}`;
  return typeof value === "object" ? "" : String(value);
}

/** `Double.toString` */
function printDouble(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size === 0 || (size >= 1e-3 && size < 1e7)) return Number.isInteger(value) ? value.toFixed(1) : String(value);
  const [mantissa = "", exponent = ""] = value.toExponential().split("e");
  return `${mantissa.includes(".") ? mantissa : `${mantissa}.0`}E${exponent.replace("+", "")}`;
}

/** An entry of `entrySet()`. */
export class MapEntry {
  readonly key: string;
  readonly value: unknown;

  constructor(key: string, value: unknown) {
    this.key = key;
    this.value = value;
  }
}

type JavaNumber = number | bigint | JavaDouble;

const isNumber = (value: unknown): value is JavaNumber =>
  typeof value === "number" || typeof value === "bigint" || value instanceof JavaDouble;

const asNumber = (value: JavaNumber): number => (value instanceof JavaDouble ? value.value : Number(value));

/** A whole number as small as it goes. */
const integer = (value: bigint): number | bigint => {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
};

/** `==`: numbers by value, and what is of different classes by its text. */
export function equal(left: unknown, right: unknown): boolean {
  if (isNumber(left) && isNumber(right)) {
    if (left instanceof JavaDouble || right instanceof JavaDouble) return asNumber(left) === asNumber(right);
    return BigInt(left) === BigInt(right);
  }
  // API Gateway has what is not there as the empty text.
  const [one, other] = [left ?? "", right ?? ""];
  // An empty list is not the empty text: only an object's own text counts.
  return print(one) === print(other);
}

/** `<` and the like; between anything but numbers there is no order, and the answer is no. */
export function compare(operator: string, left: unknown, right: unknown): boolean {
  if (!isNumber(left) || !isNumber(right)) return false;
  const difference = asNumber(left) - asNumber(right);
  switch (operator) {
    case "<":
      return difference < 0;
    case ">":
      return difference > 0;
    case "<=":
      return difference <= 0;
    default:
      return difference >= 0;
  }
}

/** @returns `undefined` for what has no result, such as a division by zero */
export function calculate(operator: string, left: unknown, right: unknown): unknown {
  if (operator === "+" && (typeof left === "string" || typeof right === "string")) return print(left) + print(right);
  if (!isNumber(left) || !isNumber(right)) return undefined;
  if (left instanceof JavaDouble || right instanceof JavaDouble) {
    const result = inDoubles(operator, asNumber(left), asNumber(right));
    return result === undefined ? undefined : new JavaDouble(result);
  }
  return inIntegers(operator, BigInt(left), BigInt(right));
}

function inDoubles(operator: string, left: number, right: number): number | undefined {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return right === 0 ? undefined : left / right;
    default:
      return right === 0 ? undefined : left % right;
  }
}

function inIntegers(operator: string, left: bigint, right: bigint): number | bigint | undefined {
  switch (operator) {
    case "+":
      return integer(left + right);
    case "-":
      return integer(left - right);
    case "*":
      return integer(left * right);
    case "/":
      return right === 0n ? undefined : integer(left / right);
    default:
      return right === 0n ? undefined : integer(left % right);
  }
}
