/** An authorizer that cannot get at the keys to verify with lets nothing through: a peer was seen to warn and go on. */
import assert from "node:assert/strict";
import { type RunningApi, startApi } from "./api-harness.ts";
import { authorizer } from "./models.ts";
import { base64url, type TestPool, testPool } from "./test-pool.ts";

const now = () => Math.floor(Date.now() / 1000);

/** A good token, and what a gateway would take that only decodes. */
function tokensOf(pool: TestPool): string[] {
  const claims = { sub: "eve", token_use: "id", iss: pool.issuer, aud: "client1", exp: now() + 60 };
  const good = pool.idToken();
  return [
    good,
    `Bearer ${good}`,
    pool.idToken({ exp: now() - 60 }),
    pool.accessToken(),
    `${good.split(".").slice(0, 2).join(".")}.`,
    `${base64url({ alg: "none", kid: pool.kid })}.${base64url(claims)}.`,
    testPool("OtherPool").sign(claims, { kid: pool.kid }),
  ];
}

async function refusesAll(api: RunningApi, tokens: string[], status: number, body: string) {
  const before = api.functionLog().length;
  for (const token of tokens) {
    const reply = await api.get("/Test/transactions", token);
    assert.deepEqual([reply.status, reply.body], [status, body]);
    assert.equal(api.lastRequest().principal, undefined);
  }
  assert.deepEqual(api.functionLog().slice(before), [], "the function ran");
}

const UNAUTHORIZED = [401, '{"message":"Unauthorized"}'] as const;
const MISCONFIGURED = [500, '{"message":null}'] as const;

describe("a Cognito authorizer whose verification keys cannot be reached", () => {
  const pool = testPool();

  it("lets nothing through when its pool is not served", async () => {
    await using api = await startApi({
      pools: [],
      api: { authorizers: [authorizer({ providerArns: [pool.userPoolArn] })] },
    });
    await refusesAll(api, tokensOf(pool), ...MISCONFIGURED);
    assert.match(
      api.lastRequest().reason ?? "",
      /names the user pool .*us-east-1_DemoPool1, which the program does not/,
    );
  });

  it("lets nothing through when one of its pools is not served, nor tokens of the other one", async () => {
    const missing = testPool("MissingPool");
    await using api = await startApi({
      api: { authorizers: [authorizer({ providerArns: [pool.userPoolArn, missing.userPoolArn] })] },
    });
    await refusesAll(api, [...tokensOf(missing), ...tokensOf(pool)], ...MISCONFIGURED);
  });

  it("lets nothing through once a key is gone, nor a token that it remembers from before", async () => {
    let served = true;
    const losing: TestPool = { ...pool, publicKey: (kid) => (served ? pool.publicKey(kid) : undefined) };
    await using api = await startApi({ pools: [losing] });
    const token = pool.idToken();
    assert.equal((await api.get("/Test/transactions", token)).status, 200);
    served = false;
    await refusesAll(api, [token, ...tokensOf(pool)], ...UNAUTHORIZED);
    served = true;
    assert.equal((await api.get("/Test/transactions", token)).status, 200);
  });

  it("lets nothing through when looking for a key fails, nor a token that it remembers from before", async () => {
    let reachable = true;
    const publicKey: TestPool["publicKey"] = (kid) => {
      if (!reachable) throw new Error("the keys cannot be read");
      return pool.publicKey(kid);
    };
    await using api = await startApi({ pools: [{ ...pool, publicKey }] });
    const token = pool.idToken();
    assert.equal((await api.get("/Test/transactions", token)).status, 200);
    reachable = false;
    await refusesAll(api, [token, pool.idToken()], 500, '{"message": "Internal server error"}');
  });
});
