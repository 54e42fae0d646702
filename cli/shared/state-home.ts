/**
 * Where demo-auth keeps what it must remember. State, not configuration: people commit `~/.config` to repositories.
 * XDG Base Directory Specification 0.8; values that are not absolute paths are ignored, as it demands.
 */
import { isAbsolute, join, resolve } from "node:path";

export interface Surroundings {
  env: Readonly<Record<string, string | undefined>>;
  platform: NodeJS.Platform;
  homeDirectory: string;
  workingDirectory: string;
}

/** Folder of sessions, caches and the local cloud's state. `DEMO_AUTH_HOME` moves it. */
export function stateHome(from: Surroundings): string {
  const { env, homeDirectory } = from;
  if (env.DEMO_AUTH_HOME) return resolve(from.workingDirectory, env.DEMO_AUTH_HOME);
  if (from.platform === "darwin") return join(homeDirectory, "Library", "Application Support", "demo-auth");
  if (from.platform === "win32") return join(env.LOCALAPPDATA || join(homeDirectory, "AppData", "Local"), "demo-auth");
  return join(absolute(env.XDG_STATE_HOME) ?? join(homeDirectory, ".local", "state"), "demo-auth");
}

/** The user's own configuration file. `DEMO_AUTH_HOME` moves it too. */
export function userConfigFile(from: Surroundings): string {
  const { env, homeDirectory } = from;
  if (env.DEMO_AUTH_HOME) return join(stateHome(from), "config.json");
  if (from.platform === "darwin" || from.platform === "win32") return join(stateHome(from), "config.json");
  return join(absolute(env.XDG_CONFIG_HOME) ?? join(homeDirectory, ".config"), "demo-auth", "config.json");
}

function absolute(path: string | undefined): string | undefined {
  return path && isAbsolute(path) ? path : undefined;
}
