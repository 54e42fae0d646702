/** Pulumi programs that know nothing of demo-auth run under `demo-auth local --project` unchanged. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { openShell, repository, type Shell } from "../support/shell.ts";
import { signUp } from "../support/sign-up.ts";
import { temporaryProject } from "../support/temporary.ts";

describe("a Pulumi program of somebody else's", function () {
  this.timeout(120_000);
  let shell: Shell;
  beforeEach(() => {
    shell = openShell();
  });
  afterEach(() => shell.close());

  it("in CommonJS JavaScript, with one pool and one route, is served as it stands", async () => {
    const { ready } = await shell.local(
      "--ephemeral",
      "--project",
      join(repository, "tests/fixtures/plain-javascript"),
    );
    const [pool] = ready.userPools;
    assert.equal(ready.project.name, "plain");
    assert.deepEqual(ready.apis[0]?.stages[0]?.routes, [
      { method: "GET", path: "/books", authorization: "COGNITO_USER_POOLS", scopes: [] },
    ]);
    const url = `${ready.apis[0]!.stages[0]!.url}/books`;
    assert.deepEqual(ready.outputs, {
      url,
      pool: pool!.id,
      client: pool!.clients[0]!.id,
      signIn: `${pool!.hostedUi}/login`,
    });
    assert.equal((await fetch(url)).status, 401);
    const { idToken } = await signUp(ready, "reader@example.com");
    const answer = await fetch(url, { headers: { authorization: idToken } });
    assert.deepEqual([answer.status, await answer.json()], [200, { books: [], for: "reader@example.com" }]);
  });

  it("in TypeScript, with a component, two routes, a scope and a second app client, is served as it stands", async () => {
    const fixture = join(repository, "tests/fixtures/two-routes");
    const { ready, running } = await shell.local("--ephemeral", "--project", fixture, "--stack", "test");
    const [pool] = ready.userPools;
    const [stage] = ready.apis[0]!.stages;
    assert.match(pool!.id, /^eu-west-1_/);
    assert.deepEqual(
      pool!.clients.map(({ name }) => name),
      ["Reader", "Writer"],
    );
    assert.deepEqual(
      stage!.routes.toSorted((a, b) => a.path.localeCompare(b.path)),
      [
        { method: "POST", path: "/baskets", authorization: "COGNITO_USER_POOLS", scopes: ["orders/write"] },
        { method: "GET", path: "/orders", authorization: "COGNITO_USER_POOLS", scopes: [] },
      ],
    );
    assert.equal(ready.outputs.hidden, "[secret]");

    const reader = await signUp(ready, "reader@example.com", "Reader");
    const writer = await signUp(ready, "writer@example.com", "Writer");
    const orders = await fetch(`${stage!.url}/orders`, { headers: { authorization: reader.idToken } });
    assert.deepEqual(await orders.json(), {
      greeting: "Good day",
      // A function sees the issuer that it would compute from the pool's id.
      issuer: `https://cognito-idp.${pool!.id.split("_")[0]}.amazonaws.com/${pool!.id}`,
      path: "/orders",
      method: "GET",
    });
    const basket = (token: string) =>
      fetch(`${stage!.url}/baskets`, { method: "POST", headers: { authorization: token } }).then(
        ({ status }) => status,
      );
    assert.equal(await basket(writer.accessToken), 200);
    assert.equal(await basket(reader.accessToken), 401, "an access token without the scope");
    assert.equal(await basket(writer.idToken), 401, "an ID token where a scope is asked for");

    running.process.kill("SIGTERM");
    assert.equal((await running.finished).signal, "SIGTERM");
  });

  it("that AWS would not take as it is, or that warns itself, has its warnings in the ready line", async () => {
    const project = temporaryProject({
      "Pulumi.yaml": "name: old\nruntime: { name: nodejs, options: { typescript: false } }\n",
      "package.json": '{ "main": "index.js" }',
      "index.js": `
        const aws = require("@pulumi/aws"); const pulumi = require("@pulumi/pulumi");
        pulumi.log.warn("the table is not backed up");
        new aws.lambda.Function("f", {
          runtime: "nodejs12.x", handler: "index.handler", role: "arn:aws:iam::123456789012:role/r",
          code: new pulumi.asset.AssetArchive({ "index.js": new pulumi.asset.StringAsset("0") }),
        });`,
    });
    const { ready } = await shell.local("--ephemeral", "--project", project);
    const [own, region, runtime, ...others] = ready.warnings ?? [];
    assert.equal(own, "the table is not backed up");
    assert.match(region!, /^No AWS region is configured/);
    assert.match(runtime!, /^The function "f" declares nodejs12\.x/);
    assert.deepEqual(others, []);
  });
});
