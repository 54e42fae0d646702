/** The console's tables in a real Chromium: their items, page by page, and as they have become. */
import assert from "node:assert/strict";
import { BatchWriteItemCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Page } from "playwright-core";
import { assertAccessibleEverywhere, assertWholeWords } from "./accessibility.ts";
import { type OpenConsole, openConsole } from "./open-console.ts";

describe("the console's tables", function () {
  this.timeout(120_000);
  let open: OpenConsole;
  let page: Page;
  before(async () => {
    open = await openConsole("tests/fixtures/table");
    ({ page } = open);
  });
  after(() => open?.close());

  it("show their keys and indexes, and their items a page at a time", async () => {
    const tables = page.locator("#tables");
    await tables.getByText("partition key person, sort key placedAt, index by-status").waitFor();
    await tables.getByLabel("Items of orders", { exact: true }).click();
    await tables.getByText("1 item", { exact: true }).waitFor();
    await tables.getByText("nobody · 1").click();
    assert.deepEqual(JSON.parse(await tables.getByRole("region", { name: "Item nobody · 1" }).innerText()), {
      ...{ person: "nobody", placedAt: 1, status: "open", total: 10 },
    });
    await assertAccessibleEverywhere(page, "an item");

    const client = new DynamoDBClient({
      ...{ region: "us-east-1", endpoint: open.cloud.ready.console, credentials: open.cloud.ready.credentials! },
    });
    const Item = (at: number) => ({
      person: { S: "ada" },
      placedAt: { N: String(at) },
      big: { N: "12345678901234567890123" },
      mark: { S: "<img src=x onerror=alert(1)>" },
    });
    const put = Array.from({ length: 25 }, (_, at) => ({ PutRequest: { Item: Item(at) } }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { orders: put } }));
    client.destroy();
    await tables.getByRole("button", { name: "Look again at the items of orders" }).click();
    await tables.getByText("26 items").waitFor();
    assert.equal(await tables.locator(".sources > li").count(), 25);
    const more = tables.getByRole("button", { name: "More items of orders" });
    await more.click();
    await more.waitFor({ state: "hidden" });
    assert.equal(await tables.locator(".sources > li").count(), 26);
    await tables.getByText("ada · 7", { exact: true }).click();
    const shown = JSON.parse(await tables.getByRole("region", { name: "Item ada · 7" }).innerText());
    assert.deepEqual([shown.big, shown.mark], ["12345678901234567890123", "<img src=x onerror=alert(1)>"]);
    assert.equal(await page.locator("img").count(), 0);
    await assertAccessibleEverywhere(page, "pages of items");
    await assertWholeWords(page);
  });
});
