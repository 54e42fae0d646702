/**
 * dynalite's operations on items, over a store of ours: validation, projections, sizes and the sentences of errors are its own
 * (https://github.com/architect/dynalite); expressions are read, conditions met and updates made by ours. Its server and its LevelDB are left out.
 */
import { setImmediate } from "node:timers/promises";
import batchGetItem from "dynalite/actions/batchGetItem.js";
import batchWriteItem from "dynalite/actions/batchWriteItem.js";
import deleteItem from "dynalite/actions/deleteItem.js";
import getItem from "dynalite/actions/getItem.js";
import putItem from "dynalite/actions/putItem.js";
import query from "dynalite/actions/query.js";
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
import { meets } from "./conditions.ts";
import { refuseEmptyKeys, refuseEmptyKeysOfBatch } from "./empty-keys.ts";
import {
  type Action,
  type Answer,
  atOnce,
  type Callback,
  type EmulatorStore,
  type RequestData,
  type TableDescription,
} from "./emulator-contract.ts";
import { type Comparison, type Condition, parseCondition } from "./expressions/condition.ts";
import { parseProjection } from "./expressions/projection.ts";
import type { Path } from "./expressions/resolution.ts";
import { parseUpdate } from "./expressions/update.ts";
import { failure } from "./failure.ts";
import { refuseLongIndexKeys } from "./index-keys.ts";
import { throughIndex } from "./index-reads.ts";
import { asItem, type Item, type Value } from "./item.ts";
import { itemSize } from "./item-size.ts";
import { olderCondition, withoutEqualities } from "./older-conditions.ts";
import { projected } from "./projection.ts";
import { refuseConsistentScan, refuseKeysInOlderFilter, refuseTooManyConditions } from "./query-keys.ts";
import { refuseUnreadable } from "./request-limits.ts";
import { refuseEmptyTableName, requestRules } from "./request-rules.ts";
import { typed } from "./request-types.ts";
import { refuseInvalidUpdate, updateItem } from "./update-item.ts";

// Its validation asks these objects, whose own parsers take ten times as long for each level of parentheses or two.
conditionParser.parse = (source, { context }) => parseCondition(source, context);
projectionParser.parse = (source, { context }) => parseProjection(source, context);
updateParser.parse = (source, { context }) => parseUpdate(source, context);
// Its own loses what is inside of an attribute that every object of JavaScript has.
db.mapPaths = projected;
// Its own counts a letter as a byte.
db.itemSize = itemSize;

const WRITES = {
  PutItem: { action: putItem, rules: putItemRules },
  UpdateItem: {
    action: (store: EmulatorStore, data: RequestData, done: Parameters<Action>[2]) =>
      done(null, updateItem(store, data)),
    rules: updateItemRules,
  },
  DeleteItem: { action: deleteItem, rules: deleteItemRules },
  BatchWriteItem: { action: batchWriteItem, rules: batchWriteItemRules },
};
const READS = {
  GetItem: { action: getItem, rules: getItemRules },
  Query: { action: query, rules: queryRules },
  Scan: { action: scan, rules: scanRules },
  BatchGetItem: { action: batchGetItem, rules: batchGetItemRules },
};

export type Write = keyof typeof WRITES;
export type Read = keyof typeof READS;

export const isWrite = (operation: string): operation is Write => Object.hasOwn(WRITES, operation);
export const isRead = (operation: string): operation is Read => Object.hasOwn(READS, operation);

/**
 * Of a request that is read for this: what it holds is changed into the form in which it is kept.
 * @param alone not as part of a transaction
 * @throws Failure when the request breaks the operation's rules
 */
export function checked(
  operation: Write | Read,
  request: object,
  store: EmulatorStore,
  { alone }: { alone: boolean },
): RequestData {
  const { rules } = isWrite(operation) ? WRITES[operation] : READS[operation];
  const { types, custom } = requestRules(operation, rules, alone);
  refuseUnreadable(request);
  const data = typed(request, types);
  refuseEmptyTableName(data);
  const putBack = withoutEqualities(data);
  validations.checkValidations(data, types, custom, store);
  putBack();
  return data;
}

interface BatchedWrite {
  PutRequest?: { Item: Item };
}

/** Over a store that answers at once a write is done when this returns, so that it can be part of a transaction. @throws Failure */
export function write(operation: Write, data: RequestData, store: EmulatorStore): Answer {
  const { _condition, Expected, ConditionalOperator, ...unconditional } = data;
  if (operation === "BatchWriteItem") {
    refuseEmptyKeysOfBatch(data, (TableName) => tableOf({ TableName }, store));
    for (const [TableName, writes] of Object.entries(data.RequestItems as Record<string, BatchedWrite[]>)) {
      for (const { PutRequest } of writes) {
        if (PutRequest) refuseLongIndexKeys(PutRequest.Item, tableOf({ TableName }, store));
      }
    }
    return atOnce<Answer>((done) => WRITES[operation].action(store, data, done));
  }
  refuseEmptyKeys(data, tableOf(data, store));
  if (data.Item) refuseLongIndexKeys(data.Item, tableOf(data, store));
  if (operation === "UpdateItem") refuseInvalidUpdate(data, tableOf(data, store));
  if (_condition || Expected) requireCondition(data, store);
  const answer = atOnce<Answer>((done) => WRITES[operation].action(store, unconditional, done));
  return { ...answer, ...collectionMetrics(data, tableOf(data, store)) };
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
  const invalid = data.Item ? db.validateItem(data.Item, table) : db.validateKey(data.Key!, table);
  if (invalid) throw invalid;
  const key = db.createKey(data.Item ?? data.Key!, table);
  const existing = atOnce<Item | undefined>((done) => store.getItemDb(data.TableName!).get(key, done as Callback));
  const condition = data._condition?.expression ?? olderCondition(data);
  if (condition && !meets(existing ?? asItem({}), condition)) {
    throw failure("ConditionalCheckFailedException", "The conditional request failed");
  }
}

const tableOf = ({ TableName }: RequestData, store: EmulatorStore): TableDescription =>
  atOnce<TableDescription>((done) => store.getTable(TableName!, done as Callback));

/** What dynalite is to find of every item, so that it refuses what it has against a filter, and no item. */
const ALWAYS = { type: "=", args: [{ S: "always" }, { S: "always" }] as Value[] } satisfies Comparison;

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
  const { _filter, _projection, QueryFilter, ScanFilter, ConditionalOperator, ...request } = throughIndex(data, table);
  const filter = _filter?.expression ?? olderCondition(data);
  const shows = (items: Item[], paths: (Path | string)[] | undefined) =>
    paths ? items.map((item) => projected(paths, item)) : items;
  if (!filter) {
    const asked = _projection ? { ...request, _projection: { ..._projection, paths: undefined } } : request;
    const { Items, ...answer } = await answered(operation, asked as RequestData, store);
    return withLeastCapacity(
      { ...answer, ...(Items !== undefined && { Items: shows(Items as Item[], _projection?.paths) }) },
      data,
    );
  }
  // What is filtered is the whole item, and what is shown of it comes afterwards.
  const { Select, AttributesToGet, ...whole } = request;
  const invalid = db.validateKeyPaths(_projection?.nestedPaths, table);
  if (invalid) throw invalid;
  const { Items, ...answer } = await answered(
    operation,
    {
      ...whole,
      ...(_filter && { _filter: { ..._filter, expression: ALWAYS } }),
      ...(Select === "ALL_ATTRIBUTES" && { Select }),
    },
    store,
  );
  const met = await filtered(Items as Item[], filter);
  const paths = _projection?.paths ?? (AttributesToGet as string[] | undefined);
  const found = { ...answer, Count: met.length, ...(data.Select !== "COUNT" && { Items: shows(met, paths) }) };
  return withLeastCapacity(found, data);
}

/** A page may have ten thousand items and a filter three hundred operators: what else the cloud serves has its turn. */
const LONGEST_TURN_MS = 50;

async function filtered(items: Item[], filter: Condition): Promise<Item[]> {
  const met: Item[] = [];
  let begun = performance.now();
  for (const item of items) {
    if (meets(item, filter)) met.push(item);
    if (performance.now() - begun < LONGEST_TURN_MS) continue;
    await setImmediate();
    begun = performance.now();
  }
  return met;
}

/** What finds nothing takes as much as what reads one small item. */
function withLeastCapacity(answer: Answer, { ConsistentRead, IndexName }: RequestData): Answer {
  const consumed = answer.ConsumedCapacity as ReadCapacity | undefined;
  if (consumed?.CapacityUnits !== 0) return answer;
  const CapacityUnits = ConsistentRead ? 1 : 0.5;
  consumed.CapacityUnits = CapacityUnits;
  const indexes = consumed.GlobalSecondaryIndexes ?? consumed.LocalSecondaryIndexes;
  if (indexes) indexes[String(IndexName)] = { CapacityUnits };
  else if (consumed.Table) consumed.Table = { CapacityUnits };
  return answer;
}

interface ReadCapacity {
  CapacityUnits: number;
  Table?: { CapacityUnits: number };
  GlobalSecondaryIndexes?: Record<string, { CapacityUnits: number }>;
  LocalSecondaryIndexes?: Record<string, { CapacityUnits: number }>;
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
