/** The hosted UI's pages in a real Chromium: for people on small screens, in the dark, with a screen reader; for scripts. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { listenOnLoopback } from "../../../local/http/loopback.ts";
import { launchChromium } from "../../support/chromium.ts";
import {
  appClient,
  authorizeUrl,
  password,
  type RunningCognito,
  signUpThroughPages,
  startCognito,
  userPool,
} from "./harness.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

describe("the hosted UI's pages in Chromium", () => {
  const classic = userPool({ mfa: "ON", softwareTokenMfa: true });
  const managed = userPool({
    ...{ id: "us-east-1_Managed01", mfa: "ON", softwareTokenMfa: true },
    domains: [{ domain: "managed", custom: false, managedLoginVersion: 2 }],
  });
  const kinds = [
    { kind: "classic", poolId: classic.id },
    { kind: "managed login's", poolId: managed.id },
  ];
  let cloud: RunningCognito;
  let browser: Browser;
  before(async function () {
    this.timeout(60_000);
    cloud = await startCognito([classic, managed]);
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await cloud?.close();
  });

  /** Opens each page that a person may meet, one after the other, as they meet them. */
  async function everyPage(
    page: Page,
    poolId: string,
    email: string,
    look: (name: string) => Promise<void>,
  ): Promise<void> {
    const fill = (name: string, value: string) => page.locator(`input[name="${name}"]:visible`).fill(value);
    // A click does not wait for the page that it leads to.
    const follow = (selector: string) =>
      Promise.all([page.waitForEvent("load"), page.locator(`${selector}:visible`).click()]);
    const send = () => follow("form [type=submit]:not(.btn-link)");
    await page.goto(authorizeUrl(cloud, { poolId }));
    await look("sign in");
    await fill("username", "nobody@example.com");
    if (poolId === managed.id) {
      await send();
      await look("password");
    }
    await fill("password", "wrong");
    await send();
    await page.locator("[role=alert]:visible").waitFor();
    await look("password, refused");
    await follow('a:has-text("Forgot your password?")');
    await look("forgot password");
    await fill("username", "nobody@example.com");
    await send();
    await look("set a new password");
    await page.goto(authorizeUrl(cloud, { poolId }, "/signup"));
    await look("sign up");
    await fill("username", email);
    await fill("password", "short");
    await send();
    await look("sign up, refused");
    await fill("password", password);
    await send();
    await look("confirm");
    await fill("code", cloud.code(email));
    await send();
    await look("set up the second factor");
    await page.goto(authorizeUrl(cloud, { poolId, redirect_uri: "http://localhost:1/" }));
    await look("error");
  }

  for (const { kind, poolId } of kinds) {
    for (const colorScheme of ["light", "dark"] as const)
      it(`have no accessibility fault and fit 320 pixels, ${kind} in ${colorScheme}`, async function () {
        this.timeout(60_000);
        // axe is a script, which the pages' own policy would rightly keep out.
        const context = await browser.newContext({
          colorScheme,
          viewport: { width: 320, height: 640 },
          bypassCSP: true,
        });
        const page = await context.newPage();
        const faults: string[] = [];
        const seen: string[] = [];
        await everyPage(page, poolId, `${colorScheme}@example.com`, async (name) => {
          seen.push(name);
          await page.evaluate(axe);
          const { violations } = await page.evaluate(() =>
            (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
          );
          for (const { id, nodes } of violations)
            faults.push(`${name}: ${id} at ${nodes.map((node) => node.html).join(" ")}`);
          const width = await page.evaluate(() => document.documentElement.scrollWidth);
          if (width > 320) faults.push(`${name}: ${width} pixels wide`);
          // axe looks at no placeholder.
          const placeholders = await page.evaluate(placeholderContrasts);
          if (name === "sign up") assert.ok(placeholders.length > 0);
          const faint = placeholders.filter(({ contrast }) => !(contrast >= 4.5));
          faults.push(
            ...faint.map(({ text, contrast }) => `${name}: placeholder ${text} has a contrast of ${contrast}`),
          );
        });
        await context.close();
        assert.deepEqual(faults, []);
        assert.equal(seen.length, poolId === managed.id ? 10 : 9);
      });

    it(`show a password on request and send it as one, ${kind}`, async () => {
      const page = await browser.newPage();
      await page.goto(authorizeUrl(cloud, { poolId }));
      await page.locator("input[name=username]:visible").fill("nobody@example.com");
      if (poolId === managed.id) await page.locator("[type=submit]:visible").click();
      const field = page.locator("input[name=password]:visible");
      await field.fill("a secret");
      await page.getByRole("button", { name: "Show password" }).click();
      assert.equal(await field.getAttribute("type"), "text");
      const typeWhenSent = page.evaluate(
        () =>
          new Promise((resolve) =>
            document.addEventListener("submit", (event) => {
              event.preventDefault();
              resolve((event.target as HTMLFormElement).querySelector("input[name=password]")?.getAttribute("type"));
            }),
          ),
      );
      await page.locator("form [type=submit]:visible").click();
      assert.equal(await typeWhenSent, "password");
      await page.close();
    });

    it(`need no script, and their policy has nothing to complain about, ${kind}`, async () => {
      const context = await browser.newContext({ javaScriptEnabled: false });
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on("console", (message) => complaints.push(message.text()));
      const requested: string[] = [];
      page.on("request", (request) => requested.push(new URL(request.url()).origin));
      await everyPage(page, poolId, "noscript@example.com", async () => {
        assert.equal((await page.locator("form:visible").count()) <= 2, true);
      });
      await context.close();
      // What the browser itself says of the error page's status is no complaint of the policy's.
      assert.deepEqual(
        complaints.filter(
          (text) => !text.startsWith("Failed to load resource: the server responded with a status of 400"),
        ),
        [],
      );
      assert.deepEqual([...new Set(requested)], [cloud.hostedUi(poolId)]);
    });
  }

  it("[A.4] show one of the two forms at each width, and scripts find theirs by class, by order or by visibility", async () => {
    const page = await browser.newPage();
    for (const [width, shown, hidden] of [
      [1200, "visible-lg", "visible-xs"],
      [600, "visible-xs", "visible-lg"],
    ] as const) {
      await page.setViewportSize({ width, height: 800 });
      await page.goto(authorizeUrl(cloud));
      assert.equal(await page.locator("#signInFormUsername").count(), 2);
      assert.equal(await page.locator("#signInFormUsername:visible").count(), 1);
      assert.equal(await page.locator(`.${shown} form[name="cognitoSignInForm"]`).isVisible(), true);
      assert.equal(await page.locator(`.${hidden} form[name="cognitoSignInForm"]`).isVisible(), false);
      assert.equal(
        await page
          .locator("xpath=//div[@class='modal-body']//div//div//div//div//form[@name='cognitoSignInForm']")
          .count(),
        2,
      );
    }
    await page.close();
  });

  for (const width of [1200, 400])
    it(`say beside the field what is wrong, and put the cursor into it, at ${width} pixels`, async () => {
      const page = await browser.newPage({ viewport: { width, height: 800 } });
      await page.goto(authorizeUrl(cloud, {}, "/signup"));
      await page.locator('input[name="username"]:visible').fill("not an address");
      await page.locator('input[name="password"]:visible').fill(password);
      await page.locator('button[name="signUpButton"]:visible').click();
      const field = page.locator('input[name="username"]:visible:focus');
      await field.waitFor();
      assert.equal(await page.title(), "Error: Sign up");
      assert.equal(await field.getAttribute("aria-invalid"), "true");
      const described = await field.getAttribute("aria-describedby");
      assert.equal(await page.locator(`#${described}`).textContent(), "Username should be an email.");
      await page.close();
    });

  it("[A.0] are gone through by kind of field and button, as scripts do on AWS's managed login, to the application", async () => {
    const application = await listenOnLoopback(0);
    application.handle((_request, response) => void response.end("the application"));
    const redirect_uri = `${application.origin}/callback`;
    const domains = [{ domain: "managed", custom: false, managedLoginVersion: 2 as const }];
    const clients = [appClient({ callbackUrls: [redirect_uri] })];
    const own = await startCognito([userPool({ domains, clients })]);
    const page = await browser.newPage();
    try {
      await own.service.admin(userPool().id)!.put({ username: "ada@example.com", password });
      await page.goto(authorizeUrl(own, { redirect_uri }));
      await page.locator("input:visible").fill("ada@example.com");
      await page.locator("button[type='submit']").click();
      await page.locator("input[type=password]").fill(password);
      await page.locator("button[type='submit']").click();
      await page.waitForURL((url) => url.href.startsWith(`${redirect_uri}#id_token=`));
    } finally {
      await page.close();
      await own.close();
      await application.close();
    }
  });

  it("[A.4] end at the application: the browser follows the redirect out of the form", async () => {
    const application = await listenOnLoopback(0);
    application.handle((_request, response) => void response.end("the application"));
    const redirect_uri = `${application.origin}/callback`;
    const plain = await startCognito([userPool({ clients: [appClient({ callbackUrls: [redirect_uri] })] })]);
    const page = await browser.newPage();
    try {
      await signUpThroughPages(plain, "ada@example.com", { parameters: { redirect_uri } });
      await page.goto(authorizeUrl(plain, { redirect_uri }));
      await page.locator('input[name="username"]:visible').fill("ada@example.com");
      await page.locator('input[name="password"]:visible').fill(password);
      await page.locator('input[name="signInSubmitButton"]:visible').click();
      await page.waitForURL((url) => url.href.startsWith(`${redirect_uri}#id_token=`));
    } finally {
      await page.close();
      await plain.close();
      await application.close();
    }
  });
});

/** Of the text to what is behind it (WCAG 2.2, "relative luminance" and "contrast ratio"). Runs in the page. */
function placeholderContrasts(): { text: string; contrast: number }[] {
  const channels = (colour: string) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (colour: string) => {
    const [red = 0, green = 0, blue = 0] = channels(colour).map((channel) => {
      const part = channel / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (element: Element | null): string => {
    if (!element) return "rgb(255, 255, 255)";
    const { backgroundColor } = getComputedStyle(element);
    return channels(backgroundColor)[3] === 0 ? behind(element.parentElement) : backgroundColor;
  };
  return [...document.querySelectorAll<HTMLInputElement>("input[placeholder]")]
    .filter((input) => input.checkVisibility())
    .map((input) => {
      const [dark = 0, light = 0] = [getComputedStyle(input, "::placeholder").color, behind(input)]
        .map(luminance)
        .sort((one, other) => one - other);
      return { text: input.placeholder, contrast: (light + 0.05) / (dark + 0.05) };
    });
}
