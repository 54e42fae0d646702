import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ProgramProcess, startProgram } from "../../../local/engine/program-process.ts";
import { readProject } from "../../../local/engine/project.ts";
import type { Read } from "../../../local/engine/reads.ts";
import { runProgram } from "../../../local/engine/run-program.ts";
import { SpareProgram } from "../../../local/engine/spare-program.ts";
import { awsProvider } from "../../../local/resources/aws.ts";
import { repository } from "../../support/shell.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const PROGRAM = `
  require("@pulumi/pulumi");
  exports.word = require("./word.js");
  exports.installed = require("@pulumi/word");
  exports.trace = [require("fs").readFileSync.name, require("fs").readFileSync.length, process.execArgv.join()];
  exports.pid = process.pid;
`;

describe("a process that waits for the next evaluation", function () {
  this.timeout(60_000);
  let directory: string;
  let spare: SpareProgram;
  const at = (path: string) => join(directory, path);
  const environment = { ...process.env };
  const write = (path: string, word: string) => writeFileSync(at(path), `module.exports = ${JSON.stringify(word)};`);
  const settings = () => ({
    ...{
      project: readProject(directory, "dev", environment),
      environment,
      compileCache: undefined,
      debug: false,
      traced: true,
    },
  });

  const run = async (onRead: (read: Read) => void = () => {}) => {
    const { project } = settings();
    const { graph } = await runProgram({ project, environment, provider: awsProvider("us-east-1"), onRead, spare });
    return graph.outputs as { word: string; installed: string; trace: unknown; pid: number };
  };

  beforeEach(() => {
    directory = temporaryDirectory();
    mkdirSync(at("node_modules/@pulumi/word"), { recursive: true });
    for (const name of ["pulumi", "aws"])
      symlinkSync(join(repository, "node_modules/@pulumi", name), at(`node_modules/@pulumi/${name}`));
    writeFileSync(at("Pulumi.yaml"), "name: app\nruntime: { name: nodejs, options: { typescript: false } }\n");
    writeFileSync(at("package.json"), '{ "main": "index.js" }');
    writeFileSync(at("index.js"), PROGRAM);
    write("word.js", "old");
    write("node_modules/@pulumi/word/index.js", "old");
    spare = new SpareProgram({ delayMs: 0 });
  });
  afterEach(() => spare.close());

  it("may be ended before it has read what it was told: edits come in a row, and nothing fails of it", async () => {
    const unheard: unknown[] = [];
    const hear = (reason: unknown) => void unheard.push(reason);
    process.on("unhandledRejection", hear);
    try {
      // Whoever is told more than a socket holds has not read it when it ends.
      const ahead = Array.from({ length: 20_000 }, (_, at_) => at(`${at_}.js`));
      for (let start = 0; start < 3; start++) {
        const { child, ended, end } = await startProgram({ ...settings(), ahead });
        end();
        assert.equal(await ended, null);
        assert.equal(child.signalCode, "SIGKILL");
      }
      await new Promise((resolve) => setImmediate(resolve));
      assert.deepEqual(unheard, []);
    } finally {
      process.off("unhandledRejection", hear);
    }
  });

  it("is the one that runs it, with the sources as they are then, and cannot be told from another", async () => {
    const first = await run();
    write("word.js", "new");
    const waiting = await spare.take(settings());
    assert.ok(waiting, "there is one");
    const pid = waiting.child.pid;
    spare.take = async () => waiting;
    const { pid: ranAs, ...said } = await run();
    assert.equal(ranAs, pid);
    assert.deepEqual(said, { word: "new", installed: "old", trace: ["readFileSync", 2, ""] });
    assert.deepEqual(said.trace, first.trace);
  });

  it("says nothing of what packages use that Node deprecates, which each edit would say again", async () => {
    write("node_modules/@pulumi/word/index.js", "old");
    appendFileSync(at("node_modules/@pulumi/word/index.js"), 'process.emitWarning("old ways", "DeprecationWarning");');
    appendFileSync(at("index.js"), 'process.emitWarning("the program\'s", "DeprecationWarning");');
    const said: string[] = [];
    const { project } = settings();
    const onMessage = ({ message }: { message: string }) => said.push(message);
    const again = () =>
      runProgram({ ...{ project, environment, spare, onMessage }, provider: awsProvider("us-east-1"), onRead() {} });
    await again();
    said.length = 0;
    const waiting = await spare.take(settings());
    assert.ok(waiting, "there is one");
    spare.take = async () => waiting;
    await again();
    const deprecations = said.filter((line) => line.includes("DeprecationWarning"));
    assert.equal(deprecations.length, 1, said.join("\n"));
    assert.match(deprecations[0]!, /the program's/);
  });

  it("is thrown away when a package that it has loaded is another by now", async () => {
    await run();
    write("node_modules/@pulumi/word/index.js", "new");
    assert.equal((await run()).installed, "new");
  });

  it("is thrown away when the config or the environment is another by now", async () => {
    await run();
    writeFileSync(at("Pulumi.dev.yaml"), "config:\n  app:word: new\n");
    assert.equal(await spare.take(settings()), undefined);
    await run();
    assert.equal(await spare.take({ ...settings(), environment: { ...environment, WORD: "new" } }), undefined);
  });

  it("keeps compiled code where the evaluations that it is for look for it, and is taken by no other", async () => {
    const compileCache = join(temporaryDirectory(), "compiled");
    spare = new SpareProgram({ delayMs: 0, compileCache });
    await run();
    assert.equal(await spare.take(settings()), undefined, "of an evaluation without");
    await run();
    const waiting = await spare.take({ ...settings(), compileCache });
    assert.ok(waiting, "there is one");
    spare.take = async () => waiting;
    assert.equal((await run()).pid, waiting.child.pid);
    assert.notDeepEqual(readdirSync(compileCache), []);
  });

  it("is not there for a project whose options load code of its own before the program", async () => {
    writeFileSync(at("before.js"), "");
    writeFileSync(
      at("Pulumi.yaml"),
      "name: app\nruntime: { name: nodejs, options: { typescript: false, nodeargs: '--require ./before.js' } }\n",
    );
    await run();
    assert.equal(await spare.take(settings()), undefined);
  });

  it("ends when its cloud is gone", async () => {
    const waiting: ProgramProcess = await startProgram({ ...settings(), ahead: [] });
    waiting.child.stdio[3]!.destroy();
    assert.equal(await waiting.ended, 0);
    waiting.end();
  });
});
