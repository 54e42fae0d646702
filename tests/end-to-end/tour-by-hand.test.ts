/** `npm start` at a terminal: a person in a browser, who reads each code where the tour prints it. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import type { PassThrough } from "node:stream";
import { startAnnounced } from "../../cli/commands/local/local-cloud.ts";
import { FormBrowser } from "../../cli/commands/tour/form-browser.ts";
import { run } from "../../cli/run.ts";
import type { World } from "../../cli/shared/world.ts";
import { finishCallback } from "../cli/support/cli.ts";
import { type TestWorld, testWorld } from "../cli/support/world.ts";
import { repository } from "../support/shell.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const PERSON = { username: "hand@example.com", password: "Correct-horse-7" };

/** What the terminal shows, once it fits. */
async function shown(world: TestWorld, pattern: RegExp): Promise<RegExpMatchArray> {
  for (;;) {
    const found = world.written.stdout.match(pattern);
    if (found) return found;
    await once(world.stdout as PassThrough, "data");
  }
}

/** Signs up as a person would who has nothing but the browser and this terminal. */
async function signUp(world: TestWorld, url: string): Promise<void> {
  const browser = new FormBrowser();
  const signIn = await browser.open(url, () => true);
  const [, href = ""] = /href="(\/signup\?[^"]*)"/.exec(signIn.text) ?? [];
  const page = await browser.open(new URL(href.replaceAll("&amp;", "&"), signIn.url).href);
  const confirm = await browser.submit(page, "/signup", PERSON);
  const [, code = ""] = await shown(world, /mailed to hand@example\.com: code (\S+)/);
  const { location } = await browser.submit(confirm, "/confirm", { code });
  ok(location, "the code that the tour printed is the one that was mailed");
  equal((await finishCallback(new URL(location))).ok, true);
}

describe("the tour at a terminal", function () {
  this.timeout(60_000);
  let home: string;
  beforeEach(() => {
    home = join(temporaryDirectory(), "home");
  });

  function terminal(...args: string[]) {
    const ended = { code: 0, signals: [] as string[] };
    const astray = Promise.withResolvers<never>();
    const changes: Partial<World> = {
      arguments: ["tour", "--project", repository, ...args],
      env: { ...process.env, CI: undefined, DISPLAY: ":0", DEMO_AUTH_HOME: home },
      workingDirectory: repository,
      async openBrowser(url) {
        signUp(world, url).catch(astray.reject);
        return { failed: new Promise(() => {}) };
      },
      interrupted: async () => "SIGINT",
      dieBySignal: (signal) => void ended.signals.push(signal),
      setExitCode: (code) => {
        ended.code = code;
      },
    };
    const world = testWorld(home, changes);
    world.stdout.isTTY = true;
    return { world, ended, tour: () => Promise.race([run(world), astray.promise]) };
  }

  it("uses the cloud that runs here already, prints each code as it is mailed, and leaves the cloud running", async () => {
    const { world, ended, tour } = terminal();
    const cloud = await startAnnounced(world, {
      projectDirectory: repository,
      stack: "dev",
      port: 0,
      stateDirectory: undefined,
      environment: process.env,
    });
    try {
      await tour();
      const { stdout, stderr } = world.written;
      deepEqual(ended, { code: 0, signals: [] }, stderr);
      match(stderr, new RegExp(`The local cloud that runs here already is used \\(pid ${process.pid}\\)`));
      match(stdout, /HTTP 401 Unauthorized[\s\S]*signed in as hand@example\.com[\s\S]*HTTP 200 OK/);
      deepEqual(stdout.match(/: code \S+/g), [`: code ${cloud.messages().at(-1)!.code}`]);
      equal((await fetch(cloud.ready.console)).status, 200);
    } finally {
      await cloud.close();
    }
  });

  it("takes free ports when those of demo-auth local are taken, keeps running, and ends with Ctrl-C", async () => {
    // Whoever has it already keeps it: it is taken either way.
    const holder: Server = createServer().on("error", () => {});
    await Promise.race([once(holder.listen(4510, "127.0.0.1"), "listening"), once(holder, "error")]);
    try {
      const { world, ended, tour } = terminal();
      await tour();
      const { stdout, stderr } = world.written;
      match(stderr, /Port 4510 or one that follows it is taken, so free ones are used\./);
      deepEqual(ended, { code: 0, signals: ["SIGINT"] }, stderr);
      match(stdout, /mailed to hand@example\.com: code \S+[\s\S]*HTTP 200 OK[\s\S]*this cloud runs until Ctrl-C/);
      const [, console = ""] = /console +(http:\S+)/.exec(stdout) ?? [];
      await fetch(console).then(
        () => ok(false, "it still answers"),
        () => undefined,
      );
      deepEqual(readdirSync(join(home, "local", "running")), []);
    } finally {
      holder.close();
    }
  });
});
