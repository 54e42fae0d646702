/**
 * What DynamoDB refuses of the keys of an item, in the sentences that dynalite's tests and moto's hold against AWS. Sizes are of
 * bytes in UTF-8 (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html).
 */
import db from "dynalite/db/index.js";
import type { TableDescription } from "./emulator-contract.ts";
import { type Failure, failure } from "./failure.ts";
import type { Item, Value } from "./item.ts";

const INVALID = "One or more parameter values were invalid:";
const MOST_PARTITION_KEY_BYTES = 2048;
const MOST_SORT_KEY_BYTES = 1024;

/** @param schema the keys of the table, unless others are given */
export function keyFault(key: Item, table: TableDescription, schema = table.KeySchema): Failure | undefined {
  if (schema.length !== Object.keys(key).length) return mismatch();
  return first(schema, ({ AttributeName }, isPartitionKey) =>
    keyPieceFault(key, AttributeName, typeOf(AttributeName, table), isPartitionKey),
  );
}

/** Of one attribute of a key. */
export function keyPieceFault(key: Item, name: string, type: string, isPartitionKey: boolean): Failure | undefined {
  const value = key[name];
  if (value?.[type] == null) return mismatch();
  if (value[type] === "" && type !== "N") {
    return invalid(
      `${INVALID} The AttributeValue for a key attribute cannot contain an empty ${kindOf(type)} value. Key: ${name}`,
    );
  }
  return sizeFault(value, type, isPartitionKey);
}

export function itemFault(item: Item, table: TableDescription): Failure | undefined {
  return (
    first(table.KeySchema, ({ AttributeName: name }, isPartitionKey) => {
      const [value, type] = [item[name], typeOf(name, table)];
      if (!value) return invalid(`${INVALID} Missing the key ${name} in the item`);
      if (value[type] == null) {
        const actual = Object.keys(value)[0];
        return invalid(`${INVALID} Type mismatch for key ${name} expected: ${type} actual: ${actual}`);
      }
      return sizeFault(value, type, isPartitionKey);
    }) ??
    db.traverseIndexes(table, (name, type, { IndexName }) => {
      const value = item[name];
      if (!value || value[type] != null) return undefined;
      const actual = Object.keys(value)[0];
      return invalid(
        `${INVALID} Type mismatch for Index Key ${name} Expected: ${type} Actual: ${actual} IndexName: ${IndexName}`,
      );
    })
  );
}

function sizeFault(value: Value, type: string, isPartitionKey: boolean): Failure | undefined {
  if (type === "N") return undefined;
  const bytes = Buffer.byteLength(value[type] as string, type === "B" ? "base64" : "utf8");
  if (isPartitionKey && bytes > MOST_PARTITION_KEY_BYTES) {
    // There is no space in the service's sentence.
    return invalid(
      `${INVALID} Size of hashkey has exceeded the maximum size limit of${MOST_PARTITION_KEY_BYTES} bytes`,
    );
  }
  if (isPartitionKey || bytes <= MOST_SORT_KEY_BYTES) return undefined;
  return invalid(
    `${INVALID} Aggregated size of all range keys has exceeded the size limit of ${MOST_SORT_KEY_BYTES} bytes`,
  );
}

const typeOf = (name: string, { AttributeDefinitions }: TableDescription): string =>
  AttributeDefinitions.find(({ AttributeName }) => AttributeName === name)!.AttributeType;

const kindOf = (type: string): string => (type === "S" ? "string" : "binary");

const invalid = (sentence: string): Failure => failure("ValidationException", sentence);

const mismatch = (): Failure => invalid("The provided key element does not match the schema");

function first<One, Found>(
  of: readonly One[],
  visit: (one: One, isFirst: boolean) => Found | undefined,
): Found | undefined {
  for (const [at, one] of of.entries()) {
    const found = visit(one, at === 0);
    if (found !== undefined) return found;
  }
  return undefined;
}
