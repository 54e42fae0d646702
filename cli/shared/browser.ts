/**
 * Starting the person's browser, and noticing when that did not work: a launcher that starts may still fail afterwards.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import type { Surroundings } from "./state-home.ts";

export interface BrowserOptions {
  /** A program to start instead of the default browser, with arguments separated by spaces. */
  command?: string | undefined;
  privateWindow?: boolean | undefined;
}

/** A launcher at work. */
export interface BrowserLaunch {
  /** Resolves with why, when the launcher reports a failure; never resolves otherwise. */
  failed: Promise<string>;
}

/** @throws Error when nothing could be started */
export async function openBrowser(url: string, options: BrowserOptions): Promise<BrowserLaunch> {
  const child = options.command === undefined ? await openDefault(url, options) : await start(options.command, url);
  return {
    failed: new Promise((resolve) => {
      child.once("error", (error) => resolve(error.message));
      child.once("exit", (code) => (code ? resolve(`its launcher ended with exit code ${code}`) : undefined));
    }),
  };
}

async function openDefault(url: string, options: BrowserOptions): Promise<ChildProcess> {
  const { default: open, apps } = await import("open");
  return open(url, options.privateWindow ? { app: { name: apps.browserPrivate } } : undefined);
}

function start(command: string, url: string): Promise<ChildProcess> {
  const [program = "", ...parameters] = command.split(/\s+/).filter(Boolean);
  const child = spawn(program, [...parameters, url], { stdio: "ignore", detached: true, windowsHide: true });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("spawn", () => {
      child.off("error", reject);
      child.unref();
      resolve(child);
    });
  });
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
