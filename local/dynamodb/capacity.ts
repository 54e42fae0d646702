/**
 * What an operation takes of a table's and its indexes' throughput
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html,
 * …/GSI.html#GSI.ThroughputConsiderations.Writes). In which members it is told was recorded by scylladb/scylladb
 * (`test_returnconsumedcapacity.py`).
 */
import type { IndexDescription, RequestData, TableDescription } from "./emulator-contract.ts";
import { indexCopy } from "./index-copies.ts";
import type { Item } from "./item.ts";
import { itemSize } from "./item-size.ts";

const READ_UNIT_BYTES = 4 * 1024;
const WRITE_UNIT_BYTES = 1024;

/** By the name of the index, if any took something. */
type OfIndexes = Record<string, { CapacityUnits: number }>;

export interface ConsumedCapacity {
  CapacityUnits: number;
  TableName: string;
  Table?: { CapacityUnits: number };
  LocalSecondaryIndexes?: OfIndexes;
  GlobalSecondaryIndexes?: OfIndexes;
}

interface Taken {
  table: number;
  local?: Record<string, number>;
  global?: Record<string, number>;
}

export const readUnits = (bytes: number, { ConsistentRead }: RequestData): number =>
  Math.ceil(bytes / READ_UNIT_BYTES) * (ConsistentRead ? 1 : 0.5);

const writeUnits = (...items: (Item | undefined)[]): number =>
  Math.max(1, ...items.map((item) => (item ? Math.ceil(itemSize(item) / WRITE_UNIT_BYTES) : 0)));

/** @returns `undefined` when the request does not ask for it */
export function consumed(data: RequestData, { table, local = {}, global = {} }: Taken): ConsumedCapacity | undefined {
  const { ReturnConsumedCapacity, TableName } = data;
  if (!isAsked(data)) return undefined;
  const ofIndexes = [...Object.values(local), ...Object.values(global)].reduce((sum, units) => sum + units, 0);
  const total = { CapacityUnits: table + ofIndexes, TableName: TableName! };
  if (ReturnConsumedCapacity === "TOTAL") return total;
  return {
    ...total,
    Table: { CapacityUnits: table },
    ...(Object.keys(local).length > 0 && { LocalSecondaryIndexes: unitsOf(local) }),
    ...(Object.keys(global).length > 0 && { GlobalSecondaryIndexes: unitsOf(global) }),
  };
}

const isAsked = ({ ReturnConsumedCapacity }: RequestData): boolean =>
  ReturnConsumedCapacity === "TOTAL" || ReturnConsumedCapacity === "INDEXES";

const unitsOf = (units: Record<string, number>): OfIndexes =>
  Object.fromEntries(Object.entries(units).map(([name, CapacityUnits]) => [name, { CapacityUnits }]));

/** Of one item, which may not be there. */
export const consumedByGet = (data: RequestData, item: Item | undefined): ConsumedCapacity | undefined =>
  consumed(data, { table: readUnits(item ? itemSize(item) : 1, data) });

/** Of a condition of a transaction, which takes as much as to write the item. */
export const consumedByCheck = (data: RequestData, item: Item | undefined): ConsumedCapacity | undefined =>
  consumed(data, { table: writeUnits(item) });

/** @param after `undefined` for an item that is deleted */
export const consumedByWrite = (
  data: RequestData,
  table: TableDescription,
  before: Item | undefined,
  after: Item | undefined,
): ConsumedCapacity | undefined =>
  // How large items are is only counted for whoever asks.
  !isAsked(data)
    ? undefined
    : consumed(data, {
        table: writeUnits(before, after),
        local: ofCopies(table.LocalSecondaryIndexes, table, before, after),
        global: ofCopies(table.GlobalSecondaryIndexes, table, before, after),
      });

/** Of the indexes that change: one whose key changes is written twice. */
function ofCopies(
  indexes: IndexDescription[] | undefined,
  table: TableDescription,
  before: Item | undefined,
  after: Item | undefined,
): Record<string, number> {
  const units: Record<string, number> = {};
  for (const index of indexes ?? []) {
    const [old, put] = [before, after].map((item) => item && indexCopy(item, index, table));
    if (!old && !put) continue;
    if (old && put && old.key === put.key) {
      if (JSON.stringify(old.item) !== JSON.stringify(put.item))
        units[index.IndexName] = writeUnits(old.item, put.item);
    } else {
      units[index.IndexName] = (old ? writeUnits(old.item) : 0) + (put ? writeUnits(put.item) : 0);
    }
  }
  return units;
}

/** Of operations on several items: one entry for each table. */
export function summed(each: (ConsumedCapacity | undefined)[]): ConsumedCapacity[] {
  const tables = new Map<string, ConsumedCapacity>();
  for (const one of each) {
    if (!one) continue;
    const sum = tables.get(one.TableName);
    tables.set(one.TableName, sum ? plus(sum, one) : one);
  }
  return [...tables.values()];
}

function plus(one: ConsumedCapacity, other: ConsumedCapacity): ConsumedCapacity {
  const [LocalSecondaryIndexes, GlobalSecondaryIndexes] = (
    ["LocalSecondaryIndexes", "GlobalSecondaryIndexes"] as const
  ).map((kind) => merged(one[kind], other[kind]));
  return {
    CapacityUnits: one.CapacityUnits + other.CapacityUnits,
    TableName: one.TableName,
    ...(one.Table && { Table: { CapacityUnits: one.Table.CapacityUnits + (other.Table?.CapacityUnits ?? 0) } }),
    ...(LocalSecondaryIndexes && { LocalSecondaryIndexes }),
    ...(GlobalSecondaryIndexes && { GlobalSecondaryIndexes }),
  };
}

function merged(one: OfIndexes | undefined, other: OfIndexes | undefined): OfIndexes | undefined {
  if (!one || !other) return one ?? other;
  const sums = { ...one };
  for (const [name, { CapacityUnits }] of Object.entries(other)) {
    sums[name] = { CapacityUnits: CapacityUnits + (sums[name]?.CapacityUnits ?? 0) };
  }
  return sums;
}

/** Twice as much, with the kind of its units. */
export function doubled(one: ConsumedCapacity, kind: "ReadCapacityUnits" | "WriteCapacityUnits"): object {
  const twice = plus(one, one);
  const named = <Units extends { CapacityUnits: number }>(units: Units) => ({ ...units, [kind]: units.CapacityUnits });
  const all = (units: OfIndexes) =>
    Object.fromEntries(Object.entries(units).map(([name, each]) => [name, named(each)]));
  return {
    ...named(twice),
    ...(twice.Table && { Table: named(twice.Table) }),
    ...(twice.LocalSecondaryIndexes && { LocalSecondaryIndexes: all(twice.LocalSecondaryIndexes) }),
    ...(twice.GlobalSecondaryIndexes && { GlobalSecondaryIndexes: all(twice.GlobalSecondaryIndexes) }),
  };
}
