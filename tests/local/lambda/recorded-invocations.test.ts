/** Invoke of Lambda's API where recordings made on AWS say what is answered. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type LocalCloud, startLocalCloud } from "../../../local/start.ts";
import { repository } from "../../support/shell.ts";
import { signedHeaders } from "../../support/signed-request.ts";

const ARN = "arn:aws:lambda:us-east-1:123456789012:function:";
const NAMES =
  "(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?";
const QUALIFIERS = "\\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+";

describe("an invocation that was recorded on AWS", function () {
  this.timeout(60_000);
  let cloud: LocalCloud;
  before(async () => {
    cloud = await startLocalCloud({
      projectDirectory: join(repository, "tests/fixtures/invocations"),
      ...{ stack: "dev", port: 0, stateDirectory: undefined, environment: process.env },
    });
  });
  after(() => cloud?.close());

  async function invoke(
    name: string,
    event: object | Buffer,
    { qualifier, ...more }: Record<string, string> = {},
  ): Promise<{ status: number; headers: Headers; body: any }> {
    const body = Buffer.isBuffer(event) ? event : Buffer.from(JSON.stringify(event));
    const path = `/2015-03-31/functions/${encodeURIComponent(name)}/invocations`;
    const signing = { ...cloud.ready.credentials!, host: new URL(cloud.ready.console).host, service: "lambda" };
    const query: Record<string, string> = qualifier === undefined ? {} : { Qualifier: qualifier };
    const headers = await signedHeaders({ method: "POST", path, query, headers: more, body }, signing);
    const url = `${cloud.ready.console}${path}?${new URLSearchParams(query)}`;
    const response = await fetch(url, { method: "POST", headers, body: new Uint8Array(body) });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
  }

  it("[E.5] carries the end of its log when LogType is Tail: from START to REPORT", async () => {
    const { headers } = await invoke("teller", { say: "hello" }, { "x-amz-log-type": "Tail" });
    const id = headers.get("x-amzn-requestid");
    const log = Buffer.from(headers.get("x-amz-log-result")!, "base64").toString().split("\n");
    assert.deepEqual(
      [log[0], log[1]!.split("\t").slice(1), log[2], log.length],
      [`START RequestId: ${id} Version: $LATEST`, [id, "INFO", "hello"], `END RequestId: ${id}`, 5],
    );
    assert.match(
      log[3]!,
      new RegExp(
        `^REPORT RequestId: ${id}\tDuration: [\\d.]+ ms\tBilled Duration: \\d+ ms\tMemory Size: 128 MB\tMax Memory Used: \\d+ MB\t(Init Duration: [\\d.]+ ms\t)?$`,
      ),
    );
    const quiet = await invoke("teller", { say: "hello" }, { "x-amz-log-type": "None" });
    assert.equal(quiet.headers.get("x-amz-log-result"), null);
  });

  it("[E.5] carries no more than 4 KB of its log, and of an Event none", async () => {
    const { headers } = await invoke("teller", { say: "é".repeat(5000) }, { "x-amz-log-type": "Tail" });
    const log = Buffer.from(headers.get("x-amz-log-result")!, "base64");
    assert.deepEqual([log.length, log.includes("START"), log.includes("REPORT")], [4096, false, true]);
    const queued = await invoke("teller", {}, { "x-amz-log-type": "Tail", "x-amz-invocation-type": "Event" });
    assert.deepEqual([queued.status, queued.headers.get("x-amz-log-result")], [202, null]);
  });

  it("[E.5] hands the client's context on as it is", async () => {
    const client = { custom: { foo: "bar" }, client: { snap: ["crackle", "pop"] }, env: { fizz: "buzz" } };
    const sent = (text: string) => ({ "x-amz-client-context": Buffer.from(text).toString("base64") });
    const { body } = await invoke("teller", {}, sent(JSON.stringify(client)));
    assert.deepEqual(body, { arn: `${ARN}teller`, client });
    assert.deepEqual((await invoke("teller", {})).body.client, null);
    for (const wrong of ["no JSON", "[]", JSON.stringify({ long: "x".repeat(3000) })]) {
      const refused = await invoke("teller", {}, sent(wrong));
      const message = "Client context must be a valid Base64-encoded JSON object.";
      assert.deepEqual([refused.status, refused.body], [400, { Type: null, message }], wrong);
      assert.equal(refused.headers.get("x-amzn-errortype"), "InvalidRequestContentException");
    }
  });

  it("[E.5] takes no name, qualifier or type that does not fit, and says which pattern it has to fit", async () => {
    const long = "a".repeat(129);
    const fits = (member: string, value: string, pattern: string) =>
      `Value '${value}' at '${member}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${pattern}`;
    const tooLong = `Value '${long}' at 'qualifier' failed to satisfy constraint: Member must have length less than or equal to 128`;
    const oneOf = (member: string, value: string, values: string) =>
      `Value '${value}' at '${member}' failed to satisfy constraint: Member must satisfy enum value set: [${values}]`;
    const wrongNames = [
      ...["my-function!", "*", "invalid-account:function:my-function", "function:my-function:$LATEST:extra"],
      ...[`${ARN}my-function:1:2`, `${ARN}my-function:$LATES`, "arn:aws:lambda:us-east-1:123456789012@function:x"],
      ...["arn:aws:ec2:us-east-1:123456789012:instance:i-1", "arn:aws:lambda::123456789012:function:my-function"],
      ...["arn:aws:lambda:invalid-region:123456789012:function:x", "arn:aws:lambda:us-east-1::function:my-function"],
    ];
    type Case = [name: string, more: Record<string, string>, complaints: string[]];
    const cases: Case[] = [
      ...wrongNames.map((name): Case => [name, {}, [fits("functionName", name, NAMES)]]),
      ["x", { qualifier: "invalid!" }, [fits("qualifier", "invalid!", QUALIFIERS)]],
      ["x", { qualifier: long }, [tooLong]],
      ["*", { qualifier: long }, [fits("functionName", "*", NAMES), tooLong]],
      ["x", { "x-amz-invocation-type": "Later" }, [oneOf("invocationType", "Later", "Event, RequestResponse, DryRun")]],
      ["teller", { "x-amz-log-type": "All" }, [oneOf("logType", "All", "None, Tail")]],
    ];
    for (const [name, more, complaints] of cases) {
      const { status, headers, body } = await invoke(name, {}, more);
      const count = complaints.length === 1 ? "1 validation error" : `${complaints.length} validation errors`;
      const message = `${count} detected: ${complaints.join("; ")}`;
      assert.deepEqual(
        [status, headers.get("x-amzn-errortype"), body],
        [400, "ValidationException", { message }],
        name,
      );
    }
  });

  it("[E.5] is not found in another region, or by another spelling of $LATEST", async () => {
    const refused: [string, Record<string, string>, string][] = [
      [
        "arn:aws:lambda:eu-west-1:123456789012:function:teller",
        {},
        "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')",
      ],
      [`${ARN}teller`, { qualifier: "$latest" }, `Function not found: ${ARN}teller:$latest`],
      ["a".repeat(65), {}, `Function not found: ${ARN}${"a".repeat(65)}:$LATEST`],
    ];
    for (const [name, more, Message] of refused) {
      const { status, headers, body } = await invoke(name, {}, more);
      assert.deepEqual([status, body], [404, { Type: "User", Message }]);
      assert.equal(headers.get("x-amzn-errortype"), "ResourceNotFoundException");
    }
  });

  it("[E.5] refuses an event that is not JSON in UTF-8", async () => {
    for (const wrong of [Buffer.from("n\x87r", "latin1"), Buffer.from('"\x87"', "latin1"), Buffer.from("{")]) {
      const { status, headers, body } = await invoke("teller", wrong);
      assert.deepEqual([status, headers.get("x-amzn-errortype")], [400, "InvalidRequestContentException"]);
      assert.match(body.message, /^Could not parse request body into json: Could not parse payload into json: /);
    }
  });
});
