/**
 * Sentences with which DynamoDB refuses requests, as others recorded them. What changed in the course of 2026 has the newest
 * recording of us-east-1, where there is one.
 */
import assert from "node:assert/strict";
import { startTableService, type TableService, tableModel as table } from "../../support/table-service.ts";

const tables = [
  table("plain", [["pk", "S"]]),
  table(
    "sorted",
    [
      ["pk", "S"],
      ["sk", "S"],
    ],
    { localIndexes: [{ name: "local", keys: ["pk", "g"], projectionType: "ALL", nonKeyAttributes: [] }] },
  ),
  table("numbered", [
    ["pk", "S"],
    ["sk", "N"],
  ]),
];

const S = (text: string) => ({ S: text });
const N = (number: string) => ({ N: number });
const Key = { pk: S("a") };
const ONE = "1 validation error detected: ";
const INVALID = "One or more parameter values were invalid: ";
const onPlain = { TableName: "plain" };
const update = (UpdateExpression: string, ExpressionAttributeValues?: object, ExpressionAttributeNames?: object) => ({
  ...{ ...onPlain, Key, UpdateExpression, ExpressionAttributeValues, ExpressionAttributeNames },
});

describe("a refusal of DynamoDB", () => {
  let service: TableService;
  before(() => {
    service = startTableService(tables);
  });
  after(() => service.close());

  const call = (operation: string, input: object) => service.call(operation, input);

  /** `undefined` for what is taken. */
  async function sentences(requests: [operation: string, input: object, said: unknown][]): Promise<void> {
    const got: unknown[] = [];
    for (const [operation, input] of requests) got.push([operation, input, await service.said(operation, input)]);
    assert.deepEqual(got, requests);
  }

  // getmoto/moto: test_dynamodb_exceptions.py, test_dynamodb_update_expressions.py (aws_verified, us-east-1, 22 August 2026);
  // paritysuite/dynamodb-conformance: error-messages/putItem, deleteItem, updateItem (us-east-1 and eu-west-2, 9 October 2026).
  it("[G.2] of one item written counts what is wrong with the request", async () => {
    const unused = "Value provided in ExpressionAttributeNames unused in expressions: keys: {#count}";
    const names = { ExpressionAttributeNames: { "#count": "count" } };
    const overlap =
      "Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one of";
    await sentences([
      ["UpdateItem", update(""), `${ONE}Invalid UpdateExpression: The expression can not be empty;`],
      [
        "UpdateItem",
        update("ADD x :one SET a = :one ADD y :one", { ":one": N("1") }),
        `${ONE}Invalid UpdateExpression: The "ADD" section can only be used once in an update expression;`,
      ],
      [
        "UpdateItem",
        update("SET s.n = :h, s.n = :h", { ":h": S("H") }),
        `${ONE}${overlap} these paths; path one: [s, n], path two: [s, n]`,
      ],
      ["UpdateItem", update("ADD am :one", { ":one": N("2") }, names.ExpressionAttributeNames), `${ONE}${unused}`],
      ["UpdateItem", update("SET #d = :s", {}, { "#d": "d" }), `${ONE}ExpressionAttributeValues must not be empty`],
      [
        "UpdateItem",
        { ...update("SET b = :w", { ":w": S("x") }), ConditionExpression: "a = :v" },
        `${ONE}Invalid ConditionExpression: An expression attribute value used in expression is not defined; attribute value: :v`,
      ],
      ["PutItem", { ...onPlain, Item: Key, ConditionExpression: "attribute_exists(b)", ...names }, `${ONE}${unused}`],
      ["DeleteItem", { ...onPlain, Key, ConditionExpression: "attribute_exists(b)", ...names }, `${ONE}${unused}`],
      [
        "PutItem",
        { ...onPlain, Item: Key, ExpressionAttributeValues: { ":v": S("x") } },
        `${ONE}ExpressionAttributeValues can only be specified when using expressions`,
      ],
      ["DeleteItem", { ...onPlain, Key, ReturnValues: "ALL_NEW" }, `${ONE}ReturnValues can only be ALL_OLD or NONE`],
      [
        "DeleteItem",
        { ...onPlain, Key, Expected: { a: { Exists: true } } },
        `${ONE}${INVALID}Value must be provided when Exists is true for Attribute: a`,
      ],
      // What is about the table, and reads, are not counted.
      [
        "UpdateItem",
        update("SET pk = :v", { ":v": S("b") }),
        `${INVALID}Cannot update attribute pk. This attribute is part of the key`,
      ],
      ["PutItem", { ...onPlain, Item: { pk: N("1") } }, `${INVALID}Type mismatch for key pk expected: S actual: N`],
      ["GetItem", { ...onPlain, Key, ProjectionExpression: "pk", ...names }, unused],
      [
        "TransactWriteItems",
        { TransactItems: [{ Delete: { ...onPlain, Key, ConditionExpression: "attribute_exists(b)", ...names } }] },
        unused,
      ],
      [
        "PutItem",
        { TableName: "", Item: Key },
        `${ONE}Value '' at 'tableName' failed to satisfy constraint: Member must have length greater than or equal to 1`,
      ],
    ]);
  });

  // paritysuite/dynamodb-conformance: error-messages/valueLayers (us-east-1, eu-west-2, eu-west-1, us-west-2, 9 October 2026).
  it("[G.2] of a number or a set says the same wherever it stands, and the older words in batches and transactions", async () => {
    const not = "The parameter cannot be converted to a numeric value";
    const overflow = "Number overflow. Attempting to store a number with magnitude larger than supported range";
    const filter = { KeyConditionExpression: "pk = :p", FilterExpression: "n = :v" };
    for (const [number, said, older] of [
      ["abc", `${not}: abc`, `${not}: abc`],
      ["", `${not}: `, not],
      ["1e126", overflow, overflow],
    ] as const) {
      const value = N(number);
      await sentences([
        ["PutItem", { ...onPlain, Item: { ...Key, n: { L: [value] } } }, `${ONE}${said}`],
        ["PutItem", { ...onPlain, Item: Key, Expected: { n: { Value: value } } }, `${ONE}${said}`],
        ["UpdateItem", update("SET n = :v", { ":v": value }), `${ONE}${said}`],
        ["DeleteItem", { ...onPlain, Key: { pk: value } }, `${ONE}${said}`],
        ["GetItem", { ...onPlain, Key: { pk: value } }, said],
        ["Query", { ...onPlain, ...filter, ExpressionAttributeValues: { ":p": S("x"), ":v": value } }, said],
        ["BatchWriteItem", { RequestItems: { plain: [{ PutRequest: { Item: { ...Key, n: value } } }] } }, older],
        [
          "TransactWriteItems",
          { TransactItems: [{ Update: update("SET n = :v", { ":v": value }) }] },
          `ExpressionAttributeValues contains invalid value: ${older} for key :v`,
        ],
      ]);
    }
    for (const [set, said, older] of [
      [
        { SS: ["b", "a", "b"] },
        `Input collection ["a", "b", "b"] contains duplicates.`,
        "[b, a, b] contains duplicates.",
      ],
      [
        { BS: ["/w==", "AA==", "AA=="] },
        `Input collection ["AA==","/w==","AA=="]of type BS contains duplicates.`,
        "[/w==, AA==, AA==]of type BS contains duplicates.",
      ],
    ] as const) {
      await sentences([
        ["PutItem", { ...onPlain, Item: { ...Key, s: set } }, `${ONE}${INVALID}${said}`],
        ["GetItem", { ...onPlain, Key: { pk: set } }, `${INVALID}${said}`],
        [
          "Query",
          { ...onPlain, KeyConditionExpression: "pk = :t", ExpressionAttributeValues: { ":t": set } },
          `${INVALID}${said}`,
        ],
        [
          "BatchWriteItem",
          { RequestItems: { plain: [{ PutRequest: { Item: { ...Key, s: set } } }] } },
          `${INVALID}Input collection ${older}`,
        ],
      ]);
    }
    // moto, test_update_item_add_empty_set (aws_verified, us-east-1, August 2026).
    await sentences([
      ["UpdateItem", update("ADD s :none", { ":none": { SS: [] } }), `${ONE}${INVALID}An string set  may not be empty`],
    ]);
  });

  // nubo-db/dynamodb-conformance: error-messages/getItem, updateItem (March to May 2026); paritysuite/dynamodb-conformance:
  // error-messages/transactWriteItems (October 2026); limits/expressionSize (four Regions, July 2026).
  it("[G.2] of an expression names the token that breaks its syntax, with its neighbours, and its size when it is too long", async () => {
    const filter = (FilterExpression: string) => ({ ...onPlain, FilterExpression });
    const syntax = (said: string) => `Invalid FilterExpression: Syntax error; ${said}`;
    await sentences([
      [
        "GetItem",
        { ...onPlain, Key, ProjectionExpression: "!!! INVALID !!!" },
        'Invalid ProjectionExpression: Syntax error; token: "!", near: "!!"',
      ],
      [
        "UpdateItem",
        update("INVALID SYNTAX HERE"),
        `${ONE}Invalid UpdateExpression: Syntax error; token: "INVALID", near: "INVALID SYNTAX"`,
      ],
      ["Scan", filter("foo"), syntax('token: "<EOF>", near: "foo"')],
      // scylladb/scylladb: the lexical rules that its DynamoDB tests were run against AWS with.
      ["UpdateItem", update("SET _1 = :v"), `${ONE}Invalid UpdateExpression: Syntax error; token: "_", near: "SET _1"`],
      ["Scan", filter("a = b AND __c = d"), syntax('token: "_", near: "AND __"')],
      ["Scan", filter("attribute_not_exists("), syntax('token: "<EOF>", near: "("')],
      [
        "Scan",
        filter("a".repeat(4097)),
        "Invalid FilterExpression: Expression size has exceeded the maximum allowed size; expression size: 4097",
      ],
      [
        "UpdateItem",
        update(`SET ${"a".repeat(4097)} = :v`),
        `${ONE}Invalid UpdateExpression: Expression size has exceeded the maximum allowed size;`,
      ],
    ]);
  });

  // getmoto/moto: test_dynamodb_select.py (aws_verified, us-east-1, 2026).
  it("[G.2] of Select is for what it does not go with, which is never passed over", async () => {
    const query = {
      ...{
        ...onPlain,
        IndexName: "by-g",
        KeyConditionExpression: "g = :g",
        ExpressionAttributeValues: { ":g": S("x") },
      },
    };
    const scan = { ...onPlain, IndexName: "by-g" };
    const cannot = "Cannot specify the ProjectionExpression when choosing to get";
    const must = "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES";
    const only = "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName";
    await sentences([
      ["Query", { ...query, Select: "SPECIFIC_ATTRIBUTES" }, `${ONE}${must}`],
      ["Scan", { ...scan, Select: "SPECIFIC_ATTRIBUTES" }, must],
      ["Query", { ...query, Select: "COUNT", ProjectionExpression: "g" }, `${ONE}${cannot} only the Count`],
      ["Scan", { ...scan, Select: "ALL_ATTRIBUTES", ProjectionExpression: "g" }, `${cannot} ALL_ATTRIBUTES`],
      [
        "Scan",
        { ...scan, Select: "COUNT", AttributesToGet: ["g"] },
        "Cannot specify the AttributesToGet when choosing to get only the Count",
      ],
      ["Scan", { ...onPlain, Select: "ALL_PROJECTED_ATTRIBUTES" }, only],
      ["Scan", { ...scan, Select: "SPECIFIC_ATTRIBUTES", ProjectionExpression: "g" }, undefined],
      ["Scan", { ...scan, Select: "ALL_PROJECTED_ATTRIBUTES" }, undefined],
    ]);
  });

  // nubo-db/dynamodb-conformance: error-messages/query, scan (2026); paritysuite/dynamodb-conformance:
  // error-messages/queryKeyConditionOperands, indexReads (eu-west-2, October 2026); moto, test_query_table_with_wrong_attrs.
  it("[G.2] of a query or scan is by keys, operands, pages and segments", async () => {
    const query = (TableName: string, condition: string, values: Record<string, object>, more = {}) =>
      [
        "Query",
        {
          TableName,
          KeyConditionExpression: condition,
          ExpressionAttributeValues: { ":p": S("q"), ...values },
          ...more,
        },
      ] as const;
    const operand = (operator: string, type: string) =>
      `Invalid KeyConditionExpression: Incorrect operand type for operator or function; operator or function: ${operator}, operand type: ${type}`;
    const type = `${INVALID}Condition parameter type does not match schema type`;
    const count = (conditions: number, keys: number) =>
      `The number of query conditions (${conditions}) exceeds the number of key attributes defined in the schema (${keys})`;
    const yes = { BOOL: true };
    const [one, five] = [N("1"), N("5")];
    await sentences([
      [...query("sorted", "pk = :p AND begins_with(sk, :v)", { ":v": one }), operand("begins_with", "N")],
      [...query("numbered", "pk = :p AND begins_with(sk, :v)", { ":v": S("a") }), type],
      [...query("numbered", "pk = :p AND sk < :v", { ":v": yes }), operand("<", "BOOL")],
      [...query("numbered", "pk = :p AND :v >= sk", { ":v": yes }), operand(">=", "BOOL")],
      [...query("numbered", "pk = :p AND sk BETWEEN :v AND :w", { ":v": yes, ":w": yes }), operand("BETWEEN", "BOOL")],
      [...query("numbered", "pk = :p AND sk = :v", { ":v": yes }), type],
      [
        ...query("numbered", "pk = :p AND sk > :v AND sk < :w", { ":v": one, ":w": five }),
        "Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition per key",
      ],
      [...query("numbered", "pk = :p AND sk > :v AND extra = :w", { ":v": one, ":w": five }), count(3, 2)],
      [...query("sorted", "g = :p AND sk = :v", { ":v": S("x") }, { IndexName: "by-g" }), count(2, 1)],
      [
        ...query("plain", "pk = :p", {}, { Limit: 0 }),
        `${ONE}Value at 'Limit' failed to satisfy constraint: Member must have value greater than or equal to 1`,
      ],
      [
        "Scan",
        { ...onPlain, IndexName: "by-g", ConsistentRead: true },
        "Consistent reads are not supported on global secondary indexes",
      ],
      [
        "Scan",
        { ...onPlain, Segment: 0 },
        "The TotalSegments parameter is required but was not present in the request when Segment parameter is present",
      ],
    ]);
  });

  // paritysuite/dynamodb-conformance: error-messages/transactWriteItems, batchWriteItem, updateItem; nubo-db/dynoxide#98
  // (us-east-1, eu-west-2, ap-southeast-2, eu-central-1, June 2026).
  it("[G.2] of a key without content is for the whole request, in indexes too", async () => {
    const Empty = { pk: S("") };
    const notValid = "One or more parameter values are not valid.";
    const cannot = "The AttributeValue for a key attribute cannot contain an empty string value.";
    const said = `${notValid} ${cannot} Key: pk`;
    const change = { UpdateExpression: "SET a = :v", ExpressionAttributeValues: { ":v": S("x") } };
    const ofIndex = `${notValid} A value specified for a secondary index key is not supported. ${cannot} IndexName: by-g, IndexKey: g`;
    await sentences([
      ["PutItem", { ...onPlain, Item: Empty }, said],
      ["GetItem", { ...onPlain, Key: Empty }, said],
      ["UpdateItem", { ...onPlain, Key: Empty, ...change }, said],
      ["DeleteItem", { ...onPlain, Key: Empty }, said],
      ["BatchWriteItem", { RequestItems: { plain: [{ DeleteRequest: { Key: Empty } }] } }, said],
      ["TransactWriteItems", { TransactItems: [{ Update: { ...onPlain, Key: Empty, ...change } }] }, said],
      ["PutItem", { ...onPlain, Item: { ...Key, g: S("") } }, ofIndex],
      ["BatchWriteItem", { RequestItems: { plain: [{ PutRequest: { Item: { ...Key, g: S("") } } }] } }, ofIndex],
      ["TransactWriteItems", { TransactItems: [{ Put: { ...onPlain, Item: { ...Key, g: S("") } } }] }, ofIndex],
      [
        "UpdateItem",
        update("SET g = :v", { ":v": S("") }),
        `${notValid} The update expression attempted to update a secondary index key to a value that is not supported. ${cannot}`,
      ],
    ]);
    assert.deepEqual(await call("Scan", onPlain), { ScannedCount: 0, Count: 0, Items: [] });
  });

  // nubo-db/dynoxide#198 (32 of 33 Regions, 2 September 2026); paritysuite/dynamodb-conformance: error-messages/batchWriteItem,
  // transactWriteItems, transactGetItems (us-east-1, October 2026).
  it("[G.2] of batches and transactions is for the list, the member or its reason", async () => {
    const writes = Array.from({ length: 26 }, (_, at) => ({ DeleteRequest: { Key: { pk: S(`${at}`) } } }));
    const keys = Array.from({ length: 101 }, (_, at) => ({ pk: S(`${at}`) }));
    const sized = "Member must have length";
    const gets = keys.map((Key) => ({ Get: { ...onPlain, Key } }));
    const pattern = "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+";
    await sentences([
      [
        "BatchGetItem",
        { RequestItems: {} },
        `${ONE}Value at 'RequestItems' failed to satisfy constraint: ${sized} greater than or equal to 1`,
      ],
      [
        "BatchGetItem",
        { RequestItems: { plain: { Keys: keys } } },
        `${ONE}Value at 'RequestItems.plain.member.Keys' failed to satisfy constraint: ${sized} less than or equal to 100`,
      ],
      ["BatchWriteItem", { RequestItems: {} }, "The requestItems parameter is required for BatchWriteItem"],
      [
        "BatchWriteItem",
        { RequestItems: { plain: [] } },
        `${ONE}Value '{plain=[]}' at 'requestItems' failed to satisfy constraint: Map value must satisfy constraint: [${sized} less than or equal to 25, ${sized} greater than or equal to 1]`,
      ],
      [
        "TransactWriteItems",
        { TransactItems: [] },
        `${ONE}Value '[]' at 'transactItems' failed to satisfy constraint: ${sized} greater than or equal to 1`,
      ],
      [
        "TransactWriteItems",
        { TransactItems: [{}] },
        "Invalid Request: TransactWriteRequest should contain Delete or Put or Update request",
      ],
      [
        "TransactWriteItems",
        { TransactItems: [{ Put: { ...onPlain, Item: Key } }, { Delete: { TableName: "bad!name", Key } }] },
        `${ONE}Value 'bad!name' at 'transactItems.2.member.delete.tableName' failed to satisfy constraint: ${pattern}`,
      ],
      [
        "TransactGetItems",
        { TransactItems: [gets[0], gets[0]] },
        "Transaction request cannot include multiple operations on one item",
      ],
    ]);
    const { message: tooMany = "" } = await call("BatchWriteItem", { RequestItems: { plain: writes } });
    assert.match(tooMany, /^1 validation error detected: Value '\{plain=\[.+\]\}' at 'requestItems' failed/);
    const { message: tooManyGets = "" } = await call("TransactGetItems", { TransactItems: gets });
    assert.match(
      tooManyGets,
      /^1 validation error detected: Value '\[.+\]' at 'transactItems' failed .+ or equal to 100$/,
    );
    const noKey = await call("TransactGetItems", { TransactItems: [gets[0], { Get: { ...onPlain, Key: {} } }] });
    assert.deepEqual(
      [noKey.message, noKey.CancellationReasons],
      [
        "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ValidationError]",
        [{ Code: "None" }, { Code: "ValidationError", Message: "The provided key element does not match the schema" }],
      ],
    );
  });

  // nubo-db/dynamodb-conformance: limits/transactionLimits (March to May 2026).
  it("[G.2] of a transaction is also for more than 4 MB", async () => {
    const puts = (count: number) =>
      Array.from({ length: count }, (_, at) => ({
        Put: { ...onPlain, Item: { pk: S(`large-${at}`), payload: S("x".repeat(350_000)) } },
      }));
    const tooLarge = await call("TransactWriteItems", { TransactItems: puts(12) });
    assert.equal(tooLarge.__type, "com.amazon.coral.validate#ValidationException");
    assert.deepEqual(await call("TransactWriteItems", { TransactItems: puts(2) }), {});
    for (const at of [0, 1]) await call("DeleteItem", { ...onPlain, Key: { pk: S(`large-${at}`) } });
  });

  // nubo-db/dynamodb-conformance: putItem/itemCollectionMetrics (March to May 2026).
  it("[G.2] is none, and the size of the item collection is told, where a table has a local index", async () => {
    const Item = { pk: S("c"), sk: S("1"), g: S("x") };
    const metrics = { ItemCollectionKey: { pk: S("c") }, SizeEstimateRangeGB: [0, 1] };
    const asked = { TableName: "sorted", ReturnItemCollectionMetrics: "SIZE" };
    assert.deepEqual(await call("PutItem", { ...asked, Item }), { ItemCollectionMetrics: metrics });
    const Key = { pk: S("c"), sk: S("1") };
    assert.deepEqual(await call("DeleteItem", { ...asked, Key }), { ItemCollectionMetrics: metrics });
    assert.deepEqual(await call("PutItem", { ...asked, ...onPlain, Item: { pk: S("c") } }), {});
  });
});
