/** What invokes functions by itself on AWS: listed in the console, and run there by hand with its event. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { RunnableFunction, RunOutcome } from "../../../local/lambda/runs-by-hand.ts";
import type { CloudEvent } from "../../../local/platform.ts";
import { type LocalCloud, startLocalCloud } from "../../../local/start.ts";
import { repository } from "../../support/shell.ts";

const NOW = Date.UTC(2026, 5, 15, 5, 12, 43, 500);

describe("event sources", function () {
  this.timeout(60_000);
  const events: CloudEvent[] = [];
  let cloud: LocalCloud;
  let functions: RunnableFunction[];
  let pageToken: string;

  before(async () => {
    cloud = await startLocalCloud({
      projectDirectory: join(repository, "tests/fixtures/event-sources"),
      ...{ stack: "dev", port: 0, stateDirectory: undefined, environment: process.env },
      now: () => NOW,
      onEvent: (event) => events.push(event),
    });
    const { console: origin } = cloud.ready;
    pageToken = /"pageToken":"([^"]+)"/.exec(await (await fetch(origin)).text())![1]!;
    functions = (await (await fetch(`${origin}/api/functions`)).json()) as RunnableFunction[];
  });
  after(() => cloud?.close());

  const sourceOf = (name: string, kind: string, functionName = "worker") =>
    functions
      .find((one) => one.name === functionName)!
      .sources.find((source) => source.name === name && source.kind === kind)!;
  const eventOf = (name: string, kind: string) => JSON.parse(sourceOf(name, kind).event);
  async function run(input: { functionName: string; source?: string; event: string }) {
    const { console: origin } = cloud.ready;
    const headers = { "content-type": "application/json", origin, "x-console-token": pageToken };
    const answer = await fetch(`${origin}/api/actions/functions/run`, {
      method: "POST",
      headers,
      body: JSON.stringify(input),
    });
    return { status: answer.status, body: (await answer.json()) as RunOutcome & { error?: { message: string } } };
  }

  it("[E.7] are listed under the function that they invoke", () => {
    const listed = functions.map(({ name, sources }) => [
      name,
      sources.map((source) => `${source.kind} ${source.name}${source.enabled ? "" : " (disabled)"}`).toSorted(),
    ]);
    assert.deepEqual(Object.fromEntries(listed), {
      alone: ["EventBridge rule forbidden"],
      worker: [
        "DynamoDB stream changes",
        "EventBridge Scheduler hourly",
        "EventBridge rule constant",
        "EventBridge rule detail (disabled)",
        "EventBridge rule nightly",
        "EventBridge rule told (disabled)",
        "Kinesis clicks",
        "S3 uploads",
        "SNS news",
        "SQS work",
      ],
    });
  });

  it("[E.7] are named at the start with what can be done instead", () => {
    const reasons = cloud.ready.declaredNotEmulated
      .filter(({ type }) => /eventTarget|schedule:|eventSourceMapping|bucketNotification/.test(type))
      .map(({ reason }) => reason);
    assert.deepEqual(
      [...new Set(reasons)],
      ["nothing here fires by itself; the console's list of functions runs the function with such an event"],
    );
    assert.equal(reasons.length, 10);
  });

  it("[E.7] of a schedule send the event of EventBridge, unless the program gives the input", () => {
    const { id, ...event } = eventOf("nightly", "EventBridge rule");
    assert.match(id, /^[0-9a-f-]{36}$/);
    assert.deepEqual(event, {
      version: "0",
      "detail-type": "Scheduled Event",
      source: "aws.events",
      account: "123456789012",
      time: "2026-06-15T05:12:43Z",
      region: "us-east-1",
      resources: ["arn:aws:events:us-east-1:123456789012:rule/nightly"],
      detail: {},
    });
    assert.deepEqual(eventOf("constant", "EventBridge rule"), { job: "tidy" });
    assert.deepEqual(eventOf("hourly", "EventBridge Scheduler"), { every: "hour" });
  });

  it("[E.7] of a rule with a pattern send an event that fits it, or what the target makes of it", () => {
    assert.deepEqual(eventOf("detail", "EventBridge rule"), { total: 6, id: "a1" });
    assert.deepEqual(eventOf("told", "EventBridge rule"), { text: "shop sold a1", id: "a1" });
  });

  it("[E.7] of queues, streams, buckets and topics send records as these services shape them", () => {
    const record = (name: string, kind: string) => eventOf(name, kind).Records[0];
    const message = record("work", "SQS");
    assert.deepEqual(Object.keys(message), [
      ...["messageId", "receiptHandle", "body", "attributes", "messageAttributes", "md5OfBody", "eventSource"],
      ...["eventSourceARN", "awsRegion"],
    ]);
    assert.deepEqual(
      [message.eventSource, message.eventSourceARN, message.attributes.SentTimestamp],
      ["aws:sqs", "arn:aws:sqs:us-east-1:123456789012:work", String(NOW)],
    );
    const { kinesis, eventSourceARN } = record("clicks", "Kinesis");
    assert.equal(Buffer.from(kinesis.data, "base64").toString(), "Hello, this is a test.");
    assert.equal(eventSourceARN, "arn:aws:kinesis:us-east-1:123456789012:stream/clicks");
    const { eventName, dynamodb } = record("changes", "DynamoDB stream");
    assert.deepEqual([eventName, dynamodb.Keys], ["INSERT", { Id: { N: "101" } }]);
    const { s3, ...upload } = record("uploads", "S3");
    assert.deepEqual(
      [upload.eventName, upload.eventTime, s3.bucket.name, s3.bucket.arn, s3.object.key],
      ["ObjectCreated:Put", "2026-06-15T05:12:43.500Z", "uploads", "arn:aws:s3:::uploads", "in/example.csv"],
    );
    const { Sns, EventSource } = record("news", "SNS");
    assert.deepEqual([EventSource, Sns.TopicArn], ["aws:sns", "arn:aws:sns:us-east-1:123456789012:news"]);
  });

  it("[E.7] run their function with the event as it was edited, and tell the result and its log", async () => {
    const { id } = sourceOf("work", "SQS");
    const { status, body } = await run({ functionName: "worker", source: id, event: '{"Records":[{"body":"mine"}]}' });
    assert.equal(status, 200);
    assert.deepEqual([body.outcome, JSON.parse(body.result!)], ["answered", { Records: [{ body: "mine" }] }]);
    const told = events.findLast((event) => event.kind === "run-by-hand");
    assert.deepEqual(
      [told?.functionName, told?.source, told?.outcome, told?.result],
      ["worker", "SQS work", "answered", '{"Records":[{"body":"mine"}]}'],
    );
    assert.ok(events.some((event) => event.kind === "function-log" && event.line.includes("works")));
  });

  it("[E.7] may invoke what their permission lets them, and are told the permission that is missing", async () => {
    for (const [name, kind] of [
      ["nightly", "EventBridge rule"],
      ["uploads", "S3"],
      ["news", "SNS"],
      ["hourly", "EventBridge Scheduler"],
    ] as const) {
      const { id, event } = sourceOf(name, kind);
      assert.equal((await run({ functionName: "worker", source: id, event })).body.outcome, "answered", name);
    }
    const { id, event } = sourceOf("forbidden", "EventBridge rule", "alone");
    const { body } = await run({ functionName: "alone", source: id, event });
    assert.deepEqual(
      [body.outcome, body.reason],
      [
        "refused",
        "events.amazonaws.com may not invoke the function for arn:aws:events:us-east-1:123456789012:rule/nightly. " +
          'Declare an aws.lambda.Permission with principal "events.amazonaws.com" and this sourceArn.',
      ],
    );
  });

  it("[E.7] are not needed by a person, who may run every function with any event", async () => {
    const { body } = await run({ functionName: "alone", event: "{}" });
    assert.deepEqual([body.outcome, JSON.parse(body.result!).errorMessage], ["failed", "broken"]);
    assert.equal((await run({ functionName: "worker", event: "{" })).body.error!.message, "The event is not JSON.");
    assert.equal((await run({ functionName: "nobody", event: "{}" })).status, 404);
  });
});
