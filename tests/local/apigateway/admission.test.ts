import assert from "node:assert/strict";
import type { RestApiModel, UsagePlanModel } from "../../../local/model.ts";
import { startApi } from "./api-harness.ts";
import { method, resources, secured, stage } from "./models.ts";

describe("a request validator", () => {
  const schema = {
    $schema: "http://json-schema.org/draft-04/schema#",
    type: "object",
    required: ["amount"],
    properties: {
      amount: { type: "number", minimum: 0, exclusiveMinimum: true },
      payee: { $ref: "https://apigateway.amazonaws.com/restapis/demoapi123/models/Payee" },
    },
  };
  const api: Partial<RestApiModel> = {
    requestValidators: [{ id: "val1", name: "all", validateBody: true, validateParameters: true }],
    models: [
      { name: "Payment", contentType: "application/json", schema: JSON.stringify(schema) },
      { name: "Payee", contentType: "application/json", schema: '{"type":"object","required":["iban"]}' },
    ],
    resources: resources({
      "/payments": [
        method("POST", {
          requestValidatorId: "val1",
          requestParameters: {
            "method.request.querystring.page": true,
            "method.request.header.X-Tenant": true,
            "method.request.querystring.optional": false,
          },
          requestModels: { "application/json": "Payment" },
        }),
      ],
    }),
  };
  const headers = { "X-Tenant": "t1", "Content-Type": "application/json" };

  it("[D.7] names the required parameters that are missing, header fields first and the query last", async () => {
    await using running = await startApi({ api });
    const reply = await running.send("POST", "/Test/payments", { body: "{}" });
    assert.equal(reply.status, 400);
    assert.equal(reply.body, '{"message":"Missing required request parameters: [X-Tenant, page]"}');
    assert.equal(reply.headers["x-amzn-errortype"], "BadRequestException");
  });

  it("[D.7] refuses a body that does not fit the model, and says why in the log", async () => {
    await using running = await startApi({ api });
    for (const [body, reason] of [
      ['{"amount":0}', /does not fit the model Payment/],
      ["{}", /amount/],
      ['{"amount":1,"payee":{}}', /iban/],
      ["no json", /the body is not JSON/],
      ["", /the body is not JSON/],
    ] as const) {
      const reply = await running.send("POST", "/Test/payments?page=1", { body, headers });
      assert.deepEqual([reply.status, reply.body], [400, '{"message":"Invalid request body"}'], body);
      assert.match(running.lastRequest().reason ?? "", reason);
    }
    const good = await running.send("POST", "/Test/payments?page=1", {
      body: '{"amount":0.5,"payee":{"iban":"x"}}',
      headers,
    });
    assert.equal(good.status, 200);
  });

  it("looks at no body of a type that has no model, whatever the type is called", async () => {
    await using running = await startApi({ api });
    for (const type of ["text/plain", "constructor", "__proto__", "toString"]) {
      const sent = { body: "no json", headers: { ...headers, "Content-Type": type } };
      assert.equal((await running.send("POST", "/Test/payments?page=1", sent)).status, 200, type);
    }
  });
});

describe("API keys and usage plans", () => {
  const plan = (overrides: Partial<UsagePlanModel> = {}): UsagePlanModel => ({
    id: "plan1",
    name: "Basic",
    stages: [{ apiId: "demoapi123", stage: "Test", methodThrottles: [] }],
    throttle: undefined,
    quota: undefined,
    apiKeyIds: ["key1", "key3"],
    ...overrides,
  });
  const api = (usagePlan = plan()): Partial<RestApiModel> => ({
    resources: resources({ "/": [method("GET", { apiKeyRequired: true })], "/free": [method("GET")] }),
    apiKeys: [
      { id: "key1", name: "a", value: "secret-one", enabled: true },
      { id: "key2", name: "b", value: "secret-two", enabled: true },
      { id: "key3", name: "c", value: "secret-three", enabled: false },
    ],
    usagePlans: [usagePlan],
  });

  it("[D.7] refuse a missing, unknown, unplanned or disabled key alike", async () => {
    await using running = await startApi({ api: api() });
    for (const [key, reason] of [
      [undefined, /wants an API key/],
      ["guess", /no API key of this API/],
      ["secret-two", /key2 is in no usage plan with the stage Test/],
      ["secret-three", /key3 is disabled/],
    ] as const) {
      const reply = await running.send("GET", "/Test", { headers: key === undefined ? {} : { "X-Api-Key": key } });
      assert.deepEqual([reply.status, reply.body], [403, '{"message":"Forbidden"}']);
      assert.equal(reply.headers["x-amzn-errortype"], "ForbiddenException");
      assert.match(running.lastRequest().reason ?? "", reason);
      if (key) assert.ok(!running.lastRequest().reason?.includes(key), "the key is in the log");
    }
  });

  it("let a planned key pass, and tell the function which it was", async () => {
    await using running = await startApi({ api: api() });
    const reply = await running.send("GET", "/Test", { headers: { "x-api-key": "secret-one" } });
    const { identity } = JSON.parse(reply.body).requestContext;
    assert.deepEqual([identity.apiKey, identity.apiKeyId], ["secret-one", "key1"]);
    assert.equal((await running.send("GET", "/Test/free")).status, 200);
  });

  it("[D.7] count requests against rate and quota", async () => {
    const limited = plan({ throttle: { rateLimit: 1, burstLimit: 2 }, quota: { limit: 3, offset: 0, period: "DAY" } });
    await using running = await startApi({ api: api(limited) });
    const send = () => running.send("GET", "/Test", { headers: { "x-api-key": "secret-one" } });
    const noon = Date.UTC(2026, 5, 15, 12);
    running.platform.setTime(noon);
    assert.deepEqual([(await send()).status, (await send()).status], [200, 200]);
    const throttled = await send();
    assert.deepEqual([throttled.status, throttled.body], [429, '{"message":"Too Many Requests"}']);
    assert.equal(throttled.headers["x-amzn-errortype"], "TooManyRequestsException");
    running.platform.setTime(noon + 1000);
    assert.equal((await send()).status, 200);
    running.platform.setTime(noon + 5000);
    const exceeded = await send();
    assert.deepEqual([exceeded.status, exceeded.body], [429, '{"message":"Limit Exceeded"}']);
    assert.equal(exceeded.headers["x-amzn-errortype"], "LimitExceededException");
    running.platform.setTime(noon + 24 * 3600 * 1000);
    assert.equal((await send()).status, 200);
  });

  it("limit a key on one method by that method's own throttle", async () => {
    const methodThrottles = [{ methodPath: "//GET", rateLimit: 1, burstLimit: 1 }];
    const limited = plan({
      stages: [{ apiId: "demoapi123", stage: "Test", methodThrottles }],
      throttle: { rateLimit: 1, burstLimit: 3 },
    });
    const methods = ["GET", "POST"].map((name) => method(name, { apiKeyRequired: true }));
    await using running = await startApi({ api: { ...api(limited), resources: resources({ "/": methods }) } });
    running.platform.setTime(Date.UTC(2026, 5, 15, 12));
    const headers = { "x-api-key": "secret-one" };
    const statuses: number[] = [];
    for (const verb of ["GET", "GET", "POST", "POST", "POST", "POST"]) {
      statuses.push((await running.send(verb, "/Test", { headers })).status);
    }
    assert.deepEqual(statuses, [200, 429, 200, 200, 200, 429]);
  });

  it("are asked for after the authorizer", async () => {
    const guarded = { ...api(), resources: resources({ "/": [secured("GET", { apiKeyRequired: true })] }) };
    await using running = await startApi({ api: guarded });
    assert.equal((await running.send("GET", "/Test")).status, 401);
    assert.equal((await running.get("/Test", running.pool.idToken())).status, 403);
  });
});

describe("what guards an API and is not evaluated here", () => {
  const closed: [string, Partial<RestApiModel>, RegExp][] = [
    ["a resource policy that cannot be read", { policy: '{"statement":[]}' }, /resource policy cannot be read/],
    ["a private endpoint", { endpointType: "PRIVATE" }, /The API is private/],
  ];
  for (const [what, api, reason] of closed) {
    it(`refuses every request, with the reason in the log: ${what}`, async () => {
      await using running = await startApi({ api: { ...api, resources: resources({ "/": [method("GET")] }) } });
      const reply = await running.send("GET", "/Test");
      assert.equal(reply.status, 403);
      assert.equal(reply.headers["x-amzn-errortype"], "AccessDeniedException");
      assert.match(running.lastRequest().reason ?? "", reason);
    });
  }
});

describe("stage throttling", () => {
  it("[D.8] limits each method, with settings of its own before those of all", async () => {
    const methodSettings = [
      { methodPath: "*/*", throttlingRateLimit: 1, throttlingBurstLimit: 1 },
      { methodPath: "items/GET", throttlingRateLimit: 1, throttlingBurstLimit: 2 },
    ];
    await using api = await startApi({
      api: {
        stages: [stage({ methodSettings })],
        resources: resources({ "/items": [method("GET"), method("POST")] }),
      },
    });
    api.platform.setTime(Date.UTC(2026, 0, 1));
    const statuses = async (verb: string, times: number) => {
      const all: number[] = [];
      for (let i = 0; i < times; i++) all.push((await api.send(verb, "/Test/items")).status);
      return all;
    };
    assert.deepEqual(await statuses("GET", 3), [200, 200, 429]);
    assert.deepEqual(await statuses("POST", 2), [200, 429]);
    assert.equal(
      api.lastRequest().reason,
      "More requests than the stage lets POST /items take: 1 a second, 1 at once.",
    );
    api.platform.setTime(Date.UTC(2026, 0, 1) + 1000);
    assert.deepEqual(await statuses("POST", 1), [200]);
  });
});

describe("the stage's access log", () => {
  it("has a line for every request, in the stage's own format", async () => {
    const format =
      '{"id":"$context.requestId","ip":"$context.identity.sourceIp","caller":"$context.authorizer.claims.sub",' +
      '"method":"$context.httpMethod","path":"$context.resourcePath","status":$context.status,"length":$context.responseLength,' +
      '"error":"$context.error.message","type":"$context.error.responseType"}';
    await using api = await startApi({
      code: `exports.handler = async () => ({ statusCode: 200, body: "four" });`,
      api: {
        stages: [stage({ accessLog: { format, destinationArn: "arn:aws:logs:us-east-1:123456789012:log-group:api" } })],
      },
    });
    const allowed = await api.get("/Test/transactions", api.pool.idToken());
    await api.get("/Test/transactions");
    await api.get("/elsewhere");
    const lines = api.platform.events.filter((event) => event.kind === "access-log");
    assert.equal(lines.length, 2);
    assert.deepEqual([lines[0]?.apiId, lines[0]?.stage], ["demoapi123", "Test"]);
    assert.deepEqual(JSON.parse(lines[0]!.line), {
      id: allowed.headers["x-amzn-requestid"],
      ip: "127.0.0.1",
      caller: "a1cb05c0-a081-70a3-d56c-96f0927b7c1a",
      method: "GET",
      path: "/transactions",
      status: 200,
      length: 4,
      error: "-",
      type: "-",
    });
    const refused = JSON.parse(lines[1]!.line);
    assert.deepEqual(
      [refused.status, refused.caller, refused.error, refused.type],
      [401, "-", "Unauthorized", "UNAUTHORIZED"],
    );
  });
});
