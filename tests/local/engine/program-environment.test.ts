/** What the command line keeps from the program that it evaluates. */
import assert from "node:assert/strict";
import { openShell } from "../../support/shell.ts";
import { temporaryProject } from "../../support/temporary.ts";

describe("a program that demo-auth local evaluates", function () {
  this.timeout(60_000);

  it("finds the environment, without the token that signs the command line in", async () => {
    const shell = openShell({ DEMO_AUTH_TOKEN: "a.b.c", FOR_THE_PROGRAM: "yes" });
    try {
      const directory = temporaryProject({
        "Pulumi.yaml": "name: app\nruntime: { name: nodejs, options: { typescript: false } }\n",
        "package.json": '{ "main": "index.js" }',
        "index.js":
          "exports.found = [process.env.FOR_THE_PROGRAM, Object.values(process.env).includes('a.b.c'), 'DEMO_AUTH_TOKEN' in process.env];",
      });
      const { ready } = await shell.local("--ephemeral", "--project", directory);
      assert.deepEqual(ready.outputs.found, ["yes", false, false]);
    } finally {
      await shell.close();
    }
  });
});
