/**
 * Names, values and paths of an expression as they are meant, and what DynamoDB says when they cannot be. Of several faults it
 * names one, by rank and then by position: the tests of dynalite hold both against AWS.
 */
import type { Value } from "../item.ts";
import type { PathSyntax } from "./syntax.ts";

/** What dynalite knows while it checks a request: the request's names and values, and which of them no expression has used. */
export interface ExpressionContext {
  attrNames?: Record<string, string>;
  attrVals?: Record<string, Value>;
  unusedAttrNames: Record<string, true>;
  unusedAttrVals: Record<string, true>;
  isReserved(word: string): boolean;
  /** @param comparison such as `GT` */
  compare(comparison: string, one: Value, other: Value): boolean;
}

export type Path = (string | number)[];

/** The first fault of each rank. */
export class Faults<Rank extends string> {
  readonly #ranks: readonly Rank[];
  readonly #found = new Map<Rank, string>();

  /** @param ranks what comes first is said first */
  constructor(ranks: readonly Rank[]) {
    this.#ranks = ranks;
  }

  add(rank: Rank, fault: string | undefined): void {
    if (fault !== undefined && !this.#found.has(rank)) this.#found.set(rank, fault);
  }

  get first(): string | undefined {
    return this.#ranks.map((rank) => this.#found.get(rank)).find((fault) => fault !== undefined);
  }
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-attributes */
const DEEPEST_PATH = 32;

/** @returns the path; a name that is not defined stays as it is, and is a fault */
export function resolvePath(
  { pieces }: PathSyntax,
  context: ExpressionContext,
  fault: (rank: "reserved" | "name", text: string) => void,
): Path {
  if (pieces.length > DEEPEST_PATH) {
    fault("name", `The document path has too many nesting levels; nesting levels: ${pieces.length}`);
  }
  return pieces.map((piece) => {
    if (typeof piece === "number") return piece;
    if (!piece.startsWith("#")) {
      if (context.isReserved(piece)) {
        fault("reserved", `Attribute name is a reserved keyword; reserved keyword: ${piece}`);
      }
      return piece;
    }
    const name = own(context.attrNames, piece);
    delete context.unusedAttrNames[piece];
    if (name === undefined) {
      fault("name", `An expression attribute name used in the document path is not defined; attribute name: ${piece}`);
    }
    return name ?? piece;
  });
}

/** @returns the value; one that is not defined is a fault, and stands for NULL */
export function resolveValue(name: string, context: ExpressionContext, fault: (text: string) => void): Value {
  const value = own(context.attrVals, name);
  delete context.unusedAttrVals[name];
  if (value === undefined) {
    fault(`An expression attribute value used in expression is not defined; attribute value: ${name}`);
  }
  return value ?? { NULL: true };
}

const own = <T>(values: Record<string, T> | undefined, name: string): T | undefined =>
  values && Object.hasOwn(values, name) ? values[name] : undefined;

/** `[a, [1], b]` */
export const shown = (path: Path): string =>
  `[${path.map((piece) => (typeof piece === "number" ? `[${piece}]` : piece)).join(", ")}]`;

export const equalPaths = (one: Path, other: Path): boolean =>
  one.length === other.length && one.every((piece, index) => piece === other[index]);

/** Paths of which none may be another one, be inside of it or take a map for a list. */
export class DistinctPaths {
  readonly paths: Path[] = [];

  add(path: Path, fault: (rank: "overlap" | "conflict", text: string) => void): void {
    for (const earlier of this.paths) {
      const differing = earlier.findIndex((piece, index) => index >= path.length || piece !== path[index]);
      const [one, other] = [earlier[differing], path[differing]];
      const both = `must remove or rewrite one of these paths; path one: ${shown(earlier)}, path two: ${shown(path)}`;
      if (differing === -1 || differing >= path.length) {
        fault("overlap", `Two document paths overlap with each other; ${both}`);
        return;
      }
      if (typeof one !== typeof other) fault("conflict", `Two document paths conflict with each other; ${both}`);
    }
    this.paths.push(path);
  }

  /** The attributes of which a path goes further in. */
  get nested(): Record<string, true> {
    return nestedHeads(this.paths);
  }
}

/** By the name of the attribute, without a prototype. */
export const nestedHeads = (paths: Path[]): Record<string, true> => heads(paths.filter(({ length }) => length > 1));

export function heads(paths: Path[]): Record<string, true> {
  const names: Record<string, true> = Object.create(null);
  for (const [head] of paths) names[String(head)] = true;
  return names;
}
