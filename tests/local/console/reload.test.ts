/** A program that changes while its cloud runs: what it now declares takes over, and nothing that people have is lost. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { CloudEvent } from "../../../local/platform.ts";
import { type LocalCloud, startLocalCloud } from "../../../local/start.ts";
import { FormBrowser, redirectParameters } from "../../support/form-browser.ts";
import { openShell, type Shell } from "../../support/shell.ts";
import { newestCode, signIn, signInUrl, signUp, startSignUp } from "../../support/sign-up.ts";
import { temporaryProject } from "../../support/temporary.ts";

const PROJECT = {
  "Pulumi.yaml": "name: changing\nruntime: { name: nodejs, options: { typescript: false } }\n",
  "package.json": '{ "main": "index.js" }',
};

/** A pool, and APIs with one guarded route each; every function answers with what its body returns. */
function program(apis: Record<string, string>): string {
  return `
    const aws = require("@pulumi/aws"); const pulumi = require("@pulumi/pulumi");
    const pool = new aws.cognito.UserPool("pool", { usernameAttributes: ["email"], autoVerifiedAttributes: ["email"] });
    new aws.cognito.UserPoolDomain("domain", { userPoolId: pool.id, domain: "changing" });
    new aws.cognito.UserPoolClient("client", {
      userPoolId: pool.id, allowedOauthFlowsUserPoolClient: true, allowedOauthFlows: ["implicit"],
      allowedOauthScopes: ["openid", "email"], callbackUrls: ["http://localhost:1/"], supportedIdentityProviders: ["COGNITO"],
    });
    for (const [name, body] of Object.entries(${JSON.stringify(apis)})) {
      const f = new aws.lambda.Function(name, {
        runtime: "nodejs24.x", handler: "index.handler", role: "arn:aws:iam::123456789012:role/r", timeout: 30,
        code: new pulumi.asset.AssetArchive({ "index.js": new pulumi.asset.StringAsset("exports.handler = async () => {" + body + "};") }),
      });
      const api = new aws.apigateway.RestApi(name, { name });
      new aws.lambda.Permission(name, { action: "lambda:InvokeFunction", function: f.name, principal: "apigateway.amazonaws.com", sourceArn: pulumi.interpolate\`\${api.executionArn}/*\` });
      const resource = new aws.apigateway.Resource(name, { restApi: api.id, parentId: api.rootResourceId, pathPart: "it" });
      const authorizer = new aws.apigateway.Authorizer(name, { restApi: api.id, type: "COGNITO_USER_POOLS", providerArns: [pool.arn] });
      const method = new aws.apigateway.Method(name, { restApi: api.id, resourceId: resource.id, httpMethod: "GET", authorization: "COGNITO_USER_POOLS", authorizerId: authorizer.id });
      const integration = new aws.apigateway.Integration(name, {
        restApi: api.id, resourceId: resource.id, httpMethod: method.httpMethod, type: "AWS_PROXY", integrationHttpMethod: "POST", uri: f.invokeArn,
      });
      const deployment = new aws.apigateway.Deployment(name, { restApi: api.id }, { dependsOn: [integration] });
      new aws.apigateway.Stage(name, { restApi: api.id, deployment: deployment.id, stageName: "s" });
    }
    exports.names = ${JSON.stringify(Object.keys(apis).join())};
  `;
}

const says = (text: string) => `return { statusCode: 200, body: ${JSON.stringify(text)} };`;

describe("a reload", function () {
  this.timeout(120_000);
  let directory: string;
  let cloud: LocalCloud;
  const events: CloudEvent[] = [];
  const url = (name: string) => `${cloud.ready.apis.find((api) => api.name === name)!.stages[0]!.url}/it`;
  const call = async (address: string, token: string) => {
    const answer = await fetch(address, { headers: { authorization: token } });
    return [answer.status, await answer.text()];
  };

  let running: string;
  /** Lets the program be one with these APIs. */
  const declare = async (apis: Record<string, string>) => {
    const text = program(apis);
    writeFileSync(join(directory, "index.js"), text);
    if (text !== running) await cloud.reload();
    running = text;
    events.length = 0;
  };

  before(async () => {
    running = program({ first: says("one") });
    directory = temporaryProject({ ...PROJECT, "index.js": running });
    cloud = await startLocalCloud({
      projectDirectory: directory,
      ...{ stack: "dev", port: 0, stateDirectory: undefined, environment: process.env },
      onEvent: (event) => events.push(event),
    });
  });
  after(() => cloud?.close());

  it("serves the changed function and a new API; users, sessions, tokens, keys and addresses stay", async () => {
    await declare({ first: says("one") });
    const before = cloud.ready;
    const login = signInUrl(before.userPools[0]!);
    const browser = new FormBrowser();
    const asked = await startSignUp(browser, login, "ada@example.com");
    const code = await newestCode(before, "ada@example.com");
    const { location } = await browser.submit(asked, "/confirm", { code });
    const { id_token: idToken = "" } = redirectParameters(location);
    assert.deepEqual(await call(url("first"), idToken), [200, "one"]);

    running = program({ first: says("two"), second: says("new") });
    writeFileSync(join(directory, "index.js"), running);
    const after = await cloud.reload();
    assert.equal(after, cloud.ready);
    assert.deepEqual(after.userPools, before.userPools);
    assert.deepEqual(
      after.apis.find(({ name }) => name === "first"),
      before.apis[0],
    );
    assert.deepEqual(await call(url("first"), idToken), [200, "two"]);
    assert.deepEqual(await call(url("second"), idToken), [200, "new"]);
    const again = await browser.request(login.replace("/login?", "/oauth2/authorize?"));
    assert.ok(redirectParameters(again.location).id_token, "the browser is still signed in");
    assert.ok((await signIn(login, "ada@example.com")).idToken, "the password is still the same");
    const described = await (await fetch(`${after.console}/api/cloud`)).json();
    assert.deepEqual(described, JSON.parse(JSON.stringify(after)));
    const outcomes = events.flatMap((event) => (event.kind === "program" ? [event.outcome] : []));
    assert.deepEqual(outcomes, ["evaluating", "running"]);
  });

  it("lets the request that is being answered end in the function that took it", async () => {
    const { idToken } = await signUp(cloud.ready, "grace@example.com");
    const arrived = Promise.withResolvers<() => void>();
    const gate = createServer((_request, response) => arrived.resolve(() => response.end()));
    await new Promise<void>((resolve) => gate.listen(0, "127.0.0.1", resolve));
    const { port } = gate.address() as AddressInfo;
    try {
      await declare({ first: `await (await fetch("http://127.0.0.1:${port}")).text(); ${says("old")}` });
      const waiting = call(url("first"), idToken);
      const open = await arrived.promise;
      await declare({ first: says("new") });
      assert.deepEqual(await call(url("first"), idToken), [200, "new"]);
      open();
      assert.deepEqual(await waiting, [200, "old"]);
    } finally {
      gate.close();
      gate.closeAllConnections();
    }
  });

  it("of a broken program changes nothing and says what is wrong", async () => {
    await declare({ first: says("new") });
    const { idToken } = await signUp(cloud.ready, "alan@example.com");
    const before = cloud.ready;
    writeFileSync(join(directory, "index.js"), 'throw new Error("half an edit");');
    await assert.rejects(cloud.reload(), /half an edit/);
    assert.equal(cloud.ready, before);
    assert.deepEqual(await call(url("first"), idToken), [200, "new"]);
    const [failed] = events.filter((event) => event.kind === "program" && event.outcome === "failed");
    assert.match(String((failed as { reason?: string } | undefined)?.reason), /half an edit/);
  });

  it("takes an API away, and gives it the same address when it comes back", async () => {
    await declare({ first: says("new") });
    const { idToken } = await signUp(cloud.ready, "edsger@example.com");
    const address = url("first");
    await declare({ other: says("other") });
    assert.deepEqual(await call(address, idToken), [503, "The program no longer declares this.\n"]);
    assert.deepEqual(await call(url("other"), idToken), [200, "other"]);
    await declare({ first: says("new") });
    assert.equal(url("first"), address);
    assert.deepEqual(await call(address, idToken), [200, "new"]);
  });
});

describe("demo-auth local --watch", function () {
  this.timeout(120_000);
  let shell: Shell;
  beforeEach(() => {
    shell = openShell();
  });
  afterEach(() => shell.close());

  it("takes each edit over, outlives a broken one, and reports both a line each", async () => {
    const directory = temporaryProject({ ...PROJECT, "index.js": program({ first: says("one") }) });
    const { ready, running } = await shell.local("--watch", "--ephemeral", "--project", directory);
    const { idToken } = await signUp(ready, "ada@example.com");
    const url = `${ready.apis[0]!.stages[0]!.url}/it`;
    const body = async () => (await fetch(url, { headers: { authorization: idToken } })).text();

    writeFileSync(join(directory, "index.js"), 'throw new Error("half an edit");');
    const failure = JSON.parse(await running.line("stdout", /"event":"reload-failed"/));
    assert.equal(failure.error.code, "program_failed");
    assert.match(failure.error.message, /half an edit/);
    assert.equal(await body(), "one");

    writeFileSync(join(directory, "index.js"), program({ first: says("two"), second: says("new") }));
    const reloaded = JSON.parse(await running.line("stdout", /"event":"reloaded"/));
    assert.equal(reloaded.outputs.names, "first,second");
    assert.equal(reloaded.console, ready.console);
    assert.equal(await body(), "two");
  });
});
