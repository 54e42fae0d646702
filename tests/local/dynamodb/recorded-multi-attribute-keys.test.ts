/**
 * Global indexes whose key has several attributes, as recorded on AWS by paritysuite/dynamodb-conformance (multiAttributeGsiKey, October
 * 2026), getmoto/moto (test_dynamodb_multi_attribute_gsi.py, August 2026) and scylladb/scylladb (test_gsi_composite_keys.py).
 */
import assert from "node:assert/strict";
import { startTableService, type TableService, tableModel } from "../../support/table-service.ts";

const texts = (...names: string[]) => names.map((name) => ({ name, type: "S" as const }));
const all = { projectionType: "ALL" as const, nonKeyAttributes: [] };
const tables = [
  tableModel("plain", [["pk", "S"]], {
    attributes: [...texts("pk", "h", "h2", "a", "b", "c"), { name: "n", type: "N" }],
    globalIndexes: [
      { name: "one", keys: ["h", "a", "b", "c"], ...all },
      { name: "two", keys: ["h", "h2", "a", "n"], partitionKeys: 2, ...all },
    ],
  }),
];

const S = (text: string) => ({ S: text });
const N = (number: number) => ({ N: String(number) });

describe("indexes with several attributes in a key", () => {
  let service: TableService;
  before(async () => {
    service = startTableService(tables);
    for (const [pk, a, b, c, n] of [
      ["p1", "T", "live", "b", 30],
      ["p2", "T", "live", "ab", 200],
      ["p3", "T", "live", "a", 4],
      ["p4", "T", "draft", "c", 50],
      ["p5", "F", "live", "a", 6],
      ["p6", "T", "live", undefined, 7],
    ] as const) {
      const Item = { pk: S(pk), h: S("o"), h2: S("q"), a: S(a), b: S(b), ...(c && { c: S(c) }), n: N(n) };
      await service.call("PutItem", { TableName: "plain", Item });
    }
  });
  after(() => service.close());

  const values: Record<string, object> = {
    ...{ ":h": S("o"), ":q": S("q"), ":a": S("T"), ":b": S("live"), ":c": S("a"), ":d": S("b") },
    ...{ ":n": N(30), ":m": N(200) },
  };
  const request = (IndexName: string, KeyConditionExpression: string, more: object = {}) => ({
    ...{ TableName: "plain", IndexName, KeyConditionExpression },
    ExpressionAttributeValues: Object.fromEntries(
      Object.entries(values).filter(([name]) => KeyConditionExpression.includes(name)),
    ),
    ...more,
  });
  const keys = async (...of: Parameters<typeof request>) =>
    ((await service.call("Query", request(...of))).Items as { pk: { S: string } }[]).map(({ pk }) => pk.S);
  const said = (...of: Parameters<typeof request>) => service.said("Query", request(...of));

  it("[G.1] are described with each attribute's part in the key", async () => {
    const { Table } = await service.call("DescribeTable", { TableName: "plain" });
    const { GlobalSecondaryIndexes } = Table as { GlobalSecondaryIndexes: { KeySchema: object[] }[] };
    const schema = (types: Record<string, string>) =>
      Object.entries(types).map(([AttributeName, KeyType]) => ({ AttributeName, KeyType }));
    assert.deepEqual(
      GlobalSecondaryIndexes.map(({ KeySchema }) => KeySchema),
      [
        schema({ h: "HASH", a: "RANGE", b: "RANGE", c: "RANGE" }),
        schema({ h: "HASH", h2: "HASH", a: "RANGE", n: "RANGE" }),
      ],
    );
  });

  it("[G.2] sort by one RANGE attribute after another, without what has not all of them", async () => {
    assert.deepEqual(await keys("one", "h = :h"), ["p5", "p4", "p3", "p2", "p1"]);
    assert.deepEqual(await keys("one", "h = :h AND a = :a"), ["p4", "p3", "p2", "p1"]);
    assert.deepEqual(await keys("one", "h = :h AND a = :a", { ScanIndexForward: false }), ["p1", "p2", "p3", "p4"]);
    assert.deepEqual(await keys("two", "h = :h AND h2 = :q"), ["p5", "p3", "p6", "p1", "p4", "p2"]);
  });

  it("[G.2] are asked by the first of their attributes, and by a range of the last one named", async () => {
    assert.deepEqual(await keys("one", "b = :b AND h = :h AND a = :a"), ["p3", "p2", "p1"]);
    assert.deepEqual(await keys("one", "h = :h AND a = :a AND b < :b"), ["p4"]);
    assert.deepEqual(await keys("one", "h = :h AND a = :a AND b = :b AND c > :c"), ["p2", "p1"]);
    assert.deepEqual(await keys("one", "h = :h AND a = :a AND b = :b AND c <= :c"), ["p3"]);
    assert.deepEqual(await keys("one", "h = :h AND a = :a AND b = :b AND begins_with(c, :c)"), ["p3", "p2"]);
    assert.deepEqual(await keys("one", "h = :h AND a = :a AND b = :b AND c BETWEEN :c AND :d"), ["p3", "p2", "p1"]);
    assert.deepEqual(await keys("two", "h = :h AND h2 = :q AND a = :a AND n BETWEEN :n AND :m"), ["p1", "p4", "p2"]);
    assert.deepEqual(await keys("two", "h = :h AND h2 = :q AND a = :a AND n >= :m"), ["p2"]);
    const condition = (ComparisonOperator: string, value: object) => ({
      ...{ ComparisonOperator, AttributeValueList: [value] },
    });
    const KeyConditions = {
      ...{ h: condition("EQ", S("o")), a: condition("EQ", S("T")), b: condition("EQ", S("live")) },
      c: condition("GT", S("a")),
    };
    const { Items } = await service.call("Query", { TableName: "plain", IndexName: "one", KeyConditions });
    assert.deepEqual(
      (Items as { pk: object }[]).map(({ pk }) => pk),
      [S("p2"), S("p1")],
    );
  });

  it("[G.2] are not asked with a gap between their attributes", async () => {
    const range = (open: string, named: string) =>
      `RANGE key attributes ${open} must have equality conditions specified in the query because a condition is present on key attribute ${named}`;
    assert.equal(await said("one", "h = :h AND a = :a AND c = :c"), range("b", "c"));
    assert.equal(await said("one", "h = :h AND a = :a AND b > :b AND c = :c"), range("b", "c"));
    assert.equal(await said("one", "h = :h AND b = :b"), range("a", "b"));
    for (const condition of ["h = :h", "h = :h AND h2 > :q", "h2 = :q", "h = :h AND begins_with(h2, :q)"]) {
      assert.match((await said("two", condition)) ?? "", /HASH.*equality/, condition);
    }
    assert.match(
      (await said("one", "h = :h", { FilterExpression: "c = :h" })) ?? "",
      /^Filter Expression can only contain non-primary key attributes: Primary key attribute: c$/,
    );
  });

  it("[G.2] are asked page by page, by every attribute of both keys", async () => {
    const pages: string[][] = [];
    let ExclusiveStartKey: unknown;
    do {
      const page = await service.call("Query", request("one", "h = :h AND a = :a", { Limit: 2, ExclusiveStartKey }));
      pages.push((page.Items as { pk: { S: string } }[]).map(({ pk }) => pk.S));
      ExclusiveStartKey = page.LastEvaluatedKey;
      if (ExclusiveStartKey) {
        assert.deepEqual(Object.keys(ExclusiveStartKey as object).sort(), ["a", "b", "c", "h", "pk"]);
      }
    } while (ExclusiveStartKey);
    assert.deepEqual(pages, [["p4", "p3"], ["p2", "p1"], []]);
    const start = { pk: S("x"), h: S("o"), a: S("T"), b: S("live"), c: S("x"), more: S("y") };
    assert.equal(await said("one", "h = :h", { ExclusiveStartKey: start }), "The provided starting key is invalid");
  });
});
