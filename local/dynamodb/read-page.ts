/**
 * A page of a query or scan: what is read, what of it meets the filter and what is shown
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.Pagination.html). In place of dynalite's, which counts a
 * letter as a byte and filters as it compares.
 */
import { setImmediate } from "node:timers/promises";
import db from "dynalite/db/index.js";
import { consumed, readUnits } from "./capacity.ts";
import { meets } from "./conditions.ts";
import {
  type Answer,
  atOnce,
  type Callback,
  type EmulatorStore,
  type Range,
  type RequestData,
  type TableDescription,
} from "./emulator-contract.ts";
import { asItem, type Item } from "./item.ts";
import { itemSize, storedSize } from "./item-size.ts";
import { olderCondition } from "./older-conditions.ts";
import { projected } from "./projection.ts";

const PAGE_BYTES = 1024 * 1024;
/** A page may have ten thousand items and a filter three hundred operators: what else the cloud serves has its turn. */
const LONGEST_TURN_MS = 50;

interface PageRequest {
  range: Range;
  /** Of the index that is read, if any */
  index: "local" | "global" | undefined;
  /** Whether the copies in the index have not every attribute that is asked for */
  fetches: boolean;
  /** What `LastEvaluatedKey` is made of */
  keyNames: string[];
}

export async function readPage(
  store: EmulatorStore,
  table: TableDescription,
  data: RequestData,
  { range, index, fetches, keyNames }: PageRequest,
): Promise<Answer> {
  const items = store.getItemDb(data.TableName!);
  const space = index ? store.getIndexDb(index, data.TableName!, String(data.IndexName)) : items;
  const sortKey = table.KeySchema[1]?.AttributeName;
  const limit = (data.Limit as number | undefined) ?? Number.POSITIVE_INFINITY;
  const read: Item[] = [];
  let [stored, tableBytes, indexBytes] = [0, 0, 0];
  for (const copy of space.values(range)) {
    if (read.length >= limit || stored >= PAGE_BYTES) break;
    const item = fetches ? atOnce<Item>((done) => items.get(db.createKey(copy, table), done as Callback)) : copy;
    if (index) indexBytes += itemSize(copy);
    if (!index || fetches) tableBytes += itemSize(item);
    stored += storedSize(item, sortKey);
    read.push(item);
  }
  const found = await filtered(read, data);
  const paths = data._projection?.paths ?? (data.AttributesToGet as string[] | undefined);
  const last = read.length >= limit || stored >= PAGE_BYTES ? read.at(-1) : undefined;
  // What finds nothing takes as much as what reads one small item.
  const units = (bytes: number, least: number) => readUnits(Math.max(bytes, least), data);
  const indexUnits = { [String(data.IndexName)]: units(indexBytes, 1) };
  return {
    ScannedCount: read.length,
    ...(last && { LastEvaluatedKey: keyOf(last, keyNames) }),
    Count: found.length,
    ...(data.Select !== "COUNT" && { Items: paths ? found.map((item) => projected(paths, item)) : found }),
    ConsumedCapacity: consumed(data, {
      table: units(tableBytes, index ? 0 : 1),
      ...(index && { [index]: indexUnits }),
    }),
  };
}

function keyOf(item: Item, names: string[]): Item {
  const key = asItem({});
  for (const name of names) key[name] = item[name]!;
  return key;
}

async function filtered(items: Item[], data: RequestData): Promise<Item[]> {
  const filter = data._filter?.expression ?? olderCondition(data);
  if (!filter) return items;
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
