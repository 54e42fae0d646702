import assert from "node:assert/strict";
import { once } from "node:events";
import { listenOnLoopback } from "../../../local/http/loopback.ts";
import type { IntegrationModel, IntegrationResponseModel, MethodModel } from "../../../local/model.ts";
import { type ApiOptions, startApi } from "./api-harness.ts";
import { FUNCTION_ARN, lambdaProxy, method, resources, secured, stage } from "./models.ts";
import { testPool } from "./test-pool.ts";

function response(overrides: Partial<IntegrationResponseModel> = {}): IntegrationResponseModel {
  return {
    statusCode: "200",
    selectionPattern: undefined,
    responseParameters: {},
    responseTemplates: {},
    contentHandling: undefined,
    ...overrides,
  };
}

function lambda(overrides: Partial<IntegrationModel> = {}): IntegrationModel {
  return lambdaProxy({ type: "AWS", responses: [response()], ...overrides });
}

function mock(overrides: Partial<IntegrationModel> = {}): IntegrationModel {
  return {
    ...lambdaProxy(),
    type: "MOCK",
    httpMethod: undefined,
    uri: undefined,
    functionArn: undefined,
    requestTemplates: { "application/json": '{"statusCode": 200}' },
    responses: [response()],
    ...overrides,
  };
}

const MIRROR = `exports.handler = async (event) => event;`;

/** One method, `POST /items/{id}`. */
const start = (integration: IntegrationModel, overrides: Partial<MethodModel> = {}, options: ApiOptions = {}) =>
  startApi({
    code: MIRROR,
    ...options,
    api: {
      resources: resources({ "/items/{id}": [method("POST", { integration, ...overrides })] }),
      stages: [stage({ variables: { color: "green" } })],
      ...options.api,
    },
  });

describe("a custom Lambda integration", () => {
  it("[D.6] hands over the raw body, and answers the whole result", async () => {
    await using api = await start(lambda());
    const { status, body, headers } = await api.send("POST", "/Test/items/1", {
      body: '{"statusCode":404,"body":"x"}',
    });
    assert.deepEqual([status, body], [200, '{"statusCode":404,"body":"x"}']);
    assert.equal(headers["content-type"], "application/json");
    assert.match(headers["x-amzn-trace-id"] as string, /^Root=/);
  });

  it("[D.6] hands over {} when there is no body", async () => {
    await using api = await start(lambda());
    assert.equal((await api.send("POST", "/Test/items/1")).body, "{}");
  });

  it("[D.6] answers at once and without a body when X-Amz-Invocation-Type is Event, which the client may decide", async () => {
    const queued: unknown[] = [];
    const invoked: string[] = [];
    const type = "integration.request.header.X-Amz-Invocation-Type";
    const integration = (source: string) =>
      lambda({
        requestParameters: { [type]: source },
        requestTemplates: { "application/json": '{"id": "$input.params(\'id\')"}' },
      });
    const options: ApiOptions = {
      invoke: async (_, payload) => {
        invoked.push(payload);
        return { payload, functionError: undefined, reason: undefined };
      },
      queueEvent: (arn, payload) => void queued.push([arn, payload]),
    };
    await using always = await start(integration("'Event'"), {}, options);
    const { status, body, headers } = await always.send("POST", "/Test/items/1");
    assert.deepEqual([status, body, headers["content-type"]], [200, "", "application/json"]);
    await using asAsked = await start(integration("method.request.header.InvocationType"), {}, options);
    const ask = (InvocationType?: string) =>
      asAsked.send("POST", "/Test/items/2", { headers: InvocationType === undefined ? {} : { InvocationType } });
    assert.deepEqual([(await ask("Event")).body, (await ask("RequestResponse")).body], ["", '{"id": "2"}']);
    assert.equal((await ask()).body, '{"id": "2"}');
    assert.equal((await ask("Later")).status, 500);
    assert.match(asAsked.lastRequest().reason!, /X-Amz-Invocation-Type Later/);
    assert.deepEqual(
      [queued, invoked],
      [["1", "2"].map((id) => [FUNCTION_ARN, `{"id": "${id}"}`]), ['{"id": "2"}', '{"id": "2"}']],
    );
  });

  it("[D.6] is 500 where the method has no response for the status", async () => {
    await using api = await start(lambda(), { methodResponses: [{ statusCode: "201", responseParameters: {} }] });
    const { status, body } = await api.send("POST", "/Test/items/1");
    assert.deepEqual([status, body], [500, '{"message": "Internal server error"}']);
    assert.match(api.lastRequest().reason!, /^Output mapping refers to an invalid method response: 200\./);
  });

  it("[D.6] answers a thrown error with 200 when no pattern matches", async () => {
    await using api = await start(lambda(), {}, { code: `exports.handler = async () => { throw new Error("no"); };` });
    const { status, body } = await api.send("POST", "/Test/items/1");
    assert.equal(status, 200);
    const { errorType, errorMessage } = JSON.parse(body);
    assert.deepEqual([errorType, errorMessage], ["Error", "no"]);
    assert.equal(api.lastRequest().reason, "The function threw Error: no.");
  });

  it("[D.6] selects a response by the whole error message", async () => {
    const responses = [
      response(),
      response({
        statusCode: "404",
        selectionPattern: "Not found: .*",
        responseTemplates: { "application/json": `{"why": $input.json('$.errorMessage')}` },
      }),
    ];
    const code = `exports.handler = async (event) => { throw new Error(event.say); };`;
    await using api = await start(lambda({ responses }), {}, { code });
    const found = await api.send("POST", "/Test/items/1", { body: '{"say":"Not found: 7"}' });
    assert.deepEqual([found.status, found.body], [404, '{"why": "Not found: 7"}']);
    assert.equal((await api.send("POST", "/Test/items/1", { body: '{"say":"Oh. Not found: 7"}' })).status, 200);
  });

  it("answers 500 when there is no response for the result", async () => {
    await using api = await start(lambda({ responses: [] }));
    assert.equal((await api.send("POST", "/Test/items/1")).status, 500);
    assert.match(api.lastRequest().reason ?? "", /^The integration has no response for a success/);
  });

  it("[D.3, D.6] renders a mapping template with $input, $context, $stageVariables and $util", async () => {
    const template = `#set($root = $input.path('$'))
{
  "id": "$input.params('id')", "limit": "$input.params('limit')", "agent": "$input.params().header.get('X-Agent')",
  "all": $input.json('$'), "first": $input.json('$.list[0]'), "missing": "$input.path('$.nothing')",
  "names": [#foreach($item in $root.list)"$item.name"#if($foreach.hasNext),#end#end],
  "group": "$context.authorizer.claims['cognito:groups']", "sub": "$context.authorizer.claims.sub", "none": "$context.authorizer.claims.nope",
  "stage": "$context.stage", "color": "$stageVariables.color", "noColor": "$stageVariables.other",
  "quoted": "$util.escapeJavaScript($root.text)", "encoded": "$util.base64Encode('hi')", "url": "$util.urlEncode('a b&c')"
}`;
    const pool = testPool();
    const integration = lambda({ requestTemplates: { "application/json": template } });
    await using api = await startApi({
      code: MIRROR,
      pools: [pool],
      api: {
        resources: resources({ "/items/{id}": [secured("POST", { integration })] }),
        stages: [stage({ variables: { color: "green" } })],
      },
    });
    const document = { list: [{ name: "a" }, { name: "b" }], text: 'say "hi"\n' };
    const { body } = await api.send("POST", "/Test/items/7?limit=5", {
      body: JSON.stringify(document),
      headers: { Authorization: pool.idToken({ "cognito:groups": ["x", "y"] }), "X-Agent": "me" },
    });
    assert.deepEqual(JSON.parse(body), {
      id: "7",
      limit: "5",
      agent: "me",
      all: document,
      first: { name: "a" },
      missing: "",
      names: ["a", "b"],
      group: "x,y",
      sub: "a1cb05c0-a081-70a3-d56c-96f0927b7c1a",
      none: "",
      stage: "Test",
      color: "green",
      noColor: "",
      quoted: 'say "hi"\n',
      encoded: "aGk=",
      url: "a+b%26c",
    });
  });

  it("answers 500 for a template that is no template", async () => {
    await using api = await start(lambda({ requestTemplates: { "application/json": "#if( {" } }));
    assert.equal((await api.send("POST", "/Test/items/1")).status, 500);
    assert.match(api.lastRequest().reason ?? "", /^The mapping template cannot be rendered: /);
  });

  it("answers 400 when what would be the event is not JSON", async () => {
    await using api = await start(lambda());
    const { status, body } = await api.send("POST", "/Test/items/1", { body: "not json" });
    assert.equal(status, 400);
    assert.match(body, /^\{"message":"Could not parse request body into json: /);
  });

  for (const [passthroughBehavior, templates, status] of [
    ["WHEN_NO_MATCH", { "application/json": "{}" }, 200],
    ["WHEN_NO_TEMPLATES", { "application/json": "{}" }, 415],
    ["WHEN_NO_TEMPLATES", {}, 200],
    ["NEVER", {}, 415],
  ] as const) {
    it(`[D.6, D.7] with ${passthroughBehavior} and ${Object.keys(templates).length} templates answers another type with ${status}`, async () => {
      await using api = await start(lambda({ passthroughBehavior, requestTemplates: templates }));
      const reply = await api.send("POST", "/Test/items/1", { body: '"x"', headers: { "Content-Type": "text/plain" } });
      assert.equal(reply.status, status);
      if (status === 200) return;
      assert.equal(reply.body, '{"message":"Unsupported Media Type"}');
      assert.equal(reply.headers["x-amzn-errortype"], "BadRequestException");
    });
  }

  it("has a template for no type but those that are named, whatever a client calls its own", async () => {
    const integration = { requestTemplates: { "application/json": "{}" }, passthroughBehavior: "NEVER" };
    await using api = await start(lambda(integration as Partial<IntegrationModel>));
    for (const type of ["text/plain", "constructor", "__proto__", "hasOwnProperty"]) {
      const { status } = await api.send("POST", "/Test/items/1", { body: "x", headers: { "Content-Type": type } });
      assert.equal(status, 415, type);
    }
  });

  it("[D.6] maps response parameters, and lets a template override status and header fields", async () => {
    const responses = [
      response({
        responseParameters: {
          "method.response.header.X-Literal": "'fixed'",
          "method.response.header.X-Request": "context.requestId",
          "method.response.header.X-Color": "stageVariables.color",
          "method.response.header.X-Body": "integration.response.body.name",
          "method.response.header.X-Path": "method.request.path.id",
          "method.response.header.X-Gone": "integration.response.body.nothing",
          "method.response.header.Server": "'mine'",
        },
        responseTemplates: {
          "text/plain": `#set($context.responseOverride.status = 418)#set($context.responseOverride.header.X-Over = "set")hello $input.path('$.name')`,
        },
      }),
    ];
    await using api = await start(lambda({ responses }));
    const { status, body, headers } = await api.send("POST", "/Test/items/7", { body: '{"name":"Ada"}' });
    assert.deepEqual([status, body, headers["content-type"]], [418, "hello Ada", "text/plain"]);
    assert.equal(headers["x-literal"], "fixed");
    assert.equal(headers["x-request"], headers["x-amzn-requestid"]);
    assert.equal(headers["x-color"], "green");
    assert.equal(headers["x-body"], "Ada");
    assert.equal(headers["x-path"], "7");
    assert.equal(headers["x-gone"], undefined);
    assert.equal(headers["x-amzn-remapped-server"], "mine");
    assert.equal(headers.server, undefined);
  });
});

describe("an integration with a service of AWS", () => {
  for (const [uri, service] of [
    ["arn:aws:apigateway:us-east-1:sqs:path/123456789012/orders", "sqs"],
    ["arn:aws:apigateway:us-east-1:events:action/PutEvents", "events"],
    ["arn:aws:apigateway:us-east-1:states:action/StartExecution", "states"],
  ] as const) {
    it(`is refused as the service ${service}, which the start names`, async () => {
      await using api = await start(lambda({ uri, functionArn: undefined }));
      assert.equal((await api.send("POST", "/Test/items/1")).status, 500);
      assert.equal(
        api.lastRequest().reason,
        `The integration calls AWS's service ${service}, which does not run here: ` +
          `only Lambda functions, services on this machine and, by REST APIs, GetObject of S3 are called. Its URI is ${uri}.`,
      );
    });
  }

  it("is told from a function's that is written wrong", async () => {
    const uri = "arn:aws:apigateway:us-east-1:lambda:path/functions/missing";
    await using api = await start(lambda({ uri, functionArn: undefined }));
    assert.equal((await api.send("POST", "/Test/items/1")).status, 500);
    assert.equal(api.lastRequest().reason, `The integration's URI names no Lambda function: ${uri}.`);
  });
});

describe("a mock integration", () => {
  it("[D.9] answers the preflight request of a browser, without a token", async () => {
    const preflight = mock({
      responses: [
        response({
          statusCode: "204",
          responseParameters: {
            "method.response.header.Access-Control-Allow-Headers": "'Content-Type,Authorization'",
            "method.response.header.Access-Control-Allow-Methods": "'GET,OPTIONS'",
            "method.response.header.Access-Control-Allow-Origin": "'*'",
          },
        }),
      ],
    });
    await using api = await startApi({
      api: { resources: resources({ "/items": [secured("GET"), method("OPTIONS", { integration: preflight })] }) },
    });
    const { status, body, headers } = await api.send("OPTIONS", "/Test/items");
    assert.deepEqual([status, body], [204, ""]);
    assert.equal(headers["access-control-allow-origin"], "*");
    assert.equal(headers["access-control-allow-headers"], "Content-Type,Authorization");
    assert.equal(headers["access-control-allow-methods"], "GET,OPTIONS");
    assert.equal(headers["x-amzn-trace-id"], undefined);
  });

  it("[D.6] selects the response by the status that its template gives", async () => {
    const integration = mock({
      requestTemplates: { "application/json": `{"statusCode": #if($input.params('fail') == "1")503#{else}200#end}` },
      responses: [
        response({ responseTemplates: { "application/json": '{"ok":true}' } }),
        response({
          statusCode: "503",
          selectionPattern: "5\\d{2}",
          responseTemplates: { "application/json": '{"ok":false}' },
        }),
      ],
    });
    await using api = await start(integration);
    const fine = await api.send("POST", "/Test/items/1");
    assert.deepEqual([fine.status, fine.body], [200, '{"ok":true}']);
    const down = await api.send("POST", "/Test/items/1?fail=1");
    assert.deepEqual([down.status, down.body], [503, '{"ok":false}']);
  });

  // ministackorg/ministack#1756, measured on AWS on 16 September 2026.
  it("[D.6] selects of several responses that match the one with the status itself", async () => {
    const responses = [
      response(),
      response({ statusCode: "500", selectionPattern: "5\\d{2}" }),
      response({ statusCode: "503", selectionPattern: "50[34]" }),
    ];
    const requestTemplates = { "application/json": `{"statusCode": $input.params('status')}` };
    await using api = await start(mock({ requestTemplates, responses }));
    for (const [status, answered] of [
      [503, 503],
      [500, 500],
      [504, 500],
    ]) {
      assert.equal((await api.send("POST", `/Test/items/1?status=${status}`)).status, answered);
    }
  });

  it("answers 500 when its template gives no status", async () => {
    await using api = await start(mock({ requestTemplates: {} }));
    assert.equal((await api.send("POST", "/Test/items/1")).status, 500);
    assert.match(api.lastRequest().reason ?? "", /gives no statusCode/);
  });
});

describe("an HTTP integration", () => {
  const http = (uri: string, overrides: Partial<IntegrationModel> = {}) =>
    lambdaProxy({ type: "HTTP_PROXY", httpMethod: "ANY", uri, functionArn: undefined, ...overrides });

  it("[D.6] talks to a service on this machine", async () => {
    const server = await listenOnLoopback(0);
    server.handle((req, res) => {
      res.writeHead(201, { "X-Seen": `${req.method} ${req.url}`, "Content-Type": "text/plain" });
      req.pipe(res);
    });
    try {
      await using api = await start(http(`${server.origin}/things/{id}`));
      const { status, body, headers } = await api.send("POST", "/Test/items/7?a=b", { body: "hi" });
      assert.deepEqual([status, body, headers["x-seen"]], [201, "hi", "POST /things/7?a=b"]);
      assert.equal(headers["content-type"], "text/plain");
    } finally {
      await server.close();
    }
  });

  it("says of a service that does not answer where it is, and nothing of the query, which may hold a token", async () => {
    const server = await listenOnLoopback(0);
    await server.close();
    await using api = await startApi({
      api: { resources: resources({ "/items/{id}": [method("GET", { integration: http(`${server.origin}/x`) })] }) },
    });
    assert.equal((await api.send("GET", "/Test/items/7?access_token=secret")).status, 504);
    assert.equal(api.lastRequest().reason, `${server.origin}/x could not be reached: ECONNREFUSED.`);
  });

  // https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings-workflow.html
  it("[D.6] passes bytes of a custom one on where the client accepts them, and else as base64", async () => {
    const bytes = Buffer.from([0x89, 0x50, 0xff, 0x00]);
    const server = await listenOnLoopback(0);
    server.handle((_req, res) => void res.writeHead(200, { "Content-Type": "image/png" }).end(bytes));
    try {
      const integration = http(server.origin, { type: "HTTP", responses: [response()] });
      const post = method("POST", { integration });
      await using api = await startApi({
        api: { binaryMediaTypes: ["image/png"], resources: resources({ "/items/{id}": [post] }) },
      });
      const accepting = (accept: string) => api.send("POST", "/Test/items/7", { headers: { accept } });
      assert.deepEqual((await accepting("image/png")).bytes, bytes);
      assert.equal((await accepting("text/html")).body, bytes.toString("base64"));
      await using plain = await startApi({ api: { resources: resources({ "/items/{id}": [post] }) } });
      assert.equal((await plain.send("POST", "/Test/items/7")).body, bytes.toString());
    } finally {
      await server.close();
    }
  });

  it("[D.6] selects the response of a custom one by status", async () => {
    const server = await listenOnLoopback(0);
    server.handle((_req, res) => void res.writeHead(404, { "X-Why": "gone" }).end("{}"));
    try {
      const responses = [
        response(),
        response({
          statusCode: "410",
          selectionPattern: "404",
          responseParameters: { "method.response.header.X-Why": "integration.response.header.X-Why" },
        }),
      ];
      await using api = await start(http(server.origin, { type: "HTTP", responses }));
      const { status, headers } = await api.send("POST", "/Test/items/7");
      assert.deepEqual([status, headers["x-why"]], [410, "gone"]);
    } finally {
      await server.close();
    }
  });

  for (const uri of [
    "https://example.com/",
    "http://127.0.0.1.example.com/",
    "http://169.254.169.254/latest",
    "file:///etc/passwd",
  ]) {
    it(`is refused when it leads to ${uri}`, async () => {
      await using api = await start(http(uri));
      assert.equal((await api.send("POST", "/Test/items/7")).status, 500);
      assert.match(api.lastRequest().reason ?? "", /calls services on this machine only/);
    });
  }

  for (const type of ["HTTP_PROXY", "HTTP"] as const) {
    it(`[D.6] as ${type} takes an answer of 10 MB, and answers 500 to one byte more, whose rest it does not read`, async () => {
      const server = await listenOnLoopback(0);
      let gone: Promise<unknown> | undefined;
      server.handle((req, res) => {
        if (req.url === "/whole") return void res.end(Buffer.alloc(10_485_760));
        gone = once(res, "close");
        // No end: whoever reads to it waits for ever.
        res.write(Buffer.alloc(10_485_761));
      });
      try {
        const integration = { type, responses: [response()] };
        await using whole = await start(http(`${server.origin}/whole`, integration));
        const { status, body } = await whole.send("POST", "/Test/items/7");
        assert.deepEqual([status, body.length], [200, 10_485_760]);
        await using endless = await start(http(`${server.origin}/endless`, integration));
        const refused = await endless.send("POST", "/Test/items/7");
        assert.deepEqual([refused.status, refused.body], [500, '{"message": "Internal server error"}']);
        assert.match(
          endless.lastRequest().reason!,
          /answered with more than the 10485760 bytes that API Gateway takes/,
        );
        await gone;
      } finally {
        await server.close();
      }
    });
  }

  it("answers 504 when nothing listens", async () => {
    const server = await listenOnLoopback(0);
    await server.close();
    await using api = await start(http(server.origin));
    assert.equal((await api.send("POST", "/Test/items/7")).status, 504);
  });
});
