/**
 * Makes the state agree with the tables that a program declares, as a deployment would: a table whose keys have changed is
 * made anew and empty, indexes that have changed are filled again, and declared items are put when they are new or have changed.
 */
import db from "dynalite/db/index.js";
import validations from "dynalite/validations/index.js";
import type { TableIndexModel, TableModel } from "../model.ts";
import type { Platform, Store } from "../platform.ts";
import type { TableDescription } from "./emulator-contract.ts";
import { asItem, type Item } from "./item.ts";
import { type ItemStore, type StoredTable, spaceOf } from "./item-store.ts";
import { nameOf, standInFor } from "./names.ts";
import { refuseUnreadable } from "./request-limits.ts";

/** A table that may not be made anew, with the way out. Nothing was changed. */
export class ProtectedTableError extends Error {
  readonly code = "table_protected";
  readonly next = "Give the table its keys back, or take deletionProtectionEnabled away first.";

  constructor(name: string) {
    super(
      `The keys of the table ${name} have changed, so that it has to be made anew, and its deletion protection is on.`,
    );
    this.name = "ProtectedTableError";
  }
}

/** A table that an object of JavaScript can describe, whatever its attributes, its indexes and itself are called. */
export function withStandIns(model: TableModel): TableModel {
  const index = (one: TableIndexModel): TableIndexModel => ({
    ...one,
    name: standInFor(one.name),
    keys: one.keys.map(standInFor),
    nonKeyAttributes: one.nonKeyAttributes.map(standInFor),
  });
  const items = structuredClone(model.items).map(asItem);
  for (const item of items) {
    refuseUnreadable({ Item: item });
    // Numbers get the one form that they are compared in.
    for (const value of Object.values(item)) validations.validateAttributeValue(value);
  }
  return {
    ...model,
    name: standInFor(model.name),
    keys: model.keys.map(standInFor),
    attributes: model.attributes.map(({ name, type }) => ({ name: standInFor(name), type })),
    localIndexes: model.localIndexes.map(index),
    globalIndexes: model.globalIndexes.map(index),
    ttlAttribute: model.ttlAttribute === undefined ? undefined : standInFor(model.ttlAttribute),
    items,
  };
}

export function stored(model: TableModel): StoredTable {
  return { description: described(model), ttlAttribute: model.ttlAttribute };
}

function described(model: TableModel): TableDescription {
  const { name, arn, attributes, keys, localIndexes, globalIndexes, billingMode, readCapacity, writeCapacity } = model;
  const throughput = {
    NumberOfDecreasesToday: 0,
    ReadCapacityUnits: readCapacity,
    WriteCapacityUnits: writeCapacity,
  };
  const index = ({ name: IndexName, keys, partitionKeys, projectionType, nonKeyAttributes }: TableIndexModel) => ({
    IndexName,
    KeySchema: schema(keys, partitionKeys),
    Projection: {
      ProjectionType: projectionType,
      ...(nonKeyAttributes.length > 0 && { NonKeyAttributes: nonKeyAttributes }),
    },
    IndexArn: `${arn}/index/${IndexName}`,
    IndexSizeBytes: 0,
    ItemCount: 0,
  });
  return {
    AttributeDefinitions: attributes.map(({ name, type }) => ({ AttributeName: name, AttributeType: type })),
    TableName: name,
    KeySchema: schema(keys),
    TableStatus: "ACTIVE",
    ProvisionedThroughput: throughput,
    TableSizeBytes: 0,
    ItemCount: 0,
    TableArn: arn,
    ...(billingMode === "PAY_PER_REQUEST" && { BillingModeSummary: { BillingMode: billingMode } }),
    ...(localIndexes.length > 0 && { LocalSecondaryIndexes: localIndexes.map(index) }),
    ...(globalIndexes.length > 0 && {
      GlobalSecondaryIndexes: globalIndexes.map((model) => ({
        ...index(model),
        IndexStatus: "ACTIVE",
        ProvisionedThroughput: throughput,
      })),
    }),
    DeletionProtectionEnabled: model.deletionProtection,
  };
}

const schema = (keys: string[], partitionKeys = 1) =>
  keys.map((name, position) => ({
    AttributeName: name,
    KeyType: position < partitionKeys ? ("HASH" as const) : ("RANGE" as const),
  }));

/** What a table cannot change without being made anew, and what its stored copies depend on. */
function definition({ keys, attributes, localIndexes, globalIndexes, ttlAttribute }: TableModel) {
  const typed = (names: string[]) => names.map((name) => [name, attributes.find((one) => one.name === name)?.type]);
  const index = ({ name, keys, partitionKeys = 1, projectionType, nonKeyAttributes }: TableIndexModel) => [
    ...[name, typed(keys), projectionType, nonKeyAttributes],
    ...(partitionKeys > 1 ? [partitionKeys] : []),
  ];
  return {
    identity: JSON.stringify([typed(keys), localIndexes.map(index)]),
    copies: JSON.stringify([globalIndexes.map(index), ttlAttribute]),
  };
}

/** @throws ProtectedTableError for one that has to be made anew, has items and must not be deleted */
export function refuseProtected({ db: state }: Store, tables: readonly TableModel[]): void {
  for (const model of tables.filter(({ deletionProtection }) => deletionProtection)) {
    const before = definitionBefore({ db: state }, model);
    const space = spaceOf(model.region, model.name);
    const hasItems = state.prepare("SELECT 1 FROM dynamodb_items WHERE space = ?").get(space) !== undefined;
    if (hasItems && before && before.identity !== definition(model).identity)
      throw new ProtectedTableError(nameOf(model.name));
  }
}

/** @returns the names of tables that had items and were made anew */
export function deployTables(
  { store, now: time }: Pick<Platform, "store" | "now">,
  tables: readonly TableModel[],
  itemsOf: (region: string) => ItemStore,
): string[] {
  const madeAnew: string[] = [];
  store.transaction(() => {
    for (const model of tables) {
      const items = itemsOf(model.region);
      const { description } = items.table(model.name);
      const before = definitionBefore(store, model);
      const now = { ...definition(model), created: time() };
      if (before && before.identity !== now.identity) {
        if (items.size(model.name).count > 0) madeAnew.push(model.name);
        clear(store, model, { items: true });
      } else if (before) {
        if (before.copies !== now.copies) refill(store, model, items, description);
        now.created = before.created ?? now.created;
      }
      const space = spaceOf(model.region, model.name);
      store.db
        .prepare("INSERT OR REPLACE INTO dynamodb_tables (space, definition) VALUES (?, ?)")
        .run(space, JSON.stringify(now));
      putDeclared(store, model, items, description);
    }
  });
  return madeAnew;
}

function definitionBefore({ db: state }: Pick<Store, "db">, { region, name }: TableModel) {
  const row = state.prepare("SELECT definition FROM dynamodb_tables WHERE space = ?").get(spaceOf(region, name)) as
    | { definition: string }
    | undefined;
  return row && (JSON.parse(row.definition) as ReturnType<typeof definition> & { created?: number });
}

/** Deletes the copies in indexes, or everything. */
function clear({ db: state }: Store, { region, name }: TableModel, { items }: { items: boolean }): void {
  const space = spaceOf(region, name);
  state.prepare("DELETE FROM dynamodb_items WHERE space >= ? AND space < ?").run(`${space}/`, `${space}0`);
  if (!items) return;
  for (const table of ["dynamodb_items", "dynamodb_declared_items"]) {
    state.prepare(`DELETE FROM ${table} WHERE space = ?`).run(space);
  }
}

const PAGE = 1000;

function refill(store: Store, model: TableModel, items: ItemStore, description: TableDescription): void {
  clear(store, model, { items: false });
  for (let after = ""; ; ) {
    const page = items.page(model.name, after, PAGE);
    for (const { key, item } of page) {
      // Taken out first, so that every copy is made again.
      store.db
        .prepare("DELETE FROM dynamodb_items WHERE space = ? AND key = ?")
        .run(spaceOf(model.region, model.name), key);
      items.set(description, item);
    }
    if (page.length < PAGE) return;
    after = page.at(-1)!.key;
  }
}

/** An item that somebody changed or deleted since stays as it is, until the program declares another content. */
function putDeclared(store: Store, model: TableModel, items: ItemStore, description: TableDescription): void {
  const space = spaceOf(model.region, model.name);
  const rows = store.db.prepare("SELECT key, item FROM dynamodb_declared_items WHERE space = ?").all(space);
  const before = new Map((rows as { key: string; item: string }[]).map(({ key, item }) => [key, item]));
  const declared = new Map(model.items.map((item) => [db.createKey(item as Item, description), item as Item]));
  for (const key of before.keys()) {
    const item = declared.has(key) ? undefined : items.item(model.name, key);
    if (item) items.remove(description, key, item);
  }
  store.db.prepare("DELETE FROM dynamodb_declared_items WHERE space = ?").run(space);
  const remember = store.db.prepare("INSERT INTO dynamodb_declared_items (space, key, item) VALUES (?, ?, ?)");
  for (const [key, item] of declared) {
    const text = JSON.stringify(item);
    if (before.get(key) !== text) items.set(description, item);
    remember.run(space, key, text);
  }
}
