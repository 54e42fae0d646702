/**
 * What API Gateway does with permissions, fields, HTTP backends and compression beside an integration's main road. Where a test
 * names a recording, AWS answered so (LocalStack's validated snapshots).
 */
import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { gunzipSync, gzipSync, inflateSync } from "node:zlib";
import { testInvokeEndpoint } from "../../../local/apigateway/rest/test-invoke-endpoint.ts";
import { listenOnLoopback } from "../../../local/http/loopback.ts";
import type { IntegrationModel } from "../../../local/model.ts";
import type { InvokeFunction } from "../../../local/platform.ts";
import { recordedPlatform } from "../lambda/recorded-platform.ts";
import { startApi } from "./api-harness.ts";
import { apiDefinition, EXECUTION_ARN, FUNCTION_ARN, lambdaProxy, method, resources, stage } from "./models.ts";

const invoke: InvokeFunction = async (functionArn, payload) => {
  const event = JSON.parse(payload);
  const body = JSON.stringify({ functionArn, ...event });
  return { payload: JSON.stringify({ statusCode: 200, body }), functionError: undefined, reason: undefined };
};
const answering = (result: object): InvokeFunction => {
  return async () => ({ payload: JSON.stringify(result), functionError: undefined, reason: undefined });
};
const OK: IntegrationModel["responses"] = [
  {
    statusCode: "200",
    selectionPattern: undefined,
    responseParameters: {},
    responseTemplates: {},
    contentHandling: undefined,
  },
];

describe("who may invoke a function", () => {
  const api = (integration: IntegrationModel, sourceArn?: string) => ({
    resources: resources({ "/items/{id}": [method("GET", { integration })] }),
    invokePermissions: sourceArn === undefined ? [] : [{ functionArn: FUNCTION_ARN, sourceArn }],
  });
  const status = async (model: ReturnType<typeof api>) => {
    await using running = await startApi({ api: model, invoke });
    return (await running.send("GET", "/Test/items/7")).status;
  };

  // https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html
  it("[D.6] lets a permission name the path with its parameter as it is written, or as *", async () => {
    assert.equal(await status(api(lambdaProxy(), `${EXECUTION_ARN}/*/GET/items/{id}`)), 200);
    assert.equal(await status(api(lambdaProxy(), `${EXECUTION_ARN}/*/GET/items/*`)), 200);
    assert.equal(await status(api(lambdaProxy(), `${EXECUTION_ARN}/*/GET/items/{other}`)), 500);
  });

  // https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegration.html, credentials
  it("[D.6] asks for no permission when the integration has a role of its own", async () => {
    const role = "arn:aws:iam::123456789012:role/caller";
    assert.equal(await status(api(lambdaProxy({ credentials: role }))), 200);
    assert.equal(await status(api(lambdaProxy())), 500);
  });

  // https://docs.aws.amazon.com/apigateway/latest/developerguide/aws-api-gateway-stage-variables-reference.html
  it("[D.6] resolves stage variables in any part of the URI, stage by stage", async () => {
    const functions = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions";
    for (const uri of [
      `${functions}/arn:aws:lambda:us-east-1:123456789012:function:\${stageVariables.fn}/invocations`,
      "${stageVariables.all}",
    ]) {
      const integration = lambdaProxy({ uri, functionArn: undefined, credentials: "arn:aws:iam::1:role/r" });
      const stages = ["blue", "green"].map((name) => {
        const all = `${functions}/arn:aws:lambda:us-east-1:123456789012:function:${name}/invocations`;
        return stage({ name, variables: { fn: name, all } });
      });
      await using running = await startApi({ api: { ...api(integration), stages }, invoke });
      for (const name of ["blue", "green"]) {
        const { body } = await running.send("GET", `/${name}/items/7`);
        assert.equal(JSON.parse(body).functionArn, `arn:aws:lambda:us-east-1:123456789012:function:${name}`);
      }
    }
  });
});

// https://github.com/localstack/localstack, test_apigateway_header_remapping_aws and _http, recorded 2024-12-11
describe("the fields that API Gateway keeps to itself", () => {
  const KEPT = [
    "Content-MD5",
    "Expect",
    "Max-Forwards",
    "Proxy-Authenticate",
    "Server",
    "TE",
    "Trailer",
    "WWW-Authenticate",
  ];

  it("[D.10] are empty to $input.params, and missing from all parameters", async () => {
    const template = `{${KEPT.map((name) => `"${name}": "$input.params('${name}')"`).join(",")}, "n": $input.params().header.size(), "x": "$input.params('X-Mine')"}`;
    const integration = lambdaProxy({
      type: "AWS",
      requestTemplates: { "application/json": template },
      responses: OK,
    });
    await using running = await startApi({
      api: { resources: resources({ "/": [method("GET", { integration })] }) },
      invoke: async (_arn, payload) => ({ payload, functionError: undefined, reason: undefined }),
    });
    const lines = ["GET /Test HTTP/1.1", `Host: 127.0.0.1:${running.port}`, "Connection: close", "X-Mine: 1"];
    for (const name of KEPT.filter((one) => one !== "Expect")) lines.push(`${name}: value`);
    const reply = await running.raw(`${lines.join("\r\n")}\r\n\r\n`);
    const seen = JSON.parse(reply.slice(reply.indexOf("\r\n\r\n")));
    assert.deepEqual(seen, { ...Object.fromEntries(KEPT.map((name) => [name, ""])), n: 2, x: "1" });
  });

  for (const type of ["AWS", "AWS_PROXY"] as const) {
    for (const name of [
      "Content-Length",
      "Transfer-Encoding",
      "Authorization",
      "Connection",
      "Expect",
      "Proxy-Authenticate",
      "TE",
    ]) {
      it(`[D.6] cannot be mapped onto a function's request: ${type}, ${name}`, async () => {
        const requestParameters = { [`integration.request.header.${name}`]: "'x'" };
        const integration = lambdaProxy({ type, requestParameters, responses: OK });
        await using running = await startApi({
          api: { resources: resources({ "/": [method("GET", { integration })] }) },
          invoke,
        });
        const reply = await running.send("GET", "/Test");
        assert.deepEqual([reply.status, reply.body], [500, '{"message": "Internal server error"}']);
        assert.equal(reply.headers["x-amzn-errortype"], "InternalServerErrorException");
      });
    }
  }

  it("[D.6] come back under x-amzn-Remapped-* when an integration response sets them", async () => {
    const names = [
      "Authorization",
      "Connection",
      "Content-Length",
      "Content-MD5",
      "Date",
      "Expect",
      "Host",
      "Max-Forwards",
    ];
    names.push("Proxy-Authenticate", "Server", "Trailer", "Upgrade", "User-Agent", "WWW-Authenticate");
    const parameters = [...names, "TE", "Via", "Pragma"].map((name) => [
      `method.response.header.${name}`,
      `'of ${name}'`,
    ]);
    const responses = [{ ...OK[0]!, responseParameters: Object.fromEntries(parameters) }];
    await using running = await startApi({
      api: { resources: resources({ "/": [method("GET", { integration: lambdaProxy({ type: "AWS", responses }) })] }) },
      invoke: answering({}),
    });
    const { headers } = await running.send("GET", "/Test");
    for (const name of names) assert.equal(headers[`x-amzn-remapped-${name.toLowerCase()}`], `of ${name}`, name);
    assert.deepEqual([headers.te, headers.via, headers.pragma], ["of TE", "of Via", "of Pragma"]);
  });
});

describe("an HTTP integration", () => {
  async function backend() {
    const server = await listenOnLoopback(0);
    const requests: { method: string; url: string; headers: Record<string, string> }[] = [];
    server.handle((incoming: IncomingMessage, response) => {
      const headers: Record<string, string> = {};
      const { rawHeaders } = incoming;
      for (let at = 0; at < rawHeaders.length; at += 2) headers[rawHeaders[at]!] = rawHeaders[at + 1]!;
      requests.push({ method: incoming.method ?? "", url: incoming.url ?? "", headers });
      incoming.resume();
      response.writeHead(200, { "Content-Type": "application/json", Server: "mine", "X-Mine": "1" }).end("{}");
    });
    return { server, requests, [Symbol.asyncDispose]: () => server.close() };
  }
  const http = (type: "HTTP" | "HTTP_PROXY", uri: string, overrides: Partial<IntegrationModel> = {}) => ({
    resources: resources({
      "/p/{id}": [
        method("GET", { integration: lambdaProxy({ type, uri, functionArn: undefined, responses: OK, ...overrides }) }),
      ],
    }),
  });
  const sent = {
    Accept: "text/plain",
    "User-Agent": "mine/1",
    "X-Mine": "1",
    Via: "p",
    "Content-MD5": "x",
    Pragma: "cache",
  };

  // https://github.com/localstack/localstack, test_apigateway_header_remapping_http[HTTP], recorded 2024-12-11
  it("[D.6] is sent the gateway's own fields, and none of the client's or of a client of ours", async () => {
    await using target = await backend();
    await using running = await startApi({ api: http("HTTP", target.server.origin) });
    const reply = await running.send("GET", "/Test/p/1", { headers: sent });
    const { method: verb, headers } = target.requests[0]!;
    const { "X-Amzn-Trace-Id": traceId, ...others } = headers;
    assert.match(traceId ?? "", /^Root=1-/);
    assert.deepEqual(others, {
      Accept: "application/json",
      "User-Agent": "AmazonAPIGateway_demoapi123",
      "X-Amzn-Apigateway-Api-Id": "demoapi123",
      Host: new URL(target.server.origin).host,
      "Content-Length": "0",
      Connection: "close",
    });
    assert.equal(verb, "POST");
    assert.match(reply.headers["x-amzn-trace-id"] as string, /^Root=1-/);
  });

  // https://github.com/localstack/localstack, test_apigateway_header_remapping_http[HTTP_PROXY], recorded 2024-12-11
  it("[D.6] as a proxy passes the client's fields but those that end at the gateway, and remaps the backend's own", async () => {
    await using target = await backend();
    await using running = await startApi({ api: http("HTTP_PROXY", target.server.origin) });
    const reply = await running.send("GET", "/Test/p/1", { headers: sent });
    const { headers } = target.requests[0]!;
    assert.deepEqual(
      [headers.Accept, headers["User-Agent"], headers["X-Mine"], headers.Pragma, headers["X-Amzn-Apigateway-Api-Id"]],
      ["text/plain", "mine/1", "1", "cache", "demoapi123"],
    );
    assert.deepEqual([headers.Via, headers["Content-MD5"]], [undefined, undefined]);
    assert.equal(reply.headers["x-amzn-remapped-server"], "mine");
    assert.ok(reply.headers["x-amzn-remapped-date"]);
    assert.equal(reply.headers["x-mine"], "1");
    assert.equal(reply.headers["x-amzn-trace-id"], undefined);
  });

  // https://github.com/localstack/localstack, test_http_proxy_integration_request_data_mappings, recorded 2024-07-18
  it("[D.6] as a proxy joins mapped query parameters to the URI's and the client's", async () => {
    await using target = await backend();
    const requestParameters = {
      "integration.request.path.qsVar": "method.request.querystring.testVar",
      "integration.request.path.pathVar": "method.request.path.id",
      "integration.request.querystring.queryString": "method.request.querystring.testQueryString",
      "integration.request.querystring.testQs": "method.request.querystring.testQueryString",
      "integration.request.querystring.testEmptyQs": "method.request.header.emptyheader",
    };
    const uri = `${target.server.origin}/?testVar={pathVar}&testQs={qsVar}`;
    await using running = await startApi({ api: http("HTTP_PROXY", uri, { requestParameters }) });
    await running.send("GET", "/Test/p/foobar?testQueryString=foo&testVar=bar");
    const { searchParams } = new URL(target.requests[0]!.url, target.server.origin);
    const query = Object.fromEntries([...searchParams.keys()].map((key) => [key, searchParams.getAll(key).join(",")]));
    assert.deepEqual(query, { queryString: "foo", testQs: "bar,foo", testQueryString: "foo", testVar: "foobar,bar" });
  });

  // https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-override-request-response-parameters.html
  it("[D.6] is sent what its request template overrides", async () => {
    await using target = await backend();
    const template = `#set($context.requestOverride.header.X-Over = ["a", "b"])#set($context.requestOverride.path.id = "9")#set($context.requestOverride.querystring.q = "z"){}`;
    const requestTemplates = { "application/json": template };
    const api = http("HTTP", `${target.server.origin}/{id}`, { requestTemplates });
    await using running = await startApi({ api });
    assert.equal((await running.send("GET", "/Test/p/1")).status, 200);
    assert.equal(target.requests[0]!.url, "/9?q=z");
    assert.equal(target.requests[0]!.headers["X-Over"], "a,b");
  });
});

// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gzip-compression-decompression.html
describe("an API with a minimum compression size", () => {
  const api = (minimumCompressionSize: number | undefined) => ({
    minimumCompressionSize,
    resources: resources({ "/": [method("ANY")] }),
  });

  it("[D.8] compresses answers from that size on for clients that accept it", async () => {
    await using running = await startApi({ api: api(10), invoke: answering({ statusCode: 200, body: "0123456789" }) });
    const gzip = await running.send("GET", "/Test", { headers: { "Accept-Encoding": "gzip, deflate" } });
    assert.equal(gzip.headers["content-encoding"], "gzip");
    assert.equal(gunzipSync(gzip.bytes).toString(), "0123456789");
    const deflate = await running.send("GET", "/Test", { headers: { "Accept-Encoding": "gzip;q=0, deflate" } });
    assert.equal(inflateSync(deflate.bytes).toString(), "0123456789");
    assert.equal((await running.send("GET", "/Test")).headers["content-encoding"], undefined);
    await using small = await startApi({ api: api(11), invoke: answering({ statusCode: 200, body: "0123456789" }) });
    const plain = await small.send("GET", "/Test", { headers: { "Accept-Encoding": "gzip" } });
    assert.deepEqual([plain.headers["content-encoding"], plain.body], [undefined, "0123456789"]);
  });

  it("[D.8] unpacks requests, and without the setting neither does", async () => {
    const send = {
      headers: { "Content-Encoding": "gzip", "Content-Type": "application/json" },
      body: gzipSync('{"a":1}'),
    };
    await using running = await startApi({ api: api(0), invoke });
    assert.equal(JSON.parse((await running.send("POST", "/Test", send)).body).body, '{"a":1}');
    assert.equal((await running.send("POST", "/Test", { ...send, body: "no gzip" })).status, 400);
    await using plain = await startApi({ api: api(undefined), invoke });
    assert.notEqual(JSON.parse((await plain.send("POST", "/Test", send)).body).body, '{"a":1}');
    assert.equal(
      (await plain.send("GET", "/Test", { headers: { "Accept-Encoding": "gzip" } })).headers["content-encoding"],
      undefined,
    );
  });
});

describe("a binary answer", () => {
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/lambda-proxy-binary-media.html
  it("[D.5] is 500 when its body is not base64", async () => {
    await using running = await startApi({
      api: { binaryMediaTypes: ["*/*"], resources: resources({ "/": [method("GET")] }) },
      invoke: answering({ statusCode: 200, body: "not base64!", isBase64Encoded: true }),
    });
    const reply = await running.send("GET", "/Test");
    assert.deepEqual([reply.status, reply.body], [500, '{"message": "Internal server error"}']);
  });
});

describe("TestInvokeMethod's log", () => {
  const log = async (integration: IntegrationModel, path = "/pets/1") => {
    const model = apiDefinition({ resources: resources({ "/pets/{id}": [method("GET", { integration })] }) });
    const answer = testInvokeEndpoint([model], {
      platform: recordedPlatform(),
      invoke: answering({ statusCode: 200, body: "hello" }),
      tokenIssuer: () => undefined,
    });
    const body = JSON.stringify({ pathWithQueryString: path });
    const url = "http://localhost/restapis/demoapi123/resources/res1/methods/GET";
    const response = await answer(new Request(url, { method: "POST", body }));
    const lines: string[] = (await response.json()).log.split("\n");
    return lines.slice(1, -1).map((line) => line.replace(/^.*? UTC \d{4} : /, "").replace(/[\w-]{36}/, "<id>"));
  };

  // https://github.com/localstack/localstack, test_invoke_test_method, recorded 2025-09-29
  it("[D.9] has the method's request and response of a MOCK line by line", async () => {
    const integration = lambdaProxy({
      type: "MOCK",
      functionArn: undefined,
      uri: undefined,
      requestTemplates: { "application/json": '{"statusCode": 200}' },
      responses: [{ ...OK[0]!, responseTemplates: { "application/json": '{"petId": "$input.params(\'id\')"}' } }],
    });
    assert.deepEqual(await log(integration), [
      "Starting execution for request: <id>",
      "HTTP Method: GET, Resource Path: /pets/1",
      "Method request path: {id=1}",
      "Method request query string: {}",
      "Method request headers: {}",
      "Method request body before transformations: ",
      'Method response body after transformations: {"petId": "1"}',
      "Method response headers: {Content-Type=application/json}",
      "Successfully completed execution",
      "Method completed with status: 200",
    ]);
    const other = await log(integration, "/random/test");
    assert.equal(other[2], "Method request path: {}");
    assert.equal(other[6], 'Method response body after transformations: {"petId": ""}');
  });

  it("[D.9] has what a function was sent and what it answered", async () => {
    const uri = `https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/${FUNCTION_ARN}/invocations`;
    const role = "arn:aws:iam::123456789012:role/caller";
    const lines = await log(lambdaProxy({ credentials: role }));
    assert.equal(lines[6], `Endpoint request URI: ${uri}`);
    assert.match(
      lines[7] ?? "",
      /^Endpoint request headers: \{x-amzn-lambda-integration-tag=.*User-Agent=AmazonAPIGateway_demoapi123/,
    );
    assert.match(lines[8] ?? "", /^Endpoint request body after transformations: \{"resource":"\/pets\/\{id\}"/);
    assert.equal(lines[9], `Sending request to ${uri}`);
    assert.match(lines[10] ?? "", /^Received response\. Status: 200, Integration latency: \d+ ms$/);
    assert.match(lines[11] ?? "", /^Endpoint response headers: \{Content-Type=application\/json, Content-Length=33/);
    assert.equal(lines[12], 'Endpoint response body before transformations: {"statusCode":200,"body":"hello"}');
  });
});
