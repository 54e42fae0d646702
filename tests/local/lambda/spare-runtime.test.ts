import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { SpareRuntime } from "../../../local/lambda/spare-runtime.ts";
import type { FunctionModel } from "../../../local/model.ts";
import { type DeployedTestFunction, deploy } from "./function-harness.ts";

/** Tells what it finds around it, and when its process began. */
const tells = (version: string) => `exports.handler = async () => ({
  version: ${JSON.stringify(version)}, env: process.env, cwd: process.cwd(), execArgv: process.execArgv, pid: process.pid,
});`;

interface Told {
  version: string;
  env: Record<string, string>;
  cwd: string;
  execArgv: string[];
  pid: number;
}

async function told({ invoke }: DeployedTestFunction): Promise<Told> {
  const result = await invoke();
  assert.ok("payload" in result, JSON.stringify(result));
  return JSON.parse(result.payload);
}

describe("a function whose program is evaluated again", () => {
  /** @returns what the function found in a process of its own, and after an edit; `waited`: whether that process had waited */
  async function edited(overrides: Partial<FunctionModel> = {}, later: Partial<FunctionModel> = {}) {
    const spare = new SpareRuntime();
    try {
      await using before = deploy(tells("old"), overrides, {}, spare);
      const first = await told(before);
      spare.prepare();
      const waiting = spare.pid;
      await using after = deploy(tells("new"), { ...overrides, ...later }, {}, spare);
      await using alone = deploy(tells("new"), { ...overrides, ...later });
      const [second, fresh] = [await told(after), await told(alone)];
      return { first, second, fresh, waited: second.pid === waiting, directory: after.model.codeDirectory };
    } finally {
      spare.close();
    }
  }

  /** Without what is another in every process. */
  const comparable = ({ AWS_LAMBDA_LOG_STREAM_NAME, LAMBDA_TASK_ROOT, PWD, _X_AMZN_TRACE_ID, ...env }: Told["env"]) =>
    env;

  it("runs its new code in a process that began while the program was evaluated", async () => {
    const { first, second, waited } = await edited();
    assert.deepEqual([first.version, second.version], ["old", "new"]);
    assert.ok(waited);
  });

  it("finds there just what it finds in a process of its own", async () => {
    const { second, fresh, directory } = await edited(
      { environment: { STAGE: "dev", GONE: "yes" } },
      { environment: { STAGE: "prod" }, timeoutSeconds: 7 },
    );
    assert.deepEqual(comparable(second.env), comparable(fresh.env));
    assert.equal(second.env.STAGE, "prod");
    assert.ok(!("GONE" in second.env));
    assert.deepEqual([second.env.PWD, second.env.LAMBDA_TASK_ROOT], [directory, directory]);
    assert.equal(second.cwd, fresh.cwd.replace(fresh.env.PWD!, directory));
    assert.deepEqual(second.execArgv, fresh.execArgv);
  });

  const readAtStart: [string, Partial<FunctionModel>][] = [
    ["other options of Node's", { environment: { NODE_OPTIONS: "--stack-trace-limit=20" } }],
    ["another time zone", { environment: { TZ: "Europe/Berlin" } }],
    ["other memory", { memorySizeMb: 256 }],
    ["another name", { name: "Other", arn: "arn:aws:lambda:us-east-1:123456789012:function:Other" }],
  ];
  for (const [what, later] of readAtStart) {
    it(`has a process of its own when it now has ${what}`, async () => {
      const { second, fresh, waited } = await edited({}, later);
      assert.ok(!waited);
      assert.deepEqual(comparable(second.env), comparable(fresh.env));
    });
  }

  for (const [what, environment] of [
    ["a module of its archive", { NODE_OPTIONS: "--enable-source-maps --require ./tracer.js" }],
    ["a module by its name", { NODE_OPTIONS: "--import=tracer" }],
    ["certificates", { NODE_EXTRA_CA_CERTS: "./ca.pem" }],
  ] as const) {
    it(`never has a process waiting that has loaded ${what} before its code was known`, async () => {
      const spare = new SpareRuntime();
      const code = (version: string) => ({
        "index.js": `exports.handler = async () => ({ preloaded: globalThis.preloaded })`,
        "tracer.js": `globalThis.preloaded = ${JSON.stringify(version)};`,
        "node_modules/tracer/index.js": `globalThis.preloaded = ${JSON.stringify(version)};`,
        "ca.pem": "",
      });
      try {
        await using before = deploy(code("old"), { environment }, {}, spare);
        await before.invoke();
        spare.prepare();
        assert.equal(spare.pid, undefined);
        await using after = deploy(code("new"), { environment }, {}, spare);
        const preloaded = "NODE_OPTIONS" in environment ? { preloaded: "new" } : {};
        const result = await after.invoke();
        assert.ok("payload" in result, JSON.stringify(result));
        assert.deepEqual(JSON.parse(result.payload), preloaded);
      } finally {
        spare.close();
      }
    });
  }

  it("has one waiting although it has options of Node's that load nothing", async () => {
    const { waited } = await edited({
      environment: { NODE_OPTIONS: "--enable-source-maps --stack-trace-limit=20", NODE_ENV: "production" },
    });
    assert.ok(waited);
  });

  it("has a process ready before its program is evaluated, where edits are expected", async () => {
    const spare = new SpareRuntime({ readyAfterMs: 0 });
    try {
      await using before = deploy(tells("old"), {}, {}, spare);
      await told(before);
      assert.notEqual(spare.pid, undefined);
    } finally {
      spare.close();
    }
  });

  it("is not kept waiting by a process that somebody has ended", async () => {
    const spare = new SpareRuntime();
    try {
      await using before = deploy(tells("old"), {}, {}, spare);
      await told(before);
      spare.prepare();
      process.kill(spare.pid!, "SIGKILL");
      while (spare.pid !== undefined) await setImmediate();
      await using after = deploy(tells("new"), {}, {}, spare);
      assert.equal((await told(after)).version, "new");
    } finally {
      spare.close();
    }
  });

  it("leaves no process waiting once the cloud has ended, nor one that no function asked for", async () => {
    const spare = new SpareRuntime();
    spare.prepare();
    assert.equal(spare.pid, undefined);
    await using before = deploy(tells("old"), {}, {}, spare);
    await told(before);
    spare.prepare();
    const waiting = spare.pid!;
    spare.close();
    assert.equal(spare.pid, undefined);
    while (isRunning(waiting)) await setImmediate();
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
