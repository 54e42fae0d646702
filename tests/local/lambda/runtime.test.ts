import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { functionHost } from "../../../local/lambda/function-host.ts";
import type { FunctionModel } from "../../../local/model.ts";
import { deploy, writeCode } from "./function-harness.ts";
import { recordedPlatform } from "./recorded-platform.ts";

async function errorOf(code: string | Record<string, string>, overrides: Parameters<typeof deploy>[1] = {}) {
  await using demo = deploy(code, overrides);
  const { payload, functionError } = await demo.invoke();
  assert.equal(functionError, "Unhandled");
  return JSON.parse(payload) as { errorType: string; errorMessage: string; trace: string[] };
}

async function resultOf(code: string | Record<string, string>, overrides: Parameters<typeof deploy>[1] = {}) {
  await using demo = deploy(code, overrides);
  const { payload, functionError } = await demo.invoke();
  assert.equal(functionError, undefined, payload);
  return JSON.parse(payload);
}

describe("finding a handler", () => {
  it("[E.4] takes CommonJS and ES modules, by .js, .mjs and .cjs", async () => {
    const esm = `export const handler = async () => "esm";`;
    const cjs = `exports.handler = async () => "cjs";`;
    assert.equal(await resultOf({ "index.mjs": esm }), "esm");
    assert.equal(await resultOf({ "index.cjs": cjs }), "cjs");
    assert.equal(await resultOf({ "index.js": cjs }), "cjs");
    assert.equal(await resultOf({ "index.js": esm }), "esm");
    assert.equal(await resultOf({ "index.js": esm, "package.json": '{"type":"module"}' }), "esm");
  });

  it("[E.4] looks on the default export too", async () => {
    assert.equal(await resultOf({ "index.mjs": `export default { handler: async () => "default" };` }), "default");
  });

  it("[E.4] follows folders and nested exports", async () => {
    const code = { "src/api/main.js": `exports.routes = { list: async () => "nested" };` };
    assert.equal(await resultOf(code, { handler: "src/api/main.routes.list" }), "nested");
  });

  it("[E.4] prefers .js to .mjs", async () => {
    const both = {
      "index.js": `exports.handler = async () => "js";`,
      "index.mjs": `export const handler = () => "mjs";`,
    };
    assert.equal(await resultOf(both), "js");
  });

  it("[E.4] refuses a handler name with .. in it", async () => {
    const error = await errorOf("", { handler: "../index.handler" });
    assert.equal(error.errorType, "Runtime.MalformedHandlerName");
  });

  it("[E.4] refuses a handler name without an export", async () => {
    assert.equal((await errorOf("", { handler: "index" })).errorType, "Runtime.MalformedHandlerName");
  });

  it("[E.4] tells a missing export from one that is no function", async () => {
    const missing = await errorOf("exports.other = 1;");
    assert.equal(missing.errorType, "Runtime.HandlerNotFound");
    assert.equal(missing.errorMessage, "index.handler is undefined or not exported");
    const number = await errorOf("exports.handler = 1;");
    assert.equal(number.errorMessage, "index.handler is not a function");
  });

  it("[E.4] reports a missing file, a missing dependency and a syntax error by their own names", async () => {
    const file = await errorOf("", { handler: "app.handler" });
    assert.equal(file.errorType, "Runtime.ImportModuleError");
    assert.match(file.errorMessage, /^Error: Cannot find module 'app'\nRequire stack:/);
    const dependency = await errorOf(`require("left-pad"); exports.handler = async () => 1;`);
    assert.equal(dependency.errorType, "Runtime.ImportModuleError");
    assert.match(dependency.errorMessage, /^Error: Cannot find module 'left-pad'/);
    const imported = await errorOf({ "index.mjs": `import "left-pad"; export const handler = async () => 1;` });
    assert.equal(imported.errorType, "Runtime.ImportModuleError");
    assert.equal((await errorOf("exports.handler = async (")).errorType, "Runtime.UserCodeSyntaxError");
  });

  it("reports what the module throws while it loads, and loads it again for the next invocation", async () => {
    await using demo = deploy(`throw new Error("no database");`);
    for (let i = 0; i < 2; i++) {
      const { payload, reason } = await demo.invoke();
      assert.equal(JSON.parse(payload).errorMessage, "no database");
      assert.equal(reason, "The function's code could not be loaded: Error: no database.");
    }
  });

  it("[E.4] finds nothing outside of the archive, whatever lies above it", async () => {
    const code = {
      "package.json": '{"type":"module"}',
      "node_modules/outer/index.js": "export default 1;",
      "archive/index.js": `try { require("outer"); exports.handler = async () => "found"; }
                           catch (error) { exports.handler = async () => error.code; }`,
      "archive/up.js": `require("../secret.cjs"); exports.handler = async () => 1;`,
      "secret.cjs": "",
    };
    await using outer = deploy(code);
    const codeDirectory = `${outer.model.codeDirectory}/archive`;
    assert.equal(await resultOf("", { codeDirectory }), "MODULE_NOT_FOUND");
    assert.equal((await errorOf("", { codeDirectory, handler: "up.handler" })).errorType, "Runtime.ImportModuleError");
  });

  it("[E.4] finds the packages of its layers, those of a later layer first", async () => {
    const layer = (name: string) => {
      const file = `nodejs/node_modules/${name}/index.js`;
      return writeCode({
        [file]: `module.exports = "${name}";`,
        "nodejs/node_modules/both/index.js": `module.exports = "${name}";`,
      });
    };
    const layerDirectories = [layer("one"), layer("two")];
    const code = `exports.handler = async () => [require("one"), require("two"), require("both")];`;
    assert.deepEqual(await resultOf(code, { layerDirectories }), ["one", "two", "two"]);
  });

  it("[E.4] finds modules of its layers by where they lie on Lambda, below /opt, and by no way out of a layer", async () => {
    const layer = (name: string) =>
      writeCode({
        "nodejs/shared.js": `module.exports = "${name}";`,
        [`lib/${name}/index.js`]: "module.exports = require('../../nodejs/shared.js');",
      });
    const layerDirectories = [layer("one"), layer("two")];
    const code = `exports.handler = async () =>
      [require("/opt/nodejs/shared"), require("/opt/lib/one"), (await import("/opt/nodejs/shared.js")).default];`;
    assert.deepEqual(await resultOf(code, { layerDirectories }), ["two", "one", "two"]);
    const outside = `exports.handler = async () => require("/opt/../../../etc/hostname");`;
    assert.match((await errorOf(outside, { layerDirectories })).errorMessage, /Cannot find module/);
  });

  it("uses the dependencies inside the archive", async () => {
    const code = {
      "index.js": `exports.handler = async () => require("inner").value;`,
      "node_modules/inner/index.js": "exports.value = 42;",
    };
    assert.equal(await resultOf(code), 42);
  });
});

describe("the handler's contract", () => {
  it("[E.1] on Node 24 refuses a handler with a callback", async () => {
    const error = await errorOf(`exports.handler = (event, context, callback) => callback(null, 1);`);
    assert.equal(error.errorType, "Runtime.CallbackHandlerDeprecated");
    assert.ok(
      error.errorMessage.startsWith(
        "ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24.",
      ),
    );
  });

  for (const runtime of ["nodejs20.x", "nodejs22.x"]) {
    it(`[E.1] on ${runtime} takes a callback, and waits for the event loop`, async () => {
      const code = `exports.handler = (event, context, callback) => {
        const result = { early: true };
        setTimeout(() => { result.late = true; }, 20);
        callback(null, result);
      };`;
      assert.deepEqual(await resultOf(code, { runtime }), { early: true, late: true });
    });
  }

  // As Lambda's runtime client has it: of callback, promise and context's functions, only the first that answers counts.
  it("[E.1] up to Node 22 takes the first answer of an async handler: its callback's or its promise's", async () => {
    const runtime = "nodejs22.x";
    const handler = (body: string) => `exports.handler = async (event, context, callback) => { ${body} };`;
    assert.equal(await resultOf(handler(`callback(null, "called");`), { runtime }), "called");
    assert.equal(await resultOf(handler(`callback(null, "called"); return "returned";`), { runtime }), "called");
    assert.equal(await resultOf(handler(`callback(null, "called"); throw new Error("late");`), { runtime }), "called");
    assert.equal(
      await resultOf(handler(`callback(null, "called"); callback(new Error("late"));`), { runtime }),
      "called",
    );
    const later = `setTimeout(() => callback(null, "called"), 20); return "returned";`;
    assert.equal(await resultOf(handler(later), { runtime }), "returned");
    const { errorMessage } = await errorOf(handler(`callback(new Error("no")); callback(null, event);`), { runtime });
    assert.equal(errorMessage, "no");
  });

  it("[E.1] up to Node 22 does not wait with an error", async () => {
    const code = `exports.handler = (event, context, callback) => {
      setTimeout(() => {}, 60000);
      callback(new Error("no"));
    };`;
    assert.equal((await errorOf(code, { runtime: "nodejs22.x" })).errorMessage, "no");
  });

  it("[E.1] does not wait when callbackWaitsForEmptyEventLoop is false", async () => {
    const code = `exports.handler = (event, context, callback) => {
      context.callbackWaitsForEmptyEventLoop = false;
      setTimeout(() => {}, 60000);
      callback(null, "now");
    };`;
    assert.equal(await resultOf(code, { runtime: "nodejs22.x" }), "now");
  });

  it("[E.1] up to Node 22 has succeed, fail and done on the context", async () => {
    const runtime = "nodejs22.x";
    assert.equal(await resultOf(`exports.handler = (e, context) => { context.succeed("ok"); };`, { runtime }), "ok");
    assert.equal(await resultOf(`exports.handler = (e, context) => { context.done(null, "ok"); };`, { runtime }), "ok");
    const error = await errorOf(`exports.handler = (e, context) => { context.fail(new Error("no")); };`, { runtime });
    assert.deepEqual([error.errorType, error.errorMessage], ["Error", "no"]);
  });

  it("[E.1] up to Node 22 ignores what a handler returns without a promise", async () => {
    assert.equal(await resultOf(`exports.handler = () => "lost";`, { runtime: "nodejs22.x" }), null);
  });

  it("[E.1] up to Node 22 names a promise that nothing settles", async () => {
    const error = await errorOf(`exports.handler = () => new Promise(() => {});`, { runtime: "nodejs20.x" });
    assert.equal(error.errorType, "Runtime.NodeJsExit");
  });

  it("[E.1] says once when the declared Node is not the one that runs", async () => {
    await using demo = deploy(`exports.handler = async () => 1;`, { runtime: "nodejs22.x" });
    await demo.invoke();
    await demo.invoke();
    const said = demo.log().filter((line) => line.includes("declares nodejs22.x"));
    assert.deepEqual(said, [
      `Demo declares nodejs22.x; it runs here on Node ${process.versions.node}, with the handler rules of nodejs22.x.`,
    ]);
  });

  it("does not run another language's function", async () => {
    await using demo = deploy("", { runtime: "python3.13" });
    await assert.rejects(demo.invoke(), {
      name: "InvalidRuntimeException",
      message: "Demo declares python3.13; the local cloud runs Node functions only.",
    });
  });
});

describe("what a function finds around it", () => {
  it("[E.2] is the context of Node 24", async () => {
    const code = `exports.handler = async (event, context) => ({ ...context, left: context.getRemainingTimeInMillis(), keys: Object.keys(context) });`;
    const { left, keys, awsRequestId, logStreamName, ...context } = await resultOf(code);
    assert.deepEqual(keys, [
      "clientContext",
      "identity",
      "invokedFunctionArn",
      "awsRequestId",
      "tenantId",
      "xRayTraceId",
      "getRemainingTimeInMillis",
      "functionName",
      "functionVersion",
      "memoryLimitInMB",
      "logGroupName",
      "logStreamName",
    ]);
    assert.ok(left > 2000 && left <= 3000);
    assert.match(awsRequestId, /^[0-9a-f-]{36}$/);
    assert.match(logStreamName, /^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/);
    assert.deepEqual(context, {
      invokedFunctionArn: "arn:aws:lambda:us-east-1:123456789012:function:Demo",
      functionName: "Demo",
      functionVersion: "$LATEST",
      memoryLimitInMB: "128",
      logGroupName: "/aws/lambda/Demo",
    });
  });

  it("[E.6] is the environment of Lambda and the function's own, and nothing of this machine", async () => {
    process.env.SECRET_OF_THE_PARENT = "not for functions";
    try {
      const environment = { TABLE: "demo", AWS_REGION: "eu-west-1" };
      const variables = await resultOf(`exports.handler = async () => process.env;`, { environment });
      assert.deepEqual(Object.keys(variables).sort(), [
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_XRAY_CONTEXT_MISSING",
        "AWS_XRAY_DAEMON_ADDRESS",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
        "LANG",
        "LD_LIBRARY_PATH",
        "NODE_PATH",
        "PATH",
        "PWD",
        "SHLVL",
        "TABLE",
        "TZ",
        "_AWS_XRAY_DAEMON_ADDRESS",
        "_AWS_XRAY_DAEMON_PORT",
        "_HANDLER",
      ]);
      assert.equal(variables.TABLE, "demo");
      assert.equal(variables.AWS_REGION, "us-east-1");
      assert.equal(variables.AWS_EXECUTION_ENV, "AWS_Lambda_nodejs24.x");
      assert.equal(variables._HANDLER, "index.handler");
      assert.equal(variables.TZ, ":UTC");
    } finally {
      delete process.env.SECRET_OF_THE_PARENT;
    }
  });

  it("[E.6] is the archive as working directory, and UTC", async () => {
    await using demo = deploy(`exports.handler = async () => [process.cwd(), new Date(2026, 0, 1).toISOString()];`);
    const { payload } = await demo.invoke();
    assert.deepEqual(JSON.parse(payload), [demo.model.codeDirectory, "2026-01-01T00:00:00.000Z"]);
  });

  it("[E.6] is the trace header of the invocation, and none when none came", async () => {
    await using demo = deploy(
      `exports.handler = async (e, c) => [process.env._X_AMZN_TRACE_ID ?? null, c.xRayTraceId ?? null];`,
    );
    const traceId = "Root=1-5759e988-bd862e3fe1be46a994272793";
    const traced = await demo.host.invoke(demo.model.arn, "{}", { traceId });
    assert.deepEqual(JSON.parse(traced.payload), [traceId, traceId]);
    assert.deepEqual(JSON.parse((await demo.invoke()).payload), [null, null]);
  });

  it("[E.6] has the trace header like every other variable: listed, inherited, imported, replaced and deleted", async () => {
    await using demo = deploy({
      "index.mjs": `import { execFileSync } from "node:child_process";
       import { env } from "node:process";
       const name = "_X_AMZN_TRACE_ID";
       export const handler = async () => {
         const listed = [name in env, Object.keys(process.env).includes(name), { ...process.env }[name]];
         const inherited = execFileSync(process.execPath, ["-p", "process.env." + name], { encoding: "utf8" }).trim();
         process.env[name] = 7;
         const replaced = env[name];
         delete process.env[name];
         return [listed, inherited, replaced, name in env, env.AWS_LAMBDA_FUNCTION_NAME === undefined];
       };`,
    });
    const traceId = "Root=1-5759e988-bd862e3fe1be46a994272793";
    const { payload } = await demo.host.invoke(demo.model.arn, "{}", { traceId });
    assert.deepEqual(JSON.parse(payload), [[true, true, traceId], traceId, "7", false, false]);
  });

  it("[E.6] honours NODE_OPTIONS of the function", async () => {
    const environment = { NODE_OPTIONS: "--stack-trace-limit=3" };
    assert.equal(await resultOf(`exports.handler = async () => Error.stackTraceLimit;`, { environment }), 3);
  });
});

describe("a function's log", () => {
  const code = `
    console.log("loading");
    exports.handler = async (event) => {
      console.info("got %s", event.name); console.warn("careful"); console.error("bad"); console.debug("fine");
      process.stdout.write("plain\\n");
    };`;

  it("[E.6] has INIT_START, START, the function's lines, END and REPORT, in this order", async () => {
    await using demo = deploy(code);
    await demo.invoke({ name: "Ada" });
    await demo.invoke({ name: "Bob" });
    const [init, loading, start, info, warn, error, debug, plain, end, report, second] = demo.log();
    const id = start?.slice("START RequestId: ".length, -" Version: $LATEST".length) ?? "";
    assert.match(id, /^[0-9a-f-]{36}$/);
    assert.equal(init, `INIT_START Runtime Version: nodejs:${process.versions.node}`);
    assert.match(loading ?? "", /^\d{4}-\d\d-\d\dT[\d:.]+Z\tundefined\tINFO\tloading$/);
    assert.equal(start, `START RequestId: ${id} Version: $LATEST`);
    const own = [info, warn, error, debug].map((line) => line?.split("\t").slice(1));
    assert.deepEqual(own, [
      [id, "INFO", "got Ada"],
      [id, "WARN", "careful"],
      [id, "ERROR", "bad"],
      [id, "DEBUG", "fine"],
    ]);
    assert.equal(plain, "plain");
    assert.equal(end, `END RequestId: ${id}`);
    assert.match(
      report ?? "",
      /^REPORT RequestId: \S+\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\tMax Memory Used: \d+ MB\tInit Duration: [\d.]+ ms\t$/,
    );
    assert.match(second ?? "", /^START /);
    assert.ok(!demo.log().at(-1)?.includes("Init Duration"), "only the first invocation initializes");
  });

  it("tells a timeout, with its status in the report", async () => {
    await using demo = deploy(`exports.handler = () => new Promise((r) => setTimeout(r, 60000));`, {
      timeoutSeconds: 0.1,
    });
    await demo.invoke();
    const [, , timedOut, end, report] = demo.log();
    assert.match(timedOut ?? "", /^\S+Z [0-9a-f-]{36} Task timed out after 0\.\d\d seconds$/);
    assert.match(end ?? "", /^END /);
    assert.match(report ?? "", /\tStatus: timeout\t$/);
  });

  it("is JSON when the function's log format is", async () => {
    await using demo = deploy(code, { logFormat: "JSON" });
    await demo.invoke({ name: "Ada" });
    const lines = demo
      .log()
      .filter((line) => line !== "plain")
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      lines.map(({ type, level, message }) => type ?? `${level} ${message}`),
      [
        "platform.initStart",
        "INFO loading",
        "platform.start",
        "INFO got Ada",
        "WARN careful",
        "ERROR bad",
        "platform.report",
      ],
    );
    assert.equal(lines.at(-1).record.status, "success");
  });

  it("[E.6] is kept from its levels on, in JSON: INFO where none are set", async () => {
    const levels = `exports.handler = async ({ fails }) => {
      for (const name of ["trace", "debug", "info", "log", "warn", "error"]) console[name](name);
      process.stdout.write("written\\n");
      if (fails) process.exit(1);
    };`;
    const logged = async (overrides: Partial<FunctionModel>, fails: boolean) => {
      await using demo = deploy(levels, overrides);
      await demo.invoke({ fails });
      return demo.log().map((line) => {
        if (!line.startsWith("{")) return line;
        const { type, message } = JSON.parse(line);
        return type ?? message;
      });
    };
    const platform = ["platform.initStart", "platform.start", "platform.report"];
    const all = await logged({ logFormat: "JSON", applicationLogLevel: "TRACE" }, false);
    assert.deepEqual(
      all.filter((line) => !platform.includes(line)),
      ["trace", "debug", "info", "log", "warn", "error", "written"],
    );
    const some = { logFormat: "JSON", applicationLogLevel: "WARN", systemLogLevel: "WARN" } as const;
    assert.deepEqual(await logged(some, false), ["warn", "error", "written"]);
    assert.deepEqual((await logged(some, true)).at(-1), "platform.report");
    assert.equal(
      (await logged({ applicationLogLevel: "ERROR" }, false)).filter((line) => /DEBUG/.test(line)).length,
      1,
    );
  });
});

describe("execution environments", () => {
  it("[E.5] are reused, one invocation after the other", async () => {
    await using demo = deploy(`let n = 0; exports.handler = async () => ++n;`);
    for (const expected of ["1", "2", "3"]) assert.equal((await demo.invoke()).payload, expected);
  });

  it("[E.5] are not shared by invocations that overlap for long", async () => {
    // Each answers only once the other has begun: with one environment both would wait for ever.
    const code = `
      const { existsSync, writeFileSync } = require("node:fs");
      exports.handler = async ({ mine, other }) => {
        writeFileSync(mine, "");
        while (!existsSync(other)) await new Promise((r) => setTimeout(r, 5));
        return "met";
      };`;
    await using demo = deploy(code);
    const both = await Promise.all([demo.invoke({ mine: "a", other: "b" }), demo.invoke({ mine: "b", other: "a" })]);
    assert.deepEqual(
      both.map(({ payload }) => payload),
      ['"met"', '"met"'],
    );
  });

  it("give what was sent ahead of its turn to another one when an invocation takes long", async () => {
    const code = `
      const { existsSync, writeFileSync } = require("node:fs");
      exports.handler = async ({ write, wait }) => {
        if (write) writeFileSync(write, "");
        while (wait && !existsSync(wait)) await new Promise((r) => setTimeout(r, 5));
        return "met";
      };`;
    await using demo = deploy(code);
    for (let i = 0; i < 20; i++) await demo.invoke({});
    const waiting = demo.invoke({ wait: "signal" });
    const others = Array.from({ length: 6 }, (_, index) => demo.invoke({ write: index === 5 ? "signal" : undefined }));
    assert.deepEqual(
      (await Promise.all([waiting, ...others])).map(({ payload }) => payload),
      Array(7).fill('"met"'),
    );
    const starts = demo.log().filter((line) => line.startsWith("START "));
    assert.equal(new Set(starts).size, 27, "each ran once");
    assert.equal(starts.length, 27);
  });

  it("lose nothing that was sent ahead when one is ended", async () => {
    const code = `exports.handler = async ({ exit }) => { if (exit) process.exit(3); return "fine"; };`;
    await using demo = deploy(code);
    for (let i = 0; i < 20; i++) await demo.invoke({});
    const [exited, ...others] = await Promise.all([
      demo.invoke({ exit: true }),
      ...Array.from({ length: 6 }, () => demo.invoke({})),
    ]);
    assert.equal(JSON.parse(exited?.payload ?? "").errorType, "Runtime.ExitError");
    assert.deepEqual(
      others.map(({ payload }) => payload),
      Array(6).fill('"fine"'),
    );
  });

  it("[E.5] are not entered by a second invocation while one runs", async () => {
    const code = `let inside = 0; exports.handler = async () => { inside++; const seen = inside; await new Promise((r) => setTimeout(r, 2)); inside--; return seen; };`;
    await using demo = deploy(code);
    const results = await Promise.all(Array.from({ length: 20 }, () => demo.invoke()));
    assert.deepEqual(new Set(results.map(({ payload }) => payload)), new Set(["1"]));
  });

  it("[E.5] are limited by the reserved concurrency", async () => {
    await using demo = deploy(`exports.handler = async () => 1;`, { reservedConcurrency: 1 });
    const first = demo.invoke();
    await assert.rejects(demo.invoke(), {
      name: "TooManyRequestsException",
      message: "Rate Exceeded. Demo may run 1 invocations at once, and does.",
    });
    assert.equal((await first).payload, "1");
    assert.equal((await demo.invoke()).payload, "1");
  });

  it("[E.5] are none with a reserved concurrency of zero", async () => {
    await using demo = deploy(`exports.handler = async () => 1;`, { reservedConcurrency: 0 });
    await assert.rejects(demo.invoke(), { name: "TooManyRequestsException" });
  });

  it("are ended when the host closes, and what runs is answered", async () => {
    await using demo = deploy(`exports.handler = () => new Promise((r) => setTimeout(r, 60000));`);
    const running = demo.invoke();
    await demo.host.close();
    assert.equal(JSON.parse((await running).payload).errorType, "Runtime.ExitError");
  });

  if (process.platform === "linux") {
    it("end together with the processes that a function started", async () => {
      const code = `const { spawn } = require("node:child_process");
        exports.handler = async ({ hang }) => {
          if (hang) await new Promise((r) => setTimeout(r, 60000));
          return spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "inherit" }).pid;
        };`;
      await using demo = deploy(code, { timeoutSeconds: 0.5 });
      const { payload } = await demo.invoke({});
      assert.equal(JSON.parse((await demo.invoke({ hang: true })).payload).errorType, "Sandbox.Timedout");
      await demo.host.close();
      for (let alive = true; alive; ) {
        try {
          process.kill(Number(payload), 0);
          // Where nobody collects orphans, an ended one stays listed.
          if (/\) Z /.test(readFileSync(`/proc/${payload}/stat`, "utf8"))) break;
          await new Promise((resolve) => setImmediate(resolve));
        } catch {
          alive = false;
        }
      }
    });
  }

  it("survive a function that writes nonsense to the runtime's own socket", async () => {
    const code = `const { writeSync } = require("node:fs");
      exports.handler = async ({ vandal }) => { if (vandal) { writeSync(3, "00000009no json.."); await new Promise(() => setTimeout(() => {}, 60000)); } return 1; };`;
    await using demo = deploy(code);
    assert.equal(JSON.parse((await demo.invoke({ vandal: true })).payload).errorType, "Runtime.ExitError");
    assert.equal((await demo.invoke({})).payload, "1");
  });

  it("refuses a function that is not there", async () => {
    await using demo = deploy("");
    await assert.rejects(demo.host.invoke("arn:aws:lambda:us-east-1:123456789012:function:Nobody", "{}"), {
      name: "ResourceNotFoundException",
    });
    assert.equal((await demo.host.invoke(`${demo.model.arn}:$LATEST`, "{}")).functionError, "Unhandled");
  });

  it("[E.2] runs a version and an alias in environments of their own, which know the version and the ARN that was used", async () => {
    const code = `exports.handler = async (event, { functionVersion, invokedFunctionArn }) =>
      [functionVersion, invokedFunctionArn, process.env.AWS_LAMBDA_FUNCTION_VERSION];`;
    await using demo = deploy(code, { qualifiers: { 1: "1", live: "1", next: "$LATEST" } });
    const { arn } = demo.model;
    const invoke = async (invoked: string) => JSON.parse((await demo.host.invoke(invoked, "{}")).payload);
    assert.deepEqual(await invoke(`${arn}:live`), ["1", `${arn}:live`, "1"]);
    assert.deepEqual(await invoke(`${arn}:1`), ["1", `${arn}:1`, "1"]);
    assert.deepEqual(await invoke(`${arn}:next`), ["$LATEST", `${arn}:next`, "$LATEST"]);
    assert.deepEqual(await invoke(arn), ["$LATEST", arn, "$LATEST"]);
    await assert.rejects(invoke(`${arn}:other`), { name: "ResourceNotFoundException" });
  });

  it("[E.2] gives another version its share of an alias's invocations, by chance", async () => {
    const code = "exports.handler = async (event, { functionVersion }) => functionVersion;";
    await using demo = deploy(code, { qualifiers: { 1: "1", live: "1" }, shares: { live: { 2: 0.25 } } });
    const invokedWith = async (chance: number) => {
      demo.platform.randomBytes = (size) => {
        const bytes = Buffer.alloc(size);
        bytes.writeUInt32BE(Math.floor(chance * 2 ** 32));
        return bytes;
      };
      return JSON.parse((await demo.host.invoke(`${demo.model.arn}:live`, "{}")).payload);
    };
    assert.deepEqual([await invokedWith(0.2), await invokedWith(0.3), await invokedWith(0.9)], ["2", "1", "1"]);
  });

  it("says why a function does not run here", async () => {
    const python = { name: "py", arn: "arn:aws:lambda:us-east-1:123456789012:function:py", because: "it is Python" };
    const host = functionHost([], recordedPlatform(), { elsewhere: [python] });
    await assert.rejects(host.invoke(`${python.arn}:live`, "{}"), {
      name: "ResourceNotFoundException",
      message: "py does not run here: it is Python.",
    });
  });
});
