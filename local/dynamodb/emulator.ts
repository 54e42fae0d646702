/**
 * dynalite's operations on items, over a store of ours: validation, projections, sizes and the sentences of errors are its own
 * (https://github.com/architect/dynalite); expressions are read, conditions met and updates made by ours. Its server and its LevelDB are left out.
 */
import batchGetItem from "dynalite/actions/batchGetItem.js";
import getItem from "dynalite/actions/getItem.js";
import scan from "dynalite/actions/scan.js";
import conditionParser from "dynalite/db/conditionParser.js";
import db from "dynalite/db/index.js";
import projectionParser from "dynalite/db/projectionParser.js";
import updateParser from "dynalite/db/updateParser.js";
import batchGetItemRules from "dynalite/validations/batchGetItem.js";
import batchWriteItemRules from "dynalite/validations/batchWriteItem.js";
import deleteItemRules from "dynalite/validations/deleteItem.js";
import getItemRules from "dynalite/validations/getItem.js";
import validations from "dynalite/validations/index.js";
import putItemRules from "dynalite/validations/putItem.js";
import queryRules from "dynalite/validations/query.js";
import scanRules from "dynalite/validations/scan.js";
import updateItemRules from "dynalite/validations/updateItem.js";
import { withoutNeedlessNames } from "./attribute-names.ts";
import { consumedByGet } from "./capacity.ts";
import { meets } from "./conditions.ts";
import { refuseEmptyKeys } from "./empty-keys.ts";
import {
  type Action,
  type Answer,
  atOnce,
  type Callback,
  type EmulatorStore,
  type RequestData,
  type TableDescription,
  tableOf,
} from "./emulator-contract.ts";
import { parseCondition } from "./expressions/condition.ts";
import { parseProjection } from "./expressions/projection.ts";
import { parseUpdate } from "./expressions/update.ts";
import { failure } from "./failure.ts";
import { throughIndex } from "./index-reads.ts";
import { asItem, type Item } from "./item.ts";
import { itemSize } from "./item-size.ts";
import { olderCondition, withoutEqualities } from "./older-conditions.ts";
import { projected } from "./projection.ts";
import { query } from "./query.ts";
import { refuseConsistentScan, refuseKeysInOlderFilter, refuseTooManyConditions } from "./query-keys.ts";
import { readPage } from "./read-page.ts";
import { refuseUnreadable } from "./request-limits.ts";
import { refuseEmptyTableName, requestRules } from "./request-rules.ts";
import { typed } from "./request-types.ts";
import { itemFault, keyFault, keyPieceFault } from "./table-keys.ts";
import { refuseInvalidUpdate, updateItem } from "./update-item.ts";
import { batchWriteItem, deleteItem, putItem, refuseItem } from "./write-item.ts";

// Its validation asks these objects, whose own parsers take ten times as long for each level of parentheses or two.
conditionParser.parse = (source, { context }) => parseCondition(source, context);
projectionParser.parse = (source, { context }) => parseProjection(source, context);
updateParser.parse = (source, { context }) => parseUpdate(source, context);
// Its own loses what is inside of an attribute that every object of JavaScript has.
db.mapPaths = projected;
// Its own count a letter as a byte.
db.itemSize = itemSize;
db.validateItem = itemFault;
db.validateKey = keyFault;
db.validateKeyPiece = keyPieceFault;
db.addConsumedCapacity = (data, _isRead, item) => consumedByGet(data, item);
db.queryTable = (store, table, data, range, isLocal, fetches, keyNames, done) => {
  const index = data.IndexName === undefined ? undefined : isLocal ? "local" : "global";
  readPage(store, table, data, { range, index, fetches, keyNames }).then((page) => done(null, page), done);
};

const WRITES = {
  PutItem: { write: putItem, rules: putItemRules },
  UpdateItem: { write: updateItem, rules: updateItemRules },
  DeleteItem: { write: deleteItem, rules: deleteItemRules },
  BatchWriteItem: { write: batchWriteItem, rules: batchWriteItemRules },
};
const READS = {
  GetItem: { action: getItem, rules: getItemRules },
  Query: {
    action: (store: EmulatorStore, data: RequestData, done: Parameters<Action>[2]) =>
      void query(store, data, tableOf(data, store)).then((answer) => done(null, answer), done),
    rules: queryRules,
  },
  Scan: { action: scan, rules: scanRules },
  BatchGetItem: { action: batchGetItem, rules: batchGetItemRules },
};

export type Write = keyof typeof WRITES;
export type Read = keyof typeof READS;

export const isWrite = (operation: string): operation is Write => Object.hasOwn(WRITES, operation);
export const isRead = (operation: string): operation is Read => Object.hasOwn(READS, operation);

const UNLIMITED = { options: { maxItemSize: Number.POSITIVE_INFINITY } };

/**
 * Of a request that is read for this: what it holds is changed into the form in which it is kept.
 * @param alone not as part of a transaction
 * @throws Failure when the request breaks the operation's rules
 */
export function checked(operation: Write | Read, request: object, { alone }: { alone: boolean }): RequestData {
  const { rules } = isWrite(operation) ? WRITES[operation] : READS[operation];
  const { types, custom } = requestRules(operation, rules, alone);
  refuseUnreadable(request);
  const data = typed(request, types);
  if (!alone) withoutNeedlessNames(data);
  refuseEmptyTableName(data);
  const putBack = withoutEqualities(data);
  // How large an item is, is looked at when its table is known.
  validations.checkValidations(data, types, custom, UNLIMITED);
  putBack();
  return data;
}

/** Over a store that answers at once a write is done when this returns, so that it can be part of a transaction. @throws Failure */
export function write(operation: Write, data: RequestData, store: EmulatorStore): Answer {
  if (operation === "BatchWriteItem") return batchWriteItem(store, data);
  const table = tableOf(data, store);
  refuseEmptyKeys(data, table);
  if (data.Item) refuseItem(data.Item, table, store);
  if (operation === "UpdateItem") refuseInvalidUpdate(data, table);
  if (data._condition || data.Expected) requireCondition(data, store);
  return { ...WRITES[operation].write(store, data), ...collectionMetrics(data, table) };
}

/**
 * Of the items that share a partition key, in a table with a local index
 * (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ItemCollectionMetrics.html). No collection here comes near
 * the 10 GB that it may have.
 */
function collectionMetrics(
  { ReturnItemCollectionMetrics, Item, Key }: RequestData,
  { KeySchema, LocalSecondaryIndexes }: TableDescription,
): Answer {
  if (ReturnItemCollectionMetrics !== "SIZE" || !LocalSecondaryIndexes) return {};
  const name = KeySchema[0]!.AttributeName;
  return {
    ItemCollectionMetrics: { ItemCollectionKey: { [name]: (Item ?? Key)![name] }, SizeEstimateRangeGB: [0, 1] },
  };
}

/** @throws Failure when the item that the request is about does not meet its condition */
export function requireCondition(data: RequestData, store: EmulatorStore): void {
  const table = tableOf(data, store);
  const invalid = data.Item ? itemFault(data.Item, table) : keyFault(data.Key!, table);
  if (invalid) throw invalid;
  const key = db.createKey(data.Item ?? data.Key!, table);
  const existing = atOnce<Item | undefined>((done) => store.getItemDb(data.TableName!).get(key, done as Callback));
  const condition = data._condition?.expression ?? olderCondition(data);
  if (condition && !meets(existing ?? asItem({}), condition)) {
    throw failure("ConditionalCheckFailedException", "The conditional request failed");
  }
}

/** Rejects with a Failure. */
export async function read(operation: Read, data: RequestData, store: EmulatorStore): Promise<Answer> {
  if (operation === "BatchGetItem") return withUnprocessed(data, await answered(operation, data, store));
  const table = tableOf(data, store);
  if (operation === "GetItem") {
    refuseEmptyKeys(data, table);
    return answered(operation, data, store);
  }
  if (operation === "Query") {
    refuseTooManyConditions(data, table);
    refuseKeysInOlderFilter(data, table);
  } else refuseConsistentScan(data, table);
  return answered(operation, throughIndex(data, table), store);
}

/** What is asked for again is asked for as before. */
function withUnprocessed({ RequestItems }: RequestData, answer: Answer): Answer {
  const requested = RequestItems as Record<string, Record<string, unknown>>;
  const unprocessed = Object.entries(answer.UnprocessedKeys as Record<string, { Keys: Item[] }>);
  const UnprocessedKeys = unprocessed.map(([name, { Keys }]) => {
    const { _projection, ...request } = requested[name]!;
    return [name, { ...request, Keys }] as const;
  });
  return { ...answer, UnprocessedKeys: Object.fromEntries(UnprocessedKeys) };
}

function answered(operation: Read, data: RequestData, store: EmulatorStore): Promise<Answer> {
  return new Promise((resolve, reject) =>
    READS[operation].action(store, data, (error, answer) => (error ? reject(error) : resolve(answer ?? {}))),
  );
}
