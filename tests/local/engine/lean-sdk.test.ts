import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Diagnostic, ProgramError } from "../../../local/engine/problems.ts";
import { readProject } from "../../../local/engine/project.ts";
import { runProgram } from "../../../local/engine/run-program.ts";
import { PREVIEW_ADDITIONS, SDK_ADDITIONS, UNKNOWN_OUTPUTS } from "../../../local/engine/sdk-additions.ts";
import { QUIET_CHANGES, SDK_CHANGES } from "../../../local/engine/sdk-changes.ts";
import { awsProvider } from "../../../local/resources/aws.ts";
import { repository } from "../../support/shell.ts";
import { temporaryProject } from "../../support/temporary.ts";

describe("what Pulumi's SDK loads", function () {
  this.timeout(60_000);

  async function run(program: string, environment: Record<string, string> = {}, debug = false) {
    const directory = temporaryProject({
      "Pulumi.yaml": "name: app\nruntime: { name: nodejs, options: { typescript: false } }\n",
      "package.json": '{ "main": "index.js", "dependencies": { "semver": "*" } }',
      "index.js": `const pulumi = require("@pulumi/pulumi");\n${program}`,
    });
    const printed: Diagnostic[] = [];
    const outcome = await runProgram({
      project: readProject(directory, "dev", process.env),
      provider: awsProvider("us-east-1"),
      environment: { ...process.env, ...environment },
      debug,
      onMessage: (message) => printed.push(message),
    }).catch((error: unknown) => error);
    if (!(outcome instanceof ProgramError) && outcome instanceof Error) throw outcome;
    return { outcome: outcome as Awaited<ReturnType<typeof runProgram>>, printed };
  }

  it("still has the text that is changed, in the SDKs of this project", () => {
    for (const [file, changes] of Object.entries({ ...SDK_CHANGES, ...QUIET_CHANGES })) {
      const text = readFileSync(join(repository, "node_modules", file), "utf8");
      for (const change of changes) assert.notEqual(change(text), text, file);
    }
    const [file = "", changes = []] = Object.entries(PREVIEW_ADDITIONS)[0]!;
    const text = readFileSync(join(repository, "node_modules", file), "utf8");
    assert.equal(text.split("throw new ConfigMissingError").length, 5, "as a text, a boolean, a number and an object");
    assert.ok(!changes[0]!(text).includes("throw new ConfigMissingError"));
  });

  it("keeps an output unknown that the engine does not know, in SDKs of any age", async () => {
    const changed = (file: string, text: string) =>
      SDK_ADDITIONS[file]!.reduce((source, change) => change(source), text);
    for (const known of [
      "!settings.isDryRun()",
      "!(0, settings.isDryRun)()",
      "!settings.isDryRun() && !keepUnknowns",
    ]) {
      const text = `for (const k of missing) { resolve(undefined, ${known}, false); }`;
      const resolveAll = new Function(
        ...["missing", "allProps", "resolve", "settings", "keepUnknowns"],
        changed("@pulumi/pulumi/runtime/rpc.js", text),
      );
      for (const [outputs, isKnown] of [
        [{}, true],
        [{ [UNKNOWN_OUTPUTS]: true }, false],
      ] as const) {
        const resolved: unknown[] = [];
        resolveAll(
          ["url"],
          outputs,
          (...given: unknown[]) => resolved.push(given[1]),
          { isDryRun: () => false },
          false,
        );
        assert.deepEqual(resolved, [isKnown], known);
      }
    }
    const text = `function applyHelperAsync(allResources, value, isKnown, isSecret, func, runWithUnknowns) {
      return (async () => {
        if (settings.isDryRun()) {
          if (!isKnown && !runWithUnknowns) return { isKnown: false };
        }
        return { isKnown: true, value: await func(value) };
      })();
    } return applyHelperAsync;`;
    const apply = new Function("settings", changed("@pulumi/pulumi/output.js", text))({ isDryRun: () => false });
    const shout = (word: string) => word.toUpperCase();
    assert.deepEqual(await apply([], undefined, false, false, shout, false), { isKnown: false });
    assert.deepEqual(await apply([], "a", true, false, shout, false), { isKnown: true, value: "A" });
  });

  it("is neither TypeScript nor arborist nor OpenTelemetry's exporters, for a program that uses none of them", async () => {
    const { outcome } = await run(`
      const loaded = (part) => Object.keys(require.cache).filter((file) => file.includes("/node_modules/" + part + "/"));
      exports.pulumi = loaded("@pulumi/pulumi").length > 100;
      exports.few = ["typescript", "@npmcli/arborist", "normalize-package-data", "@opentelemetry/sdk-trace-base"].flatMap(loaded);
    `);
    assert.deepEqual(outcome.graph.outputs, { pulumi: true, few: [] });
  });

  it("is of AWS the services that a program uses, and all that they are", async () => {
    const { outcome } = await run(`
      const aws = require("@pulumi/aws");
      const services = () => ["cognito", "sqs", "xray", "wafv2"].filter((name) => require.resolve("@pulumi/aws/" + name) in require.cache);
      exports.before = services();
      exports.kinds = [typeof aws.cognito.UserPool, "UserPool" in aws.cognito, "Pool" in aws.cognito, Object.keys(aws.sqs).includes("Queue")];
      exports.copied = typeof { ...aws.sqs }.Queue;
      exports.after = services();
      exports.same = aws.cognito.UserPool === require("@pulumi/aws/cognito").UserPool;
    `);
    assert.deepEqual(outcome.graph.outputs, {
      before: [],
      kinds: ["function", true, false, true],
      copied: "function",
      after: ["cognito", "sqs"],
      same: true,
    });
  });

  it("takes what a program writes into a service: a stub, a definition, a subclass, a deletion", async () => {
    const { outcome } = await run(`
      const aws = require("@pulumi/aws");
      const real = require("@pulumi/aws/sqs");
      const own = class extends aws.sqs.Queue {};
      exports.inherits = own.prototype instanceof real.Queue && new own("queue") instanceof aws.sqs.Queue;
      Object.defineProperty(aws.sqs, "Queue", { value: own, writable: true, configurable: true, enumerable: true });
      exports.defined = aws.sqs.Queue === own && real.Queue === own;
      aws.sqs.Queue = aws.sqs.QueuePolicy;
      exports.assigned = aws.sqs.Queue === aws.sqs.QueuePolicy && real.Queue === aws.sqs.Queue;
      aws.sqs.added = 1;
      exports.added = [real.added, "added" in aws.sqs, Object.keys(aws.sqs).includes("added"), delete aws.sqs.added, real.added === undefined];
      Object.defineProperty(aws.sqs, "fixed", { value: 2 });
      exports.fixed = [real.fixed, Object.getPrototypeOf(aws.sqs) === Object.prototype];
    `);
    assert.deepEqual((outcome as { graph?: { outputs: unknown } }).graph?.outputs, {
      inherits: true,
      defined: true,
      assigned: true,
      added: [1, true, true, true, true],
      fixed: [2, true],
    });
  });

  it("lets one promise, one archive and one output be used by several resources", async () => {
    const { outcome } = await run(`
      const aws = require("@pulumi/aws");
      const description = Promise.resolve("one");
      const code = new pulumi.asset.AssetArchive({ "index.js": new pulumi.asset.StringAsset("1") });
      const role = pulumi.output("arn:aws:iam::123456789012:role/r");
      for (const name of ["a", "b"]) {
        new aws.iam.Role(name, { description, assumeRolePolicy: "{}" });
        new aws.lambda.Function(name, { role, runtime: "nodejs24.x", handler: "index.handler", code });
      }
    `);
    const made = (outcome as Awaited<ReturnType<typeof runProgram>>).graph.resources;
    assert.deepEqual(
      made.filter(({ type }) => type.startsWith("aws:iam")).map(({ inputs }) => inputs.description),
      ["one", "one"],
    );
    assert.equal(made.filter(({ type }) => type.startsWith("aws:lambda")).length, 2);
  });

  it("is TypeScript once a function is serialized, which gives the text that it gives elsewhere", async () => {
    const { outcome } = await run(`
      const factor = 6;
      exports.text = pulumi.runtime.serializeFunction((number) => number * factor).then(({ text }) => text);
    `);
    const text = String(outcome.graph.outputs.text);
    assert.match(text, /exports\.handler = __f0/);
    assert.match(text, /with\(\{ factor: 6, /);
    assert.match(text, /\(number\) => number \* factor|\(number\)=>number \* factor/);
  });

  it("still names the file and the line of a function that cannot be serialized", async () => {
    const { printed } = await run(`
      const native = Math.max.bind(null);
      pulumi.runtime.serializeFunction(() => native(1, 2)).catch((error) => pulumi.log.warn(error.message));
    `);
    const text = printed.map(({ message }) => message).join("\n");
    assert.match(text, /index\.js\(4,/);
    assert.match(text, /native code/);
  });

  it("sends debug messages, its own and the program's, when somebody hears them", async () => {
    const program = `pulumi.log.debug("mine").then(() => pulumi.log.info("sent"));`;
    for (const debug of [true, false]) {
      const { printed } = await run(program, {}, debug);
      assert.deepEqual(
        ["mine", "sent"].map((text) => printed.some(({ message }) => message === text)),
        [debug, true],
      );
    }
  });

  it("is arborist once a function's packages are looked for", async () => {
    const { outcome } = await run(`
      exports.paths = pulumi.runtime.computeCodePaths().then((paths) => [...paths.keys()].map(String));
    `);
    assert.ok((outcome.graph.outputs.paths as string[]).some((path) => path.endsWith("node_modules/semver")));
  });

  it("still names the place where a promise was made that is never kept", async () => {
    const { printed } = await run(
      `const aws = require("@pulumi/aws");
       new aws.cognito.UserPool("pool", { name: new Promise(() => {}) });`,
      { PULUMI_DEBUG_PROMISE_LEAKS: "true" },
    );
    const text = printed.map(({ message }) => message).join("\n");
    assert.match(text, /Promise leak detected/);
    assert.match(text, /STACK_TRACE:/);
    assert.match(text, /index\.js:3/);
  });
});
