/** Evaluates one Pulumi project: `node evaluate.ts <folder of the project>`. */

import { readProject } from "../../local/engine/project.ts";
import { runProgram } from "../../local/engine/run-program.ts";
import { awsProvider } from "../../local/resources/aws.ts";

const environment = { ...process.env };
const project = readProject(process.argv[2] ?? "", "dev", environment);
await runProgram({ project, provider: awsProvider("us-east-1"), environment });
