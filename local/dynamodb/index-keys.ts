/**
 * How long a key of an index may be (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html); what
 * DynamoDB says was seen by wellcomecollection/platform#2285 (2018) and architect/dynalite#35 (2015).
 */
import type { TableDescription } from "./emulator-contract.ts";
import { failure } from "./failure.ts";
import type { Item } from "./item.ts";

const MOST_BYTES = { HASH: 2048, RANGE: 1024 };

/** @throws Failure */
export function refuseLongIndexKeys(item: Item, table: TableDescription): void {
  const tableKeys = table.KeySchema.map(({ AttributeName }) => AttributeName);
  for (const { IndexName, KeySchema } of [
    ...(table.GlobalSecondaryIndexes ?? []),
    ...(table.LocalSecondaryIndexes ?? []),
  ]) {
    for (const { AttributeName, KeyType } of KeySchema) {
      if (tableKeys.includes(AttributeName)) continue;
      const { S, B } = (item[AttributeName] ?? {}) as { S?: string; B?: string };
      const bytes = S !== undefined ? Buffer.byteLength(S) : Buffer.byteLength(B ?? "", "base64");
      const most = MOST_BYTES[KeyType];
      if (bytes <= most) continue;
      throw failure(
        "ValidationException",
        `One or more parameter values were invalid: Size limit exceeded for Index Key ${AttributeName} ` +
          `Actual Size: ${bytes} bytes Max Size: ${most} bytes IndexName: ${IndexName}`,
      );
    }
  }
}
