/**
 * Renders a template as API Gateway does: Velocity 1.7, in which a reference to what is not there is the empty text
 * (it prints nothing, and equals both `$null` and `""`).
 */
import { callMethod, indexed, property } from "./java-methods.ts";
import { calculate, compare, equal, JavaDouble, print } from "./java-values.ts";
import { type Expression, type Part, type Reference, type Step, type Template, TemplateProblem } from "./syntax.ts";

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
const MOST_ROUNDS = 1000;
/** No loop takes as many; a client may name a range's end, and its numbers are all in memory. */
const MOST_NUMBERS = 100_000;

/**
 * @param variables by name, without `$`; what the template sets is put there too
 * @throws TemplateProblem for what Velocity throws on
 */
export function renderTemplate(template: Template, variables: Map<string, unknown>): string {
  const rendering = new Rendering(variables);
  rendering.findMacros(template);
  try {
    rendering.body(template);
  } catch (signal) {
    if (signal !== STOP && signal !== BREAK) throw signal;
  }
  return rendering.text();
}

const BREAK = Symbol("#break");
const STOP = Symbol("#stop");

/** What `#define` keeps: it is rendered where it is used. */
class Definition {
  readonly body: Template;

  constructor(body: Template) {
    this.body = body;
  }
}

type Macro = Extract<Part, { kind: "macro" }>;

class Rendering {
  readonly #variables: Map<string, unknown>;
  readonly #macros = new Map<string, Macro>();
  #output: string[] = [];

  constructor(variables: Map<string, unknown>) {
    this.#variables = variables;
  }

  text(): string {
    return this.#output.join("");
  }

  /** A macro may be called before the place of its definition. */
  findMacros(template: Template): void {
    for (const part of template) {
      if (typeof part !== "string" && part.kind === "macro") this.#macros.set(part.name, part);
    }
  }

  body(template: Template): void {
    for (const part of template) {
      if (typeof part === "string") this.#output.push(part);
      else this.#part(part);
    }
  }

  #part(part: Exclude<Part, string>): void {
    switch (part.kind) {
      case "print":
        this.#output.push(this.#printed(part.reference, part.escape));
        return;
      case "set": {
        const value = this.#value(part.value);
        if (value !== undefined) this.#assign(part.target, value);
        return;
      }
      case "if": {
        const branch = part.branches.find(({ condition }) => condition === undefined || this.#isTrue(condition));
        if (branch) this.body(branch.body);
        return;
      }
      case "foreach":
        this.#foreach(part);
        return;
      case "define":
        this.#variables.set(part.name, new Definition(part.body));
        return;
      case "macro":
        return;
      case "call":
        this.#call(part);
        return;
      case "break":
        throw BREAK;
      case "stop":
        throw STOP;
    }
  }

  #printed(reference: Reference, escaped: { backslashes: number; source: string } | undefined): string {
    const value = this.#lookUp(reference);
    if (!escaped) return print(value);
    const { backslashes, source } = escaped;
    if (value === undefined || value === null) return "\\".repeat(backslashes) + source;
    return "\\".repeat(Math.floor(backslashes / 2)) + (backslashes % 2 === 1 ? source : print(value));
  }

  #foreach({ name, list, body }: Extract<Part, { kind: "foreach" }>): void {
    const value = this.#value(list);
    const items = value instanceof Map ? [...value.values()] : Array.isArray(value) ? Array.from(value) : [];
    if (items.length > MOST_ROUNDS) {
      throw new TemplateProblem(`#foreach has ${items.length} rounds; API Gateway takes ${MOST_ROUNDS}`);
    }
    const set = ["foreach", "velocityCount", "velocityHasNext", name];
    const before = set.map((variable) => this.#variables.get(variable));
    for (const [index, item] of items.entries()) {
      const hasNext = index < items.length - 1;
      const loop = { index, count: index + 1, hasNext, first: index === 0, last: !hasNext, parent: before[0] };
      const values = [new Map<string, unknown>(Object.entries(loop)), index + 1, hasNext, item];
      for (const [at, variable] of set.entries()) this.#variables.set(variable, values[at]);
      try {
        this.body(body);
      } catch (signal) {
        if (signal !== BREAK) throw signal;
        break;
      }
    }
    for (const [at, variable] of set.entries()) this.#variables.set(variable, before[at]);
  }

  #call({ name, args, source }: Extract<Part, { kind: "call" }>): void {
    const macro = this.#macros.get(name);
    if (!macro) {
      this.#output.push(source);
      return;
    }
    const values = args.map((argument) => this.#value(argument));
    const before = macro.parameters.map((parameter) => this.#variables.get(parameter));
    for (const [at, parameter] of macro.parameters.entries()) this.#variables.set(parameter, values[at]);
    this.body(macro.body);
    for (const [at, parameter] of macro.parameters.entries()) this.#variables.set(parameter, before[at]);
  }

  #assign({ name, steps }: Reference, value: unknown): void {
    const last = steps.at(-1);
    if (!last) {
      this.#variables.set(name, value);
      return;
    }
    const target = this.#lookUp({ kind: "reference", name, steps: steps.slice(0, -1) });
    if (last.kind === "method") throw new TemplateProblem("#set cannot assign to what a method gives");
    const key = last.kind === "property" ? last.name : this.#value(last.index);
    if (target instanceof Map) target.set(print(key), value);
    else if (Array.isArray(target)) callMethod(target, "set", [key, value]);
  }

  #lookUp({ name, steps }: Reference): unknown {
    let value = this.#variables.get(name);
    for (const step of steps) {
      if (value === undefined || value === null) return undefined;
      value = this.#step(value, step);
    }
    return value instanceof Definition ? this.#aside(value.body) : value;
  }

  #step(value: unknown, step: Step): unknown {
    switch (step.kind) {
      case "property":
        return property(value, step.name);
      case "index":
        return indexed(value, this.#value(step.index));
      case "method":
        return callMethod(
          value,
          step.name,
          step.args.map((argument) => this.#value(argument)),
        );
    }
  }

  /** Renders apart from the output. */
  #aside(template: Template): string {
    const output = this.#output;
    this.#output = [];
    try {
      this.body(template);
      return this.text();
    } finally {
      this.#output = output;
    }
  }

  /** @returns `undefined` for an operation without a result only */
  #value(expression: Expression): unknown {
    switch (expression.kind) {
      case "literal":
        return expression.value;
      case "double":
        return new JavaDouble(expression.value);
      case "text":
        return this.#aside(expression.template);
      case "list":
        return expression.items.map((item) => this.#value(item));
      case "range":
        return range(this.#value(expression.from), this.#value(expression.to));
      case "map":
        return new Map(expression.entries.map(([key, value]) => [print(this.#value(key)), this.#value(value)]));
      case "reference":
        return this.#lookUp(expression) ?? "";
      case "not":
        return !this.#isTrue(expression.operand);
      case "binary":
        return this.#binary(expression);
    }
  }

  #binary({ operator, left, right }: Extract<Expression, { kind: "binary" }>): unknown {
    switch (operator) {
      case "&&":
        return this.#isTrue(left) && this.#isTrue(right);
      case "||":
        return this.#isTrue(left) || this.#isTrue(right);
      case "==":
        return equal(this.#value(left), this.#value(right));
      case "!=":
        return !equal(this.#value(left), this.#value(right));
      case "<":
      case ">":
      case "<=":
      case ">=":
        return compare(operator, this.#value(left), this.#value(right));
      default:
        return calculate(operator, this.#value(left), this.#value(right));
    }
  }

  /** A reference is true unless it is the Boolean false; of the rest only what is a Boolean can be. */
  #isTrue(expression: Expression): boolean {
    const value = this.#value(expression);
    return expression.kind === "reference" ? value !== false : value === true;
  }
}

function range(from: unknown, to: unknown): number[] {
  const [first, last] = [Number(print(from)), Number(print(to))];
  if (!Number.isInteger(first) || !Number.isInteger(last)) return [];
  const length = Math.abs(last - first) + 1;
  if (length > MOST_NUMBERS)
    throw new TemplateProblem(`a range of ${length} numbers is longer than the ${MOST_NUMBERS} that are taken here`);
  return Array.from({ length }, (_, index) => (first <= last ? first + index : first - index));
}
