/** In a browser: the application's own page, its own sign-in, and no form to fill in. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test as base, expect } from "@playwright/test";
import { cloudFixtures } from "demo-auth/testing/playwright";

const project = join(import.meta.dirname, "..");
const html = readFileSync(join(project, "app/index.html"));

interface App {
  origin: string;
  settings: Record<string, unknown>;
}

const test = base.extend(cloudFixtures()).extend<object, { app: App }>({
  app: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from its parameter.
    async ({}, use) => {
      const server = createServer((request, response) =>
        request.url === "/settings.json"
          ? response.end(JSON.stringify(app.settings))
          : response.setHeader("content-type", "text/html").end(html),
      );
      await new Promise<void>((resolve) => server.listen(0, resolve));
      const app: App = { origin: `http://localhost:${(server.address() as AddressInfo).port}`, settings: {} };
      await use(app);
      server.close();
    },
    { scope: "worker" },
  ],
  // The application's address is a callback of the app client.
  cloudOptions: [({ app }, use) => use({ project, environment: { APP_ORIGIN: app.origin } }), { scope: "worker" }],
});

test.beforeEach(async ({ page, app, cloud }) => {
  app.settings = cloud.outputs;
  await page.goto(app.origin);
});

test.describe("somebody who has an account", () => {
  test.use({ signedInAs: { email: "ada@example.com" } });

  test("is signed in with one click", async ({ page }) => {
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByText("Signed in as ada@example.com.")).toBeVisible();
  });
});

test("a stranger is shown the sign-in form", async ({ page }) => {
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/login\?/);
});
