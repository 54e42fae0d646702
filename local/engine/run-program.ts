/**
 * Runs a Pulumi program the way Pulumi's Node.js language host does: `@pulumi/pulumi/cmd/run` of the project's own
 * installation, with the same flags and environment, and our engine at the other end of the line. The program cannot
 * tell the difference and is not changed.
 */
import { createInterface } from "node:readline";
import type { Provider, ResourceGraph } from "./graph.ts";
import { type Diagnostic, ProgramError } from "./problems.ts";
import { ORGANIZATION, startProgram } from "./program-process.ts";
import type { Project } from "./project.ts";
import type { Read } from "./reads.ts";
import type { SpareProgram } from "./spare-program.ts";

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
  /** A folder in which Node keeps compiled code from one evaluation to the next. */
  compileCache?: string | undefined;
  /** Hears what the program reads, as it reads it. */
  onRead?: (read: Read) => void;
  /** Runs it as `pulumi preview` does, and without plugins and hooks: the program's own code is all that acts. */
  preview?: boolean;
  /** Takes the process from there, if one waits, and has the next one made ready. */
  spare?: SpareProgram;
}

export interface ProgramRun {
  /** Everything the program registered, and its outputs. */
  graph: ResourceGraph;
}

/** The language host's exit code for "what went wrong has been reported". */
const ALREADY_REPORTED = 32;

/**
 * @throws ProgramError when the program fails, with what Pulumi would show
 * @throws ProjectError when the project has no usable `@pulumi/pulumi`
 */
export async function runProgram(options: RunOptions): Promise<ProgramRun> {
  const { project, provider, environment, signal } = options;
  const onMessage = (message: Diagnostic) => {
    if (message.severity !== "debug" || options.debug) options.onMessage?.(message);
  };
  signal?.throwIfAborted();
  const { compileCache, debug = false } = options;
  const { preview = false } = options;
  const settings = {
    project,
    environment,
    compileCache,
    debug,
    ...(preview && { preview }),
    traced: options.onRead !== undefined,
  };
  const program = (await options.spare?.take(settings)) ?? (await startProgram(settings));
  const { child, door } = program;
  const closers: (() => void)[] = [];
  try {
    const warn = (message: string) => onMessage({ severity: "warning", message, urn: "" });
    for (const message of project.configWarnings) warn(message);
    if (project.standIns.length > 0) warn(describeStandIns(project.standIns));
    program.onRead = options.onRead;
    for (const read of program.reads) options.onRead?.(read);
    const printed: string[] = [];
    let refused = () => false;
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream! }).on("line", (message) => {
        // The SDK complains on standard error of an engine that has gone; why it has gone has been said.
        if (stream === child.stderr && refused()) return;
        printed.push(message);
        onMessage({ severity: "info", message, urn: "" });
      });
    }
    const ended = Promise.race([program.ended, givenUp(signal)]);
    program.go();
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
        { provider, plugins: preview ? undefined : new Plugins(context), stackReferences, onDiagnostic: onMessage },
      );
      refused = () => monitor.deployment.ended;
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
    const { unknownOutputs = {}, madeUp = [] } = provider.notes?.() ?? {};
    const standIns = project.standIns.map((key) => ({ type: "pulumi:config", name: key, reason: STAND_IN }));
    const notes = { unknownOutputs, madeUp: [...madeUp, ...stackReferences.madeUp, ...standIns] };
    return { graph: { ...deployment.graph, notes } };
  } finally {
    for (const close of closers) close();
    program.end();
    options.spare?.prepareFor(settings, program.reads);
  }
}

/** Fails when the signal comes. */
function givenUp(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.throwIfAborted();
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

const STAND_IN = "a secret that only its provider can read: something else stands for it";

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
