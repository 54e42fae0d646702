/**
 * Runs a Pulumi program the way Pulumi's Node.js language host does: `@pulumi/pulumi/cmd/run` of the project's own
 * installation, with the same flags and environment, and our engine at the other end of the line. The program cannot
 * tell the difference and is not changed.
 */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Provider, ResourceGraph } from "./graph.ts";
import { type Diagnostic, ProgramError, ProjectError } from "./problems.ts";
import type { Project } from "./project.ts";

export interface RunOptions {
  project: Project;
  provider: Provider;
  /** Handed on to the program. */
  environment: Record<string, string | undefined>;
  /** Hears the program's messages and what it prints, as they come; debug messages only with `debug`. */
  onMessage?: (message: Diagnostic) => void;
  debug?: boolean | undefined;
  signal?: AbortSignal;
  /** Where local clouds leave the outputs of their stacks for each other. */
  stackOutputs?: string | undefined;
}

export interface ProgramRun {
  /** Everything the program registered, and its outputs. */
  graph: ResourceGraph;
}

/** The language host's exit code for "what went wrong has been reported". */
const ALREADY_REPORTED = 32;
const PARALLEL = "32";
/** What `pulumi.getOrganization()` answers on a backend without organizations. */
const ORGANIZATION = "organization";

/**
 * @throws ProgramError when the program fails, with what Pulumi would show
 * @throws ProjectError when the project has no usable `@pulumi/pulumi`
 */
export async function runProgram(options: RunOptions): Promise<ProgramRun> {
  const { project, provider, environment, onMessage = () => {}, signal } = options;
  const launcher = locateLauncher(project);
  const door = await openDoor();
  const closers: (() => void)[] = [];
  try {
    const child = spawn(
      process.execPath,
      [
        ...project.nodeArguments,
        // In one word: seeing `--import` by itself, the SDK leaves ES modules of TypeScript to whatever that loads.
        `--import=${preload("lean-sdk")}${options.debug ? "" : "?quiet"}`,
        launcher,
        ...["--monitor", door.address, "--engine", door.address],
        ...["--organization", ORGANIZATION, "--project", project.name, "--stack", project.stack],
        ...["--root-directory", project.directory, "--pwd", project.workingDirectory, "--parallel", PARALLEL],
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
        stdio: ["ignore", "pipe", "pipe"],
        signal,
      },
    );
    const warn = (message: string) => onMessage({ severity: "warning", message, urn: "" });
    if (project.standIns.length > 0) warn(describeStandIns(project.standIns));
    const printed: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream! }).on("line", (message) => {
        printed.push(message);
        onMessage({ severity: "info", message, urn: "" });
      });
    }
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    // gRPC is most of the engine's code. It is loaded while the program loads its SDK.
    const answering = Promise.all([
      import("./monitor.ts"),
      import("./plugins.ts"),
      import("./stack-references.ts"),
    ]).then(([{ createMonitor }, { Plugins }, { StackReferences }]) => {
      const onLine = (message: string) => onMessage({ severity: "info", message, urn: "" });
      const context = { project, organization: ORGANIZATION, environment, address: door.address, onLine };
      const stackReferences = new StackReferences(project, options.stackOutputs, warn);
      const monitor = createMonitor(
        { ...project, organization: ORGANIZATION },
        { provider, plugins: new Plugins(context), stackReferences, onDiagnostic: onMessage },
      );
      closers.push(() => monitor.deployment.close());
      door.answer(monitor.serve);
      return { ...monitor, stackReferences };
    });
    const [{ deployment, stackReferences }, exitCode] = await Promise.all([answering, ended]);
    // What a program does with outputs that are not known is a consequence: they are what is to be reported.
    const missing = stackReferences.missing();
    if (missing) throw missing;
    const errors = deployment.diagnostics.filter(({ severity }) => severity === "error");
    if (exitCode !== 0 || errors.length > 0) {
      if (errors.length === 0) errors.push(exitWithoutReport(exitCode, printed));
      const more = provider.explain?.(errors);
      if (more !== undefined) errors.push({ severity: "info", message: more, urn: "" });
      throw new ProgramError(project.name, project.stack, errors, {
        refused: deployment.refused || more !== undefined,
      });
    }
    const notes = provider.notes?.();
    return { graph: { ...deployment.graph, ...(notes && { notes }) } };
  } finally {
    for (const close of closers) close();
    door.close();
  }
}

/** Where the program finds its engine: a free loopback port whose connections wait until somebody answers them. */
async function openDoor() {
  const connections = new Set<Socket>();
  let serve: ((connection: Socket) => void) | undefined;
  const server = createServer((connection) => {
    connections.add(connection);
    connection.once("close", () => connections.delete(connection));
    serve?.(connection);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer(by: (connection: Socket) => void) {
      serve = by;
      for (const connection of connections) by(connection);
    },
    close() {
      server.close();
      for (const connection of connections) connection.destroy();
    },
  };
}

/** A bundle holds them beside its chunks. */
const preload = (name: string): string =>
  new URL(`./${name}.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`, import.meta.url).href;

function locateLauncher(project: Project): string {
  try {
    return createRequire(join(project.workingDirectory, "package.json")).resolve("@pulumi/pulumi/cmd/run");
  } catch {
    throw new ProjectError(
      "sdk_missing",
      `The project in ${project.directory} has no @pulumi/pulumi installed.`,
      `Run \`npm install\` in ${project.directory}.`,
    );
  }
}

function describeStandIns(keys: string[]): string {
  return `Something else stands for the secret${keys.length > 1 ? "s" : ""} ${keys.join(", ")}, which only the provider that keeps ${keys.length > 1 ? "them" : "it"} can read; write values under \`config\` in demo-auth.local.yaml.`;
}

function exitWithoutReport(exitCode: number | null, printed: string[]): Diagnostic {
  const said = printed.slice(-20).join("\n");
  const message =
    exitCode === ALREADY_REPORTED && said !== ""
      ? said
      : `The program exited with code ${exitCode ?? "none"} and reported no error.\n${said}`;
  return { severity: "error", message: message.trimEnd(), urn: "" };
}
