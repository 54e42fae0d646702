/**
 * What completion offers that no script can hold: paths of the target's API, targets and profiles. All of it lies on this
 * machine; nothing is run and nobody is asked, since pressing Tab is no decision to talk to anybody.
 */
import type { CommandContext } from "../../shared/command-context.ts";
import type { World } from "../../shared/world.ts";
import { cloudsHere, placeOf, targetName } from "../../targets/cloud-choice.ts";
import { projectFile, userConfig } from "../../targets/configuration.ts";
import { runningClouds } from "../../targets/local-clouds.ts";
import { configuredStacks } from "../../targets/pulumi-stacks.ts";
import { gatherSettings, type TargetFlags } from "../../targets/resolve.ts";
import type { ValueKind } from "./completion.ts";

const kinds: Record<ValueKind, (world: World, flags: TargetFlags) => Promise<string[]>> = { paths, targets, profiles };

/** A shell takes these as they are; whatever else a file of somebody's may hold is not offered. */
const plain = /^[\w./~%@:+-]+$/;

/**
 * Prints values, one a line. What cannot be read offers nothing: a prompt is no place for an error.
 * @param words what was typed before, with the flags that choose the target
 */
export async function offerValues({ world, out }: CommandContext, kind: string, words: string[]): Promise<void> {
  if (!Object.hasOwn(kinds, kind)) return;
  const values = await kinds[kind as ValueKind](world, targetFlags(words)).catch(() => []);
  out.data(
    [...new Set(values)]
      .filter((value) => plain.test(value))
      .map((value) => `${value}\n`)
      .join(""),
  );
}

/** As far as the first parameter, which only a person can fill in. */
async function paths(world: World, flags: TargetFlags): Promise<string[]> {
  const { settings } = await gatherSettings(world, flags, { offline: true });
  return (settings.routes ?? []).map(({ path }) => path.split("{")[0]!).sort();
}

async function targets(world: World): Promise<string[]> {
  const clouds = await runningClouds(world);
  const place = placeOf(world);
  const own = cloudsHere(clouds, place);
  const others = clouds.filter((cloud) => !own.includes(cloud));
  const file = await projectFile(world, () => {}).catch(() => undefined);
  return [
    "local",
    ...(own.length > 1 ? own.map(({ project }) => `local:${project.stack}`) : []),
    ...others.map((cloud) => targetName(cloud, clouds)),
    ...(file ? ["file"] : []),
    ...(place.project ? await configuredStacks(place.project) : []),
  ];
}

async function profiles(world: World, { config }: TargetFlags): Promise<string[]> {
  return Object.keys((await userConfig(world, config ?? world.env.DEMO_AUTH_CONFIG)).profiles);
}

function targetFlags(words: readonly string[]): TargetFlags {
  const given = (...names: string[]) =>
    words
      .map((word, at) =>
        names.includes(word) ? words[at + 1] : names.map((name) => after(word, `${name}=`)).find(Boolean),
      )
      .findLast((value) => value !== undefined);
  return { target: given("--target"), profile: given("--profile", "-p"), config: given("--config") };
}

const after = (word: string, start: string) => (word.startsWith(start) ? word.slice(start.length) : undefined);
