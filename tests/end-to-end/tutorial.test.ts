/** The tutorial as a person does it: the real program, a real browser, the real command line. */
import assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import { launchChromium } from "../support/chromium.ts";
import { openShell, type Shell } from "../support/shell.ts";

const EMAIL = "grace@example.com";
const PASSWORD = "Compilers-1952!";

describe("the tutorial, in a real Chromium", function () {
  this.timeout(120_000);
  let shell: Shell;
  let browser: Browser;

  before(async () => {
    shell = openShell();
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await shell?.close();
  });

  it("goes from a refusal over sign-up, mail and redirect to an answer", async () => {
    const { ready } = await shell.local("--ephemeral");
    const nobody = await shell.run("call", "/transactions");
    assert.equal(nobody.code, 4, nobody.stderr);

    const login = shell.start("login", "--no-browser", "--target", "local");
    const address = await login.line("stderr", /^http/);
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(address);
    await page.getByRole("link", { name: "Sign up" }).filter({ visible: true }).click();
    await page.getByLabel("Email").filter({ visible: true }).fill(EMAIL);
    await page.getByLabel("Password", { exact: true }).filter({ visible: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Sign up" }).filter({ visible: true }).click();
    const code = page.getByLabel("Verification code").filter({ visible: true });
    await code.waitFor();

    const messages = (await (await fetch(`${ready.console}/api/messages`)).json()) as Record<string, unknown>[];
    assert.deepEqual(
      messages.map(({ to, subject }) => ({ to, subject })),
      [{ to: EMAIL, subject: "Your verification code" }],
    );
    await code.fill(String(messages[0]?.code));
    await page.getByRole("button", { name: "Confirm account" }).filter({ visible: true }).click();

    await page.getByRole("heading", { name: /signed in/i }).waitFor();
    assert.match(
      page.url(),
      /^http:\/\/(127\.0\.0\.1|localhost):4781\d\/callback$/,
      "the fragment left the address bar",
    );
    const signedIn = await login.finished;
    assert.equal(signedIn.code, 0, signedIn.stderr);
    assert.match(signedIn.stderr, /Signed in as grace@example\.com/);

    const call = await shell.run("call", "/transactions");
    assert.equal(call.code, 0, call.stderr);
    const body = JSON.parse(call.stdout);
    assert.equal(body.user.email, EMAIL);
    assert.ok(body.transactions.length > 0);

    const status = JSON.parse((await shell.run("status", "--json")).stdout);
    assert.deepEqual([status.signedIn, status.user.email, status.flow], [true, EMAIL, "implicit"]);

    const out = await shell.run("logout");
    assert.equal(out.code, 0, out.stderr);
    assert.equal((await shell.run("call", "/transactions")).code, 4);
    await context.close();
  });
});
