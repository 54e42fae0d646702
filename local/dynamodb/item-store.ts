/**
 * The items in the state, and their copies in indexes. To dynalite's operations this is the store that they were written for,
 * except that it answers at once; one for each region.
 */

import type { SQLInputValue, StatementSync } from "node:sqlite";
import db from "dynalite/db/index.js";
import type { Store } from "../platform.ts";
import {
  atOnce,
  type Callback,
  type EmulatorStore,
  type ItemSpace,
  type Range,
  type TableDescription,
} from "./emulator-contract.ts";
import { failure } from "./failure.ts";
import { updateIndexes } from "./index-copies.ts";
import { type Item, readItem, sortSets } from "./item.ts";

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const MAX_ITEM_BYTES = 400 * 1024;
/** What expired longer ago does not expire any more. */
const FIVE_YEARS_SECONDS = 5 * 365 * 24 * 60 * 60;

const SCHEMA = `
CREATE TABLE IF NOT EXISTS dynamodb_items (
  space TEXT NOT NULL, key TEXT NOT NULL, item TEXT NOT NULL, expires INTEGER, PRIMARY KEY (space, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS dynamodb_items_by_expiry ON dynamodb_items (expires) WHERE expires IS NOT NULL;
CREATE TABLE IF NOT EXISTS dynamodb_tables (
  space TEXT PRIMARY KEY, definition TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS dynamodb_declared_items (
  space TEXT NOT NULL, key TEXT NOT NULL, item TEXT NOT NULL, PRIMARY KEY (space, key)
) STRICT, WITHOUT ROWID;
`;

export interface StoredTable {
  description: TableDescription;
  ttlAttribute: string | undefined;
}

/** The tables of one region, by name. */
export type StoredTables = ReadonlyMap<string, StoredTable>;

export function prepareItemTables({ db }: Store): void {
  db.exec(SCHEMA);
}

/** Where the items of a table are. */
export const spaceOf = (region: string, table: string): string => `${region}/${table}`;

export class ItemStore implements EmulatorStore {
  readonly options = { maxItemSize: MAX_ITEM_BYTES };
  readonly tableDb: { awsAccountId: string; awsRegion: string };
  readonly #store: Store;
  readonly #region: string;
  readonly #tables: StoredTables;
  readonly #now: () => number;
  readonly #statements = new Map<string, StatementSync>();

  constructor(
    store: Store,
    { region, accountId }: { region: string; accountId: string },
    tables: StoredTables,
    now: () => number,
  ) {
    this.#store = store;
    this.#region = region;
    this.#tables = tables;
    this.#now = now;
    this.tableDb = { awsAccountId: accountId, awsRegion: region };
  }

  /** @throws Failure */
  table(name: string, missing = "Requested resource not found"): StoredTable {
    const found = this.#tables.get(name);
    if (!found) throw failure("ResourceNotFoundException", missing);
    return found;
  }

  names({ ExclusiveStartTableName: after = "", Limit: limit = 100 }): {
    TableNames: string[];
    LastEvaluatedTableName?: string;
  } {
    const behind = [...this.#tables.keys()].sort().filter((name) => name > after);
    const TableNames = behind.slice(0, limit);
    return { TableNames, ...(behind.length > limit && { LastEvaluatedTableName: TableNames.at(-1)! }) };
  }

  /** Keeps all of what the work writes, or nothing when it throws. */
  atomically<T>(work: () => T): T {
    return this.#store.transaction(work);
  }

  getTable(name: string, checkStatus: boolean | Callback, done: Callback = checkStatus as Callback): void {
    const found = this.#tables.get(name);
    done(
      found ? null : failure("ResourceNotFoundException", "Requested resource not found"),
      found && structuredClone(found.description),
    );
  }

  getItemDb(table: string): ItemSpace {
    return this.#space(spaceOf(this.#region, table), this.#tables.get(table)?.ttlAttribute);
  }

  getIndexDb(type: string, table: string, index: string): ItemSpace {
    return this.#space(`${spaceOf(this.#region, table)}/${type.toLowerCase()}/${index}`);
  }

  item(table: string, key: string): Item | undefined {
    const row = this.#prepared("SELECT item FROM dynamodb_items WHERE space = ? AND key = ?").get(
      spaceOf(this.#region, table),
      key,
    ) as { item: string } | undefined;
    return row && readItem(row.item);
  }

  /** A page of a table's items in the order of their keys, behind a key. */
  page(table: string, after: string, size: number): { key: string; item: Item }[] {
    const rows = this.#prepared(
      "SELECT key, item FROM dynamodb_items WHERE space = ? AND key > ? ORDER BY key LIMIT ?",
    ).all(spaceOf(this.#region, table), after, size) as { key: string; item: string }[];
    return rows.map(({ key, item }) => ({ key, item: readItem(item) }));
  }

  /** When a table was made, in milliseconds. */
  created(table: string): number {
    const row = this.#prepared("SELECT definition FROM dynamodb_tables WHERE space = ?").get(
      spaceOf(this.#region, table),
    ) as { definition: string };
    return (JSON.parse(row.definition) as { created: number }).created;
  }

  /** How many items a table has, and their size in bytes. */
  size(table: string): { count: number; bytes: number } {
    return this.#prepared(
      "SELECT count(*) AS count, coalesce(sum(length(item)), 0) AS bytes FROM dynamodb_items WHERE space = ?",
    ).get(spaceOf(this.#region, table)) as { count: number; bytes: number };
  }

  /** Deletes what has expired by the cloud's clock. */
  expire(): void {
    const rows = this.#prepared("SELECT space, key, item FROM dynamodb_items WHERE expires <= ?").all(
      Math.floor(this.#now() / 1000),
    ) as { space: string; key: string; item: string }[];
    for (const { space, key, item } of rows) {
      const [region, name = ""] = space.split("/");
      const table = region === this.#region ? this.#tables.get(name) : undefined;
      if (table) this.remove(table.description, key, readItem(item));
    }
  }

  /** Puts an item and its copies in indexes. */
  set(table: TableDescription, item: Item): void {
    const key = db.createKey(item, table);
    sortSets(item);
    this.#store.transaction(() => {
      updateIndexes(this, table, this.item(table.TableName, key), item);
      atOnce((done) => this.getItemDb(table.TableName).put(key, item, done));
    });
  }

  remove(table: TableDescription, key: string, item: Item): void {
    this.#store.transaction(() => {
      updateIndexes(this, table, item, undefined);
      atOnce((done) => this.getItemDb(table.TableName).del(key, done));
    });
  }

  #space(space: string, ttlAttribute?: string): ItemSpace {
    return {
      get: (key, done) => {
        const row = this.#prepared("SELECT item FROM dynamodb_items WHERE space = ? AND key = ?").get(space, key) as
          | { item: string }
          | undefined;
        done(null, row && readItem(row.item));
      },
      put: (key, item, done) => {
        this.#prepared("INSERT OR REPLACE INTO dynamodb_items (space, key, item, expires) VALUES (?, ?, ?, ?)").run(
          space,
          key,
          JSON.stringify(item),
          this.#expiry(item, ttlAttribute),
        );
        done(null);
      },
      del: (key, done) => {
        this.#prepared("DELETE FROM dynamodb_items WHERE space = ? AND key = ?").run(space, key);
        done(null);
      },
      values: (range) => this.#values(space, range),
    };
  }

  /** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-before-you-start.html */
  #expiry(item: Item, attribute: string | undefined): number | null {
    const text = attribute === undefined ? undefined : item[attribute]?.N;
    const seconds = Math.floor(Number(text));
    if (text === undefined || !Number.isSafeInteger(seconds)) return null;
    return seconds < this.#now() / 1000 - FIVE_YEARS_SECONDS ? null : seconds;
  }

  *#values(space: string, { gt, gte, lt, lte, limit = -1, reverse = false }: Range): Generator<Item> {
    const bounds = { ">": gt, ">=": gte, "<": lt, "<=": lte };
    const given = Object.entries(bounds).filter(([, bound]) => bound !== undefined);
    const where = ["space = ?", ...given.map(([sign]) => `key ${sign} ?`)].join(" AND ");
    const values: SQLInputValue[] = [space, ...given.map(([, bound]) => bound!), limit];
    const order = reverse ? "DESC" : "ASC";
    const statement = this.#prepared(`SELECT item FROM dynamodb_items WHERE ${where} ORDER BY key ${order} LIMIT ?`);
    for (const row of statement.iterate(...values)) yield readItem((row as { item: string }).item);
  }

  #prepared(sql: string): StatementSync {
    const statement = this.#statements.get(sql) ?? this.#store.db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}
