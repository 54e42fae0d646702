/**
 * Makes the pictures of the documentation from the real thing: starts the local cloud, signs somebody up in Chromium,
 * and writes `docs/images/hosted-ui.png` and `docs/images/console.png`. Run with `npm run screenshots`.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Locator, Page } from "playwright-core";
import { startLocalCloud } from "../local/start.ts";
import { launchChromium } from "../tests/support/chromium.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const images = join(root, "docs", "images");
const PASSWORD = "Correct-horse-7";
/** The clock that the pictures show. */
const START = Date.UTC(2026, 0, 12, 9, 30);

mkdirSync(images, { recursive: true });
let ticks = 0;
const cloud = await startLocalCloud({
  projectDirectory: root,
  ...{ stack: "dev", port: 0, stateDirectory: undefined, environment: process.env },
  now: () => START + ticks++ * 250,
});
const browser = await launchChromium();
try {
  await pictures(browser, cloud.ready.console);
} finally {
  await browser.close();
  await cloud.close();
}

async function pictures(browser: Browser, address: string): Promise<void> {
  const size = { viewport: { width: 1280, height: 940 }, timezoneId: "UTC", locale: "en-GB" };
  const context = await browser.newContext(size);
  const page = await context.newPage();
  await page.clock.setFixedTime(START);
  await page.goto(address);
  await page.getByRole("button", { name: "Call without a token" }).click();
  await page.locator("#answer-without pre").waitFor();

  const token = await signUp(page, "ada@example.com", join(images, "hosted-ui.png"));
  await signUp(page, "grace@example.com");
  await page.locator("#call-token").fill(token);
  await page.getByRole("button", { name: "Call with the token" }).click();
  await page.locator("#answer-with pre").waitFor();
  await page.locator("#token-input").fill(token);
  await page.locator("#token-result .verdict").waitFor();
  await page.getByLabel("API requests only").check();
  await page.locator("#log .api-request [data-user]").getByText("ada@example.com").waitFor();
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.screenshot({ path: join(images, "console.png") });
}

/** Signs up through the hosted UI, which opens beside the console. @returns the address that it leads to */
async function signUp(console: Page, email: string, picture?: string): Promise<string> {
  const link = String(await console.getByRole("link", { name: "Open the sign-in page" }).getAttribute("href"));
  const page = await console.context().newPage();
  await page.setViewportSize({ width: 620, height: 640 });
  await page.goto(link.replace("/login?", "/signup?"));
  const shown = (locator: Locator) => locator.filter({ visible: true });
  await shown(page.getByLabel("Email")).fill(email);
  await shown(page.getByLabel("Password")).fill(PASSWORD.slice(0, -2));
  if (picture) await page.screenshot({ path: picture });
  await shown(page.getByLabel("Password")).fill(PASSWORD);
  await shown(page.getByRole("button", { name: "Sign up" })).click();
  const code = shown(page.getByLabel("Verification code"));
  await code.waitFor();
  await code.fill(await console.locator("#mail-list li", { hasText: email }).locator(".code").first().innerText());
  const redirected = page.waitForResponse(
    (response) => response.status() === 302 && response.url().includes("/confirm"),
  );
  await shown(page.getByRole("button", { name: "Confirm account" })).click();
  const location = await (await redirected).headerValue("location");
  await page.context().clearCookies();
  await page.close();
  return String(location);
}
