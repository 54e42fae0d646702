/** `demo-auth logs --follow` beside a running cloud, and what a start says to programs. */
import { deepEqual, equal, match } from "node:assert/strict";
import { join } from "node:path";
import { openShell, repository, type Shell } from "../support/shell.ts";
import { temporaryProject } from "../support/temporary.ts";

describe("demo-auth logs --follow", function () {
  this.timeout(60_000);
  let shell: Shell;
  beforeEach(() => {
    shell = openShell();
  });
  afterEach(() => shell.close());

  it("shows what happens as it happens, ends by Ctrl-C as a signal does, and says when the cloud has ended", async () => {
    const project = ["--project", join(repository, "tests/fixtures/people-and-machines"), "--ephemeral"];
    const { ready, running } = await shell.local(...project);
    const [stage] = ready.apis[0]!.stages;
    const ask = (path: string) => fetch(`${stage!.url}/${path}`);

    const quiet = await shell.run("logs", "--target", `local:${ready.pid}`);
    deepEqual([quiet.code, quiet.stdout], [0, ""]);
    match(quiet.stderr, /\nNothing has happened there yet\.\n$/);
    await ask("before");
    // The program has several app clients: none of them says which requests there were.
    const following = ["logs", "--target", `local:${ready.pid}`, "--follow"];
    const interrupted = shell.start(...following);
    const patient = shell.start(...following);
    match(await interrupted.line("stdout", /before/), /^\d\d:\d\d:\d\d 403 GET .*\/before .*— ./);
    await patient.line("stdout", /before/);
    await ask("meanwhile");
    match(await interrupted.line("stdout", /meanwhile/), /^\d\d:\d\d:\d\d 403 GET /);
    interrupted.process.kill("SIGINT");
    deepEqual(await interrupted.finished.then(({ code, signal }) => [code, signal]), [null, "SIGINT"]);

    running.process.kill("SIGKILL");
    const ended = await patient.finished;
    equal(ended.code, 0);
    match(ended.stderr, /The local cloud has ended\.\n$/);
  });

  it("says nothing but JSON to a program: no warning of a region beside the ready line", async () => {
    const folder = temporaryProject({
      "Pulumi.yaml": "name: app\nruntime: { name: nodejs, options: { typescript: false } }\n",
      "package.json": '{ "main": "index.js" }',
      "index.js": 'const aws = require("@pulumi/aws"); new aws.cognito.UserPool("p");',
    });
    const args = ["local", "--project", folder, "--ephemeral", "--port", "0"];
    const forPeople = shell.start(...args);
    await forPeople.line("stderr", /No AWS region is configured/);
    const forPrograms = shell.start(...args, "--json");
    await forPrograms.line("stdout", /"event":"ready"/);
    for (const { process: child } of [forPeople, forPrograms]) child.kill("SIGTERM");
    const { stdout, stderr } = await forPrograms.finished;
    equal(stderr, "");
    for (const line of stdout.trim().split("\n")) equal(typeof JSON.parse(line).event, "string");
  });
});
