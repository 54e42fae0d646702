/** The tutorial as a person does it: the real program, a real browser, the real command line. */
import assert from "node:assert/strict";
import { request } from "node:http";
import type { Browser } from "playwright-core";
import { signUpAndIn } from "../../cli/commands/tour/person.ts";
import { systemWorld } from "../../cli/shared/world.ts";
import { launchChromium } from "../support/chromium.ts";
import { openShell, type Shell } from "../support/shell.ts";

const EMAIL = "grace@example.com";
const PASSWORD = "Compilers-1952!";

describe("the tutorial, in a real Chromium", function () {
  this.timeout(120_000);
  let shell: Shell;
  let browser: Browser;

  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser?.close());
  beforeEach(() => {
    shell = openShell();
  });
  afterEach(() => shell.close());

  it("is shown from end to end by the tour, also while clouds of the same project run", async () => {
    await shell.local("--ephemeral");
    const tour = await shell.run("tour");
    assert.equal(tour.code, 0, tour.stderr);
    assert.match(tour.stdout, /without a token: refused\n.*\n\s+HTTP 401/);
    assert.match(tour.stdout, /ID token: let in\n.*\n\s+HTTP 200/);
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
    await page.getByRole("link", { name: "Create an account" }).filter({ visible: true }).click();
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

  it("survives whatever else reaches the waiting address: forged errors, other states, hosts and origins", async () => {
    const { ready } = await shell.local("--ephemeral");
    const login = shell.start("login", "--no-browser", "--target", "local", "--force");
    const address = await login.line("stderr", /^http/);
    const callback = new URL(new URL(address).searchParams.get("redirect_uri")!);
    const json = { "content-type": "application/json" };
    const forged = JSON.stringify({ query: "", fragment: "#id_token=a.b.c&access_token=x&state=guessed" });

    const noise: [string, RequestInit & { host?: string }, number][] = [
      ["/callback?error=access_denied&error_description=forged", {}, 200],
      ["/callback", { method: "POST", body: forged, headers: { ...json, origin: callback.origin } }, 400],
      ["/callback", { method: "POST", body: forged, headers: { ...json, origin: "https://evil.example" } }, 403],
      ["/callback", { method: "POST", body: forged, headers: { ...json, origin: "null" } }, 403],
      ["/callback", { method: "OPTIONS", headers: { origin: "https://evil.example" } }, 405],
      ["/favicon.ico", {}, 404],
    ];
    for (const [path, init, status] of noise) {
      const answer = await fetch(callback.origin + path, init);
      assert.equal(answer.status, status, `${init.method ?? "GET"} ${path}`);
      assert.equal(answer.headers.get("access-control-allow-origin"), null);
    }
    assert.equal(await statusUnderHost(callback, `evil.example:${callback.port}`), 403);

    const person = { email: "calm@example.com", password: PASSWORD };
    await signUpAndIn(systemWorld(), person, address, ready.console, () => {});
    const finished = await login.finished;
    assert.equal(finished.code, 0, finished.stderr);
    assert.match(finished.stderr, /Signed in as calm@example\.com/);
  });
});

/** What a request gets whose DNS name was rebound to this machine. */
function statusUnderHost(url: URL, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port: url.port, path: url.pathname, headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on("error", reject)
      .end();
  });
}
