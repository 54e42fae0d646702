/** A start that finds something taken says who has it. */
import { deepEqual, equal, match } from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { openShell, repository } from "../support/shell.ts";

const project = ["--project", join(repository, "tests/fixtures/plain-javascript")];

describe("demo-auth local, when something is taken", function () {
  this.timeout(60_000);

  it("names the local cloud that has the port or the state, and its console", async () => {
    const shell = openShell();
    try {
      const { ready } = await shell.local(...project);
      const { port } = new URL(ready.console);
      const who = `taken by the local cloud ${ready.project.name}/dev (pid ${ready.pid}), whose console is ${ready.console}.`;
      const other = await shell.run("local", ...project, "--ephemeral", "--port", port);
      deepEqual([other.code, other.stdout], [7, ""]);
      match(other.stderr, new RegExp(`^✗ Port ${port} is ${who.replace(/[().]/g, "\\$&")}$`, "m"));
      const same = await shell.run("local", ...project, "--port", "0");
      equal(same.code, 7);
      match(same.stderr, new RegExp(`^✗ The state in \\S+state\\.db is ${who.replace(/[().]/g, "\\$&")}$`, "m"));
    } finally {
      await shell.close();
    }
  });

  if (process.platform === "linux") {
    it("names another program that has the port", async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const { port } = server.address() as AddressInfo;
      const shell = openShell();
      try {
        const { code, stderr } = await shell.run("local", ...project, "--ephemeral", "--port", String(port));
        equal(code, 7);
        match(stderr, new RegExp(`^✗ Port ${port} is taken by \\S+ \\(pid ${process.pid}\\)\\.$`, "m"));
      } finally {
        server.close();
        await shell.close();
      }
    });
  }
});
