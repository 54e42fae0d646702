/** What is used of dynalite, which brings no types: its operations, what they check beforehand, and how it orders items. */

declare module "dynalite/actions/*" {
  const action: import("./emulator-contract.ts").Action;
  export default action;
}

declare module "dynalite/validations/index.js" {
  const validations: {
    /** Gives numbers their one form. @returns what is wrong with the value */
    validateAttributeValue(value: object): string | undefined;
    checkValidations(
      data: object,
      types: object,
      custom: unknown,
      store: Pick<import("./emulator-contract.ts").EmulatorStore, "options">,
    ): void;
  };
  export default validations;
}

declare module "dynalite/validations/*" {
  const rules: { types: object; custom: unknown };
  export default rules;
}

declare module "dynalite/db/*Parser.js" {
  const parser: {
    /** @returns the tree, or what is wrong with the expression */
    parse(
      source: string,
      options: { context: import("./expressions/resolution.ts").ExpressionContext },
    ): object | string;
  };
  export default parser;
}

declare module "dynalite/db/index.js" {
  import type {
    Callback,
    EmulatorStore,
    IndexDescription,
    Range,
    RequestData,
    TableDescription,
  } from "./emulator-contract.ts";
  import type { ParsedUpdate } from "./expressions/update.ts";
  import type { Failure } from "./failure.ts";
  import type { Item } from "./item.ts";

  const db: {
    createKey(item: Item, table: TableDescription): string;
    createIndexKey(item: Item, table: TableDescription, keys: TableDescription["KeySchema"]): string;
    /** What keys of items begin with, by their partition key. */
    hashPrefix(held: unknown, type: string): string;
    toRangeStr(value: Record<string, unknown>): string;
    validateItem: unknown;
    validateKey: unknown;
    validateKeyPiece: unknown;
    validateKeyPaths(nestedPaths: object | undefined, table: TableDescription): Failure | null | undefined;
    validateUpdates(
      attributeUpdates: object | undefined,
      expression: ParsedUpdate | undefined,
      table: TableDescription,
    ): Failure | null | undefined;
    /** Visits the keys of each index, until a visit returns something. */
    traverseIndexes<T>(
      table: TableDescription,
      visit: (name: string, type: string, index: IndexDescription) => T | undefined,
    ): T | undefined;
    /** What is at a path of names and positions. */
    mapPath(path: (string | number)[], item: Item): Record<string, unknown> | null | undefined;
    /** What is at each of the paths, in an item of its own. */
    mapPaths(paths: readonly ((string | number)[] | string)[], item: Item): Item;
    /** @param comparison such as `GT` */
    compare(comparison: string, one: Record<string, unknown>, others: Record<string, unknown>[]): boolean;
    /** In bytes. */
    itemSize(item: Item): number;
    /** Sorts as the values do. */
    toLexiStr(held: unknown, type: string): string;
    addConsumedCapacity(data: RequestData, isRead: boolean, item: Item | undefined): unknown;
    /** Of a scan. */
    queryTable(
      store: EmulatorStore,
      table: TableDescription,
      data: RequestData,
      range: Range,
      isLocal: boolean | undefined,
      fetches: boolean,
      keyNames: string[],
      done: Callback,
    ): void;
  };
  export default db;
}
