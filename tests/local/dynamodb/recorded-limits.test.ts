/** How large DynamoDB takes things, and what it says that an operation took, as other programs' authors saw it on AWS. */
import assert from "node:assert/strict";
import { startTableService, type TableService, tableModel } from "../../support/table-service.ts";

const index = (name: string, keys: string[]) => ({
  ...{ name, keys, projectionType: "ALL" as const, nonKeyAttributes: [] },
});
const tables = [
  tableModel("plain", [["pk", "S"]]),
  tableModel(
    "sorted",
    [
      ["pk", "S"],
      ["sk", "S"],
    ],
    { localIndexes: [index("local", ["pk", "g"])], globalIndexes: [index("global", ["g"])] },
  ),
];

const S = (text: string) => ({ S: text });
const Key = { pk: S("a") };
const ONE = "1 validation error detected: ";
const INVALID = "One or more parameter values were invalid:";

describe("limits of DynamoDB as recorded", function () {
  this.timeout(30_000);
  let service: TableService;
  beforeEach(() => {
    service = startTableService(tables);
  });
  afterEach(() => service.close());

  const call = (operation: string, input: object) => service.call(operation, { TableName: "plain", ...input });
  const said = (operation: string, input: object) => service.said(operation, { TableName: "plain", ...input });

  // ExtendDB/extenddb: test_expression_size_limit.py (us-east-1, 2026).
  it("[G.2] tells the size of an expression that is too long only of a condition and a filter", async () => {
    const exceeded = "Expression size has exceeded the maximum allowed size;";
    const name = "a".padEnd(4097, "z");
    const values = { ExpressionAttributeValues: { ":v": S("x") } };
    assert.equal(
      await said("GetItem", { Key, ProjectionExpression: name }),
      `Invalid ProjectionExpression: ${exceeded}`,
    );
    assert.equal(await said("GetItem", { Key, ProjectionExpression: name.slice(1) }), undefined);
    assert.equal(
      await said("Scan", { FilterExpression: `${name} = :v`, ...values }),
      `Invalid FilterExpression: ${exceeded} expression size: 4102`,
    );
    assert.equal(
      await said("PutItem", { Item: Key, ConditionExpression: `attribute_not_exists(${name})` }),
      `${ONE}Invalid ConditionExpression: ${exceeded} expression size: 4119`,
    );
    assert.equal(
      await said("Query", { KeyConditionExpression: `pk = :v AND ${name} = :v`, ...values }),
      `Invalid KeyConditionExpression: ${exceeded}`,
    );
    assert.equal(
      await said("UpdateItem", { Key, UpdateExpression: `SET ${name} = :v`, ...values }),
      `${ONE}Invalid UpdateExpression: ${exceeded}`,
    );
  });

  // ExtendDB/extenddb: test_expression_attribute_map_validation.py (us-east-1, 2026); scylladb/scylladb: test_limits.py
  // (limit_attribute_length_nonkey_bad, nonkey_empty).
  it("[G.2] takes placeholders of 255 bytes, and names of attributes of 1 to 65535", async () => {
    const long = "a".repeat(255);
    const projected = (names: object) =>
      said("GetItem", { Key, ProjectionExpression: Object.keys(names).join(), ExpressionAttributeNames: names });
    const tooLong = "contains invalid key: The expression attribute map contains a key that is too long;";
    assert.equal(await projected({ [`#${long.slice(1)}`]: "b" }), undefined);
    assert.equal(await projected({ [`#${long}`]: "b" }), `ExpressionAttributeNames ${tooLong} size of key: 256`);
    assert.equal(await projected({ [`#${long}-x`]: "b" }), `ExpressionAttributeNames ${tooLong} size of key: 258`);
    assert.equal(
      await said("Scan", { FilterExpression: `b = :${long}`, ExpressionAttributeValues: { [`:${long}`]: S("x") } }),
      `ExpressionAttributeValues ${tooLong}`,
    );
    for (const [name, wrong] of [
      ["", "Empty attribute name"],
      ["ä".repeat(32_768), "Attribute name is too large, must be less than 65536 bytes"],
    ] as const) {
      assert.equal(
        await projected({ "#a": name }),
        `ExpressionAttributeNames contains invalid value: ${wrong} for key #a`,
      );
      assert.equal(await said("GetItem", { Key, AttributesToGet: [name] }), wrong);
      assert.equal(await said("PutItem", { Item: { ...Key, [name]: S("x") } }), `${ONE}${wrong}`);
      const AttributeUpdates = { [name]: { Value: S("x"), Action: "PUT" } };
      assert.equal(await said("UpdateItem", { Key, AttributeUpdates }), `${ONE}${wrong}`);
    }
    assert.equal(await said("PutItem", { Item: { ...Key, [`ä${"b".repeat(65_533)}`]: S("x") } }), undefined);
  });

  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-expression-parameters; the words are
  // those of AWS's own DynamoDB Local.
  it("[G.2] takes names and values of expressions of 2 MB together", async () => {
    const values = (count: number, bytes: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`:v${at}`, S("ä".repeat(bytes / 2))]));
    const scan = (given: object, more: object = {}) => ({
      FilterExpression: `b IN (${Object.keys(given).join()})${Object.keys(more).map((name) => ` OR attribute_exists(${name})`)}`,
      ExpressionAttributeValues: given,
      ...(Object.keys(more).length > 0 && { ExpressionAttributeNames: more }),
    });
    assert.equal(await said("Scan", scan(values(20, 100_000))), undefined);
    assert.equal(await said("Scan", scan(values(21, 100_000))), "ExpressionAttributeValues exceeds max size");
    assert.equal(
      await said("Scan", scan(values(20, 104_000), { "#a": "n".repeat(50_000) })),
      "Combined size of ExpressionAttributeNames and ExpressionAttributeValues exceeds max size",
    );
  });

  // ExtendDB/extenddb: test_transact_expression_validation.py (2026).
  it("[G.2] takes in a transaction names and values that no expression asks for", async () => {
    const needless = { ExpressionAttributeNames: { "#n": "b" }, ExpressionAttributeValues: { ":v": S("x") } };
    const of = (part: object) => ({ TableName: "plain", ...part });
    assert.equal(
      await said("TransactWriteItems", { TransactItems: [{ Put: of({ Item: Key, ...needless }) }] }),
      undefined,
    );
    const { ExpressionAttributeNames } = needless;
    const get = { Get: of({ Key, ExpressionAttributeNames }) };
    assert.deepEqual((await call("TransactGetItems", { TransactItems: [get] })).Responses, [{ Item: Key }]);
    assert.equal(
      await said("TransactWriteItems", { TransactItems: [{ Delete: of({ Key, ...needless }) }] }),
      undefined,
    );
    assert.equal((await call("GetItem", { Key })).Item, undefined);
    const unused = "Value provided in ExpressionAttributeNames unused in expressions: keys: {#n}";
    const projected = { Get: of({ Key, ProjectionExpression: "pk", ExpressionAttributeNames }) };
    assert.equal(await said("TransactGetItems", { TransactItems: [projected] }), unused);
  });

  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html: the sentences are those of dynalite's tests.
  it("[G.2] counts keys in bytes", async () => {
    const hash = `${INVALID} Size of hashkey has exceeded the maximum size limit of2048 bytes`;
    const range = `${INVALID} Aggregated size of all range keys has exceeded the size limit of 1024 bytes`;
    const [most, more] = ["ä".repeat(1024), "ä".repeat(1025)];
    assert.equal(await said("PutItem", { Item: { pk: S(most) } }), undefined);
    assert.equal(await said("PutItem", { Item: { pk: S(more) } }), hash);
    assert.equal(await said("GetItem", { Key: { pk: S(more) } }), hash);
    assert.equal(await said("DeleteItem", { Key: { pk: S(more) } }), hash);
    const sorted = (sk: string) => ({ TableName: "sorted", Key: { pk: S("a"), sk: S(sk) } });
    const set = { UpdateExpression: "SET b = :v", ExpressionAttributeValues: { ":v": S("x") } };
    assert.equal(await said("UpdateItem", { ...sorted("ä".repeat(512)), ...set }), undefined);
    assert.equal(await said("UpdateItem", { ...sorted("ä".repeat(513)), ...set }), range);
    assert.equal(await said("BatchGetItem", { RequestItems: { plain: { Keys: [{ pk: S(more) }] } } }), hash);
    assert.equal(
      await said("BatchWriteItem", { RequestItems: { plain: [{ PutRequest: { Item: { pk: S(more) } } }] } }),
      hash,
    );
  });

  // ExtendDB/extenddb: test_validation_precedence.py (us-east-1, 2026).
  it("[G.2] looks for the table before it looks at the size of an item", async () => {
    const Item = { ...Key, b: S("x".repeat(410_000)) };
    const tooLarge = "Item size has exceeded the maximum allowed size";
    const missing = "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException";
    const batch = (table: string) => ({ RequestItems: { [table]: [{ PutRequest: { Item } }] } });
    assert.equal(await said("PutItem", { TableName: "nowhere", Item }), missing);
    assert.equal(await said("BatchWriteItem", batch("nowhere")), missing);
    assert.equal(await said("PutItem", { Item }), tooLarge);
    assert.equal(await said("BatchWriteItem", batch("plain")), tooLarge);
  });

  // ExtendDB/extenddb: test_list_map_item_size.py (us-east-1, 2026); texts in UTF-8 by AWS's guide.
  it("[G.2] takes units by the bytes of an item", async () => {
    const list = (count: number) => ({ L: Array.from({ length: count }, () => S("aa")) });
    const many = (count: number, value: object) => ({
      M: Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, value])),
    });
    const units = async (operation: string, input: object) =>
      (await call(operation, { ...input, ReturnConsumedCapacity: "TOTAL" })).ConsumedCapacity;
    for (const [pk, data, CapacityUnits] of [
      ["l500", list(500), 2],
      ["l1500", list(1500), 5],
      ["l3000", list(3000), 9],
      ["m800", many(800, S("v")), 5],
      ["nest", { L: Array.from({ length: 500 }, () => ({ M: { a: S("b") } })) }, 4],
      ["mapl", many(500, { L: [S("b")] }), 5],
      ["under", list(130_000), 381],
      ["text", S("ä".repeat(1000)), 2],
    ] as const) {
      assert.deepEqual(
        await units("PutItem", { Item: { pk: S(pk), data } }),
        { CapacityUnits, TableName: "plain" },
        pk,
      );
    }
    const update = {
      Key: { pk: S("upd") },
      UpdateExpression: "SET d = :v",
      ExpressionAttributeValues: { ":v": list(1500) },
    };
    assert.deepEqual(await units("UpdateItem", update), { CapacityUnits: 5, TableName: "plain" });
    await call("PutItem", { Item: { ...Key, data: S("ä".repeat(4000)) } });
    assert.deepEqual(await units("GetItem", { Key }), { CapacityUnits: 1, TableName: "plain" });
    const of = { KeyConditionExpression: "pk = :a", ExpressionAttributeValues: { ":a": S("a") } };
    assert.deepEqual(await units("Query", { ...of, ConsistentRead: true }), { CapacityUnits: 2, TableName: "plain" });
  });

  it("[G.2] ends a page at a megabyte of UTF-8", async () => {
    for (const sk of ["1", "2", "3", "4"]) {
      const Item = { pk: S("a"), sk: S(sk), text: S("ä".repeat(200_000)) };
      await call("PutItem", { TableName: "sorted", Item });
    }
    const of = { KeyConditionExpression: "pk = :a", ExpressionAttributeValues: { ":a": S("a") } };
    const { Count, LastEvaluatedKey } = await call("Query", { TableName: "sorted", ...of });
    assert.deepEqual([Count, LastEvaluatedKey], [3, { pk: S("a"), sk: S("3") }]);
  });

  // scylladb/scylladb: test_returnconsumedcapacity.py (return_consumed_capacity_indexes_with_indexes); how much a change of a key takes
  // is documented: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.ThroughputConsiderations.Writes
  it("[G.2] reports for a write the capacity consumed on each index that it changes", async () => {
    const item = { pk: S("a"), sk: S("b") };
    const capacity = async (operation: string, input: object) =>
      (await call(operation, { TableName: "sorted", ...input, ReturnConsumedCapacity: "INDEXES" })).ConsumedCapacity;
    const units = (table: number, each: number) => ({
      ...{ CapacityUnits: table + 2 * each, TableName: "sorted", Table: { CapacityUnits: table } },
      LocalSecondaryIndexes: { local: { CapacityUnits: each } },
      GlobalSecondaryIndexes: { global: { CapacityUnits: each } },
    });
    const alone = { CapacityUnits: 1, TableName: "sorted", Table: { CapacityUnits: 1 } };
    const update = (UpdateExpression: string) => ({
      ...{ Key: item, UpdateExpression, ExpressionAttributeValues: { ":v": S("hi") } },
    });
    assert.deepEqual(await capacity("PutItem", { Item: item }), alone);
    assert.deepEqual(await capacity("PutItem", { Item: { ...item, g: S("x") } }), units(1, 1));
    assert.deepEqual(await capacity("UpdateItem", update("SET b = :v")), units(1, 1));
    assert.deepEqual(await capacity("UpdateItem", update("SET g = :v")), units(1, 2));
    assert.deepEqual(await capacity("DeleteItem", { Key: item }), units(1, 1));
    const put = { PutRequest: { Item: { ...item, g: S("x") } } };
    const RequestItems = { sorted: [put, { PutRequest: { Item: { ...item, sk: S("c"), g: S("x") } } }] };
    assert.deepEqual(await capacity("BatchWriteItem", { RequestItems }), [units(2, 2)]);
    assert.deepEqual(await capacity("PutItem", { Item: item }), units(1, 1));
    assert.deepEqual(await capacity("PutItem", { Item: { ...item, animal: S("dog") } }), alone);
    const total = await call("UpdateItem", {
      TableName: "sorted",
      ...update("SET g = :v"),
      ReturnConsumedCapacity: "TOTAL",
    });
    assert.deepEqual(total.ConsumedCapacity, { CapacityUnits: 3, TableName: "sorted" });
  });

  // https://docs.aws.amazon.com/cli/latest/reference/dynamodb/transact-write-items.html, transact-get-items.html: the examples.
  it("[G.2] reports for a transaction the units of which it consumes twice as many", async () => {
    const on = { TableName: "plain" };
    const ReturnConsumedCapacity = "TOTAL";
    const TransactItems = [{ Put: { ...on, Item: { ...Key, g: S("x") } } }, { Put: { ...on, Item: { pk: S("b") } } }];
    const written = await call("TransactWriteItems", { TransactItems, ReturnConsumedCapacity });
    assert.deepEqual(written.ConsumedCapacity, [{ TableName: "plain", CapacityUnits: 6, WriteCapacityUnits: 6 }]);
    const gets = [{ Get: { ...on, Key } }, { Get: { ...on, Key: { pk: S("nobody") } } }];
    const read = await call("TransactGetItems", { TransactItems: gets, ReturnConsumedCapacity });
    assert.deepEqual(read.ConsumedCapacity, [{ TableName: "plain", CapacityUnits: 4, ReadCapacityUnits: 4 }]);
    assert.equal((await call("TransactGetItems", { TransactItems: gets })).ConsumedCapacity, undefined);
  });

  // scylladb/scylladb: test_transact.py (transact_write_items_put_5MB).
  it("[G.2] says of a transaction of 5 MB which size it cannot exceed", async () => {
    const TransactItems = Array.from({ length: 50 }, (_, at) => ({
      Put: { TableName: "plain", Item: { pk: S(`${at}`), text: S("x".repeat(100_000)) } },
    }));
    assert.match((await said("TransactWriteItems", { TransactItems })) ?? "", /size cannot exceed/);
  });

  // scylladb/scylladb: test_query.py (query_no_sort_key_exclusive_start_key).
  it("[G.2] starts no query again of which there can be only one item", async () => {
    const of = { KeyConditionExpression: "pk = :a", ExpressionAttributeValues: { ":a": S("a") } };
    assert.equal(
      await said("Query", { ...of, ExclusiveStartKey: Key }),
      "The provided exclusive start key is invalid: ExclusiveStartKey: {pk=AttributeValue: {S:a}}",
    );
  });
});
