/**
 * A real Chromium that comes from npm, so that the browser tests need nothing of the machine. The package holds a Linux
 * build and the system libraries it was linked against; other systems use the Chrome that is installed there.
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import chromium, { inflate } from "@sparticuz/chromium";
import { type Browser, type BrowserContext, type LaunchOptions, chromium as playwright } from "playwright-core";

const FLAGS = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];

let packaged: Promise<LaunchOptions> | undefined;

/** For whoever starts it otherwise. */
export async function chromiumOptions(): Promise<LaunchOptions> {
  return { ...(await executable()), args: FLAGS };
}

function executable(): Promise<LaunchOptions> {
  packaged ??= process.platform === "linux" ? unpack() : Promise.resolve({ channel: "chrome" });
  return packaged;
}

/** @param args flags of Chromium's beyond the usual ones */
export async function launchChromium(args: string[] = []): Promise<Browser> {
  return playwright.launch({ ...(await executable()), headless: true, args: [...FLAGS, ...args] });
}

/** The same with a profile that stays on disk, for what a browser writes there. */
export async function launchChromiumProfile(directory: string, args: string[] = []): Promise<BrowserContext> {
  const options = { ...(await executable()), headless: true, args: [...FLAGS, ...args] };
  return playwright.launchPersistentContext(directory, options);
}

/** A machine without a desktop lacks some libraries; then the package's own are put in front. */
async function unpack(): Promise<LaunchOptions> {
  const executablePath = await chromium.executablePath();
  try {
    await (await playwright.launch({ executablePath, headless: true, args: FLAGS })).close();
    return { executablePath };
  } catch (error) {
    if (!String(error).includes("error while loading shared libraries")) throw error;
    const folder = join(dirname(createRequire(import.meta.url).resolve("@sparticuz/chromium")), "..", "bin");
    const libraries = await inflate(join(folder, "al2023.tar.br"));
    const env = { ...process.env, LD_LIBRARY_PATH: join(libraries, "lib") } as Record<string, string>;
    return { executablePath, env };
  }
}
