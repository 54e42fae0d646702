/**
 * TransactWriteItems and TransactGetItems: all or nothing
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html).
 */
import { createHash } from "node:crypto";
import db from "dynalite/db/index.js";
import { isJsonObject } from "../json-object.ts";
import type { Store } from "../platform.ts";
import { type ConsumedCapacity, consumedByCheck, doubled, summed } from "./capacity.ts";
import { refuseEmptyKeys } from "./empty-keys.ts";
import { checked, read, requireCondition, write } from "./emulator.ts";
import type { Answer, RequestData } from "./emulator-contract.ts";
import { type Failure, failure, isFailure, notSerializable } from "./failure.ts";
import type { Item } from "./item.ts";
import { itemSize } from "./item-size.ts";
import type { ItemStore } from "./item-store.ts";
import { listed } from "./request-rules.ts";
import { itemFault, keyFault } from "./table-keys.ts";
import { refuseLargeItem } from "./write-item.ts";

const MOST_ITEMS = 100;
const MOST_BYTES = 4 * 1024 * 1024;
/** For so long a client's token stands for one request. */
const TOKEN_MS = 10 * 60_000;

const WRITES = { Put: "PutItem", Update: "UpdateItem", Delete: "DeleteItem", ConditionCheck: "DeleteItem" } as const;
type Kind = keyof typeof WRITES;

interface Part {
  kind: Kind;
  data: RequestData;
  /** Whether a failing condition is to show the item. */
  showsItem: boolean;
}

interface Reason {
  Code: string;
  Message?: string;
  Item?: Item | undefined;
}

export class Transactions {
  readonly #store: Store;
  readonly #now: () => number;
  /** What was asked for under a client's token. */
  readonly #tokens = new Map<string, { digest: string; until: number }>();

  constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** @throws Failure */
  write(request: Record<string, unknown>, items: ItemStore): Answer {
    refuseMembers(request);
    const { ClientRequestToken: token, ...asked } = request;
    const digest = createHash("sha256").update(JSON.stringify(asked)).digest("base64");
    const known = typeof token === "string" ? this.#known(`${items.tableDb.awsRegion} ${token}`) : undefined;
    if (known && known.digest !== digest) {
      throw failure("IdempotentParameterMismatchException", "", { Message: "" });
    }
    if (known) return {};
    const parts = partsOf(asked).map((part, position) => this.#part(part, position, request.ReturnConsumedCapacity));
    for (const { data } of parts) {
      refuseEmptyKeys(data, items.table(data.TableName!).description);
      // What an update makes of an item is only known when the transaction runs.
      if (data.Item) refuseLargeItem(data.Item, items);
    }
    refuseRepeated(parts, items);
    refuseTooLarge(parts);
    refuseWrongKeys(parts, items);
    const capacity = this.#store.transaction(() => {
      const reasons: Reason[] = [];
      const answers = parts.map((part) => attempt(part, items, reasons));
      if (reasons.some(({ Code }) => Code !== "None")) throw cancelled(reasons);
      return answers;
    });
    if (typeof token === "string") {
      this.#tokens.set(`${items.tableDb.awsRegion} ${token}`, { digest, until: this.#now() + TOKEN_MS });
    }
    return capacityOf(capacity, "WriteCapacityUnits");
  }

  /** Rejects with a Failure. */
  async get(request: Record<string, unknown>, items: ItemStore): Promise<Answer> {
    refuseMembers({ ReturnConsumedCapacity: request.ReturnConsumedCapacity });
    const { ReturnConsumedCapacity } = request;
    const gets = partsOf(request).map((part) => {
      const [name, data] = Object.entries(part)[0] ?? [];
      if (name !== "Get") throw failure("ValidationException", "TransactItems can only contain Get");
      return checked("GetItem", { ...(data as object), ReturnConsumedCapacity }, { alone: false });
    });
    const answers: Answer[] = [];
    const reasons: Reason[] = [];
    for (const data of gets) {
      try {
        answers.push(await read("GetItem", { ...data, ConsistentRead: true }, items));
        reasons.push({ Code: "None" });
      } catch (error) {
        if (!isFailure(error) || typeOf(error) !== "ValidationException") throw error;
        reasons.push({ Code: "ValidationError", Message: error.message });
      }
    }
    if (answers.length < gets.length) throw cancelled(reasons);
    refuseRepeated(
      gets.map((data) => ({ data })),
      items,
    );
    return {
      Responses: answers.map(({ Item }) => (Item === undefined ? {} : { Item })),
      ...capacityOf(answers, "ReadCapacityUnits"),
    };
  }

  #known(token: string): { digest: string } | undefined {
    const now = this.#now();
    for (const [known, { until }] of this.#tokens) if (until < now) this.#tokens.delete(known);
    return this.#tokens.get(token);
  }

  #part(part: Record<string, unknown>, position: number, ReturnConsumedCapacity: unknown): Part {
    const [kind, ...others] = Object.keys(part);
    if (kind === undefined) {
      throw failure(
        "ValidationException",
        "Invalid Request: TransactWriteRequest should contain Delete or Put or Update request",
      );
    }
    if (!Object.hasOwn(WRITES, kind) || others.length > 0) {
      throw failure("ValidationException", "TransactItems can only contain one of Check, Put, Update or Delete");
    }
    const request = part[kind] as Record<string, unknown>;
    if (kind === "ConditionCheck" && request.ConditionExpression === undefined) {
      throw failure("ValidationException", "The ConditionExpression of a ConditionCheck must not be empty");
    }
    const data = checkedMember(kind as Kind, { ...request, ReturnConsumedCapacity }, position);
    return { kind: kind as Kind, data, showsItem: request.ReturnValuesOnConditionCheckFailure === "ALL_OLD" };
  }
}

const MOST_TOKEN_CHARACTERS = 36;

/**
 * Of the request as a whole, before it is read any further (recorded in us-east-1 by paritysuite/dynamodb-conformance, October 2026).
 * @throws Failure
 */
function refuseMembers(request: Record<string, unknown>): void {
  const { ClientRequestToken: token, ReturnConsumedCapacity, ReturnItemCollectionMetrics } = request;
  const length =
    typeof token !== "string"
      ? undefined
      : token === ""
        ? "greater than or equal to 1"
        : token.length > MOST_TOKEN_CHARACTERS
          ? `less than or equal to ${MOST_TOKEN_CHARACTERS}`
          : undefined;
  const wrong = [
    length &&
      `Value '${token}' at 'clientRequestToken' failed to satisfy constraint: Member must have length ${length}`,
    wrongChoice("returnConsumedCapacity", ReturnConsumedCapacity, ["INDEXES", "TOTAL", "NONE"]),
    wrongChoice("returnItemCollectionMetrics", ReturnItemCollectionMetrics, ["SIZE", "NONE"]),
  ].filter((complaint) => complaint !== undefined);
  if (wrong.length === 0) return;
  const count = `${wrong.length} validation error${wrong.length > 1 ? "s" : ""} detected: `;
  throw failure("ValidationException", `${count}${wrong.join("; ")}`);
}

function wrongChoice(member: string, value: unknown, choices: string[]): string | undefined {
  if (typeof value !== "string" || choices.includes(value)) return undefined;
  return `Value '${value}' at '${member}' failed to satisfy constraint: Member must satisfy enum value set: [${choices.join(", ")}]`;
}

/** What is wrong with a member names where it stands. @throws Failure */
function checkedMember(kind: Kind, request: Record<string, unknown>, position: number): RequestData {
  try {
    return checked(WRITES[kind], request, { alone: false });
  } catch (error) {
    if (!isFailure(error)) throw error;
    const member = `transactItems.${position + 1}.member.${kind[0]!.toLowerCase()}${kind.slice(1)}`;
    const message = error.message.replace(
      /(?<=^\d+ validation errors? detected: Value .* at ')(?=(?:tableName|returnValuesOnConditionCheckFailure)')/,
      `${member}.`,
    );
    throw failure(typeOf(error)!, message);
  }
}

function partsOf({ TransactItems }: Record<string, unknown>): Record<string, unknown>[] {
  const parts = Array.isArray(TransactItems) ? (TransactItems as Record<string, unknown>[]) : [];
  const complaint =
    parts.length === 0
      ? "greater than or equal to 1"
      : parts.length > MOST_ITEMS
        ? `less than or equal to ${MOST_ITEMS}`
        : undefined;
  if (!parts.every((part) => isJsonObject(part) && Object.values(part).every(isJsonObject))) throw notSerializable();
  if (complaint === undefined) return parts;
  throw failure(
    "ValidationException",
    `1 validation error detected: Value '${listed(parts)}' at 'transactItems' failed to satisfy constraint: ` +
      `Member must have length ${complaint}`,
  );
}

const typeOf = ({ body }: Failure): string | undefined => body.__type.split("#")[1];

const invalidKey = ({ data }: Pick<Part, "data">, items: ItemStore): Failure | undefined => {
  const { description } = items.table(data.TableName!);
  return data.Item ? itemFault(data.Item, description) : keyFault(data.Key!, description);
};

const keyOf = (part: Pick<Part, "data">, items: ItemStore): string | undefined =>
  invalidKey(part, items)
    ? undefined
    : db.createKey(part.data.Item ?? part.data.Key!, items.table(part.data.TableName!).description);

function refuseRepeated(parts: Pick<Part, "data">[], items: ItemStore): void {
  const keys = parts.map((part) => [part.data.TableName, keyOf(part, items)]).filter(([, key]) => key !== undefined);
  if (new Set(keys.map((key) => key.join("/"))).size < keys.length) {
    throw failure("ValidationException", "Transaction request cannot include multiple operations on one item");
  }
}

/** Before any condition is looked at, of which the first is told. @throws Failure */
function refuseWrongKeys(parts: Part[], items: ItemStore): void {
  const wrong = parts.findIndex((part) => invalidKey(part, items));
  if (wrong === -1) return;
  const Message = invalidKey(parts[wrong]!, items)!.message;
  throw cancelled(parts.map((_part, at) => (at === wrong ? { Code: "ValidationError", Message } : { Code: "None" })));
}

/** Of what DynamoDB says only that a `size cannot exceed` something is recorded. @throws Failure */
function refuseTooLarge(parts: Part[]): void {
  const bytes = parts.reduce((sum, { data }) => sum + itemSize(data.Item ?? data.Key!), 0);
  if (bytes <= MOST_BYTES) return;
  throw failure("ValidationException", `The aggregate item size cannot exceed ${MOST_BYTES} bytes`);
}

/** @returns the operation's answer; why it failed is added to the reasons, so that each part has one */
function attempt(part: Part, items: ItemStore, reasons: Reason[]): Answer {
  const { kind, data, showsItem } = part;
  try {
    const answer = kind === "ConditionCheck" ? conditionCheck(part, items) : write(WRITES[kind], data, items);
    reasons.push({ Code: "None" });
    return answer;
  } catch (error) {
    if (!isFailure(error)) throw error;
    const type = typeOf(error);
    if (type === "ConditionalCheckFailedException") {
      const key = keyOf(part, items);
      const Item = showsItem && key !== undefined ? items.item(data.TableName!, key) : undefined;
      reasons.push({ Code: "ConditionalCheckFailed", Message: error.message, ...(Item && { Item }) });
    } else if (type === "ValidationException") {
      reasons.push({ Code: "ValidationError", Message: error.message });
    } else throw error;
    return {};
  }
}

function conditionCheck(part: Part, items: ItemStore): Answer {
  const { data } = part;
  const { description } = items.table(data.TableName!);
  requireCondition(data, items);
  const existing = items.item(data.TableName!, db.createKey(data.Key!, description));
  return { ConsumedCapacity: consumedByCheck(data, existing) };
}

function cancelled(reasons: Reason[]): Error {
  const codes = reasons.map(({ Code }) => Code).join(", ");
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`;
  return failure("TransactionCanceledException", message, { Message: message, CancellationReasons: reasons });
}

/**
 * A transaction takes twice what its operations do, and says in which kind of units
 * (https://docs.aws.amazon.com/cli/latest/reference/dynamodb/transact-write-items.html).
 */
function capacityOf(answers: Answer[], kind: "ReadCapacityUnits" | "WriteCapacityUnits"): Answer {
  const each = answers.map(({ ConsumedCapacity }) => ConsumedCapacity as ConsumedCapacity | undefined);
  const tables = summed(each).map((one) => doubled(one, kind));
  return tables.length === 0 ? {} : { ConsumedCapacity: tables };
}
