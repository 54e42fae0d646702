/** Function URLs of a Pulumi program, on the wire: who may call them, what the function is sent and what comes back. */
import assert from "node:assert/strict";
import { type IncomingHttpHeaders, request } from "node:http";
import { join } from "node:path";
import type { ApiRequestEvent, CloudEvent } from "../../../local/platform.ts";
import { type LocalCloud, startLocalCloud } from "../../../local/start.ts";
import { repository } from "../../support/shell.ts";
import { signedHeaders } from "../../support/signed-request.ts";

const FORBIDDEN =
  '{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}';
const ARN = "arn:aws:lambda:us-east-1:123456789012:function";

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  rawHeaders: string[];
  body: string;
}

describe("a function URL", function () {
  this.timeout(60_000);
  const events: CloudEvent[] = [];
  let cloud: LocalCloud;

  before(async () => {
    cloud = await startLocalCloud({
      ...{ stack: "dev", port: 0, stateDirectory: undefined, environment: process.env },
      projectDirectory: join(repository, "tests/fixtures/function-urls"),
      onEvent: (event) => events.push(event),
    });
  });
  after(() => cloud?.close());

  const urlOf = (name: string) => cloud.ready.functionUrls.find((one) => one.name === name)!.url;
  const send = (
    name: string,
    path: string,
    {
      method = "GET",
      headers = {},
      body = "",
    }: { method?: string; headers?: Record<string, string>; body?: string } = {},
  ): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const outgoing = request(urlOf(name), { method, path, headers }, (incoming) => {
        let text = "";
        incoming.on("data", (chunk) => {
          text += chunk;
        });
        incoming.on("end", () => {
          const { statusCode = 0, headers, rawHeaders } = incoming;
          resolve({ status: statusCode, headers, rawHeaders, body: text });
        });
      });
      outgoing.on("error", reject);
      outgoing.end(body);
    });
  const lastRequest = (): ApiRequestEvent => events.filter((event) => event.kind === "api-request").at(-1)!;

  it("stands in the ready document with an origin of its own, and its AWS address in the outputs leads there", () => {
    const names = cloud.ready.functionUrls.map(({ name, functionName, authorization }) => [
      name,
      functionName,
      authorization,
    ]);
    assert.deepEqual(names.toSorted(), [
      ["broken", "broken", "NONE"],
      ["busy", "busy", "NONE"],
      ["live", "echo:live", "NONE"],
      ["open", "echo", "NONE"],
      ["python", "python", "NONE"],
      ["shared", "shared", "NONE"],
      ["signed", "signed", "AWS_IAM"],
    ]);
    assert.deepEqual(cloud.ready.outputs, { url: urlOf("open") });
    assert.equal(new Set(cloud.ready.functionUrls.map(({ url }) => new URL(url).origin)).size, 7);
  });

  it("[F.9] hands the function an event of payload format 2.0, of the stage and route $default and an anonymous account", async () => {
    const { status, body, headers } = await send("open", "/a%20b/?x=1&x=%2Fbar", {
      method: "POST",
      headers: { cookie: "a=1; b=2", "X-Two": "two", "content-type": "application/json" },
      body: '{"n":1}',
    });
    assert.equal(status, 200);
    const event = JSON.parse(body);
    assert.deepEqual(
      [event.version, event.routeKey, event.rawPath, event.rawQueryString, event.cookies, event.queryStringParameters],
      ["2.0", "$default", "/a b/", "x=1&x=%2Fbar", ["a=1", "b=2"], { x: "1,/bar" }],
    );
    const { requestContext } = event;
    const { id } = cloud.ready.functionUrls.find(({ name }) => name === "open")!;
    assert.deepEqual(Object.keys(requestContext), [
      ...[
        "accountId",
        "apiId",
        "domainName",
        "domainPrefix",
        "http",
        "requestId",
        "routeKey",
        "stage",
        "time",
        "timeEpoch",
      ],
    ]);
    assert.deepEqual(
      [requestContext.accountId, requestContext.apiId, requestContext.domainPrefix, requestContext.stage],
      ["anonymous", id, id, "$default"],
    );
    assert.match(id, /^[a-z0-9]{32}$/);
    assert.deepEqual([event.headers["x-two"], event.body, event.isBase64Encoded], ["two", '{"n":1}', false]);
    assert.ok(!("pathParameters" in event) && !("stageVariables" in event));
    assert.equal(event.arn, `${ARN}:echo`);
    assert.deepEqual([requestContext.requestId, event.awsRequestId], [headers["x-amzn-requestid"], event.awsRequestId]);
    assert.equal(requestContext.requestId, event.awsRequestId);
    assert.match(event.awsRequestId, /^[0-9a-f]{8}-/);
    assert.equal(headers["x-amzn-trace-id"], event.headers["x-amzn-trace-id"]);
  });

  it("[F.9] answers with header fields of its own", async () => {
    const { rawHeaders } = await send("open", "/", { headers: { connection: "keep-alive" } });
    assert.deepEqual(
      rawHeaders.filter((_, index) => index % 2 === 0),
      ["Date", "Content-Type", "Content-Length", "Connection", "x-amzn-RequestId", "X-Amzn-Trace-Id"],
    );
  });

  const replies: [string, unknown, number, string][] = [
    ["an object", { hello: "world" }, 200, '{"hello":"world"}'],
    ["a status and a body", { statusCode: 201, body: "body123" }, 201, "body123"],
    ["a list", ["hello", 3, true], 200, '["hello",3,true]'],
    ["a text", "hello", 200, "hello"],
    ["a number", 3.1, 200, "3.1"],
    ["a status that is a text", { statusCode: "418", body: "" }, 418, ""],
  ];
  for (const [what, result, status, body] of replies) {
    it(`[F.9] makes an answer of type application/json of ${what}`, async () => {
      const answer = await send("open", "/as/it-is", {
        method: "POST",
        body: JSON.stringify(result),
        headers: { "content-type": "text/plain" },
      });
      assert.deepEqual(
        [answer.status, answer.body, answer.headers["content-type"]],
        [status, body, "application/json"],
      );
    });
  }

  it("[F.9] of an alias invokes the alias", async () => {
    assert.equal(JSON.parse((await send("live", "/")).body).arn, `${ARN}:echo:live`);
  });

  it("[F.9] answers 502 with a plain text when the function fails or its answer has another form", async () => {
    const failed = await send("broken", "/");
    assert.deepEqual([failed.status, failed.body], [502, "Internal Server Error"]);
    assert.match(lastRequest().reason!, /no/);
    const malformed = await send("open", "/as/it-is", {
      method: "POST",
      body: '{"statusCode":99}',
      headers: { "content-type": "text/plain" },
    });
    assert.deepEqual([malformed.status, malformed.body], [502, "Internal Server Error"]);
    assert.match(lastRequest().reason!, /its statusCode is 99/);
  });

  it("[F.9] answers 429 when the function's concurrency is used up", async () => {
    assert.equal((await send("busy", "/")).status, 429);
    assert.match(lastRequest().reason!, /may run 0 invocations at once/);
  });

  it("says of a function that does not run here why", async () => {
    assert.equal((await send("python", "/")).status, 502);
    assert.match(lastRequest().reason!, /its runtime python3\.13 does not run here/);
  });

  it("tells the request log who may call it, and keeps the request for whoever opens it", async () => {
    await send("open", "/kept?x=1");
    const { decision, stage, path, method, details } = lastRequest();
    assert.deepEqual([decision, stage, path, method], ["open to anyone", undefined, "/kept", "GET"]);
    assert.equal(details!().target, "/kept?x=1");
    const { requestId } = lastRequest();
    const opened = (await (await fetch(`${cloud.ready.console}/api/requests/${requestId}`)).json()) as { url: string };
    assert.equal(opened.url, `${new URL(urlOf("open")).origin}/kept?x=1`);
  });

  describe("with AWS_IAM", () => {
    const signing = (overrides = {}) => {
      const { credentials } = cloud.ready;
      return { ...credentials!, host: new URL(urlOf("signed")).host, service: "lambda", ...overrides };
    };
    const call = { method: "POST", path: "/x", body: '{"a":1}' };

    it("[F.9] lets a request pass that is signed for the service lambda, and tells the function who signed", async () => {
      const { status, body } = await send("signed", "/x", { ...call, headers: await signedHeaders(call, signing()) });
      assert.equal(status, 200);
      const { accountId, authorizer } = JSON.parse(body);
      assert.equal(accountId, "123456789012");
      assert.equal(authorizer.iam.accessKey, cloud.ready.credentials!.accessKeyId);
      assert.equal(authorizer.iam.userArn, "arn:aws:iam::123456789012:user/local");
      assert.deepEqual([lastRequest().decision, lastRequest().principal], ["let in", authorizer.iam.userArn]);
    });

    it("[F.9] answers 403 to a request that is not signed", async () => {
      const { status, body, headers } = await send("signed", "/x", call);
      assert.deepEqual(
        [status, body, headers["x-amzn-errortype"], headers["content-type"]],
        [403, FORBIDDEN, "AccessDeniedException", "application/json"],
      );
      assert.match(lastRequest().reason!, /The request has no signature: sign it with the local account/);
      assert.equal(lastRequest().decision, "refused");
    });

    const wrong: [string, object, RegExp][] = [
      ["another secret", { secretAccessKey: "x" }, /^The request signature we calculated does not match/],
      ["another service", { service: "execute-api" }, /^Credential should be scoped to correct service: 'lambda'\. $/],
      [
        "another key",
        { accessKeyId: "AKIAIOSFODNN7EXAMPLE" },
        /^The security token included in the request is invalid\.$/,
      ],
    ];
    for (const [what, overrides, message] of wrong) {
      it(`[F.9] answers 403 and AWS's words to a signature with ${what}`, async () => {
        const headers = await signedHeaders(call, signing(overrides));
        const { status, body } = await send("signed", "/x", { ...call, headers });
        assert.equal(status, 403);
        assert.match(JSON.parse(body).message, message);
      });
    }

    it("[F.9] answers 403 to a body that is not the signed one", async () => {
      const headers = await signedHeaders(call, signing());
      assert.equal((await send("signed", "/x", { ...call, body: '{"a":2}', headers })).status, 403);
    });
  });

  describe("with CORS", () => {
    const origin = "https://shop.example";
    const preflight = { origin, "access-control-request-method": "PUT" };

    it("[F.10] answers a preflight without the function", async () => {
      const { status, body, headers } = await send("shared", "/", { method: "OPTIONS", headers: preflight });
      assert.deepEqual([status, body], [200, ""]);
      assert.deepEqual(
        [
          headers["access-control-allow-origin"],
          headers["access-control-allow-methods"],
          headers["access-control-allow-headers"],
          headers["access-control-max-age"],
        ],
        [origin, "GET,PUT", "x-one", "60"],
      );
    });

    it("[F.10] says nothing to an origin that it does not allow", async () => {
      const headers = { ...preflight, origin: "https://evil.example" };
      const answer = await send("shared", "/", { method: "OPTIONS", headers });
      assert.equal(answer.headers["access-control-allow-origin"], undefined);
    });

    it("[F.10] puts its fields beside the function's own", async () => {
      const { rawHeaders, body } = await send("shared", "/", { headers: { origin } });
      assert.equal(body, "GET");
      const origins = rawHeaders.filter((_, at) => rawHeaders[at - 1]?.toLowerCase() === "access-control-allow-origin");
      assert.deepEqual(origins, [origin, "mine"]);
      assert.equal(rawHeaders[rawHeaders.indexOf("access-control-expose-headers") + 1], "x-two");
    });

    it("[F.10] without a configuration leaves OPTIONS to the function", async () => {
      const { body } = await send("open", "/", { method: "OPTIONS", headers: preflight });
      assert.equal(JSON.parse(body).requestContext.http.method, "OPTIONS");
    });
  });
});
