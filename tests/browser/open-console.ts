/** The console of a cloud of its own, open in a real Chromium. */
import { join } from "node:path";
import type { Page } from "playwright-core";
import { type LocalCloud, startLocalCloud } from "../../local/start.ts";
import { launchChromium } from "../support/chromium.ts";
import { repository } from "../support/shell.ts";

export interface OpenConsole {
  cloud: LocalCloud;
  page: Page;
  close(): Promise<void>;
}

/**
 * @param project relative to the repository
 * @param variables more than the environment of the tests
 */
export async function openConsole(
  project = "",
  stack = "dev",
  variables: Record<string, string> = {},
): Promise<OpenConsole> {
  const environment = { ...process.env, ...variables };
  const options = { stack, port: 0, stateDirectory: undefined, environment };
  const starting = startLocalCloud({ ...options, projectDirectory: join(repository, project) });
  const [cloud, browser] = await Promise.all([starting, launchChromium()]);
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(cloud.ready.console);
  return {
    cloud,
    page,
    async close() {
      await browser.close();
      await cloud.close();
    },
  };
}
