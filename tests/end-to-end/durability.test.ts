/** What was answered is not lost, and what cannot be used is refused and left as it was. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { FormBrowser } from "../support/form-browser.ts";
import { openShell, type Shell } from "../support/shell.ts";
import { newestCode, signIn, signInUrl, startSignUp } from "../support/sign-up.ts";
import { temporaryDirectory, temporaryProject } from "../support/temporary.ts";

const EMAIL = "ada@example.com";

describe("the local cloud's memory", function () {
  this.timeout(60_000);
  let shell: Shell;
  beforeEach(() => {
    shell = openShell();
  });
  afterEach(() => shell.close());

  it("survives kill -9 right after a sign-up was answered: the person confirms and signs in after a restart", async () => {
    const state = temporaryDirectory();
    const first = await shell.local("--state", state);
    const asked = await startSignUp(new FormBrowser(), signInUrl(first.ready.userPools[0]!), EMAIL);
    first.running.process.kill("SIGKILL");
    assert.ok(asked.forms.some(({ action }) => new URL(action).pathname === "/confirm"));
    await first.running.finished;

    const { ready } = await shell.local("--state", state);
    const [pool] = ready.userPools;
    assert.equal(pool!.id, first.ready.userPools[0]!.id);
    const login = signInUrl(pool!);
    const browser = new FormBrowser();
    const page = await browser.open(login);
    const password = "Correct-horse-7";
    const unconfirmed = await browser.signIn(page, EMAIL, password);
    const done = await browser.submit(unconfirmed, "/confirm", { code: await newestCode(ready, EMAIL) });
    assert.match(String(done.location), /#id_token=/);
    const { idToken } = await signIn(login, EMAIL);
    const answer = await fetch(`${ready.apis[0]!.stages[0]!.url}/transactions`, {
      headers: { authorization: idToken },
    });
    assert.equal(answer.status, 200);
  });

  it("keeps users, keys and addresses by default, and forgets all of them with --ephemeral", async () => {
    const jwks = async (issuer: string) => (await fetch(`${issuer}/.well-known/jwks.json`)).text();
    const seen: string[] = [];
    for (const options of [[], [], ["--ephemeral"]]) {
      const { ready, running } = await shell.local(...options);
      seen.push(await jwks(ready.userPools[0]!.issuer));
      running.process.kill("SIGINT");
      assert.equal((await running.finished).signal, "SIGINT");
    }
    assert.equal(seen[0], seen[1]);
    assert.notEqual(seen[0], seen[2]);
  });
});

describe("demo-auth local, given something that it cannot use,", function () {
  this.timeout(60_000);
  let shell: Shell;
  beforeEach(() => {
    shell = openShell();
  });
  afterEach(() => shell.close());

  interface Failure {
    exitCode: number;
    code: string;
    message: string;
    hint: string;
  }

  async function failure(...args: string[]): Promise<Failure> {
    const { code, stdout, stderr } = await shell.run("local", "--json", ...args);
    assert.equal(stdout, "");
    const { error } = JSON.parse(stderr.trim().split("\n").at(-1)!) as { error: Failure };
    assert.equal(code, error.exitCode);
    return error;
  }

  it("names a taken port and the way around it", async () => {
    const holder = createServer();
    const port = await new Promise<number>((resolve) =>
      holder.listen(0, "127.0.0.1", () => resolve((holder.address() as { port: number }).port)),
    );
    const error = await failure("--ephemeral", "--port", String(port));
    holder.close();
    assert.equal(error.exitCode, 7);
    const who = process.platform === "linux" ? ` by node (pid ${process.pid})` : "";
    assert.equal(error.message, `Port ${port} is taken${who}.`);
    assert.match(error.hint, /--port N/);
  });

  it("refuses a damaged state file and leaves it as it was", async () => {
    const state = temporaryDirectory();
    const file = join(state, "state.db");
    writeFileSync(file, "these are not the users you are looking for, and no database either");
    const error = await failure("--port", "0", "--state", state);
    assert.equal(error.exitCode, 7);
    assert.match(error.message, /state\.db cannot be used/);
    assert.match(error.hint, /mv /);
    assert.match(readFileSync(file, "utf8"), /^these are not/);
  });

  it("names a project or program that is not there", async () => {
    assert.deepEqual((await failure("--project", temporaryDirectory())).exitCode, 3);
    const project = temporaryProject({ "Pulumi.yaml": "name: app\nruntime: nodejs\nmain: gone.js\n" });
    const error = await failure("--project", project);
    assert.equal(error.exitCode, 3);
    assert.match(error.message, /gone\.js does not exist/);
  });

  it("names the key and the mend of a wrong setting, as the program does on AWS", async () => {
    const error = await failure("--port", "0", "--ephemeral", "--project", wrongConfig());
    assert.equal(error.exitCode, 3);
    assert.match(error.message, /demo-auth:profile/);
    assert.match(error.message, /dev.*prod/);
  });

  it("answers as AWS does for functions that throw, hang or return nonsense, and lives on", async () => {
    const { ready } = await shell.local("--ephemeral", "--project", misbehaving());
    const [stage] = ready.apis[0]!.stages;
    const answers: Record<string, [number, string]> = {};
    for (const { path } of stage!.routes) {
      const answer = await fetch(stage!.url + path);
      answers[path] = [answer.status, await answer.text()];
    }
    const broken: [number, string] = [502, '{"message": "Internal server error"}'];
    assert.deepEqual(answers, {
      "/throws": broken,
      "/hangs": broken,
      "/spins": broken,
      "/exits": broken,
      "/nonsense": broken,
      "/slow": [504, '{"message": "Endpoint request timed out"}'],
      "/works": [200, "fine"],
    });
  });
});

/** This repository's program with one wrong setting. */
function wrongConfig(): string {
  const root = join(import.meta.dirname, "../..");
  const main = JSON.stringify(join(root, "infra/index.ts"));
  return temporaryProject({
    "Pulumi.yaml": "name: demo-auth\nruntime: { name: nodejs, options: { typescript: false } }\n",
    "Pulumi.dev.yaml": "config:\n  aws:region: us-east-1\n  demo-auth:profile: staging\n",
    "package.json": '{ "type": "module", "main": "index.js" }',
    "index.js": `await import(${main});`,
  });
}

/** An open API whose functions misbehave, each in its own way. */
function misbehaving(): string {
  const handlers = {
    throws: 'throw new Error("no");',
    hangs: "await new Promise(() => setInterval(() => {}, 1000));",
    spins: "for (;;);",
    exits: "process.exit(1);",
    nonsense: 'return { status: "fine" };',
    slow: "await new Promise((done) => setTimeout(done, 700)); return { statusCode: 200 };",
    works: 'return { statusCode: 200, body: "fine" };',
  };
  const program = `
    const aws = require("@pulumi/aws"); const pulumi = require("@pulumi/pulumi");
    const handlers = ${JSON.stringify(handlers)};
    const api = new aws.apigateway.RestApi("api");
    const integrations = Object.entries(handlers).map(([name, body]) => {
      const f = new aws.lambda.Function(name, {
        runtime: "nodejs24.x", handler: "index.handler", role: "arn:aws:iam::123456789012:role/r", timeout: 1,
        code: new pulumi.asset.AssetArchive({ "index.js": new pulumi.asset.StringAsset("exports.handler = async () => {" + body + "};") }),
      });
      new aws.lambda.Permission(name, { action: "lambda:InvokeFunction", function: f.name, principal: "apigateway.amazonaws.com", sourceArn: pulumi.interpolate\`\${api.executionArn}/*\` });
      const resource = new aws.apigateway.Resource(name, { restApi: api.id, parentId: api.rootResourceId, pathPart: name });
      const method = new aws.apigateway.Method(name, { restApi: api.id, resourceId: resource.id, httpMethod: "GET", authorization: "NONE" });
      return new aws.apigateway.Integration(name, {
        restApi: api.id, resourceId: resource.id, httpMethod: method.httpMethod, type: "AWS_PROXY", integrationHttpMethod: "POST",
        uri: f.invokeArn, timeoutMilliseconds: name === "slow" ? 200 : 5000,
      });
    });
    const deployment = new aws.apigateway.Deployment("d", { restApi: api.id }, { dependsOn: integrations });
    new aws.apigateway.Stage("s", { restApi: api.id, deployment: deployment.id, stageName: "s" });
  `;
  return temporaryProject({
    "Pulumi.yaml": "name: misbehaving\nruntime: { name: nodejs, options: { typescript: false } }\n",
    "package.json": '{ "main": "index.js" }',
    "index.js": program,
  });
}
