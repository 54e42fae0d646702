/**
 * From a project on disk to what the services serve: the program is evaluated and its resources become the model; nothing
 * is started.
 */

import type { ResourceGraph } from "../engine/graph.ts";
import { type Diagnostic, ProgramError } from "../engine/problems.ts";
import type { Project } from "../engine/project.ts";
import { runProgram } from "../engine/run-program.ts";
import type { SpareProgram } from "../engine/spare-program.ts";
import { rememberOutputs } from "../engine/stack-references.ts";
import type { CloudModel } from "../model.ts";
import { unpackArchive } from "../resources/archive.ts";
import { awsProvider, buildModel } from "../resources/aws.ts";
import { SdkTypes } from "../resources/sdk-types.ts";
import { UnknownOutputs } from "../resources/unknown-outputs.ts";
import type { Unserved } from "../resources/unserved.ts";
import { assetReads } from "./project-reads.ts";
import type { EvaluationReads } from "./watch.ts";

export interface EvaluationOptions {
  /** The environment that the program sees. */
  environment: Record<string, string | undefined>;
  /** Hears debug messages only with `debug`. */
  onProgramMessage?: (message: Diagnostic) => void;
  debug?: boolean | undefined;
  /** A folder in which Node keeps compiled code from one evaluation to the next. */
  compileCache?: string | undefined;
  /** Refuses what AWS goes on running and no longer creates (retired runtimes), instead of a warning. */
  strict?: boolean | undefined;
  /** Hears how many resources the program has made so far. */
  onProgress?: (resources: number) => void;
  signal?: AbortSignal;
  /** Where local clouds leave the outputs of their stacks for each other. */
  stackOutputs?: string | undefined;
  /** Whether this one does. */
  keepsOutputs?: boolean;
}

/** For an evaluation that is watched. */
export interface Watching {
  reads: EvaluationReads;
  spare: SpareProgram;
}

export interface Evaluation {
  project: Project;
  graph: ResourceGraph;
  model: CloudModel;
  unserved: Unserved[];
  /** What the program and its evaluation warned of. */
  warnings: string[];
}

/** Whoever waits for why a start failed is not kept for longer. */
const LONGEST_SEARCH_MS = 10_000;
const DEFAULT_REGION = "us-east-1";

/**
 * @param codeDirectory where the archives of functions are laid out
 * @throws ProjectError, ProgramError
 */
export async function evaluateProject(
  project: Project,
  options: EvaluationOptions,
  codeDirectory: string,
  watching?: Watching,
): Promise<Evaluation> {
  const { environment, onProgress, signal } = options;
  const warnings: string[] = [];
  const onProgramMessage = (message: Diagnostic) => {
    if (message.severity === "warning") warnings.push(message.message);
    options.onProgramMessage?.(message);
  };
  const configured = project.config["aws:region"] ?? environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION;
  const region = configured ?? DEFAULT_REGION;
  const newProvider = () =>
    awsProvider(region, {
      sdk: new SdkTypes(project.workingDirectory),
      local: project.local,
      defaultTags: defaultTags(project.config["aws:defaultTags"]),
      files: { directory: project.workingDirectory, onRead: (path) => watching?.reads.note(["path", path]) },
    });
  const provider = newProvider();
  let resources = 0;
  const { stackOutputs, compileCache } = options;
  const { graph: evaluated } = await runProgram({
    project,
    provider: {
      ...provider,
      create(resource) {
        const made = provider.create(resource);
        onProgress?.(++resources);
        return made;
      },
    },
    environment,
    debug: options.debug,
    stackOutputs,
    compileCache,
    onMessage: onProgramMessage,
    ...(signal ? { signal } : {}),
    ...(watching ? { onRead: (read) => watching.reads.note(read), spare: watching.spare } : {}),
  }).catch(async (error: unknown) => {
    if (!(error instanceof ProgramError) || error.missing.length === 0) throw error;
    const limit = AbortSignal.timeout(LONGEST_SEARCH_MS);
    const until = signal ? AbortSignal.any([signal, limit]) : limit;
    const { withAllMissing } = await import("../engine/missing-config.ts");
    throw await withAllMissing(error, (config, onMessage) =>
      runProgram({
        project: { ...project, config: { ...project.config, ...config } },
        provider: newProvider(),
        preview: true,
        signal: until,
        onMessage,
        ...{ environment, stackOutputs, compileCache },
      }),
    );
  });
  const unknown = new UnknownOutputs(evaluated.notes?.unknownOutputs);
  const graph = { ...evaluated, outputs: unknown.describe(evaluated.outputs) };
  for (const read of watching ? assetReads(graph, project.workingDirectory) : []) watching?.reads.note(read);
  for (const path of Object.values(project.local.functions)) watching?.reads.note(["archive", path]);
  const {
    model,
    unserved,
    warnings: ofResources,
  } = buildModel(graph, region, (archive) => unpackArchive(archive, project.workingDirectory, codeDirectory), {
    strict: options.strict,
    functionCode: project.local.functions,
    workingDirectory: project.workingDirectory,
  });
  if (options.stackOutputs !== undefined && options.keepsOutputs) {
    rememberOutputs(options.stackOutputs, graph);
  }
  if (configured === undefined && usesDefaultRegion(graph)) {
    onProgramMessage({ severity: "warning", message: noRegion(project.stack), urn: "" });
  }
  for (const message of ofResources) onProgramMessage({ severity: "warning", message, urn: "" });
  sortByName(model);
  return { project, graph, model, unserved: unknown.describe(unserved), warnings };
}

/** As the provider's config has it: `{"tags": {…}}` */
function defaultTags(config: string | undefined): Record<string, string> {
  try {
    return (JSON.parse(config ?? "{}") as { tags?: Record<string, string> }).tags ?? {};
  } catch {
    return {};
  }
}
const noRegion = (stack: string): string =>
  `No AWS region is configured, so \`pulumi up\` would need one from elsewhere: \`npx pulumi config set aws:region ${DEFAULT_REGION} --stack ${stack}\`. ${DEFAULT_REGION} is used here.`;

/** Whether anything of AWS is declared without a provider that says where. */
const usesDefaultRegion = ({ resources }: ResourceGraph): boolean =>
  resources.some(({ type }) => type.startsWith("aws:")) &&
  !resources.some(({ type, inputs }) => type === "pulumi:providers:aws" && typeof inputs.region === "string");

/** Registration runs in parallel and its order is not fixed; ports and documents must not change from run to run. */
function sortByName({ userPools, restApis, httpApis, functions }: CloudModel): void {
  const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  userPools.sort(byName);
  for (const { clients } of userPools) clients.sort(byName);
  restApis.sort(byName);
  httpApis.sort(byName);
  functions.sort(byName);
}
