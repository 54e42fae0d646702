/** Where a program finds its engine, and that nobody else does. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { readProject } from "../../../local/engine/project.ts";
import { runProgram } from "../../../local/engine/run-program.ts";
import { awsProvider } from "../../../local/resources/aws.ts";
import { temporaryDirectory, temporaryProject } from "../../support/temporary.ts";

const PROJECT = { "Pulumi.yaml": "name: app\nruntime: nodejs\n", "package.json": '{ "main": "index.js" }' };

async function evaluate(directory: string): Promise<{ outputs: Record<string, unknown> }> {
  const project = readProject(directory, "dev", process.env);
  const { graph } = await runProgram({ project, provider: awsProvider("us-east-1"), environment: process.env });
  return graph;
}

(process.platform === "win32" ? describe.skip : describe)("the engine's door", function () {
  this.timeout(60_000);

  it("answers where nobody but this user may knock, and nowhere else", async () => {
    const directory = temporaryProject({
      ...PROJECT,
      "index.js": `
        const { statSync } = require("node:fs");
        const { dirname } = require("node:path");
        const { monitorAddr, engineAddr } = require("@pulumi/pulumi/runtime/state").getStore().settings.options;
        const addresses = [monitorAddr, engineAddr];
        const socket = addresses[0].slice("unix:".length);
        const { mode, uid } = statSync(dirname(socket));
        exports.found = [addresses[0] === addresses[1], statSync(socket).isSocket(), (mode & 0o777).toString(8), uid === process.getuid()];
        exports.socket = socket;
      `,
    });
    const { outputs } = await evaluate(directory);
    assert.deepEqual(outputs.found, [true, true, "700", true]);
    assert.equal(existsSync(dirname(String(outputs.socket))), false, "it is gone with the evaluation");
  });

  it("finds a place for its socket under a long TMPDIR too", async () => {
    const before = process.env.TMPDIR;
    process.env.TMPDIR = join(temporaryDirectory(), "x".repeat(80));
    mkdirSync(process.env.TMPDIR);
    try {
      const { outputs } = await evaluate(temporaryProject({ ...PROJECT, "index.js": "exports.fine = true;" }));
      assert.equal(outputs.fine, true);
    } finally {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
    }
  });
});
