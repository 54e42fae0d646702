import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { repository } from "../../support/shell.ts";

const HEAD = `
  import { spawn, spawnSync } from "node:child_process";
  import { once } from "node:events";
  import { setTimeout as wait } from "node:timers/promises";
  import { reapWithUs } from ${JSON.stringify(new URL("../../../local/processes/reaper.ts", import.meta.url).href)};
  const children = () => spawnSync("ps", ["-A", "-o", "pid=,ppid=,comm="]).stdout.toString().split("\\n")
    .map((line) => line.trim().split(/\\s+/)).filter(([, parent, name]) => parent === String(process.pid) && name !== "ps")
    .map(([pid, , name]) => ({ pid: Number(pid), name: name.split("/").at(-1) }));
`;

/** Looks after one process after the other, and tells how many of its own are left each time. */
const PROGRAM = `${HEAD}
  for (let round = 0; round < 2; round++) {
    const child = spawn("sleep", ["60"]);
    const takeBack = reapWithUs(child.pid, "mark" + round);
    console.log(children().map(({ name }) => name).sort().join(" "));
    child.kill("SIGKILL");
    await once(child, "exit");
    takeBack();
    takeBack();
    while (children().length > 0) await wait(50);
    console.log("none");
  }
`;

/** A process that keeps this program's output open for as long as it runs. */
const START = `spawn("sleep", ["60"], { detached: true, stdio: ["ignore", "inherit", "ignore"] })`;

describe("what ends the processes of a cloud that is killed", function () {
  this.timeout(30_000);
  before(function () {
    if (process.platform === "win32") this.skip();
  });

  it("is there while there is a process to look after, and not beyond", () => {
    const said = execFileSync(process.execPath, ["--input-type=module", "-e", PROGRAM], {
      cwd: repository,
      encoding: "utf8",
    });
    assert.deepEqual(said.trim().split("\n"), ["sh sleep", "none", "sh sleep", "none"]);
  });

  /** @returns once nothing has its output open any more, and in less time than what it started sleeps */
  const killed = (program: string) => {
    const { signal, error } = spawnSync(
      process.execPath,
      ["--input-type=module", "-e", `${HEAD}${program}\nprocess.kill(process.pid, "SIGKILL");`],
      { cwd: repository, timeout: 20_000 },
    );
    assert.deepEqual([error, signal], [undefined, "SIGKILL"]);
  };

  it("ends a process that has got the number of one which is taken back later", () =>
    killed(`
      const { pid } = ${START};
      const takeBack = reapWithUs(pid, "first");
      reapWithUs(pid, "second");
      takeBack();
    `));

  it("is started again when somebody has ended it, and told of every process", () =>
    killed(`
      reapWithUs(${START}.pid, "first");
      process.kill(children().find(({ name }) => name === "sh").pid, "SIGKILL");
      while (children().some(({ name }) => name === "sh")) await wait(50);
      reapWithUs(${START}.pid, "second");
    `));
});
