/** `Expected`, `QueryFilter`, `ScanFilter` and `KeyConditions`, which expressions have replaced and old programs still use. */
import assert from "node:assert/strict";
import type { LocalCloud } from "../../../local/start.ts";
import { askTables, startTables } from "../../support/tables.ts";

const TableName = "documents";
const Key = { person: { S: "ada" }, folder: { S: "a" } };
const place = { M: { street: { S: "a" }, rooms: { L: [{ N: "1" }] } } };
const attributes = {
  ...{ pages: { N: "3" }, title: { S: "apple" }, draft: { BOOL: false }, none: { S: "" }, place },
  ...{ tags: { SS: ["x", "y"] } },
};

describe("older parameters", function () {
  this.timeout(60_000);
  let cloud: LocalCloud;

  before(async () => {
    cloud = await startTables({}, { fixture: "table-of-documents" });
    await ask("PutItem", { Item: { ...Key, ...attributes } });
  });
  after(() => cloud?.close());

  const ask = (operation: string, request: object) => askTables(cloud, operation, { TableName, ...request });
  const by = (ComparisonOperator: string, ...AttributeValueList: object[]) => ({
    ComparisonOperator,
    AttributeValueList,
  });

  const conditions: [attribute: string, condition: object, holds: boolean][] = [
    ["pages", { Value: { N: "3.0" } }, true],
    ["pages", { Exists: true, Value: { N: "4" } }, false],
    ["pages", { Exists: true, Value: { N: "3" } }, true],
    ["pages", { Exists: false }, false],
    ["absent", { Exists: false }, true],
    ["pages", { ComparisonOperator: "GT", Value: { N: "2" } }, true],
    ["pages", by("BETWEEN", { N: "3" }, { N: "20" }), true],
    ["pages", by("IN", { N: "1" }, { N: "3" }), true],
    ["title", by("BEGINS_WITH", { S: "ap" }), true],
    ["title", by("NOT_CONTAINS", { S: "pp" }), false],
    ["tags", by("CONTAINS", { S: "y" }), true],
    ["tags", by("EQ", { SS: ["y", "x"] }), true],
    ["place", by("EQ", place), true],
    ["place", by("NE", place), false],
    ["draft", by("NOT_NULL"), true],
    ["none", by("NULL"), false],
    ["absent", by("NE", { N: "1" }), true],
  ];
  for (const [attribute, condition, holds] of conditions) {
    it(`[G.2] hold as expressions do: ${attribute} ${JSON.stringify(condition)}`, async () => {
      const Expected = { [attribute]: condition };
      const { status, body } = await ask("PutItem", { Item: { ...Key, ...attributes }, Expected });
      assert.equal(status === 200 ? "" : body.message, holds ? "" : "The conditional request failed");
      if (!("ComparisonOperator" in condition) || !("AttributeValueList" in condition)) return;
      const filter = { [attribute]: condition };
      const found = JSON.parse((await ask("Scan", { ScanFilter: filter, AttributesToGet: ["folder"] })).text);
      assert.deepEqual([found.Items, found.ScannedCount], [holds ? [{ folder: Key.folder }] : [], 1]);
    });
  }

  it("[G.2] are all met, or one of them", async () => {
    const Expected = { pages: { Value: { N: "3" } }, title: { Value: { S: "pear" } } };
    const update = { Key, AttributeUpdates: { seen: { Value: { BOOL: true } } }, Expected };
    assert.match((await ask("UpdateItem", update)).body.__type!, /#ConditionalCheckFailedException$/);
    assert.equal((await ask("UpdateItem", { ...update, ConditionalOperator: "OR" })).status, 200);
    const query = {
      KeyConditions: { person: by("EQ", Key.person), folder: by("BEGINS_WITH", { S: "a" }) },
      QueryFilter: { seen: by("EQ", { BOOL: true }), title: by("EQ", { S: "pear" }) },
      Select: "COUNT",
    };
    assert.equal((await ask("Query", query)).text, '{"ScannedCount":1,"Count":0}');
    assert.equal((await ask("Query", { ...query, ConditionalOperator: "OR" })).text, '{"ScannedCount":1,"Count":1}');
  });

  it("[G.2] may filter a query by no key, as expressions may not, and an update is valid before a condition is met", async () => {
    const KeyConditions = { person: by("EQ", Key.person) };
    const QueryFilter = { folder: by("EQ", Key.folder) };
    const said = "can only contain non-primary key attributes: Primary key attribute: folder";
    assert.equal((await ask("Query", { KeyConditions, QueryFilter })).body.message, `QueryFilter ${said}`);
    const { body } = await ask("Query", {
      ...{ KeyConditionExpression: "person = :p", FilterExpression: "folder = :f AND pages > :n" },
      ExpressionAttributeValues: { ":p": Key.person, ":f": Key.folder, ":n": { N: "1" } },
    });
    assert.equal(body.message, `Filter Expression ${said}`);
    const invalid = await ask("UpdateItem", {
      ...{ Key, UpdateExpression: "SET folder = :f", ConditionExpression: "attribute_exists(absent)" },
      ExpressionAttributeValues: { ":f": { S: "b" } },
    });
    assert.match(invalid.body.message!, /Cannot update attribute folder\. This attribute is part of the key$/);
  });
});
