/**
 * The sources of configuration besides targets themselves: environment, project file, user file, and what
 * `demo-auth use` chose. Order: flags, environment, project file, user file, defaults.
 */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { readBoundedFile } from "../shared/bounded-file.ts";
import { CliError } from "../shared/errors.ts";
import { isForeign } from "../shared/ownership.ts";
import { readPrivateFile, writePrivateFile } from "../shared/private-files.ts";
import { quoted } from "../shared/shell-words.ts";
import { stateHome, userConfigFile } from "../shared/state-home.ts";
import { safeText } from "../shared/text.ts";
import type { World } from "../shared/world.ts";
import { callbackUrlsFor, type OnInvalid, parseSettings, type TargetSettings } from "./settings.ts";

/** The environment, as a source of settings. */
export const VARIABLES = "DEMO_AUTH_ variables";

/** Target settings that `DEMO_AUTH_*` variables give; the names in DEMO_AUTH_ are those of the settings. */
export function environmentSettings(env: World["env"], onInvalid?: OnInvalid): TargetSettings {
  const domain = env.DEMO_AUTH_DOMAIN;
  const raw = {
    issuer: env.DEMO_AUTH_ISSUER,
    region: env.DEMO_AUTH_REGION,
    userPoolId: env.DEMO_AUTH_USER_POOL_ID,
    clientId: env.DEMO_AUTH_CLIENT_ID,
    hostedUiUrl: domain && !domain.includes("://") ? `https://${domain}` : domain,
    apiUrl: env.DEMO_AUTH_API_URL,
    flow: env.DEMO_AUTH_FLOW,
    tokenUse: env.DEMO_AUTH_TOKEN_USE,
    scopes: env.DEMO_AUTH_SCOPES?.split(/[\s,]+/).filter(Boolean),
    callbackUrls: env.DEMO_AUTH_PORTS ? callbackUrlsOf(env.DEMO_AUTH_PORTS, onInvalid) : undefined,
  };
  const given = Object.fromEntries(Object.entries(raw).filter(([, value]) => value !== undefined));
  return parseSettings(given, VARIABLES, undefined, onInvalid);
}

function callbackUrlsOf(text: string, onInvalid: OnInvalid | undefined): string[] | undefined {
  const ports = text.split(/[\s,]+/).map(Number);
  if (ports.every((port) => Number.isInteger(port) && port > 0 && port < 65536)) return callbackUrlsFor(ports);
  const error = new CliError("configuration_invalid", "DEMO_AUTH_PORTS must be port numbers.", {
    next: "For example: export DEMO_AUTH_PORTS=47810,47811",
  });
  if (onInvalid === undefined) throw error;
  onInvalid(error, { setting: "callbackUrls", source: VARIABLES });
  return undefined;
}

export interface ProjectFile {
  file: string;
  settings: TargetSettings;
}

/** The nearest `demo-auth.json` upward. One that another user put there is warned of and passed over. */
export async function projectFile(
  world: World,
  warn: (message: string) => void,
  onInvalid?: OnInvalid,
): Promise<ProjectFile | undefined> {
  for (let folder = world.workingDirectory; ; folder = dirname(folder)) {
    const file = join(folder, "demo-auth.json");
    if (existsSync(file)) {
      if (!isForeign(world, file))
        return { file, settings: parseSettings(await readJson(file), file, warn, onInvalid) };
      warn(foreignFile(file));
    }
    if (dirname(folder) === folder) return undefined;
  }
}

/** Why a file of another user is not used, and how to say that it may be. */
export function foreignFile(file: string): string {
  return `${file} or its folder belongs to another user, so it is not used. To trust it: DEMO_AUTH_SAFE_DIRECTORY=${quoted(dirname(file))}`;
}

export type StoragePreference = "file" | "keyring" | "none";

export interface UserConfig {
  file: string;
  storage: StoragePreference | undefined;
  profiles: Record<string, unknown>;
}

/** Where the user's own file is, or should be. */
export function userConfigPath(world: World, named: string | undefined): string {
  return named ? resolve(world.workingDirectory, named) : userConfigFile(world);
}

/** The user's own file; an absent one is empty, unless it was named with `--config`. */
export async function userConfig(world: World, named: string | undefined): Promise<UserConfig> {
  const file = userConfigPath(world, named);
  if (!existsSync(file)) {
    if (!named) return { file, storage: undefined, profiles: {} };
    throw new CliError("configuration_missing", `There is no ${file}.`, {
      next: `Create it, or leave it out: printf '{"profiles":{}}' > ${quoted(file)}`,
    });
  }
  const value = Object(await readJson(file)) as Record<string, unknown>;
  return {
    file,
    storage: parseStorage(value.storage, file),
    profiles: Object(value.profiles) as Record<string, unknown>,
  };
}

const STORAGE_VARIABLE = "DEMO_AUTH_STORAGE";

/** What DEMO_AUTH_STORAGE says. @throws CliError `configuration_invalid` */
export function storageVariable(env: World["env"]): StoragePreference | undefined {
  return parseStorage(env[STORAGE_VARIABLE] || undefined, STORAGE_VARIABLE);
}

function parseStorage(value: unknown, source: string): StoragePreference | undefined {
  if (value === undefined) return undefined;
  if (value === "file" || value === "keyring" || value === "none") return value;
  throw new CliError("configuration_invalid", `${source}: "storage" must be file, keyring or none.`, {
    next:
      source === STORAGE_VARIABLE
        ? `For example: export ${STORAGE_VARIABLE}=file`
        : ['Write "storage": "file" there, or take it out', { say: "To see what can be used", command: "config" }],
  });
}

/** A profile as messages call it. */
export function profileSource(config: UserConfig, name: string): string {
  return `profile ${safeText(name, 60)} in ${config.file}`;
}

/** Settings of a named profile. */
export function profileSettings(config: UserConfig, name: string, onInvalid?: OnInvalid): TargetSettings {
  if (Object.hasOwn(config.profiles, name)) {
    return parseSettings(config.profiles[name], profileSource(config, name), undefined, onInvalid);
  }
  const names = Object.keys(config.profiles).map((known) => safeText(known, 60));
  throw new CliError("configuration_missing", `There is no profile "${safeText(name, 60)}" in ${config.file}.`, {
    next:
      names.length > 0
        ? `There are: ${names.map((known) => `--profile ${quoted(known)}`).join(", ")}`
        : `Add it there: {"profiles":{${JSON.stringify(safeText(name, 60))}:{"issuer":"https://…","clientId":"…"}}}`,
  });
}

async function readJson(file: string): Promise<unknown> {
  let text: string;
  try {
    text = (await readBoundedFile(file)).content.toString("utf8");
  } catch (error) {
    throw new CliError("configuration_invalid", `Could not read ${file}: ${(error as Error).message}.`, {
      next: `See what it is, and move it away: ls -l ${quoted(file)}`,
    });
  }
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new CliError("configuration_invalid", `${file} is not JSON: ${safeText((error as Error).message, 200)}.`, {
      next: `Fix it, or move it away: mv ${quoted(file)} ${quoted(`${file}.old`)}`,
    });
  }
}

/** The folder that a chosen target belongs to: the nearest with a Pulumi project, a project file, or a repository. */
function projectRoot(from: string): string {
  const marks = ["Pulumi.yaml", "Pulumi.yml", "demo-auth.json", ".git"];
  for (let folder = from; ; folder = dirname(folder)) {
    if (marks.some((mark) => existsSync(join(folder, mark)))) return folder;
    if (dirname(folder) === folder) return from;
  }
}

/** What `demo-auth use` chose for the project around `from`. */
export async function chosenTarget(world: World, from: string): Promise<string | undefined> {
  return (await readChoices(world))[projectRoot(from)];
}

/** Remembers a target for the project around `from`, or forgets it with `undefined`. @returns that project's folder */
export async function chooseTarget(world: World, from: string, target: string | undefined): Promise<string> {
  const root = projectRoot(from);
  const choices = await readChoices(world);
  if (target === undefined) delete choices[root];
  else choices[root] = target;
  await writePrivateFile(world, choicesFile(world), `${JSON.stringify(choices, null, 2)}\n`);
  return root;
}

async function readChoices(world: World): Promise<Record<string, string>> {
  const text = await readPrivateFile(world, choicesFile(world));
  if (text === undefined) return {};
  try {
    const value = Object(JSON.parse(text)) as Record<string, unknown>;
    return Object.fromEntries(
      Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
    );
  } catch {
    throw new CliError("state_unusable", `${choicesFile(world)} is damaged.`, {
      next: `Forget the choices in it: rm ${quoted(choicesFile(world))}`,
    });
  }
}

function choicesFile(world: World): string {
  return join(stateHome(world), "targets.json");
}
