/**
 * Conditions, filters and key conditions
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html).
 */
import type { Value } from "../item.ts";
import {
  type FunctionOperand,
  isFunction,
  isPath,
  literalType,
  needsPath,
  type Operand,
  typeOf,
  wrongCount,
  wrongType,
} from "./operand.ts";
import {
  type ExpressionContext,
  equalPaths,
  Faults,
  heads,
  nestedHeads,
  type Path,
  resolvePath,
  resolveValue,
  shown,
} from "./resolution.ts";
import { OperandReader, type OperandSyntax, readList } from "./syntax.ts";
import { ExpressionRefusal } from "./tokens.ts";

/** `and`, `or`, `not`, a comparison by its sign, `between`, `in` or a function. */
export type Condition = { type: "and" | "or" | "not"; args: Condition[] } | Comparison | FunctionOperand;

export interface Comparison {
  type: string;
  args: Operand[];
}

export interface ParsedCondition {
  expression: Condition;
  /** Attributes that the expression names */
  pathHeads: Record<string, true>;
  /** Those of which it goes further in */
  nestedPaths: Record<string, true>;
}

type ConditionSyntax =
  | { kind: "and" | "or"; conditions: ConditionSyntax[] }
  | { kind: "not"; condition: ConditionSyntax }
  | { kind: "comparison"; operator: string; operands: OperandSyntax[] }
  | OperandSyntax;

const OPERATORS_AT_MOST = 300;
const COMPARATORS = ["=", "<>", "<", "<=", ">", ">="];
const LONGEST_IN = 100;
const OPERANDS: Record<string, number> = {
  ...{ attribute_exists: 1, attribute_not_exists: 1, attribute_type: 2, begins_with: 2, contains: 2, size: 1 },
};
const FUNCTIONS_OF_UPDATES = new Set(["if_not_exists", "list_append"]);
const VALUE_TYPES = ["S", "N", "B", "NULL", "SS", "BOOL", "L", "BS", "NS", "M"];

/** @returns the condition, or what DynamoDB says of it after `Invalid ConditionExpression: ` */
export function parseCondition(source: string, context: ExpressionContext): ParsedCondition | string {
  try {
    const reader = new ConditionReader(source);
    const syntax = reader.read();
    return new ConditionCheck(context).check(syntax, reader);
  } catch (error) {
    if (error instanceof ExpressionRefusal) return error.message;
    throw error;
  }
}

class ConditionReader extends OperandReader {
  operators = 0;

  read(): ConditionSyntax {
    const syntax = this.#expect(this.#alternatives());
    this.tokens.expectEnd();
    return syntax;
  }

  /** Either a condition or, inside of parentheses, an operand: what follows decides. */
  #alternatives(): ConditionSyntax {
    return this.#joined("OR", () => this.#joined("AND", () => this.#negation()));
  }

  #joined(keyword: "AND" | "OR", readOne: () => ConditionSyntax): ConditionSyntax {
    const first = readOne();
    if (!this.tokens.is(keyword)) return first;
    const conditions = [this.#expect(first)];
    while (this.tokens.takeIf(keyword)) {
      this.operators++;
      conditions.push(this.#expect(readOne()));
    }
    return { kind: keyword === "AND" ? "and" : "or", conditions };
  }

  #negation(): ConditionSyntax {
    let negations = 0;
    for (; this.tokens.takeIf("NOT"); negations++) this.operators++;
    let condition = this.#comparison();
    if (negations > 0) this.#expect(condition);
    for (; negations > 0; negations--) condition = { kind: "not", condition };
    return condition;
  }

  /** Where an operand is not enough. */
  #expect(syntax: ConditionSyntax): ConditionSyntax {
    if (syntax.kind === "path" || syntax.kind === "value") throw this.tokens.unexpected();
    return syntax;
  }

  #comparison(): ConditionSyntax {
    const tokens = this.tokens;
    const left = tokens.is("(") ? this.parentheses(() => this.#alternatives()) : this.plainOperand();
    const operator = COMPARATORS.find((sign) => tokens.is(sign));
    if (operator === undefined && !tokens.is("BETWEEN") && !tokens.is("IN")) return left;
    if (!isOperand(left)) throw tokens.unexpected();
    this.operators++;
    const keyword = tokens.take().text.toLowerCase();
    if (operator !== undefined) return { kind: "comparison", operator, operands: [left, this.operand()] };
    if (keyword === "between") {
      const lower = this.operand();
      tokens.expect("AND");
      return { kind: "comparison", operator: keyword, operands: [left, lower, this.operand()] };
    }
    tokens.expect("(");
    const candidates = readList(tokens, () => this.operand());
    tokens.expect(")");
    return { kind: "comparison", operator: keyword, operands: [left, ...candidates] };
  }
}

const isOperand = (syntax: ConditionSyntax): syntax is OperandSyntax =>
  syntax.kind === "path" || syntax.kind === "value" || syntax.kind === "function";

const HAS_ORDER = new Set(["<", "<=", ">", ">=", "between"]);
/** A function that is a condition has a type too, but is misused as an operand, which is said first. */
const ORDERED_TYPES = new Set(["S", "N", "B"]);

type Rank = "function" | "misuse" | "reserved" | "condition";
/** Of these DynamoDB names the first one of the first condition that has any. */
type ConditionRank = "name" | "operand" | "distinct" | "type";

class ConditionCheck {
  readonly #context: ExpressionContext;
  readonly #faults = new Faults<Rank>(["function", "misuse", "reserved", "condition"]);
  readonly #paths: Path[] = [];

  constructor(context: ExpressionContext) {
    this.#context = context;
  }

  /** @throws ExpressionRefusal */
  check(syntax: ConditionSyntax, { operators }: ConditionReader): ParsedCondition {
    if (operators > OPERATORS_AT_MOST) {
      const count = OPERATORS_AT_MOST + 1;
      throw new ExpressionRefusal(`The expression contains too many operators; operator count: ${count}`);
    }
    const expression = this.#condition(syntax);
    if (this.#faults.first !== undefined) throw new ExpressionRefusal(this.#faults.first);
    return { expression, pathHeads: heads(this.#paths), nestedPaths: nestedHeads(this.#paths) };
  }

  #condition(syntax: ConditionSyntax): Condition {
    switch (syntax.kind) {
      case "and":
      case "or":
        return { type: syntax.kind, args: syntax.conditions.map((each) => this.#condition(each)) };
      case "not":
        return { type: "not", args: [this.#condition(syntax.condition)] };
      default: {
        const faults = new Faults<ConditionRank>(["name", "operand", "distinct", "type"]);
        const condition =
          syntax.kind === "comparison" ? this.#comparison(syntax, faults) : this.#predicate(syntax, faults);
        this.#faults.add("condition", faults.first);
        return condition;
      }
    }
  }

  #comparison(
    { operator, operands }: Extract<ConditionSyntax, { kind: "comparison" }>,
    faults: Faults<ConditionRank>,
  ): Comparison {
    const args = operands.map((operand) => this.#operand(operand, faults));
    this.#refuseMisused(args);
    const unordered = HAS_ORDER.has(operator)
      ? args.map(typeOf).find((type) => type !== undefined && !ORDERED_TYPES.has(type))
      : undefined;
    if (unordered !== undefined) {
      faults.add("type", wrongType(operator === "between" ? "BETWEEN" : operator, unordered));
    } else if (operator === "between") faults.add("type", this.#boundsFault(args[1]!, args[2]!));
    if (operator === "between") return { type: operator, args };
    if (operator !== "in") faults.add("distinct", repeated(operator, args));
    else if (args.length > LONGEST_IN + 1) {
      const count = args.length - 1;
      faults.add("operand", `The IN operator is provided with too many operands; number of operands: ${count}`);
    }
    return { type: operator, args };
  }

  /** A function that is a condition by itself. */
  #predicate(syntax: OperandSyntax, faults: Faults<ConditionRank>): FunctionOperand {
    const predicate = this.#operand(syntax, faults) as FunctionOperand;
    if (predicate.name === "size") this.#faults.add("misuse", misused(predicate.name));
    return predicate;
  }

  #operand(syntax: OperandSyntax, faults: Faults<ConditionRank>): Operand {
    switch (syntax.kind) {
      case "value":
        return resolveValue(syntax.name, this.#context, (text) => faults.add("name", text));
      case "path": {
        const path = resolvePath(syntax, this.#context, (rank, text) =>
          rank === "reserved" ? this.#faults.add(rank, text) : faults.add(rank, text),
        );
        this.#paths.push(path);
        return path;
      }
      case "function": {
        const args = syntax.args.map((each) => this.#operand(each, faults));
        this.#refuseMisused(args);
        return { type: "function", name: syntax.name, args, attrType: this.#functionType(syntax.name, args, faults) };
      }
    }
  }

  #functionType(name: string, args: Operand[], faults: Faults<ConditionRank>): string | undefined {
    if (FUNCTIONS_OF_UPDATES.has(name)) {
      this.#faults.add("function", `The function is not allowed in a condition expression; function: ${name}`);
      return undefined;
    }
    if (!Object.hasOwn(OPERANDS, name)) {
      this.#faults.add("function", `Invalid function name; function: ${name}`);
      return undefined;
    }
    if (args.length !== OPERANDS[name]) {
      faults.add("operand", wrongCount(name, args.length));
      return undefined;
    }
    faults.add("distinct", repeated(name, args));
    switch (name) {
      case "attribute_exists":
      case "attribute_not_exists":
        if (!isPath(args[0])) faults.add("type", needsPath(name));
        return undefined;
      case "begins_with": {
        const wrong = args.map(typeOf).find((type) => type !== undefined && type !== "S" && type !== "B");
        if (wrong !== undefined) faults.add("type", wrongType(name, wrong));
        return "BOOL";
      }
      case "attribute_type":
        faults.add("type", typeNameFault(name, args[1]!));
        return "BOOL";
      case "size": {
        const type = typeOf(args[0]);
        if (type === "N" || type === "BOOL" || type === "NULL") faults.add("type", wrongType(name, type));
        return "N";
      }
      default:
        return "BOOL";
    }
  }

  #refuseMisused(args: Operand[]): void {
    const [first] = args.filter(isFunction).filter(({ name }) => name !== "size");
    if (first) this.#faults.add("misuse", misused(first.name));
  }

  #boundsFault(lower: Operand, upper: Operand): string | undefined {
    const [one, other] = [literalType(lower), literalType(upper)];
    if (one === undefined || other === undefined) return undefined;
    const bounds =
      `lower bound operand: AttributeValue: {${one}:${(lower as Value)[one]}}, ` +
      `upper bound operand: AttributeValue: {${other}:${(upper as Value)[other]}}`;
    if (one !== other) {
      return `The BETWEEN operator requires same data type for lower and upper bounds; ${bounds}`;
    }
    return this.#context.compare("GT", lower as Value, upper as Value)
      ? `The BETWEEN operator requires upper bound to be greater than or equal to lower bound; ${bounds}`
      : undefined;
  }
}

const misused = (name: string): string =>
  `The function is not allowed to be used this way in an expression; function: ${name}`;

function repeated(operator: string, [one, other, ...more]: Operand[]): string | undefined {
  if (more.length > 0 || !isPath(one) || !isPath(other) || !equalPaths(one, other)) return undefined;
  return (
    "The first operand must be distinct from the remaining operands for this operator or function; " +
    `operator: ${operator}, first operand: ${shown(one)}`
  );
}

function typeNameFault(name: string, operand: Operand): string | undefined {
  const type = typeOf(operand);
  if (type !== "S") return wrongType(name, type ?? "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}");
  const text = String((operand as Value).S);
  if (VALUE_TYPES.includes(text)) return undefined;
  return `Invalid attribute type name found; type: ${text}, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}`;
}
