/**
 * What conditions, updates and projections are made of: paths, values and functions, as they are written and before names are
 * resolved (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html).
 */
import { ExpressionRefusal, type TokenReader } from "./tokens.ts";

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

/** How deep the reader is in parentheses, so that no expression exhausts the stack, and what had some around it. */
export class Depth {
  readonly parenthesised = new WeakSet<object>();
  #levels = 0;

  /** @throws ExpressionRefusal */
  enter<T>(read: () => T, refusal = REDUNDANT_PARENTHESES): T {
    if (++this.#levels > DEEPEST) throw new ExpressionRefusal(refusal);
    const result = read();
    this.#levels--;
    return result;
  }
}

/** @throws ExpressionRefusal for parentheses directly inside of others, before it looks any further */
export function readParentheses<Within extends object>(tokens: TokenReader, depth: Depth, read: () => Within): Within {
  tokens.expect("(");
  const within = depth.enter(read);
  tokens.expect(")");
  if (depth.parenthesised.has(within)) throw new ExpressionRefusal(REDUNDANT_PARENTHESES);
  depth.parenthesised.add(within);
  return within;
}

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

/** One of `a`, `#a.b[1]`, `:a` and `size(a)`, without parentheses around it. */
export function readPlainOperand(tokens: TokenReader, readArgument: () => OperandSyntax, depth: Depth): OperandSyntax {
  const { kind, text: name } = tokens.next;
  if (kind === "value") {
    tokens.take();
    return { kind: "value", name };
  }
  if (kind !== "word" || tokens.following.text !== "(") return readPath(tokens);
  tokens.take();
  tokens.take();
  const args = depth.enter(
    () => readList(tokens, readArgument),
    `The function is not allowed to be used this way in an expression; function: ${name}`,
  );
  tokens.expect(")");
  return { kind: "function", name, args };
}

/** One or more, with commas between them. */
export function readList<T>(tokens: TokenReader, readOne: () => T): T[] {
  const list = [readOne()];
  while (tokens.takeIf(",")) list.push(readOne());
  return list;
}
