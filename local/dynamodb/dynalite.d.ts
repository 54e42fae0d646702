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
      store: import("./emulator-contract.ts").EmulatorStore,
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
  import type { Callback, EmulatorStore, RequestData, TableDescription } from "./emulator-contract.ts";
  import type { ParsedUpdate } from "./expressions/update.ts";
  import type { Failure } from "./failure.ts";
  import type { Item } from "./item.ts";

  const db: {
    createKey(item: Item, table: TableDescription): string;
    validateItem(item: Item, table: TableDescription): Failure | null | undefined;
    validateKey(key: Item, table: TableDescription): Failure | null | undefined;
    validateKeyPaths(nestedPaths: object | undefined, table: TableDescription): Failure | null | undefined;
    validateUpdates(
      attributeUpdates: object | undefined,
      expression: ParsedUpdate | undefined,
      table: TableDescription,
    ): Failure | null | undefined;
    /** Visits the keys of each index, until a visit returns something. */
    traverseIndexes<T>(table: TableDescription, visit: (name: string, type: string) => T | undefined): T | undefined;
    /** What is at a path of names and positions. */
    mapPath(path: (string | number)[], item: Item): Record<string, unknown> | null | undefined;
    /** What is at each of the paths, in an item of its own. */
    mapPaths(paths: readonly ((string | number)[] | string)[], item: Item): Item;
    compare: unknown;
    /** In bytes. */
    itemSize(item: Item): number;
    /** Sorts as the values do. */
    toLexiStr(held: unknown, type: string): string;
    addConsumedCapacity(data: RequestData, isRead: boolean, existing?: Item, item?: Item): unknown;
    updateIndexes(
      store: EmulatorStore,
      table: TableDescription,
      existing: Item | undefined,
      item: Item | undefined,
      done: Callback,
    ): void;
  };
  export default db;
}
