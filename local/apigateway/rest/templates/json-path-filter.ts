/**
 * The filters of JSONPath, `[?(@.price > 10 && @.kind in ['a', 'b'])]`
 * (https://github.com/json-path/JsonPath, filter operators).
 */
import { JavaDouble } from "./velocity/java-values.ts";

/** Whether an item of a list stays. */
export type Predicate = (item: unknown) => boolean;

/** `undefined` stands for a path that leads nowhere, which is not `null`. */
type Operand = (item: unknown) => unknown;

/**
 * @param position right after `[?`
 * @returns the filter, and the position after its `]`
 * @throws SyntaxError for one that Jayway does not read
 */
export function filterOf(text: string, position: number): { matches: Predicate; end: number } {
  const reader = new FilterReader(text, position);
  const matches = reader.either();
  return { matches, end: reader.close() };
}

class FilterReader {
  readonly #text: string;
  #at: number;

  constructor(text: string, at: number) {
    this.#text = text;
    this.#at = at;
  }

  either(): Predicate {
    const options = [this.#both()];
    while (this.#match(/\s*\|\|/y)) options.push(this.#both());
    return options.length === 1 ? options[0]! : (item) => options.some((option) => option(item));
  }

  close(): number {
    if (!this.#match(/\s*\]/y)) this.#fail();
    return this.#at;
  }

  #both(): Predicate {
    const parts = [this.#single()];
    while (this.#match(/\s*&&/y)) parts.push(this.#single());
    return parts.length === 1 ? parts[0]! : (item) => parts.every((part) => part(item));
  }

  #single(): Predicate {
    if (this.#match(/\s*!(?!=)/y)) {
      const negated = this.#single();
      return (item) => !negated(item);
    }
    if (this.#match(/\s*\(/y)) {
      const inner = this.either();
      if (!this.#match(/\s*\)/y)) this.#fail();
      return inner;
    }
    return this.#comparison();
  }

  #comparison(): Predicate {
    const left = this.#operand();
    if (this.#match(/\s*=~\s*/y)) {
      const [, source = "", flags = ""] = this.#match(/\/((?:[^/\\]|\\.)*)\/([a-z]*)/y) ?? this.#fail();
      const expression = new RegExp(`^(?:${source})$`, flags.replace(/[^ims]/g, ""));
      return (item) => {
        const value = left(item);
        return typeof value === "string" && expression.test(value);
      };
    }
    const operator = this.#match(/\s*(==|!=|<=|>=|<|>|(?:in|nin|contains|size|empty)\b)/y)?.[1];
    // A path alone asks whether something is there, whatever it is.
    if (operator === undefined) return (item) => left(item) !== undefined;
    const right = this.#operand();
    return (item) => holds(operator, left(item), right(item));
  }

  #operand(): Operand {
    this.#match(/\s*/y);
    if (this.#match(/@/y)) return this.#path();
    const quoted = this.#match(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/y);
    if (quoted) {
      const value = (quoted[1] ?? quoted[2] ?? "").replace(/\\(.)/g, "$1");
      return () => value;
    }
    if (this.#match(/\[/y)) {
      const items: Operand[] = [];
      while (!this.#match(/\s*\]/y)) {
        items.push(this.#operand());
        this.#match(/\s*,/y);
      }
      return (item) => items.map((one) => one(item));
    }
    const word = this.#match(/(?:true|false|null)\b/y)?.[0];
    if (word) return () => (word === "null" ? null : word === "true");
    const number = this.#match(/-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y)?.[0] ?? this.#fail();
    return () => Number(number);
  }

  /** The names and indexes after `@`. */
  #path(): Operand {
    const steps: (string | number)[] = [];
    for (;;) {
      const match = this.#match(/\.([\w-]+)(?!\()|\[\s*(?:'([^']*)'|"([^"]*)"|(-?\d+))\s*\]/y);
      if (!match) break;
      const [, name, single, double, index] = match;
      steps.push(index === undefined ? (name ?? single ?? double ?? "") : Number(index));
    }
    const length = this.#match(/\.(?:length|size)\(\)/y) !== undefined;
    return (item) => {
      let value = item;
      for (const step of steps) value = child(value, step);
      if (!length) return value;
      return Array.isArray(value) ? value.length : value instanceof Map ? value.size : undefined;
    };
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text) ?? undefined;
    if (match) this.#at = pattern.lastIndex;
    return match;
  }

  #fail(): never {
    throw new SyntaxError(`The filter cannot be read from ${JSON.stringify(this.#text.slice(this.#at))}`);
  }
}

function child(value: unknown, step: string | number): unknown {
  if (typeof step === "string") return value instanceof Map ? value.get(step) : undefined;
  return Array.isArray(value) ? value.at(step) : undefined;
}

const plain = (value: unknown): unknown =>
  value instanceof JavaDouble ? value.value : typeof value === "bigint" ? Number(value) : value;

function holds(operator: string, one: unknown, other: unknown): boolean {
  const [left, right] = [plain(one), plain(other)];
  switch (operator) {
    case "==":
      return left === right;
    case "!=":
      return left !== right;
    case "in":
      return Array.isArray(right) && right.some((item) => plain(item) === left);
    case "nin":
      return Array.isArray(right) && !right.some((item) => plain(item) === left);
    case "contains":
      if (typeof left === "string") return typeof right === "string" && left.includes(right);
      return Array.isArray(left) && left.some((item) => plain(item) === right);
    case "size":
      return (Array.isArray(left) || typeof left === "string") && left.length === right;
    case "empty":
      return (Array.isArray(left) || typeof left === "string") && (left.length === 0) === right;
  }
  const comparable =
    (typeof left === "number" && typeof right === "number") || (typeof left === "string" && typeof right === "string");
  if (!comparable) return false;
  switch (operator) {
    case "<":
      return left < right;
    case ">":
      return left > right;
    case "<=":
      return left <= right;
    default:
      return left >= right;
  }
}
