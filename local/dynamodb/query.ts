/**
 * Query: which items of a table or an index, between which keys. Of an index whose key has several attributes, every HASH attribute
 * and the first of the RANGE attributes have one value, and the last one that is named may have a range (recorded by
 * paritysuite/dynamodb-conformance in October 2026 and moto's tests that ran on AWS).
 */
import db from "dynalite/db/index.js";
import type {
  Answer,
  EmulatorStore,
  IndexDescription,
  Range,
  RequestData,
  TableDescription,
} from "./emulator-contract.ts";
import { type Failure, failure } from "./failure.ts";
import type { Item, Value } from "./item.ts";
import { readPage } from "./read-page.ts";
import { keyFault, keyPieceFault } from "./table-keys.ts";

interface KeyCondition {
  ComparisonOperator: string;
  AttributeValueList: Value[];
}

/** One attribute of the key that is asked by. */
interface KeyPiece {
  name: string;
  type: string;
  isPartitionKey: boolean;
  condition: KeyCondition | undefined;
}

const NOT_INDEXABLE = new Set(["NULL", "NOT_NULL", "NE", "CONTAINS", "NOT_CONTAINS", "IN"]);

/** Rejects with a Failure. */
export async function query(store: EmulatorStore, data: RequestData, table: TableDescription): Promise<Answer> {
  const { index, kind } = indexOf(data, table);
  const fetches = data.Select === "ALL_ATTRIBUTES" && index !== undefined && index.Projection.ProjectionType !== "ALL";
  const pieces = piecesOf(data, table, index);
  const keyNames = namesOf([...table.KeySchema, ...(index?.KeySchema ?? [])]);
  const start = data.ExclusiveStartKey as Item | undefined;
  if (start && Object.keys(start).length !== keyNames.length) throw invalid("The provided starting key is invalid");
  refuseConditions(pieces, Object.keys(data.KeyConditions as object).length, start);
  if (start) refuseStart(start, pieces, table, index);
  throwAny(db.validateKeyPaths(data._projection?.nestedPaths, table));
  const filtered = pieces.find(({ name }) => data._filter?.pathHeads[name]);
  if (filtered) {
    throw invalid(
      `Filter Expression can only contain non-primary key attributes: Primary key attribute: ${filtered.name}`,
    );
  }
  if (fetches && kind === "global") {
    throw invalid(
      `One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary index ${data.IndexName} because its projection type is not ALL`,
    );
  }
  throwAny(db.validateKeyPaths(data._filter?.nestedPaths, table));
  const range = rangeOf(pieces);
  if (start) startBehind(range, placeOf(start, table, index), data.ScanIndexForward === false);
  return readPage(store, table, data, {
    range: { ...range, reverse: data.ScanIndexForward === false },
    index: kind,
    fetches,
    keyNames,
  });
}

function indexOf(
  { IndexName, ConsistentRead }: RequestData,
  table: TableDescription,
): { index?: IndexDescription; kind: "local" | "global" | undefined } {
  if (IndexName === undefined) return { kind: undefined };
  const named = (indexes: IndexDescription[] = []) => indexes.find((index) => index.IndexName === IndexName);
  const local = named(table.LocalSecondaryIndexes);
  const index = local ?? named(table.GlobalSecondaryIndexes);
  if (!index) throw invalid(`The table does not have the specified index: ${IndexName}`);
  if (!local && ConsistentRead) throw invalid("Consistent reads are not supported on global secondary indexes");
  return { index, kind: local ? "local" : "global" };
}

function piecesOf(data: RequestData, table: TableDescription, index: IndexDescription | undefined): KeyPiece[] {
  const conditions = data.KeyConditions as Record<string, KeyCondition>;
  return (index ?? table).KeySchema.map(({ AttributeName: name, KeyType }) => ({
    name,
    type: table.AttributeDefinitions.find(({ AttributeName }) => AttributeName === name)!.AttributeType,
    isPartitionKey: KeyType === "HASH",
    condition: Object.hasOwn(conditions, name) ? conditions[name] : undefined,
  }));
}

/** @param asked how many conditions there are, of other attributes too. @throws Failure */
function refuseConditions(pieces: KeyPiece[], asked: number, start: Item | undefined): void {
  const isMulti = pieces.length > 2 || pieces.filter(({ isPartitionKey }) => isPartitionKey).length > 1;
  for (const { name, type, isPartitionKey, condition } of pieces) {
    if (start && !start[name]) throw invalid("The provided starting key is invalid");
    if (start) throwAny(keyPieceFault(start, name, type, isPartitionKey));
    if (!condition && !isMulti) {
      if (isPartitionKey || asked > 1) throw invalid(`Query condition missed key schema element: ${name}`);
      continue;
    }
    if (!condition) continue;
    if (NOT_INDEXABLE.has(condition.ComparisonOperator)) {
      throw invalid("Attempted conditional constraint is not an indexable operation");
    }
    if (condition.AttributeValueList.some((value) => value[type] == null)) {
      throw invalid("One or more parameter values were invalid: Condition parameter type does not match schema type");
    }
    if (isPartitionKey && !isMulti && condition.ComparisonOperator !== "EQ")
      throw invalid("Query key condition not supported");
  }
  if (isMulti) refuseGaps(pieces);
  if (asked > pieces.filter(({ condition }) => condition).length) throw invalid("Query key condition not supported");
}

/** @throws Failure for a condition behind an attribute of the key that has not one value */
function refuseGaps(pieces: KeyPiece[]): void {
  const open = (piece: KeyPiece) => piece.condition?.ComparisonOperator !== "EQ";
  const hash = pieces.filter(({ isPartitionKey }) => isPartitionKey).filter(open);
  if (hash.length > 0) {
    // Only that it is about HASH keys and equality is recorded.
    throw invalid(
      `HASH key attributes ${hash.map(({ name }) => name).join(", ")} must have equality conditions specified in the query`,
    );
  }
  const range = pieces.filter(({ isPartitionKey }) => !isPartitionKey);
  const last = range.findLastIndex(({ condition }) => condition);
  const gaps = range.slice(0, Math.max(last, 0)).filter(open);
  if (gaps.length === 0) return;
  throw invalid(
    `RANGE key attributes ${gaps.map(({ name }) => name).join(", ")} must have equality conditions specified in the query ` +
      `because a condition is present on key attribute ${range[last]!.name}`,
  );
}

/** @throws Failure for a start that the conditions do not meet */
function refuseStart(
  start: Item,
  pieces: KeyPiece[],
  table: TableDescription,
  index: IndexDescription | undefined,
): void {
  const tableKey = Object.fromEntries(
    table.KeySchema.map(({ AttributeName }) => [AttributeName, start[AttributeName]!]),
  );
  const fault = keyFault(tableKey, table);
  if (fault) throw invalid(`The provided starting key is invalid: ${fault.message}`);
  const conditions = pieces.filter(({ isPartitionKey, condition }) => !isPartitionKey && condition);
  const isOther = pieces.some(
    ({ name, type, isPartitionKey, condition }) =>
      isPartitionKey && start[name]![type] !== condition!.AttributeValueList[0]![type],
  );
  if (conditions.length === 0) {
    if (isOther) throw invalid("The provided starting key is outside query boundaries based on provided conditions");
    if (!index && pieces.length === 1) {
      const { name, type } = pieces[0]!;
      throw invalid(
        `The provided exclusive start key is invalid: ExclusiveStartKey: {${name}=AttributeValue: {${type}:${start[name]![type]}}}`,
      );
    }
    return;
  }
  const meets = conditions.every(({ name, condition }) =>
    db.compare(condition!.ComparisonOperator, start[name]!, condition!.AttributeValueList),
  );
  if (!meets) throw invalid("The provided starting key does not match the range key predicate");
  if (isOther) throw invalid("The query can return at most one row and cannot be restarted");
}

/** Of keys that have one value, then a range of the next. Behind everything that begins with a key stands that key with `~`. */
function rangeOf(pieces: KeyPiece[]): Range {
  const { type, condition } = pieces[0]!;
  let prefix = `${db.hashPrefix(condition!.AttributeValueList[0]![type], type)}/`;
  for (const piece of pieces) {
    if (!piece.condition) break;
    const [from, to] = piece.condition.AttributeValueList.map((value) => db.toRangeStr(value));
    const whole = `${prefix}${from}/`;
    switch (piece.condition.ComparisonOperator) {
      case "EQ":
        prefix = whole;
        break;
      case "LT":
        return { gte: prefix, lt: whole };
      case "LE":
        return { gte: prefix, lte: `${whole}~` };
      case "GT":
        return { gt: `${whole}~`, lt: `${prefix}~` };
      case "GE":
        return { gte: whole, lt: `${prefix}~` };
      case "BEGINS_WITH":
        return { gte: `${prefix}${from}`, lt: `${prefix}${from}~` };
      default:
        return { gte: whole, lte: `${prefix}${to}/~` };
    }
  }
  return { gte: prefix, lt: `${prefix}~` };
}

function startBehind(range: Range, place: string, reverse: boolean): void {
  if (reverse) {
    range.lt = place;
    delete range.lte;
  } else {
    range.gt = place;
    delete range.gte;
  }
}

const placeOf = (start: Item, table: TableDescription, index: IndexDescription | undefined): string =>
  index ? db.createIndexKey(start, table, index.KeySchema) : db.createKey(start, table);

const namesOf = (schema: { AttributeName: string }[]): string[] => [
  ...new Set(schema.map(({ AttributeName }) => AttributeName)),
];

const invalid = (sentence: string): Failure => failure("ValidationException", sentence);

/** @throws Failure, if there is one */
function throwAny(fault: Failure | null | undefined): void {
  if (fault) throw fault;
}
