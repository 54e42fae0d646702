import assert from "node:assert/strict";
import { breakdownOutcome } from "../../../local/lambda/outcomes.ts";
import { deploy } from "./function-harness.ts";

describe("a function's result", () => {
  it("[E.5] is the JSON of what an async handler returns", async () => {
    await using demo = deploy(`exports.handler = async (event) => ({ hello: event.name });`);
    assert.deepEqual(await demo.invoke({ name: "Ada" }), {
      payload: '{"hello":"Ada"}',
      functionError: undefined,
      reason: undefined,
    });
  });

  it("[E.1] is on Node 24 also what a handler returns without a promise", async () => {
    await using demo = deploy(`exports.handler = (event) => event.length;`);
    assert.equal((await demo.invoke("four")).payload, "4");
  });

  it("[E.3] is null for undefined", async () => {
    await using demo = deploy(`exports.handler = async () => {};`);
    assert.equal((await demo.invoke()).payload, "null");
  });

  it("[E.5] carries type, message and trace of a thrown error", async () => {
    await using demo = deploy(`exports.handler = async () => { throw new TypeError("no such thing"); };`);
    const { payload, functionError, reason } = await demo.invoke();
    const error = JSON.parse(payload);
    assert.equal(functionError, "Unhandled");
    assert.deepEqual(Object.keys(error), ["errorType", "errorMessage", "trace"]);
    assert.equal(error.errorType, "TypeError");
    assert.equal(error.errorMessage, "no such thing");
    assert.equal(error.trace[0], "TypeError: no such thing");
    assert.match(error.trace[1], /^ {4}at .*index\.js:1/);
    assert.equal(reason, "The function threw TypeError: no such thing.");
    // As the SDKs say it, of version 3 and 2.
    for (const message of [
      "getaddrinfo ENOTFOUND ssm.us-east-1.amazonaws.com",
      "Inaccessible host: `b.s3.amazonaws.com' at port `undefined'. This service may not be available.",
    ]) {
      await using asking = deploy(`exports.handler = async () => { throw new Error(${JSON.stringify(message)}); };`);
      assert.equal(
        (await asking.invoke({})).reason,
        `The function threw Error: ${message.replace(/\.$/, "")}. It called AWS's own address; --aws-endpoint URL sends calls of services that do not run here to an emulator of yours.`,
      );
    }
  });

  it("[E.5] names the type of a thrown value that is no error", async () => {
    await using demo = deploy(`exports.handler = async () => { throw "nope"; };`);
    assert.deepEqual(JSON.parse((await demo.invoke()).payload), {
      errorType: "string",
      errorMessage: "nope",
      trace: [],
    });
  });

  it("[E.5] is an error when it cannot be serialised", async () => {
    await using demo = deploy(`exports.handler = async () => { const a = {}; a.a = a; return a; };`);
    const { payload, functionError } = await demo.invoke();
    assert.equal(functionError, "Unhandled");
    assert.equal(JSON.parse(payload).errorMessage, "Unable to stringify response body");
  });

  it("[E.5] is an error when it is larger than Lambda lets through", async () => {
    await using demo = deploy(`exports.handler = async () => "x".repeat(6291557);`);
    const { payload, functionError } = await demo.invoke();
    assert.equal(functionError, "Unhandled");
    assert.equal(JSON.parse(payload).errorType, "Function.ResponseSizeTooLarge");
  });
});

describe("a function that does not answer", () => {
  it("[E.5] is ended at its timeout while it waits, and the next invocation finds a fresh environment", async () => {
    await using demo = deploy(
      `let n = 0; exports.handler = async (event) => { n++; if (event.hang) await new Promise((r) => setTimeout(r, 60000)); return n; };`,
      { timeoutSeconds: 0.2 },
    );
    assert.equal((await demo.invoke({})).payload, "1");
    const { payload, functionError, reason } = await demo.invoke({ hang: true });
    const { errorType, errorMessage, ...rest } = JSON.parse(payload);
    assert.equal(functionError, "Unhandled");
    assert.equal(errorType, "Sandbox.Timedout");
    assert.match(errorMessage, /^RequestId: [0-9a-f-]{36} Error: Task timed out after 0\.20 seconds$/);
    assert.deepEqual(rest, {});
    assert.equal(reason, "The function ran longer than its timeout of 0.2 s; its environment was ended.");
    assert.equal((await demo.invoke({})).payload, "1");
  });

  it("is said to have loaded for too long where it was not ready by then, since its own timeout had not begun", () => {
    const timeout = { kind: "timeout", seconds: 10, initializing: true } as const;
    assert.deepEqual(breakdownOutcome(timeout, "r"), {
      payload:
        '{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: r Error: Task timed out after 10.00 seconds"}',
      functionError: "Unhandled",
      reason:
        "The function's code took longer than 10 s to load, which is all that initialization may take; its environment was ended.",
    });
  });

  it("[E.5] is ended at its timeout in an endless loop", async () => {
    await using demo = deploy(`exports.handler = async () => { for (;;); };`, { timeoutSeconds: 0.1 });
    assert.equal(JSON.parse((await demo.invoke()).payload).errorType, "Sandbox.Timedout");
  });

  it("[E.5] is reported with its exit status when it ends its process", async () => {
    await using demo = deploy(`exports.handler = async ({ status }) => process.exit(status);`);
    const error = JSON.parse((await demo.invoke({ status: 127 })).payload);
    assert.equal(error.errorType, "Runtime.ExitError");
    assert.match(error.errorMessage, /^RequestId: [0-9a-f-]{36} Error: Runtime exited with error: exit status 127$/);
    const silent = JSON.parse((await demo.invoke({ status: 0 })).payload);
    assert.match(silent.errorMessage, /^RequestId: [0-9a-f-]{36} Error: Runtime exited without providing a reason$/);
  });

  it("[E.1] ends the environment when nothing can settle its promise any more", async () => {
    await using demo = deploy(`exports.handler = () => new Promise(() => {});`);
    assert.equal(JSON.parse((await demo.invoke()).payload).errorType, "Runtime.ExitError");
  });

  it("[E.5] is ended when its heap is full, and nothing else is", async () => {
    await using demo = deploy(
      `exports.handler = async (event) => { const kept = []; while (event.fill) kept.push(new Array(1000).fill({})); return 1; };`,
      { timeoutSeconds: 15 },
    );
    const { payload, reason } = await demo.invoke({ fill: true });
    // V8 aborts at its heap limit, unless the watch on the whole process is first.
    assert.match(payload, /"Runtime\.(ExitError|OutOfMemory)".* Runtime exited with error: signal: (aborted|killed)"/);
    assert.match(reason ?? "", /more than its 128 MB of memory/);
    assert.equal((await demo.invoke({})).payload, "1");
  });

  if (process.platform === "linux") {
    it("[E.5] is killed when it uses more memory than it declared outside of its heap", async () => {
      await using demo = deploy(
        `exports.handler = async () => { const kept = [Buffer.alloc(300e6, 1)]; await new Promise((r) => setTimeout(r, 60000)); return kept; };`,
        { timeoutSeconds: 15 },
      );
      const { payload, reason } = await demo.invoke();
      const error = JSON.parse(payload);
      assert.equal(error.errorType, "Runtime.OutOfMemory");
      assert.match(error.errorMessage, /^RequestId: [0-9a-f-]{36} Error: Runtime exited with error: signal: killed$/);
      assert.equal(reason, "The function used more than its 128 MB of memory; raise memorySize or use less.");
    });
  }

  it("reports what nobody caught, and starts afresh", async () => {
    await using demo = deploy(
      `let n = 0; exports.handler = async (event) => {
         n++;
         if (event.boom) { setImmediate(() => { throw new RangeError("later"); }); await new Promise((r) => setTimeout(r, 60000)); }
         if (event.reject) { Promise.reject(new Error("lost")); await new Promise((r) => setTimeout(r, 60000)); }
         return n;
       };`,
    );
    const thrown = JSON.parse((await demo.invoke({ boom: true })).payload);
    assert.deepEqual([thrown.errorType, thrown.errorMessage], ["RangeError", "later"]);
    const rejected = JSON.parse((await demo.invoke({ reject: true })).payload);
    assert.deepEqual([rejected.errorType, rejected.errorMessage], ["Runtime.UnhandledPromiseRejection", "Error: lost"]);
    assert.equal((await demo.invoke({})).payload, "1");
  });
});
