/** Functions that are invoked asynchronously: tries, and where the record of an invocation goes. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { EventQueue } from "../../../local/lambda/event-queue.ts";
import { InvocationRefused } from "../../../local/lambda/invocation-refused.ts";
import type { CloudEvent, InvocationResult } from "../../../local/platform.ts";
import { type LocalCloud, startLocalCloud } from "../../../local/start.ts";
import { repository } from "../../support/shell.ts";
import { signedHeaders } from "../../support/signed-request.ts";
import { functionDefinition } from "./function-harness.ts";
import { recordedPlatform } from "./recorded-platform.ts";

const ARN = "arn:aws:lambda:us-east-1:123456789012:function:";

describe("an event that a function is invoked with asynchronously", function () {
  this.timeout(60_000);
  let cloud: LocalCloud;
  let now = Date.now();
  const events: CloudEvent[] = [];
  let heard = () => {};
  before(async () => {
    cloud = await startLocalCloud({
      projectDirectory: join(repository, "tests/fixtures/invocations"),
      ...{ stack: "dev", port: 0, stateDirectory: undefined, environment: process.env, now: () => now },
      onEvent: (event) => {
        events.push(event);
        heard();
      },
    });
  });
  after(() => cloud?.close());
  beforeEach(() => void events.splice(0));

  /** @returns the first that is found, once it is there */
  async function until<T>(find: () => T | undefined): Promise<T> {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        heard = resolve;
      });
    }
  }

  /** @returns the request's id */
  const send = (name: string, event: object): Promise<string> => sendText(name, JSON.stringify(event));
  async function sendText(name: string, body: string): Promise<string> {
    const path = `/2015-03-31/functions/${encodeURIComponent(name)}/invocations`;
    const signing = { ...cloud.ready.credentials!, host: new URL(cloud.ready.console).host, service: "lambda" };
    const fields = { "x-amz-invocation-type": "Event" };
    const headers = await signedHeaders({ method: "POST", path, headers: fields, body }, signing);
    const response = await fetch(cloud.ready.console + path, { method: "POST", headers, body });
    assert.deepEqual([response.status, await response.text()], [202, ""]);
    return response.headers.get("x-amzn-requestid")!;
  }

  const told = (pattern: RegExp) =>
    until(() =>
      events.flatMap((event) => (event.kind === "aws-api" && pattern.test(event.reason) ? [event] : [])).at(-1),
    );
  const record = () =>
    until(() => {
      const line = events.flatMap((event) =>
        event.kind === "function-log" && event.functionName === "keeper" && event.line.includes("requestContext")
          ? [event.line]
          : [],
      )[0];
      return line === undefined ? undefined : JSON.parse(line.slice(line.indexOf("{")));
    });
  const starts = (name: string) =>
    events.flatMap((event) =>
      event.kind === "function-log" && event.functionName === name && event.line.startsWith("START ")
        ? [event.line.split(" ")[2]]
        : [],
    );
  const pass = (seconds: number) => {
    now += seconds * 1000;
    cloud.clockMoved();
  };

  it("[E.5] is tried again after one minute and after two more, with the same request id, and its record goes to the destination", async () => {
    const id = await send("failing", { say: 1 });
    await told(/tried again in 60 seconds/);
    pass(59);
    assert.equal(starts("failing").length, 1);
    pass(1);
    await told(/tried again in 120 seconds/);
    pass(119);
    assert.equal(starts("failing").length, 2);
    pass(1);
    await told(/The event is not tried again/);
    assert.deepEqual(starts("failing"), [id, id, id]);
    const { responsePayload, ...rest } = await record();
    assert.deepEqual(rest, {
      version: "1.0",
      timestamp: new Date(now).toISOString(),
      requestContext: {
        requestId: id,
        functionArn: `${ARN}failing:$LATEST`,
        condition: "RetriesExhausted",
        approximateInvokeCount: 3,
      },
      requestPayload: { say: 1 },
      responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
    });
    assert.deepEqual([responsePayload.errorType, responsePayload.errorMessage], ["Error", "no"]);
  });

  it("[E.5] goes to the destination of success with what the function answered", async () => {
    const id = await send("succeeding", { say: "hello" });
    assert.deepEqual(await record(), {
      version: "1.0",
      timestamp: new Date(now).toISOString(),
      requestContext: {
        requestId: id,
        functionArn: `${ARN}succeeding:$LATEST`,
        condition: "Success",
        approximateInvokeCount: 1,
      },
      requestPayload: { say: "hello" },
      responseContext: { statusCode: 200, executedVersion: "$LATEST" },
      responsePayload: { said: "hello" },
    });
  });

  it("[E.5] is not tried again when it would be too old by then, or when no more tries are wanted", async () => {
    for (const [name, tries, condition, count] of [
      ["failing-for-60", [], "EventAgeExceeded", 1],
      ["failing-for-90", [60], "EventAgeExceeded", 2],
      ["failing-once", [], "RetriesExhausted", 1],
    ] as const) {
      events.splice(0);
      await send(name, {});
      for (const seconds of tries) {
        await told(/tried again/);
        pass(seconds);
      }
      const { requestContext } = await record();
      assert.deepEqual([requestContext.condition, requestContext.approximateInvokeCount], [condition, count], name);
    }
  });

  it("[E.5] never reaches a function that reserves no concurrency, and its record has no answer", async () => {
    const id = await send("stopped", { say: 1 });
    const { timestamp: _, ...rest } = await record();
    assert.deepEqual(rest, {
      version: "1.0",
      requestContext: {
        requestId: id,
        functionArn: `${ARN}stopped:$LATEST`,
        condition: "ZeroReservedConcurrency",
        approximateInvokeCount: 0,
      },
      requestPayload: { say: 1 },
    });
  });

  // Lambda Developer Guide, "Use Lambda recursive loop detection to prevent infinite loops".
  it("[E.5] runs a function sixteen times in a chain of destinations that leads back to it, and not once more", async () => {
    await send("looping", {});
    const { outcome, reason } = await told(/16 times/);
    assert.deepEqual(
      [outcome, reason],
      [
        "RecursiveInvocationException",
        `${ARN}looping has run 16 times in one chain of destinations, which is a loop. The event is dropped.`,
      ],
    );
    assert.deepEqual([starts("looping").length, starts("looping-back").length], [16, 16]);
  });

  it("[E.5] is dropped where the record of the invocation before is larger than an event may be", async () => {
    await send("growing", { say: "x".repeat(200_000) });
    const { outcome, reason } = await told(/larger than/);
    assert.equal(outcome, "RequestEntityTooLargeException");
    assert.match(
      reason!,
      /^The record of the invocation \S+ has \d+ bytes, which is larger than the 1048576 of an event\./,
    );
    assert.deepEqual([starts("growing").length, starts("growing-back").length], [2, 1]);
  });

  it("leaves everything running when it is nested deeper than anybody writes", async () => {
    await sendText("succeeding", `{"other":${"[".repeat(400_000)}${"]".repeat(400_000)}}`);
    await until(() => starts("keeper")[0]);
  });

  it("says what would go to a destination or a dead-letter queue that does not run here, by the alias that was invoked", async () => {
    const id = await send("elsewhere:live", {});
    const bus = await told(/event-bus/);
    assert.deepEqual([bus.service, bus.operation, bus.outcome], ["EventBridge", "PutEvents", "NotServedByLocalCloud"]);
    const dead = await told(/dead-letters/);
    assert.deepEqual(
      [dead.service, dead.operation, dead.reason],
      [
        ...["SQS", "SendMessage"],
        `The dead letter ${id} of ${ARN}elsewhere:live would go to arn:aws:sqs:us-east-1:123456789012:dead-letters now, and SQS does not run here.`,
      ],
    );
    const named = cloud.ready.declaredNotEmulated.filter(({ name }) => name === "elsewhere");
    assert.deepEqual(
      named.map(({ property }) => property),
      ["deadLetterConfig.targetArn", "destinationConfig.onFailure.destination"],
    );
  });
});

describe("the queue of events", () => {
  const answer: InvocationResult = { payload: "1", functionError: undefined, reason: undefined };
  const busy = new InvocationRefused("TooManyRequestsException", "Rate Exceeded.");

  function queue(answers: (InvocationResult | Error)[], settings = {}) {
    const platform = recordedPlatform();
    let now = 1_000_000;
    platform.setTime(now);
    const invoked: number[] = [];
    let settled = () => {};
    const events = new EventQueue(platform);
    const model = functionDefinition({ asynchronous: { $LATEST: { ...DEFAULTS, ...settings } } });
    events.takeOver({
      functions: [model],
      invoke: async () => {
        invoked.push(now);
        // What the queue does with the answer, it does in the same turn.
        setImmediate(() => settled());
        const next = answers.shift()!;
        if (next instanceof Error) throw next;
        return next;
      },
    });
    const settledAfter = (change: () => void) =>
      new Promise<void>((resolve) => {
        settled = resolve;
        change();
      });
    return {
      platform,
      invoked,
      events,
      put: () => settledAfter(() => events.put(model.arn, "{}", { requestId: "r" })),
      pass: (seconds: number) =>
        settledAfter(() => {
          now += seconds * 1000;
          platform.setTime(now);
          events.runDue();
        }),
    };
  }
  const DEFAULTS = {
    maximumRetryAttempts: 2,
    maximumEventAgeSeconds: 21_600,
    onSuccess: undefined,
    onFailure: undefined,
  };

  it("[E.5] tries what finds no free concurrency again after one second, and after twice as long each time", async () => {
    const { put, pass, invoked, platform } = queue([busy, busy, busy, answer]);
    await put();
    for (const seconds of [1, 2, 4]) await pass(seconds);
    assert.deepEqual(
      invoked.map((at) => (at - 1_000_000) / 1000),
      [0, 1, 3, 7],
    );
    assert.deepEqual(platform.events, []);
  });

  it("takes no more than it can hold, and takes more once some have run", async () => {
    const { events, platform } = queue([]);
    const ends: ((result: InvocationResult) => void)[] = [];
    const model = functionDefinition({});
    const invoke = () => new Promise<InvocationResult>((resolve) => ends.push(resolve));
    events.takeOver({ functions: [model], invoke });
    const large = JSON.stringify("x".repeat(1_000_000));
    const put = () => events.put(model.arn, large, { requestId: "r" });
    const full = { name: "TooManyRequestsException", message: /^67 events wait for their functions already, / };
    for (let count = 0; count < 67; count++) put();
    assert.throws(put, full);
    ends[0]!(answer);
    await new Promise(setImmediate);
    put();
    assert.throws(put, full);
    events.forget();
    put();
    assert.deepEqual(platform.events, []);
  });

  it("gives up what finds none until it is too old, and what no function is there for", async () => {
    const { put, pass, platform, events } = queue(
      [busy, busy, new InvocationRefused("ResourceNotFoundException", "Gone.")],
      {
        maximumEventAgeSeconds: 3,
      },
    );
    await put();
    await pass(1);
    await put();
    events.forget();
    assert.deepEqual(
      platform.events.map((event) => event.kind === "aws-api" && [event.outcome, event.reason]),
      [
        ["EventAgeExceeded", "Rate Exceeded. The event is not tried again."],
        ["ResourceNotFoundException", "Gone. The event is dropped."],
      ],
    );
  });
});
