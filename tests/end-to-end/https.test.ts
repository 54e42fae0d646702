import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { get } from "node:https";
import { join } from "node:path";
import { openShell, type Shell } from "../support/shell.ts";
import { temporaryDirectory } from "../support/temporary.ts";

interface Answer {
  status: number | undefined;
  text: string;
}

const fetchWith = (ca: string, url: string): Promise<Answer> =>
  new Promise((resolve, reject) => {
    get(url, { ca }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => resolve({ status: response.statusCode, text: Buffer.concat(chunks).toString() }));
    }).on("error", reject);
  });

describe("demo-auth local --https", function () {
  this.timeout(60_000);
  let shell: Shell;
  beforeEach(() => {
    shell = openShell();
  });
  afterEach(() => shell.close());

  it("serves every origin over TLS, for whoever trusts its authority, and demo-auth does", async () => {
    const state = temporaryDirectory();
    const { ready, running } = await shell.local("--https", "--state", state);
    const [pool] = ready.userPools;
    const api = `${ready.apis[0]!.stages[0]!.url}/transactions`;
    const authority = readFileSync(ready.certificateAuthority!, "utf8");
    for (const url of [ready.console, pool!.issuer, pool!.hostedUi!, api])
      assert.match(url, /^https:\/\/127\.0\.0\.1:/);
    assert.equal((await fetchWith(authority, api)).status, 401);
    const discovery = await fetchWith(authority, `${pool!.issuer}/.well-known/openid-configuration`);
    assert.equal(JSON.parse(discovery.text).authorization_endpoint, `${pool!.hostedUi}/oauth2/authorize`);
    await assert.rejects(fetch(api), "a client that does not trust the authority");

    // Without a session it ends with 4, which it can only say after the cloud was reached.
    assert.equal((await shell.run("call", "/transactions")).code, 4);

    running.process.kill("SIGTERM");
    await running.finished;
    const again = await shell.local("--https", "--state", state);
    assert.equal(readFileSync(again.ready.certificateAuthority!, "utf8"), authority, "the authority is kept");
  });

  it("keeps the authority's key to its owner, and makes it worthless for other names", async () => {
    const state = temporaryDirectory();
    await shell.local("--https", "--state", state);
    assert.equal(statSync(join(state, "tls", "ca.key")).mode & 0o777, 0o600);
    const certificate = new X509Certificate(readFileSync(join(state, "tls", "ca.pem")));
    assert.equal(certificate.ca, true);
    // Name constraints (2.5.29.30), critical, with the one permitted name and the loopback addresses.
    assert.ok(certificate.raw.includes(Buffer.from("0603551d1e0101ff", "hex")));
    assert.ok(certificate.raw.includes(Buffer.from("localhost")));
    assert.ok(certificate.raw.includes(Buffer.from("7f000000ff000000", "hex")));
  });
});
