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

/** Names, labels and controls break between words, or where the parts of an address meet, and their page is no wider than its window. */
export async function assertWholeWords(page: Page): Promise<void> {
  const { width, height } = page.viewportSize()!;
  for (const each of [320, 1100, 1280, 1920]) {
    await page.setViewportSize({ width: each, height });
    const broken = await page.evaluate(() =>
      [...document.querySelectorAll("strong, .badge, button, summary, nav a, .quiet, label, h2, h3, h4, th, td time")]
        .filter((element) => element.checkVisibility() && !element.closest(".claims, .id"))
        .flatMap((element) => {
          const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
          const words: string[] = [];
          for (let node = walker.nextNode(); node; node = walker.nextNode())
            for (const { 0: word, index } of (node.textContent ?? "").matchAll(/[^\s-]+/g)) {
              const range = document.createRange();
              range.setStart(node, index);
              range.setEnd(node, index + word.length);
              if (new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1) words.push(word);
            }
          return words;
        }),
    );
    assert.deepEqual(broken, [], `${each} px`);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    assert.equal(overflow, 0, `${each} px must not scroll sideways`);
  }
  await page.setViewportSize({ width, height });
}
