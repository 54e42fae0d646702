/** What DynamoDB does with indexes that other programs' authors saw on AWS, such as those of scylladb/scylladb (`test/alternator`, August 2026). */
import assert from "node:assert/strict";
import { startTableService, type TableService, tableModel } from "../../support/table-service.ts";

const index = (name: string, keys: string[], nonKeyAttributes?: string[]) => ({
  ...{
    name,
    keys,
    projectionType: nonKeyAttributes ? ("INCLUDE" as const) : ("ALL" as const),
    nonKeyAttributes: nonKeyAttributes ?? [],
  },
});
const tables = [
  tableModel("plain", [["pk", "S"]]),
  tableModel(
    "indexed",
    [
      ["pk", "S"],
      ["sk", "S"],
    ],
    {
      localIndexes: [index("local", ["pk", "g"], ["front"])],
      globalIndexes: [index("global", ["g", "sk"], ["front"])],
    },
  ),
];

const S = (text: string) => ({ S: text });
const Key = { pk: S("a") };
const INVALID = "One or more parameter values were invalid: ";

describe("indexes of DynamoDB as recorded", () => {
  let service: TableService;
  beforeEach(async () => {
    service = startTableService(tables);
    await call("PutItem", { TableName, Item: whole });
  });
  afterEach(() => service.close());

  const call = (operation: string, input: object) => service.call(operation, { TableName: "plain", ...input });
  const said = (operation: string, input: object) => service.said(operation, { TableName: "plain", ...input });
  const update = (UpdateExpression: string, values: object) => ({
    ...{ Key, UpdateExpression, ExpressionAttributeValues: values },
  });
  const TableName = "indexed";
  const whole = { pk: S("a"), sk: S("b"), g: S("g"), front: S("s"), inside: S("h") };
  const query = (IndexName: string, more: object) => ({
    ...{ TableName, IndexName, KeyConditionExpression: "g = :g", ExpressionAttributeValues: { ":g": S("g") } },
    ...(IndexName === "local" && {
      KeyConditionExpression: "pk = :a AND g = :g",
      ExpressionAttributeValues: { ":a": S("a"), ":g": S("g") },
    }),
    ...more,
  });

  // test_lsi.py (get_not_projected_attribute, query_select), test_gsi.py (query_select_2); localstack/localstack#478 (2017).
  it("[G.2] reads the others of a local one from the table, and not of a global one", async () => {
    const { inside, ...projected } = whole;
    const read = async (operation: string, input: object) => (await call(operation, input)).Items;
    assert.deepEqual(await read("Query", query("local", {})), [projected]);
    assert.deepEqual(await read("Query", query("local", { ProjectionExpression: "front, inside" })), [
      { front: S("s"), inside },
    ]);
    assert.deepEqual(await read("Query", query("local", { AttributesToGet: undefined, Select: "ALL_ATTRIBUTES" })), [
      whole,
    ]);
    const legacy = { ComparisonOperator: "EQ", AttributeValueList: [S("a")] };
    assert.deepEqual(
      await read("Query", {
        TableName,
        IndexName: "local",
        KeyConditions: { pk: legacy },
        AttributesToGet: ["inside"],
      }),
      [{ inside }],
    );
    assert.deepEqual(await read("Scan", { TableName, IndexName: "local", ProjectionExpression: "inside" }), [
      { inside },
    ]);
    const sentence = (names: string) => `${INVALID}Global secondary index global does not project [${names}]`;
    assert.deepEqual(await read("Query", query("global", { ProjectionExpression: "front, pk" })), [
      { front: S("s"), pk: S("a") },
    ]);
    assert.equal(await said("Query", query("global", { ProjectionExpression: "front, inside.x" })), sentence("inside"));
    assert.equal(
      await said("Scan", { TableName, IndexName: "global", AttributesToGet: ["inside"] }),
      sentence("inside"),
    );
  });

  // paritysuite/dynamodb-conformance recorded the words in October 2026 for the same read by PartiQL, and AppSync's users see
  // them of a Query.
  it("[G.2] filters by no attribute that the index has not", async () => {
    const sentence = (name: string) =>
      `${INVALID}Secondary index ${name} does not project one or more filter attributes: [inside]`;
    for (const name of ["local", "global"]) {
      const filter = { FilterExpression: "attribute_exists(inside)" };
      assert.equal(await said("Query", query(name, filter)), sentence(name));
      assert.equal(await said("Scan", { TableName, IndexName: name, ...filter }), sentence(name));
      assert.equal(await said("Query", query(name, { FilterExpression: "attribute_exists(front)" })), undefined);
    }
  });

  // test_filter_expression.py (partition_key_2, sort_key, compare_attributes); the words are those of dynalite's tests against AWS.
  it("[G.2] filters a query by no key of what it asks", async () => {
    const sentence = (name: string) =>
      `Filter Expression can only contain non-primary key attributes: Primary key attribute: ${name}`;
    const ofTable = (FilterExpression: string) => ({
      ...{
        TableName,
        KeyConditionExpression: "pk = :a",
        ExpressionAttributeValues: { ":a": S("a") },
        FilterExpression,
      },
    });
    assert.equal(await said("Query", ofTable("pk = :a")), sentence("pk"));
    assert.equal(await said("Query", ofTable("inside = sk")), sentence("sk"));
    assert.equal(await said("Query", ofTable("g <> :a")), undefined);
    assert.equal(await said("Query", query("global", { FilterExpression: "attribute_exists(sk)" })), sentence("sk"));
    assert.equal(await said("Query", query("global", { FilterExpression: "attribute_exists(pk)" })), undefined);
    assert.equal(await said("Scan", { TableName, FilterExpression: "attribute_exists(pk)" }), undefined);
  });

  // wellcomecollection/platform#2285 (2018), architect/dynalite#35 (2015); test_gsi.py (limit_partition_key_len_2048, limit_sort_key_len_1024).
  it("[G.2] takes a key of an index of 2048 bytes, or of 1024 when it is the second one", async () => {
    const sentence = (bytes: number, most: number, name: string) =>
      `${INVALID}Size limit exceeded for Index Key g Actual Size: ${bytes} bytes Max Size: ${most} bytes IndexName: ${name}`;
    const of = (g: string) => ({ TableName, Item: { ...whole, g: S(g) } });
    const plain = (g: string) => ({ Item: { ...Key, g: S(g) } });
    assert.equal(await said("PutItem", plain("é".repeat(1024))), undefined);
    assert.equal(await said("PutItem", plain(`${"é".repeat(1024)}.`)), sentence(2049, 2048, "by-g"));
    assert.equal(
      await said("UpdateItem", update("SET g = :g", { ":g": S("x".repeat(2049)) })),
      sentence(2049, 2048, "by-g"),
    );
    assert.equal(await said("PutItem", of("x".repeat(1024))), undefined);
    assert.equal(await said("PutItem", of("x".repeat(1025))), sentence(1025, 1024, "local"));
    assert.equal(
      await said("BatchWriteItem", { RequestItems: { plain: [{ PutRequest: plain("x".repeat(2049)) }] } }),
      sentence(2049, 2048, "by-g"),
    );
  });
});
