/** Runs small Pulumi programs that a test writes inline. */
import type { ResourceGraph } from "../../../local/engine/graph.ts";
import { readProject } from "../../../local/engine/project.ts";
import { runProgram } from "../../../local/engine/run-program.ts";
import { awsProvider } from "../../../local/resources/aws.ts";
import type { SdkTypes } from "../../../local/resources/sdk-types.ts";
import { temporaryProject } from "../../support/temporary.ts";

/**
 * @param program JavaScript in which `aws` and `pulumi` are the SDKs
 * @param sdk what the SDK declares, where outputs are to be told that only AWS knows
 */
export async function graphOf(program: string, sdk?: SdkTypes): Promise<ResourceGraph> {
  const directory = temporaryProject({
    "Pulumi.yaml": "name: app\nruntime: { name: nodejs, options: { typescript: false } }\n",
    "package.json": '{ "main": "index.js" }',
    "index.js": `const aws = require("@pulumi/aws"); const pulumi = require("@pulumi/pulumi");\n${program}`,
  });
  const project = readProject(directory, "dev", {});
  return (await runProgram({ project, provider: awsProvider("us-east-1", { sdk }), environment: process.env })).graph;
}
