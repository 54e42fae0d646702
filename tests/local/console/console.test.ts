/** The console's origin over HTTP: what scripts read there, and that no page but its own can read or drive it. */
import assert from "node:assert/strict";
import { request } from "node:http";
import { join } from "node:path";
import { type LocalCloud, startLocalCloud } from "../../../local/start.ts";
import { repository } from "../../support/shell.ts";

const JSON_TYPE = { "content-type": "application/json" };

describe("the console", function () {
  this.timeout(60_000);
  let cloud: LocalCloud;
  let origin: string;
  let pageToken: string;
  let userPoolId: string;
  before(async () => {
    cloud = await startLocalCloud({
      projectDirectory: join(repository, "tests/fixtures/plain-javascript"),
      ...{ stack: "dev", port: 0, stateDirectory: undefined, environment: process.env },
    });
    origin = cloud.ready.console;
    userPoolId = cloud.ready.userPools[0]!.id;
    pageToken = /"pageToken":"([^"]+)"/.exec(await (await fetch(origin)).text())![1]!;
  });
  after(() => cloud?.close());

  const ours = () => ({ ...JSON_TYPE, origin, "x-console-token": pageToken });
  async function act(action: string, input: unknown, headers: Record<string, string> = ours()) {
    const body = typeof input === "string" ? input : JSON.stringify(input);
    const answer = await fetch(`${origin}/api/actions/${action}`, { method: "POST", headers, body });
    assert.equal(answer.headers.get("access-control-allow-origin"), null);
    return { status: answer.status, body: (await answer.json()) as { error?: { code: string; message: string } } };
  }
  const users = async () => {
    const [pool] = (await (await fetch(`${origin}/api/users`)).json()) as { users: { username: string }[] }[];
    return pool!.users;
  };
  const create = (username: string) => ({ userPoolId, username });

  describe("keeps pages of other sites out:", () => {
    const attempts: [title: string, headers: () => Record<string, string>, status: number, code: string][] = [
      ["without an Origin", () => ({ ...JSON_TYPE, "x-console-token": pageToken }), 403, "other_origin"],
      ["of another origin", () => ({ ...ours(), origin: "https://evil.example" }), 403, "other_origin"],
      ["of an opaque origin", () => ({ ...ours(), origin: "null" }), 403, "other_origin"],
      [
        "of another port of this machine, such as the hosted UI",
        () => ({ ...ours(), origin: cloud.ready.userPools[0]!.hostedUi! }),
        403,
        "other_origin",
      ],
      ["as a form", () => ({ ...ours(), "content-type": "application/x-www-form-urlencoded" }), 415, "not_json"],
      ["as plain text", () => ({ ...ours(), "content-type": "text/plain" }), 415, "not_json"],
      ["without the page's token", () => ({ ...JSON_TYPE, origin }), 403, "page_outdated"],
      ["with a wrong token", () => ({ ...ours(), "x-console-token": "x".repeat(43) }), 403, "page_outdated"],
      ["from a page of another site", () => ({ ...ours(), "sec-fetch-site": "cross-site" }), 403, "other_site"],
      ["from a page of another port", () => ({ ...ours(), "sec-fetch-site": "same-site" }), 403, "other_site"],
    ];
    for (const [title, headers, status, code] of attempts)
      it(`refuses a change ${title}`, async () => {
        const answer = await act("users/create", create("eve@example.com"), headers());
        assert.deepEqual([answer.status, answer.body.error?.code], [status, code]);
        assert.deepEqual(await users(), []);
      });

    it("refuses a change by GET", async () => {
      const answer = await fetch(`${origin}/api/actions/users/create?username=eve`, { headers: { origin } });
      assert.equal(answer.status, 415);
      assert.deepEqual(await users(), []);
    });

    for (const path of [
      ...["/", "/api/cloud", "/api/messages", "/api/users", "/api/overview", "/api/functions", "/api/requests/r-1"],
      "/api/tables/items?name=orders",
    ])
      it(`lets none read ${path}, embed it or frame it`, async () => {
        const answer = await fetch(origin + path, { headers: { origin: "https://evil.example" } });
        assert.equal(answer.headers.get("access-control-allow-origin"), null);
        assert.equal(answer.headers.get("cross-origin-resource-policy"), "same-origin");
        assert.equal(answer.headers.get("x-frame-options"), "DENY");
        assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
        await answer.body?.cancel();
      });

    it("answers no preflight, and no request of a page of another site", async () => {
      const preflight = await fetch(`${origin}/api/actions/users/create`, {
        method: "OPTIONS",
        headers: { origin: "https://evil.example", "access-control-request-method": "POST" },
      });
      assert.equal(preflight.headers.get("access-control-allow-origin"), null);
      assert.notEqual(preflight.status, 200);
      for (const path of ["/api/messages", "/api/functions", "/api/tables/items?name=orders", "/api/requests/r-1"]) {
        const blind = await fetch(origin + path, { headers: { "sec-fetch-site": "cross-site" } });
        assert.equal(blind.status, 403, path);
      }
    });

    it("answers nobody who came by a name that was rebound to this machine", async () => {
      const status = await new Promise((resolve, reject) => {
        const { port } = new URL(origin);
        request(
          { host: "127.0.0.1", port, path: "/api/messages", headers: { host: `evil.example:${port}` } },
          (answer) => {
            answer.resume();
            resolve(answer.statusCode);
          },
        )
          .once("error", reject)
          .end();
      });
      assert.equal(status, 403);
    });
  });

  it("allows its page no asset, no frame, no form and no script but its own", async () => {
    const [first, second] = await Promise.all([fetch(origin), fetch(origin)]);
    const policy = first!.headers.get("content-security-policy")!;
    assert.match(policy, /^default-src 'none'; script-src 'nonce-[^']+'; style-src 'nonce-[^']+'; img-src data:; /);
    assert.match(policy, /form-action 'none'; frame-ancestors 'none'$/);
    assert.notEqual(second!.headers.get("content-security-policy"), policy, "a nonce is used once");
    const page = await first!.text();
    assert.deepEqual(page.match(/(?:src|href)="(?!#|data:,")[^"]*"/g), null);
    await second!.body?.cancel();
  });

  it("does what its page asks for, and says Cognito's own sentence when Cognito refuses", async () => {
    const username = "ada@example.com";
    assert.equal((await act("users/create", create(username))).status, 200);
    const again = await act("users/create", create(username));
    assert.deepEqual([again.status, again.body.error?.code], [400, "UsernameExistsException"]);
    assert.equal((await users()).length, 1);
    const confirm = await act("users/confirm", create(username));
    assert.match(confirm.body.error!.message, /Current status is FORCE_CHANGE_PASSWORD/);
    assert.equal((await act("users/delete", create(username))).status, 200);
    assert.deepEqual(await users(), []);
    const gone = await act("users/disable", create(username));
    assert.deepEqual(gone.body.error, { code: "UserNotFoundException", message: "User does not exist." });
  });

  it("answers bad input with a sentence", async () => {
    const cases: [action: string, input: unknown, status: number, message: RegExp][] = [
      ["users/create", "{", 400, /is not JSON/],
      ["users/create", "[]", 400, /is not a JSON object/],
      ["users/create", { userPoolId, username: 7 }, 400, /username is not a text/],
      ["users/create", { userPoolId: "us-east-1_gone", username: "a@b.c" }, 404, /no such user pool/],
      ["call", { apiId: "gone" }, 404, /no such API/],
    ];
    for (const [action, input, status, message] of cases) {
      const answer = await act(action, input);
      assert.equal(answer.status, status);
      assert.match(answer.body.error!.message, message);
    }
  });

  it("calls only what the program declared", async () => {
    const [api] = cloud.ready.apis;
    const call = (path: string) => act("call", { apiId: api!.id, stage: "live", method: "GET", path });
    assert.deepEqual((await call("/books")).body, {
      status: 401,
      contentType: "application/json",
      body: '{"message":"Unauthorized"}',
    });
    for (const path of ["/../../api/messages", "@evil.example/", ".evil.example/", ""]) {
      const answer = await call(path);
      assert.deepEqual([answer.status, answer.body.error?.code], [400, "path_outside"], path);
    }
  });

  it("sends what happened and what happens as server-sent events, with the authorizer's decision and its reason", async () => {
    const ending = new AbortController();
    const answer = await fetch(`${origin}/api/events`, { signal: ending.signal });
    const events = readEvents(answer);
    assert.equal((await events.next()).value!.kind, "hello");
    const url = `${cloud.ready.apis[0]!.stages[0]!.url}/books?mark=1`;
    await fetch(url, { headers: { authorization: "Bearer hello" } });
    for await (const { kind, data } of events) {
      if (kind !== "api-request" || !String(data.reason).includes("JWT")) continue;
      assert.deepEqual([data.status, data.decision, data.path], [401, "refused", "/live/books"]);
      assert.match(String(data.reason), /^Refused by the Cognito authorizer: the header holds no JWT/);
      break;
    }
    ending.abort();
  });
});

async function* readEvents(answer: Response): AsyncGenerator<{ kind: string; data: Record<string, unknown> }> {
  let text = "";
  for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const lines = text.slice(0, end).split("\n");
      text = text.slice(end + 2);
      const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))!.slice(name.length + 2);
      yield { kind: field("event"), data: JSON.parse(field("data")) };
    }
  }
}
