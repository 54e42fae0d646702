/**
 * Expressions of DynamoDB as tokens. The tokens are those of AWS's client for DAX, which reads expressions as well; what is said
 * about a token that is not expected was recorded on AWS: the token, and the source from the one before it to the one behind it.
 */

export type Token = {
  kind: "keyword" | "word" | "name" | "value" | "index" | "sign" | "unknown" | "end";
  text: string;
  start: number;
  end: number;
};

/** An expression that DynamoDB does not take, with what it says about it. */
export class ExpressionRefusal extends Error {}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-expression-parameters */
const LONGEST_BYTES = 4096;
/** Names in every kind of expression, of which none can be an attribute's. */
const KEYWORDS = new Set(["AND", "OR", "NOT", "IN", "BETWEEN", "SET", "ADD", "DELETE", "REMOVE"]);
const TOKEN =
  /(?<word>[A-Za-z]\w*)|(?<name>#\w+)|(?<value>:\w+)|(?<index>0|[1-9]\d*)|(?<sign><>|<=|>=|[=<>+\-()[\].,])|(?<unknown>[^ \t\n\r])/gu;

/** Reads an expression token by token. */
export class TokenReader {
  readonly #source: string;
  readonly #tokens: Token[];
  #at = 0;

  /** @throws ExpressionRefusal for one that is too long */
  constructor(source: string) {
    const size = Buffer.byteLength(source);
    if (size > LONGEST_BYTES) {
      throw new ExpressionRefusal(`Expression size has exceeded the maximum allowed size; expression size: ${size}`);
    }
    this.#source = source;
    this.#tokens = [...tokensOf(source)];
    if (this.#tokens.length === 1) throw new ExpressionRefusal("The expression can not be empty;");
  }

  /** The token that is read next. */
  get next(): Token {
    return this.#tokens[this.#at]!;
  }

  /** The one behind it. */
  get following(): Token {
    return this.#tokens[this.#at + 1] ?? this.next;
  }

  take(): Token {
    const token = this.next;
    if (token.kind !== "end") this.#at++;
    return token;
  }

  is(text: string): boolean {
    const { kind } = this.next;
    if (kind === "keyword") return this.next.text.toUpperCase() === text;
    return kind === "sign" && this.next.text === text;
  }

  /** Takes a sign or keyword if it is the next token. */
  takeIf(text: string): boolean {
    const found = this.is(text);
    if (found) this.take();
    return found;
  }

  /** @throws ExpressionRefusal when the next token is another one */
  expect(text: string): void {
    if (!this.takeIf(text)) throw this.unexpected();
  }

  /** @throws ExpressionRefusal when the expression goes on */
  expectEnd(): void {
    if (this.next.kind !== "end") throw this.unexpected();
  }

  unexpected(): ExpressionRefusal {
    const [before, token, behind] = [-1, 0, 1].map((distance) => this.#tokens[this.#at + distance]);
    const end = behind && behind.kind !== "end" ? behind.end : this.#source.length;
    const near = this.#source.slice(before?.start ?? 0, end);
    return new ExpressionRefusal(`Syntax error; token: "${token!.text}", near: "${near}"`);
  }
}

function* tokensOf(source: string): Generator<Token> {
  for (const match of source.matchAll(TOKEN)) {
    const [kind, text] = Object.entries(match.groups!).find(([, text]) => text !== undefined)! as [
      Token["kind"],
      string,
    ];
    const keyword = kind === "word" && KEYWORDS.has(text.toUpperCase());
    yield { kind: keyword ? "keyword" : kind, text, start: match.index, end: match.index + text.length };
  }
  yield { kind: "end", text: "<EOF>", start: source.length, end: source.length };
}
