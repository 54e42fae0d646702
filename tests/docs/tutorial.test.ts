/** Somebody follows the documents from the top with copy and paste: every box is run, in order, as it stands. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { listenOnLoopback } from "../../local/http/loopback.ts";
import { repository } from "../support/shell.ts";
import { temporaryDirectory } from "../support/temporary.ts";

interface Box {
  background: boolean;
  commands: string;
}

function boxesOf(document: string): Box[] {
  const text = readFileSync(join(repository, document), "utf8");
  return [...text.matchAll(/^```sh( background)?\n(.*?)^```$/gms)].map(([, background, commands]) => ({
    background: background !== undefined,
    commands: commands!,
  }));
}

/** The ports of the document, unless somebody on this machine has them: then three others in a row. */
async function freeBase(): Promise<number> {
  for (let base = 4510; ; base = 20_000 + Math.floor(Math.random() * 20_000)) {
    const servers = await Promise.allSettled([0, 1, 2].map((offset) => listenOnLoopback(base + offset)));
    for (const server of servers) if (server.status === "fulfilled") await server.value.close();
    if (servers.every(({ status }) => status === "fulfilled")) return base;
  }
}

describe("docs/tutorial.md, followed with copy and paste,", function () {
  this.timeout(120_000);
  const started: ChildProcess[] = [];
  const home = join(temporaryDirectory(), "home");
  let base: number;
  const bash = (commands: string) =>
    spawn("bash", ["-euo", "pipefail", "-c", commands], {
      cwd: repository,
      // A group of its own: npx passes no signal on to what it starts.
      detached: true,
      env: {
        ...process.env,
        DEMO_AUTH_HOME: home,
        DEMO_AUTH_BROWSER: `${process.execPath} ${join(import.meta.dirname, "person-browser.ts")} http://127.0.0.1:${base}`,
      },
    });

  before(async () => {
    base = await freeBase();
  });

  after(() => {
    for (const { pid } of started) process.kill(-pid!, "SIGTERM");
  });

  function run(commands: string): Promise<{ code: number | null; output: string }> {
    return new Promise((resolve) => {
      const child = bash(commands);
      let output = "";
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
      child.once("close", (code) => resolve({ code, output }));
    });
  }

  /** A box that goes on in a terminal of its own; not at a terminal, the cloud says in one line that it is ready. */
  function runInBackground(commands: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const child = bash(`exec ${commands.trim()}`);
      started.push(child);
      let output = "";
      for (const stream of [child.stdout, child.stderr])
        stream.on("data", (chunk) => {
          output += chunk;
          if (output.includes('"event":"ready"')) resolve();
        });
      child.once("close", (code) => reject(new Error(`ended with ${code}: ${output}`)));
    });
  }

  it("leads from the installation to the protected answer", async () => {
    const said: string[] = [];
    for (const { background, commands: written } of boxesOf("docs/tutorial.md")) {
      const commands =
        base === 4510
          ? written
          : written.replace("demo-auth local", `demo-auth local --port ${base}`).replaceAll(":4512/", `:${base + 2}/`);
      // What is installed here is what `npm ci` installs.
      if (commands === "npm ci\n") continue;
      if (background) await runInBackground(commands);
      else {
        const { code, output } = await run(commands);
        assert.equal(code, 0, `${commands}\n${output}`);
        said.push(output);
      }
    }
    const [refused, signIn, authorizer, answer, curl, capital] = said;
    assert.match(refused!, /exit code 4\n401\n/);
    assert.match(signIn!, /Signed in as paste@example\.com/);
    assert.match(authorizer!, /token_use +id/);
    for (const body of [answer, curl, capital]) assert.match(body!, /"email": ?"paste@example\.com"/);
    assert.match(capital!, /calling \/transactions/);
  });
});
