/** The test kit as a test of somebody's uses it, from the sources; the package is in `package.test.ts`. */
import { deepEqual, equal, match, notEqual, ok, rejects, throws } from "node:assert/strict";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { DynamoDBClient, PutItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { type Cloud, CloudError, type CloudOptions, startCloud } from "../../local/testing/index.ts";
import { repository } from "../support/shell.ts";
import { signedHeaders } from "../support/signed-request.ts";
import { temporaryDirectory, temporaryProject } from "../support/temporary.ts";

const options: CloudOptions = {
  project: join(repository, "tests/fixtures/two-routes"),
  stack: "test",
  environment: { PULUMI_NODEJS_TRANSPILE_ONLY: "true" },
};

const claims = (token: string | undefined) => JSON.parse(Buffer.from(token!.split(".")[1]!, "base64url").toString());
const get = (cloud: Cloud, token?: string) =>
  fetch(`${cloud.api().url}/orders`, token === undefined ? {} : { headers: { authorization: token } });

for (const inProcess of [false, true]) {
  describe(`the test kit, with a cloud in ${inProcess ? "this process" : "a process of its own"}`, function () {
    this.timeout(60_000);
    let cloud: Cloud;
    before(async () => {
      cloud = await startCloud({ ...options, inProcess });
    });
    beforeEach(() => cloud.reset());
    after(() => cloud?.close());

    it("hands out a user's tokens that the API takes", async () => {
      const user = await cloud.pool("People").user({ email: "ada@example.com", client: "Reader" });
      equal((await get(cloud, user.idToken)).status, 200);
      equal(claims(user.idToken).email, "ada@example.com");
      deepEqual(
        [user.scopes, user.client.name, user.attributes.email_verified],
        [["openid", "email"], "Reader", "true"],
      );
    });

    it("tells each request with the reason of its refusal", async () => {
      equal((await get(cloud)).status, 401);
      const { accessToken } = await cloud.pool().user({ client: "Reader" });
      equal((await get(cloud, accessToken)).status, 401);
      const requests = await cloud.requests();
      deepEqual(
        requests.map(({ api, method, path, status, decision }) => [api, method, path, status, decision]),
        [
          ["Orders", "GET", "/prod/orders", 401, "refused"],
          ["Orders", "GET", "/prod/orders", 401, "refused"],
        ],
      );
      match(requests[1]!.reason!, /token_use is access/);
    });

    it("lets tokens expire without waiting", async () => {
      const { idToken } = await cloud.pool().user({ client: "Reader" });
      await cloud.clock.advance("59m");
      equal((await get(cloud, idToken)).status, 200);
      await cloud.clock.advance(60_000);
      equal((await get(cloud, idToken)).status, 401);
      match((await cloud.requests()).at(-1)!.reason!, /the token expired/);
    });

    it("gives scopes that the client allows, and names them when it does not", async () => {
      const { accessToken } = await cloud.pool().user({ client: "Writer", scopes: ["openid", "orders/write"] });
      equal(claims(accessToken).scope, "openid orders/write");
      await rejects(cloud.pool().user({ client: "Reader", scopes: ["orders/write"] }), {
        name: "CloudError",
        message: "client Reader does not allow the scope orders/write; it allows openid, email",
      });
      await rejects(cloud.pool().user(), { message: /has several app clients. Name one of Reader, Writer\./ });
    });

    it("refuses a group that the pool does not have", async () => {
      await rejects(cloud.pool().user({ client: "Reader", groups: ["admin"] }), {
        code: "ResourceNotFoundException",
        message: 'The pool People has no group "admin". It has none. Declare it in the program.',
      });
    });

    it("forgets everything between tests in under 20 ms", async () => {
      const pool = cloud.pool();
      await pool.user({ email: "ada@example.com", client: "Reader", password: "Correct-horse-7" });
      await get(cloud);
      await cloud.clock.advance("2h");
      const took: number[] = [];
      for (let round = 0; round < 5; round++) {
        const before = performance.now();
        await cloud.reset();
        took.push(performance.now() - before);
      }
      // The fastest: the others are the machine's other work.
      ok(Math.min(...took) < 20, `${took} ms`);
      deepEqual([await cloud.requests(), await cloud.messages(), await cloud.logs()], [[], [], []]);
      ok(Math.abs((await cloud.clock.now()) - Date.now()) < 10_000);
      const again = await pool.user({ email: "ada@example.com", client: "Reader" });
      equal((await get(cloud, again.idToken)).status, 200);
    });

    it("makes a user with tokens in under 20 ms", async () => {
      const pool = cloud.pool();
      await pool.user({ client: "Reader" });
      const took: number[] = [];
      for (let user = 0; user < 10; user++) {
        const before = performance.now();
        await pool.user({ client: "Reader" });
        took.push(performance.now() - before);
      }
      ok(Math.min(...took) < 20, `${took} ms`);
    });

    it("names what there is when a name is wrong", () => {
      throws(() => cloud.api("Nosuch"), { message: 'There is no API "Nosuch". Name one of: Orders.' });
      throws(() => cloud.pool("Nosuch"), CloudError);
    });

    it("takes a name of the program for what it has on AWS, where that ends with Pulumi's own digits", async () => {
      match(cloud.function("orders").name, /^orders-[0-9a-f]{7}$/);
      throws(() => cloud.function("order"), {
        message: /^There is no function "order"\. Name one of: orders-\w{7}\.$/,
      });
      equal((await cloud.function("orders").run({ event: {} })).reason, undefined);
      const lines = await cloud.logs("orders");
      match(lines.join("\n"), /^START RequestId/m);
      deepEqual(lines, await cloud.logs(cloud.function("orders").name));
      await rejects(cloud.logs("order"), { message: /^There is no function "order"\. Name one of: orders-\w{7}\.$/ });
    });

    it("says each fix once, and refuses options that it does not have", async () => {
      const refused = async (work: () => unknown) => {
        const error = await Promise.resolve()
          .then(work)
          .then(
            () => undefined,
            (error) => error,
          );
        ok(error instanceof CloudError);
        return error.message;
      };
      const { name } = cloud.function();
      deepEqual(
        [
          await refused(() => cloud.function().run({ source: "x" })),
          await refused(() => cloud.pool().user({ emial: "a@example.com" } as object)),
          await refused(() => cloud.pool().user({ groups: "staff" } as object)),
          await refused(() => cloud.function().run({ payload: {} } as object)),
          await refused(() => cloud.pool().user({ client: "Reader", attributes: { nope: "1" } })),
        ],
        [
          `Nothing that invokes ${name} is named "x". Nothing invokes it; leave the source out.`,
          'user has no option "emial". It has email, username, groups, attributes, identity, password, client, scopes.',
          "user: groups is not a list of texts.",
          'run has no option "payload". It has source, event.',
          "Attributes did not conform to the schema: nope: Attribute does not exist in the schema.",
        ],
      );
    });

    it("says which durations it knows", async () => {
      await rejects(cloud.clock.advance("soon"), { code: "duration_invalid" });
      await rejects(cloud.clock.advance(-1), { code: "duration_invalid" });
    });
  });
}

describe("the test kit", function () {
  this.timeout(60_000);

  it("runs several clouds side by side, each with users of its own", async () => {
    await using one = await startCloud(options);
    await using other = await startCloud(options);
    const { idToken } = await one.pool().user({ client: "Reader" });
    equal((await get(one, idToken)).status, 200);
    equal((await get(other, idToken)).status, 401);
  });

  it("hands out what reaches the tables, lets items expire by its clock, and puts them back", async () => {
    await using cloud = await startCloud({ project: join(repository, "tests/fixtures/table") });
    const { console: endpoint, credentials } = cloud;
    const client = new DynamoDBClient({ region: "us-east-1", endpoint, credentials: credentials! });
    const people = async () => {
      const { Items } = await client.send(new ScanCommand({ TableName: "orders" }));
      return Items!.map(({ person }) => person!.S).sort();
    };
    const inAnHour = { N: String(Math.floor(Date.now() / 1000) + 3600) };
    const Item = { person: { S: "ada" }, placedAt: { N: "1" }, expiresAt: inAnHour };
    await client.send(new PutItemCommand({ TableName: "orders", Item }));
    deepEqual(await people(), ["ada", "nobody"]);
    await cloud.clock.advance("2h");
    deepEqual(await people(), ["nobody"]);
    await client.send(new PutItemCommand({ TableName: "orders", Item: { ...Item, expiresAt: { S: "never" } } }));
    await cloud.reset();
    deepEqual(await people(), ["nobody"]);
    client.destroy();
  });

  it("runs functions as what invokes them on AWS would, with the permission that it needs", async () => {
    await using cloud = await startCloud({ project: join(repository, "tests/fixtures/event-sources") });
    const worker = cloud.function("worker");
    const { outcome, result } = await worker.run({ source: "work" });
    deepEqual(
      [outcome, (result as { Records: { eventSource: string }[] }).Records[0]!.eventSource],
      ["answered", "aws:sqs"],
    );
    deepEqual(await worker.run({ source: "SQS work", event: { Records: [] } }), {
      ...{ outcome: "answered", result: { Records: [] }, reason: undefined },
    });
    deepEqual((await worker.run()).result, {});
    match((await cloud.logs("worker")).join("\n"), /INFO\tworks/);
    const refused = await cloud.function("alone").run({ source: "forbidden" });
    equal(refused.outcome, "refused");
    match(refused.reason!, /events\.amazonaws\.com may not invoke the function/);
    equal((await cloud.function("alone").run()).outcome, "failed");
    await rejects(worker.run({ source: "nosuch" }), {
      code: "not_declared",
      message: /^Nothing that invokes worker is named "nosuch"\. Name one of: .*SQS work/,
    });
  });

  it("names function URLs, and tells the requests to them", async () => {
    await using cloud = await startCloud({
      project: join(repository, "tests/fixtures/function-urls"),
      inProcess: true,
    });
    const { urls } = cloud.function("echo");
    deepEqual([urls.length, urls.includes(String(cloud.outputs.url))], [2, true]);
    equal((await fetch(`${cloud.outputs.url}hello`)).status, 200);
    equal((await fetch(cloud.function("signed").urls[0]!)).status, 403);
    deepEqual(
      (await cloud.requests()).map(({ api, path, status, authorization, decision }) => [
        ...[api, path, status, authorization, decision],
      ]),
      [
        ["echo", "/hello", 200, "NONE", "open to anyone"],
        ["signed", "/", 403, "AWS_IAM", "refused"],
      ],
    );
  });

  it("takes what is signed by this machine's clock, however far its own was moved", async () => {
    const project = join(repository, "tests/fixtures/http-api");
    await using cloud = await startCloud({ project, environment: { BACKEND: "http://127.0.0.1:1" } });
    const { url } = cloud.api("shop", "$default");
    const signing = { ...cloud.credentials!, host: new URL(url).host };
    await cloud.clock.advance("2h");
    const { status } = await fetch(`${url}/signed`, { headers: await signedHeaders({ path: "/signed" }, signing) });
    deepEqual([status, (await cloud.requests()).at(-1)?.reason], [200, undefined]);
  });

  it("hands out the tokens of people of an identity provider, which is not asked", async () => {
    await using cloud = await startCloud({ project: join(repository, "tests/fixtures/federation"), inProcess: true });
    const identity = { provider: "Corp", subject: "u-1" };
    const { idToken, sub, groups } = await cloud.pool().user({ email: "ada@corp.example", identity });
    deepEqual(
      claims(idToken).identities.map(({ dateCreated: _, ...each }: Record<string, string>) => each),
      [{ userId: "u-1", providerName: "Corp", providerType: "OIDC", issuer: null, primary: "true" }],
    );
    deepEqual([claims(idToken)["cognito:groups"], groups], [[`${cloud.pool().id}_Corp`], [`${cloud.pool().id}_Corp`]]);
    const again = await cloud.pool().user({ attributes: { name: "Ada" }, identity });
    deepEqual([again.sub, again.attributes.name, again.attributes.email], [sub, "Ada", "ada@corp.example"]);
    notEqual((await cloud.pool().user({ identity: { provider: "Corp" } })).sub, sub);
    await rejects(
      cloud.pool().user({ identity: { provider: "Okta" } }),
      /has no identity provider "Okta"\. It has Corp\./,
    );
    await rejects(cloud.pool().user({ identity, password: "Correct-horse-7" }), /no username and no password/);
  });

  it("says what is wrong with a program, and where", async () => {
    const broken = temporaryProject({
      "Pulumi.yaml": "name: broken\nruntime: nodejs\n",
      "index.js": 'throw new Error("nothing works");\n',
      "package.json": '{"main":"index.js"}',
    });
    await rejects(startCloud({ project: broken }), {
      name: "CloudError",
      code: "program_failed",
      message: /nothing works/,
    });
    await rejects(startCloud({ project: broken }), {
      message: /\n {4}Error: nothing works\n(?:.*\n)*Fix the program; `npx pulumi preview` would report the same\.$/,
    });
  });

  it("says what is wrong with a start in the words of a test: no flag of a command line", async () => {
    const nowhere = temporaryDirectory();
    const holder = createServer().listen(0, "127.0.0.1");
    await once(holder, "listening");
    const { port } = holder.address() as AddressInfo;
    for (const inProcess of [false, true]) {
      const message = async (given: object) =>
        startCloud({ ...options, inProcess, ...given }).then(
          () => undefined,
          (error) => error instanceof CloudError && error.message,
        );
      equal(
        await message({ project: nowhere }),
        `There is no Pulumi.yaml in ${nowhere}. Name the folder of a Pulumi project: startCloud({ project: "…" }).`,
      );
      equal(
        await message({ stack: "prod" }),
        `There is no Pulumi.prod.yaml in ${options.project}. Name one of its stacks as \`stack\`: test.`,
      );
      match(
        String(await message({ port })),
        /^Port \d+ is taken.*\. Stop what listens there, or leave `port` out, so that free ones are taken\.$/,
      );
      equal(await message({ port: 99_999 }), "startCloud: port is not a port, from 0 to 65000.");
      equal(await message({ project: 5 }), "startCloud: project is not a text.");
      match(String(await message({ projekt: "." })), /^startCloud has no option "projekt"\. It has project, stack, /);
    }
    holder.close();
  });

  it("gives up a start", async () => {
    const ending = new AbortController();
    const starting = startCloud({ ...options, signal: ending.signal });
    ending.abort();
    await rejects(starting, { name: "AbortError" });
  });

  it("keeps nothing of a cloud in the test's process once it is closed", async () => {
    const heapAfterClouds = async (count: number) => {
      for (let at = 0; at < count; at++) await (await startCloud({ ...options, inProcess: true })).close();
      setFlagsFromString("--expose-gc");
      (runInNewContext("gc") as () => void)();
      return process.memoryUsage().heapUsed / 2 ** 20;
    };
    // What is loaded once grows the heap once; what is kept of a cloud, with each of them.
    const heaps = [await heapAfterClouds(2), await heapAfterClouds(2), await heapAfterClouds(2)] as const;
    const grown = Math.min(heaps[1] - heaps[0], heaps[2] - heaps[1]);
    ok(grown < 6, `${grown.toFixed(1)} MB for two clouds`);
    // From the second evaluation on its compiled code is kept, beside the packages.
    ok(readdirSync(join(repository, "node_modules/.cache/demo-auth/compiled")).length > 0);
  });

  it("tells why nothing answers after a close", async () => {
    for (const inProcess of [false, true]) {
      const cloud = await startCloud({ ...options, inProcess });
      await cloud.close();
      await cloud.close();
      const message = "This cloud has been closed. Close it after the last test that asks it.";
      await rejects(cloud.requests(), { code: "cloud_ended", message });
      await rejects(cloud.pool().user({ client: "Reader" }), { code: "cloud_ended", message });
      await rejects(fetch(cloud.console));
    }
  });
});
