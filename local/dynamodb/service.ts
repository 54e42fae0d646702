/**
 * DynamoDB, as far as a program's tables need it: `POST /` with `X-Amz-Target: DynamoDB_20120810.<operation>`
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html). Loaded only for a program that
 * declares a table.
 */
import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import db from "dynalite/db/index.js";
import { readBody } from "../http/read-body.ts";
import { comesFromPage } from "../http/web-page.ts";
import { jsonObjectIn } from "../json-object.ts";
import type { TableModel } from "../model.ts";
import type { AccessKey } from "../permissions/access-key.ts";
import { SignatureRefusal } from "../permissions/signature-refusal.ts";
import { signedRegion } from "../permissions/signed-region.ts";
import type { Platform } from "../platform.ts";
import { deployTables, refuseProtected, stored, withStandIns } from "./declared-tables.ts";
import { checked, isRead, isWrite, read, type Write, write } from "./emulator.ts";
import type { Answer, RequestData } from "./emulator-contract.ts";
import { failure, isFailure, notSerializable } from "./failure.ts";
import { ItemStore, prepareItemTables, type StoredTable } from "./item-store.ts";
import { nameOf, standInFor, withNames } from "./names.ts";
import { plainItem } from "./plain-values.ts";
import { withTableNames } from "./table-arns.ts";
import { Transactions } from "./transactions.ts";

export { ProtectedTableError } from "./declared-tables.ts";

export interface DynamoDbService {
  /** Fetch handler; `undefined` for what is not a request to DynamoDB. */
  answer(request: Request): Promise<Response | undefined>;
  /** Makes the state agree with the declared tables. */
  takeOver(): void;
  /** @returns what puts every item back to how it is now */
  checkpoint(): () => void;
  /** A page of a table's items, in the order of their keys, for people; `undefined` for a table that is not declared. */
  page(
    region: string,
    table: string,
    after: string,
  ): { items: Record<string, unknown>[]; count: number; next: string | undefined } | undefined;
}

export interface DynamoDbOptions {
  tables: readonly TableModel[];
  accountId: string;
  platform: Platform;
  accessKey: AccessKey;
}

const TARGET = /^DynamoDB_20120810\.(\w+)$/;
/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html */
const MAX_REQUEST_BYTES = 16 * 1024 * 1024;
/** Between the steps of a request that is larger, what else the cloud serves has its turn. */
const LARGE_BYTES = 256 * 1024;
const PAGE_SIZE = 25;

/** @throws ProtectedTableError; nothing has changed then */
export function dynamoDbService({
  tables: declared,
  accountId,
  platform,
  accessKey,
}: DynamoDbOptions): DynamoDbService {
  const tables = declared.map(withStandIns);
  const { store } = platform;
  prepareItemTables(store);
  refuseProtected(store, tables);
  const stores = new Map<string, ItemStore>();
  const itemsOf = (region: string): ItemStore => {
    let items = stores.get(region);
    if (!items) {
      const own = tables.filter((table) => table.region === region);
      const byName = new Map<string, StoredTable>(own.map((table) => [table.name, stored(table)]));
      items = new ItemStore(store, { region, accountId }, byName, platform.now);
      stores.set(region, items);
    }
    return items;
  };
  const operations = new Operations(new Transactions(store, platform.now));
  // One after the other: what an operation has read is what it changes.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work);
    last = next.catch(() => {});
    return next;
  };
  const refuse = (operation: string, type: string, reason: string): void =>
    platform.emit({ kind: "database", at: platform.now(), operation, outcome: type, reason });

  return {
    async answer(request) {
      const operation = TARGET.exec(request.headers.get("x-amz-target") ?? "")?.[1];
      if (operation === undefined || request.method !== "POST" || new URL(request.url).pathname !== "/")
        return undefined;
      if (comesFromPage(request)) {
        refuse(operation, "AccessDeniedException", "The request comes from a web page; none may reach the tables.");
        return reply(403, {
          __type: "com.amazon.coral.service#AccessDeniedException",
          message: "The tables of a local cloud are not for web pages.",
        });
      }
      try {
        const body = await readBody(request, MAX_REQUEST_BYTES);
        if (!body) throw failure("RequestEntityTooLargeException", "Request size is exceeded");
        const region = signedRegion(request, body, { service: "dynamodb", accessKey });
        const items = itemsOf(region);
        const answer = await inTurn(async () => {
          items.expire();
          return operations.perform(operation, body, items);
        });
        return reply(200, answer);
      } catch (error) {
        if (error instanceof SignatureRefusal) {
          const { errorType, message } = error.complaint ?? NOT_SIGNED;
          refuse(operation, errorType, error.message);
          return reply(400, { __type: `com.amazon.coral.service#${errorType}`, message });
        }
        if (!isFailure(error)) {
          const reason = `The local cloud failed on this request, which is a fault of its own: ${error}`;
          refuse(operation, "InternalServerError", reason);
          return reply(500, { __type: "com.amazonaws.dynamodb.v20120810#InternalServerError", message: reason });
        }
        const type = error.body.__type.split("#").at(-1)!;
        // A condition that does not hold is how programs ask.
        if (!/^(?:ConditionalCheckFailed|TransactionCanceled)Exception$/.test(type)) {
          refuse(operation, type, reasonOf(error, declared));
        }
        return reply(error.statusCode, error.body);
      }
    },
    takeOver() {
      for (const name of deployTables(platform, tables, itemsOf)) {
        refuse(
          "CreateTable",
          "made anew",
          `The keys of the table ${nameOf(name)} have changed, so that it was made anew and empty.`,
        );
      }
    },
    checkpoint() {
      const names = ["dynamodb_items", "dynamodb_declared_items"];
      for (const name of names) {
        store.db.exec(
          `DROP TABLE IF EXISTS temp.kept_${name}; CREATE TEMP TABLE kept_${name} AS SELECT * FROM ${name};`,
        );
      }
      return () =>
        store.transaction(() => {
          for (const name of names) {
            store.db.exec(`DELETE FROM main.${name}; INSERT INTO main.${name} SELECT * FROM temp.kept_${name};`);
          }
        });
    },
    page(region, name, after) {
      const table = standInFor(name);
      if (!tables.some((model) => model.region === region && model.name === table)) return undefined;
      const items = itemsOf(region);
      items.expire();
      const rows = items.page(table, after, PAGE_SIZE + 1);
      const shown = rows.slice(0, PAGE_SIZE);
      return {
        items: shown.map(({ item }) => plainItem(item)),
        count: items.size(table).count,
        next: rows.length > PAGE_SIZE ? shown.at(-1)!.key : undefined,
      };
    },
  };
}

const NOT_SIGNED = {
  errorType: "MissingAuthenticationTokenException",
  message: "Request is missing Authentication Token",
};

function reply(status: number, answer: object): Response {
  const body = withNames(JSON.stringify(answer));
  return new Response(body, {
    status,
    headers: {
      server: "Server",
      "content-type": "application/x-amz-json-1.0",
      "x-amzn-requestid": createHash("sha256")
        .update(`${body}${performance.now()}`)
        .digest("hex")
        .slice(0, 52)
        .toUpperCase(),
      "x-content-type-options": "nosniff",
    },
  });
}

/** For a person: what there is, where DynamoDB says only that something is not there. */
function reasonOf(error: Error & { body: { __type: string } }, tables: readonly TableModel[]): string {
  if (!error.body.__type.endsWith("ResourceNotFoundException")) return error.message;
  const there = tables.map(({ name, region }) => `${name} in ${region}`).join(", ");
  return `${error.message}. The program declares ${there}.`;
}

class Operations {
  readonly #transactions: Transactions;

  constructor(transactions: Transactions) {
    this.#transactions = transactions;
  }

  /** Rejects with a Failure. */
  async perform(operation: string, body: Buffer, items: ItemStore): Promise<Answer> {
    const others = body.length > LARGE_BYTES ? setImmediate : async () => {};
    const { request, answered } = withTableNames(parsed(body), items.tableDb.awsRegion);
    await others();
    return answered(await this.#perform(operation, request, items, others));
  }

  async #perform(
    operation: string,
    request: Record<string, unknown>,
    items: ItemStore,
    others: () => Promise<void>,
  ): Promise<Answer> {
    if (isWrite(operation)) {
      const data = checked(operation, request, { alone: true });
      await others();
      return this.#write(operation, request, data, items);
    }
    if (isRead(operation)) return read(operation, checked(operation, request, { alone: true }), items);
    switch (operation) {
      case "TransactWriteItems":
        return this.#transactions.write(request, items);
      case "TransactGetItems":
        return this.#transactions.get(request, items);
      case "DescribeTable":
        return { Table: whole(standInFor(String(request.TableName)), items) };
      case "DescribeTimeToLive":
        return { TimeToLiveDescription: timeToLive(items.table(standInFor(String(request.TableName)))) };
      case "ListTables":
        return items.names(request as { ExclusiveStartTableName?: string; Limit?: number });
      default:
        throw failure(
          "UnknownOperationException",
          PROGRAMS_BUSINESS.has(operation)
            ? `${operation} is not served: tables are the program's business.`
            : `${operation} is not served by the local cloud.`,
        );
    }
  }

  #write(operation: Write, request: Record<string, unknown>, data: RequestData, items: ItemStore): Answer {
    try {
      return items.atomically(() => write(operation, data, items));
    } catch (error) {
      const wantsItem = request.ReturnValuesOnConditionCheckFailure === "ALL_OLD";
      if (wantsItem && isFailure(error) && error.body.__type.endsWith("ConditionalCheckFailedException")) {
        const { description } = items.table(data.TableName!);
        const Item = items.item(data.TableName!, db.createKey(data.Item ?? data.Key!, description));
        if (Item) Object.assign(error.body, { Item });
      }
      throw error;
    }
  }
}

const PROGRAMS_BUSINESS = new Set(["CreateTable", "UpdateTable", "DeleteTable", "UpdateTimeToLive"]);

/** @throws the failure of a request that is not a JSON object */
function parsed(body: Buffer): Record<string, unknown> {
  const request = jsonObjectIn(body);
  if (request === undefined) throw notSerializable();
  return request;
}

function whole(name: string, items: ItemStore): object {
  const { description } = items.table(name, `Requested resource not found: Table: ${name} not found`);
  const { count, bytes } = items.size(name);
  const created = items.created(name) / 1000;
  const { BillingModeSummary } = description;
  return {
    ...description,
    ItemCount: count,
    TableSizeBytes: bytes,
    CreationDateTime: created,
    TableId: uuidOf(`${description.TableArn} ${created}`),
    ...(BillingModeSummary !== undefined && {
      BillingModeSummary: { ...(BillingModeSummary as object), LastUpdateToPayPerRequestDateTime: created },
    }),
  };
}

/** The same for the same text. */
function uuidOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, "$1-$2-4$3-8$4-$5");
}

const timeToLive = ({ ttlAttribute }: StoredTable): object =>
  ttlAttribute === undefined
    ? { TimeToLiveStatus: "DISABLED" }
    : { TimeToLiveStatus: "ENABLED", AttributeName: ttlAttribute };
