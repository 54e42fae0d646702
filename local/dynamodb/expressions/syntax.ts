/**
 * What conditions, updates and projections are made of: paths, values and functions, as they are written and before names are
 * resolved (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html).
 */
import { ExpressionRefusal, TokenReader } from "./tokens.ts";

/** `#name` and `word` are names, `[1]` is a position. */
export interface PathSyntax {
  kind: "path";
  pieces: (string | number)[];
}

export interface ValueSyntax {
  kind: "value";
  name: string;
}

export interface FunctionSyntax {
  kind: "function";
  name: string;
  args: OperandSyntax[];
}

export type OperandSyntax = PathSyntax | ValueSyntax | FunctionSyntax;

const REDUNDANT_PARENTHESES = "The expression has redundant parentheses;";

/** What is deeper than this has more operators than DynamoDB takes, or parentheses without any. */
const DEEPEST = 600;
const LAST_INDEX = 2 ** 31 - 1;

export function readPath(tokens: TokenReader): PathSyntax {
  const pieces: (string | number)[] = [readName(tokens)];
  for (;;) {
    if (tokens.takeIf(".")) {
      pieces.push(readName(tokens));
    } else if (tokens.takeIf("[")) {
      if (tokens.next.kind !== "index") throw tokens.unexpected();
      const { text } = tokens.take();
      tokens.expect("]");
      if (Number(text) > LAST_INDEX) {
        throw new ExpressionRefusal(`List index is not within the allowable range; index: [${text}]`);
      }
      pieces.push(Number(text));
    } else return { kind: "path", pieces };
  }
}

function readName(tokens: TokenReader): string {
  if (tokens.next.kind !== "word" && tokens.next.kind !== "name") throw tokens.unexpected();
  return tokens.take().text;
}

/** What the readers of conditions and updates have in common: operands, and the parentheses around what they read. */
export class OperandReader {
  protected readonly tokens: TokenReader;
  readonly #parenthesised = new WeakSet<object>();
  /** How deep it is in parentheses and arguments, so that no expression exhausts the stack. */
  #levels = 0;

  constructor(source: string) {
    this.tokens = new TokenReader(source);
  }

  protected operand(): OperandSyntax {
    return this.tokens.is("(") ? this.parentheses(() => this.operand()) : this.plainOperand();
  }

  /** One of `a`, `#a.b[1]`, `:a` and `size(a)`, without parentheses around it. */
  protected plainOperand(): OperandSyntax {
    const { tokens } = this;
    const { kind, text: name } = tokens.next;
    if (kind === "value") {
      tokens.take();
      return { kind: "value", name };
    }
    if (kind !== "word" || tokens.following.text !== "(") return readPath(tokens);
    tokens.take();
    tokens.take();
    const args = this.#deeper(
      () => readList(tokens, () => this.operand()),
      `The function is not allowed to be used this way in an expression; function: ${name}`,
    );
    tokens.expect(")");
    return { kind: "function", name, args };
  }

  /** @throws ExpressionRefusal for parentheses directly inside of others, before it looks any further */
  protected parentheses<Within extends object>(read: () => Within): Within {
    this.tokens.expect("(");
    const within = this.#deeper(read, REDUNDANT_PARENTHESES);
    this.tokens.expect(")");
    if (this.#parenthesised.has(within)) throw new ExpressionRefusal(REDUNDANT_PARENTHESES);
    this.#parenthesised.add(within);
    return within;
  }

  /** @throws ExpressionRefusal */
  #deeper<T>(read: () => T, refusal: string): T {
    if (++this.#levels > DEEPEST) throw new ExpressionRefusal(refusal);
    const result = read();
    this.#levels--;
    return result;
  }
}

/** One or more, with commas between them. */
export function readList<T>(tokens: TokenReader, readOne: () => T): T[] {
  const list = [readOne()];
  while (tokens.takeIf(",")) list.push(readOne());
  return list;
}
