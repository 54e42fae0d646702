/** What can go wrong around a cloud, and what a person is told: a sentence and a way out, and nothing that grows. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { consoleListener } from "../../local/console/console.ts";
import { eventLine } from "../../local/console/event-line.ts";
import { EventLog } from "../../local/console/event-log.ts";
import { Archive, Asset } from "../../local/engine/values.ts";
import { listenOnLoopback } from "../../local/http/loopback.ts";
import { unpackArchive } from "../../local/resources/archive.ts";
import { type LocalCloudOptions, startLocalCloud } from "../../local/start.ts";
import { openStateFolder, temporaryStateFolder } from "../../local/store/state-folder.ts";
import { repository } from "../support/shell.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { recordedPlatform } from "./lambda/recorded-platform.ts";

const options = (stateDirectory: string, more: Partial<LocalCloudOptions> = {}): LocalCloudOptions => ({
  projectDirectory: join(repository, "tests/fixtures/plain-javascript"),
  ...{ stack: "dev", port: 0, stateDirectory, environment: process.env },
  ...more,
});

async function startAndStop(...given: Parameters<typeof options>): Promise<void> {
  await (await startLocalCloud(options(...given))).close();
}

describe("a console tab that does not read", () => {
  it("costs a thousand events and no more, and is told how many it missed", async () => {
    const events = new EventLog();
    const platform = recordedPlatform();
    const server = await listenOnLoopback(0);
    const generation = { lambda: async () => undefined, cognito: { identityProvider: async () => undefined } };
    server.handle(consoleListener({ current: () => generation as never, events, platform }));
    const tab = connect(server.port, "127.0.0.1");
    tab.write(`GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`);
    await new Promise((resolve) => tab.once("data", resolve));
    tab.pause();
    const line = "x".repeat(1000);
    const sent = 50_000;
    for (let at = 0; at < sent; at++) {
      events.emit({ kind: "function-log", at, functionName: "busy", line });
      // What the network takes without being read is taken in between.
      if (at % 1000 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    let heard = "";
    tab.setEncoding("utf8").on("data", (text) => {
      heard += text;
    });
    tab.resume();
    while (!heard.includes("event: missed")) await new Promise((resolve) => tab.once("data", resolve));
    const missed = Number(/event: missed\s+data: \{"count":(\d+)\}/.exec(heard)![1]);
    const received = heard.match(/event: function-log/g)!.length;
    assert.equal(received + missed, sent);
    assert.ok(received < 15_000, `${received} of ${sent} were kept for it`);
    tab.destroy();
    await server.close();
  });
});

(process.platform === "win32" ? describe.skip : describe)("the state folder", () => {
  it("is refused when other users may write to it, with the way out", async () => {
    const folder = join(temporaryDirectory(), "state");
    mkdirSync(folder);
    chmodSync(folder, 0o777);
    await assert.rejects(startLocalCloud(options(folder)), {
      code: "state_unusable",
      message: `The local cloud's state in ${folder} cannot be used: other users may write to it.`,
    });
    chmodSync(folder, 0o700);
    writeFileSync(join(folder, "state.db"), "");
    chmodSync(join(folder, "state.db"), 0o666);
    assert.throws(() => openStateFolder(folder), { message: /state\.db cannot be used: other users may write to it/ });
  });

  if (process.getuid?.() === 0) {
    it("is refused when another user owns it", () => {
      const folder = temporaryDirectory();
      spawnSync("chown", ["65534", folder]);
      assert.throws(() => openStateFolder(folder), { message: /cannot be used: it belongs to another user/ });
    });
  }

  it("with a damaged signing key says so, and leaves it as it is", async () => {
    const folder = temporaryDirectory();
    const cloud = await startLocalCloud(options(folder));
    // The keys are made by then.
    await fetch(`${cloud.ready.userPools[0]!.issuer}/.well-known/jwks.json`);
    await cloud.close();
    const file = join(folder, "state.db");
    const db = new DatabaseSync(file);
    db.exec("UPDATE cognito_keys SET private_key = 'not a key'");
    db.close();
    await assert.rejects(startAndStop(folder), {
      code: "state_unusable",
      message: /state\.db cannot be used: the signing keys of user pool us-\S+ are damaged\.$/,
      next: `Move it away to start afresh: mv '${file}' '${file}.damaged'`,
    });
  });

  it("with a damaged certificate authority says so", async () => {
    const folder = temporaryDirectory();
    await startAndStop(folder, { https: true });
    writeFileSync(join(folder, "tls/ca.key"), "not a key");
    await assert.rejects(startAndStop(folder, { https: true }), {
      code: "state_unusable",
      message: /the certificate authority in it is damaged\.$/,
    });
  });
});

describe("what a cloud lays out", () => {
  const archive = () => Object.assign(new Archive({}), { assets: { "index.js": new Asset({ text: "good" }) } });

  it("is compared with what was deployed before it runs again", () => {
    const target = join(temporaryDirectory(), "functions");
    const folder = unpackArchive(archive(), ".", target);
    for (const tamper of [
      () => writeFileSync(join(folder, "index.js"), "evil"),
      () => writeFileSync(join(folder, "more.js"), "evil"),
    ]) {
      tamper();
      assert.equal(unpackArchive(archive(), ".", target), folder);
      assert.deepEqual([readdirSync(folder), readFileSync(join(folder, "index.js"), "utf8")], [["index.js"], "good"]);
    }
  });

  it("is swept when the process that made it has died, and only then", () => {
    const { pid } = spawnSync(process.execPath, ["-e", ""]);
    const left = join(tmpdir(), `demo-auth-${pid}-abc123`);
    const used = join(tmpdir(), `demo-auth-${process.pid}-abc123`);
    for (const folder of [left, used]) mkdirSync(join(folder, "functions"), { recursive: true });
    const mine = temporaryStateFolder();
    assert.deepEqual([existsSync(left), existsSync(used), existsSync(mine)], [false, true, true]);
    for (const folder of [used, mine]) spawnSync("rm", ["-r", folder]);
  });
});

describe("a line about what a page sent", () => {
  const request = (path: string) =>
    eventLine({
      kind: "api-request",
      ...{ at: 0, apiId: "a", requestId: "r", stage: "s", method: "GET", path, status: 403, durationMs: 1 },
      ...{ principal: undefined, reason: undefined },
    })!;

  it("neither steers the terminal nor turns its direction around", () => {
    assert.equal(request("/a\u001b[2J\u202e\u2066b\u061c\u0007\r\nc\u2028d"), "403 GET /a b c d (1 ms)");
  });

  it("is short", () => {
    assert.equal(request(`/${"a".repeat(8000)}`).length, "403 GET  (1 ms)".length + 201);
  });
});
