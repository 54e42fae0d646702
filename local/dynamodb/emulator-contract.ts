/** What dynalite's operations are given, and what they ask of a store. */
import type { ParsedCondition } from "./expressions/condition.ts";
import type { ParsedProjection } from "./expressions/projection.ts";
import type { ParsedUpdate } from "./expressions/update.ts";
import type { Item } from "./item.ts";

/** A request's body; `_…` is what validation has parsed. */
export type RequestData = Record<string, unknown> & {
  TableName?: string;
  Item?: Item;
  Key?: Item;
  _condition?: ParsedCondition;
  _filter?: ParsedCondition;
  _projection?: ParsedProjection;
  _updates?: ParsedUpdate;
};

export type Answer = Record<string, unknown>;

export type Callback = (error?: Error | null, value?: unknown) => void;

export type Action = (
  store: EmulatorStore,
  data: RequestData,
  done: (error?: Error | null, answer?: Answer) => void,
) => void;

interface KeyElement {
  AttributeName: string;
  KeyType: "HASH" | "RANGE";
}

export interface IndexDescription {
  IndexName: string;
  KeySchema: KeyElement[];
  Projection: { ProjectionType: string; NonKeyAttributes?: string[] };
}

/** As DescribeTable has it (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html). */
export interface TableDescription {
  TableName: string;
  TableStatus: "ACTIVE";
  AttributeDefinitions: { AttributeName: string; AttributeType: string }[];
  KeySchema: KeyElement[];
  GlobalSecondaryIndexes?: IndexDescription[];
  LocalSecondaryIndexes?: IndexDescription[];
  [other: string]: unknown;
}

/** Bounds of keys, and in which direction. */
export interface Range {
  gt?: string;
  gte?: string;
  lt?: string;
  lte?: string;
  limit?: number;
  reverse?: boolean;
}

/** Items in the order of their keys. */
export interface ItemSpace {
  get(key: string, done: Callback): void;
  put(key: string, item: Item, done: Callback): void;
  del(key: string, done: Callback): void;
  values(range: Range): Iterable<Item>;
}

/** What dynalite's operations ask for their data. */
export interface EmulatorStore {
  options: { maxItemSize: number };
  tableDb: { awsAccountId: string; awsRegion: string };
  getTable(name: string, checkStatus: boolean | Callback, done?: Callback): void;
  getItemDb(table: string): ItemSpace;
  getIndexDb(type: string, table: string, index: string): ItemSpace;
}

/** @throws Failure for a table that is not there */
export const tableOf = ({ TableName }: RequestData, store: EmulatorStore): TableDescription =>
  atOnce<TableDescription>((done) => store.getTable(TableName!, done as Callback));

/** Of work that calls back before it returns. */
export function atOnce<T>(work: (done: (error?: Error | null, value?: T) => void) => void): T {
  let outcome: { error?: Error | null | undefined; value?: T | undefined } | undefined;
  work((error, value) => {
    outcome ??= { error, value };
  });
  if (!outcome) throw new Error("An operation on items did not answer at once.");
  if (outcome.error) throw outcome.error;
  return outcome.value as T;
}
