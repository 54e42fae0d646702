/**
 * Queries and scans of indexes that have not every attribute
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LSI.html#LSI.Projections). What DynamoDB says was seen by
 * localstack/localstack#478 (2017) and recorded by paritysuite/dynamodb-conformance (October 2026).
 */
import type { IndexDescription, RequestData, TableDescription } from "./emulator-contract.ts";
import { failure } from "./failure.ts";

const INVALID = "One or more parameter values were invalid:";

/**
 * @returns the request, or one for whole items when some of what is asked for is only in the table
 * @throws Failure for what cannot be read by this index
 */
export function throughIndex(data: RequestData, table: TableDescription): RequestData {
  const { IndexName, Select, _projection, AttributesToGet, _filter, QueryFilter, ScanFilter } = data;
  const named = (indexes: IndexDescription[] = []) => indexes.find((index) => index.IndexName === IndexName);
  const local = named(table.LocalSecondaryIndexes);
  const index = local ?? named(table.GlobalSecondaryIndexes);
  if (!index || index.Projection.ProjectionType === "ALL") return data;
  const projected = new Set([
    ...[...table.KeySchema, ...index.KeySchema].map(({ AttributeName }) => AttributeName),
    ...(index.Projection.NonKeyAttributes ?? []),
  ]);
  const missing = (names: string[]) => [...new Set(names)].filter((name) => !projected.has(name));
  const asked = _projection ? _projection.paths.map(([head]) => String(head)) : ((AttributesToGet ?? []) as string[]);
  const notThere = missing(asked);
  if (notThere.length > 0 && !local) {
    throw failure(
      "ValidationException",
      `${INVALID} Global secondary index ${IndexName} does not project [${notThere.join(", ")}]`,
    );
  }
  const filtered = missing(Object.keys(_filter?.pathHeads ?? QueryFilter ?? ScanFilter ?? {}));
  if (filtered.length > 0 && Select !== "ALL_ATTRIBUTES") {
    throw failure(
      "ValidationException",
      `${INVALID} Secondary index ${IndexName} does not project one or more filter attributes: [${filtered.join(", ")}]`,
    );
  }
  return notThere.length > 0 ? { ...data, Select: "ALL_ATTRIBUTES" } : data;
}
