/** The way to an external identity provider and back in a real browser, which has its own mind about cookies and sites. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { type LocalCloud, startLocalCloud } from "../../local/start.ts";
import { decode } from "../local/cognito/harness.ts";
import { providerSecret, type RealProvider, startRealProvider } from "../local/cognito/openid-providers.ts";
import { launchChromium } from "../support/chromium.ts";
import { repository } from "../support/shell.ts";
import { assertAccessibleEverywhere, assertWholeWords } from "./accessibility.ts";

describe("signing in at an external identity provider, in a browser", function () {
  this.timeout(120_000);
  let provider: RealProvider;
  let cloud: LocalCloud;
  let browser: Browser;
  before(async () => {
    // Another site than the hosted UI, as a provider is.
    provider = await startRealProvider({ sub: "u-1", email: "ada@corp.example", email_verified: true }, "localhost");
    const starting = startLocalCloud({
      ...{ stack: "dev", port: 0, stateDirectory: undefined },
      projectDirectory: join(repository, "tests/fixtures/federation"),
      environment: { ...process.env, CORP_ISSUER: provider.issuer, CORP_SECRET: providerSecret },
    });
    [cloud, browser] = await Promise.all([starting, launchChromium()]);
    provider.register(`${cloud.ready.userPools[0]!.hostedUi}/oauth2/idpresponse`);
  });
  after(async () => {
    await browser?.close();
    await cloud?.close();
    await provider?.close();
  });

  it("goes by the button to the provider, which is another site, and back to the application", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const { clientId, callback } = cloud.ready.outputs as { clientId: string; callback: string };
    const query = new URLSearchParams({
      ...{ response_type: "token", client_id: clientId, redirect_uri: callback, scope: "openid email", state: "s-1" },
    });
    await page.goto(`${cloud.ready.userPools[0]!.hostedUi}/oauth2/authorize?${query}`);
    const button = page.getByRole("link", { name: "Continue with Corp" }).filter({ visible: true });
    assert.equal(await button.count(), 1);
    await assertAccessibleEverywhere(page, "sign-in with a provider's button");
    await button.click();
    // Nothing listens at the callback: what the browser is sent there with is what counts.
    const [returned] = await Promise.all([
      page.waitForResponse((response) => response.url().includes("/oauth2/idpresponse")),
      page.getByRole("button", { name: "Sign in as u-1" }).click(),
    ]);
    const location = (await returned.headerValue("location")) ?? "";
    assert.ok(location.startsWith(`${callback}#`), location);
    const answer = new URLSearchParams(new URL(location).hash.slice(1));
    assert.equal(answer.get("state"), "s-1");
    assert.equal(decode(answer.get("id_token")!).claims.email, "ada@corp.example");
    const username = decode(answer.get("id_token")!).claims["cognito:username"] as string;
    const { status } = await cloud.admin(cloud.ready.userPools[0]!.id)!.put({ username });
    assert.deepEqual([username, status], ["Corp_u-1", "EXTERNAL_PROVIDER"]);
    await context.close();
  });

  it("leads to a user of the console's who is marked as the provider's", async () => {
    const page = await browser.newPage();
    await cloud
      .admin(cloud.ready.userPools[0]!.id)!
      .put({ identity: { provider: "Corp", subject: "u-2" }, attributes: { email: "bob@corp.example" } });
    await page.goto(`${cloud.ready.console}/#users`);
    const row = page.locator("#users-list li").filter({ hasText: "bob@corp.example" });
    await row.getByText("signs in at Corp as u-2").waitFor();
    assert.equal(await row.locator(".badge").textContent(), "external provider");
    // The program has no API to call.
    assert.deepEqual(await page.locator(".steps > li:visible h3").allInnerTexts(), ["Sign up and in"]);
    await assertAccessibleEverywhere(page, "the console of a program with a provider");
    await assertWholeWords(page);
    await page.close();
  });
});
