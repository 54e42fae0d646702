/**
 * UpdateItem (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html). In dynalite's
 * place: its sets take seconds when they are large, positions behind the end of a list minutes, and of several elements that are
 * removed from a list it takes others.
 */
import db from "dynalite/db/index.js";
import { consumedByWrite } from "./capacity.ts";
import {
  type Answer,
  atOnce,
  type Callback,
  type EmulatorStore,
  type RequestData,
  type TableDescription,
  tableOf,
} from "./emulator-contract.ts";
import { type FunctionOperand, isFunction, isPath, type Operand } from "./expressions/operand.ts";
import type { Path } from "./expressions/resolution.ts";
import type { Action, Arithmetic } from "./expressions/update.ts";
import { failure } from "./failure.ts";
import { updateIndexes } from "./index-copies.ts";
import { refuseLongIndexKeys } from "./index-keys.ts";
import { asItem, type Item, setOf, sortSets, type Value } from "./item.ts";
import { itemSize } from "./item-size.ts";
import { fits, negated, sum } from "./numbers.ts";
import { projected } from "./projection.ts";
import { keyFault } from "./table-keys.ts";

const TOO_LARGE = "Item size to update has exceeded the maximum allowed size";
const WRONG_TYPE = "An operand in the update expression has an incorrect data type";

/** The older form of an update, by the name of the attribute. */
type AttributeUpdates = Record<string, { Action?: "PUT" | "ADD" | "DELETE"; Value?: Value }>;

/** Before the item is looked at. @throws Failure */
export function refuseInvalidUpdate(data: RequestData, table: TableDescription): void {
  const invalid =
    keyFault(data.Key!, table) ?? db.validateUpdates(data.AttributeUpdates as object, data._updates, table);
  if (invalid) throw invalid;
}

/** Over a store that answers at once, of an update that is valid. @throws Failure */
export function updateItem(store: EmulatorStore, data: RequestData): Answer {
  const table = tableOf(data, store);
  const attributeUpdates = data.AttributeUpdates as AttributeUpdates | undefined;
  const items = store.getItemDb(data.TableName!);
  const key = db.createKey(data.Key!, table);
  const before = atOnce<Item | undefined>((done) => items.get(key, done as Callback));
  const after = asItem(structuredClone(before ?? data.Key!));
  const actions = data._updates?.sections ?? [];
  const taken = [
    ...actions.map(({ type }) => type),
    ...Object.values(attributeUpdates ?? {}).map(({ Action }) => Action),
  ];
  // What only takes something away makes no item, and may take it from anywhere in one that is not there.
  const exists = before || taken.length === 0 || taken.some((type) => !/^(?:remove|delete)$/i.test(type ?? ""));
  if (exists) {
    if (data._updates) new Update(before ?? data.Key!, after, store.options.maxItemSize).apply(actions);
    else updateAttributes(after, attributeUpdates ?? {});
    if (data._updates) refuseUnsupportedKeys(after, actions, table);
    if (itemSize(after) > store.options.maxItemSize) throw failure("ValidationException", TOO_LARGE);
    refuseLongIndexKeys(after, table);
    sortSets(after);
    updateIndexes(store, table, before, after);
    atOnce((done) => items.put(key, after, done));
  }
  const Attributes = shownAttributes(data, before, exists ? after : undefined);
  return {
    ...(Attributes && { Attributes }),
    ConsumedCapacity: consumedByWrite(data, table, before, exists ? after : undefined),
  };
}

function shownAttributes(data: RequestData, before: Item | undefined, after: Item | undefined): Item | undefined {
  const paths = data._updates?.paths ?? Object.keys(data.AttributeUpdates ?? {});
  switch (data.ReturnValues) {
    case "ALL_OLD":
      return before;
    case "UPDATED_OLD":
      return before && thereOf(paths, before);
    case "ALL_NEW":
      return after;
    case "UPDATED_NEW":
      return after && thereOf(paths, after);
    default:
      return undefined;
  }
}

function thereOf(paths: (Path | string)[], item: Item): Item | undefined {
  const shown = projected(paths, item);
  return Object.keys(shown).length > 0 ? shown : undefined;
}

function refuseUnsupportedKeys(item: Item, actions: Action[], table: TableDescription): void {
  const set = new Set(
    actions.filter(({ type, path }) => type === "set" && path.length === 1).map(({ path }) => path[0]),
  );
  const refused = db.traverseIndexes(table, (name, type) =>
    set.has(name) && item[name]?.[type] == null
      ? failure(
          "ValidationException",
          "The update expression attempted to update the secondary index key to unsupported type",
        )
      : undefined,
  );
  if (refused) throw refused;
}

/** What is done to a list is done at the end, so that positions are those of before. */
interface ListChange {
  removed: Set<number>;
  appended: [position: number, value: Value][];
}

class Update {
  readonly #before: Item;
  readonly #after: Item;
  readonly #maxBytes: number;
  readonly #lists = new Map<{ L: Value[] }, ListChange>();
  #bytesSet = 0;

  constructor(before: Item, after: Item, maxBytes: number) {
    this.#before = before;
    this.#after = after;
    this.#maxBytes = maxBytes;
  }

  /** @throws Failure */
  apply(actions: Action[]): void {
    // Every value is of the item as it was.
    const values = actions.map((action) => (action.type === "set" ? this.#assigned(action.val) : undefined));
    for (const [index, action] of actions.entries()) {
      const parent = this.#parent(action.path);
      const name = action.path.at(-1)!;
      const existing = (typeof name === "number" ? parent.L![name] : parent.M![name]) as Value | undefined;
      switch (action.type) {
        case "set":
          this.#put(parent, name, values[index]!);
          break;
        case "remove":
          if (existing) this.#remove(parent, name);
          break;
        default: {
          if (existing && !(action.attrType! in existing)) throw failure("ValidationException", WRONG_TYPE);
          const value = action.type === "add" ? added(existing, action.val) : existing && without(existing, action.val);
          if (value) this.#put(parent, name, value);
          else if (existing) this.#remove(parent, name);
        }
      }
    }
    for (const [list, change] of this.#lists) changeList(list, change);
  }

  #parent(path: Path): { M?: Item; L?: Value[] } {
    const parent = path.length === 1 ? { M: this.#after } : db.mapPath(path.slice(0, -1), this.#after);
    const fits = typeof path.at(-1) === "number" ? parent?.L : parent?.M;
    if (fits == null) {
      throw failure("ValidationException", "The document path provided in the update expression is invalid for update");
    }
    return parent as { M?: Item; L?: Value[] };
  }

  #put(parent: { M?: Item; L?: Value[] }, name: string | number, value: Value): void {
    if (typeof name === "string") parent.M![name] = value;
    else if (name < parent.L!.length) parent.L![name] = value;
    else this.#list(parent).appended.push([name, value]);
  }

  #remove(parent: { M?: Item; L?: Value[] }, name: string | number): void {
    if (typeof name === "string") delete parent.M![name];
    else this.#list(parent).removed.add(name);
  }

  #list(parent: { L?: Value[] }): ListChange {
    const list = parent as { L: Value[] };
    const change = this.#lists.get(list) ?? { removed: new Set(), appended: [] };
    this.#lists.set(list, change);
    return change;
  }

  #assigned(operand: Operand | Arithmetic): Value {
    const value = this.#resolved(operand);
    // All of them will be in the item, which is refused before many large ones are put together.
    this.#bytesSet += itemSize({ "": value });
    if (this.#bytesSet > this.#maxBytes) throw failure("ValidationException", TOO_LARGE);
    return value;
  }

  #resolved(operand: Operand | Arithmetic): Value {
    if (isArithmetic(operand)) return this.#sum(operand);
    if (isPath(operand)) return this.#found(db.mapPath(operand, this.#before));
    return isFunction(operand) ? this.#called(operand) : operand;
  }

  #found(value: Value | null | undefined): Value {
    if (value) return value;
    throw failure(
      "ValidationException",
      "The provided expression refers to an attribute that does not exist in the item",
    );
  }

  #sum({ type, args }: Arithmetic): Value {
    const [one, other] = args.map((operand) => {
      const { N } = this.#resolved(operand);
      if (N == null) throw failure("ValidationException", WRONG_TYPE);
      return N as string;
    });
    return numberOf(sum(one!, type === "add" ? other! : negated(other!)));
  }

  #called({ name, args }: FunctionOperand): Value {
    if (name === "if_not_exists") return db.mapPath(args[0] as Path, this.#before) ?? this.#resolved(args[1]!);
    const [start, end] = args.map((operand) => {
      const { L } = this.#resolved(operand);
      if (L == null) throw failure("ValidationException", WRONG_TYPE);
      return L as Value[];
    });
    // An element takes at least a byte.
    if (start!.length + end!.length > this.#maxBytes) throw failure("ValidationException", TOO_LARGE);
    return { L: [...start!, ...end!] };
  }
}

const isArithmetic = (operand: Operand | Arithmetic): operand is Arithmetic =>
  "type" in operand && (operand.type === "add" || operand.type === "subtract");

function changeList(list: { L: Value[] }, { removed, appended }: ListChange): void {
  const kept = removed.size > 0 ? list.L.filter((_value, position) => !removed.has(position)) : list.L;
  const behind = appended.sort(([one], [other]) => one - other).map(([, value]) => value);
  list.L = [...kept, ...behind];
}

/** A number and what is added to it, or a set with other elements. */
function added(existing: Value | undefined, value: Value): Value {
  const [type, held] = Object.entries(value)[0]!;
  if (type === "N") return numberOf(sum((existing?.N as string | undefined) ?? "0", held as string));
  const elements = (existing?.[type] ?? []) as string[];
  return { [type]: [...new Set([...elements, ...(held as string[])])] };
}

/** The sentence is DynamoDB's for a sum of too many digits, too. @throws Failure */
function numberOf(sum: string): Value {
  if (fits(sum)) return { N: sum };
  throw failure(
    "ValidationException",
    "Number overflow. Attempting to store a number with magnitude larger than supported range",
  );
}

/** A set without the elements of another one; `undefined` when none is left. */
function without(existing: Value, value: Value): Value | undefined {
  const [type, held] = Object.entries(value)[0]!;
  const removed = setOf(held as string[]);
  const left = (existing[type] as string[]).filter((element) => !removed.has(element));
  return left.length > 0 ? { [type]: left } : undefined;
}

function updateAttributes(item: Item, updates: AttributeUpdates): void {
  for (const [name, { Action = "PUT", Value: value }] of Object.entries(updates)) {
    const existing = item[name];
    if (Action === "PUT") {
      item[name] = value!;
      continue;
    }
    const type = value && Object.keys(value)[0]!;
    if (existing && type !== undefined && !(type in existing)) {
      throw failure("ValidationException", "Type mismatch for attribute to update");
    }
    if (Action === "ADD" && type === "L") {
      item[name] = { L: [...((existing?.L as Value[] | undefined) ?? []), ...(value!.L as Value[])] };
    } else if (Action === "ADD") {
      item[name] = added(existing, value!);
    } else {
      const left = existing && value && without(existing, value);
      if (left) item[name] = left;
      else delete item[name];
    }
  }
}
