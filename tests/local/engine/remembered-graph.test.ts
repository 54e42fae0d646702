import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { evaluate } from "../../../local/engine/evaluate.ts";
import type { ResourceGraph } from "../../../local/engine/graph.ts";
import type { Diagnostic } from "../../../local/engine/problems.ts";
import { readProject } from "../../../local/engine/project.ts";
import { awsProvider } from "../../../local/resources/aws.ts";
import { temporaryDirectory, temporaryProject } from "../../support/temporary.ts";

/** Counts its own runs, reads a module of its own and one from elsewhere, config and environment. */
const PROGRAM = `
  const pulumi = require("@pulumi/pulumi"); const fs = require("fs");
  fs.appendFileSync(process.env.RUNS, "x");
  pulumi.log.warn("careful");
  exports.word = require("./word.js");
  exports.elsewhere = require(process.env.ELSEWHERE);
  exports.config = new pulumi.Config().get("word");
  exports.colour = process.env.COLOUR;
  class Thing extends pulumi.CustomResource {
    constructor(name, inputs) { super("test:index:Thing", name, inputs); }
  }
  new Thing("thing", {
    code: new pulumi.asset.AssetArchive({ "index.js": new pulumi.asset.StringAsset("1"), sub: new pulumi.asset.FileArchive("folder") }),
  });
`;

describe("a program that was evaluated before", function () {
  this.timeout(60_000);
  let directory: string;
  let outside: string;
  let environment: Record<string, string | undefined>;
  const at = (name: string) => join(directory, name);
  const runs = () => readFileSync(join(outside, "runs"), "utf8").length;

  async function start(): Promise<{ graph: ResourceGraph; messages: Diagnostic[] }> {
    const messages: Diagnostic[] = [];
    const graph = await evaluate({
      project: readProject(directory, "dev", environment),
      provider: awsProvider("us-east-1"),
      environment,
      memory: join(outside, "graph.json"),
      onMessage: (message) => void (message.severity !== "debug" && messages.push(message)),
    });
    return { graph, messages };
  }

  beforeEach(async () => {
    outside = temporaryDirectory();
    directory = temporaryProject({
      "Pulumi.yaml": "name: app\nruntime: { name: nodejs, options: { typescript: false } }\n",
      "Pulumi.dev.yaml": "config:\n  app:word: base\n",
      "package.json": '{ "main": "index.js" }',
      "package-lock.json": "{}",
      "index.js": PROGRAM,
      "word.js": 'module.exports = "one";',
      "folder/a.js": "a",
    });
    writeFileSync(join(outside, "runs"), "");
    writeFileSync(join(outside, "module.js"), 'module.exports = "far";');
    environment = { ...process.env, RUNS: join(outside, "runs"), ELSEWHERE: join(outside, "module.js"), COLOUR: "red" };
    await start();
    assert.equal(runs(), 1);
  });

  it("is not evaluated again when nothing has changed: same graph, same warnings", async () => {
    const first = await evaluate({
      project: readProject(directory, "dev", environment),
      provider: awsProvider("us-east-1"),
      environment,
      memory: undefined,
    });
    assert.equal(runs(), 2);
    const again = await start();
    assert.equal(runs(), 2);
    assert.deepEqual(again.graph, first);
    assert.deepEqual(
      again.messages.map(({ severity, message }) => `${severity}: ${message}`),
      ["warning: careful"],
    );
  });

  const changes: Record<string, () => void> = {
    "its source": () => writeFileSync(at("index.js"), `${PROGRAM}\nexports.extra = 1;`),
    "a module of its own": () => writeFileSync(at("word.js"), 'module.exports = "two";'),
    "a file whose size and time were set back": () => {
      const { atime, mtime } = statSync(at("word.js"));
      writeFileSync(at("word.js"), 'module.exports = "two";');
      utimesSync(at("word.js"), atime, mtime);
    },
    "a new file": () => writeFileSync(at("new.js"), ""),
    "the stack's config": () => writeFileSync(at("Pulumi.dev.yaml"), "config:\n  app:word: other\n"),
    "the project file": () =>
      writeFileSync(
        at("Pulumi.yaml"),
        "name: app\nruntime: { name: nodejs, options: { typescript: false } }\ndescription: x\n",
      ),
    "the lock file": () => writeFileSync(at("package-lock.json"), '{ "lockfileVersion": 3 }'),
    "a module from elsewhere": () => writeFileSync(join(outside, "module.js"), 'module.exports = "further";'),
    "a file of the function's archive": () => writeFileSync(at("folder/a.js"), "b"),
    "the environment": () => {
      environment = { ...environment, COLOUR: "blue" };
    },
  };
  for (const [what, change] of Object.entries(changes)) {
    it(`is evaluated again after a change of ${what}`, async () => {
      change();
      await start();
      assert.equal(runs(), 2);
    });
  }

  it("is evaluated again when what was remembered is damaged", async () => {
    writeFileSync(join(outside, "graph.json"), "{");
    await start();
    assert.equal(runs(), 2);
  });

  it("is not remembered when it fails", async () => {
    writeFileSync(at("word.js"), 'throw new Error("broken");');
    await assert.rejects(start(), /broken/);
    await assert.rejects(start(), /broken/);
  });

  it("is never remembered when it holds a secret, which would lie on disk in clear", async () => {
    rmSync(join(outside, "graph.json"));
    writeFileSync(at("index.js"), 'exports.hidden = require("@pulumi/pulumi").secret("hush");');
    await start();
    assert.ok(!existsSync(join(outside, "graph.json")));
  });
});
