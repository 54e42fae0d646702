/** The keys of an issuer that is not a pool of the cloud, as JWT authorizers of HTTP APIs fetch them. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { issuerKeys, KeysUnavailable } from "../../../local/apigateway/http/jwt-keys.ts";

const good = {
  ...generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey.export({ format: "jwk" }),
  kid: "good",
};

describe("the keys of an issuer elsewhere", () => {
  let server: Server;
  let issuer: string;
  let keySet: RequestListener;
  let fetched: string[];

  before(async () => {
    server = createServer((request, response) => {
      fetched.push(request.url!);
      if (request.url === "/keys") return keySet(request, response);
      response.end(JSON.stringify({ issuer, jwks_uri: `${issuer}/keys` }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    fetched = [];
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const keys = (now = Date.now) => issuerKeys(issuer, { accountId: "123456789012" }, () => undefined, now);
  const once = ["/.well-known/openid-configuration", "/keys"];
  const publish = (published: object[]) => {
    keySet = (_request, response) => void response.end(JSON.stringify({ keys: published }));
  };

  it("are found beside some that no key can be made of", async () => {
    publish([null as never, { kty: "RSA", kid: "bad", n: 7 }, { kty: "RSA", kid: "empty" }, { kty: "EC" }, good]);
    const found = keys();
    assert.equal((await found.key("good"))?.asymmetricKeyType, "rsa");
    assert.equal(await found.key("bad"), undefined);
  });

  it("are fetched once for requests that come at the same time", async () => {
    publish([good]);
    const found = keys();
    await Promise.all(Array.from({ length: 20 }, () => found.key("good")));
    assert.deepEqual(fetched, once);
  });

  it("are fetched once in ten seconds for however many tokens that name others, and then are the issuer's new ones", async () => {
    let clock = 1_000_000;
    publish([good]);
    const found = keys(() => clock);
    for (let i = 0; i < 20; i++) assert.equal(await found.key(`invented-${i}`), undefined);
    assert.deepEqual(fetched, once);
    publish([{ ...good, kid: "rotated" }]);
    clock += 9_999;
    assert.equal(await found.key("rotated"), undefined);
    assert.equal((await found.key("good"))?.type, "public", "what is known goes on being taken");
    assert.deepEqual(fetched, once);
    clock += 1;
    assert.equal((await found.key("rotated"))?.type, "public");
    assert.equal(await found.key("good"), undefined);
    assert.deepEqual(fetched, [...once, ...once]);
  });

  it("are asked for once in a second of an issuer that fails, and are there as soon as it has recovered", async () => {
    let clock = 1_000_000;
    keySet = (_request, response) => void response.writeHead(500).end();
    const found = keys(() => clock);
    for (let i = 0; i < 20; i++)
      await assert.rejects(found.key("good"), new KeysUnavailable("JWKS communication error"));
    assert.deepEqual(fetched, once);
    publish([good]);
    clock += 1000;
    assert.equal((await found.key("good"))?.type, "public");
  });

  it("are fetched again when the clock has been set back", async () => {
    let clock = 1_000_000_000;
    publish([good]);
    const found = keys(() => clock);
    await found.key("good");
    clock -= 3_600_000;
    publish([{ ...good, kid: "rotated" }]);
    assert.equal((await found.key("rotated"))?.type, "public");
  });

  it("are not read when they do not end", async () => {
    let sent = 0;
    keySet = (_request, response) => {
      const more = () => {
        while (!response.destroyed && sent++ < 10_000 && response.write(" ".repeat(10_000)));
      };
      response.on("drain", more);
      more();
    };
    await assert.rejects(keys().key("good"), KeysUnavailable);
    assert.ok(sent < 1000, `${sent} times 10 KB were taken`);
  });
});
