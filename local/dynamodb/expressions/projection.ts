/** Which attributes are shown (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ProjectionExpressions.html). */
import { DistinctPaths, type ExpressionContext, Faults, nestedHeads, type Path, resolvePath } from "./resolution.ts";
import { readList, readPath } from "./syntax.ts";
import { ExpressionRefusal, TokenReader } from "./tokens.ts";

export interface ParsedProjection {
  paths: Path[];
  nestedPaths: Record<string, true>;
}

/** @returns the paths, or what DynamoDB says of the expression after `Invalid ProjectionExpression: ` */
export function parseProjection(source: string, context: ExpressionContext): ParsedProjection | string {
  try {
    const tokens = new TokenReader(source);
    const written = readList(tokens, () => readPath(tokens));
    tokens.expectEnd();
    const faults = new Faults<"reserved" | "name" | "overlap" | "conflict">([
      ...(["reserved", "name", "overlap", "conflict"] as const),
    ]);
    const distinct = new DistinctPaths();
    for (const path of written) {
      const resolved = resolvePath(path, context, (rank, text) => faults.add(rank, text));
      distinct.add(resolved, (rank, text) => faults.add(rank, text));
    }
    return faults.first ?? { paths: distinct.paths, nestedPaths: nestedHeads(distinct.paths) };
  } catch (error) {
    if (error instanceof ExpressionRefusal) return error.message;
    throw error;
  }
}
