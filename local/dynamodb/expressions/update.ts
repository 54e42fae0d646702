/** What an update changes (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html). */
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
import { DistinctPaths, type ExpressionContext, Faults, type Path, resolvePath, resolveValue } from "./resolution.ts";
import { OperandReader, type OperandSyntax, type PathSyntax, readList, readPath, type ValueSyntax } from "./syntax.ts";
import { ExpressionRefusal } from "./tokens.ts";

export interface Arithmetic {
  type: "add" | "subtract";
  args: Operand[];
  attrType: string | undefined;
}

export type Action =
  | { type: "set"; path: Path; val: Operand | Arithmetic; attrType: string | undefined }
  | { type: "remove"; path: Path }
  | { type: "add" | "delete"; path: Path; val: Value; attrType: string | undefined };

export interface ParsedUpdate {
  sections: Action[];
  paths: Path[];
  nestedPaths: Record<string, true>;
}

type ArithmeticSyntax = { kind: "arithmetic"; sign: "+" | "-"; operands: OperandSyntax[] };
type AssignedSyntax = OperandSyntax | ArithmeticSyntax;
type ActionSyntax =
  | { section: "SET"; path: PathSyntax; assigned: AssignedSyntax }
  | { section: "REMOVE"; path: PathSyntax }
  | { section: "ADD" | "DELETE"; path: PathSyntax; value: ValueSyntax };

const SECTIONS = ["SET", "REMOVE", "ADD", "DELETE"] as const;
type Section = (typeof SECTIONS)[number];

const OPERANDS: Record<string, number> = { if_not_exists: 2, list_append: 2, "+": 2, "-": 2 };
const FUNCTIONS_OF_CONDITIONS = new Set([
  ...["attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains", "size"],
]);
/** As DynamoDB calls them, of values that ADD and DELETE do not take. */
const REFUSED_TYPES: Record<string, string> = {
  ...{ S: "STRING", N: "NUMBER", B: "BINARY", NULL: "NULL", BOOL: "BOOLEAN", L: "LIST", M: "MAP" },
};

/** @returns the update, or what DynamoDB says of it after `Invalid UpdateExpression: ` */
export function parseUpdate(source: string, context: ExpressionContext): ParsedUpdate | string {
  try {
    return new UpdateCheck(context).check(new UpdateReader(source).read());
  } catch (error) {
    if (error instanceof ExpressionRefusal) return error.message;
    throw error;
  }
}

class UpdateReader extends OperandReader {
  /** @returns the actions of each section, in the order in which they are written */
  read(): { section: Section; actions: ActionSyntax[] }[] {
    const sections: { section: Section; actions: ActionSyntax[] }[] = [];
    do {
      const section = SECTIONS.find((keyword) => this.tokens.takeIf(keyword));
      if (section === undefined) throw this.tokens.unexpected();
      sections.push({ section, actions: readList(this.tokens, () => this.#action(section)) });
    } while (this.tokens.next.kind !== "end");
    return sections;
  }

  #action(section: Section): ActionSyntax {
    const tokens = this.tokens;
    const path = readPath(tokens);
    switch (section) {
      case "SET":
        tokens.expect("=");
        return { section, path, assigned: this.#assigned() };
      case "REMOVE":
        return { section, path };
      default:
        if (tokens.next.kind !== "value") throw tokens.unexpected();
        return { section, path, value: { kind: "value", name: tokens.take().text } };
    }
  }

  /** An operand, or two with a sign between them, in parentheses or not. */
  #assigned(): AssignedSyntax {
    const left = this.tokens.is("(") ? this.parentheses(() => this.#assigned()) : this.plainOperand();
    const sign = (["+", "-"] as const).find((each) => this.tokens.is(each));
    if (sign === undefined) return left;
    if (left.kind === "arithmetic") throw this.tokens.unexpected();
    this.tokens.take();
    return { kind: "arithmetic", sign, operands: [left, this.operand()] };
  }
}

type Rank = "reserved" | "function" | "section" | "name" | "value" | "overlap" | "conflict" | "operator" | "operand";

class UpdateCheck {
  readonly #context: ExpressionContext;
  readonly #faults = new Faults<Rank>([
    ...(["reserved", "function", "section", "name", "value", "overlap", "conflict", "operator", "operand"] as const),
  ]);
  readonly #changed = new DistinctPaths();
  readonly #nested: Record<string, true> = Object.create(null);
  readonly #fault = (rank: Rank, text: string | undefined): void => this.#faults.add(rank, text);

  constructor(context: ExpressionContext) {
    this.#context = context;
  }

  /** @throws ExpressionRefusal */
  check(sections: { section: Section; actions: ActionSyntax[] }[]): ParsedUpdate {
    const seen = new Set<Section>();
    const actions = sections.flatMap(({ section, actions }) => {
      if (seen.has(section)) {
        this.#fault("section", `The "${section}" section can only be used once in an update expression;`);
      }
      seen.add(section);
      return actions.map((action) => this.#action(action));
    });
    if (this.#faults.first !== undefined) throw new ExpressionRefusal(this.#faults.first);
    return { sections: actions, paths: this.#changed.paths, nestedPaths: this.#nested };
  }

  #action(syntax: ActionSyntax): Action {
    const path = this.#path(syntax.path);
    switch (syntax.section) {
      case "SET": {
        const val = this.#assigned(syntax.assigned);
        this.#changed.add(path, this.#fault);
        return { type: "set", path, val, attrType: typeOf(val as Operand) };
      }
      case "REMOVE":
        this.#changed.add(path, this.#fault);
        return { type: "remove", path };
      default: {
        const val = resolveValue(syntax.value.name, this.#context, (text) => this.#fault("value", text));
        this.#changed.add(path, this.#fault);
        const attrType = literalType(val);
        const type = attrType !== undefined && Object.hasOwn(REFUSED_TYPES, attrType) ? REFUSED_TYPES[attrType] : "";
        if (type && !(syntax.section === "ADD" && attrType === "N")) {
          this.#fault(
            "operator",
            `Incorrect operand type for operator or function; operator: ${syntax.section}, operand type: ${type}`,
          );
        }
        return { type: syntax.section === "ADD" ? "add" : "delete", path, val, attrType };
      }
    }
  }

  #assigned(syntax: AssignedSyntax): Operand | Arithmetic {
    if (syntax.kind !== "arithmetic") return this.#operand(syntax);
    const args = syntax.operands.map((operand) => this.#operand(operand));
    return { type: syntax.sign === "+" ? "add" : "subtract", args, attrType: this.#resultType(syntax.sign, args) };
  }

  #operand(syntax: OperandSyntax): Operand {
    switch (syntax.kind) {
      case "value":
        return resolveValue(syntax.name, this.#context, (text) => this.#fault("value", text));
      case "path":
        return this.#path(syntax);
      case "function": {
        const { name } = syntax;
        const args = syntax.args.map((each) => this.#operand(each));
        return { type: "function", name, args, attrType: this.#resultType(name, args) } satisfies FunctionOperand;
      }
    }
  }

  #path(syntax: PathSyntax): Path {
    const path = resolvePath(syntax, this.#context, this.#fault);
    if (path.length > 1) this.#nested[String(path[0])] = true;
    return path;
  }

  /** @param name of a function, or `+` or `-` */
  #resultType(name: string, args: Operand[]): string | undefined {
    if (FUNCTIONS_OF_CONDITIONS.has(name)) {
      this.#fault("function", `The function is not allowed in an update expression; function: ${name}`);
      return undefined;
    }
    if (!Object.hasOwn(OPERANDS, name)) {
      this.#fault("function", `Invalid function name; function: ${name}`);
      return undefined;
    }
    if (args.length !== OPERANDS[name]) {
      this.#fault("operand", wrongCount(name, args.length));
      return undefined;
    }
    if (name === "if_not_exists") {
      if (!isPath(args[0])) this.#fault("operand", needsPath(name));
      return typeOf(args[1]);
    }
    if (
      name === "list_append" &&
      args.some((each) => isFunction(each as object) && (each as FunctionOperand).name === name)
    ) {
      this.#fault("function", `The function is not allowed to be used this way in an expression; function: ${name}`);
      return undefined;
    }
    const taken = name === "list_append" ? "L" : "N";
    const wrong = args.map(literalType).find((type) => type !== undefined && type !== taken);
    if (wrong !== undefined) this.#fault("operand", wrongType(name, wrong));
    return taken;
  }
}
