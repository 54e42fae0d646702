/**
 * Targets that are Pulumi stacks: `pulumi stack output --json`, read once and kept, because asking takes seconds.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { CliError } from "../shared/errors.ts";
import { readPrivateFile, writePrivateFile } from "../shared/private-files.ts";
import { stateHome } from "../shared/state-home.ts";
import { safeText } from "../shared/text.ts";
import type { World } from "../shared/world.ts";
import { parseSettings, type TargetSettings } from "./settings.ts";

export interface StackSettings {
  stack: string;
  settings: TargetSettings;
  /** Whether they came from an earlier reading. */
  cached: boolean;
}

/** The nearest folder upward that holds a `Pulumi.yaml`. */
export function findPulumiProject(from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    if (["Pulumi.yaml", "Pulumi.yml"].some((name) => existsSync(join(folder, name)))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

/**
 * Outputs of a stack.
 * @param stack a name, or `undefined` for the selected one
 * @param refresh ask Pulumi even when an earlier reading is there
 * @throws CliError `pulumi_failed` when Pulumi is missing, refuses, or the stack has no outputs of ours
 */
export async function stackSettings(
  world: World,
  project: string,
  stack: string | undefined,
  refresh: boolean,
): Promise<StackSettings> {
  const name = stack ?? (await selectedStack(world, project));
  const file = cacheFile(world, project, name);
  if (!refresh) {
    const settings = await readCache(world, file);
    if (settings) return { stack: name, settings, cached: true };
  }
  const text = await pulumi(world, project, ["stack", "output", "--json", "--stack", name]);
  const settings = parseOutputs(text, name);
  await writePrivateFile(world, file, JSON.stringify({ schemaVersion: 1, project, stack: name, settings }));
  return { stack: name, settings, cached: false };
}

function parseOutputs(text: string, stack: string): TargetSettings {
  let outputs: unknown;
  try {
    outputs = JSON.parse(text);
  } catch {
    throw new CliError("pulumi_failed", `Pulumi did not print the outputs of stack ${stack} as JSON.`);
  }
  const settings = parseSettings(outputs, `the outputs of stack ${stack}`);
  if (!settings.issuer || !settings.clientId) {
    throw new CliError("pulumi_failed", `Stack ${stack} has no outputs to sign in with (issuer and clientId).`, {
      next: ["Deploy it first: npx pulumi up", { say: "For this machine", command: "local" }],
    });
  }
  return settings;
}

async function readCache(world: World, file: string): Promise<TargetSettings | undefined> {
  try {
    const text = await readPrivateFile(world, file);
    const { schemaVersion, settings } = JSON.parse(text ?? "{}");
    return schemaVersion === 1 ? parseSettings(settings, file) : undefined;
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

/** `PULUMI_STACK`, else what `pulumi stack select` noted for this project, else what Pulumi itself says. */
async function selectedStack(world: World, project: string): Promise<string> {
  if (world.env.PULUMI_STACK) return world.env.PULUMI_STACK;
  return (await notedStack(world, project)) ?? (await pulumi(world, project, ["stack", "--show-name"])).trim();
}

/** Pulumi keeps the selection in `<home>/workspaces/<project>-<sha1 of the project file's path>-workspace.json`. */
async function notedStack(world: World, project: string): Promise<string | undefined> {
  const projectFile = ["Pulumi.yaml", "Pulumi.yml"].map((name) => join(project, name)).find((file) => existsSync(file));
  if (!projectFile) return undefined;
  try {
    const name = /^name:\s*["']?([\w.-]+)/m.exec(await readFile(projectFile, "utf8"))?.[1] ?? basename(project);
    const home = world.env.PULUMI_HOME || join(world.homeDirectory, ".pulumi");
    const id = createHash("sha1").update(projectFile).digest("hex");
    const { stack } = JSON.parse(await readFile(join(home, "workspaces", `${name}-${id}-workspace.json`), "utf8"));
    return typeof stack === "string" && stack !== "" ? stack : undefined;
  } catch {
    return undefined;
  }
}

async function pulumi(world: World, project: string, args: string[]): Promise<string> {
  const local = nearestBinary(world, project);
  const options = { directory: project, env: world.env };
  const result = await world.run(local ?? "pulumi", [...args, "--non-interactive"], options).catch((error: Error) => {
    throw new CliError("pulumi_failed", `Pulumi could not be started (${error.message}).`, {
      next: [
        "Install it (npm i -D pulumi), or describe the target in demo-auth.json",
        { say: "For this machine", command: "local" },
      ],
      cause: error,
    });
  });
  if (result.code === 0) return result.stdout;
  const why = safeText(result.stderr.trim() || result.stdout.trim(), 300);
  throw new CliError("pulumi_failed", `pulumi ${args.slice(0, 2).join(" ")} failed: ${why || `exit ${result.code}`}`, {
    next: { say: "Run it yourself to see more, or choose another target", command: "use", args: ["local"] },
  });
}

/** The project's own `pulumi`, as `npx pulumi` would find it. */
function nearestBinary(world: World, project: string): string | undefined {
  if (world.platform === "win32") return undefined;
  for (let folder = project; ; folder = dirname(folder)) {
    const candidate = join(folder, "node_modules", ".bin", "pulumi");
    if (existsSync(candidate)) return candidate;
    if (dirname(folder) === folder) return undefined;
  }
}
