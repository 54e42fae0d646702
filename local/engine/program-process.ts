/**
 * The process that a program runs in: `@pulumi/pulumi/cmd/run` with the flags and the environment of Pulumi's language
 * host. It may wait, with the SDKs loaded, until its program is to run.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { reapWithUs, UNMARKED } from "../processes/reaper.ts";
import { type Door, openDoor } from "./door.ts";
import { ProjectError } from "./problems.ts";
import type { Project } from "./project.ts";
import { parseRead, type Read } from "./reads.ts";

export interface ProgramSettings {
  project: Project;
  environment: Record<string, string | undefined>;
  /** A folder in which Node keeps compiled code from one evaluation to the next. */
  compileCache?: string | undefined;
  /** Whether its debug messages are heard. */
  debug: boolean;
  /** Whether it is told that nothing is deployed, and what it requires of its configuration and does not get is made up. */
  preview?: boolean;
  /** Whether it reports what it reads. */
  traced: boolean;
  /** Modules of installed packages to load before it waits; without them it does not wait. */
  ahead?: readonly string[];
}

export interface ProgramProcess {
  door: Door;
  child: ChildProcess;
  /** What it has reported up to now, and to whom it reports from now on. */
  reads: Read[];
  onRead: ((read: Read) => void) | undefined;
  /** Its exit code; `null` when a signal ended it. */
  ended: Promise<number | null>;
  /** Lets a waiting program run. */
  go(): void;
  end(): void;
}

const PARALLEL = "32";
/** What `pulumi.getOrganization()` answers on a backend without organizations. */
export const ORGANIZATION = "organization";

/** @throws ProjectError when the project has no usable `@pulumi/pulumi` */
export async function startProgram(settings: ProgramSettings): Promise<ProgramProcess> {
  const { project, environment, compileCache, debug, preview = false, traced, ahead } = settings;
  const launcher = locateLauncher(project);
  const asked = new URLSearchParams({
    ...(!debug && { quiet: "" }),
    ...(preview && { preview: "" }),
    ...(compileCache && { cache: compileCache }),
  });
  const door = await openDoor();
  const child = spawn(
    process.execPath,
    [
      // In one word: seeing `--import` by itself, the SDK leaves ES modules of TypeScript to whatever that loads.
      `--import=${preload("lean-sdk")}?${asked}`,
      ...(traced ? [`--import=${preload("trace-reads")}${ahead ? "?ahead" : ""}`] : []),
      ...project.nodeArguments,
      launcher,
      ...["--monitor", door.address, "--engine", door.address],
      ...["--organization", ORGANIZATION, "--project", project.name, "--stack", project.stack],
      ...["--root-directory", project.directory, "--pwd", project.workingDirectory, "--parallel", PARALLEL],
      ...(preview ? ["--dry-run"] : []),
      project.entryPoint,
    ],
    {
      cwd: project.workingDirectory,
      env: {
        ...environment,
        PULUMI_CONFIG: JSON.stringify(project.config),
        PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(project.secretKeys),
        PULUMI_NODEJS_TYPESCRIPT: String(project.typescript),
        ...(project.tsconfig !== undefined && { PULUMI_NODEJS_TSCONFIG_PATH: project.tsconfig }),
      },
      stdio: ["ignore", "pipe", "pipe", traced ? "pipe" : "ignore"],
    },
  );
  if (child.pid !== undefined) child.once("exit", reapWithUs(child.pid, UNMARKED));
  const channel = child.stdio[3] as (Writable & NodeJS.ReadableStream) | null;
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
    // A child process of the program's may hold on to its standard error a while longer.
    child.once("exit", (code) => {
      if (code !== 0) return;
      const said = [child.stdout, channel].map((stream) => stream && finished(stream, { writable: false }));
      Promise.allSettled(said).then(() => setImmediate(resolve, code));
    });
  });
  ended.catch(() => {});
  const program: ProgramProcess = {
    ...{ door, child, ended, reads: [], onRead: undefined },
    go: () => void (ahead && channel?.write("go\n")),
    end() {
      child.kill("SIGKILL");
      door.close();
    },
  };
  if (channel) {
    // The process may end while something is on its way to it; that it ended is known elsewhere.
    channel.on("error", () => {});
    const lines = createInterface({ input: channel });
    lines.on("error", () => {});
    lines.on("line", (line) => {
      const read = parseRead(line);
      program.reads.push(read);
      program.onRead?.(read);
    });
    if (ahead) channel.write(`${JSON.stringify(ahead)}\n`);
  }
  return program;
}

/** A bundle holds them beside its chunks. */
const preload = (name: string): string =>
  new URL(`./${name}.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`, import.meta.url).href;

/** What brings the SDK: the packages that the project lists, where it lists this one. */
function installs({ workingDirectory }: Project): string {
  try {
    const listed = JSON.parse(readFileSync(join(workingDirectory, "package.json"), "utf8"));
    const { dependencies, devDependencies } = Object(listed);
    if ("@pulumi/pulumi" in { ...dependencies, ...devDependencies }) return "npm install";
  } catch {
    // It lists nothing.
  }
  return "npm install @pulumi/pulumi @pulumi/aws";
}

function locateLauncher(project: Project): string {
  const require = createRequire(join(project.workingDirectory, "package.json"));
  let launcher: string;
  let sdk: { version: string; dependencies?: Record<string, string> };
  try {
    launcher = require.resolve("@pulumi/pulumi/cmd/run");
    sdk = require("@pulumi/pulumi/package.json");
  } catch {
    throw new ProjectError(
      "sdk_missing",
      `The project in ${project.directory} has no @pulumi/pulumi installed.`,
      `Run \`${installs(project)}\` in ${project.directory}.`,
    );
  }
  // Up to 1.14 the SDK speaks by native code, of which no build for this Node.js exists.
  if (sdk.dependencies?.grpc !== undefined) {
    throw new ProjectError(
      "sdk_too_old",
      `The project in ${project.directory} has @pulumi/pulumi ${sdk.version}, which does not load in Node.js ${process.versions.node}.`,
      "Run `npm install @pulumi/pulumi@3`, and newer versions of the provider packages beside it such as @pulumi/aws.",
    );
  }
  return launcher;
}
