/**
 * The JSONPath of mapping templates and parameter mappings, as Jayway's library has it, which API Gateway names
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html, `$input`;
 * https://github.com/json-path/JsonPath): a definite path gives a value, one with `..`, `*`, a filter, a slice or several indexes
 * always a list.
 */
import { filterOf, type Predicate } from "./json-path-filter.ts";
import { JavaDouble, JsonArray } from "./velocity/java-values.ts";

type Step =
  | { kind: "names"; names: string[] }
  | { kind: "indexes"; indexes: number[] }
  | { kind: "slice"; from: number | undefined; to: number | undefined }
  | { kind: "all" }
  | { kind: "descend" }
  | { kind: "filter"; matches: Predicate }
  | { kind: "function"; name: string };

export type JsonPath = (root: unknown) => unknown;

const compiled = new Map<string, JsonPath>();
const MOST_COMPILED = 1000;

/**
 * @param path e.g. `$.items[0].name`, `$['a b']`, `$..id`, `$.items[?(@.price > 10)]`, `$.items.length()`; the `$.` may be missing
 * @returns reads a value of `parseJson`; `undefined` when nothing is there
 * @throws SyntaxError for a path that Jayway does not read
 */
export function jsonPath(path: string): JsonPath {
  const known = compiled.get(path);
  if (known) return known;
  const steps = stepsOf(path);
  const definite = steps.every(isDefinite);
  const read: JsonPath = (root) => {
    const { values, several } = walk([root], steps);
    if (!several) return values[0];
    return definite ? values[0] : JsonArray.from(values);
  };
  if (compiled.size < MOST_COMPILED) compiled.set(path, read);
  return read;
}

const isDefinite = (step: Step): boolean =>
  step.kind === "names" || (step.kind === "indexes" && step.indexes.length === 1) || step.kind === "function";

function walk(start: unknown[], steps: readonly Step[]): { values: unknown[]; several: boolean } {
  let values = start;
  let several = false;
  for (const step of steps) {
    if (step.kind === "function") {
      // A function is of the list as a whole when the path before it gives one.
      const value = apply(step.name, several ? JsonArray.from(values) : values[0]);
      values = value === undefined ? [] : [value];
      several = false;
    } else {
      values = values.flatMap((value) => next(value, step));
      several ||= !isDefinite(step);
    }
  }
  return { values, several };
}

function next(value: unknown, step: Exclude<Step, { kind: "function" }>): unknown[] {
  switch (step.kind) {
    case "names":
      return named(value, step.names);
    case "indexes":
      return Array.isArray(value) ? step.indexes.flatMap((index) => at(value, index)) : [];
    case "slice":
      return Array.isArray(value) ? Array.from(value).slice(step.from, step.to) : [];
    case "all":
      return children(value);
    case "descend":
      return descendants(value);
    case "filter":
      return (Array.isArray(value) ? Array.from(value) : value instanceof Map ? [value] : []).filter(step.matches);
  }
}

/** Several names of one object make an object of these. */
function named(value: unknown, names: readonly string[]): unknown[] {
  if (!(value instanceof Map)) return [];
  const [first = ""] = names;
  if (names.length === 1) return value.has(first) ? [value.get(first)] : [];
  return [new Map(names.filter((name) => value.has(name)).map((name) => [name, value.get(name)]))];
}

function at(list: readonly unknown[], index: number): unknown[] {
  const position = index < 0 ? index + list.length : index;
  return position >= 0 && position < list.length ? [list[position]] : [];
}

const children = (value: unknown): unknown[] =>
  value instanceof Map ? [...value.values()] : Array.isArray(value) ? Array.from(value) : [];

/** The value itself and all below it, parents before their children. */
const descendants = (value: unknown): unknown[] => [value, ...children(value).flatMap(descendants)];

function apply(name: string, value: unknown): unknown {
  switch (name) {
    case "length":
    case "size":
      return Array.isArray(value) ? value.length : value instanceof Map ? value.size : undefined;
    case "keys":
      return value instanceof Map ? JsonArray.from(value.keys()) : undefined;
  }
  const numbers = (Array.isArray(value) ? Array.from(value) : [value])
    .map((item) => (item instanceof JavaDouble ? item.value : item))
    .filter((item) => typeof item === "number");
  if (numbers.length === 0) return undefined;
  const sum = numbers.reduce((total, number) => total + number, 0);
  switch (name) {
    case "min":
      return new JavaDouble(Math.min(...numbers));
    case "max":
      return new JavaDouble(Math.max(...numbers));
    case "sum":
      return new JavaDouble(sum);
    default:
      return new JavaDouble(sum / numbers.length);
  }
}

const FUNCTION = /\.(length|size|keys|min|max|sum|avg)\(\)/y;
const NAME = /\.?([^.[\]'"()\s?@,:*]+)/y;
const ALL = /\.?\*|\[\s*\*\s*\]/y;
const NAMES = /\[\s*((?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")(?:\s*,\s*(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))*)\s*\]/y;
const INDEXES = /\[\s*(-?\d+(?:\s*,\s*-?\d+)*)\s*\]/y;
const SLICE = /\[\s*(-?\d+)?\s*:\s*(-?\d+)?\s*\]/y;
const FILTER = /\[\s*\?/y;

function stepsOf(path: string): Step[] {
  const text = path.trim().replace(/^\$/, "");
  if (path.trim() === "") throw new SyntaxError("The JSONPath is empty");
  const steps: Step[] = [];
  let position = 0;
  const match = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = position;
    const found = pattern.exec(text) ?? undefined;
    if (found) position = pattern.lastIndex;
    return found;
  };
  const step = (): Step | undefined => {
    if (text.startsWith("..", position)) {
      // The second dot belongs to the name that follows, when one does.
      position += text[position + 2] === "[" ? 2 : 1;
      return { kind: "descend" };
    }
    const called = match(FUNCTION)?.[1];
    if (called) return { kind: "function", name: called };
    if (match(ALL)) return { kind: "all" };
    const name = match(NAME)?.[1];
    if (name !== undefined) return { kind: "names", names: [name] };
    const quoted = match(NAMES)?.[1];
    if (quoted !== undefined) return { kind: "names", names: unquoted(quoted) };
    const indexes = match(INDEXES)?.[1];
    if (indexes !== undefined) return { kind: "indexes", indexes: indexes.split(",").map(Number) };
    const slice = match(SLICE);
    if (slice) return { kind: "slice", from: bound(slice[1]), to: bound(slice[2]) };
    if (match(FILTER)) {
      const { matches, end } = filterOf(text, position);
      position = end;
      return { kind: "filter", matches };
    }
    return undefined;
  };
  while (position < text.length) {
    const found = step();
    if (!found)
      throw new SyntaxError(`The JSONPath ${path} cannot be read from ${JSON.stringify(text.slice(position))}`);
    steps.push(found);
  }
  return steps;
}

const bound = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));

const unquoted = (names: string): string[] =>
  [...names.matchAll(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/g)].map(([, single, double]) =>
    (single ?? double ?? "").replace(/\\(.)/g, "$1"),
  );
