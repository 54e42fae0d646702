/** Tables of a Pulumi program, asked by the AWS SDK over HTTP, and by a function behind a sign-in. */
import assert from "node:assert/strict";
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  CreateTableCommand,
  DeleteItemCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  ExecuteStatementCommand,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactGetItemsCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import type { CloudEvent } from "../../../local/platform.ts";
import type { LocalCloud } from "../../../local/start.ts";
import { signUp } from "../../support/sign-up.ts";
import { signedHeaders } from "../../support/signed-request.ts";
import { askTables, clientOf, startTables as start } from "../../support/tables.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const TableName = "orders";
const DAY = 86_400_000;

const key = (person: string, placedAt: number) => ({ person: { S: person }, placedAt: { N: String(placedAt) } });

describe("a table", function () {
  this.timeout(60_000);
  const events: CloudEvent[] = [];
  const clock = { offset: 0 };
  let cloud: LocalCloud;
  let client: DynamoDBClient;
  let putBack: () => void;

  before(async () => {
    const now = () => Date.now() + clock.offset;
    cloud = await start({}, { now, onEvent: (event) => events.push(event) });
    client = clientOf(cloud);
    putBack = cloud.checkpoint();
  });
  beforeEach(() => {
    clock.offset = 0;
    putBack();
    events.splice(0);
  });
  after(async () => {
    client?.destroy();
    await cloud?.close();
  });

  const ask = (operation: string, request: unknown) => askTables(cloud, operation, request);
  const reasons = () =>
    events.filter((event) => event.kind === "database").map(({ outcome, reason }) => [outcome, reason]);
  const put = (Item: Record<string, any>, rest = {}) => client.send(new PutItemCommand({ TableName, Item, ...rest }));
  const scan = async (input = {}) => (await client.send(new ScanCommand({ TableName, ...input }))).Items!;

  it("[G.1] has the outputs, keys, indexes and TTL attribute that the program declares", async () => {
    const { arn, streamArn, ...rest } = cloud.ready.outputs.table as Record<string, string>;
    assert.equal(arn, "arn:aws:dynamodb:us-east-1:123456789012:table/orders");
    assert.equal(streamArn, `${arn}/stream/1970-01-01T00:00:00.000`);
    assert.deepEqual(rest, { billingMode: "PAY_PER_REQUEST", hashKey: "person", name: "orders", rangeKey: "placedAt" });
    assert.deepEqual(cloud.ready.tables, [
      { name: "orders", arn, region: "us-east-1", keys: ["person", "placedAt"], indexes: ["by-status"] },
    ]);
    assert.deepEqual((await client.send(new ListTablesCommand())).TableNames, ["orders"]);
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    assert.deepEqual(
      [Table?.TableArn, Table?.TableStatus, Table?.ItemCount, Table?.BillingModeSummary?.BillingMode],
      [arn, "ACTIVE", 1, "PAY_PER_REQUEST"],
    );
    assert.deepEqual(Table?.KeySchema, [
      { AttributeName: "person", KeyType: "HASH" },
      { AttributeName: "placedAt", KeyType: "RANGE" },
    ]);
    assert.deepEqual(Table?.GlobalSecondaryIndexes?.[0]?.Projection, {
      ProjectionType: "INCLUDE",
      NonKeyAttributes: ["total"],
    });
    const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
    assert.deepEqual(TimeToLiveDescription, { TimeToLiveStatus: "ENABLED", AttributeName: "expiresAt" });
    assert.deepEqual(
      cloud.ready.declaredNotEmulated
        .filter(({ type }) => type === "aws:dynamodb/table:Table")
        .map(({ property }) => property),
      ["streamEnabled", "streamViewType"],
    );
  });

  it("[G.2] keeps items: put, get, update, query, scan, delete, in batches, with conditions", async () => {
    await put({ ...key("ada", 1), status: { S: "open" }, total: { N: "7" }, note: { S: "x" } });
    await assert.rejects(put(key("ada", 1), { ConditionExpression: "attribute_not_exists(person)" }), (error) => {
      assert.ok(error instanceof ConditionalCheckFailedException);
      assert.equal(error.message, "The conditional request failed");
      return true;
    });
    const shown = put(key("ada", 1), {
      ConditionExpression: "attribute_not_exists(person)",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    });
    await assert.rejects(shown, (error: ConditionalCheckFailedException) => error.Item?.total?.N === "7");
    const { Attributes } = await client.send(
      new UpdateItemCommand({
        ...{ TableName, Key: key("ada", 1), ReturnValues: "UPDATED_NEW" },
        UpdateExpression:
          "SET #s = :paid, bought = list_append(if_not_exists(bought, :none), :one) ADD #t :more REMOVE note",
        ExpressionAttributeNames: { "#s": "status", "#t": "total" },
        ExpressionAttributeValues: {
          ...{ ":paid": { S: "paid" }, ":none": { L: [] }, ":one": { L: [{ S: "tea" }] }, ":more": { N: "3" } },
        },
      }),
    );
    assert.deepEqual(Attributes, { status: { S: "paid" }, bought: { L: [{ S: "tea" }] }, total: { N: "10" } });
    await client.send(
      new BatchWriteItemCommand({
        RequestItems: {
          [TableName]: [2, 3, 4].map((at) => ({ PutRequest: { Item: { ...key("ada", at), status: { S: "open" } } } })),
        },
      }),
    );
    const placed = async (input: object) =>
      (await client.send(new QueryCommand({ TableName, ...input } as never))).Items!.map(({ placedAt }) => placedAt?.N);
    const ada = {
      KeyConditionExpression: "person = :p AND placedAt > :at",
      ExpressionAttributeValues: { ":p": { S: "ada" }, ":at": { N: "1" } },
    };
    assert.deepEqual(await placed({ ...ada, ScanIndexForward: false }), ["4", "3", "2"]);
    assert.deepEqual(await placed({ ...ada, Limit: 2 }), ["2", "3"]);
    const byStatus = {
      ...{ IndexName: "by-status", KeyConditionExpression: "#s = :s" },
      ...{ ExpressionAttributeNames: { "#s": "status" }, ExpressionAttributeValues: { ":s": { S: "paid" } } },
    };
    const { Items: paid } = await client.send(new QueryCommand({ TableName, ...byStatus }));
    assert.deepEqual(paid, [{ ...key("ada", 1), status: { S: "paid" }, total: { N: "10" } }]);
    const { Responses } = await client.send(
      new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: [key("ada", 2), key("ada", 9)] } } }),
    );
    assert.equal(Responses?.[TableName]?.length, 1);
    await client.send(new DeleteItemCommand({ TableName, Key: key("ada", 1) }));
    assert.deepEqual((await client.send(new QueryCommand({ TableName, ...byStatus }))).Items, []);
    assert.equal(
      (await scan({ FilterExpression: "person = :p", ExpressionAttributeValues: { ":p": { S: "ada" } } })).length,
      3,
    );
  });

  const holding: [string, boolean][] = [
    ["things = :things AND place = :place AND numbers = :numbers", true],
    ["things = :place OR place <> :place", false],
    ["off IN (:off) AND note = :nothing AND size(note) = :zero", true],
    ["NOT contains(note, :a) AND contains(things, :place) AND contains(numbers, :ten)", true],
    ["contains(things, :a) OR attribute_exists(absent) OR absent < :ten", false],
    ["absent <> :ten AND attribute_not_exists(place.absent) AND place.street = :a", true],
    ["amount BETWEEN :minus AND :ten AND amount > :minus AND NOT amount > :ten", true],
    ["begins_with(word, :a) AND word > :a AND attribute_type(word, :s) AND size(things) >= :zero", true],
    ["begins_with(things[0].street, :a) AND off = :off AND attribute_exists(off)", true],
  ];
  for (const [expression, holds] of holding) {
    it(`[G.2] compares as DynamoDB does, in conditions and filters: ${expression}`, async () => {
      const place = { M: { street: { S: "a" } } };
      await put({
        ...key("ada", 1),
        ...{ things: { L: [place, { N: "1" }] }, place, numbers: { NS: ["10", "2"] }, off: { BOOL: false } },
        ...{ note: { S: "" }, amount: { N: "9.5" }, word: { S: "apple" } },
      });
      const values = Object.entries({
        ...{ ":things": { L: [place, { N: "1.0" }] }, ":place": place, ":numbers": { NS: ["2", "10"] } },
        ...{
          ":off": { BOOL: false },
          ":nothing": { S: "" },
          ":zero": { N: "0" },
          ":a": { S: "a" },
          ":ten": { N: "10" },
        },
        ...{ ":minus": { N: "-1" }, ":s": { S: "S" } },
      });
      const ExpressionAttributeValues = Object.fromEntries(
        values.filter(([name]) => new RegExp(`${name}\\b`).test(expression)),
      ) as Record<string, any>;
      const shown = { FilterExpression: expression, ProjectionExpression: "person", ExpressionAttributeValues };
      const found = (await scan(shown)).filter(({ person }) => person?.S === "ada");
      assert.deepEqual(found, holds ? [{ person: { S: "ada" } }] : []);
      const removal = { TableName, Key: key("ada", 1), ConditionExpression: expression, ExpressionAttributeValues };
      const outcome = await client.send(new DeleteItemCommand(removal)).then(
        () => "deleted",
        (error: Error) => error.name,
      );
      assert.equal(outcome, holds ? "deleted" : "ConditionalCheckFailedException");
    });
  }

  it("[G.2] is asked page by page", async () => {
    for (let at = 1; at <= 5; at++) await put(key("ada", at));
    const seen: (string | undefined)[] = [];
    let ExclusiveStartKey: Record<string, any> | undefined;
    do {
      const page = await client.send(
        new QueryCommand({
          ...{ TableName, Limit: 2, ExclusiveStartKey },
          ...{ KeyConditionExpression: "person = :p", ExpressionAttributeValues: { ":p": { S: "ada" } } },
        }),
      );
      seen.push(...page.Items!.map(({ placedAt }) => placedAt?.N));
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey);
    assert.deepEqual(seen, ["1", "2", "3", "4", "5"]);
  });

  it("[G.2] writes a transaction as a whole or not at all, and says why", async () => {
    await put({ ...key("ada", 1), total: { N: "1" } });
    const add = {
      UpdateExpression: "ADD #t :n",
      ExpressionAttributeNames: { "#t": "total" },
      ExpressionAttributeValues: { ":n": { N: "1" } },
    };
    const items = (condition: string) => [
      { Put: { TableName, Item: key("ada", 2) } },
      { Update: { TableName, Key: key("ada", 1), ...add } },
      { ConditionCheck: { TableName, Key: key("nobody", 1), ConditionExpression: condition } },
    ];
    const refused = client.send(
      new TransactWriteItemsCommand({ TransactItems: items("attribute_not_exists(person)") }),
    );
    await assert.rejects(refused, (error) => {
      assert.ok(error instanceof TransactionCanceledException);
      assert.match(error.message, /specific reasons \[None, None, ConditionalCheckFailed\]$/);
      assert.deepEqual(
        error.CancellationReasons?.map(({ Code }) => Code),
        ["None", "None", "ConditionalCheckFailed"],
      );
      return true;
    });
    assert.equal((await scan()).length, 2);
    const request = { TransactItems: items("attribute_exists(person)"), ClientRequestToken: "once" };
    await client.send(new TransactWriteItemsCommand(request));
    await client.send(new TransactWriteItemsCommand(request));
    const { Responses } = await client.send(
      new TransactGetItemsCommand({
        TransactItems: [1, 2, 3].map((at) => ({ Get: { TableName, Key: key("ada", at) } })),
      }),
    );
    assert.deepEqual(Responses, [{ Item: { ...key("ada", 1), total: { N: "2" } } }, { Item: key("ada", 2) }, {}]);
    const other = new TransactWriteItemsCommand({ ...request, TransactItems: items("attribute_exists(placedAt)") });
    await assert.rejects(client.send(other), { name: "IdempotentParameterMismatchException" });
    const twice = [{ Put: { TableName, Item: key("a", 1) } }, { Delete: { TableName, Key: key("a", 1) } }];
    await assert.rejects(client.send(new TransactWriteItemsCommand({ TransactItems: twice })), {
      name: "ValidationException",
      message: "Transaction request cannot include multiple operations on one item",
    });
  });

  it("[G.3] lets items expire by the cloud's clock", async () => {
    const inADay = { expiresAt: { N: String(Math.floor((Date.now() + DAY) / 1000)) } };
    await put({ ...key("ada", 1), status: { S: "open" }, ...inADay });
    await put({ ...key("ada", 2), expiresAt: { N: "1" } });
    await put({ ...key("ada", 3), expiresAt: { S: "1" } });
    assert.equal((await scan()).length, 4);
    clock.offset = DAY + 1000;
    const left = (await scan()).map(({ person, placedAt }) => `${person?.S} ${placedAt?.N}`);
    assert.deepEqual(left.sort(), ["ada 2", "ada 3", "nobody 1"]);
    assert.equal((await scan({ IndexName: "by-status" })).length, 1);
  });

  it("is put back with everything else, in less than 20 ms", async () => {
    for (let at = 0; at < 4; at++) {
      await client.send(
        new BatchWriteItemCommand({
          RequestItems: {
            [TableName]: Array.from({ length: 25 }, (_, n) => ({ PutRequest: { Item: key(`p${at}`, n) } })),
          },
        }),
      );
    }
    await client.send(new DeleteItemCommand({ TableName, Key: key("nobody", 1) }));
    assert.equal((await scan()).length, 100);
    const begun = performance.now();
    putBack();
    assert.ok(performance.now() - begun < 20);
    assert.deepEqual(
      (await scan()).map(({ person }) => person?.S),
      ["nobody"],
    );
  });

  it("[G.4] is refused to whoever does not sign with the local account's key, in the service's words", async () => {
    const body = JSON.stringify({ TableName });
    const headers = { "content-type": "application/x-amz-json-1.0", "x-amz-target": "DynamoDB_20120810.Scan" };
    const send = async (more: Record<string, string>) => {
      const response = await fetch(cloud.ready.console, { method: "POST", headers: { ...headers, ...more }, body });
      return [response.status, ((await response.json()) as { __type?: string }).__type?.split("#")[1]];
    };
    assert.deepEqual(await send({}), [400, "MissingAuthenticationTokenException"]);
    const signing = { ...cloud.ready.credentials!, host: new URL(cloud.ready.console).host, service: "dynamodb" };
    const signed = (overrides: object) =>
      signedHeaders({ method: "POST", path: "/", headers, body }, { ...signing, ...overrides });
    assert.deepEqual((await send(await signed({})))[0], 200);
    assert.deepEqual(await send(await signed({ accessKeyId: "AKIAIOSFODNN7EXAMPLE" })), [
      400,
      "UnrecognizedClientException",
    ]);
    assert.deepEqual(await send(await signed({ secretAccessKey: "x" })), [400, "InvalidSignatureException"]);
    assert.deepEqual(await send(await signed({ service: "execute-api" })), [400, "InvalidSignatureException"]);
    const foreign: Record<string, string>[] = [{ origin: "https://evil.example" }, { "sec-fetch-site": "cross-site" }];
    for (const site of foreign) {
      assert.deepEqual(await send({ ...(await signed({})), ...site }), [403, "AccessDeniedException"]);
    }
    assert.deepEqual(
      reasons().map(([outcome]) => outcome),
      [
        ...["MissingAuthenticationTokenException", "UnrecognizedClientException", "InvalidSignatureException"],
        ...["InvalidSignatureException", "AccessDeniedException", "AccessDeniedException"],
      ],
    );
    assert.ok(!JSON.stringify(events).includes(cloud.ready.credentials!.secretAccessKey));
  });

  it("[G.2] reads no more of a request than DynamoDB takes, whoever sends it", async () => {
    const chunk = Buffer.alloc(1024 * 1024, " ");
    let sent = 0;
    const endless = new ReadableStream({
      pull(controller) {
        sent += chunk.length;
        controller.enqueue(chunk);
      },
    });
    const response = await fetch(cloud.ready.console, {
      ...{ method: "POST", headers: { "x-amz-target": "DynamoDB_20120810.PutItem" }, body: endless, duplex: "half" },
    });
    assert.equal(response.status, 400);
    assert.match(((await response.json()) as { __type: string }).__type, /#RequestEntityTooLargeException$/);
    assert.ok(sent < 64 * chunk.length, `${sent} bytes were taken`);
  });

  it("[G.4] answers a host name that is not its own with nothing", async () => {
    const { port } = new URL(cloud.ready.console);
    const { request } = await import("node:http");
    const status = await new Promise((resolve, reject) => {
      const headers = { host: `evil.example:${port}`, "x-amz-target": "DynamoDB_20120810.Scan" };
      request({ host: "127.0.0.1", port, method: "POST", path: "/", headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on("error", reject)
        .end("{}");
    });
    assert.equal(status, 403);
  });

  it("[G.2] says what is not there and what is not served", async () => {
    const missing = client.send(new GetItemCommand({ TableName: "other", Key: { id: { S: "a" } } }));
    await assert.rejects(missing, { name: "ResourceNotFoundException", message: "Requested resource not found" });
    const elsewhere = clientOf(cloud, "eu-west-1");
    await assert.rejects(elsewhere.send(new ScanCommand({ TableName })), { name: "ResourceNotFoundException" });
    elsewhere.destroy();
    await assert.rejects(client.send(new ExecuteStatementCommand({ Statement: "SELECT * FROM orders" })), {
      name: "UnknownOperationException",
      message: "ExecuteStatement is not served by the local cloud.",
    });
    const create = new CreateTableCommand({ TableName: "more", KeySchema: [], AttributeDefinitions: [] });
    await assert.rejects(client.send(create), {
      message: "CreateTable is not served: tables are the program's business.",
    });
    assert.equal(reasons()[0]![1], "Requested resource not found. The program declares orders in us-east-1.");
    await assert.rejects(put({ person: { S: "ada" } }), {
      name: "ValidationException",
      message: "One or more parameter values were invalid: Missing the key placedAt in the item",
    });
    await assert.rejects(put({ ...key("ada", 1), pad: { S: "x".repeat(400 * 1024) } }), {
      name: "ValidationException",
      message: "Item size has exceeded the maximum allowed size",
    });
    await assert.rejects(client.send(new DescribeTableCommand({ TableName: "other" })), {
      message: "Requested resource not found: Table: other not found",
    });
  });

  it("[G.2] takes attributes of names that every object of JavaScript has for what they are", async () => {
    const names = { "#c": "constructor", "#s": "toString" };
    const some = { ...key("ada", 1), nested: { M: { valueOf: { S: "in" } } } };
    const conditional = (ConditionExpression: string) =>
      client.send(
        new PutItemCommand({
          TableName,
          Item: some,
          ConditionExpression,
          ExpressionAttributeNames: { "#c": "constructor" },
        }),
      );
    await assert.rejects(conditional("attribute_exists(#c)"), { name: "ConditionalCheckFailedException" });
    await conditional("attribute_not_exists(#c)");
    await assert.rejects(conditional("attribute_exists(nested.#c)"), { name: "ConditionalCheckFailedException" });
    const updated = await client.send(
      new UpdateItemCommand({
        ...{ TableName, Key: key("ada", 2), ReturnValues: "ALL_NEW", ExpressionAttributeNames: names },
        UpdateExpression: "SET #c = if_not_exists(#c, :team), #s = if_not_exists(#s, :team)",
        ExpressionAttributeValues: { ":team": { S: "blue" } },
      }),
    );
    assert.deepEqual(updated.Attributes, { ...key("ada", 2), constructor: { S: "blue" }, toString: { S: "blue" } });
    const found = await client.send(
      new GetItemCommand({
        ...{ TableName, Key: key("ada", 1), ExpressionAttributeNames: names },
        ProjectionExpression: "person, #c, nested.valueOf, nested.#s",
      }),
    );
    assert.deepEqual(found.Item, { person: { S: "ada" }, nested: { M: { valueOf: { S: "in" } } } });
  });

  it("[G.2] refuses what is nested too deeply", async () => {
    const wrapped = (depth: number) => `${'{"L":['.repeat(depth)}{"S":"x"}${"]}".repeat(depth)}`;
    const nested = (depth: number) => ({
      TableName,
      Item: { ...key("ada", 1), M: { S: "no map" }, list: JSON.parse(wrapped(depth)) },
    });
    assert.equal((await ask("PutItem", nested(31))).status, 200);
    const tooDeep =
      "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit";
    for (const [operation, request] of [
      ["PutItem", nested(32)],
      ["TransactWriteItems", { TransactItems: [{ Put: nested(32) }] }],
    ] as const) {
      const { status, body } = await ask(operation, request);
      assert.deepEqual([status, body.message], [400, tooDeep]);
    }
    const { status, body } = await ask("PutItem", `{"TableName":"orders","Item":{"list":${wrapped(100_000)}}}`);
    assert.deepEqual([status, body.message], [400, tooDeep]);
  });

  it("[G.2] answers a request without a form in the service's words", async () => {
    for (const TransactItems of [[null], [1], [{ Put: null }], [{ Put: [] }]]) {
      for (const operation of ["TransactWriteItems", "TransactGetItems"]) {
        const { status, body } = await ask(operation, { TransactItems });
        assert.deepEqual([status, body.__type], [400, "com.amazon.coral.service#SerializationException"]);
      }
    }
  });

  it("[G.4] is reached by a function behind a sign-in, with the SDK as it is", async () => {
    const ada = await signUp(cloud.ready, "ada@example.com", "web");
    const headers = { authorization: ada.idToken! };
    const url = `${cloud.ready.apis[0]!.stages[0]!.url}/orders`;
    assert.equal((await fetch(url)).status, 401);
    for (const placedAt of [1, 2]) {
      const body = JSON.stringify({ placedAt, total: 5 });
      const answered = await fetch(url, { method: "POST", headers, body });
      assert.equal(answered.status, 201, await answered.text());
    }
    const listed = (await (await fetch(url, { headers })).json()) as { placedAt: number }[];
    assert.deepEqual(
      listed.map(({ placedAt }) => placedAt),
      [2, 1],
    );
    assert.equal((await scan()).length, 3);
  });
});

describe("a table from one start to the next", function () {
  this.timeout(60_000);

  async function items(
    stateDirectory: string,
    environment: Record<string, string>,
    work?: (client: DynamoDBClient) => Promise<unknown>,
  ) {
    const events: CloudEvent[] = [];
    const cloud = await start(environment, { stateDirectory, onEvent: (event) => events.push(event) });
    const client = clientOf(cloud);
    try {
      await work?.(client);
      const { Items } = await client.send(new ScanCommand({ TableName }));
      const byStatus = await client.send(new ScanCommand({ TableName, IndexName: "by-status" }));
      const names = (found: typeof Items) => found!.map(({ person, total }) => `${person?.S} ${total?.N}`).sort();
      const told = events.filter((event) => event.kind === "database").map(({ reason }) => reason);
      return {
        table: names(Items),
        byStatus: names(byStatus.Items),
        attributes: byStatus.Items!.flatMap(Object.keys),
        told,
      };
    } finally {
      client.destroy();
      await cloud.close();
    }
  }
  const putAda = (client: DynamoDBClient) =>
    client.send(
      new PutItemCommand({
        TableName,
        Item: { ...key("ada", 1), status: { S: "open" }, total: { N: "1" }, note: { S: "x" } },
      }),
    );

  it("[G.1] keeps its items, and those that the program declares as they have become", async () => {
    const folder = temporaryDirectory();
    await items(folder, {}, putAda);
    const changed = (client: DynamoDBClient) =>
      client.send(new DeleteItemCommand({ TableName, Key: key("nobody", 1) }));
    assert.deepEqual((await items(folder, {}, changed)).table, ["ada 1"]);
    assert.deepEqual((await items(folder, {})).table, ["ada 1"]);
    assert.deepEqual((await items(folder, { TOTAL: "11" })).table, ["ada 1", "nobody 11"]);
  });

  it("[G.1] fills an index again when it has changed", async () => {
    const folder = temporaryDirectory();
    await items(folder, {}, putAda);
    const { byStatus, attributes } = await items(folder, { INCLUDES: "note" });
    assert.deepEqual(byStatus, ["ada undefined", "nobody undefined"]);
    assert.ok(attributes.includes("note"));
  });

  it("[G.1] is made anew and empty when its keys have changed, and says so", async () => {
    const folder = temporaryDirectory();
    await items(folder, {}, putAda);
    const { table, told } = await items(folder, { SORT_KEY: "at" });
    assert.deepEqual(table, ["nobody 10"]);
    assert.deepEqual(told, ["The keys of the table orders have changed, so that it was made anew and empty."]);
  });

  it("finds its items again when it is declared again", async () => {
    const folder = temporaryDirectory();
    await items(folder, {}, putAda);
    const without = await start({ TABLE: "others" }, { stateDirectory: folder });
    assert.deepEqual(
      without.ready.tables?.map(({ name }) => name),
      ["others"],
    );
    await without.close();
    assert.deepEqual((await items(folder, {})).table, ["ada 1", "nobody 10"]);
  });

  it("[G.1] is not made anew when it is protected, and keeps its items", async () => {
    const folder = temporaryDirectory();
    await items(folder, {}, putAda);
    await assert.rejects(start({ SORT_KEY: "at", PROTECTED: "yes" }, { stateDirectory: folder }), {
      code: "table_protected",
      message:
        "The keys of the table orders have changed, so that it has to be made anew, and its deletion protection is on.",
    });
    assert.deepEqual((await items(folder, {})).table, ["ada 1", "nobody 10"]);
  });
});
