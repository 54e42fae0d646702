/**
 * What DynamoDB does with items that other programs' authors saw on AWS: most of it by scylladb/scylladb, whose tests of Alternator
 * (`test/alternator`, read in the version of August 2026) are run against AWS too.
 */
import assert from "node:assert/strict";
import { itemSize } from "../../../local/dynamodb/item-size.ts";
import { startTableService, type TableService, tableModel } from "../../support/table-service.ts";

const tables = [
  tableModel("plain", [["pk", "S"]]),
  tableModel("sorted", [
    ["pk", "S"],
    ["sk", "S"],
  ]),
];

const S = (text: string) => ({ S: text });
const N = (number: string) => ({ N: number });
const Key = { pk: S("a") };
const ONE = "1 validation error detected: ";

describe("DynamoDB as recorded", () => {
  let service: TableService;
  beforeEach(() => {
    service = startTableService(tables);
  });
  afterEach(() => service.close());

  const call = (operation: string, input: object) => service.call(operation, { TableName: "plain", ...input });
  const said = (operation: string, input: object) => service.said(operation, { TableName: "plain", ...input });
  const put = (attributes: object) => call("PutItem", { Item: { ...Key, ...attributes } });
  const update = (UpdateExpression: string, values?: object, more: object = {}) => ({
    ...{ Key, UpdateExpression, ExpressionAttributeValues: values, ...more },
  });
  const item = async () => (await call("GetItem", { Key })).Item;

  // test_returnvalues.py (updated_old, updated_new, nested), test_update_expression.py (nested_attribute_remove_from_missing_item).
  it("[G.2] shows no attributes of an update where none of those it changes is there", async () => {
    const shown = async (expression: string, ReturnValues: string, values?: object) =>
      (await call("UpdateItem", update(expression, values, { ReturnValues }))).Attributes;
    const value = { ":v": S("cat") };
    for (const expression of ["REMOVE x.y", "REMOVE x[0]"]) {
      assert.equal(await shown(expression, "ALL_NEW"), undefined);
      assert.equal(await item(), undefined);
    }
    assert.equal(await shown("SET b = :v", "UPDATED_OLD", value), undefined);
    assert.deepEqual(await shown("SET b = :v, c = :v", "UPDATED_OLD", value), { b: S("cat") });
    assert.equal(await shown("REMOVE b", "UPDATED_NEW"), undefined);
    await put({ a: { M: { c: { L: [N("1")] } } } });
    assert.equal(await shown("SET a.x = :v", "UPDATED_OLD", value), undefined);
    assert.deepEqual(await shown("SET a.y = :v", "UPDATED_NEW", value), { a: { M: { y: S("cat") } } });
    assert.equal(await shown("SET a.c[100] = :v", "UPDATED_NEW", value), undefined);
    assert.deepEqual(await shown("REMOVE a.c[0]", "UPDATED_NEW"), { a: { M: { c: { L: [S("cat")] } } } });
    assert.equal(
      await said("UpdateItem", update("REMOVE nowhere.y")),
      "The document path provided in the update expression is invalid for update",
    );
  });

  // test_number.py (update_expression_plus_overflow, plus_imprecise, invalid_numbers, number_hash_key_representation).
  it("[G.2] of numbers takes a plus sign, and refuses sums that it cannot hold", async () => {
    await call("UpdateItem", update("SET a = :a, s = :s", { ":a": N("+3"), ":s": { NS: ["+1e+2", "-0.50"] } }));
    assert.deepEqual(await item(), { ...Key, a: N("3"), s: { NS: ["-0.5", "100"] } });
    const overflow = "Number overflow. Attempting to store a number with magnitude larger than supported range";
    for (const [one, sign, other] of [
      ["9e125", "+", "9e125"],
      ["9e125", "-", "-9e125"],
      // Of what is more exact than 38 digits too.
      ["1e50", "-", "1"],
      ["1e50", "+", "1"],
    ] as const) {
      const values = { ":one": N(one), ":other": N(other) };
      assert.equal(await said("UpdateItem", update(`SET b = :one ${sign} :other`, values)), overflow);
    }
    await call("UpdateItem", update("SET b = :v", { ":v": N("1e50") }));
    assert.equal(await said("UpdateItem", update("ADD b :v", { ":v": N("1") })), overflow);
    await call("UpdateItem", update("SET b = :one + :other", { ":one": N("9e125"), ":other": N("9e124") }));
    assert.deepEqual((await item()) as object, {
      ...Key,
      a: N("3"),
      s: { NS: ["-0.5", "100"] },
      b: N(`99${"0".repeat(124)}`),
    });
  });

  // test_condition_expression.py (update_condition_lt, le, gt, ge, between), test_update_expression.py (function_nesting).
  it("[G.2] of an expression refuses values without an order, and a list that is appended to twice", async () => {
    const list = { L: [N("1")] };
    const wrong = (operator: string, type: string) =>
      `${ONE}Invalid ConditionExpression: Incorrect operand type for operator or function; operator or function: ${operator}, operand type: ${type}`;
    for (const [condition, value, sentence] of [
      ["a < :v", list, wrong("<", "L")],
      [":v <= a", { BOOL: true }, wrong("<=", "BOOL")],
      ["a > :v", { NULL: true }, wrong(">", "NULL")],
      [":v >= a", { SS: ["x"] }, wrong(">=", "SS")],
      ["a BETWEEN :v AND :v", list, wrong("BETWEEN", "L")],
      ["a = :v", list, "ConditionalCheckFailedException"],
    ] as const) {
      const input = update("SET b = :one", { ":one": N("1"), ":v": value }, { ConditionExpression: condition });
      assert.equal((await said("UpdateItem", input))?.replace(/^.*#/, ""), sentence, condition);
    }
    await put({ a: list });
    const values = { ":a": list, ":b": list };
    assert.equal(
      await said("UpdateItem", update("SET c = list_append(list_append(:a, :b), :b)", values)),
      `${ONE}Invalid UpdateExpression: The function is not allowed to be used this way in an expression; function: list_append`,
    );
    await call("UpdateItem", update("SET c = list_append(if_not_exists(c, :a), :b)", values));
    assert.deepEqual((await item()) as object, { ...Key, a: list, c: { L: [N("1"), N("1")] } });
  });

  // test_returnvalues.py (validation_of_returnvalues_on_condition_check_failure), test_transact.py (returnvaluesonconditioncheckfailure,
  // clientrequesttoken_length), test_item.py (update_bad_action), test_manual_requests.py (batch_write_item_invalid_payload), test_scan.py (parallel_incorrect).
  it("[G.2] refuses what a member of a request cannot be", async () => {
    const choice = (value: string, at: string, set: string) =>
      `${ONE}Value '${value}' at '${at}' failed to satisfy constraint: Member must satisfy enum value set: [${set}]`;
    const shows = { ReturnValuesOnConditionCheckFailure: "UPDATED_OLD" };
    const at = "returnValuesOnConditionCheckFailure";
    assert.equal(await said("PutItem", { Item: Key, ...shows }), choice("UPDATED_OLD", at, "ALL_OLD, NONE"));
    assert.equal(await said("DeleteItem", { Key, ...shows }), choice("UPDATED_OLD", at, "ALL_OLD, NONE"));
    assert.equal(await said("UpdateItem", { Key, ...shows }), choice("UPDATED_OLD", at, "ALL_OLD, NONE"));
    const inTransaction = { TableName: "plain", Key, ReturnValuesOnConditionCheckFailure: "none" };
    assert.equal(
      await said("TransactWriteItems", { TransactItems: [{ Delete: inTransaction }] }),
      choice("none", `transactItems.1.member.delete.${at}`, "ALL_OLD, NONE"),
    );
    const put = { Put: { TableName: "plain", Item: Key } };
    for (const [token, least] of [
      ["t".repeat(37), "less than or equal to 36"],
      ["", "greater than or equal to 1"],
    ] as const) {
      assert.equal(
        await said("TransactWriteItems", { TransactItems: [put], ClientRequestToken: token }),
        `${ONE}Value '${token}' at 'clientRequestToken' failed to satisfy constraint: Member must have length ${least}`,
      );
    }
    assert.equal(
      await said("UpdateItem", { Key, AttributeUpdates: { b: { Action: "NONEXISTENT", Value: N("1") } } }),
      choice("NONEXISTENT", "attributeUpdates.b.member.action", "ADD, DELETE, PUT"),
    );
    assert.equal(await item(), undefined);
    assert.equal(
      await said("Scan", { TotalSegments: 1_000_001, Segment: 0 }),
      `${ONE}Value '1000001' at 'totalSegments' failed to satisfy constraint: Member must have value less than or equal to 1000000`,
    );
    const invalid =
      /^com\.amazon(?:\.coral\.validate#ValidationException|aws\.dynamodb\.v20120810#SerializationException|\.coral\.service#SerializationException)$/;
    const wrong: unknown[][] = [];
    for (const [operation, input] of [
      ["PutItem", { Item: { ...Key, a: null } }],
      ["PutItem", { Item: { pk: null } }],
      ["PutItem", { Item: { ...Key, a: { L: [null] } } }],
      ["PutItem", { Item: { ...Key, a: { M: { b: null } } } }],
      ["PutItem", { Item: { ...Key, a: { SS: [null] } } }],
      ["GetItem", { Key: { pk: null } }],
      ["GetItem", { Key, AttributesToGet: [null] }],
      ["GetItem", { Key, ProjectionExpression: "#a", ExpressionAttributeNames: { "#a": null } }],
      ["UpdateItem", update("SET a = :a", { ":a": null })],
      ["UpdateItem", { Key, AttributeUpdates: { a: null } }],
      ["DeleteItem", { Key, Expected: { a: null } }],
      ["Query", { KeyConditions: { pk: null } }],
      ["Scan", { ScanFilter: { pk: null } }],
      ["Scan", { ExclusiveStartKey: { pk: null } }],
      ["BatchGetItem", { RequestItems: { plain: null } }],
      ["BatchGetItem", { RequestItems: { plain: { Keys: [null] } } }],
      ["BatchGetItem", { RequestItems: { plain: { Keys: null } } }],
      ["TransactGetItems", { TransactItems: [{ Get: { TableName: "plain", Key: { pk: null } } }] }],
    ] as const) {
      const { __type } = await call(operation, input);
      wrong.push([operation, JSON.stringify(input), invalid.test(String(__type)) ? "" : __type]);
    }
    for (const writes of [
      null,
      [null],
      [{}],
      [{ PutRequest: null }],
      [{ PutRequest: {} }],
      [{ DeleteRequest: null }],
      [{ DeleteRequest: {} }],
    ]) {
      const { __type } = await call("BatchWriteItem", { RequestItems: { plain: writes } });
      wrong.push(["BatchWriteItem", JSON.stringify(writes), invalid.test(String(__type)) ? "" : __type]);
    }
    assert.deepEqual(
      wrong.filter(([, , type]) => type !== ""),
      [],
    );
  });

  // test_expected.py (1_le_validation, 1_contains, 1_begins_with_false, 1_in, 1_between_validation, conditional_operator_expected_missing).
  it("[G.2] takes in the older Expected no value that its operator has no use for", async () => {
    const list = { L: [N("1")] };
    for (const [operator, values, type] of [
      ["LE", [list], "L"],
      ["CONTAINS", [list], "L"],
      ["NOT_CONTAINS", [list], "L"],
      ["BEGINS_WITH", [N("3")], "N"],
      ["IN", [list, list], "L"],
      ["BETWEEN", [{ NS: ["1"] }, { NS: ["2"] }], "NS"],
      ["BETWEEN", [list, list], "L"],
    ] as const) {
      const Expected = { a: { ComparisonOperator: operator, AttributeValueList: values } };
      assert.equal(
        await said("UpdateItem", { Key, AttributeUpdates: { z: { Value: N("1") } }, Expected }),
        `${ONE}One or more parameter values were invalid: ComparisonOperator ${operator} is not valid for ${type} AttributeValue type`,
      );
    }
    // ExtendDB/extenddb, whose tests of ConditionalOperator run against AWS too (2026).
    const without = "ConditionalOperator cannot be used without Filter or Expected";
    const one = { a: { ComparisonOperator: "NULL" } };
    const two = "ConditionalOperator can only be used when Filter or Expected has two or more elements";
    const ConditionalOperator = "OR";
    for (const [operation, input, sentence] of [
      ["PutItem", { Item: Key }, `${ONE}${without}`],
      ["PutItem", { Item: Key, Expected: {} }, `${ONE}${without}`],
      ["PutItem", { Item: Key, Expected: one }, `${ONE}${two}`],
      ["Scan", {}, without],
      ["Scan", { ScanFilter: one }, two],
      ["Query", {}, without],
      ["Scan", { ScanFilter: { ...one, b: one.a } }, undefined],
    ] as const) {
      assert.equal(await said(operation, { ...input, ConditionalOperator }), sentence);
    }
    assert.equal(await item(), undefined);
  });

  // test_expected.py (1_not_contains).
  it("[G.2] finds in what is not there neither that it contains something nor that it does not", async () => {
    await put({ a: S("hello") });
    const counted = async (name: string, ComparisonOperator: string) =>
      (await call("Scan", { ScanFilter: { [name]: { ComparisonOperator, AttributeValueList: [S("x")] } } })).Count;
    assert.deepEqual([await counted("a", "NOT_CONTAINS"), await counted("a", "CONTAINS")], [1, 0]);
    assert.deepEqual([await counted("b", "NOT_CONTAINS"), await counted("b", "CONTAINS")], [0, 0]);
  });

  // test_transact.py (cancellation_reasons_validationerror).
  it("[G.2] reports only the first invalid key of a transaction, before it evaluates any condition", async () => {
    const of = (Item: object, more: object = {}) => ({ Put: { TableName: "plain", Item, ...more } });
    const unmet = of(Key, { ConditionExpression: "attribute_exists(pk)" });
    const { __type, message, CancellationReasons } = await call("TransactWriteItems", {
      TransactItems: [unmet, of({ pk: N("7") }), of({ pk: N("8") }), of({ pk: S("b") })],
    });
    const codes = ["None", "ValidationError", "None", "None"];
    assert.equal(__type?.replace(/^.*#/, ""), "TransactionCanceledException");
    assert.deepEqual(
      CancellationReasons?.map(({ Code }) => Code),
      codes,
    );
    assert.deepEqual(CancellationReasons?.[0], { Code: "None" });
    assert.equal(
      message ?? "",
      `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes.join(", ")}]`,
    );
  });

  // test_returnconsumedcapacity.py (indexes_no_indexes), test_http_headers.py (server_header).
  it("[G.2] takes half a unit to find nothing, and names its server", async () => {
    const of = { KeyConditionExpression: "pk = :a", ExpressionAttributeValues: { ":a": S("nobody") } };
    const capacity = async (operation: string, input: object) =>
      (await call(operation, { ReturnConsumedCapacity: "INDEXES", ...input })).ConsumedCapacity;
    const units = (CapacityUnits: number) => ({ CapacityUnits, TableName: "plain", Table: { CapacityUnits } });
    assert.deepEqual(await capacity("GetItem", { Key }), units(0.5));
    assert.deepEqual(await capacity("Query", of), units(0.5));
    assert.deepEqual(await capacity("Query", { ...of, ConsistentRead: true }), units(1));
    assert.deepEqual(await capacity("Query", { ...of, IndexName: "by-g", KeyConditionExpression: "g = :a" }), {
      ...{ CapacityUnits: 0.5, TableName: "plain", Table: { CapacityUnits: 0 } },
      GlobalSecondaryIndexes: { "by-g": { CapacityUnits: 0.5 } },
    });
    assert.equal((await service.headers("GetItem", { TableName: "plain", Key })).get("server"), "Server");
  });

  // ExtendDB/extenddb: test_table_arn_as_name.py; getmoto/moto: test_dynamodb_batch_write.py (batch_write_using_arn), both 2026.
  it("[G.1] takes the ARN of a table for its name, and says it again", async () => {
    const arn = "arn:aws:dynamodb:us-east-1:123456789012:table/plain";
    const on = { TableName: arn };
    const Update = { ...on, ...update("SET x = :x", { ":x": S("123") }) };
    await call("TransactWriteItems", { TransactItems: [{ Update }] });
    assert.deepEqual((await call("Scan", on)).Items, [{ ...Key, x: S("123") }]);
    const { ConsumedCapacity } = await call("GetItem", { ...on, Key, ReturnConsumedCapacity: "TOTAL" });
    assert.deepEqual(ConsumedCapacity, { CapacityUnits: 0.5, TableName: arn });
    const Keys = [Key];
    for (const RequestItems of [{ [arn]: { Keys } }, { [arn]: { Keys }, plain: { Keys } }]) {
      const { Responses } = await call("BatchGetItem", { RequestItems });
      assert.deepEqual(Responses, { [arn]: [{ ...Key, x: S("123") }] });
    }
    await call("BatchWriteItem", { RequestItems: { [arn]: [{ PutRequest: { Item: { pk: S("b") } } }] } });
    const gets = [{ Get: { ...on, Key: { pk: S("b") } } }];
    assert.deepEqual((await call("TransactGetItems", { TransactItems: gets })).Responses, [{ Item: { pk: S("b") } }]);
    const { __type } = await call("GetItem", { TableName: `${arn}/index/by-g`, Key });
    assert.match(String(__type), /ValidationException$/);
    // Of another region than the request is signed for; unverified.
    const elsewhere = { TableName: arn.replace("us-east-1", "eu-west-1"), Key };
    assert.match(String((await call("GetItem", elsewhere)).__type), /ResourceNotFoundException$/);
  });

  // test_describe_table.py (creation_time, id, billing).
  it("[G.1] describes when a table was made, and under which id", async () => {
    const described = async () => (await call("DescribeTable", {})).Table as Record<string, unknown>;
    const { CreationDateTime, TableId, BillingModeSummary } = await described();
    assert.ok(Math.abs(Date.now() / 1000 - (CreationDateTime as number)) < 30);
    assert.match(String(TableId), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.deepEqual(BillingModeSummary, {
      BillingMode: "PAY_PER_REQUEST",
      LastUpdateToPayPerRequestDateTime: CreationDateTime,
    });
    assert.equal((await described()).TableId, TableId);
  });

  // test_query.py (query_which_key), test_key_conditions.py (non_key).
  it("[G.2] queries by no attribute that is not a key", async () => {
    const KeyConditions = Object.fromEntries(
      ["pk", "x"].map((name) => [name, { ComparisonOperator: "EQ", AttributeValueList: [S("a")] }]),
    );
    assert.match((await said("Query", { KeyConditions })) ?? "", /number of query conditions/);
    const sorted = { TableName: "sorted", KeyConditions };
    assert.equal(await said("Query", sorted), "Query condition missed key schema element: sk");
  });

  // paritysuite/dynamodb-conformance: updateItem/basic (eu-west-2, 9 October 2026).
  it("[G.2] has the elements of a set in their order, wherever it was written", async () => {
    const sets = { SS: ["b", "é", "a", "Z", ""], NS: ["10", "-2", "9", "0.5"], BS: ["/w==", "AA==", "QQ=="] };
    const sorted = { SS: ["", "Z", "a", "b", "é"], NS: ["-2", "0.5", "9", "10"], BS: ["AA==", "QQ==", "/w=="] };
    const each = (of: typeof sets) => ({ s: { SS: of.SS }, n: { NS: of.NS }, l: { L: [{ M: { b: { BS: of.BS } } }] } });
    await put(each(sets));
    assert.deepEqual(await item(), { ...Key, ...each(sorted) });
    const add = update(
      "ADD s :s, n :n",
      { ":s": { SS: ["A"] }, ":n": { NS: ["-30"] } },
      { ReturnValues: "UPDATED_NEW" },
    );
    const added = { s: { SS: ["", "A", "Z", "a", "b", "é"] }, n: { NS: ["-30", "-2", "0.5", "9", "10"] } };
    assert.deepEqual((await call("UpdateItem", add)).Attributes, added);
    const Item = { pk: S("b"), s: { SS: sets.SS } };
    await call("BatchWriteItem", { RequestItems: { plain: [{ PutRequest: { Item } }] } });
    const read = await call("GetItem", { Key: { pk: S("b") } });
    assert.deepEqual(read.Item, { pk: S("b"), s: { SS: sorted.SS } });
  });

  // paritysuite/dynamodb-conformance: limits/itemSizeBySurface (eu-west-2, 18 August 2026).
  it("[G.2] refuses an item that is too large before a transaction begins, and an update that makes one when it runs", async () => {
    const text = S("x".repeat(410_000));
    const Put = { TableName: "plain", Item: { ...Key, text } };
    const tooLarge = "Item size has exceeded the maximum allowed size";
    assert.equal(await said("TransactWriteItems", { TransactItems: [{ Put }] }), tooLarge);
    const Update = { TableName: "plain", ...update("SET a = :a", { ":a": text }) };
    const { __type, CancellationReasons } = await call("TransactWriteItems", { TransactItems: [{ Update }] });
    assert.match(String(__type), /TransactionCanceledException$/);
    assert.deepEqual(CancellationReasons, [
      { Code: "ValidationError", Message: "Item size to update has exceeded the maximum allowed size" },
    ]);
  });

  // paritysuite/dynamodb-conformance: limits/numberExponent (eu-west-2, October 2026); test_number.py (number_magnitude_not_allowed_zero).
  it("[G.2] reads the exponent of a number in full, of zero too", async () => {
    const overflow = "Number overflow. Attempting to store a number with magnitude larger than supported range";
    const underflow = "Number underflow. Attempting to store a number with magnitude smaller than supported range";
    for (const [number, sentence] of [
      ["1e99999999999", overflow],
      ["1e-99999999999", underflow],
      ["1e2147483648", overflow],
      ["0e126", overflow],
      ["-0.0E-131", underflow],
      ["0e125", undefined],
      ["0.0e126", undefined],
      ["0.0e127", overflow],
      ["1e-130", undefined],
    ] as const) {
      const got = await said("PutItem", { Item: { ...Key, n: N(number) } });
      assert.equal(got, sentence && `${ONE}${sentence}`, number);
    }
    await put({ n: N("0e125"), s: { NS: ["0e1", "1"] } });
    assert.deepEqual(await item(), { ...Key, n: N("0"), s: { NS: ["0", "1"] } });
  });

  // ExtendDB/extenddb: test_attribute_value_validation.py (us-east-1, 2026).
  it("[G.2] says of null in a set of texts what it is", async () => {
    const nothing = "One or more parameter values were invalid: An string set may not have a null string as a member";
    for (const value of [{ SS: ["a", null] }, { L: [{ SS: ["a", null] }] }, { M: { k: { SS: ["a", null] } } }]) {
      assert.equal(await said("PutItem", { Item: { ...Key, value } }), nothing);
      assert.equal(await said("UpdateItem", update("SET a = :v", { ":v": value })), nothing);
    }
  });

  // paritysuite/dynamodb-conformance: validation-ordering/transactions (us-east-1, 9 October 2026).
  it("[G.2] looks at the members of a transaction first, then at every expression, then at tables and keys", async () => {
    const enumeration = (member: string, value: string, set: string) =>
      `Value '${value}' at '${member}' failed to satisfy constraint: Member must satisfy enum value set: [${set}]`;
    const capacity = enumeration("returnConsumedCapacity", "BOGUS", "INDEXES, TOTAL, NONE");
    const metrics = enumeration("returnItemCollectionMetrics", "BOGUS2", "SIZE, NONE");
    const token = "x".repeat(37);
    const tooLong = `Value '${token}' at 'clientRequestToken' failed to satisfy constraint: Member must have length less than or equal to 36`;
    const Put = { TableName: "plain", Item: Key };
    const elsewhere = { Put: { TableName: "nowhere", Item: Key } };
    const check = (more: object) => ({ ConditionCheck: { TableName: "plain", Key: { pk: S("b") }, ...more } });
    const unread = check({ ConditionExpression: "attribute_not_exists(" });
    const syntax = 'Invalid ConditionExpression: Syntax error; token: "<EOF>", near: "("';
    const unused = check({
      ConditionExpression: "attribute_not_exists(pk)",
      ExpressionAttributeValues: { ":v": S("x") },
    });
    const needless = "Value provided in ExpressionAttributeValues unused in expressions: keys: {:v}";
    const [ReturnConsumedCapacity, ReturnItemCollectionMetrics] = ["BOGUS", "BOGUS2"];
    for (const [TransactItems, more, sentence] of [
      [[{ Put }], { ReturnConsumedCapacity }, `${ONE}${capacity}`],
      [[{ Put }], { ReturnItemCollectionMetrics }, `${ONE}${metrics}`],
      [
        [{ Put }],
        { ReturnConsumedCapacity, ReturnItemCollectionMetrics },
        `2 validation errors detected: ${capacity}; ${metrics}`,
      ],
      [[elsewhere], { ReturnConsumedCapacity }, `${ONE}${capacity}`],
      [[{ Put }, { Delete: { TableName: "plain", Key } }], { ReturnConsumedCapacity }, `${ONE}${capacity}`],
      [
        [{ Put }],
        { ClientRequestToken: token, ReturnConsumedCapacity },
        `2 validation errors detected: ${tooLong}; ${capacity}`,
      ],
      [[elsewhere, unread], {}, syntax],
      [[elsewhere, unused], {}, needless],
      [[unused, elsewhere], {}, needless],
      [[{ Put: { TableName: "plain", Item: { pk: S("b") } } }, unused], {}, needless],
    ] as const) {
      assert.equal(await said("TransactWriteItems", { TransactItems, ...more }), sentence);
    }
    const gets = [{ Get: { TableName: "nowhere", Key } }];
    assert.equal(await said("TransactGetItems", { TransactItems: gets, ReturnConsumedCapacity }), `${ONE}${capacity}`);
    assert.equal(await item(), undefined);
  });

  // paritysuite/dynamodb-conformance: limits/numberByteSize (eu-west-2, 18 August 2026), in the form in which numbers are kept.
  it("[G.2] counts the bytes of a number by its digits on either side of the point", () => {
    for (const [number, bytes] of [
      ...([["0", 1] as const, ["1", 2], ["12", 2], ["123", 3], ["1234", 3], ["100", 2], ["1010", 3]] as const),
      ...([
        ["12345678901234567890123456789012345678", 20],
        ["0.0000001", 2],
        [`1${"0".repeat(125)}`, 2],
      ] as const),
      ...([
        [`0.${"0".repeat(99)}1`, 2],
        ["1.5", 3],
        ["15", 2],
        ["1.2", 3],
        ["1.234", 4],
        ["3.14159", 5],
      ] as const),
      ...([
        ["123456", 4],
        ["100.5", 4],
        ["0.15", 2],
        ["-42", 3],
      ] as const),
    ]) {
      assert.equal(itemSize({ n: N(number) }), 1 + bytes, number);
    }
  });
});
