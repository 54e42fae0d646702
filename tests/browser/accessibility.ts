/** axe-core in the page itself, at WCAG 2.2 level AA. */
import assert from "node:assert/strict";
import axe from "axe-core";
import type { Page } from "playwright-core";

const LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** Fails with each rule that is broken and the elements that break it; and when the page is wider than its window. */
export async function assertAccessible(page: Page, where: string): Promise<void> {
  await page.evaluate(axe.source);
  const broken = await page.evaluate(async (levels) => {
    const run = (window as unknown as { axe: typeof axe }).axe.run;
    const { violations } = await run(document, { runOnly: levels, resultTypes: ["violations"] });
    return violations.map(({ id, help, nodes }) => `${id} (${help}): ${nodes.map(({ html }) => html).join("  ")}`);
  }, LEVELS);
  assert.deepEqual(broken, [], where);
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  assert.equal(overflow, 0, `${where} must not scroll sideways`);
}

/** In light and dark, wide and at 320 px. */
export async function assertAccessibleEverywhere(page: Page, where: string): Promise<void> {
  const { width, height } = page.viewportSize()!;
  for (const colorScheme of ["light", "dark"] as const) {
    for (const each of [1280, 320]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width: each, height: 800 });
      await assertAccessible(page, `${where}, ${colorScheme}, ${each} px`);
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width, height });
}
