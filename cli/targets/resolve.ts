/**
 * Which target a command speaks to. The base is the first of: `--target`, `DEMO_AUTH_TARGET`, `--profile`, a complete
 * set of DEMO_AUTH_ variables, what `demo-auth use` chose, `demo-auth.json`, a running local cloud (in a Pulumi project
 * its own), the selected Pulumi stack, the profile named `default`. Single DEMO_AUTH_ variables then override the base,
 * except under `--target`.
 */
import { chosenAccount, isAccountName } from "../sessions/accounts.ts";
import { CliError } from "../shared/errors.ts";
import { duration, safeText } from "../shared/text.ts";
import type { World } from "../shared/world.ts";
import { chooseCloud, onlyOthersRun, placeOf } from "./cloud-choice.ts";
import {
  chosenTarget,
  environmentSettings,
  profileSettings,
  profileSource,
  projectFile,
  type UserConfig,
  userConfig,
  VARIABLES,
} from "./configuration.ts";
import {
  answeringClouds,
  cloudName,
  cloudSettings,
  describeCloud,
  type RunningCloud,
  runningClouds,
  trustCloud,
} from "./local-clouds.ts";
import { findPulumiProject, stackSettings } from "./pulumi-stacks.ts";
import { defaultCallbackUrls, type OnInvalid, type SettingName, type TargetSettings } from "./settings.ts";
import { type Target, targetBinding } from "./target.ts";

export interface TargetFlags {
  target?: string | undefined;
  profile?: string | undefined;
  config?: string | undefined;
  client?: string | undefined;
  api?: string | undefined;
  /** An account's name. */
  as?: string | undefined;
}

export interface Resolution {
  target: Target;
  userConfig: UserConfig;
  /** Whether a fresh reading could differ from this one. */
  cached: boolean;
}

export interface ResolveOptions {
  /** Ask Pulumi again even when an earlier reading is there. */
  refresh?: boolean;
  /** Use what lies on this machine, and ask nobody: no running cloud and no Pulumi. */
  offline?: boolean;
  /** Reads of a running local cloud only where it is: whatever its program declares, nothing has to be chosen of it. */
  placeOnly?: boolean;
  /** Leaves out settings of a file, a profile or the environment that cannot be used; without it, the first is thrown. */
  onInvalid?: OnInvalid;
  warn?(message: string): void;
}

interface Base {
  /** Origin of a running local cloud's console. */
  console?: string;
  kind: Target["kind"];
  label: string;
  source: string;
  settings: TargetSettings;
  cached?: boolean;
}

/** Everything that is known of a target, complete or not. */
export interface Gathered {
  /** Origin of a running local cloud's console. */
  console: string | undefined;
  kind: Target["kind"];
  label: string;
  settings: TargetSettings;
  /** Where each value came from. */
  sources: Record<SettingName, string>;
  userConfig: UserConfig;
  /** Whether a fresh reading could differ from this one. */
  cached: boolean;
}

function notSaid(label: string, missing: readonly string[]): CliError {
  return new CliError("configuration_missing", `${label} does not say ${missing.join(" and ")}.`, {
    next: {
      say: "Add it to demo-auth.json, or set DEMO_AUTH_ISSUER and DEMO_AUTH_CLIENT_ID. To see what is there",
      command: "config",
    },
  });
}

function nobodyToSignIn(label: string, { apiUrl }: TargetSettings): CliError {
  const without = apiUrl === undefined ? "" : `, or call the API without us: curl ${apiUrl}`;
  const message = `The program of ${label} has no app client that people sign in with.`;
  return new CliError("configuration_missing", message, {
    next: `Declare one (aws.cognito.UserPoolClient)${without}`,
  });
}

/** @throws CliError of the configuration family when there is no target, or it lacks what signing in needs */
export async function resolveTarget(
  world: World,
  flags: TargetFlags,
  options: ResolveOptions = {},
): Promise<Resolution> {
  const { kind, label, settings, userConfig, cached, console } = await gatherSettings(world, flags, options);
  const missing = (["issuer", "clientId"] as const).filter((name) => settings[name] === undefined);
  if (missing.length > 0) throw kind === "local" ? nobodyToSignIn(label, settings) : notSaid(label, missing);
  const target: Target = {
    kind,
    label,
    issuer: settings.issuer!,
    clientId: settings.clientId!,
    hostedUiUrl: settings.hostedUiUrl,
    apiUrl: settings.apiUrl,
    callbackUrls: settings.callbackUrls ?? [...defaultCallbackUrls],
    logoutUrls: settings.logoutUrls ?? [],
    flow: settings.flow ?? "code",
    tokenUse: settings.tokenUse,
    scopes: settings.scopes ?? ["openid", "email"],
    identityProviders: settings.identityProviders,
    routes: settings.routes ?? [],
    console,
    account: undefined,
  };
  target.account = await accountOf(world, target, flags);
  return { target, userConfig, cached };
}

/**
 * Where a command's running local cloud has its console, whatever its program declares; nothing is run to find it.
 * @returns `console` is `undefined` when the target is not a local cloud
 * @throws CliError of the configuration family when there is no target
 */
export async function resolveConsole(
  world: World,
  flags: TargetFlags,
  warn: (message: string) => void,
): Promise<Pick<Gathered, "label" | "console">> {
  return gatherSettings(world, flags, { offline: true, placeOnly: true, warn });
}

async function accountOf(world: World, target: Target, flags: TargetFlags): Promise<string | undefined> {
  const named = flags.as ?? world.env.DEMO_AUTH_AS;
  if (!named) return chosenAccount(world, targetBinding(target));
  if (isAccountName(named)) return named;
  throw new CliError("usage", `"${safeText(named, 60)}" cannot name an account.`, {
    next: "Use letters, digits and . _ @ + -, such as: --as ada@example.com",
  });
}

/** @throws CliError of the configuration family when there is no target */
export async function gatherSettings(
  world: World,
  flags: TargetFlags,
  options: ResolveOptions = {},
): Promise<Gathered> {
  const config = await userConfig(world, flags.config ?? world.env.DEMO_AUTH_CONFIG);
  const environment = flags.target === undefined ? environmentSettings(world.env, options.onInvalid) : {};
  const base = await findBase(world, flags, config, environment, options);
  const { kind, label, cached = false, console } = base;
  return {
    console,
    kind,
    label,
    ...overlay(base, base.kind === "environment" ? {} : environment),
    userConfig: config,
    cached,
  };
}

async function findBase(
  world: World,
  flags: TargetFlags,
  config: UserConfig,
  environment: TargetSettings,
  options: ResolveOptions,
): Promise<Base> {
  const warn = options.warn ?? (() => undefined);
  const named = flags.target ?? world.env.DEMO_AUTH_TARGET;
  if (named) return namedTarget(world, named, flags, options);

  const profile = flags.profile ?? world.env.DEMO_AUTH_PROFILE;
  if (profile) return fromProfile(config, profile, options);

  if (environment.issuer && environment.clientId) {
    return { kind: "environment", label: "the environment", source: VARIABLES, settings: environment };
  }
  const chosen = await chosenTarget(world, world.workingDirectory);
  if (chosen) return namedTarget(world, chosen, flags, options);

  const file = await projectFile(world, warn, options.onInvalid);
  if (file) return { kind: "file", label: file.file, source: file.file, settings: file.settings };

  const place = placeOf(world, warn);
  const { project } = place;
  const clouds = await cloudsFor(world, options);
  const cloud = chooseCloud(clouds, place);
  if (cloud) return fromCloud(world, cloud, flags, options);

  const stack = project && (await fromStack(world, project, undefined, options));
  if (stack) return stack;

  if (Object.hasOwn(config.profiles, "default")) return fromProfile(config, "default", options);
  if (project && clouds.length > 0) throw onlyOthersRun(clouds, project);
  if (project) {
    throw new CliError(
      "target_not_found",
      "No local cloud is running, and no deployed stack of this project can be read.",
      {
        next: [
          { say: "Start a local cloud", command: "local" },
          "For a stack on AWS, select it: npx pulumi stack select",
        ],
      },
    );
  }
  throw new CliError(
    "configuration_missing",
    "There is nothing to talk to: no local cloud is running, and no project is here.",
    {
      next: [
        { say: "Make a project of your own, and start it there", command: "init", args: ["my-api"] },
        "Or go to the folder of a Pulumi project, or describe yours in demo-auth.json or DEMO_AUTH_ variables",
      ],
    },
  );
}

async function namedTarget(world: World, name: string, flags: TargetFlags, options: ResolveOptions): Promise<Base> {
  const warn = options.warn ?? (() => undefined);
  if (name === "local" || name.startsWith("local:")) {
    const clouds = await cloudsFor(world, options);
    const wanted = name === "local" ? undefined : name.slice("local:".length);
    const place = placeOf(world, warn);
    const cloud = chooseCloud(clouds, place, wanted);
    if (cloud) return fromCloud(world, cloud, flags, options);
    if (clouds.length === 0)
      throw new CliError("target_not_found", "No local cloud is running.", {
        next: { say: "Start it", command: "local" },
      });
    const others = wanted === undefined ? clouds : clouds.filter(({ project }) => project.stack === wanted);
    if (place.project && others.length > 0) throw onlyOthersRun(others, place.project, wanted);
    const list = clouds.map((other) => `${cloudName(other)} (pid ${other.pid})`).join(", ");
    throw new CliError("target_not_found", `No local cloud is called "${safeText(wanted!, 60)}"; there are: ${list}.`, {
      next: { say: "Name one of these, or start it", command: "local" },
    });
  }
  if (name === "file") {
    const file = await projectFile(world, warn, options.onInvalid);
    if (file) return { kind: "file", label: file.file, source: file.file, settings: file.settings };
    throw new CliError("target_not_found", "There is no demo-auth.json here or above.", {
      next: "Write it with: pulumi stack output --json > demo-auth.json",
    });
  }
  const project = findPulumiProject(world, warn);
  if (!project) {
    throw new CliError("target_not_found", `There is no Pulumi project here to have a stack "${safeText(name, 60)}".`, {
      next: { say: "Run the command in the project's folder, or choose", command: "use", args: ["local"] },
    });
  }
  return (await fromStack(world, project, name.replace(/^stack:/, ""), options))!;
}

function fromProfile(config: UserConfig, name: string, { onInvalid }: ResolveOptions): Base {
  return {
    kind: "profile",
    label: `profile ${safeText(name, 60)}`,
    source: profileSource(config, name),
    settings: profileSettings(config, name, onInvalid),
  };
}

async function fromCloud(
  world: World,
  cloud: RunningCloud,
  { client, api }: TargetFlags,
  { offline, placeOnly }: ResolveOptions,
): Promise<Base> {
  if (placeOnly) await trustCloud(world, cloud);
  const settings = offline
    ? { routes: (cloud.routes ?? []).map((route) => ({ ...route, scopes: undefined })) }
    : cloudSettings(await describeCloud(world, cloud), { client, api });
  const { console } = cloud;
  return { kind: "local", label: `local ${cloudName(cloud)}`, source: `local cloud at ${console}`, settings, console };
}

async function fromStack(
  world: World,
  project: string,
  name: string | undefined,
  options: ResolveOptions,
): Promise<Base | undefined> {
  const found = await stackSettings(world, project, name, options);
  if (!found) return undefined;
  const { stack, settings, cached, readAt } = found;
  const label = `stack ${safeText(stack, 100)}`;
  const age = cached ? `, read ${duration(world.now() - readAt)} ago` : "";
  return { kind: "stack", label, source: `outputs of ${label}${age}`, settings, cached };
}

const cloudsFor = (world: World, { offline, placeOnly }: ResolveOptions) =>
  offline && !placeOnly ? runningClouds(world) : answeringClouds(world);

function overlay(base: Base, environment: TargetSettings) {
  const settings: TargetSettings = { ...base.settings, ...environment };
  // A domain belongs to its pool: another pool's is never kept.
  const otherPool = environment.issuer !== undefined && environment.issuer !== base.settings.issuer;
  if (otherPool && environment.hostedUiUrl === undefined) delete settings.hostedUiUrl;
  // So do the providers of an app client.
  if (otherPool || (environment.clientId !== undefined && environment.clientId !== base.settings.clientId))
    delete settings.identityProviders;
  const names: SettingName[] = [
    "issuer",
    "clientId",
    "hostedUiUrl",
    "apiUrl",
    "callbackUrls",
    "logoutUrls",
    "flow",
    "tokenUse",
    "scopes",
    "identityProviders",
    "routes",
  ];
  const sourceOf = (name: SettingName) => {
    if (environment[name] !== undefined) return VARIABLES;
    return settings[name] === undefined ? "default" : base.source;
  };
  return {
    settings,
    sources: Object.fromEntries(names.map((name) => [name, sourceOf(name)])) as Record<SettingName, string>,
  };
}
