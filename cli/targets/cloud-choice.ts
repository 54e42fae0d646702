/**
 * Which of the local clouds on this machine a command speaks to. In a Pulumi project it is the project's own: another
 * project's is taken on purpose only, since nobody looks for their users and tokens in it.
 */
import { realpathSync } from "node:fs";
import { relative, sep } from "node:path";
import { CliError } from "../shared/errors.ts";
import { safeText } from "../shared/text.ts";
import type { World } from "../shared/world.ts";
import { cloudName, type RunningCloud } from "./local-clouds.ts";
import { findPulumiProject } from "./pulumi-stacks.ts";

/** What a cloud is chosen by. */
type NamedCloud = Pick<RunningCloud, "pid" | "project">;

/** Where a command is run. */
interface Place {
  workingDirectory: string;
  /** The folder of the Pulumi project around it. */
  project: string | undefined;
}

export function placeOf(world: World, warn: (message: string) => void = () => {}): Place {
  return { workingDirectory: world.workingDirectory, project: findPulumiProject(world, warn) };
}

/**
 * The cloud to talk to. In a Pulumi project that is the project's own, and another's only by its full name or process;
 * elsewhere it is the one whose folder holds the working directory (the innermost), else the only one.
 * @param wanted a stack, `project/stack` or process id, where more than the place has to tell them apart
 * @throws CliError `target_ambiguous` when several are left and none is closer
 */
export function chooseCloud<C extends NamedCloud>(running: readonly C[], place: Place, wanted?: string): C | undefined {
  const clouds = wanted === undefined ? running : running.filter((cloud) => isCalled(cloud, wanted));
  const own = cloudsHere(clouds, place);
  // A stack's name is the same in most projects, so it says nothing of whose it is.
  const isByItself = wanted === undefined || clouds.some(({ project }) => project.stack === wanted);
  const closest = own.length > 0 ? own : place.project !== undefined && isByItself ? [] : clouds;
  if (closest.length <= 1) return closest[0];
  throw new CliError("target_ambiguous", `Several local clouds are running: ${closest.map(inWords).join("; ")}.`, {
    next: `Choose one: ${closest.map((cloud) => `--target ${targetName(cloud, closest)}`).join(" or ")}`,
  });
}

/** The clouds of the project around a place; outside of one, those whose folder holds it most closely. */
export function cloudsHere<C extends NamedCloud>(clouds: readonly C[], { workingDirectory, project }: Place): C[] {
  const placed = clouds.map((cloud) => ({ cloud, folder: realFolder(cloud.project.directory) }));
  const around = placed.filter(({ folder }) => contains(folder, realFolder(workingDirectory)));
  const innermost = around.map(({ folder }) => folder).sort((a, b) => b.length - a.length)[0];
  const wanted = project === undefined ? innermost : realFolder(project);
  return around.filter(({ folder }) => folder === wanted).map(({ cloud }) => cloud);
}

/** One folder may be reached by several names. */
function realFolder(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}

/**
 * That what runs is not this project's, with the way to start one, and to speak to what runs all the same.
 * @param project the folder of the project around the command
 * @param wanted the stack that was asked for
 */
export function onlyOthersRun(clouds: readonly NamedCloud[], project: string, wanted?: string): CliError {
  const called = wanted === undefined ? "" : ` called "${safeText(wanted, 60)}"`;
  const others = `there ${clouds.length === 1 ? "is" : "are"} ${clouds.map(inWords).join(", ")}`;
  const message = `No local cloud${called} of ${safeText(project)} is running; ${others}.`;
  const which = clouds.length === 1 ? "that one" : "one of those";
  return new CliError("target_not_found", message, {
    next: [
      { say: "Start one here", command: "local" },
      `Or speak to ${which} on purpose: --target ${targetName(clouds[0]!, clouds)}`,
    ],
  });
}

/** What `--target` must say here for commands to speak to a cloud; `undefined` where they do by themselves. */
export function targetNeeded(world: World, cloud: NamedCloud): string | undefined {
  return chooseCloud([cloud], placeOf(world)) ? undefined : targetName(cloud, [cloud]);
}

/** What `--target` calls a cloud from everywhere. */
export function targetName(cloud: NamedCloud, running: readonly NamedCloud[]): string {
  const alike = running.filter((other) => cloudName(other) === cloudName(cloud));
  return `local:${alike.length > 1 ? cloud.pid : cloudName(cloud)}`;
}

function isCalled({ pid, project }: NamedCloud, name: string): boolean {
  return [String(pid), project.stack, `${project.name}/${project.stack}`].includes(name);
}

function inWords(cloud: NamedCloud): string {
  return `${cloudName(cloud)} (${safeText(cloud.project.directory)}, pid ${cloud.pid})`;
}

function contains(directory: string, path: string): boolean {
  const way = relative(directory, path);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && !way.includes(":"));
}
