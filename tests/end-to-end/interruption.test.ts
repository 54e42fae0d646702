/** Ctrl-C, or an edit, while the program is still being evaluated. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { openShell, repository, type Shell } from "../support/shell.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const NEVER_ENDS = 'require("node:fs").writeFileSync("pid", String(process.pid)); setInterval(() => {}, 1000);';

describe("an interrupted demo-auth local", function () {
  this.timeout(60_000);
  let shell: Shell;
  let project: string;

  beforeEach(() => {
    shell = openShell();
    project = temporaryDirectory();
    symlinkSync(join(repository, "node_modules"), join(project, "node_modules"));
    writeFileSync(join(project, "Pulumi.yaml"), "name: endless\nruntime: nodejs\nmain: index.js\n");
    writeFileSync(join(project, "package.json"), "{}");
  });
  afterEach(() => shell.close());

  async function evaluating(): Promise<number> {
    const file = join(project, "pid");
    while (!existsSync(file) || readFileSync(file, "utf8") === "") await setTimeout(50);
    return Number(readFileSync(file, "utf8"));
  }

  async function ended(pid: number): Promise<void> {
    for (;;) {
      try {
        process.kill(pid, 0);
      } catch {
        return;
      }
      await setTimeout(50);
    }
  }

  it("ends at the first signal, and takes the program with it", async () => {
    writeFileSync(join(project, "index.js"), NEVER_ENDS);
    const local = shell.start("local", "--project", project, "--port", "0", "--ephemeral");
    const program = await evaluating();
    local.process.kill("SIGINT");
    const { signal, stderr } = await local.finished;
    assert.equal(signal, "SIGINT");
    assert.doesNotMatch(stderr, /✗/);
    await ended(program);
  });

  it("mends a watched program that never ends with the next edit", async () => {
    writeFileSync(join(project, "index.js"), "");
    const { running } = await shell.local("--project", project, "--ephemeral", "--watch");
    writeFileSync(join(project, "index.js"), NEVER_ENDS);
    const program = await evaluating();
    writeFileSync(join(project, "index.js"), "exports.mended = true;");
    const reloaded = JSON.parse(await running.line("stdout", /"event":"reload/));
    assert.deepEqual([reloaded.event, reloaded.outputs], ["reloaded", { mended: true }]);
    await ended(program);
  });

  it("does not call a reload that it cuts short a bug", async () => {
    writeFileSync(join(project, "index.js"), "");
    const { running } = await shell.local("--project", project, "--ephemeral", "--watch");
    writeFileSync(join(project, "index.js"), NEVER_ENDS);
    const program = await evaluating();
    running.process.kill("SIGINT");
    const { signal, stdout } = await running.finished;
    assert.equal(signal, "SIGINT");
    assert.doesNotMatch(stdout, /reload-failed/);
    await ended(program);
  });
});
