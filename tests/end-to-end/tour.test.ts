/** `npm start`, as a newcomer without a terminal gets it. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openShell, repository, type Shell } from "../support/shell.ts";
import { temporaryProject } from "../support/temporary.ts";

describe("the tour", function () {
  this.timeout(60_000);
  let shell: Shell;
  beforeEach(() => {
    shell = openShell();
  });
  afterEach(() => shell.close());

  it("is what npm start runs", () => {
    const { scripts } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));
    assert.equal(scripts.start, "node cli/main.ts tour");
  });

  it("shows the API open, the authorizer deployed, a refusal, a sign-up and an answer, ends with 0 and leaves nothing that runs", async () => {
    const { code, stdout, stderr } = await shell.run("tour");
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /GET \/transactions, open to everybody.*HTTP 200 OK.*"anonymous".*Deploy again.*HTTP 401 Unauthorized/s,
    );
    assert.match(stderr, /api is open: its authorization is none/);
    assert.match(stdout, /HTTP 401 Unauthorized.*\/signup.*\/callback.*HTTP 200 OK.*ada@example\.com.*npx pulumi up/s);
    assert.doesNotMatch(stdout + stderr, /eyJ[\w-]+\.[\w-]+\.[\w-]+/, "a token was shown");
    assert.deepEqual(readdirSync(join(shell.home, "local", "running")), []);
    assert.equal((await shell.run("status", "--target", "local")).code, 3, "no cloud is left to talk to");
  });

  it("walks what the hardened stack has: an account that an administrator made, a new password, a second factor", async () => {
    const { code, stdout, stderr } = await shell.run("tour", "--stack", "prod");
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stdout + stderr, /open to everybody|is open/, "this stack is never deployed open");
    assert.match(
      stdout,
      /HTTP 401.*has no sign-up; an administrator makes.*chooses a password.*authenticator app.*a code in the query.*HTTP 200 OK/s,
    );
  });

  it("is one JSON document with --json, and keeps its state where --state says", async () => {
    const state = join(shell.home, "kept");
    const { code, stdout, stderr } = await shell.run("tour", "--json", "--port", "0", "--state", state);
    assert.equal(code, 0, stderr);
    const { ok, steps } = JSON.parse(stdout) as { ok: boolean; steps: { title: string; lines: string[] }[] };
    assert.deepEqual([ok, steps.length], [true, 8]);
    const answers = steps.flatMap(({ lines }) => lines).filter((line) => line.startsWith("HTTP "));
    assert.deepEqual(answers, ["HTTP 200 OK", "HTTP 401 Unauthorized", "HTTP 200 OK"]);
    assert.ok(readdirSync(state).length > 0);
  });

  it("says what it needs in a project that has no protected route", async () => {
    const project = temporaryProject({
      "Pulumi.yaml": "name: app\nruntime: { name: nodejs, options: { typescript: false } }\n",
      "package.json": '{ "main": "index.js" }',
      "index.js": 'const aws = require("@pulumi/aws"); new aws.cognito.UserPool("p");',
    });
    const { code, stderr } = await shell.run("tour", "--project", project);
    assert.equal(code, 3);
    assert.match(stderr, /no GET method behind a Cognito authorizer/);
  });
});
