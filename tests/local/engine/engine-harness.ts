/** Small plain JavaScript programs, run by the engine with the local AWS account behind it. */
import assert from "node:assert/strict";
import type { Resource, ResourceGraph } from "../../../local/engine/graph.ts";
import { type Diagnostic, ProgramError } from "../../../local/engine/problems.ts";
import { readProject } from "../../../local/engine/project.ts";
import { runProgram } from "../../../local/engine/run-program.ts";
import { awsProvider } from "../../../local/resources/aws.ts";
import { temporaryProject } from "../../support/temporary.ts";

const PROJECT = {
  "Pulumi.yaml": "name: app\nruntime: { name: nodejs, options: { typescript: false } }\n",
  "package.json": '{ "main": "index.js" }',
};

export interface Run {
  graph: ResourceGraph;
  /** Everything but debug messages, as `severity: message`. */
  heard: string[];
  resource(name: string): Resource;
}

export interface RunSettings {
  environment?: Record<string, string | undefined>;
  stackOutputs?: string;
  directory?: string;
}

export const projectOf = (program: string, files: Record<string, string> = {}): string =>
  temporaryProject({ ...PROJECT, "index.js": program, ...files });

export async function run(
  program: string,
  files: Record<string, string> = {},
  settings: RunSettings = {},
): Promise<Run> {
  const { environment = process.env, stackOutputs, directory = projectOf(program, files) } = settings;
  const heard: string[] = [];
  const { graph } = await runProgram({
    project: readProject(directory, "dev", environment),
    provider: awsProvider("us-east-1"),
    environment,
    stackOutputs,
    onMessage: ({ severity, message }: Diagnostic) => heard.push(`${severity}: ${message}`),
  });
  return {
    graph,
    heard,
    resource(name) {
      const found = graph.resources.find((resource) => resource.name === name);
      assert.ok(found, `no resource ${name}`);
      return found;
    },
  };
}

export async function programFailure(program: string, files: Record<string, string> = {}, settings: RunSettings = {}) {
  const error: unknown = await run(program, files, settings).then(
    () => assert.fail("the program did not fail"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ProgramError, String(error));
  return error;
}
