/** Tables out of the bundle, which leaves out what of dynalite is never run. */
import assert from "node:assert/strict";
import { globSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildCli } from "../../../scripts/build-cli.ts";
import { repository } from "../../support/shell.ts";
import type * as tableService from "../../support/table-service.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

describe("tables out of the bundle", function () {
  this.timeout(60_000);

  it("[G.2] read every kind of expression without dynalite's parsers", async () => {
    const folder = temporaryDirectory();
    symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
    writeFileSync(join(folder, "package.json"), '{"type":"module"}');
    await buildCli(join(folder, "dist"), { "table-service": "tests/support/table-service.ts" });
    const sources = globSync(join(folder, "dist/**/*.js")).map((file) => readFileSync(file, "utf8"));
    assert.ok(sources.some((source) => source.includes("Invalid KeyConditionExpression")));
    // What the parsers' generator calls its functions.
    assert.equal(sources.filter((source) => source.includes("peg$")).length, 0);
    const { startTableService, tableModel } = (await import(
      pathToFileURL(join(folder, "dist/table-service.js")).href
    )) as typeof tableService;
    const service = startTableService([tableModel("plain", [["pk", "S"]])]);
    try {
      const Key = { pk: { S: "a" } };
      const ExpressionAttributeValues = { ":v": { S: "x" } };
      const call = (operation: string, input: object) => service.call(operation, { TableName: "plain", ...input });
      const update = { Key, UpdateExpression: "SET b = :v", ConditionExpression: "attribute_not_exists(b)" };
      assert.deepEqual(await call("UpdateItem", { ...update, ExpressionAttributeValues }), {});
      const query = { KeyConditionExpression: "pk = :k", FilterExpression: "b = :v", ProjectionExpression: "b" };
      const { Items } = await call("Query", {
        ...query,
        ExpressionAttributeValues: { ...ExpressionAttributeValues, ":k": Key.pk },
      });
      assert.deepEqual(Items, [{ b: { S: "x" } }]);
    } finally {
      service.close();
    }
  });
});
