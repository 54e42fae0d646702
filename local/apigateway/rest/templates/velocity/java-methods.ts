/**
 * The methods of Java's classes that templates call: one table a class
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html; Java SE 8 API).
 */
import { equal, JavaDouble, MapEntry, print } from "./java-values.ts";
import { TemplateProblem } from "./syntax.ts";

type Method<T> = (self: T, ...args: never[]) => unknown;
type Methods<T> = Readonly<Record<string, Method<T>>>;

const OBJECT: Methods<unknown> = {
  equals: (self: unknown, other: unknown) => typeof self === typeof other && equal(self, other),
  toString: (self: unknown) => print(self),
};

const STRING: Methods<string> = {
  charAt: (self, index: number) => self[index] ?? outOfBounds(index, self.length),
  compareTo: (self, other: string) => (self < other ? -1 : self > other ? 1 : 0),
  concat: (self, other: string) => self + other,
  contains: (self, part: string) => self.includes(part),
  endsWith: (self, end: string) => self.endsWith(end),
  equalsIgnoreCase: (self, other: unknown) => typeof other === "string" && self.toLowerCase() === other.toLowerCase(),
  indexOf: (self, part: string, from = 0) => self.indexOf(part, from),
  isEmpty: (self) => self === "",
  lastIndexOf: (self, part: string) => self.lastIndexOf(part),
  length: (self) => self.length,
  matches: (self, pattern: string) => regularExpression(`^(?:${pattern})$`).test(self),
  replace: (self, part: string, by: string) => self.replaceAll(part, () => by),
  replaceAll: (self, pattern: string, by: string) => self.replace(regularExpression(pattern, "g"), replacement(by)),
  replaceFirst: (self, pattern: string, by: string) => self.replace(regularExpression(pattern), replacement(by)),
  split: (self, pattern: string, limit = 0) => split(self, pattern, limit),
  startsWith: (self, start: string, from = 0) => self.startsWith(start, from),
  substring: (self, from: number, to = self.length) =>
    from < 0 || to > self.length || from > to ? outOfBounds(from, self.length) : self.slice(from, to),
  toLowerCase: (self) => self.toLowerCase(),
  toUpperCase: (self) => self.toUpperCase(),
  trim: (self) => self.trim(),
};

const NUMBER: Methods<number | bigint | JavaDouble> = {
  doubleValue: (self) => new JavaDouble(Number(self instanceof JavaDouble ? self.value : self)),
  intValue: (self) => (self instanceof JavaDouble ? Math.trunc(self.value) : self),
  longValue: (self) => (self instanceof JavaDouble ? Math.trunc(self.value) : self),
  // Static in Java; calling it on any number is how templates make one of text.
  parseDouble: (_self, text: string) => new JavaDouble(parsed(text, /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/)),
  parseInt: (_self, text: string) => parsed(text, /^[+-]?\d+$/),
  parseLong: (_self, text: string) => parsed(text, /^[+-]?\d+$/),
  valueOf: (_self: number | bigint | JavaDouble, text: unknown) => parsed(print(text), /^[+-]?\d+$/),
};

const BOOLEAN: Methods<boolean> = {
  booleanValue: (self: boolean) => self,
  parseBoolean: (_self: boolean, text: unknown) => print(text).toLowerCase() === "true",
};

const LIST: Methods<unknown[]> = {
  // `add(value)` or `add(index, value)`
  add: (self, first: unknown, ...rest: unknown[]) => {
    if (rest.length === 0) self.push(first);
    else self.splice(Number(first), 0, rest[0]);
    return rest.length === 0 ? true : undefined;
  },
  addAll: (self, others: unknown[]) => {
    self.push(...others);
    return others.length > 0;
  },
  clear: (self) => {
    self.length = 0;
  },
  contains: (self, item: unknown) => self.some((one) => equal(one, item)),
  containsAll: (self, items: unknown[]) => items.every((item) => self.some((one) => equal(one, item))),
  get: (self, index: number) => element(self, index),
  indexOf: (self, item: unknown) => self.findIndex((one) => equal(one, item)),
  isEmpty: (self) => self.length === 0,
  lastIndexOf: (self, item: unknown) => self.findLastIndex((one) => equal(one, item)),
  remove: (self, index: number) => {
    element(self, index);
    return self.splice(index, 1)[0];
  },
  set: (self, index: number, item: unknown) => {
    const before = element(self, index);
    self[index] = item;
    return before;
  },
  size: (self) => self.length,
  subList: (self, from: number, to: number) =>
    from < 0 || to > self.length || from > to ? outOfBounds(to, self.length) : Array.from(self).slice(from, to),
  toArray: (self) => Array.from(self),
};

const MAP: Methods<Map<string, unknown>> = {
  clear: (self) => self.clear(),
  containsKey: (self, key: unknown) => self.has(print(key)),
  containsValue: (self, value: unknown) => [...self.values()].some((one) => equal(one, value)),
  entrySet: (self) => [...self].map(([key, value]) => new MapEntry(key, value)),
  get: (self, key: unknown) => self.get(print(key)),
  getOrDefault: (self, key: unknown, preset: unknown) => (self.has(print(key)) ? self.get(print(key)) : preset),
  isEmpty: (self) => self.size === 0,
  keySet: (self) => [...self.keys()],
  put: (self, key: unknown, value: unknown) => {
    const before = self.get(print(key));
    self.set(print(key), value);
    return before;
  },
  putAll: (self, others: Map<string, unknown>) => {
    for (const [key, value] of others) self.set(key, value);
  },
  remove: (self, key: unknown) => {
    const before = self.get(print(key));
    self.delete(print(key));
    return before;
  },
  size: (self) => self.size,
  values: (self) => [...self.values()],
};

const ENTRY: Methods<MapEntry> = {
  getKey: ({ key }) => key,
  getValue: ({ value }) => value,
};

/** What templates are given besides values: an object whose own functions are its methods, `$util` for one. */
export class TemplateObject {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly methods: Methods<undefined>;

  constructor(
    methods: Readonly<Record<string, (...args: never[]) => unknown>>,
    properties: Record<string, unknown> = {},
  ) {
    this.properties = properties;
    this.methods = Object.fromEntries(
      Object.entries(methods).map(([name, method]) => [name, (_self: undefined, ...args: never[]) => method(...args)]),
    );
  }
}

function methodsOf(self: unknown): Methods<never> {
  if (typeof self === "string") return STRING;
  if (typeof self === "boolean") return BOOLEAN;
  if (typeof self === "number" || typeof self === "bigint" || self instanceof JavaDouble) return NUMBER;
  if (Array.isArray(self)) return LIST;
  if (self instanceof Map) return MAP;
  if (self instanceof MapEntry) return ENTRY;
  if (self instanceof TemplateObject) return self.methods;
  return {};
}

/**
 * @returns `undefined` for a method that the class does not have, as Velocity has it
 * @throws TemplateProblem for what the method throws on
 */
export function callMethod(self: unknown, name: string, args: readonly unknown[]): unknown {
  const own = methodsOf(self);
  const method = Object.hasOwn(own, name) ? own[name] : Object.hasOwn(OBJECT, name) ? OBJECT[name] : undefined;
  return method?.(self as never, ...(args as never[]));
}

/** `$x.name`: a map's entry, else what a getter gives. */
export function property(self: unknown, name: string): unknown {
  if (self instanceof Map) return self.get(name);
  if (self instanceof TemplateObject && Object.hasOwn(self.properties, name)) return self.properties[name];
  const capitalised = name.charAt(0).toUpperCase() + name.slice(1);
  const own = methodsOf(self);
  const getter = [`get${capitalised}`, `is${capitalised}`].find((method) => Object.hasOwn(own, method));
  return getter && callMethod(self, getter, []);
}

/** `$x[index]`; a list counts a negative index from its end. */
export function indexed(self: unknown, index: unknown): unknown {
  if (self instanceof Map) return self.get(print(index));
  if (!Array.isArray(self)) return undefined;
  const position = Number(print(index));
  return element(self, position < 0 ? position + self.length : position);
}

function element(list: readonly unknown[], index: number): unknown {
  return Number.isInteger(index) && index >= 0 && index < list.length ? list[index] : outOfBounds(index, list.length);
}

function outOfBounds(index: unknown, length: number): never {
  throw new TemplateProblem(`the index ${print(index)} is out of bounds for the length ${length}`);
}

function parsed(text: unknown, form: RegExp): number {
  if (form.test(print(text))) return Number(print(text));
  throw new TemplateProblem(`${JSON.stringify(print(text))} is not a number`);
}

const expressions = new Map<string, RegExp>();
const MOST_EXPRESSIONS = 1000;

/** Java's expressions and JavaScript's are the same in what templates use; possessive quantifiers and the like are not there. */
function regularExpression(pattern: string, flags = ""): RegExp {
  const key = `${flags}/${pattern}`;
  const known = expressions.get(key);
  if (known) {
    known.lastIndex = 0;
    return known;
  }
  try {
    const expression = new RegExp(pattern, flags);
    if (expressions.size < MOST_EXPRESSIONS) expressions.set(key, expression);
    return expression;
  } catch (error) {
    throw new TemplateProblem(`${JSON.stringify(pattern)} is not a regular expression: ${(error as Error).message}`);
  }
}

/** `$1` is a group, a backslash takes the meaning of what follows. */
function replacement(by: string): (match: string, ...groups: unknown[]) => string {
  return (match, ...groups) =>
    by.replace(/\\(.)|\$(\d)/gs, (_, escaped, group) => {
      if (escaped !== undefined) return escaped;
      return group === "0" ? match : ((groups[Number(group) - 1] as string | undefined) ?? "");
    });
}

/** Without a limit, empty texts at the end are left out; a match of nothing at the start makes none. */
function split(text: string, pattern: string, limit: number): string[] {
  const expression = regularExpression(pattern, "g");
  const parts: string[] = [];
  let from = 0;
  for (const match of text.matchAll(expression)) {
    if (limit > 0 && parts.length === limit - 1) break;
    const end = match.index + match[0].length;
    if (end === 0 || (match[0] === "" && match.index >= text.length)) continue;
    parts.push(text.slice(from, match.index));
    from = end;
  }
  parts.push(text.slice(from));
  if (limit === 0) while (parts.length > 1 && parts.at(-1) === "") parts.pop();
  return parts;
}
