/** Names that every object of JavaScript has, of attributes, tables and indexes, and as texts: DynamoDB takes them for what they are. */
import assert from "node:assert/strict";
import type { LocalCloud } from "../../../local/start.ts";
import { askTables, startTables } from "../../support/tables.ts";

const TableName = "__proto__";
const names = { "#p": "__proto__", "#c": "constructor", "#t": "toString", "#d": "__proto_-" };

describe("names that every object has", function () {
  this.timeout(60_000);
  let cloud: LocalCloud;
  let putBack: () => void;

  before(async () => {
    cloud = await startTables({}, { fixture: "table-of-odd-names" });
    putBack = cloud.checkpoint();
  });
  beforeEach(() => putBack());
  after(() => cloud?.close());

  /** @param request JSON; `$` stands for the names of placeholders that it uses */
  async function ask(operation: string, request: string) {
    const used = Object.entries(names).filter(([placeholder]) => request.includes(placeholder));
    const body = request.replace('"$"', () => JSON.stringify(Object.fromEntries(used)));
    return (await askTables(cloud, operation, body)).text;
  }
  const item =
    '{"__proto__":{"S":"__proto__"},"constructor":{"S":"b"},"__proto_-":{"N":"1"},"toString":{"S":"t"},"valueOf":{"S":"v"},' +
    '"hasOwnProperty":{"M":{"__proto__":{"M":{"constructor":{"L":[{"S":"__proto_-"},{"M":{"toString":{"BOOL":true}}}]}}}}}}';
  const key = '{"__proto__":{"S":"__proto__"},"constructor":{"S":"b"}}';
  /** JSON.parse keeps `__proto__` for the member that it is, and so does this comparison. */
  const same = (actual: string, expected: string) =>
    assert.deepEqual(sorted(JSON.parse(actual)), sorted(JSON.parse(expected)));
  function sorted(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(sorted);
    if (value === null || typeof value !== "object") return value;
    const entries = Object.entries(value).map(([name, each]) => [name, sorted(each)] as const);
    return entries.sort(([one], [other]) => (one < other ? -1 : 1));
  }

  it("[G.2] are kept as names of attributes, at every depth, and as texts", async () => {
    assert.equal(await ask("PutItem", `{"TableName":"${TableName}","Item":${item}}`), "{}");
    same(await ask("GetItem", `{"TableName":"${TableName}","Key":${key}}`), `{"Item":${item}}`);
    same(
      await ask("GetItem", `{"TableName":"${TableName}","Key":{"__proto__":{"S":"declared"},"constructor":{"S":"1"}}}`),
      '{"Item":{"__proto__":{"S":"declared"},"constructor":{"S":"1"},"m":{"M":{"__proto__":{"S":"in"}}}}}',
    );
    same(
      await ask("DeleteItem", `{"TableName":"${TableName}","Key":${key},"ReturnValues":"ALL_OLD"}`),
      `{"Attributes":${item}}`,
    );
  });

  it("[G.2] are found, shown and changed by expressions, and by the older parameters", async () => {
    await ask("PutItem", `{"TableName":"${TableName}","Item":${item}}`);
    const inside =
      '"hasOwnProperty":{"M":{"__proto__":{"M":{"constructor":{"L":[{"M":{"toString":{"BOOL":true}}}]}}}}}';
    const projection =
      '"ProjectionExpression":"#p, #d, hasOwnProperty.#p.#c[1].#t, m.#c","ExpressionAttributeNames":"$"';
    const shown = `{"__proto__":{"S":"__proto__"},"__proto_-":{"N":"1"},${inside}}`;
    same(await ask("GetItem", `{"TableName":"${TableName}","Key":${key},${projection}}`), `{"Item":${shown}}`);
    const query = '"KeyConditionExpression":"#p = :p","ExpressionAttributeValues":{":p":{"S":"__proto__"}}';
    same(
      await ask("Query", `{"TableName":"${TableName}",${query},${projection}}`),
      `{"Count":1,"ScannedCount":1,"Items":[${shown}]}`,
    );
    same(
      await ask(
        "Query",
        `{"TableName":"${TableName}","KeyConditions":{"__proto__":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"__proto__"}]}},"AttributesToGet":["__proto_-","toString"],"QueryFilter":{"toString":{"ComparisonOperator":"NOT_NULL"}}}`,
      ),
      '{"Count":1,"ScannedCount":1,"Items":[{"__proto_-":{"N":"1"},"toString":{"S":"t"}}]}',
    );
    same(
      await ask(
        "UpdateItem",
        `{"TableName":"${TableName}","Key":${key},"ReturnValues":"UPDATED_NEW","ConditionExpression":"hasOwnProperty.#p.#c[0] = :s AND attribute_not_exists(hasOwnProperty.#c)","UpdateExpression":"SET hasOwnProperty.#p.#p = :s ADD #d :n","ExpressionAttributeNames":"$","ExpressionAttributeValues":{":s":{"S":"__proto_-"},":n":{"N":"1"}}}`,
      ),
      '{"Attributes":{"hasOwnProperty":{"M":{"__proto__":{"M":{"__proto__":{"S":"__proto_-"}}}}},"__proto_-":{"N":"2"}}}',
    );
    same(
      await ask(
        "Scan",
        `{"TableName":"${TableName}","Limit":1,"FilterExpression":"contains(#t, :t) OR attribute_exists(m.#p)","ProjectionExpression":"#c","ExpressionAttributeNames":"$","ExpressionAttributeValues":{":t":{"S":"t"}},"ExclusiveStartKey":{"__proto__":{"S":"nobody"},"constructor":{"S":"1"}}}`,
      ).then((text) => JSON.stringify(Object.keys(JSON.parse(text)))),
      '["ScannedCount","LastEvaluatedKey","Count","Items"]',
    );
  });

  it("[G.1] are names of tables, keys and indexes", async () => {
    await ask("PutItem", `{"TableName":"${TableName}","Item":${item}}`);
    assert.equal(await ask("ListTables", "{}"), '{"TableNames":["__proto__"]}');
    const { Table } = JSON.parse(await ask("DescribeTable", `{"TableName":"${TableName}"}`));
    assert.deepEqual(
      [Table.TableName, Table.KeySchema[0].AttributeName, Table.GlobalSecondaryIndexes[0].IndexName],
      ["__proto__", "__proto__", "__proto__"],
    );
    assert.deepEqual(
      cloud.ready.tables?.map(({ name, keys, indexes }) => [name, keys, indexes]),
      [["__proto__", ["__proto__", "constructor"], ["constructor", "__proto__"]]],
    );
    const byText =
      '"KeyConditionExpression":"#t = :t","ExpressionAttributeNames":"$","ExpressionAttributeValues":{":t":{"S":"t"}}';
    const projected = JSON.stringify(JSON.parse(item)).replace(/"__proto_-":\{"N":"1"\},|"valueOf":\{"S":"v"\},/g, "");
    same(
      await ask(
        "Query",
        `{"TableName":"${TableName}","IndexName":"__proto__","ReturnConsumedCapacity":"INDEXES",${byText}}`,
      ),
      `{"Count":1,"ScannedCount":1,"Items":[${projected}],"ConsumedCapacity":{"CapacityUnits":0.5,"TableName":"__proto__","Table":{"CapacityUnits":0},"GlobalSecondaryIndexes":{"__proto__":{"CapacityUnits":0.5}}}}`,
    );
    same(
      await ask("BatchGetItem", `{"RequestItems":{"__proto__":{"Keys":[${key}],"AttributesToGet":["__proto__"]}}}`),
      '{"Responses":{"__proto__":[{"__proto__":{"S":"__proto__"}}]},"UnprocessedKeys":{}}',
    );
    const writes = `{"RequestItems":{"__proto__":[{"DeleteRequest":{"Key":${key}}}]}}`;
    assert.equal(await ask("BatchWriteItem", writes), '{"UnprocessedItems":{}}');
    const page = await ask("Scan", `{"TableName":"${TableName}","Limit":1}`);
    same(JSON.stringify(JSON.parse(page).LastEvaluatedKey), '{"__proto__":{"S":"declared"},"constructor":{"S":"1"}}');
    const missing = await ask("PutItem", `{"TableName":"${TableName}","Item":{"constructor":{"S":"1"}}}`);
    assert.match(JSON.parse(missing).message, /Missing the key __proto__ in the item$/);
    const twice = `{"Put":{"TableName":"${TableName}","Item":${item},"ConditionExpression":"attribute_exists(#p)","ExpressionAttributeNames":"$"}}`;
    const cancelled = JSON.parse(await ask("TransactWriteItems", `{"TransactItems":[${twice}]}`));
    assert.deepEqual(
      cancelled.CancellationReasons.map(({ Code }: { Code: string }) => Code),
      ["ConditionalCheckFailed"],
    );
  });
});
