/**
 * Texts and binary values without content in the keys of a table or an index, which DynamoDB refuses before it does any part of
 * a request (recorded in four Regions by nubo-db/dynoxide and paritysuite/dynamodb-conformance, June to October 2026).
 */
import type { RequestData, TableDescription } from "./emulator-contract.ts";
import { failure } from "./failure.ts";

const NOT_VALID = "One or more parameter values are not valid.";
const emptyValue = (kind: string) => `The AttributeValue for a key attribute cannot contain an empty ${kind} value.`;

/** @throws Failure */
export function refuseEmptyKeys({ Item, Key, _updates, AttributeUpdates }: RequestData, table: TableDescription): void {
  const tableKeys = table.KeySchema.map(({ AttributeName }) => AttributeName);
  const indexes = [...(table.GlobalSecondaryIndexes ?? []), ...(table.LocalSecondaryIndexes ?? [])]
    .sort((one, other) => (one.IndexName < other.IndexName ? -1 : 1))
    .flatMap(({ IndexName, KeySchema }) => KeySchema.map(({ AttributeName }) => ({ IndexName, AttributeName })))
    .filter(({ AttributeName }) => !tableKeys.includes(AttributeName));
  for (const name of tableKeys) {
    const kind = emptyKind((Item ?? Key)?.[name]);
    if (kind) throw failure("ValidationException", `${NOT_VALID} ${emptyValue(kind)} Key: ${name}`);
  }
  const updated = new Map<string | number, unknown>([
    ...Object.entries((AttributeUpdates ?? {}) as Record<string, { Value?: unknown }>).map(
      ([name, { Value }]) => [name, Value] as const,
    ),
    ...(_updates?.sections ?? [])
      .filter(({ path }) => path.length === 1)
      .map((action) => [action.path[0]!, "val" in action ? action.val : undefined] as const),
  ]);
  for (const { IndexName, AttributeName } of indexes) {
    const put = emptyKind(Item?.[AttributeName]);
    const said = "A value specified for a secondary index key is not supported.";
    if (put) {
      const where = `IndexName: ${IndexName}, IndexKey: ${AttributeName}`;
      throw failure("ValidationException", `${NOT_VALID} ${said} ${emptyValue(put)} ${where}`);
    }
    const set = emptyKind(updated.get(AttributeName));
    const attempted =
      "The update expression attempted to update a secondary index key to a value that is not supported.";
    if (set) throw failure("ValidationException", `${NOT_VALID} ${attempted} ${emptyValue(set)}`);
  }
}

function emptyKind(value: unknown): "string" | "binary" | undefined {
  const { S, B } = (value ?? {}) as { S?: string; B?: string };
  return S === "" ? "string" : B === "" ? "binary" : undefined;
}
