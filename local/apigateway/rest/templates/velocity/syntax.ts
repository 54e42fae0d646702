/**
 * Reads the Velocity Template Language, as Apache Velocity 1.7 does
 * (https://velocity.apache.org/engine/1.7/vtl-reference.html).
 */

/** A template cannot be read or rendered. */
export class TemplateProblem extends Error {}

export type Expression =
  | { kind: "literal"; value: string | number | bigint | boolean }
  | { kind: "double"; value: number }
  | { kind: "text"; template: Template }
  | { kind: "list"; items: Expression[] }
  | { kind: "range"; from: Expression; to: Expression }
  | { kind: "map"; entries: [Expression, Expression][] }
  | { kind: "not"; operand: Expression }
  | { kind: "binary"; operator: string; left: Expression; right: Expression }
  | Reference;

export type Step =
  | { kind: "property"; name: string }
  | { kind: "method"; name: string; args: Expression[] }
  | { kind: "index"; index: Expression };

export interface Reference {
  kind: "reference";
  name: string;
  steps: Step[];
}

export type Part =
  | string
  | {
      kind: "print";
      reference: Reference /** Backslashes before it, and how it is written. */;
      escape?: { backslashes: number; source: string };
    }
  | { kind: "set"; target: Reference; value: Expression }
  | { kind: "if"; branches: { condition: Expression | undefined; body: Template }[] }
  | { kind: "foreach"; name: string; list: Expression; body: Template }
  | { kind: "define"; name: string; body: Template }
  | { kind: "macro"; name: string; parameters: string[]; body: Template }
  | { kind: "call"; name: string; args: Expression[]; source: string }
  | { kind: "break" }
  | { kind: "stop" };

export type Template = Part[];

/** @throws TemplateProblem for what Velocity does not read */
export function parseTemplate(source: string): Template {
  const reader = new Reader(source);
  const { body, end } = reader.body();
  if (end !== undefined) throw new TemplateProblem(`there is an #${end} without an #if, #foreach, #define or #macro`);
  return body;
}

const IDENTIFIER = /[A-Za-z_][\w-]*/y;
const DIRECTIVE = /#(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/y;
const LINE_END = /[ \t]*(?:\r\n|\n|\r)/y;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const UNSERVED = new Set(["parse", "include", "evaluate"]);
const BLOCK_ENDS = new Set(["end", "else", "elseif"]);

/** The two-letter words of the operators. */
const WORDS: Record<string, string> = { eq: "==", ne: "!=", lt: "<", gt: ">", le: "<=", ge: ">=", and: "&&", or: "||" };

/** From the loosest to the tightest. */
const PRECEDENCE = [["||"], ["&&"], ["==", "!="], ["<=", ">=", "<", ">"], ["+", "-"], ["*", "/", "%"]];

type BlockEnd = "end" | "else" | "elseif";

class Reader {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  /** Reads until the source ends, or a directive that ends the block, which is consumed. */
  body(): { body: Template; end: BlockEnd | undefined } {
    const body: Template = [];
    let text = "";
    const flush = () => {
      if (text !== "") body.push(text);
      text = "";
    };
    while (this.#at < this.#source.length) {
      const character = this.#source[this.#at]!;
      if (character === "\\") {
        const escaped = this.#escaped();
        if (typeof escaped === "string") text += escaped;
        else {
          flush();
          body.push(escaped);
        }
      } else if (character === "$") {
        const reference = this.#reference();
        if (reference) {
          flush();
          body.push({ kind: "print", reference });
        } else text += this.#take(1);
      } else if (character === "#") {
        const found = this.#directive();
        if (typeof found === "string") text += found;
        else {
          flush();
          if ("end" in found) return { body, end: found.end };
          if (found.part) body.push(found.part);
        }
      } else {
        const next = /[\\$#]/g;
        next.lastIndex = this.#at;
        const stop = next.exec(this.#source)?.index ?? this.#source.length;
        text += this.#take(stop - this.#at);
      }
    }
    flush();
    return { body, end: undefined };
  }

  #take(length: number): string {
    const text = this.#source.slice(this.#at, this.#at + length);
    this.#at += length;
    return text;
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#source);
    if (!match) return undefined;
    this.#at = pattern.lastIndex;
    return match;
  }

  #accept(text: string): boolean {
    if (!this.#source.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #space(): void {
    this.#match(/\s*/y);
  }

  #expect(text: string): void {
    this.#space();
    if (!this.#accept(text)) this.#fail(`${JSON.stringify(text)} is missing`);
  }

  #fail(what: string): never {
    const before = this.#source.slice(0, this.#at);
    const line = before.split("\n").length;
    const found = this.#source.slice(this.#at, this.#at + 20).split("\n")[0] || "the end";
    throw new TemplateProblem(`${what} in line ${line}, before ${JSON.stringify(found)}`);
  }

  /** Backslashes: before a reference or a directive they escape it, elsewhere they are text. */
  #escaped(): string | Part {
    const backslashes = this.#match(/\\+/y)![0].length;
    const start = this.#at;
    if (this.#source[start] === "$") {
      const reference = this.#reference();
      if (reference) {
        return {
          kind: "print",
          reference,
          escape: { backslashes, source: this.#source.slice(start, this.#at) },
        };
      }
    } else if (this.#source[start] === "#") {
      const name = this.#match(DIRECTIVE)?.[0];
      if (name && backslashes % 2 === 1) return "\\".repeat((backslashes - 1) / 2) + name;
      this.#at = start;
      if (name) return "\\".repeat(backslashes / 2);
    }
    return "\\".repeat(backslashes);
  }

  /** @returns `undefined`, and nothing is consumed, for a `$` that begins no reference */
  #reference(): Reference | undefined {
    const start = this.#at;
    this.#at++;
    this.#accept("!");
    const formal = this.#accept("{");
    const name = this.#match(IDENTIFIER)?.[0];
    if (name === undefined) {
      this.#at = start;
      return undefined;
    }
    const steps: Step[] = [];
    for (let step = this.#step(); step; step = this.#step()) steps.push(step);
    if (formal && !this.#accept("}")) this.#fail('"}" is missing');
    return { kind: "reference", name, steps };
  }

  #step(): Step | undefined {
    const start = this.#at;
    if (this.#accept("[")) {
      const index = this.#primary();
      this.#expect("]");
      return { kind: "index", index };
    }
    if (!this.#accept(".")) return undefined;
    const name = this.#match(IDENTIFIER)?.[0];
    if (name === undefined) {
      this.#at = start;
      return undefined;
    }
    if (!this.#accept("(")) return { kind: "property", name };
    return { kind: "method", name, args: this.#items(")") };
  }

  /** Until the bracket that closes them; with commas between. */
  #items(close: string): Expression[] {
    const items: Expression[] = [];
    this.#space();
    if (this.#accept(close)) return items;
    for (;;) {
      items.push(this.#primary());
      this.#space();
      if (this.#accept(close)) return items;
      this.#expect(",");
    }
  }

  #directive(): string | { end: BlockEnd } | { part: Part | undefined } {
    const start = this.#at;
    if (this.#accept("##")) {
      this.#match(/[^\r\n]*(?:\r\n|\n|\r)?/y);
      return { part: undefined };
    }
    if (this.#accept("#*")) return this.#until("*#", () => ({ part: undefined }));
    if (this.#accept("#[[")) return this.#until("]]#", (raw) => raw);
    const match = this.#match(DIRECTIVE);
    const name = match?.[1] ?? match?.[2];
    if (name === undefined) return this.#take(1);
    if (BLOCK_ENDS.has(name)) {
      if (name !== "elseif") this.#match(LINE_END);
      return { end: name as BlockEnd };
    }
    if (name === "break" || name === "stop") {
      this.#match(LINE_END);
      return { part: { kind: name } };
    }
    const opens = this.#match(/[ \t]*\(/y);
    // A word after # that opens no bracket is text.
    if (!opens) {
      this.#at = start + match![0].length;
      return match![0];
    }
    if (UNSERVED.has(name)) throw new TemplateProblem(`API Gateway has no #${name}`);
    return { part: this.#withArguments(name, start) };
  }

  #until<T>(close: string, found: (content: string) => T): T {
    const end = this.#source.indexOf(close, this.#at);
    if (end < 0) this.#fail(`${JSON.stringify(close)} is missing`);
    const content = this.#source.slice(this.#at, end);
    this.#at = end + close.length;
    return found(content);
  }

  #withArguments(name: string, start: number): Part {
    switch (name) {
      case "set": {
        const target = this.#variable();
        this.#expect("=");
        const value = this.#expression();
        this.#closeDirective();
        return { kind: "set", target, value };
      }
      case "if":
        return this.#if();
      case "foreach": {
        const { name: variable } = this.#variable();
        this.#space();
        if (!this.#match(/in\b/y)) this.#fail('"in" is missing');
        this.#space();
        const list = this.#primary();
        this.#closeDirective();
        return { kind: "foreach", name: variable, list, body: this.#block("foreach") };
      }
      case "define": {
        const { name: variable } = this.#variable();
        this.#closeDirective();
        return { kind: "define", name: variable, body: this.#block("define") };
      }
      case "macro": {
        this.#space();
        const macro = this.#match(IDENTIFIER)?.[0] ?? this.#fail("the macro's name is missing");
        const parameters: string[] = [];
        for (this.#space(); this.#source[this.#at] === "$" || this.#accept(","); this.#space()) {
          if (this.#source[this.#at] === "$") parameters.push(this.#variable().name);
        }
        this.#closeDirective();
        return { kind: "macro", name: macro, parameters, body: this.#block("macro") };
      }
      default: {
        const args: Expression[] = [];
        for (this.#space(); !this.#accept(")"); this.#space()) if (!this.#accept(",")) args.push(this.#primary());
        const source = this.#source.slice(start, this.#at);
        this.#match(LINE_END);
        return { kind: "call", name, args, source };
      }
    }
  }

  #variable(): Reference {
    this.#space();
    const reference = this.#source[this.#at] === "$" ? this.#reference() : undefined;
    return reference ?? this.#fail("a reference is missing");
  }

  /** The bracket, and the rest of a line that holds nothing more. */
  #closeDirective(): void {
    this.#expect(")");
    this.#match(LINE_END);
  }

  #block(of: string): Template {
    const { body, end } = this.body();
    if (end !== "end") this.#fail(`#${of} has no #end`);
    return body;
  }

  #if(): Part {
    const branches: { condition: Expression | undefined; body: Template }[] = [];
    let condition: Expression | undefined = this.#expression();
    this.#closeDirective();
    for (;;) {
      const { body, end } = this.body();
      branches.push({ condition, body });
      if (end === "end") return { kind: "if", branches };
      if (end === undefined || condition === undefined) this.#fail("#if has no #end");
      condition = undefined;
      if (end === "elseif") {
        this.#expect("(");
        condition = this.#expression();
        this.#closeDirective();
      }
    }
  }

  #expression(level = 0): Expression {
    const operators = PRECEDENCE[level];
    if (!operators) return this.#unary();
    let left = this.#expression(level + 1);
    for (;;) {
      const operator = this.#operator(operators);
      if (!operator) return left;
      left = { kind: "binary", operator, left, right: this.#expression(level + 1) };
    }
  }

  #operator(operators: readonly string[]): string | undefined {
    this.#space();
    const start = this.#at;
    const word = this.#match(/[a-z]{2,3}\b/y)?.[0];
    if (word !== undefined) {
      if (operators.includes(WORDS[word] ?? "")) return WORDS[word];
      this.#at = start;
      return undefined;
    }
    return operators.find((operator) => this.#accept(operator));
  }

  #unary(): Expression {
    this.#space();
    if (this.#accept("!") || this.#match(/not\b/y)) return { kind: "not", operand: this.#unary() };
    if (this.#accept("(")) {
      const inner = this.#expression();
      this.#expect(")");
      return inner;
    }
    return this.#primary();
  }

  #primary(): Expression {
    this.#space();
    const character = this.#source[this.#at];
    if (character === "$") return this.#variable();
    if (character === '"' || character === "'") return this.#string(character);
    if (this.#accept("[")) return this.#listOrRange();
    if (this.#accept("{")) return this.#map();
    const word = this.#match(/(?:true|false)\b/y)?.[0];
    if (word) return { kind: "literal", value: word === "true" };
    const number = this.#number();
    return number ?? this.#fail("a value is missing");
  }

  #number(): Expression | undefined {
    // Two dots after a number are a range.
    const digits = this.#match(/-?\d+(?=\.\.)/y)?.[0] ?? this.#match(NUMBER)?.[0];
    if (digits === undefined) return undefined;
    if (/[.eE]/.test(digits)) return { kind: "double", value: Number(digits) };
    const value = Number(digits);
    return { kind: "literal", value: Number.isSafeInteger(value) ? value : BigInt(digits) };
  }

  /** A doubled quote inside is one; there are no other escapes. Only double quotes interpolate. */
  #string(quote: string): Expression {
    const content = this.#match(quote === '"' ? /"((?:[^"]|"")*)"/y : /'((?:[^']|'')*)'/y)?.[1];
    if (content === undefined) this.#fail("the text does not end");
    const text = content.replaceAll(quote + quote, quote);
    if (quote === "'" || !/[$#]/.test(text)) return { kind: "literal", value: text };
    return { kind: "text", template: parseTemplate(text) };
  }

  #listOrRange(): Expression {
    this.#space();
    if (this.#accept("]")) return { kind: "list", items: [] };
    const first = this.#primary();
    this.#space();
    if (this.#accept("..")) {
      const to = this.#primary();
      this.#expect("]");
      return { kind: "range", from: first, to };
    }
    if (this.#accept("]")) return { kind: "list", items: [first] };
    this.#expect(",");
    return { kind: "list", items: [first, ...this.#items("]")] };
  }

  #map(): Expression {
    const entries: [Expression, Expression][] = [];
    this.#space();
    if (this.#accept("}")) return { kind: "map", entries };
    for (;;) {
      const key = this.#primary();
      this.#expect(":");
      entries.push([key, this.#primary()]);
      this.#space();
      if (this.#accept("}")) return { kind: "map", entries };
      this.#expect(",");
    }
  }
}
