/**
 * From a project on disk to what the services serve: the program is evaluated, unless it is remembered, and its resources
 * are declared; nothing is started.
 */
import type { CloudDefinition } from "./definitions.ts";
import { evaluate } from "./engine/evaluate.ts";
import type { ResourceGraph } from "./engine/graph.ts";
import type { Diagnostic } from "./engine/problems.ts";
import type { Project } from "./engine/project.ts";
import { unpackArchive } from "./resources/archive.ts";
import { awsProvider, declareCloud } from "./resources/aws.ts";

export interface DeclarationOptions {
  /** A file to remember the evaluated program in; `undefined` evaluates it every time. */
  graphMemory?: string | undefined;
  /** The environment that the program sees. */
  environment: Record<string, string | undefined>;
  /** A folder that may lie inside the project and is no part of it. */
  stateDirectory: string | undefined;
  /** Hears debug messages only with `debug`. */
  onProgramMessage?: (message: Diagnostic) => void;
  debug?: boolean | undefined;
  /** Hears how many resources the program has made so far. */
  onProgress?: (resources: number) => void;
  signal?: AbortSignal;
}

export interface Declaration {
  project: Project;
  graph: ResourceGraph;
  definition: CloudDefinition;
  notEmulated: { type: string; name: string }[];
}

const DEFAULT_REGION = "us-east-1";

/**
 * @param codeDirectory where the archives of functions are laid out
 * @throws ProjectError, ProgramError
 */
export async function declare(
  project: Project,
  options: DeclarationOptions,
  codeDirectory: string,
): Promise<Declaration> {
  const { environment, onProgramMessage, onProgress, signal } = options;
  const region =
    project.config["aws:region"] ?? environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION ?? DEFAULT_REGION;
  const provider = awsProvider(region);
  let resources = 0;
  const graph = await evaluate({
    project,
    memory: options.graphMemory,
    ownFolder: options.stateDirectory,
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
    ...(onProgramMessage ? { onMessage: onProgramMessage } : {}),
    ...(signal ? { signal } : {}),
  });
  const { definition, notEmulated } = declareCloud(graph, region, (archive) =>
    unpackArchive(archive, project.workingDirectory, codeDirectory),
  );
  sortByName(definition);
  return { project, graph, definition, notEmulated };
}

/** Registration runs in parallel and its order is not fixed; ports and documents must not change from run to run. */
function sortByName({ userPools, restApis, functions }: CloudDefinition): void {
  const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  userPools.sort(byName);
  for (const { clients } of userPools) clients.sort(byName);
  restApis.sort(byName);
  functions.sort(byName);
}
