/** The resource policy of a REST API, as it looks at a caller on this machine, with each kind of authorization. */
import assert from "node:assert/strict";
import { startApi } from "./api-harness.ts";
import { allowing, policy, startGatedApi } from "./authorizer-function.ts";
import { EXECUTION_ARN, method, resources, secured } from "./models.ts";

const HERE = { Condition: { IpAddress: { "aws:SourceIp": ["127.0.0.1", "::1/128"] } } };
const ELSEWHERE = { Condition: { IpAddress: { "aws:SourceIp": "203.0.113.0/24" } } };

const statement = (Effect: string, more: object = {}) => ({
  Effect,
  Principal: "*",
  Action: "execute-api:Invoke",
  Resource: "execute-api:/*",
  ...more,
});
const document = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });

const denied = (suffix: string) =>
  `{"Message":"User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:********9012:demoapi123/Test/GET/items ${suffix}"}`;
const IMPLICIT = denied("because no resource-based policy allows the execute-api:Invoke action");
const EXPLICIT = denied("with an explicit deny in a resource-based policy");

describe("a resource policy", () => {
  const reply = async (text: string, headers: Record<string, string> = {}) => {
    await using api = await startApi({ api: { policy: text, resources: resources({ "/items": [method("GET")] }) } });
    const { status, headers: got, body } = await api.send("GET", "/Test/items", { headers });
    const passed = status === 200;
    assert.equal(got["x-amzn-errortype"], passed ? undefined : "AccessDeniedException");
    assert.equal(api.lastRequest().decision, passed ? "open to anyone" : "refused");
    return passed ? "passes" : body;
  };

  it("[D.7] has to allow a method without authorization, and its Deny comes first", async () => {
    assert.equal(await reply(document(statement("Allow"))), "passes");
    assert.equal(await reply(document(statement("Allow", ELSEWHERE))), IMPLICIT);
    assert.equal(await reply(document()), IMPLICIT);
    assert.equal(await reply(document(statement("Allow"), statement("Deny", HERE))), EXPLICIT);
    assert.equal(await reply(document(statement("Allow"), statement("Deny", ELSEWHERE))), "passes");
  });

  const resource: [string, string | string[], boolean][] = [
    ["execute-api:/stage/GET/path", "execute-api:/Test/GET/items", true],
    ["another stage", "execute-api:/Prod/*", false],
    ["the whole ARN", `${EXECUTION_ARN}/*/GET/*`, true],
    ["a list", ["execute-api:/Prod/*", "execute-api:/*/*/items"], true],
  ];
  for (const [what, Resource, passes] of resource) {
    it(`[D.7] names resources short or in full: ${what}`, async () => {
      assert.equal(await reply(document(statement("Allow", { Resource }))), passes ? "passes" : IMPLICIT);
    });
  }

  const conditions: [string, object, boolean][] = [
    ["this address", HERE.Condition, true],
    ["a range with it", { IpAddress: { "aws:SourceIp": ["10.0.0.0/8", "127.0.0.0/8"] } }, true],
    ["not that range", { NotIpAddress: { "AWS:SourceIP": ["203.0.113.0/24"] } }, true],
    ["not this address", { NotIpAddress: { "aws:SourceIp": "127.0.0.1" } }, false],
    ["a VPC", { StringEquals: { "aws:SourceVpc": "vpc-1" } }, false],
    ["not a VPC", { StringNotEquals: { "aws:SourceVpc": "vpc-1" } }, true],
    ["a VPC if there is one", { StringEqualsIfExists: { "aws:SourceVpce": "vpce-1" } }, true],
    ["no VPC", { Null: { "aws:SourceVpc": "true" } }, true],
    ["TLS", { Bool: { "aws:SecureTransport": "true" } }, false],
    ["a user agent", { StringLike: { "aws:UserAgent": "tests/*" } }, true],
    ["a time to come", { DateGreaterThan: { "aws:CurrentTime": "2999-01-01T00:00:00Z" } }, false],
    ["two that both hold", { ...HERE.Condition, Bool: { "aws:SecureTransport": "false" } }, true],
    ["two of which one holds", { ...HERE.Condition, Bool: { "aws:SecureTransport": "true" } }, false],
    ["an operator that nobody knows", { Imagined: { "aws:SourceIp": "127.0.0.1" } }, false],
  ];
  for (const [what, Condition, passes] of conditions) {
    it(`[D.7] judges conditions on a caller at 127.0.0.1: ${what}`, async () => {
      const outcome = await reply(document(statement("Allow", { Condition })), { "User-Agent": "tests/1" });
      assert.equal(outcome, passes ? "passes" : IMPLICIT);
    });
  }

  it("keeps out with a Deny whose condition nobody can judge", async () => {
    const unknown = statement("Deny", { Condition: { Imagined: { "aws:SourceIp": "127.0.0.1" } } });
    assert.equal(await reply(document(statement("Allow"), unknown)), EXPLICIT);
  });

  it("[D.7] takes a caller who did not sign for nobody in AWS", async () => {
    assert.equal(await reply(document(statement("Allow", { Principal: { AWS: "*" } }))), "passes");
    const account = { AWS: "arn:aws:iam::123456789012:root" };
    assert.equal(await reply(document(statement("Allow", { Principal: account }))), IMPLICIT);
    assert.equal(await reply(document(statement("Allow"), statement("Deny", { Principal: account }))), "passes");
    assert.equal(
      await reply(document(statement("Allow"), statement("Deny", { Principal: undefined, NotPrincipal: account }))),
      EXPLICIT,
    );
  });
});

describe("a resource policy with a Cognito authorizer", () => {
  it("[D.7] is looked at after the token, and has to allow", async () => {
    const api = { resources: resources({ "/items": [secured("GET")] }) };
    await using silent = await startApi({ api: { ...api, policy: document(statement("Allow", ELSEWHERE)) } });
    assert.equal((await silent.send("GET", "/Test/items")).status, 401);
    const reply = await silent.get("/Test/items", silent.pool.idToken());
    assert.deepEqual([reply.status, reply.body], [403, IMPLICIT]);
    await using allowing = await startApi({ api: { ...api, policy: document(statement("Allow", HERE)) } });
    assert.equal((await allowing.get("/Test/items", allowing.pool.idToken())).status, 200);
  });
});

describe("a resource policy with a Lambda authorizer", () => {
  const outcome = async (resourcePolicy: string, authorizerPolicy: object) => {
    await using api = await startGatedApi(() => allowing({ policyDocument: authorizerPolicy }), {
      api: { policy: resourcePolicy },
    });
    const { status, body } = await api.get("/Test/items", "t");
    return { status, asked: api.asked.length, ...(status === 403 && { message: JSON.parse(body).Message as string }) };
  };
  const allow = document(statement("Allow"));
  const silent = document(statement("Allow", ELSEWHERE));
  const nothing = { Version: "2012-10-17", Statement: [] };

  it("[D.7] that denies ends the request before the function is asked", async () => {
    const { status, asked, message } = await outcome(document(statement("Deny")), policy("Allow"));
    assert.deepEqual([status, asked], [403, 0]);
    assert.match(message ?? "", /explicit deny in a resource-based policy$/);
  });

  it("[D.7] lets pass when one of the two allows, and none denies", async () => {
    assert.deepEqual(await outcome(allow, policy("Allow")), { status: 200, asked: 1 });
    assert.deepEqual(await outcome(allow, nothing), { status: 200, asked: 1 });
    assert.deepEqual(await outcome(silent, policy("Allow")), { status: 200, asked: 1 });
    assert.equal((await outcome(silent, nothing)).status, 403);
    assert.equal((await outcome(allow, policy("Deny"))).status, 403);
  });
});
