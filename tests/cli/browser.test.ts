/**
 * Sign-in in a real Chromium where the identity provider counts as public and the callback as this machine: the boundary
 * that Local Network Access guards (https://wicg.github.io/local-network-access/). Top-level redirects may cross it today;
 * a page's requests may not. Red here means that browsers have changed and that sign-in needs another way.
 */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { launchChromium, launchChromiumProfile } from "../support/chromium.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { type Bench, openBench } from "./support/cli.ts";

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

describe("sign-in in a browser that takes the identity provider for a public site", function () {
  this.timeout(60_000);
  let bench: Bench;
  let browser: Browser;
  before(async () => {
    bench = await openBench();
    const { host } = new URL(bench.fake.hostedUi);
    browser = await launchChromium([`--ip-address-space-overrides=${host}=public`]);
  });
  after(async () => {
    await browser?.close();
    await bench?.close();
  });

  async function inPage(work: (page: Page) => Promise<void>, colorScheme: "light" | "dark" = "light"): Promise<void> {
    const context = await browser.newContext({ colorScheme });
    try {
      await work(await context.newPage());
    } finally {
      await context.close();
    }
  }

  for (const host of ["127.0.0.1", "localhost"]) {
    it(`ends at ${host} with success, without a prompt, and with nothing left in the address bar`, () =>
      inPage(async (page) => {
        const running = bench.start(["login", "--force", "--no-browser", "--redirect-host", host]);
        await page.goto(await running.line(/^http/));
        await page.getByRole("heading", { name: "You are signed in" }).waitFor();
        match(await page.locator("#detail").innerText(), /^As ada@example\.com\./);
        equal(page.url(), `http://${host}:${bench.ports[0]}/callback`);
        equal((await running.finished).code, 0);
      }));
  }

  it("control: a page of the public site cannot reach the waiting sign-in by itself", () =>
    inPage(async (page) => {
      const running = bench.start(["login", "--force", "--no-browser"]);
      const url = new URL(await running.line(/^http/));
      await page.goto(`${bench.fake.hostedUi}/elsewhere`);
      const callback = url.searchParams.get("redirect_uri")!;
      await rejects(
        page.evaluate((address) => fetch(address, { mode: "no-cors" }), callback),
        /Failed to fetch/,
      );
      await page.goto(url.href);
      await page.getByRole("heading", { name: "You are signed in" }).waitFor();
      equal((await running.finished).code, 0);
    }));

  it("a form that another site posts to the callback arrives, is refused, and changes nothing", () =>
    inPage(async (page) => {
      const running = bench.start(["login", "--force", "--no-browser", "--redirect-host", "localhost"]);
      const url = new URL(await running.line(/^http/));
      await page.goto(`${bench.fake.hostedUi}/elsewhere`);
      const answered = page.waitForResponse(url.searchParams.get("redirect_uri")!);
      await page.evaluate((address) => {
        const form = document.createElement("form");
        form.method = "post";
        form.action = address;
        document.documentElement.append(form);
        form.submit();
      }, url.searchParams.get("redirect_uri")!);
      equal((await answered).status(), 403);
      await page.waitForLoadState();
      await page.waitForURL(url.searchParams.get("redirect_uri")!);
      await page.goto(url.href);
      await page.getByRole("heading", { name: "You are signed in" }).waitFor();
      equal((await running.finished).code, 0);
    }));

  it("shows a failed check in the browser, and says so in the terminal", () =>
    inPage(async (page) => {
      bench.fake.plan((plan) => {
        plan.idClaims.nonce = "another";
      });
      const running = bench.start(["login", "--force", "--no-browser"]);
      await page.goto(await running.line(/^http/));
      await page.getByRole("heading", { name: "The sign-in failed" }).waitFor();
      bench.fake.plan(() => undefined);
      const { code, stderr } = await running.finished;
      equal(code, 5);
      match(stderr, /nonce/);
    }));

  it("leaves the tokens in no file of the profile: not in its cache, session or storage", async () => {
    const profile = temporaryDirectory();
    const context = await launchChromiumProfile(profile);
    const running = bench.start(["login", "--force", "--no-browser"]);
    const page = await context.newPage();
    await page.goto(await running.line(/^http/));
    await page.getByRole("heading", { name: "You are signed in" }).waitFor();
    equal((await running.finished).code, 0);
    await context.close();
    const { stdout } = await bench.run(["token", "-q"]);
    const signature = stdout.trim().split(".")[2]!;
    const holding = readdirSync(profile, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name)).includes(signature))
      .map((entry) => entry.name);
    // A full Chromium also keeps a history, and the redirect is in it whatever a page does; this build keeps none.
    deepEqual(holding, []);
  });

  for (const scheme of ["light", "dark"] as const) {
    it(`has a success page that follows the accessibility rules (${scheme})`, () =>
      inPage(async (page) => {
        const running = bench.start(["login", "--force", "--no-browser"]);
        await page.goto(await running.line(/^http/));
        await page.getByRole("heading", { name: "You are signed in" }).waitFor();
        await page.evaluate(readFileSync(axe, "utf8"));
        const { violations } = (await page.evaluate("axe.run()")) as { violations: { id: string }[] };
        deepEqual(
          violations.map(({ id }) => id),
          [],
        );
        const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        equal(paper, scheme === "light" ? "rgb(246, 248, 250)" : "rgb(13, 17, 23)");
        ok((await running.finished).code === 0);
      }, scheme));
  }
});
