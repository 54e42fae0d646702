/** No process outlives what started it, whatever a function does and however the cloud ends. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { isAlive, leftOf } from "../../support/processes.ts";
import { temporaryDirectory } from "../../support/temporary.ts";
import { deploy, writeCode } from "./function-harness.ts";

const SLEEPER = `["-e", "setInterval(() => {}, 1000)"]`;
const NOTE = `require("node:fs").writeFileSync(process.env.PIDS, `;

/** Each writes its own process id, and of what it started, and never answers. */
const RESTLESS: Record<string, string> = {
  "is in an endless loop": `${NOTE}String(process.pid)); for (;;);`,
  "started a process": `const { pid } = spawn(process.execPath, ${SLEEPER}); ${NOTE}process.pid + " " + pid); for (;;);`,
  "started a session of its own": `const { pid } = spawn(process.execPath, ${SLEEPER}, { detached: true, stdio: "ignore" });
    ${NOTE}process.pid + " " + pid); for (;;);`,
  "started a daemon that nobody is the parent of": `
    const orphan = spawn("/bin/sh", ["-c", "setsid sleep 1000 & echo $!; exit"], { detached: true });
    return new Promise(() => orphan.stdout.once("data", (pid) => { ${NOTE}process.pid + " " + String(pid).trim()); for (;;); }));`,
};

const source = (body: string) =>
  `const { spawn } = require("node:child_process"); exports.handler = () => { ${body} };`;

async function notedPids(file: string): Promise<number[]> {
  while (!existsSync(file) || readFileSync(file, "utf8") === "") await wait(10);
  return readFileSync(file, "utf8").split(" ").map(Number);
}

(process.platform === "linux" ? describe : describe.skip)("a function that", () => {
  for (const [what, body] of Object.entries(RESTLESS)) {
    it(`${what} leaves no process behind two seconds after kill -9 of the cloud`, async () => {
      const file = join(temporaryDirectory(), "pids");
      const script = join(import.meta.dirname, "host-process.ts");
      const host = spawn(process.execPath, [script, writeCode(source(body)), file], { stdio: "inherit" });
      const pids = await notedPids(file);
      assert.deepEqual(pids.filter(isAlive), pids);
      host.kill("SIGKILL");
      assert.deepEqual(await leftOf(pids), []);
    });

    it(`${what} leaves none when its time is up`, async () => {
      const file = join(temporaryDirectory(), "pids");
      await using demo = deploy(source(body), { timeoutSeconds: 3, environment: { PIDS: file } });
      const answer = demo.invoke();
      const pids = await notedPids(file);
      assert.equal(JSON.parse((await answer).payload).errorType, "Sandbox.Timedout");
      assert.deepEqual(await leftOf(pids), []);
    });
  }
});

describe("what a function writes to its standard output itself", () => {
  it("arrives whole, a megabyte at once, as on Lambda", async () => {
    await using demo = deploy(`
      const { writeSync } = require("node:fs");
      exports.handler = async () => [writeSync(1, "x".repeat(1_000_000) + "\\nnext\\n"), writeSync(2, "y".repeat(1_000_000) + "\\n")];`);
    assert.equal((await demo.invoke()).payload, "[1000006,1000001]");
    while (!demo.log().some((line) => line.startsWith("y"))) await wait(5);
    const lines = demo.log().filter((line) => /^(x+|y+|next)$/.test(line));
    assert.deepEqual(lines.map((line) => line.length).sort(), [1_000_000, 1_000_000, 4].sort());
  });
});
