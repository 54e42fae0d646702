import assert from "node:assert/strict";
import fc from "fast-check";
import { type RunningApi, startApi } from "./api-harness.ts";
import { method, resources, secured } from "./models.ts";
import { base64url, testPool } from "./test-pool.ts";

/** What AWS itself would answer to some request or other; a 500 is none of them here. */
const EXPECTED = new Set([200, 400, 401, 403, 404, 413, 414, 415, 417, 431]);

describe("whatever is sent to a REST API", () => {
  const pool = testPool();
  let api: RunningApi;
  before(async () => {
    api = await startApi({
      pools: [pool],
      api: {
        resources: resources({
          "/": [method("ANY")],
          "/guarded": [secured("ANY")],
          "/files/{proxy+}": [method("ANY")],
          "/items/{id}/parts/{part}": [method("GET")],
        }),
      },
    });
    await api.send("GET", "/Test");
  });
  after(() => api[Symbol.asyncDispose]());

  function assertHarmless(reply: string) {
    for (const [, status] of reply.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)) {
      assert.ok(EXPECTED.has(Number(status)), `status ${status} in ${reply.slice(0, 300)}`);
    }
    const fault = api.platform.events.find(
      (event) => event.kind === "api-request" && event.reason?.includes("fault of its own"),
    );
    assert.equal(fault, undefined);
    assert.doesNotMatch(reply, /node:internal|\.ts:\d+/);
    api.platform.events.length = 0;
  }

  async function assertAlive() {
    assert.equal((await api.send("GET", "/Test")).status, 200);
    api.platform.events.length = 0;
  }

  const pathText = fc.string({
    unit: fc.constantFrom(..."/.%2Ff0;?=&+:@{}|~abcTest-_\\\"'<>#*,!$()[]^`".split("")),
    maxLength: 60,
  });

  it("as a path or query is answered as AWS would, and never with a fault", async () => {
    await fc.assert(
      fc.asyncProperty(pathText, fc.constantFrom("/Test/", "/Test", "/", "", "/Test/files/"), async (text, prefix) => {
        const target = `${prefix}${text}`.replace(/ /g, "%20");
        assertHarmless(
          await api.raw(`GET ${target || "/"} HTTP/1.1\r\nHost: 127.0.0.1:${api.port}\r\nConnection: close\r\n\r\n`),
        );
      }),
      { numRuns: 150 },
    );
    await assertAlive();
  });

  it("as a path below a greedy resource reaches the function unchanged", async () => {
    const segment = fc.string({
      unit: fc.constantFrom(..."abc%2F.+~-_!$'()*,:@=".split("")),
      minLength: 1,
      maxLength: 20,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(segment, { minLength: 1, maxLength: 4 }), async (segments) => {
        const proxy = segments.join("/");
        const reply = await api.send("GET", `/Test/files/${proxy}`);
        assert.equal(JSON.parse(reply.body).pathParameters.proxy, proxy);
      }),
      { numRuns: 60 },
    );
  });

  it("as a method is answered as AWS would", async () => {
    const verbs = fc.oneof(
      fc.constantFrom("TRACE", "PROPFIND", "QUERY", "get", "M-SEARCH", "PURGE", "LINK", "BREW", "HEAD", "OPTIONS"),
      fc.stringMatching(/^[A-Z]{1,12}$/),
    );
    await fc.assert(
      fc.asyncProperty(
        verbs.filter((verb) => verb !== "CONNECT"),
        async (verb) => {
          assertHarmless(
            await api.raw(`${verb} /Test HTTP/1.1\r\nHost: 127.0.0.1:${api.port}\r\nConnection: close\r\n\r\n`),
          );
        },
      ),
      { numRuns: 60 },
    );
    await assertAlive();
  });

  it("as header fields is answered as AWS would", async () => {
    const name = fc
      .oneof(
        fc.constantFrom(
          "Authorization",
          "X-Api-Key",
          "X-HTTP-Method-Override",
          "X-Amzn-Trace-Id",
          "X-Forwarded-For",
          "Content-Type",
          "Accept",
          "Expect",
          "__proto__",
          "constructor",
        ),
        fc.stringMatching(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,20}$/),
      )
      .filter((one) => !/^(host|content-length|transfer-encoding|connection|upgrade)$/i.test(one));
    const value = fc.oneof(
      fc.stringMatching(/^[\x21-\x7e\x80-\xff]{0,80}$/),
      fc.constant("x".repeat(11_000)),
      fc.constant(""),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(name, value), { maxLength: 8 }), async (fields) => {
        const lines = fields.map(([key, text]) => `${key}: ${text}\r\n`).join("");
        assertHarmless(
          await api.raw(
            Buffer.from(
              `GET /Test HTTP/1.1\r\nHost: 127.0.0.1:${api.port}\r\nConnection: close\r\n${lines}\r\n`,
              "latin1",
            ),
          ),
        );
      }),
      { numRuns: 100 },
    );
    await assertAlive();
  });

  it("as a token is refused, unless the pool signed it", async () => {
    const genuine = pool.idToken();
    const part = fc.oneof(
      fc.stringMatching(/^[A-Za-z0-9_-]{0,40}$/),
      fc.json().map((text) => Buffer.from(text).toString("base64url")),
      fc.constant(base64url({ alg: "RS256", kid: pool.kid })),
      fc.constant(base64url({ alg: "none", kid: pool.kid })),
      fc.constant(base64url({ sub: "a", iss: pool.issuer, token_use: "id", exp: 4e9 })),
      fc.constantFrom(...genuine.split(".")),
    );
    const token = fc.oneof(
      fc.tuple(part, part, part).map((parts) => parts.join(".")),
      fc
        .tuple(fc.nat(genuine.length - 30), fc.constantFrom("A", "b", "-", ".", "="), fc.boolean())
        .map(
          ([at, character]) =>
            genuine.slice(0, at) + (genuine[at] === character ? "_" : character) + genuine.slice(at + 1),
        ),
    );
    await fc.assert(
      fc.asyncProperty(
        token.filter((value) => value !== genuine),
        fc.constantFrom("", "Bearer "),
        async (value, scheme) => {
          const reply = await api.get("/Test/guarded", scheme + value);
          assert.equal(reply.status, 401);
          assert.equal(reply.body, '{"message":"Unauthorized"}');
        },
      ),
      { numRuns: 150 },
    );
    assert.equal((await api.get("/Test/guarded", genuine)).status, 200);
  });

  it("as a body comes out as it went in", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme", minLength: 1 }), async (text) => {
        const reply = await api.send("POST", "/Test", { body: text });
        assert.equal(JSON.parse(reply.body).body, Buffer.from(text).toString());
      }),
      { numRuns: 60 },
    );
  });

  it("as bytes that are no HTTP ends that connection only", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (bytes) => {
        assertHarmless(await api.raw(Buffer.concat([bytes, Buffer.from("\r\n\r\n")]), { end: true }));
      }),
      { numRuns: 60 },
    );
    await assertAlive();
  });

  it("in one go is answered in order", async () => {
    const ask = (path: string, close = false) =>
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${api.port}\r\n${close ? "Connection: close\r\n" : ""}\r\n`;
    const reply = await api.raw(
      ask("/Test/files/one") + ask("/Test/guarded") + ask("/nowhere") + ask("/Test/files/two", true),
    );
    const statuses = [...reply.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => status);
    assert.deepEqual(statuses, ["200", "401", "403", "200"]);
    assert.ok(reply.indexOf('"proxy":"one"') < reply.indexOf('"proxy":"two"'));
  });

  it("with a header section that is too large is refused by the connection itself", async () => {
    const reply = await api.raw(
      `GET /Test HTTP/1.1\r\nHost: 127.0.0.1:${api.port}\r\nX-Long: ${"x".repeat(40_000)}\r\n\r\n`,
    );
    assert.match(reply, /^HTTP\/1\.1 431 /);
    await assertAlive();
  });

  it("with two lengths, or a length and chunks, is refused", async () => {
    for (const lengths of [
      "Content-Length: 1\r\nContent-Length: 2\r\n",
      "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
    ]) {
      const reply = await api.raw(`POST /Test HTTP/1.1\r\nHost: 127.0.0.1:${api.port}\r\n${lengths}\r\nabc`);
      assert.match(reply, /^HTTP\/1\.1 400 /);
    }
    await assertAlive();
  });

  it("half, and then nothing, is noted as the client's leaving", async () => {
    const head = `POST /Test HTTP/1.1\r\nHost: 127.0.0.1:${api.port}\r\nContent-Length: 100\r\n\r\n`;
    api.platform.events.length = 0;
    await api.raw(`${head}abc`, { end: true });
    while (!api.lastRequest()) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(api.lastRequest().reason, "The client went away before its body was complete.");
    await assertAlive();
  });
});
