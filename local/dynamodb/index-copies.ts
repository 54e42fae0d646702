/** The copies of items in indexes: which of their attributes an index has, and where they stand in its order. */
import db from "dynalite/db/index.js";
import {
  atOnce,
  type Callback,
  type EmulatorStore,
  type IndexDescription,
  type TableDescription,
} from "./emulator-contract.ts";
import { asItem, type Item } from "./item.ts";

interface IndexCopy {
  key: string;
  item: Item;
}

/** @returns `undefined` for an item that has not every key of the index, which is not in it */
export function indexCopy(
  item: Item,
  { KeySchema, Projection }: IndexDescription,
  table: TableDescription,
): IndexCopy | undefined {
  const keys = KeySchema.map(({ AttributeName }) => AttributeName);
  if (keys.some((name) => item[name] === undefined)) return undefined;
  const key = db.createIndexKey(item, table, KeySchema);
  if (Projection.ProjectionType === "ALL") return { key, item };
  const shown = [
    ...keys,
    ...table.KeySchema.map(({ AttributeName }) => AttributeName),
    ...(Projection.NonKeyAttributes ?? []),
  ];
  const copy = asItem({});
  for (const name of shown) if (item[name] !== undefined) copy[name] = item[name];
  return { key, item: copy };
}

/** Puts, moves or takes away the copies of an item that changes. @param after `undefined` for one that is deleted */
export function updateIndexes(
  store: EmulatorStore,
  table: TableDescription,
  before: Item | undefined,
  after: Item | undefined,
): void {
  for (const [type, indexes] of [
    ["local", table.LocalSecondaryIndexes],
    ["global", table.GlobalSecondaryIndexes],
  ] as const) {
    for (const index of indexes ?? []) {
      const [old, put] = [before, after].map((item) => item && indexCopy(item, index, table));
      const space = store.getIndexDb(type, table.TableName, index.IndexName);
      if (old && old.key !== put?.key) atOnce((done) => space.del(old.key, done as Callback));
      if (put) atOnce((done) => space.put(put.key, put.item, done as Callback));
    }
  }
}
