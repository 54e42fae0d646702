/** Keys of several attributes that a program declares for an index of a table. */
import assert from "node:assert/strict";
import { awsProvider, buildModel } from "../../../local/resources/aws.ts";
import { graphOf } from "./program.ts";

const TABLE = "aws:dynamodb/table:Table";

/** @param types of the attributes `k0`, `k1`, … in the key of a global index */
function inputsOf(types: string[]) {
  const keySchemas = types.map((keyType, at) => ({ attributeName: `k${at}`, keyType }));
  const names = ["pk", ...keySchemas.map(({ attributeName }) => attributeName)];
  return {
    ...{ name: "t", hashKey: "pk", billingMode: "PAY_PER_REQUEST" },
    attributes: names.map((name) => ({ name, type: "S" })),
    globalSecondaryIndexes: [{ name: "g", projectionType: "ALL", keySchemas }],
  };
}

describe("the key of a global index", function () {
  this.timeout(30_000);

  it("[G.1] has as many HASH and RANGE attributes as the program declares", async () => {
    const inputs = JSON.stringify(inputsOf(["HASH", "HASH", "RANGE", "RANGE"]));
    const { model } = buildModel(await graphOf(`new aws.dynamodb.Table("t", ${inputs});`), "us-east-1", () => "/code");
    const { keys, partitionKeys } = model.tables[0]!.globalIndexes[0]!;
    assert.deepEqual([keys, partitionKeys], [["k0", "k1", "k2", "k3"], 2]);
  });

  // That it is these that are refused: scylladb/scylladb, test_gsi_composite_keys.py; the words are ours.
  it("[G.1] has one to four HASH attributes and then at most four RANGE attributes", () => {
    const create = (...types: string[]) =>
      awsProvider("us-east-1").create({
        ...{ type: TABLE, name: "t", inputs: inputsOf(types), provider: "" },
        urn: `urn:pulumi:dev::app::${TABLE}::t`,
      });
    const [four, H, R] = [Array.from({ length: 4 }), "HASH", "RANGE"] as const;
    assert.equal(create(...four.map(() => H), ...four.map(() => R)).id, "t");
    for (const [types, message] of [
      [[R], /one to 4 HASH key attributes\. IndexName: g$/],
      [[...four.map(() => H), H], /one to 4 HASH key attributes\. IndexName: g$/],
      [[H, ...four.map(() => R), R], /at most 4 RANGE key attributes\. IndexName: g$/],
      [[H, R, H], /HASH key attributes must precede RANGE key attributes\. IndexName: g$/],
    ] as const) {
      assert.throws(() => create(...types), { name: "ResourceProblem", message });
    }
  });
});
