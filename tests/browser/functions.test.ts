/** The console's list of functions in a real Chromium: what invokes them, and running one with an edited event. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { assertAccessibleEverywhere, assertWholeWords } from "./accessibility.ts";
import { type OpenConsole, openConsole } from "./open-console.ts";

describe("the console's functions", function () {
  this.timeout(120_000);
  let open: OpenConsole;
  let page: Page;
  before(async () => {
    open = await openConsole("tests/fixtures/event-sources");
    ({ page } = open);
    await page.locator("#functions-list").getByText("SQS").first().waitFor();
  });
  after(() => open?.close());

  it("run with the event of a source, as the person has edited it, and show the result there and among the requests", async () => {
    await page.getByLabel("Run with its event: worker, SQS work").click();
    const source = page.locator(".sources > li", { has: page.getByText("SQS", { exact: true }) });
    const event = source.getByLabel("Event for worker");
    assert.match(await event.inputValue(), /"eventSource": "aws:sqs"/);
    await event.fill('{"Records":[]}');
    await source.getByRole("button", { name: "Run worker with SQS work" }).click();
    await source.getByText("answered").waitFor();
    assert.equal(await source.getByRole("region", { name: "Result of worker" }).innerText(), '{\n  "Records": []\n}');
    const log = page.getByRole("log");
    await log.getByText("By hand, with an event of SQS work.").waitFor();
    await assertAccessibleEverywhere(page, "the functions");
    await assertWholeWords(page);
  });

  it("stand alone where the program has no API and no user pool", async () => {
    const shown = await page.locator("section:visible").evaluateAll((all) => all.map(({ id }) => id));
    assert.deepEqual(shown, ["functions", "requests", "resources"]);
    const links = await page.locator("nav a:visible").allInnerTexts();
    assert.deepEqual(links, ["Functions", "Requests", "Resources"]);
  });

  it("say why a run was refused, and keep what somebody edits", async () => {
    await page.getByLabel("Run with its event: alone, EventBridge rule forbidden").click();
    const source = page.locator(".sources > li", { has: page.getByText("forbidden", { exact: true }) });
    await source.getByRole("button", { name: /^Run alone/ }).click();
    await source.getByText(/events\.amazonaws\.com may not invoke the function/).waitFor();
    await source.getByLabel("Event for alone").fill("{");
    await source.getByRole("button", { name: /^Run alone/ }).click();
    await page.getByText("The event is not JSON.").waitFor();
    assert.equal(await source.getByLabel("Event for alone").inputValue(), "{");
  });
});

it("the console shows what a function logged where its request is opened, and Lambda's own lines when they are asked for", async function () {
  this.timeout(120_000);
  const { cloud, page, close } = await openConsole("tests/fixtures/function-urls");
  try {
    const { url } = cloud.ready.functionUrls.find(({ authorization }) => authorization === "NONE")!;
    assert.equal((await fetch(url)).status, 200);
    const log = page.getByRole("log");
    const entry = log.locator(".api-request").first();
    await entry.getByText("Request, answer and log").click();
    await entry.locator(".opened").getByText("Function log").waitFor();
    assert.match(await entry.locator(".opened").innerText(), /Function log\s[\s\S]*REPORT RequestId/);
    const own = log.locator(".service:visible");
    assert.equal(await own.count(), 0);
    await page.getByLabel("Lambda's own lines").check();
    assert.ok((await own.count()) > 0);
    await page.getByLabel("Lambda's own lines").uncheck();
    assert.equal(await own.count(), 0);
  } finally {
    await close();
  }
});
