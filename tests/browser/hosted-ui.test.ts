/** What the hosted UI and the callback page do for people who let the browser help them. */
import assert from "node:assert/strict";
import type { Browser, Locator, Page } from "playwright-core";
import { launchChromium } from "../support/chromium.ts";
import { openShell, type Shell } from "../support/shell.ts";
import { password, signInUrl } from "../support/sign-up.ts";
import { assertAccessibleEverywhere } from "./accessibility.ts";

const shown = (locator: Locator) => locator.filter({ visible: true });

describe("signing up and in, in a browser", function () {
  this.timeout(120_000);
  let shell: Shell;
  let browser: Browser;
  let console: string;
  let signUp: string;
  before(async () => {
    shell = openShell();
    const [{ ready }, launched] = await Promise.all([shell.local("--ephemeral"), launchChromium()]);
    browser = launched;
    console = ready.console;
    signUp = signInUrl(ready.userPools[0]!).replace("/login?", "/signup?");
  });
  after(async () => {
    await browser?.close();
    await shell?.close();
  });

  const rules = (page: Page) =>
    shown(page.locator(".rules li")).evaluateAll((items) =>
      items.filter((item) => item.classList.contains("kept")).map((item) => item.textContent),
    );

  it("marks each password rule as it is kept, tells screen readers how many, and takes the mark away again", async () => {
    const page = await browser.newPage();
    const refused: string[] = [];
    page.on("console", (message) => refused.push(message.text()));
    await page.goto(signUp);
    const field = shown(page.getByLabel("Password"));
    assert.deepEqual(await rules(page), []);
    await field.fill("abc");
    assert.deepEqual(await rules(page), [
      "Password must contain a lower case letter",
      "Password must not contain a leading or trailing space",
    ]);
    await field.fill(" Abc-1234");
    assert.equal((await rules(page)).length, 5, "all but the one about spaces at the ends");
    await field.fill(password);
    const all = await rules(page);
    assert.equal(all.length, 6);
    const status = page.getByRole("status").filter({ hasText: "6 of 6 password rules kept" });
    assert.equal(await status.count(), 1);
    await assertAccessibleEverywhere(page, "sign-up with every rule kept");
    await field.fill("");
    assert.deepEqual(await rules(page), []);
    assert.deepEqual(refused, [], "the page's policy allows its script");
    await page.close();
  });

  it("shows the rules to those without scripts, too", async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(signUp);
    assert.equal(await shown(page.locator(".rules li")).count(), 6);
    await context.close();
  });

  it("tells password managers and keyboards what each field is for", async () => {
    const page = await browser.newPage();
    const fields = () =>
      shown(page.locator("input:not([type=hidden]):not([type=submit])")).evaluateAll((inputs) =>
        inputs.map((input) => ["name", "autocomplete", "type"].map((name) => input.getAttribute(name))),
      );
    await page.goto(signUp);
    assert.deepEqual(await fields(), [
      ["username", "username", "email"],
      ["password", "new-password", "password"],
    ]);
    await page.goto(signUp.replace("/signup?", "/login?"));
    assert.deepEqual(await fields(), [["username", "username", "text"]]);
    await shown(page.getByLabel("Email")).fill("ada@example.com");
    await shown(page.getByRole("button", { name: "Next" })).click();
    const password = shown(page.getByLabel("Password", { exact: true }));
    await password.waitFor();
    assert.deepEqual(await fields(), [["password", "current-password", "password"]]);
    const named = page.locator("input[autocomplete=username]");
    assert.equal(await named.inputValue(), "ada@example.com", "whose password it is, for password managers");
    await shown(page.getByRole("button", { name: "Show password" })).click();
    assert.equal(await password.getAttribute("type"), "text");
    await page.close();
  });

  it("ends on a callback page without an accessibility violation, whether it went well or not", async () => {
    const login = shell.start("login", "--no-browser", "--target", "local");
    const address = await login.line("stderr", /^http/);
    const page = await browser.newPage();
    await page.goto(address.replace("/login?", "/signup?").replace("/oauth2/authorize?", "/signup?"));
    await shown(page.getByLabel("Email")).fill("ada@example.com");
    await shown(page.getByLabel("Password")).fill(password);
    await shown(page.getByRole("button", { name: "Sign up" })).click();
    const code = shown(page.getByLabel("Verification code"));
    await code.waitFor();
    const [mail] = (await (await fetch(`${console}/api/messages`)).json()) as { code: string }[];
    await code.fill(mail!.code);
    await shown(page.getByRole("button", { name: "Confirm account" })).click();
    await page.getByRole("heading", { name: /signed in/i }).waitFor();
    await assertAccessibleEverywhere(page, "the callback page, signed in");
    assert.equal((await login.finished).code, 0);

    const second = shell.start("login", "--no-browser", "--force", "--target", "local");
    const callback = new URL(new URL(await second.line("stderr", /^http/)).searchParams.get("redirect_uri")!);
    await page.close();
    const forged = await browser.newPage();
    await forged.goto(`${callback}#id_token=a.b.c&state=guessed`);
    await forged.locator("main.failed").waitFor();
    await assertAccessibleEverywhere(forged, "the callback page, refused");
    await forged.close();
  });
});
