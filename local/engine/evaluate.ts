/** What a program declares: remembered when nothing has changed, evaluated otherwise. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ResourceGraph } from "./graph.ts";
import type { Diagnostic } from "./problems.ts";
import { graphKey, recall, remember } from "./remembered-graph.ts";
import { type RunOptions, runProgram } from "./run-program.ts";

export interface EvaluateOptions extends RunOptions {
  /** Where to remember the graph; `undefined` evaluates always. */
  memory: string | undefined;
  /** A folder inside the project that the cloud itself writes to. */
  ownFolder?: string | undefined;
}

/** @throws ProgramError, ProjectError as `runProgram` does */
export async function evaluate(options: EvaluateOptions): Promise<ResourceGraph> {
  const { project, environment, memory, ownFolder, onMessage } = options;
  const key = memory === undefined ? undefined : graphKey(project, environment, ownFolder);
  const remembered = memory !== undefined && key !== undefined ? recall(memory, key) : undefined;
  if (remembered) {
    for (const warning of remembered.warnings) onMessage?.(warning);
    return remembered.graph;
  }
  if (memory === undefined || key === undefined) return (await runProgram(options)).graph;

  const warnings: Diagnostic[] = [];
  const { graph, holdsSecret, modules } = await runProgram({
    ...options,
    noteModules: true,
    // Making it costs more than it saves: it is for whoever changes a program and evaluates it again and again.
    ...(existsSync(memory) && { compileCache: join(dirname(memory), "compiled") }),
    onMessage(message) {
      if (message.severity === "warning") warnings.push(message);
      onMessage?.(message);
    },
  });
  // The key was taken before the program ran: what changes meanwhile makes the next key differ.
  if (!holdsSecret) remember(memory, key, { graph, warnings }, modules, project);
  return graph;
}
