/** What programs do with the SDK's document client, from values of JavaScript to pages and transactions. */
import assert from "node:assert/strict";
import type { ConditionalCheckFailedException, TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  type BatchGetCommandInput,
  type BatchGetCommandOutput,
  BatchWriteCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  paginateQuery,
  paginateScan,
  QueryCommand,
  TransactGetCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import type { LocalCloud } from "../../../local/start.ts";
import { clientOf, startTables } from "../../support/tables.ts";

const TableName = "documents";
const person = "ada";

describe("the document client", function () {
  this.timeout(60_000);
  let cloud: LocalCloud;
  let documents: DynamoDBDocumentClient;
  let putBack: () => void;

  before(async () => {
    cloud = await startTables({}, { fixture: "table-of-documents" });
    documents = DynamoDBDocumentClient.from(clientOf(cloud), { marshallOptions: { removeUndefinedValues: true } });
    putBack = cloud.checkpoint();
  });
  beforeEach(() => putBack());
  after(async () => {
    documents?.destroy();
    await cloud?.close();
  });

  const put = (Item: Record<string, unknown>) =>
    documents.send(new PutCommand({ TableName, Item: { person, ...Item } }));
  const get = async (folder: string) =>
    (await documents.send(new GetCommand({ TableName, Key: { person, folder } }))).Item;

  it("[G.2] keeps values of JavaScript as they are", async () => {
    const item = {
      ...{ folder: "a", title: "", pages: 3.5, kind: "letter", draft: false, nothing: null },
      ...{ tags: new Set(["x", "y"]), numbers: new Set([1, 2.5]), bytes: Uint8Array.from([1, 2]) },
      ...{ nested: { list: [1, "two", { three: [] }], empty: {} }, absent: undefined },
    };
    await put(item);
    const { absent, ...kept } = item;
    assert.deepEqual(await get("a"), { person, ...kept });
    assert.equal(await get("b"), undefined);
  });

  it("[G.2] updates with ADD, DELETE, list_append and if_not_exists, and gives back what was asked for", async () => {
    const update = (input: object) =>
      documents.send(new UpdateCommand({ TableName, Key: { person, folder: "a" }, ...input } as never));
    const { Attributes: made } = await update({
      UpdateExpression:
        "SET #log = list_append(if_not_exists(#log, :none), :entry), visits = if_not_exists(visits, :zero) + :one ADD tags :tags",
      ExpressionAttributeNames: { "#log": "log" },
      ExpressionAttributeValues: {
        ":none": [],
        ":entry": ["made"],
        ":zero": 0,
        ":one": 1,
        ":tags": new Set(["a", "b"]),
      },
      ReturnValues: "ALL_NEW",
    });
    assert.deepEqual(made, { person, folder: "a", log: ["made"], visits: 1, tags: new Set(["a", "b"]) });
    const { Attributes: changed } = await update({
      UpdateExpression: "SET #log = list_append(#log, :entry) ADD visits :one DELETE tags :tags",
      ExpressionAttributeNames: { "#log": "log" },
      ExpressionAttributeValues: { ":entry": ["read"], ":one": 2, ":tags": new Set(["a", "c"]) },
      ReturnValues: "UPDATED_NEW",
    });
    assert.deepEqual(changed, { log: ["made", "read"], visits: 3, tags: new Set(["b"]) });
    const { Attributes: before } = await update({
      UpdateExpression: "REMOVE tags SET visits = visits - :one",
      ExpressionAttributeValues: { ":one": 1 },
      ReturnValues: "UPDATED_OLD",
    });
    assert.deepEqual(before, { visits: 3, tags: new Set(["b"]) });
    const { Attributes: deleted } = await documents.send(
      new DeleteCommand({ TableName, Key: { person, folder: "a" }, ReturnValues: "ALL_OLD" }),
    );
    assert.deepEqual(deleted, { person, folder: "a", log: ["made", "read"], visits: 2 });
  });

  async function library() {
    const folders = ["bills/1", "bills/2", "bills/3", "letters/1", "letters/2"];
    await documents.send(
      new BatchWriteCommand({
        RequestItems: {
          [TableName]: folders.map((folder, at) => ({
            PutRequest: {
              Item: { person, folder, kind: folder.split("/")[0], pages: at + 1, title: `T${at}`, body: "x" },
            },
          })),
        },
      }),
    );
  }
  const query = async (input: object) =>
    (await documents.send(new QueryCommand({ TableName, ...input } as never))).Items!;

  it("[G.2] queries by begins_with and between, on indexes with what they project", async () => {
    await library();
    const bills = {
      KeyConditionExpression: "person = :p AND begins_with(folder, :f)",
      ExpressionAttributeValues: { ":p": person, ":f": "bills/" },
    };
    assert.deepEqual(
      (await query(bills)).map(({ folder }) => folder),
      ["bills/1", "bills/2", "bills/3"],
    );
    const last = await query({ ...bills, ScanIndexForward: false, Limit: 1, ProjectionExpression: "title" });
    assert.deepEqual(last, [{ title: "T2" }]);
    const byKind = {
      ...{ IndexName: "by-kind", KeyConditionExpression: "kind = :k AND pages BETWEEN :low AND :high" },
      ExpressionAttributeValues: { ":k": "bills", ":low": 2, ":high": 10 },
    };
    assert.deepEqual(await query(byKind), [
      { person, folder: "bills/2", kind: "bills", pages: 2, title: "T1" },
      { person, folder: "bills/3", kind: "bills", pages: 3, title: "T2" },
    ]);
    const byPages = {
      ...{ IndexName: "by-pages", KeyConditionExpression: "person = :p AND pages > :low" },
      ...{ ExpressionAttributeValues: { ":p": person, ":low": 4 }, ConsistentRead: true },
    };
    assert.deepEqual(await query(byPages), [{ person, folder: "letters/2", pages: 5 }]);
    const [whole] = await query({ ...byPages, Select: "ALL_ATTRIBUTES" });
    assert.deepEqual(whole, { person, folder: "letters/2", kind: "letters", pages: 5, title: "T4", body: "x" });
    await assert.rejects(query({ ...byKind, ConsistentRead: true }), {
      name: "ValidationException",
      message: "Consistent reads are not supported on global secondary indexes",
    });
  });

  it("[G.2] scans and queries page by page, also of an index and with a filter", async () => {
    await library();
    const pages: unknown[][] = [];
    const scan = {
      ...{ TableName, IndexName: "by-kind", FilterExpression: "NOT contains(title, :no)" },
      ExpressionAttributeValues: { ":no": "T3" },
    };
    for await (const { Items } of paginateScan({ client: documents, pageSize: 2 }, scan)) {
      pages.push(Items!.map(({ title }) => title));
    }
    assert.deepEqual(pages.flat().sort(), ["T0", "T1", "T2", "T4"]);
    assert.ok(pages.length >= 3);
    const counts: unknown[] = [];
    const all = { TableName, KeyConditionExpression: "person = :p", ExpressionAttributeValues: { ":p": person } };
    for await (const page of paginateQuery({ client: documents, pageSize: 3 }, { ...all, Select: "COUNT" })) {
      counts.push([page.Count, page.ScannedCount, page.Items, page.LastEvaluatedKey]);
    }
    const lastKey = { person, folder: "bills/3" };
    assert.deepEqual(counts, [
      [3, 3, undefined, lastKey],
      [2, 2, undefined, undefined],
    ]);
  });

  it("[G.2] gets what a batch left unprocessed by asking for it again, as it was asked for", async () => {
    const folders = Array.from({ length: 8 }, (_, at) => `large/${at}`);
    for (const folder of folders) await put({ folder, title: folder, body: "x".repeat(300_000) });
    const names: unknown[] = [];
    let RequestItems: BatchGetCommandInput["RequestItems"] = {
      [TableName]: {
        Keys: folders.map((folder) => ({ person, folder })),
        ...{ ProjectionExpression: "#t, body", ExpressionAttributeNames: { "#t": "title" }, ConsistentRead: true },
      },
    };
    let rounds = 0;
    for (; Object.keys(RequestItems!).length > 0; rounds++) {
      const { Responses, UnprocessedKeys }: BatchGetCommandOutput = await documents.send(
        new BatchGetCommand({ RequestItems }),
      );
      for (const item of Responses![TableName]!) {
        assert.deepEqual(Object.keys(item).sort(), ["body", "title"]);
        names.push(item.title);
      }
      RequestItems = UnprocessedKeys;
    }
    assert.deepEqual(names.sort(), folders);
    assert.ok(rounds > 1);
  });

  it("[G.2] writes transactions once for a token, and says which condition failed with which item", async () => {
    await put({ folder: "a", pages: 1 });
    const items = (expected: number) => [
      { Put: { TableName, Item: { person, folder: "b" } } },
      {
        Update: {
          ...{ TableName, Key: { person, folder: "a" }, UpdateExpression: "ADD pages :one" },
          ...{ ConditionExpression: "pages = :expected", ReturnValuesOnConditionCheckFailure: "ALL_OLD" as const },
          ExpressionAttributeValues: { ":one": 1, ":expected": expected },
        },
      },
    ];
    const send = (expected: number, ClientRequestToken: string) =>
      documents.send(new TransactWriteCommand({ TransactItems: items(expected), ClientRequestToken }));
    await assert.rejects(send(5, "first"), (error: TransactionCanceledException) => {
      assert.equal(
        error.message,
        "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]",
      );
      assert.deepEqual(error.CancellationReasons, [
        { Code: "None" },
        {
          ...{ Code: "ConditionalCheckFailed", Message: "The conditional request failed" },
          Item: { person: { S: person }, folder: { S: "a" }, pages: { N: "1" } },
        },
      ]);
      return true;
    });
    assert.equal(await get("b"), undefined);
    await send(1, "second");
    await send(1, "second");
    const { Responses } = await documents.send(
      new TransactGetCommand({
        TransactItems: ["a", "b", "c"].map((folder) => ({ Get: { TableName, Key: { person, folder } } })),
      }),
    );
    assert.deepEqual(Responses, [{ Item: { person, folder: "a", pages: 2 } }, { Item: { person, folder: "b" } }, {}]);
    await assert.rejects(send(2, "second"), { name: "IdempotentParameterMismatchException" });
  });

  it("[G.2] fails a condition with the item that was there, when that is asked for", async () => {
    await put({ folder: "a", pages: 1 });
    const conditional = {
      ...{ TableName, ConditionExpression: "attribute_not_exists(person)" },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD" as const,
    };
    const there = { person: { S: person }, folder: { S: "a" }, pages: { N: "1" } };
    const failed = (error: ConditionalCheckFailedException) => {
      assert.deepEqual(
        [error.name, error.message, error.Item],
        ["ConditionalCheckFailedException", "The conditional request failed", there],
      );
      return true;
    };
    const Key = { person, folder: "a" };
    await assert.rejects(documents.send(new PutCommand({ ...conditional, Item: { person, folder: "a" } })), failed);
    await assert.rejects(documents.send(new DeleteCommand({ ...conditional, Key })), failed);
    const change = { UpdateExpression: "SET pages = :n", ExpressionAttributeValues: { ":n": 2 } };
    await assert.rejects(documents.send(new UpdateCommand({ ...conditional, ...change, Key })), failed);
    assert.deepEqual(await get("a"), { person, folder: "a", pages: 1 });
  });
});
