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

  const keys = () => issuerKeys(issuer, { accountId: "123456789012" }, () => undefined, Date.now);
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
    assert.deepEqual(fetched, ["/.well-known/openid-configuration", "/keys"]);
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
