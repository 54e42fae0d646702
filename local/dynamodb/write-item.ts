/**
 * PutItem, DeleteItem and BatchWriteItem, over a store that answers at once
 * (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html).
 */
import db from "dynalite/db/index.js";
import { type ConsumedCapacity, consumedByWrite, summed } from "./capacity.ts";
import { refuseEmptyKeys } from "./empty-keys.ts";
import {
  type Answer,
  atOnce,
  type Callback,
  type EmulatorStore,
  type RequestData,
  type TableDescription,
  tableOf,
} from "./emulator-contract.ts";
import { failure } from "./failure.ts";
import { updateIndexes } from "./index-copies.ts";
import { refuseLongIndexKeys } from "./index-keys.ts";
import { type Item, sortSets } from "./item.ts";
import { itemSize } from "./item-size.ts";
import { itemFault, keyFault } from "./table-keys.ts";

/** @throws Failure for an item that no table could hold, or this one */
export function refuseItem(item: Item, table: TableDescription, store: EmulatorStore): void {
  refuseLargeItem(item, store);
  const invalid = itemFault(item, table);
  if (invalid) throw invalid;
  refuseLongIndexKeys(item, table);
}

/** @throws Failure */
export function refuseLargeItem(item: Item, store: EmulatorStore): void {
  if (itemSize(item) <= store.options.maxItemSize) return;
  throw failure("ValidationException", "Item size has exceeded the maximum allowed size");
}

/** Of an item that is not refused. */
export const putItem = (store: EmulatorStore, data: RequestData): Answer =>
  replace(store, data, tableOf(data, store), data.Item!, data.Item);

/** @throws Failure */
export function deleteItem(store: EmulatorStore, data: RequestData): Answer {
  const table = tableOf(data, store);
  const invalid = keyFault(data.Key!, table);
  if (invalid) throw invalid;
  return replace(store, data, table, data.Key!, undefined);
}

/** @param key the item's, or an item with it */
function replace(
  store: EmulatorStore,
  data: RequestData,
  table: TableDescription,
  key: Item,
  after: Item | undefined,
): Answer {
  const items = store.getItemDb(data.TableName!);
  const place = db.createKey(key, table);
  const before = atOnce<Item | undefined>((done) => items.get(place, done as Callback));
  if (after) sortSets(after);
  updateIndexes(store, table, before, after);
  if (after) atOnce((done) => items.put(place, after, done as Callback));
  else atOnce((done) => items.del(place, done as Callback));
  return {
    ...(before && data.ReturnValues === "ALL_OLD" && { Attributes: before }),
    ConsumedCapacity: consumedByWrite(data, table, before, after),
  };
}

interface BatchedWrite {
  PutRequest?: { Item: Item };
  DeleteRequest?: { Key: Item };
}

/** Nothing is written unless all of it can be. @throws Failure */
export function batchWriteItem(store: EmulatorStore, { RequestItems, ReturnConsumedCapacity }: RequestData): Answer {
  const tables = Object.entries(RequestItems as Record<string, BatchedWrite[]>).map(([TableName, writes]) => ({
    TableName,
    writes,
    table: tableOf({ TableName }, store),
  }));
  for (const { writes, table } of tables) {
    for (const { PutRequest, DeleteRequest } of writes) refuseEmptyKeys({ ...PutRequest, ...DeleteRequest }, table);
  }
  for (const { writes, table } of tables) refuseBatch(writes, table, store);
  const capacity = tables.flatMap(({ TableName, writes }) =>
    writes.map(({ PutRequest, DeleteRequest }) => {
      const data = { TableName, ReturnConsumedCapacity, ...PutRequest, ...DeleteRequest };
      return (PutRequest ? putItem(store, data) : deleteItem(store, data)).ConsumedCapacity as
        | ConsumedCapacity
        | undefined;
    }),
  );
  const ConsumedCapacity = summed(capacity);
  return { UnprocessedItems: {}, ...(ConsumedCapacity.length > 0 && { ConsumedCapacity }) };
}

const WRONG_KEY = /^One or more parameter values were invalid: (?:Missing the key|Type mismatch for key) /;

function refuseBatch(writes: BatchedWrite[], table: TableDescription, store: EmulatorStore): void {
  const places = new Set<string>();
  for (const { PutRequest, DeleteRequest } of writes) {
    try {
      if (PutRequest) refuseItem(PutRequest.Item, table, store);
    } catch (error) {
      if (!WRONG_KEY.test((error as Error).message)) throw error;
      throw failure("ValidationException", "The provided key element does not match the schema");
    }
    const invalid = DeleteRequest && keyFault(DeleteRequest.Key, table);
    if (invalid) throw invalid;
    const place = db.createKey((PutRequest?.Item ?? DeleteRequest?.Key)!, table);
    if (places.has(place)) throw failure("ValidationException", "Provided list of item keys contains duplicates");
    places.add(place);
  }
}
