/** The console page in a real Chromium: every section and every button. */
import assert from "node:assert/strict";
import type { Browser, BrowserContext, Locator, Page, Request } from "playwright-core";
import { type LocalCloud, startLocalCloud } from "../../local/start.ts";
import { builtCli } from "../cli/support/cli.ts";
import { launchChromium } from "../support/chromium.ts";
import { openShell, repository } from "../support/shell.ts";
import { password, signUp } from "../support/sign-up.ts";
import { assertAccessible, assertAccessibleEverywhere, assertWholeWords } from "./accessibility.ts";
import { type OpenConsole, openConsole } from "./open-console.ts";

it("the console page of the published bundle runs the same script", async function () {
  this.timeout(120_000);
  const shell = openShell({}, await builtCli());
  const browser = await launchChromium();
  try {
    const { ready } = await shell.local("--ephemeral");
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(error.message));
    await page.goto(ready.console);
    await page.getByText("Live", { exact: true }).waitFor();
    await page.locator("#resource-graph svg").waitFor();
    await page.getByRole("button", { name: "Call without a token" }).click();
    await page.getByRole("log").getByText("no Authorization header").waitFor();
    assert.deepEqual(problems, []);
  } finally {
    await browser.close();
    await shell.close();
  }
});

describe("the console page", function () {
  this.timeout(120_000);
  let cloud: LocalCloud;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const problems: string[] = [];

  before(async () => {
    const options = { stack: "dev", port: 0, stateDirectory: undefined, environment: process.env };
    [cloud, browser] = await Promise.all([
      startLocalCloud({ ...options, projectDirectory: repository }),
      launchChromium(),
    ]);
    context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    page = await context.newPage();
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error" && !message.text().includes("status of 4")) problems.push(message.text());
    });
    await page.goto(cloud.ready.console);
    await page.getByText("Live", { exact: true }).waitFor();
  });
  after(async () => {
    await browser?.close();
    await cloud?.close();
    assert.deepEqual(problems, [], "the page must not fail, nor try what its policy forbids");
  });

  const log = () => page.getByRole("log");
  const message = (text: string | RegExp) => page.locator("#message").getByText(text).waitFor();

  it("has no accessibility violation before anything has happened", async () => {
    await page.locator(".tree").waitFor();
    await assertAccessibleEverywhere(page, "the empty console");
  });

  it("shows each resource with its tutorial step, what it is built on, and whether it is emulated", async () => {
    const tree = page.locator("#resource-tree");
    const resource = (name: string) =>
      tree.locator(".resource", { has: page.getByText(name, { exact: true }) }).first();
    assert.equal(
      (await resource("users-client").innerText()).replaceAll("\n\n", "\n"),
      "users-client UserPoolClient emulated\nTutorial: Add an app client\nbuilt on users-pool",
    );
    assert.match(await resource("transactions-role").innerText(), /Role declared only/);
    assert.match(
      await page.locator("#resource-count").innerText(),
      /^demo-auth declares \d+ resources: \d+ are emulated/,
    );
    await resource("users-client").getByRole("link", { name: "users-pool" }).click();
    assert.equal(await page.locator(".resource:target strong").innerText(), "users-pool");
  });

  it("calls the API without a token, and the log says which check refused it", async () => {
    await page.getByRole("button", { name: "Call without a token" }).click();
    assert.match(await page.locator("#answer-without pre").innerText(), /"message": "Unauthorized"/);
    const entry = log().locator(".api-request").first();
    await entry.waitFor();
    assert.match(await entry.innerText(), /401\s*GET \/Test\/transactions\s*refused/);
    assert.match(await entry.innerText(), /Refused by the Cognito authorizer: the request has no Authorization header/);
  });

  it("leads to the sign-in page, shows the mailed code, and calls the API with the address that sign-in led to", async () => {
    const opened = context.waitForEvent("page");
    await page.getByRole("link", { name: "Open the sign-in page" }).click();
    const hostedUi = await opened;
    await fillSignUp(hostedUi, "ada@example.com");
    const code = await page.locator("#mail-list .code").first().innerText();
    await shown(hostedUi.getByLabel("Verification code")).fill(code);
    const redirected = hostedUi.waitForRequest((request) => request.url().includes("/callback"));
    await shown(hostedUi.getByRole("button", { name: "Confirm account" })).click();
    const address = await addressOf(await redirected, hostedUi);
    await hostedUi.close();

    await page.getByRole("button", { name: "Call with the token" }).click();
    await message("Paste a token first");
    await page.locator("#call-token").fill(address);
    await page.getByRole("button", { name: "Call with the token" }).click();
    await page.locator("#answer-with .badge.good", { hasText: "200" }).waitFor();
    const entry = log().locator(".api-request").first();
    await entry.getByText("let in", { exact: true }).waitFor();
    await entry.getByText("ada@example.com").waitFor();
    assert.match(await entry.innerText(), /The Cognito authorizer let the token in/);
    assert.equal(await page.locator(".steps > .done").count(), 3);
    assert.ok(!(await page.content()).includes("eyJ"), "no token is written into the page");
  });

  it("checks a pasted token in the page, and sends it nowhere", async () => {
    const { idToken, accessToken } = await signUp(cloud.ready, "grace@example.com");
    const sent: string[] = [];
    const watch = (request: Request) => sent.push(`${request.method()} ${request.url()} ${request.postData() ?? ""}`);
    page.on("request", watch);
    const input = page.locator("#token-input");
    const verdict = page.locator("#token-result .verdict");
    const lines = () => page.locator("#token-result .checks li").allInnerTexts();

    await input.fill(idToken);
    await verdict.getByText("Every check holds.").waitFor();
    assert.match((await lines()).join("\n"), /Kind holds: an ID token/);
    assert.match(await page.locator("#token-result table").innerText(), /grace@example\.com/);
    await assertAccessibleEverywhere(page, "the inspector");

    await input.fill(`Bearer ${accessToken}`);
    await page.getByText("Kind holds: an access token").waitFor();

    const [header, , signature] = idToken.split(".");
    const forged = Buffer.from(JSON.stringify({ ...claimsOf(idToken), email: "eve@example.com" })).toString(
      "base64url",
    );
    await input.fill(`${header}.${forged}.${signature}`);
    await page.getByText("Signature fails: wrong: the token was changed").waitFor();
    assert.equal(await verdict.innerText(), "Not good: Signature.");

    await input.fill("hello");
    await verdict.getByText("This is no token").waitFor();
    await page.getByRole("button", { name: "Forget it" }).click();
    assert.equal(await page.locator("#token-result").innerText(), "");
    page.off("request", watch);
    assert.ok(sent.length > 0, "the pool's keys are fetched");
    assert.deepEqual(
      sent.filter((request) => !/^GET \S+\/(jwks\.json|api\/\w+) $/.test(request)),
      [],
    );
  });

  it("ends a sign-in in the console: a token for a user at once, which the API takes", async () => {
    const row = page.locator("#users li", { hasText: "grace@example.com" });
    await row.getByText("Actions", { exact: true }).click();
    await row.getByRole("button", { name: "Get a token: grace@example.com" }).click();
    await message("The tokens of grace@example.com for DemoClient are in the call above and in the inspector.");
    await page.locator("#token-result .verdict").getByText("Every check holds.").waitFor();
    await page.getByRole("button", { name: "Call with the token" }).click();
    await page.locator("#answer-with .badge.good", { hasText: "200" }).waitFor();
    await page.getByRole("button", { name: "Forget it" }).click();
  });

  it("opens a request with its headers and body, sends it again, and copies it without the token", async () => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const entry = log().locator(".api-request").first();
    const shown = await entry.locator("time").innerText();
    assert.match(shown, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    await entry.getByText("Request, answer and log").click();
    const opened = entry.locator(".opened");
    await opened.getByText("Answer body").waitFor();
    const text = await opened.innerText();
    assert.match(text, /GET http:\/\/127\.0\.0\.1:\d+\/Test\/transactions/);
    assert.match(text, /authorization: \[hidden\]/);
    await assertAccessibleEverywhere(page, "an opened request");
    await opened.getByRole("button", { name: "Copy as curl" }).click();
    await message("The command is copied.");
    assert.match(
      await page.evaluate(() => navigator.clipboard.readText()),
      /^curl -i 'http:\/\/127\.0\.0\.1:\d+\/Test\/transactions' -H "authorization: \$TOKEN"/,
    );
    const before = await log().locator(".api-request").count();
    await opened.getByRole("button", { name: "Send again" }).click();
    await message("Sent again; the answer is 200.");
    assert.equal(await log().locator(".api-request").count(), before + 1);
    assert.ok(!(await page.content()).includes("eyJ"), "no token is written into the page");
  });

  it("breaks no address and no label inside a word, at any width", async () => {
    const { id } = cloud.ready.userPools[0]!;
    const email = "augusta.ada.king-noel.countess.of.lovelace@analytical-engine.example";
    await cloud.admin(id)!.put({ attributes: { email } });
    await page.locator("#users li", { hasText: email }).waitFor();
    await assertWholeWords(page);
    cloud.admin(id)!.delete(email);
    await page.locator("#users li", { hasText: email }).waitFor({ state: "detached" });
  });

  it("creates, confirms, disables, enables, and deletes users, and sets passwords", async () => {
    await page.getByRole("button", { name: /^Create user in/ }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Email").fill("not an address");
    await dialog.getByRole("button", { name: "Create user" }).click();
    await dialog.getByRole("alert").getByText(/email/i).waitFor();
    await assertAccessibleEverywhere(page, "the dialog");
    await dialog.getByLabel("Email").fill("edsger@example.com");
    await dialog.getByRole("button", { name: "Create user" }).click();
    await message("edsger@example.com is created.");
    const row = page.locator("#users li", { hasText: "edsger@example.com" });
    const choose = async (name: string) => {
      await row.getByText("Actions", { exact: true }).click();
      await row.getByRole("button", { name }).click();
    };
    await row.getByText("force change password").waitFor();
    await page.getByRole("button", { name: "Copy the password sent to edsger@example.com" }).waitFor();
    await page.locator("#mail-list li", { hasText: /Your temporary password to edsger@example\.com/ }).waitFor();

    await choose("Set password");
    await dialog.getByLabel("New password").fill("short");
    await dialog.getByRole("button", { name: "Set password" }).click();
    await dialog.getByRole("alert").getByText("Password not long enough").waitFor();
    await dialog.getByLabel("New password").fill(password);
    await dialog.getByRole("button", { name: "Set password" }).click();
    await row.getByText("confirmed", { exact: true }).waitFor();

    await choose("Disable");
    await row.getByText("confirmed, disabled").waitFor();
    const opener = row.getByRole("button", { name: "Actions for edsger@example.com" });
    assert.ok(await opener.evaluate((button) => button === document.activeElement), "the keyboard goes on from there");
    await choose("Enable");
    await row.getByText("confirmed", { exact: true }).waitFor();

    await choose("Delete");
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Cancel", "Delete never holds focus");
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "hidden" });
    assert.ok(await row.isVisible());
    await choose("Delete");
    await dialog.getByRole("button", { name: "Delete" }).click();
    await row.waitFor({ state: "detached" });
    await message("edsger@example.com is deleted.");
    assert.ok(await page.evaluate(() => document.activeElement?.closest("#users") !== null), "focus is not lost");
  });

  it("takes nothing away under somebody's hands while something happens elsewhere", async () => {
    const row = page.locator("#users li", { hasText: "grace@example.com" });
    await row.getByText("Actions", { exact: true }).click();
    const choice = row.getByRole("button", { name: "Disable" });
    await choice.waitFor();
    await assertAccessible(page, "an open menu");
    const before = await log().locator(".api-request").count();
    // The list of users looks again after each request.
    const looked = page.waitForResponse((response) => response.url().endsWith("/api/users"));
    await fetch(`${cloud.ready.apis[0]!.stages[0]!.url}/transactions`);
    await log().locator(".api-request").nth(before).waitFor();
    await (await looked).finished();
    assert.ok(await choice.isVisible());
    await page.keyboard.press("Escape");
    await choice.waitFor({ state: "hidden" });

    const oldest = page.locator("#mail-list details").last();
    await oldest.locator("summary").click();
    const mails = await page.locator("#mail-list > li").count();
    const [pool] = cloud.ready.userPools;
    await cloud.admin(pool!.id)!.create({ username: "barbara@example.com", attributes: {} });
    await page.locator("#mail-list > li").nth(mails).waitFor();
    assert.equal(await oldest.getAttribute("open"), "");
  });

  it("confirms somebody whose code never came", async () => {
    const hostedUi = await context.newPage();
    await hostedUi.goto(
      await page.getByRole("link", { name: "Open the sign-in page" }).getAttribute("href").then(String),
    );
    await fillSignUp(hostedUi, "alan@example.com");
    await hostedUi.close();
    const row = page.locator("#users li", { hasText: "alan@example.com" });
    await row.getByText("Actions", { exact: true }).click();
    await row.getByRole("button", { name: "Confirm" }).click();
    await row.getByText("confirmed", { exact: true }).waitFor();
  });

  it("copies a code, shows the whole message, filters and clears the log", async () => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const code = await page.locator("#mail-list .code").first().innerText();
    await page.getByRole("button", { name: /^Copy the code sent to alan/ }).click();
    await message("The code is copied.");
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), code);
    await page.locator("#mail-list summary").first().click();
    assert.match(await page.locator("#mail-list .body").first().innerText(), new RegExp(code));

    assert.ok((await log().locator(".other:visible").count()) > 0);
    await page.getByLabel("API requests only").check();
    assert.equal(await log().locator(".other:visible").count(), 0);
    await page.getByLabel("API requests only").uncheck();
    await assertAccessibleEverywhere(page, "the busy console");
    await page.getByRole("button", { name: "Clear" }).click();
    assert.equal(await log().locator("li").count(), 0);
    assert.ok(await page.locator("#log-empty").isVisible());
  });

  it("follows a program that is evaluated again, without being loaded again", async () => {
    await page.evaluate(() => Object.assign(window, { same: true }));
    await cloud.reload();
    await log().getByText("the changed program runs").waitFor();
    assert.equal(await page.evaluate(() => (window as unknown as { same?: boolean }).same), true);
    assert.equal(
      await page.locator("#resource-graph g").count(),
      await page.locator(".tree .badge:not(:text-is('component'))").count(),
    );
  });

  it("can be walked through with the keyboard alone", async () => {
    await page.reload();
    await page.getByText("Live", { exact: true }).waitFor();
    const reached = new Set<string>();
    await page.locator("a").first().focus();
    for (let presses = 0; presses < 200; presses++) {
      const name = await page.evaluate(() => {
        const element = document.activeElement as HTMLElement | null;
        return element?.id || element?.textContent || "";
      });
      reached.add(name);
      if (name === "resources" || reached.has("users-pool")) break;
      await page.keyboard.press("Tab");
    }
    for (const control of [
      "route",
      "call-without",
      "call-token",
      "call-with",
      "token-input",
      "only-requests",
      "clear-log",
    ])
      assert.ok(reached.has(control), `Tab must reach ${control}`);
    await page.locator("#clear-log").focus();
    const outline = await page.locator("#clear-log").evaluate((element) => getComputedStyle(element).outlineStyle);
    assert.equal(outline, "solid", "focus must be visible");
  });
});

it("the console page names the authorizer that let a request in", async function () {
  this.timeout(120_000);
  const { cloud, page, close } = await openConsole("tests/fixtures/http-api", "dev", { BACKEND: "http://127.0.0.1:1" });
  try {
    const shop = cloud.ready.apis.find(({ name }) => name === "shop")!;
    const { url } = shop.stages.find(({ name }) => name === "$default")!;
    const admin = cloud.admin(cloud.ready.userPools[0]!.id)!;
    const { username } = await admin.put({ attributes: { email: "ada@example.com" } });
    const { accessToken } = await admin.tokens(username, { client: "web" });
    const send = (path: string, init: RequestInit) => fetch(url + path, init);
    assert.equal((await send("/mine", { headers: { authorization: accessToken } })).status, 200);
    assert.equal((await send("/door", { method: "POST", headers: { "x-key": "sesame" } })).status, 200);
    assert.equal((await send("/open/1", {})).status, 200);
    const why = page.getByRole("log").locator(".api-request .why");
    await why.nth(2).waitFor();
    assert.deepEqual(await why.allInnerTexts(), [
      "It has no authorizer.",
      "The Lambda authorizer let the request in.",
      "The JWT authorizer let the token in: its signature, issuer, audience, expiry and scopes hold.",
    ]);
    await assertAccessibleEverywhere(page, "the console of HTTP APIs");
    await assertWholeWords(page);
  } finally {
    await close();
  }
});

describe("the console page of the stack prod", function () {
  this.timeout(120_000);
  let open: OpenConsole;
  let page: Page;
  before(async () => {
    open = await openConsole("", "prod");
    ({ page } = open);
    await page.locator("#resource-graph svg").waitFor();
  });
  after(() => open?.close());

  it("says that an administrator makes the users, that a code comes back, and never that anybody signs up", async () => {
    await page.getByRole("heading", { name: "Sign in", exact: true }).waitFor();
    await page.getByText("There are no users yet.").waitFor();
    const words = (await page.locator("main").innerText()).replaceAll(/\s+/g, " ");
    for (const each of [
      "An administrator makes the users here: create one under Users. The invitation with the temporary password appears under Mail.",
      "In the end the browser is sent to your application with a code in the address, which only the application can change into tokens.",
      "There are no users yet.",
      "Create the resource and method, with the Cognito authorizer on them",
      "Tutorial: Deploy the API",
    ])
      assert.ok(words.includes(each), each);
    assert.doesNotMatch(words, /sign(?:ed)? up|the address that the sign-in led to/i);
    const [option] = await page.locator("#route option").allInnerTexts();
    assert.equal(option, "GET /transactions");
  });

  it("calls the API as a user whom an administrator made, and has no accessibility violation", async () => {
    const { cloud } = open;
    const { id } = cloud.ready.userPools[0]!;
    await cloud.admin(id)!.put({ attributes: { email: "ada@example.com" } });
    await cloud.admin(id)!.create({ username: "grace@example.com", attributes: {} });
    const row = page.locator("#users li", { hasText: "ada@example.com" });
    await row.getByText("Actions", { exact: true }).click();
    await row.getByRole("button", { name: "Get a token: ada@example.com" }).click();
    await page.locator("#token-result .verdict").getByText("Every check holds.").waitFor();
    await page.getByRole("button", { name: "Call with the token" }).click();
    await page.locator("#answer-with .badge.good", { hasText: "200" }).waitFor();
    await assertAccessibleEverywhere(page, "the console of stack prod");
    await assertWholeWords(page);
  });
});

/** The hosted UI has each form twice, of which one is shown. */
const shown = (locator: Locator) => locator.filter({ visible: true });

/** Up to the page that asks for the code. */
async function fillSignUp(page: Page, email: string): Promise<void> {
  await shown(page.getByRole("link", { name: "Create an account" })).click();
  await shown(page.getByLabel("Email")).fill(email);
  await shown(page.getByLabel("Password")).fill(password);
  await shown(page.getByRole("button", { name: "Sign up" })).click();
  await shown(page.getByLabel("Verification code")).waitFor();
}

/** The address with its fragment, which requests do not have. */
async function addressOf(request: Request, page: Page): Promise<string> {
  const answer = await request.redirectedFrom()?.response();
  const location = await answer?.headerValue("location");
  assert.ok(location, `${page.url()} must have been redirected to`);
  return location;
}

const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split(".")[1]!, "base64url").toString("utf8"));
