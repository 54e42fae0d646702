/** What is deployed, and what it costs to get there: the function's archive, the program's evaluation. */
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { zipSync } from "fflate";
import { type Bench, inPairs } from "../bench.ts";
import { ratio } from "../measure/comparison.ts";
import { timeToEnd } from "../system/processes.ts";
import { repository } from "../system/workspace.ts";
import { functionFolder, prepareCloud } from "./preparation.ts";

const PART = "Deployed artefact";

export async function measureArtefact(bench: Bench): Promise<void> {
  const prepared = await prepareCloud(bench.workspace, { name: "artefact" });
  reportSize(bench, functionFolder(prepared));
  await measureEvaluation(bench);
}

function reportSize({ report }: Bench, directory: string): void {
  const files = Object.fromEntries(
    readdirSync(directory).map((name) => [name, new Uint8Array(readFileSync(join(directory, name)))]),
  );
  report({
    part: PART,
    name: "the function's archive, zipped",
    own: Object.keys(files).join(", "),
    other: "",
    value: zipSync(files).length,
    unit: "bytes",
    goal: { atMost: 4096 },
  });
}

/**
 * The program through the engine, in a process of its own, beside loading Pulumi and its AWS provider: by Node, which loads
 * all of both, and by a program in the same engine.
 */
async function measureEvaluation(bench: Bench): Promise<void> {
  const { workspace } = bench;
  bench.say("evaluation of the program, beside one that only imports Pulumi");
  const bare = join(workspace.directory, "project-imports");
  mkdirSync(bare, { recursive: true });
  symlinkSync(join(repository, "node_modules"), join(bare, "node_modules"));
  const { name, runtime } = { name: "imports", runtime: "{ name: nodejs, options: { typescript: false } }" };
  writeFileSync(join(bare, "Pulumi.yaml"), `name: ${name}\nruntime: ${runtime}\nmain: index.ts\n`);
  writeFileSync(join(bare, "Pulumi.dev.yaml"), "config:\n  aws:region: us-east-1\n");
  writeFileSync(join(bare, "package.json"), JSON.stringify({ name, private: true, type: "module" }));
  writeFileSync(
    join(bare, "index.ts"),
    'import * as aws from "@pulumi/aws";\nimport * as pulumi from "@pulumi/pulumi";\nexport const stack = pulumi.getStack();\nexport const provider = typeof aws;\n',
  );
  const evaluation = (project: string) => timeToEnd(process.execPath, [workspace.evaluate, project]);
  const runs = await inPairs(
    bench.pairs,
    () => evaluation(workspace.project),
    () => evaluation(bare),
  );
  const imports = 'await import("@pulumi/pulumi"); await import("@pulumi/aws");';
  const alone = await inPairs(
    bench.pairs,
    () => evaluation(workspace.project),
    () => timeToEnd(process.execPath, ["--input-type=module", "-e", imports], { cwd: bare }),
  );
  const beside = "evaluation of the program, beside Node that only imports @pulumi/pulumi and @pulumi/aws";
  bench.report(ratio({ part: PART, name: beside, goal: { atMost: 1.25 } }, alone));
  const lean = "the same, beside a program that only imports them, through the engine, which defers most of it";
  bench.report(ratio({ part: PART, name: lean }, runs));
}
