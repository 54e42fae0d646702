/** Lambda authorizers of a REST API: what they are asked, and what comes of each answer. */
import assert from "node:assert/strict";
import type { RestApiModel } from "../../../local/model.ts";
import { allowing, type Event, GATE_ARN, policy, startGatedApi } from "./authorizer-function.ts";
import { EXECUTION_ARN, lambdaProxy, stage } from "./models.ts";

const UNAUTHORIZED = [401, "UnauthorizedException", '{"message":"Unauthorized"}'] as const;
const MISCONFIGURED = [500, "AuthorizerConfigurationException", '{"message":null}'] as const;
const EXPLICIT =
  '{"Message":"User is not authorized to access this resource with an explicit deny in an identity-based policy"}';
const IMPLICIT =
  '{"Message":"User is not authorized to access this resource because no identity-based policy allows the execute-api:Invoke action"}';

const START = Date.UTC(2026, 5, 15);

type Reply = Awaited<ReturnType<Awaited<ReturnType<typeof startGatedApi>>["send"]>>;
const seen = ({ status, headers, body }: Reply) => [status, headers["x-amzn-errortype"], body];
const authorizerOf = ({ body }: Reply): Event => (JSON.parse(body) as Event).requestContext.authorizer;

describe("a TOKEN authorizer", () => {
  it("[D.2] is asked with type, methodArn and the header's value as it is", async () => {
    await using api = await startGatedApi(() => allowing());
    assert.equal((await api.get("/Test/items/7?a=b", "Bearer abc")).status, 200);
    assert.equal((await api.get("/Test", "Bearer root")).status, 200);
    assert.deepEqual(api.asked, [
      `{"type":"TOKEN","methodArn":"${EXECUTION_ARN}/Test/GET/items/7","authorizationToken":"Bearer abc"}`,
      `{"type":"TOKEN","methodArn":"${EXECUTION_ARN}/Test/GET/","authorizationToken":"Bearer root"}`,
    ]);
  });

  it("[D.2] refuses a request whose token is missing, empty or of the wrong form with 401, and does not ask", async () => {
    await using api = await startGatedApi(() => allowing(), {
      authorizer: { identitySource: "method.request.header.X-Token", identityValidationExpression: "Bearer [a-z]+" },
    });
    assert.deepEqual(seen(await api.send("GET", "/Test")), UNAUTHORIZED);
    for (const token of ["", "Bearer 1", "xBearer a", "Bearer abc1"]) {
      assert.deepEqual(seen(await api.send("GET", "/Test", { headers: { "X-Token": token } })), UNAUTHORIZED, token);
    }
    assert.deepEqual(api.asked, []);
    assert.equal(api.lastRequest().decision, "refused");
    assert.equal((await api.send("GET", "/Test", { headers: { "x-token": "Bearer abc" } })).status, 200);
  });
});

describe("a REQUEST authorizer", () => {
  const type = "REQUEST" as const;

  it("[D.2] is asked with the whole request, its maps empty rather than null and its Content-Length kept", async () => {
    await using api = await startGatedApi(() => allowing(), {
      authorizer: { type, identitySource: "method.request.header.X-Key" },
    });
    const headers = { "X-Key": "k", "Content-Length": "0" };
    assert.equal((await api.send("GET", "/Test/items", { headers })).status, 200);
    const event = JSON.parse(api.asked[0]!) as Event;
    assert.deepEqual(Object.keys(event), [
      ...["type", "methodArn", "resource", "path", "httpMethod", "headers", "multiValueHeaders"],
      ...["queryStringParameters", "multiValueQueryStringParameters", "pathParameters", "stageVariables"],
      "requestContext",
    ]);
    assert.deepEqual(
      [event.type, event.methodArn, event.resource, event.path],
      ["REQUEST", `${EXECUTION_ARN}/Test/GET/items`, "/items", "/items"],
    );
    for (const map of [
      "queryStringParameters",
      "multiValueQueryStringParameters",
      "pathParameters",
      "stageVariables",
    ]) {
      assert.deepEqual(event[map], {}, map);
    }
    assert.equal(event.headers["Content-Length"], "0");
    assert.equal(event.headers["X-Key"], "k");
    assert.equal(event.requestContext.path, "/Test/items");
    assert.equal("authorizer" in event.requestContext, false);
  });

  it("[D.2] wants every identity source, wherever it stands", async () => {
    await using api = await startGatedApi(() => allowing(), {
      authorizer: {
        type,
        identitySource:
          "method.request.header.X-Key, method.request.querystring.tenant, stageVariables.colour, context.httpMethod",
      },
      api: { stages: [stage({ variables: { colour: "blue" } }), stage({ name: "Bare" })] },
    });
    const headers = { "X-Key": "k" };
    assert.equal((await api.send("GET", "/Test?tenant=a", { headers })).status, 200);
    assert.deepEqual(seen(await api.send("GET", "/Test", { headers })), UNAUTHORIZED);
    assert.deepEqual(seen(await api.send("GET", "/Test?tenant=", { headers })), UNAUTHORIZED);
    assert.deepEqual(seen(await api.send("GET", "/Test?tenant=a")), UNAUTHORIZED);
    assert.deepEqual(seen(await api.send("GET", "/Bare?tenant=a", { headers })), UNAUTHORIZED);
    assert.match(api.lastRequest().reason ?? "", /no stageVariables\.colour/);
    assert.equal(api.asked.length, 1);
  });

  it("[D.2] without identity sources asks for every request", async () => {
    await using api = await startGatedApi(() => allowing(), { authorizer: { type, identitySource: "" } });
    for (const _ of [1, 2]) assert.equal((await api.send("GET", "/Test")).status, 200);
    assert.equal(api.asked.length, 2);
  });
});

describe("what a Lambda authorizer answers", () => {
  const replyTo = async (answer: unknown, path = "/Test/items", api?: Partial<RestApiModel>) => {
    await using running = await startGatedApi(() => answer, api ? { api } : {});
    return seen(await running.get(path, "t"));
  };

  it("[D.2] with an explicit Deny, or with no Allow that matches, is 403 with Message in capitals", async () => {
    const denied = [403, "AccessDeniedException", EXPLICIT];
    const silent = [403, "AccessDeniedException", IMPLICIT];
    assert.deepEqual(await replyTo(allowing({ policyDocument: policy("Deny") })), denied);
    const both = [...policy("Allow").Statement, ...policy("Deny", `${EXECUTION_ARN}/*/GET/items`).Statement];
    assert.deepEqual(await replyTo(allowing({ policyDocument: { Version: "2012-10-17", Statement: both } })), denied);
    assert.deepEqual(
      await replyTo(allowing({ policyDocument: policy("Allow", `${EXECUTION_ARN}/Test/POST/*`) })),
      silent,
    );
    assert.deepEqual(await replyTo(allowing({ policyDocument: { Version: "2012-10-17", Statement: [] } })), silent);
  });

  const matching: [string, string | string[], string, boolean][] = [
    ["* across slashes", "arn:aws:execute-api:*:*:*", "/Test/items/7", true],
    ["* for nothing", `${EXECUTION_ARN}/Test/*/*`, "/Test", true],
    ["one method of a stage", `${EXECUTION_ARN}/Test/GET/items`, "/Test/items", true],
    ["the same with a trailing slash", `${EXECUTION_ARN}/Test/GET/items`, "/Test/items/", true],
    ["? for one character", `${EXECUTION_ARN}/Test/GET/items/?`, "/Test/items/7", true],
    ["? for two characters", `${EXECUTION_ARN}/Test/GET/items/?`, "/Test/items/77", false],
    ["a list", ["arn:aws:s3:::x", `${EXECUTION_ARN}/*/GET/items`], "/Test/items", true],
    ["another stage", `${EXECUTION_ARN}/Prod/*`, "/Test/items", false],
    ["a part of the path", `${EXECUTION_ARN}/Test/GET/item`, "/Test/items", false],
  ];
  for (const [what, resource, path, passes] of matching) {
    it(`[D.2] matches the ARN of the method with wildcards: ${what}`, async () => {
      const [status] = await replyTo(allowing({ policyDocument: policy("Allow", resource) }), path);
      assert.equal(status, passes ? 200 : 403);
    });
  }

  it("[D.2] judges actions, NotAction, NotResource and conditions as IAM does", async () => {
    const status = async (more: object) => (await replyTo(allowing({ policyDocument: policy("Allow", "*", more) })))[0];
    assert.equal(await status({ Action: ["EXECUTE-API:*"] }), 200);
    assert.equal(await status({ Action: "s3:*" }), 403);
    assert.equal(await status({ Action: undefined, NotAction: "s3:*" }), 200);
    assert.equal(await status({ Resource: undefined, NotResource: `${EXECUTION_ARN}/*` }), 403);
    assert.equal(await status({ Condition: { IpAddress: { "aws:SourceIp": "127.0.0.0/8" } } }), 200);
    assert.equal(await status({ Condition: { IpAddress: { "aws:SourceIp": "203.0.113.0/24" } } }), 403);
    assert.equal(await status({ Condition: { Imagined: { "aws:SourceIp": "127.0.0.1" } } }), 403);
  });

  it("[D.2] as an error with the exact text Unauthorized is 401, with any other 500", async () => {
    assert.deepEqual(await replyTo(new Error("Unauthorized")), UNAUTHORIZED);
    assert.deepEqual(await replyTo(new Error("Unauthorized: expired")), MISCONFIGURED);
    assert.deepEqual(await replyTo(new Error("unauthorized")), MISCONFIGURED);
  });

  const unusable: [string, unknown][] = [
    ["null", null],
    ["a text", "Allow"],
    ["the answer of a proxy integration", { statusCode: 200, headers: {}, body: "" }],
    ["an unknown key beside the known", allowing({ extra: 1 })],
    ["no policy", { principalId: "ada" }],
    ["a policy with names in lower case", allowing({ policyDocument: { version: "2012-10-17", statement: [] } })],
    ["an effect in lower case", allowing({ policyDocument: policy("allow") })],
    ["an array in the context", allowing({ context: { roles: ["a"] } })],
    ["an object in the context", allowing({ context: { user: {} } })],
    ["more than 8 KB", allowing({ context: { long: "x".repeat(8192) } })],
  ];
  for (const [what, answer] of unusable) {
    it(`[D.2] that is ${what} is 500 with a null message`, async () => {
      assert.deepEqual(await replyTo(answer), MISCONFIGURED);
    });
  }

  it("[D.7] takes the API's own response for ACCESS_DENIED and AUTHORIZER_CONFIGURATION_ERROR", async () => {
    const response = (responseType: string) => ({
      responseType,
      statusCode: "418",
      responseParameters: {},
      responseTemplates: { "application/json": '{"said":$context.error.messageString,"who":"$context.authorizer.x"}' },
    });
    const gatewayResponses = ["ACCESS_DENIED", "AUTHORIZER_CONFIGURATION_ERROR"].map(response);
    const [status, , body] = await replyTo(null, "/Test", { gatewayResponses });
    assert.deepEqual([status, body], [418, '{"said":null,"who":""}']);
    const denied = await replyTo(allowing({ policyDocument: policy("Deny") }), "/Test", { gatewayResponses });
    assert.match(String(denied[2]), /^\{"said":"User is not authorized to access this resource with an explicit deny/);
  });
});

describe("the context of a Lambda authorizer", () => {
  const context = { str: "hello", num: 123, bool: true, nothing: null };

  it("[D.3] reaches the function as texts, with principalId and integrationLatency, right after resourceId", async () => {
    await using api = await startGatedApi(() => allowing({ context }));
    const reply = await api.get("/Test", "t");
    const { integrationLatency, ...rest } = authorizerOf(reply);
    assert.deepEqual(rest, { str: "hello", num: "123", bool: "true", nothing: null, principalId: "ada" });
    assert.equal(typeof integrationLatency, "number");
    assert.deepEqual(Object.keys((JSON.parse(reply.body) as Event).requestContext).slice(0, 2), [
      "resourceId",
      "authorizer",
    ]);
    assert.equal(api.lastRequest().principal, "ada");
  });

  it("[D.3] reaches mapping templates and access logs", async () => {
    const accessLog = { destinationArn: "arn:x", format: "$context.authorizer.principalId $context.authorizer.num" };
    await using api = await startGatedApi(() => allowing({ context }), {
      method: {
        integration: lambdaProxy({
          type: "MOCK",
          requestTemplates: { "application/json": '{"statusCode":200}' },
          responses: [
            {
              statusCode: "200",
              selectionPattern: undefined,
              responseParameters: {},
              responseTemplates: { "application/json": "$context.authorizer.principalId:$context.authorizer.str" },
              contentHandling: undefined,
            },
          ],
        }),
        methodResponses: [{ statusCode: "200", responseParameters: {} }],
      },
      api: { stages: [stage({ accessLog })] },
    });
    assert.equal((await api.get("/Test", "t")).body, "ada:hello");
    const lines = api.platform.events.flatMap((event) => (event.kind === "access-log" ? event.line : []));
    assert.deepEqual(lines, ["ada 123"]);
  });

  it("[D.3] may name no principal, or an empty one", async () => {
    await using api = await startGatedApi(({ authorizationToken }) =>
      authorizationToken === "none" ? { policyDocument: policy("Allow") } : allowing({ principalId: "" }),
    );
    assert.equal("principalId" in authorizerOf(await api.get("/Test", "none")), false);
    assert.equal(authorizerOf(await api.get("/Test", "empty")).principalId, "");
  });
});

describe("what a Lambda authorizer answered before", () => {
  it("[D.2] is kept for the identity, for every method of the stage, until its time is over", async () => {
    await using api = await startGatedApi(() => allowing(), { api: { stages: [stage(), stage({ name: "Other" })] } });
    api.platform.setTime(START);
    await api.get("/Test", "a");
    const again = await api.get("/Test/items", "a");
    assert.equal(authorizerOf(again).integrationLatency, 0);
    assert.equal(api.asked.length, 1);
    await api.get("/Test", "b");
    await api.get("/Other", "a");
    assert.equal(api.asked.length, 3);
    api.platform.setTime(START + 299_999);
    await api.get("/Test", "a");
    assert.equal(api.asked.length, 3);
    api.platform.setTime(START + 300_000);
    await api.get("/Test", "a");
    assert.equal(api.asked.length, 4);
  });

  it("[D.2] is evaluated again for each method", async () => {
    await using api = await startGatedApi(({ methodArn }) => allowing({ policyDocument: policy("Allow", methodArn) }));
    assert.equal((await api.get("/Test/items", "a")).status, 200);
    assert.equal((await api.get("/Test/items/7", "a")).status, 403);
    assert.equal(api.asked.length, 1);
  });

  it("[D.2] is not kept with a TTL of 0, nor when it was an error or a 401", async () => {
    await using uncached = await startGatedApi(() => allowing(), { authorizer: { resultTtlSeconds: 0 } });
    for (const _ of [1, 2]) await uncached.get("/Test", "a");
    assert.equal(uncached.asked.length, 2);
    await using failing = await startGatedApi(({ authorizationToken }) =>
      authorizationToken === "a" ? new Error("Unauthorized") : new Error("broken"),
    );
    for (const token of ["a", "a", "b", "b"]) await failing.get("/Test", token);
    assert.equal(failing.asked.length, 4);
  });
});

describe("the function of a Lambda authorizer", () => {
  it("[D.2] needs a permission for the authorizer, or a role", async () => {
    const invokePermissions = [{ functionArn: GATE_ARN, sourceArn: `${EXECUTION_ARN}/*/GET/*` }];
    await using api = await startGatedApi(() => allowing(), { api: { invokePermissions } });
    assert.deepEqual(seen(await api.get("/Test", "t")), MISCONFIGURED);
    assert.match(api.lastRequest().reason ?? "", /demoapi123\/authorizers\/gate01/);
    await using withRole = await startGatedApi(() => new Error("Unauthorized"), {
      authorizer: { credentials: "arn:aws:iam::123456789012:role/gate" },
      api: { invokePermissions },
    });
    assert.deepEqual(seen(await withRole.get("/Test", "t")), UNAUTHORIZED);
  });

  it("may be named by a stage variable", async () => {
    const uri = `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${GATE_ARN.replace("Gate", "${stageVariables.gate}")}/invocations`;
    await using api = await startGatedApi(() => allowing(), {
      authorizer: { uri },
      api: { stages: [stage({ variables: { gate: "Gate" } })] },
    });
    assert.equal((await api.get("/Test", "t")).status, 200);
  });
});

describe("an API that takes its keys from the authorizer", () => {
  const keys: Partial<RestApiModel> = {
    apiKeySource: "AUTHORIZER",
    apiKeys: [{ id: "key1", name: "one", value: "secret-one", enabled: true }],
    usagePlans: [
      {
        id: "plan1",
        name: "gold",
        apiKeyIds: ["key1"],
        stages: [{ apiId: "demoapi123", stage: "Test", methodThrottles: [] }],
        throttle: undefined,
        quota: undefined,
      },
    ],
  };

  it("[D.7] takes usageIdentifierKey, and no header", async () => {
    await using api = await startGatedApi(
      ({ authorizationToken }) =>
        allowing(authorizationToken === "none" ? {} : { usageIdentifierKey: authorizationToken }),
      { method: { apiKeyRequired: true }, api: keys },
    );
    const reply = await api.get("/Test", "secret-one");
    assert.equal(reply.status, 200);
    assert.equal((JSON.parse(reply.body) as Event).requestContext.identity.apiKeyId, "key1");
    const forbidden = [403, "ForbiddenException", '{"message":"Forbidden"}'];
    assert.deepEqual(seen(await api.get("/Test", "another")), forbidden);
    const headers = { Authorization: "none", "x-api-key": "secret-one" };
    assert.deepEqual(seen(await api.send("GET", "/Test", { headers })), forbidden);
  });
});
