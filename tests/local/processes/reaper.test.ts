import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { repository } from "../../support/shell.ts";

/** Looks after one process after the other, and tells how many of its own are left each time. */
const PROGRAM = `
  import { spawn, spawnSync } from "node:child_process";
  import { once } from "node:events";
  import { setTimeout as wait } from "node:timers/promises";
  import { reapWithUs } from ${JSON.stringify(new URL("../../../local/processes/reaper.ts", import.meta.url).href)};
  const children = () => spawnSync("ps", ["-A", "-o", "ppid=,comm="]).stdout.toString().split("\\n")
    .filter((line) => line.trim().startsWith(process.pid + " ") && !line.endsWith(" ps")).map((line) => line.trim().split(/[ /]/).at(-1));
  for (let round = 0; round < 2; round++) {
    const child = spawn("sleep", ["60"]);
    const takeBack = reapWithUs(child.pid, "mark" + round);
    console.log(children().sort().join(" "));
    child.kill("SIGKILL");
    await once(child, "exit");
    takeBack();
    takeBack();
    while (children().length > 0) await wait(50);
    console.log("none");
  }
`;

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
});
