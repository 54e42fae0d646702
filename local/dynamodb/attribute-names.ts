/**
 * Names of attributes, and the names and values that expressions use
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-expression-parameters). What DynamoDB says
 * of them was recorded in us-east-1 by ExtendDB/extenddb, whose tests run against AWS, in 2026; that names end at 65535 bytes by
 * scylladb/scylladb (`test_limits.py`).
 */
import type { RequestData } from "./emulator-contract.ts";
import type { Item } from "./item.ts";
import { itemSize } from "./item-size.ts";

const LONGEST_NAME_BYTES = 65_535;
const LONGEST_PLACEHOLDER_BYTES = 255;
const MOST_BYTES = 2 * 1024 * 1024;

/** A part of a request that has expressions: the request, or what a batch asks of one table. */
interface WithExpressions {
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: Item;
  AttributesToGet?: string[];
}

export function nameComplaint(data: RequestData): string | undefined {
  const { Item, AttributeUpdates, RequestItems } = data;
  const names = [...Object.keys(Item ?? {}), ...Object.keys((AttributeUpdates ?? {}) as object)];
  const parts = [data, ...Object.values((RequestItems ?? {}) as Record<string, WithExpressions>)] as WithExpressions[];
  for (const name of [...names, ...parts.flatMap(({ AttributesToGet }) => AttributesToGet ?? [])]) {
    const wrong = wrongName(name);
    if (wrong) return wrong;
  }
  for (const part of parts) {
    const wrong = wrongPlaceholders(part);
    if (wrong) return wrong;
  }
  return undefined;
}

function wrongName(name: string): string | undefined {
  if (name === "") return "Empty attribute name";
  if (Buffer.byteLength(name) <= LONGEST_NAME_BYTES) return undefined;
  return `Attribute name is too large, must be less than ${LONGEST_NAME_BYTES + 1} bytes`;
}

function wrongPlaceholders(part: WithExpressions): string | undefined {
  if (!hasExpression(part)) return undefined;
  const { ExpressionAttributeNames: names = {}, ExpressionAttributeValues: values = {} } = part;
  const tooLong = "contains invalid key: The expression attribute map contains a key that is too long;";
  for (const [placeholder, name] of Object.entries(names)) {
    const bytes = Buffer.byteLength(placeholder);
    if (bytes > LONGEST_PLACEHOLDER_BYTES) return `ExpressionAttributeNames ${tooLong} size of key: ${bytes}`;
    const wrong = wrongName(name);
    if (wrong) return `ExpressionAttributeNames contains invalid value: ${wrong} for key ${placeholder}`;
  }
  if (Object.keys(values).some((placeholder) => Buffer.byteLength(placeholder) > LONGEST_PLACEHOLDER_BYTES)) {
    return `ExpressionAttributeValues ${tooLong}`;
  }
  return undefined;
}

/** Of a request whose values are found to be valid. */
export function sizeComplaint(data: RequestData): string | undefined {
  const { ExpressionAttributeNames: names = {}, ExpressionAttributeValues: values = {} } = data as WithExpressions;
  const nameBytes = Object.entries(names).reduce((sum, pair) => sum + Buffer.byteLength(pair.join("")), 0);
  if (nameBytes > MOST_BYTES) return "ExpressionAttributeNames exceeds max size";
  const valueBytes = itemSize(values);
  if (valueBytes > MOST_BYTES) return "ExpressionAttributeValues exceeds max size";
  if (nameBytes + valueBytes <= MOST_BYTES) return undefined;
  return "Combined size of ExpressionAttributeNames and ExpressionAttributeValues exceeds max size";
}

const hasExpression = (part: object): boolean =>
  Object.entries(part).some(([name, value]) => name.endsWith("Expression") && value != null);

/** In a transaction nothing is said of names and values without any expression (recorded by ExtendDB/extenddb). */
export function withoutNeedlessNames(data: RequestData): void {
  if (hasExpression(data)) return;
  delete data.ExpressionAttributeNames;
  delete data.ExpressionAttributeValues;
}
