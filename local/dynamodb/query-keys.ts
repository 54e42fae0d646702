/**
 * What DynamoDB refuses of queries and scans by keys and indexes: operands, how many conditions there are, consistent reads
 * (recorded in eu-west-2 by paritysuite/dynamodb-conformance, October 2026).
 */
import type { RequestData, TableDescription } from "./emulator-contract.ts";
import { failure } from "./failure.ts";

interface KeyCondition {
  ComparisonOperator: string;
  AttributeValueList: Record<string, unknown>[];
}

const OPERATORS: Record<string, string> = { BEGINS_WITH: "begins_with", BETWEEN: "BETWEEN" };
const TEXTS = ["S", "B"];
const ORDERED = ["S", "N", "B"];
const TOO_MANY = "Conditions can be of length 1 or 2 only";

const NOT_FOR_OPERATOR = /^One or more parameter values were invalid: ComparisonOperator \w+ is not valid for /;

/** What dynalite has against an operand, in the words for an expression. */
export const inWordsOfExpression = (complaint: string, data: RequestData): string =>
  data._keyCondition && NOT_FOR_OPERATOR.test(complaint)
    ? (wrongOperand(data) ??
      "One or more parameter values were invalid: Condition parameter type does not match schema type")
    : complaint;

/** @returns what is wrong with an expression that no key of any table could meet */
export function wrongOperand({
  _keyCondition,
  KeyConditions,
  KeyConditionExpression,
}: RequestData): string | undefined {
  if (!_keyCondition) return undefined;
  for (const { ComparisonOperator, AttributeValueList } of Object.values(
    KeyConditions as Record<string, KeyCondition>,
  )) {
    // dynalite turns conditions around whose value stands first; no name or placeholder has these signs.
    const operator = OPERATORS[ComparisonOperator] ?? /[<>]=?/.exec(String(KeyConditionExpression))?.[0];
    const taken = ComparisonOperator === "BEGINS_WITH" ? TEXTS : ORDERED;
    const type = AttributeValueList.map((value) => Object.keys(value)[0]!).find((type) => !taken.includes(type));
    if (ComparisonOperator === "EQ" || type === undefined) continue;
    return (
      "Invalid KeyConditionExpression: Incorrect operand type for operator or function; " +
      `operator or function: ${operator}, operand type: ${type}`
    );
  }
  return undefined;
}

/** Whether how many conditions there are is said when the keys of the table are known. */
export const leftToTheTable = (complaint: string, { _keyCondition, KeyConditions }: RequestData): boolean =>
  complaint === TOO_MANY && (_keyCondition !== undefined || Object.keys(KeyConditions as object).length > 0);

/** @throws Failure for a global index, which a read may not want as it is now */
export function refuseConsistentScan({ ConsistentRead, IndexName }: RequestData, table: TableDescription): void {
  if (!ConsistentRead || !table.GlobalSecondaryIndexes?.some((index) => index.IndexName === IndexName)) return;
  throw failure("ValidationException", "Consistent reads are not supported on global secondary indexes");
}

/** @throws Failure for a filter by a key, which is what the conditions on keys are for */
export function refuseKeysInOlderFilter(data: RequestData, table: TableDescription): void {
  const filter = (data.QueryFilter ?? {}) as object;
  const key = keysOf(data, table).find(({ AttributeName }) => Object.hasOwn(filter, AttributeName));
  if (!key) return;
  throw failure(
    "ValidationException",
    `QueryFilter can only contain non-primary key attributes: Primary key attribute: ${key.AttributeName}`,
  );
}

function keysOf({ IndexName }: RequestData, table: TableDescription): TableDescription["KeySchema"] {
  const indexes = [...(table.GlobalSecondaryIndexes ?? []), ...(table.LocalSecondaryIndexes ?? [])];
  return (indexes.find((index) => index.IndexName === IndexName) ?? table).KeySchema;
}

/** @throws Failure */
export function refuseTooManyConditions(data: RequestData, table: TableDescription): void {
  const KeySchema = keysOf(data, table);
  const conditions = Object.keys(data.KeyConditions as object).length;
  if (conditions <= KeySchema.length) return;
  if (!data._keyCondition && conditions > 2) throw failure("ValidationException", TOO_MANY);
  throw failure(
    "ValidationException",
    `The number of query conditions (${conditions}) exceeds the number of key attributes defined in the schema (${KeySchema.length})`,
  );
}
