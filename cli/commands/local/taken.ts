/** A start that fails because something is taken: who has it, and where its console is. */
import { PortTakenError } from "../../../local/http/loopback.ts";
import { StateTakenError } from "../../../local/store/store.ts";
import { CliError } from "../../shared/errors.ts";
import type { World } from "../../shared/world.ts";
import {
  type CloudDescription,
  cloudName,
  describeCloud,
  type RunningCloud,
  runningClouds,
} from "../../targets/local-clouds.ts";

/**
 * @param stateDirectory that the start wanted
 * @returns the error with the local cloud that is in the way, or as it was when that is no local cloud
 */
export async function namingHolder(world: World, error: unknown, stateDirectory: string | undefined): Promise<unknown> {
  if (!(error instanceof PortTakenError || error instanceof StateTakenError)) return error;
  const clouds = await runningClouds(world).catch(() => []);
  for (const cloud of clouds) {
    const holds =
      error instanceof PortTakenError
        ? (await portsOf(world, cloud)).includes(error.port)
        : cloud.stateDirectory !== undefined && cloud.stateDirectory === stateDirectory;
    if (!holds) continue;
    const who = `the local cloud ${cloudName(cloud)} (pid ${cloud.pid}), whose console is ${cloud.console}`;
    return error instanceof PortTakenError
      ? new CliError("port_unavailable", `Port ${error.port} is taken by ${who}.`, {
          next: "Use that one, end it with Ctrl-C, or start this one with --port 0",
        })
      : new CliError("state_unusable", `The state in ${error.file} is taken by ${who}.`, {
          next: "Use that one, end it with Ctrl-C, or start this one with other state: --state ~/demo-auth-state, or with none: --ephemeral",
        });
  }
  return error;
}

async function portsOf(world: World, cloud: RunningCloud): Promise<number[]> {
  const {
    userPools = [],
    apis = [],
    functionUrls = [],
  } = await describeCloud(world, cloud).catch((): CloudDescription => ({}));
  const addresses = [
    cloud.console,
    ...userPools.flatMap(({ hostedUi }) => hostedUi ?? []),
    ...apis.flatMap(({ stages }) => stages.map(({ url }) => url)),
    ...functionUrls.map(({ url }) => url),
  ];
  return addresses.filter((address) => URL.canParse(address)).map((address) => Number(new URL(address).port));
}
