/** Invoke of Lambda's API, as functions call functions. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { CloudEvent } from "../../../local/platform.ts";
import { type LocalCloud, startLocalCloud } from "../../../local/start.ts";
import { repository } from "../../support/shell.ts";
import { signedHeaders } from "../../support/signed-request.ts";

const ARN = "arn:aws:lambda:us-east-1:123456789012:function:";

describe("a function invoked by Lambda's API", function () {
  this.timeout(60_000);
  let cloud: LocalCloud;
  const events: CloudEvent[] = [];
  before(async () => {
    cloud = await startLocalCloud({
      projectDirectory: join(repository, "tests/fixtures/function-urls"),
      ...{ stack: "dev", port: 0, stateDirectory: undefined, environment: process.env },
      onEvent: (event) => events.push(event),
    });
  });
  after(() => cloud?.close());

  async function invoke(name: string, body: string, more: Record<string, string> = {}, Qualifier = "") {
    const path = `/2015-03-31/functions/${encodeURIComponent(name)}/invocations`;
    const signing = { ...cloud.ready.credentials!, host: new URL(cloud.ready.console).host, service: "lambda" };
    const query: Record<string, string> = Qualifier ? { Qualifier } : {};
    const headers = await signedHeaders({ method: "POST", path, query, headers: more, body }, signing);
    const url = `${cloud.ready.console}${path}?${new URLSearchParams(query)}`;
    const response = await fetch(url, { method: "POST", headers, body });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
  }
  const lastReason = () => events.findLast((event) => event.kind === "aws-api")?.reason;

  it("[E.5] answers with its result, its version and the request's id", async () => {
    const { status, headers, body } = await invoke("echo", '{"rawPath":"/x","a":1}');
    assert.deepEqual([status, body.a, body.arn], [200, 1, `${ARN}echo`]);
    assert.equal(body.awsRequestId, headers.get("x-amzn-requestid"));
    assert.deepEqual(
      ["content-type", "x-amz-executed-version", "x-amzn-remapped-content-length", "x-amz-function-error"].map((name) =>
        headers.get(name),
      ),
      ["application/json", "$LATEST", "0", null],
    );
  });

  it("[E.5] is found by name, ARN, the end of its ARN, version and alias, and finds the ARN as it was invoked", async () => {
    for (const [name, qualifier, arn, version] of [
      [`${ARN}echo`, "", `${ARN}echo`, "$LATEST"],
      ["echo", "$LATEST", `${ARN}echo:$LATEST`, "$LATEST"],
      ["123456789012:function:echo", "", `${ARN}echo`, "$LATEST"],
      ["123456789012:echo", "", `${ARN}echo`, "$LATEST"],
      ["us-east-1:123456789012:function:echo", "", `${ARN}echo`, "$LATEST"],
      ["function:echo", "", `${ARN}echo`, "$LATEST"],
      ["echo:live", "", `${ARN}echo:live`, "1"],
      [`${ARN}echo:1`, "", `${ARN}echo:1`, "1"],
      ["echo", "live", `${ARN}echo:live`, "1"],
      ["echo:live", "live", `${ARN}echo:live`, "1"],
    ] as const) {
      const { body, headers } = await invoke(name, '{"rawPath":"/x"}', {}, qualifier);
      assert.deepEqual([body.arn, headers.get("x-amz-executed-version")], [arn, version], name + qualifier);
    }
  });

  it("answers 200 with the error when it throws, gets {} for no payload, and the console says why", async () => {
    const { status, headers, body } = await invoke("echo", "");
    assert.deepEqual([status, headers.get("x-amz-function-error"), body.errorType], [200, "Unhandled", "TypeError"]);
    assert.match(lastReason()!, /TypeError/);
  });

  it("runs alone for an Event, and not at all for a DryRun", async () => {
    const event = await invoke("broken", "{}", { "x-amz-invocation-type": "Event" });
    assert.deepEqual([event.status, event.body], [202, undefined]);
    while (!/It is tried again in 60 seconds/.test(lastReason() ?? ""))
      await new Promise((resolve) => setImmediate(resolve));
    const before = events.length;
    const dry = await invoke("broken", "{}", { "x-amz-invocation-type": "DryRun" });
    assert.deepEqual([dry.status, dry.body, events.length], [204, undefined, before]);
  });

  it("is refused with a name that cannot be read", async () => {
    const path = "/2015-03-31/functions/%zz/invocations";
    const signing = { ...cloud.ready.credentials!, host: new URL(cloud.ready.console).host, service: "lambda" };
    const headers = await signedHeaders({ method: "POST", path, body: "{}" }, signing);
    const response = await fetch(cloud.ready.console + path, { method: "POST", headers, body: "{}" });
    assert.deepEqual([response.status, response.headers.get("x-amzn-errortype")], [400, "ValidationException"]);
  });

  it("is refused in Lambda's words, and the reason is told", async () => {
    const notFound = (end: string) => ({ Type: "User", Message: `Function not found: ${ARN}${end}` });
    const refused: [ReturnType<typeof invoke>, number, string, object][] = [
      [invoke("nobody", "{}"), 404, "ResourceNotFoundException", notFound("nobody:$LATEST")],
      [invoke("constructor:constructor", "{}"), 404, "ResourceNotFoundException", notFound("constructor:constructor")],
      [invoke("echo:constructor", "{}"), 404, "ResourceNotFoundException", notFound("echo:constructor")],
      [invoke(ARN.slice(0, -1), "{}"), 404, "ResourceNotFoundException", notFound("function:$LATEST")],
      [invoke("echo:nobody", "{}"), 404, "ResourceNotFoundException", notFound("echo:nobody")],
      [
        invoke("echo:live", "{}", {}, "1"),
        ...([400, "InvalidParameterValueException"] as const),
        {
          ...{ Type: "User" },
          message: "The derived qualifier from the function name does not match the specified qualifier.",
        },
      ],
      [
        invoke("busy", "{}"),
        ...([429, "TooManyRequestsException"] as const),
        { Reason: "ReservedFunctionConcurrentInvocationLimitExceeded", Type: "User", message: "Rate Exceeded." },
      ],
      [
        invoke("echo", " ".repeat(6_291_457)),
        ...([413, "RequestEntityTooLargeException"] as const),
        { Message: "Request must be smaller than 6291456 bytes for the InvokeFunction operation" },
      ],
    ];
    for (const [answer, status, type, body] of refused) {
      const got = await answer;
      assert.deepEqual([got.status, got.headers.get("x-amzn-errortype"), got.body], [status, type, body]);
    }
    const { status, body } = await invoke("echo", "no JSON");
    assert.equal(status, 400);
    assert.match(body.message, /^Could not parse request body into json: Could not parse payload into json: /);
    assert.match(lastReason()!, /Could not parse/);
  });

  it("is all of the API that is served, and the rest is refused by name", async () => {
    for (const [method, path] of [
      ["GET", "/2015-03-31/functions/"],
      ["GET", "/2015-03-31/functions/echo"],
      ["POST", "/2021-11-15/functions/echo/response-streaming-invocations"],
    ] as const) {
      const response = await fetch(cloud.ready.console + path, { method });
      const Message = "Of Lambda's API, the local cloud serves Invoke and nothing else.";
      assert.deepEqual([response.status, response.headers.get("x-amzn-errortype")], [404, "UnknownOperationException"]);
      assert.deepEqual(await response.json(), { Type: "User", Message });
      const told = events.findLast((event) => event.kind === "aws-api");
      assert.deepEqual([told?.operation, told?.reason], [`${method} ${path}`, Message]);
    }
  });

  it("is for whoever signs with this cloud's credentials, and for no web page", async () => {
    const url = `${cloud.ready.console}/2015-03-31/functions/echo/invocations`;
    const unsigned = await fetch(url, { method: "POST", body: "{}" });
    assert.deepEqual(
      [unsigned.status, unsigned.headers.get("x-amzn-errortype")],
      [403, "MissingAuthenticationTokenException"],
    );
    const page = await invoke("echo", "{}", { origin: "https://evil.example" });
    assert.deepEqual([page.status, page.headers.get("x-amzn-errortype")], [403, "AccessDeniedException"]);
  });
});
