/**
 * `demo-auth local` at work: starts the local cloud, reloads it when its sources change, and writes the run file by which
 * the other commands find it. What it says is `local-display.ts`.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { unlink } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import type { ReadyDocument } from "../../../local/host/ready-document.ts";
import { type LocalCloud, type LocalCloudOptions, startLocalCloud } from "../../../local/start.ts";
import { type CommandContext, usage } from "../../shared/command-context.ts";
import { ensurePrivateDirectory, writePrivateFile } from "../../shared/private-files.ts";
import { stateHome } from "../../shared/state-home.ts";
import { safeText } from "../../shared/text.ts";
import type { World } from "../../shared/world.ts";
import { type RunningCloud, runDirectory, runningClouds } from "../../targets/local-clouds.ts";
import { heapAtRest } from "./heap-at-rest.ts";
import { localDisplay } from "./local-display.ts";
import { parseReach, type ReachFlags } from "./reach.ts";
import { namingHolder } from "./taken.ts";

export interface LocalFlags extends ReachFlags {
  stack: string;
  project: string;
  port: string;
  state?: string;
  ephemeral?: boolean;
  watch?: boolean;
  https?: boolean;
  strict?: boolean;
  awsEndpoint?: string;
}

/** Runs a local cloud until it is interrupted. */
export async function local(io: CommandContext<LocalFlags>): Promise<void> {
  const { world, flags } = io;
  const interrupted = world.interrupted();
  const projectDirectory = resolve(world.workingDirectory, flags.project);
  const state = stateDirectory(world, flags, projectDirectory);
  const display = localDisplay(io);
  const atWork = heapAtRest(world);
  display.evaluating();
  let cloud: LocalCloud | undefined;
  const ending = new AbortController();
  const starting = startAnnounced(world, {
    ...programOptions({ ...io, out: display.out }, projectDirectory),
    signal: ending.signal,
    stack: flags.stack,
    port: parsePort(flags.port),
    https: flags.https,
    reach: parseReach(flags),
    strict: flags.strict,
    awsEndpoint: flags.awsEndpoint && parseEndpoint(flags.awsEndpoint),
    stateDirectory: state,
    watch: flags.watch
      ? {
          ignore: [stateHome(world)],
          onChange: display.changed,
          onReload(ready) {
            atWork();
            display.reloaded(ready);
          },
          onFailure: display.reloadFailed,
          onBlindness: display.out.warn,
        }
      : undefined,
    onProgress: display.progress,
    onEvent: (event) => {
      atWork();
      display.event(event, () => cloud?.messages() ?? []);
    },
  });
  // A program that is being evaluated ends too; that it did not finish is no news then.
  interrupted.then(() => ending.abort());
  try {
    cloud = await starting;
    // An evaluation is work as well: what it needed is given back.
    atWork();
    if (!ending.signal.aborted) display.ready(cloud.ready, state !== undefined);
    const signal = await interrupted;
    await cloud.close();
    world.dieBySignal(signal);
  } catch (error) {
    if (!ending.signal.aborted) throw error;
    world.dieBySignal(await interrupted);
  } finally {
    display.close();
  }
}

/** What the program gets to see, and where its messages go. */
export function programOptions(
  { world, out, flags }: CommandContext,
  projectDirectory: string,
): Pick<LocalCloudOptions, "projectDirectory" | "environment" | "onProgramMessage" | "debug" | "stackOutputs"> {
  out.note(out.mark("dim", `Evaluating the Pulumi program in ${projectDirectory}…`));
  // Whose program this is, is not known; what signs in here is this command line's alone.
  const { DEMO_AUTH_TOKEN: _, ...environment } = world.env;
  return {
    projectDirectory,
    environment,
    debug: flags.debug,
    stackOutputs: join(stateHome(world), "local", "outputs"),
    onProgramMessage: ({ severity, message }) => {
      // Errors are reported as a whole when the program ends.
      if (severity === "warning") out.warn(safeText(message, 2000));
      else if (severity === "info") out.note(safeText(message, 2000));
      else if (severity === "debug") out.debug(message);
    },
  };
}

/** Starts a cloud that the other commands find, until it is closed. */
export async function startAnnounced(world: World, options: LocalCloudOptions): Promise<LocalCloud> {
  // Where it cannot be found by the other commands, a start would be for nothing.
  await ensurePrivateDirectory(world, runDirectory(world));
  // What was left by clouds that were killed goes.
  await runningClouds(world).catch(() => {});
  const compiled = join(stateHome(world), "local", "compiled");
  // Filling it takes a third of an evaluation, which the first start is spared; from the third on each saves a quarter.
  const isFirst = !existsSync(compiled);
  const isOurs = await ensurePrivateDirectory(world, compiled).then(
    () => true,
    () => false,
  );
  const file = join(runDirectory(world), `${world.processId}.json`);
  const startedAt = world.now();
  const announce = (ready: ReadyDocument) =>
    writePrivateFile(world, file, JSON.stringify({ ...runningCloud(ready, options.stateDirectory), startedAt }));
  const { watch } = options;
  const onReload = (ready: ReadyDocument) => {
    // A run file of before serves all the same, except for completion.
    void announce(ready)
      .catch(() => {})
      .then(() => watch?.onReload?.(ready));
  };
  const cloud = await startLocalCloud({
    ...options,
    ...(watch && { watch: { ...watch, onReload, ...(isOurs && { compileCache: compiled }) } }),
    ...(isOurs && !isFirst && { compileCache: compiled }),
  }).catch(async (error) => {
    throw await namingHolder(world, error, options.stateDirectory);
  });
  try {
    await announce(cloud.ready);
  } catch (error) {
    await cloud.close();
    throw error;
  }
  return {
    get ready() {
      return cloud.ready;
    },
    messages: cloud.messages,
    runsByHand: cloud.runsByHand,
    admin: cloud.admin,
    checkpoint: cloud.checkpoint,
    clockMoved: cloud.clockMoved,
    reload: cloud.reload,
    async close() {
      await unlink(file).catch(() => undefined);
      await cloud.close();
    },
  };
}

/** What the other commands are told of a cloud. */
function runningCloud(
  { pid, console, project, certificateAuthority, apis }: ReadyDocument,
  stateDirectory: string | undefined,
): Omit<RunningCloud, "startedAt"> {
  const routes = apis.flatMap(({ stages }) => stages.flatMap((stage) => stage.routes));
  return {
    pid,
    console,
    ...(certificateAuthority !== undefined && { certificateAuthority }),
    ...(stateDirectory !== undefined && { stateDirectory }),
    project,
    routes: routes.map(({ method, path }) => ({ method, path })),
  };
}

/** One folder of state for each stack of each project; `undefined` for a cloud that forgets. @throws CliError `usage` */
export function stateDirectory(
  world: World,
  flags: Pick<LocalFlags, "state" | "ephemeral" | "stack">,
  projectDirectory: string,
): string | undefined {
  if (flags.ephemeral && flags.state !== undefined)
    throw usage("--ephemeral keeps nothing, and --state names where to keep it", [
      { say: "Keep nothing", command: "local", args: ["--ephemeral"] },
      { say: "Keep it there", command: "local", args: ["--state", flags.state] },
    ]);
  if (flags.ephemeral) return undefined;
  if (flags.state !== undefined) return resolve(world.workingDirectory, flags.state);
  return join(stateHome(world), "local", stackName(projectDirectory, flags.stack));
}

/** A file name that tells a person what it is for, and differs for each folder. */
function stackName(projectDirectory: string, stack: string): string {
  const digest = createHash("sha256").update(projectDirectory).digest("hex").slice(0, 8);
  return `${basename(projectDirectory)}-${stack}`.replaceAll(/[^A-Za-z0-9._-]/g, "_").concat("-", digest);
}

function parseEndpoint(text: string): string {
  if (!/^https?:$/.test(URL.parse(text)?.protocol ?? ""))
    throw usage(`"${safeText(text, 100)}" is not an address`, "Write --aws-endpoint http://localhost:4566");
  return text;
}

/** @throws CliError `usage` */
export function parsePort(text: string): number {
  const port = Number(text);
  // The hosted UIs and APIs take the ports that follow.
  if (!/^\d+$/.test(text) || port > 65_000)
    throw usage(
      `"${safeText(text, 20)}" is not a port`,
      "Write a number up to 65000, such as --port 4510, or --port 0 for any free one",
    );
  return port;
}
