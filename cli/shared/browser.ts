/**
 * Starting the person's browser, and noticing when that did not work: a launcher that starts may still fail afterwards.
 * Whoever is on this machine can read the arguments of its processes, so an address with a secret in it goes by a private
 * file that leads there.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, unlinkSync } from "node:fs";
import { readdir, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { writePrivateFile } from "./private-files.ts";
import { type Surroundings, stateHome } from "./state-home.ts";

export interface BrowserOptions {
  /** A program to start instead of the default browser, with arguments separated by spaces. */
  command?: string | undefined;
  privateWindow?: boolean | undefined;
  /** The address must not stand on a command line. */
  secret?: boolean | undefined;
}

/** A launcher at work. */
export interface BrowserLaunch {
  /** Resolves with why, when the launcher reports a failure; never resolves otherwise. */
  failed: Promise<string>;
}

export type BrowserWorld = Surroundings & {
  userId: number | undefined;
  randomBytes(size: number): Buffer;
};

/** @throws Error when nothing could be started */
export async function openBrowser(world: BrowserWorld, url: string, options: BrowserOptions): Promise<BrowserLaunch> {
  const address = options.secret ? await withoutSecrets(world, url) : url;
  const child =
    options.command === undefined ? await openDefault(world, address, options) : await start(options.command, address);
  return {
    failed: new Promise((resolve) => {
      child.once("error", (error) => resolve(error.message));
      child.once("exit", (code) => (code ? resolve(`its launcher ended with exit code ${code}`) : undefined));
    }),
  };
}

async function openDefault(world: BrowserWorld, address: string, options: BrowserOptions): Promise<ChildProcess> {
  const { default: open, apps } = await import("open");
  if (options.privateWindow) return open(address, { app: { name: apps.browserPrivate } });
  // macOS opens a page's file with what is set for pages, which may be an editor.
  if (world.platform === "darwin" && address.startsWith("file:"))
    return open(address, { app: { name: apps.browser } }).catch(() => open(address));
  return open(address);
}

function start(command: string, address: string): Promise<ChildProcess> {
  const [program = "", ...parameters] = command.split(/\s+/).filter(Boolean);
  const child = spawn(program, [...parameters, address], { stdio: "ignore", detached: true, windowsHide: true });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("spawn", () => {
      child.off("error", reject);
      child.unref();
      resolve(child);
    });
  });
}

/** After this, nobody needs the file of a process that could not remove it. */
const abandonedAfterMs = 10 * 60_000;

/** Writes a page that only this person can read and that leads to the address; it goes when this process ends. */
async function withoutSecrets(world: BrowserWorld, url: string): Promise<string> {
  // A browser of Windows does not read files of WSL by their path; the arguments of Windows are its user's own.
  if (world.env.WSL_DISTRO_NAME) return url;
  const directory = pageDirectory(world);
  const file = join(directory, `${pagePrefix}${world.randomBytes(16).toString("hex")}.html`);
  await sweep(directory);
  await writePrivateFile(world, file, leadingPage(url));
  process.once("exit", () => {
    try {
      unlinkSync(file);
    } catch {}
  });
  return pathToFileURL(file).href;
}

const pagePrefix = "sign-in-";

/** Browsers that come as snaps read no hidden folder, and only what lies in the person's own. */
function pageDirectory(world: BrowserWorld): string {
  const snaps = world.platform === "linux" && ["firefox", "chromium"].some((name) => existsSync(`/snap/bin/${name}`));
  return snaps ? join(world.homeDirectory, "demo-auth-pages") : join(stateHome(world), "pages");
}

async function sweep(directory: string): Promise<void> {
  const names = await readdir(directory).catch(() => []);
  for (const name of names.filter((one) => one.startsWith(pagePrefix))) {
    const file = join(directory, name);
    const info = await stat(file).catch(() => undefined);
    if (info && Date.now() - info.mtimeMs > abandonedAfterMs) await unlink(file).catch(() => undefined);
  }
}

function leadingPage(url: string): string {
  const address = url.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0;url=${address}">
<title>Signing in</title>
<p><a href="${address}">Go on to the sign-in page</a></p>
</html>
`;
}

/** Why no browser can be expected on this machine, or `undefined` when one can. */
export function noBrowserReason(
  world: Pick<Surroundings, "env" | "platform">,
): "ssh" | "ci" | "container" | "display" | undefined {
  const { env, platform } = world;
  if (env.SSH_CONNECTION || env.SSH_TTY) return "ssh";
  if (env.CI && env.CI !== "false" && env.CI !== "0") return "ci";
  const display = env.DISPLAY || env.WAYLAND_DISPLAY;
  if (platform === "linux" && !display && !env.WSL_DISTRO_NAME) {
    return existsSync("/.dockerenv") || existsSync("/run/.containerenv") ? "container" : "display";
  }
  return undefined;
}
