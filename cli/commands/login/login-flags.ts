/** What is asked of a sign-in, and what it comes to for a target. */
import type { Flow } from "../../oauth/authorization-request.ts";
import { loopbackRedirectUris } from "../../oauth/loopback-server.ts";
import { noBrowserReason } from "../../shared/browser.ts";
import { type CommandContext, usage } from "../../shared/command-context.ts";
import { CliError } from "../../shared/errors.ts";
import type { NextStep } from "../../shared/next-step.ts";
import { safeText } from "../../shared/text.ts";
import { type StoragePreference, storageVariable } from "../../targets/configuration.ts";
import type { Resolution } from "../../targets/resolve.ts";
import type { Target } from "../../targets/target.ts";
import type { DirectFlags } from "./direct-flags.ts";

export interface LoginFlags extends DirectFlags {
  flow?: Flow;
  port?: string[];
  redirectHost?: string;
  listenHost?: string;
  /** A program's name, or false after `--no-browser`. */
  browser?: string | boolean;
  paste?: boolean;
  privateWindow?: boolean;
  timeout?: string;
  prompt?: string;
  loginHint?: string;
  idp?: string;
  storage?: StoragePreference;
  force?: boolean;
}

/** A sign-in through the hosted UI alone uses these. */
const pageFlags: Partial<Record<keyof LoginFlags, string>> = {
  flow: "--flow",
  port: "--port",
  redirectHost: "--redirect-host",
  listenHost: "--listen-host",
  paste: "--paste",
  privateWindow: "--private-window",
  prompt: "--prompt",
  loginHint: "--login-hint",
  idp: "--idp",
};

export const defaultTimeout = "5m";

/** What was asked of a sign-in that did not happen. */
export function idleFlags(flags: LoginFlags): string[] {
  return [...idlePageFlags(flags), ...(flags.storage === undefined ? [] : ["--storage"])];
}

/** What was asked of the hosted UI, where a sign-in goes without it. */
export function idlePageFlags(flags: LoginFlags): string[] {
  return Object.entries(pageFlags).flatMap(([name, flag]) =>
    flags[name as keyof LoginFlags] === undefined ? [] : [flag],
  );
}

export function storagePreference(io: CommandContext<LoginFlags>, resolution: Resolution): StoragePreference {
  return io.flags.storage ?? storageVariable(io.world.env) ?? resolution.userConfig.storage ?? "file";
}

/** The callback addresses to try, in order. @throws CliError when none is usable or a wanted one is not registered */
export function redirectUris(target: Target, flags: LoginFlags): string[] {
  const registered = loopbackRedirectUris(target.callbackUrls);
  if (registered.length === 0) {
    throw new CliError("configuration_invalid", "The app client has no callback URL on this machine.", {
      next: "Register http://127.0.0.1:47810/callback on it, and list it under callbackUrls",
    });
  }
  const wanted = flags.port?.map(Number);
  const portOf = (uri: string) => Number(new URL(uri).port || 80);
  const chosen = registered
    .filter((uri) => flags.redirectHost === undefined || new URL(uri).hostname === flags.redirectHost)
    .filter((uri) => wanted === undefined || wanted.includes(portOf(uri)));
  if (chosen.length > 0)
    return wanted ? chosen.toSorted((a, b) => wanted.indexOf(portOf(a)) - wanted.indexOf(portOf(b))) : chosen;
  throw usage(
    "The app client is not registered for that callback address",
    `Registered are: ${registered.map((uri) => safeText(uri)).join(", ")}`,
  );
}

/** @throws CliError `usage` for a provider that the app client is known not to have: its page would only say that */
export function requireProvider({ label, identityProviders }: Target, { idp }: LoginFlags): void {
  if (idp === undefined || !identityProviders?.length || identityProviders.includes(idp)) return;
  throw usage(
    `The app client of ${label} signs nobody in with "${safeText(idp, 60)}"`,
    identityProviders.map((name): NextStep => ({ command: "login", args: ["--idp", name] })),
  );
}

/** Only the default browser is known how to ask for a private window. @throws CliError `usage` */
export function refusePrivateProgram({ browser, privateWindow }: LoginFlags): void {
  if (!privateWindow || browser === undefined || browser === true || browser === "") return;
  if (browser === false)
    throw usage("--private-window is for a browser that is opened, which --no-browser does not", [
      { command: "login", args: ["--private-window"] },
      { command: "login", args: ["--no-browser"] },
    ]);
  throw usage(`How ${safeText(browser, 60)} opens a private window is not known`, [
    {
      say: "Leave --private-window out, and give it its own option",
      command: "login",
      args: ["--browser", `${browser} --private-window`],
    },
    "Where DEMO_AUTH_BROWSER says which browser: unset DEMO_AUTH_BROWSER",
  ]);
}

export function wantsPaste(io: CommandContext<LoginFlags>): boolean {
  if (io.flags.paste) return true;
  const remote = io.flags.browser === false || noBrowserReason(io.world) !== undefined;
  return remote && io.world.stdin.isTTY === true && io.flags.input !== false;
}
