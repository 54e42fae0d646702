/** A program that is being evaluated ends with the cloud, however that ends. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { isAlive, leftOf } from "../../support/processes.ts";
import { openShell } from "../../support/shell.ts";
import { temporaryProject } from "../../support/temporary.ts";

(process.platform === "linux" ? describe : describe.skip)("a program that never ends", function () {
  this.timeout(60_000);

  it("leaves no process behind two seconds after kill -9 of the cloud", async () => {
    const shell = openShell();
    try {
      const directory = temporaryProject({
        "Pulumi.yaml": "name: app\nruntime: { name: nodejs, options: { typescript: false } }\n",
        "package.json": '{ "main": "index.js" }',
        "index.js": 'require("node:fs").writeFileSync("pid", String(process.pid)); for (;;);',
      });
      const running = shell.start("local", "--port", "0", "--ephemeral", "--project", directory);
      const file = join(directory, "pid");
      while (!existsSync(file) || readFileSync(file, "utf8") === "") await wait(20);
      const pid = Number(readFileSync(file, "utf8"));
      assert.ok(isAlive(pid));
      running.process.kill("SIGKILL");
      await running.finished;
      assert.deepEqual(await leftOf([pid]), []);
    } finally {
      await shell.close();
    }
  });
});
