/**
 * Targets that are Pulumi stacks: `pulumi stack output --json`, read once and kept, because asking takes seconds.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { readBoundedFile } from "../shared/bounded-file.ts";
import { CliError } from "../shared/errors.ts";
import { installedProgram, isProgram } from "../shared/installed-program.ts";
import { isForeign } from "../shared/ownership.ts";
import { readPrivateFile, writePrivateFile } from "../shared/private-files.ts";
import { quoted } from "../shared/shell-words.ts";
import { stateHome } from "../shared/state-home.ts";
import { safeText } from "../shared/text.ts";
import type { World } from "../shared/world.ts";
import { foreignFile } from "./configuration.ts";
import { parseSettings, type TargetSettings } from "./settings.ts";

export interface StackSettings {
  stack: string;
  settings: TargetSettings;
  /** Whether they came from an earlier reading. */
  cached: boolean;
  /** When Pulumi was asked, in milliseconds since the epoch. */
  readAt: number;
}

/** The nearest folder upward that holds a `Pulumi.yaml`. One that another user put there is warned of and passed over. */
export function findPulumiProject(world: World, warn: (message: string) => void): string | undefined {
  for (let folder = world.workingDirectory; ; folder = dirname(folder)) {
    const file = projectFileIn(folder);
    if (file && !isForeign(world, file)) return folder;
    if (file) warn(foreignFile(file));
    if (dirname(folder) === folder) return undefined;
  }
}

/** The stacks that have a configuration file in the project. */
export async function configuredStacks(project: string): Promise<string[]> {
  const names = await readdir(project).catch(() => []);
  return names.flatMap((name) => /^Pulumi\.([\w.-]+)\.ya?ml$/.exec(name)?.[1] ?? []).sort();
}

function projectFileIn(folder: string): string | undefined {
  return ["Pulumi.yaml", "Pulumi.yml"].map((name) => join(folder, name)).find((file) => existsSync(file));
}

/**
 * Outputs of a stack. Nothing of the project's folder is run for them.
 * @param stack a name, or `undefined` for the selected one
 * @param how `refresh` asks Pulumi even when an earlier reading is there, `offline` never
 * @returns `undefined` when no stack was named and none can be read: none is selected, or no engine is installed
 * @throws CliError `pulumi_failed` when a named stack cannot be read, or has no outputs of ours
 */
export async function stackSettings(
  world: World,
  project: string,
  stack: string | undefined,
  { refresh, offline }: { refresh?: boolean; offline?: boolean },
): Promise<StackSettings | undefined> {
  const name = stack ?? (world.env.PULUMI_STACK || (await selectedStack(world, project)));
  if (name === undefined) return undefined;
  const file = cacheFile(world, project, name);
  const kept = await readCache(world, file);
  if (kept && !refresh) return { stack: name, ...kept, cached: true };
  if (offline) return undefined;
  const engine = await installedEngine(world);
  if (engine === undefined) {
    if (kept) return { stack: name, ...kept, cached: true };
    if (stack === undefined) return undefined;
    throw new CliError("pulumi_failed", `Stack ${safeText(name, 100)} cannot be read: no Pulumi engine is installed.`, {
      next: [
        "Install it (npx pulumi version does), or write what it deployed: npx pulumi stack output --json > demo-auth.json",
        { say: "For this machine", command: "local" },
      ],
    });
  }
  const text = await pulumi(world, engine, project, ["stack", "output", "--json", "--stack", name]);
  const settings = parseOutputs(text, name);
  const readAt = world.now();
  await writePrivateFile(world, file, JSON.stringify({ schemaVersion: 1, project, stack: name, readAt, settings }));
  return { stack: name, settings, readAt, cached: false };
}

function parseOutputs(text: string, stack: string): TargetSettings {
  let outputs: unknown;
  try {
    outputs = JSON.parse(text);
  } catch {
    throw new CliError("pulumi_failed", `Pulumi did not print the outputs of stack ${stack} as JSON.`, {
      next: `See what it prints: pulumi stack output --json --stack ${quoted(stack)}`,
    });
  }
  const settings = parseSettings(outputs, `the outputs of stack ${stack}`);
  if (!settings.issuer || !settings.clientId) {
    throw new CliError("pulumi_failed", `Stack ${stack} has no outputs to sign in with (issuer and clientId).`, {
      next: ["Deploy it first: npx pulumi up", { say: "For this machine", command: "local" }],
    });
  }
  return settings;
}

async function readCache(world: World, file: string): Promise<Pick<StackSettings, "settings" | "readAt"> | undefined> {
  try {
    const text = await readPrivateFile(world, file);
    const { schemaVersion, readAt, settings } = JSON.parse(text ?? "{}");
    if (schemaVersion !== 1 || !Number.isFinite(readAt)) return undefined;
    return { settings: parseSettings(settings, file), readAt };
  } catch {
    return undefined;
  }
}

function cacheFile(world: World, project: string, stack: string): string {
  const key = createHash("sha256")
    .update(JSON.stringify([project, stack]))
    .digest("hex")
    .slice(0, 32);
  return join(stateHome(world), "cache", `stack-${key}.json`);
}

/**
 * What `pulumi stack select` noted: Pulumi keeps the selection in
 * `<home>/workspaces/<project>-<sha1 of the project file's path>-workspace.json`.
 */
async function selectedStack(world: World, project: string): Promise<string | undefined> {
  const projectFile = projectFileIn(project);
  if (!projectFile) return undefined;
  try {
    const yaml = (await readBoundedFile(projectFile)).content.toString("utf8");
    const name = /^name:\s*["']?([\w.-]+)/m.exec(yaml)?.[1] ?? basename(project);
    const id = createHash("sha1").update(projectFile).digest("hex");
    const workspace = join(pulumiHome(world), "workspaces", `${name}-${id}-workspace.json`);
    const { stack } = JSON.parse((await readBoundedFile(workspace)).content.toString("utf8"));
    return typeof stack === "string" && /^[\w./-]+$/.test(stack) ? stack : undefined;
  } catch {
    return undefined;
  }
}

function pulumiHome({ env, homeDirectory }: World): string {
  return env.PULUMI_HOME || join(homeDirectory, ".pulumi");
}

/**
 * The engine of this machine: on the PATH, or where Pulumi's installer and its npm package put it. Never the npm package
 * itself, which downloads an engine when it is asked for anything.
 */
async function installedEngine(world: World): Promise<string | undefined> {
  const onPath = installedProgram(world, "pulumi");
  if (onPath) return onPath;
  const home = pulumiHome(world);
  const versions = await readdir(join(home, "versions")).catch(() => []);
  const newestFirst = versions.toSorted((a, b) => b.localeCompare(a, "en", { numeric: true }));
  const roots = [home, ...newestFirst.map((version) => join(home, "versions", version))];
  const file = world.platform === "win32" ? "pulumi.exe" : "pulumi";
  return roots.map((root) => join(root, "bin", file)).find(isProgram);
}

async function pulumi(world: World, engine: string, project: string, args: string[]): Promise<string> {
  const options = { directory: await realpath(project), env: world.env };
  const result = await world.run(engine, [...args, "--non-interactive"], options).catch((error: Error) => {
    throw new CliError("pulumi_failed", `Pulumi could not be started (${safeText(error.message)}).`, {
      next: ["Run it yourself to see more: pulumi stack output --json", { say: "For this machine", command: "local" }],
      cause: error,
    });
  });
  if (result.code === 0) return result.stdout;
  const why = safeText(result.stderr.trim() || result.stdout.trim(), 300);
  throw new CliError("pulumi_failed", `pulumi ${args.slice(0, 2).join(" ")} failed: ${why || `exit ${result.code}`}`, {
    next: { say: "Run it yourself to see more, or choose another target", command: "use", args: ["local"] },
  });
}
