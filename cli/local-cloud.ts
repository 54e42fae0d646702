/**
 * `demo-auth local` at work: starts the local cloud, tells where everything is, and writes the run file by which the
 * other commands find it.
 */
import { createHash } from "node:crypto";
import { unlink } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import type { ReadyDocument } from "../local/cloud.ts";
import { eventLine } from "../local/console/event-line.ts";
import { type LocalCloud, type LocalCloudOptions, startLocalCloud } from "../local/start.ts";
import { type Invocation, usage } from "./invocation.ts";
import type { Output } from "./output.ts";
import { writePrivateFile } from "./private-files.ts";
import { type RunningCloud, runDirectory } from "./targets/local.ts";
import { stateHome } from "./targets/state-home.ts";
import { safeText } from "./text.ts";
import type { World } from "./world.ts";

export interface LocalFlags {
  stack: string;
  project: string;
  port: string;
  state?: string;
  ephemeral?: boolean;
  fresh?: boolean;
}

/** Runs a local cloud until it is interrupted. */
export async function local(io: Invocation<LocalFlags>): Promise<void> {
  const { world, flags, out } = io;
  const interrupted = world.interrupted();
  const projectDirectory = resolve(world.workingDirectory, flags.project);
  const cloud = await startAnnounced(world, {
    ...programOptions(io, projectDirectory),
    stack: flags.stack,
    port: parsePort(flags.port),
    stateDirectory: stateDirectory(world, flags, projectDirectory),
    graphMemory: flags.fresh ? undefined : graphMemory(world, flags.stack, projectDirectory),
    onEvent: (event) => {
      const line = eventLine(event);
      if (line !== undefined) out.note(`${out.mark("dim", new Date(event.at).toTimeString().slice(0, 8))} ${line}`);
    },
  });
  if (out.json) out.document(cloud.ready);
  else describe(out, cloud.ready);
  const signal = await interrupted;
  await cloud.close();
  world.dieBySignal(signal);
}

/** What the program gets to see, and where its messages go. */
export function programOptions(
  { world, out }: Invocation,
  projectDirectory: string,
): Pick<LocalCloudOptions, "projectDirectory" | "environment" | "onProgramMessage"> {
  out.note(out.mark("dim", `Evaluating the Pulumi program in ${projectDirectory}…`));
  return {
    projectDirectory,
    environment: { ...world.env },
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
  const cloud = await startLocalCloud(options);
  const file = join(runDirectory(world), `${world.processId}.json`);
  const { console, project } = cloud.ready;
  const running: RunningCloud = { pid: world.processId, console, project, startedAt: world.now() };
  try {
    await writePrivateFile(world, file, JSON.stringify(running));
  } catch (error) {
    await cloud.close();
    throw error;
  }
  return {
    ready: cloud.ready,
    async close() {
      await unlink(file).catch(() => undefined);
      await cloud.close();
    },
  };
}

/** One folder of state for each stack of each project; `undefined` for a cloud that forgets. */
export function stateDirectory(
  world: World,
  flags: Pick<LocalFlags, "state" | "ephemeral" | "stack">,
  projectDirectory: string,
): string | undefined {
  if (flags.ephemeral) return undefined;
  if (flags.state !== undefined) return resolve(world.workingDirectory, flags.state);
  return join(stateHome(world), "local", stackName(projectDirectory, flags.stack));
}

/** Where the evaluated program of a stack is remembered: apart from the state, so that a cloud that forgets can use it. */
export function graphMemory(world: World, stack: string, projectDirectory: string): string {
  return join(stateHome(world), "local", "evaluated", `${stackName(projectDirectory, stack)}.json`);
}

/** A file name that tells a person what it is for, and differs for each folder. */
function stackName(projectDirectory: string, stack: string): string {
  const digest = createHash("sha256").update(projectDirectory).digest("hex").slice(0, 8);
  return `${basename(projectDirectory)}-${stack}`.replaceAll(/[^A-Za-z0-9._-]/g, "_").concat("-", digest);
}

function parsePort(text: string): number {
  const port = Number(text);
  // The hosted UIs and APIs take the ports that follow.
  if (!/^\d+$/.test(text) || port > 65_000)
    throw usage(`"${safeText(text, 20)}" is not a port`, "Write a number up to 65000, or 0 for any free one");
  return port;
}

function describe(out: Output, ready: ReadyDocument): void {
  const { project } = ready;
  const heading = (text: string) => out.note(`\n${out.mark("bold", text)}`);
  out.note(`${out.mark("green", "✓")} ${project.name}, stack ${project.stack}, runs on this machine.`);
  heading("Console, with mail and users");
  out.note(`  ${ready.console}`);
  for (const pool of ready.userPools) {
    heading(`User pool ${pool.name} (${pool.id})`);
    if (pool.hostedUi) out.note(`  hosted UI  ${pool.hostedUi}`);
    out.note(`  issuer     ${pool.issuer}`);
    for (const client of pool.clients)
      out.note(`  app client ${client.name} (${client.id}): ${client.flows.join(", ")}`);
  }
  for (const api of ready.apis) {
    heading(`API ${api.name} (${api.id})`);
    for (const { url, routes } of api.stages) {
      for (const { method, path, authorization, scopes } of routes) {
        const guard = authorization === "NONE" ? "open to anyone" : [authorization, ...scopes].join(" ");
        out.note(`  ${method.padEnd(7)} ${url}${path}  ${out.mark("dim", guard)}`);
      }
    }
  }
  if (ready.declaredNotEmulated.length > 0) {
    heading("Declared, not emulated");
    out.note(
      `  ${ready.declaredNotEmulated.map(({ type, name }) => `${name} (${type.split(":").at(-1)})`).join(", ")}`,
    );
  }
  out.note("\nNext: demo-auth login, then demo-auth call <path>. Ctrl-C ends this cloud; users and keys are kept.\n");
}
