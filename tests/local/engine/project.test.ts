import assert from "node:assert/strict";
import { createCipheriv, pbkdf2Sync, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type ProgramError, ProjectError } from "../../../local/engine/problems.ts";
import { readProject } from "../../../local/engine/project.ts";
import { evaluateProject } from "../../../local/host/evaluation.ts";
import { temporaryDirectory, temporaryProject } from "../../support/temporary.ts";
import { programFailure, projectOf, run } from "./engine-harness.ts";

const read = (files: Record<string, string>, environment = {}) =>
  readProject(temporaryProject({ "index.js": "", ...files }), "dev", environment);

describe("a project's files", function () {
  this.timeout(60_000);

  it("name the tsconfig.json that the program is compiled with, relative to the program", async () => {
    const { graph } = await run("", {
      "Pulumi.yaml": "name: app\nruntime: { name: nodejs, options: { tsconfig: ../tsconfig.json } }\nmain: src/\n",
      "package.json": "{}",
      "tsconfig.json":
        '{ "compilerOptions": { "module": "commonjs", "experimentalDecorators": true, "skipLibCheck": true, "ignoreDeprecations": "6.0" }, "files": ["src/index.ts"] }',
      "src/index.ts":
        'enum Stage { Test = "test" }\nfunction mark(_: unknown, key: string) { void key; }\nclass Names { @mark stage = Stage.Test; }\nexport const stage = new Names().stage;\n',
    });
    assert.equal(graph.outputs.stage, "test");
  });

  it("run an ES module of TypeScript through the project's ts-node, as the SDK does", async () => {
    // The SDK takes the loader "ts-node/esm" of the project when it finds one.
    assert.ok(import.meta.resolve("ts-node/esm"));
    const { graph } = await run("", {
      "Pulumi.yaml": "name: app\nruntime: nodejs\n",
      "package.json": '{ "type": "module", "main": "index.ts" }',
      "tsconfig.json":
        '{ "compilerOptions": { "module": "nodenext", "moduleResolution": "nodenext", "target": "es2022", "skipLibCheck": true }, "files": ["index.ts"] }',
      "names.ts": 'export enum Stage { Test = "test" }\n',
      "index.ts": 'import { Stage } from "./names.js";\nexport const stage = Stage.Test;\n',
    });
    assert.equal(graph.outputs.stage, "test");
  });

  it("hand `nodeargs` to Node as a shell splits them", async () => {
    const { graph } = await run(
      "exports.title = process.title; exports.flags = process.execArgv.filter((flag) => !flag.startsWith('--import'));",
      {
        "Pulumi.yaml": `name: app\nruntime: { name: nodejs, options: { typescript: false, nodeargs: '--title="two words" --no-deprecation' } }\n`,
      },
    );
    assert.deepEqual(graph.outputs, { title: "two words", flags: ["--title=two words", "--no-deprecation"] });
    assert.throws(
      () => read({ "Pulumi.yaml": `name: app\nruntime: { name: nodejs, options: { nodeargs: '--title="open' } }\n` }),
      (error) => error instanceof ProjectError && /a quotation mark in `nodeargs` is never closed/.test(error.message),
    );
  });

  it("refuse to run on a Node that `engines` excludes, where .npmrc makes that strict", async () => {
    const files = { "package.json": '{ "main": "index.js", "engines": { "node": "18.x" } }' };
    assert.deepEqual((await run("exports.a = 1;", files)).graph.outputs, { a: 1 });
    const error = await programFailure("exports.a = 1;", { ...files, ".npmrc": "engine-strict=true\n" });
    assert.match(error.message, /Expected version: 18\.x as found in package\.json > engines > node/);
  });

  it("declare configuration with values, defaults and types, wherever the stacks' files lie", () => {
    const { config, secretKeys } = read({
      "Pulumi.yaml":
        "name: app\nruntime: nodejs\nstackConfigDir: stacks\nconfig:\n  plain: 3\n  app:typed: { type: boolean, default: true }\n  aws:region: eu-west-1\n  token: { type: string, secret: true }\n  other: { type: string }\n",
      "stacks/Pulumi.dev.yaml": "config:\n  app:token: t\n  app:other: o\n",
    });
    assert.deepEqual(config, {
      "app:plain": "3",
      "app:typed": "true",
      "aws:region": "eu-west-1",
      "app:token": "t",
      "app:other": "o",
    });
    assert.deepEqual(secretKeys, ["app:token"]);
    assert.throws(
      () =>
        read({
          "Pulumi.yaml": "name: app\nruntime: nodejs\nconfig: { level: { type: integer }, size: { secret: true } }\n",
        }),
      (error) =>
        error instanceof ProjectError &&
        error.message === "Stack 'dev' is missing configuration values 'app:level', 'app:size'." &&
        error.next ===
          "Run `npx pulumi config set app:level <value> --stack dev && npx pulumi config set --secret app:size <value> --stack dev`, " +
            'or write in demo-auth.local.yaml for this machine alone: config: { "app:level": <value>, "app:size": <value> }',
    );
  });

  it("hold secrets inside of objects, which the passphrase opens, also one from a file", () => {
    const salt = randomBytes(8);
    const key = pbkdf2Sync("correct horse", salt, 1_000_000, 32, "sha256");
    const nonce = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", key, nonce);
    const sealed = Buffer.concat([cipher.update("hush"), cipher.final(), cipher.getAuthTag()]).toString("base64");
    const directory = temporaryProject({ passphrase: "correct horse\n" });
    const { config, secretKeys } = read(
      {
        "Pulumi.yaml": "name: app\nruntime: nodejs\n",
        "Pulumi.dev.yaml": `encryptionsalt: v1:${salt.toString("base64")}:x\nconfig:\n  app:db: { user: me, keys: [{ secure: "v1:${nonce.toString("base64")}:${sealed}" }] }\n`,
      },
      { PULUMI_CONFIG_PASSPHRASE_FILE: `${directory}/passphrase` },
    );
    assert.deepEqual(JSON.parse(config["app:db"]!), { user: "me", keys: ["hush"] });
    assert.deepEqual(secretKeys, ["app:db"]);
  });

  it("hold secrets of a provider in the cloud, for which something else stands that the start names, or the person's value", async () => {
    const files = {
      "Pulumi.dev.yaml":
        "secretsprovider: awskms://alias/x\nencryptedkey: abc\nconfig:\n  app:db: { user: me, password: { secure: AAA } }\n  app:key: { secure: BBB }\n",
    };
    const program =
      'const pulumi = require("@pulumi/pulumi"); const c = new pulumi.Config(); exports.db = c.requireObject("db"); exports.key = c.require("key");';
    const standing = await run(program, files);
    assert.deepEqual(standing.graph.outputs, {
      db: { user: "me", password: "stand-in-for-password" },
      key: "stand-in-for-app:key",
    });
    assert.deepEqual(
      standing.graph.notes?.madeUp.map(({ type, name }) => `${type} ${name}`),
      ["pulumi:config app:db", "pulumi:config app:key"],
    );
    assert.ok(
      standing.heard.some((line) =>
        line.startsWith(
          "warning: Something else stands for the secrets app:db, app:key, which only the provider that keeps them can read",
        ),
      ),
    );
    const own = await run(program, {
      ...files,
      "demo-auth.local.yaml": "config: { key: mine, app:db: { user: you } }\n",
    });
    assert.deepEqual(own.graph.outputs, { db: { user: "you" }, key: "mine" });
    assert.deepEqual(own.heard, []);
  });

  it("that are missing are all named at once, as far as made-up values lead the program", async () => {
    const failure = async (program: string) => {
      const seen: string[] = [];
      const error = await evaluateProject(
        readProject(projectOf(`const pulumi = require("@pulumi/pulumi"); ${program}`), "dev", {}),
        {
          environment: { PATH: process.env.PATH },
          onProgramMessage: ({ severity, message }) => severity === "info" && seen.push(message),
        },
        temporaryDirectory(),
      ).then(
        () => assert.fail("the program did not fail"),
        (reason: ProgramError) => reason,
      );
      return { error, seen };
    };
    const { error, seen } = await failure(`
      const config = new pulumi.Config();
      console.log("dry run: " + pulumi.runtime.isDryRun());
      config.require("domain");
      config.requireNumber("port");
      new pulumi.Config("db").requireSecret("key");
      if (config.requireBoolean("isLarge")) config.requireObject("sizes");
      if (config.require("tier") === "gold") config.require("discount");
      throw new Error("made-up values have led here");
    `);
    assert.deepEqual(
      error.missing.map(({ key }) => key),
      ["app:domain", "app:port", "db:key", "app:isLarge", "app:sizes", "app:tier"],
    );
    assert.match(error.message, /Missing required configuration variable 'app:domain'/);
    assert.ok(
      error.message.endsWith(
        "info: It goes on to ask for 'app:port', 'db:key', 'app:isLarge', 'app:sizes', 'app:tier'. That was found by giving it " +
          "made-up values; where one of them decides, it may ask for more.",
      ),
      error.message,
    );
    assert.match(
      error.next,
      /^Run `npx pulumi config set app:domain <value> --stack dev && .* && npx pulumi config set --secret db:key <value> --stack dev && .*`, or write in demo-auth\.local\.yaml for this machine alone: config: \{ "app:domain": <value>, .*, "app:tier": <value> \}$/,
    );
    assert.deepEqual(seen, ["dry run: false"], "what it says while it is led on is not news");

    const only = await failure('new pulumi.Config().require("domain");');
    assert.doesNotMatch(only.error.message, /It goes on/);
    assert.deepEqual(only.error.missing, [{ key: "app:domain", secret: false }]);
  });

  it("that are missing are looked for without running a plugin or a hook with made-up values", async () => {
    const directory = projectOf(
      `const pulumi = require("@pulumi/pulumi");
       const fs = require("fs");
       const config = new pulumi.Config();
       config.require("first");
       const touch = (what) => fs.appendFileSync("touched", what);
       const hook = new pulumi.ResourceHook("hook", async () => touch("hook"));
       const provider = { create: async () => { touch("dynamic"); return { id: "1", outs: {} }; } };
       class Thing extends pulumi.dynamic.Resource { constructor(n, o) { super(provider, n, {}, o); } }
       const aws = require("@pulumi/aws");
       new aws.cognito.UserPool("p", {}, { hooks: { beforeCreate: [hook] } }).id.apply(() => config.require("second"));
       new Thing("t");`,
    );
    await assert.rejects(
      evaluateProject(
        readProject(directory, "dev", {}),
        { environment: { PATH: process.env.PATH } },
        temporaryDirectory(),
      ),
      ({ missing }: ProgramError) => missing.map(({ key }) => key).join() === "app:first,app:second",
    );
    assert.ok(!existsSync(join(directory, "touched")));
  });

  it("need no region here, which is said, and the program sees none either", async () => {
    const warnings = async (environment: Record<string, string>, files: Record<string, string> = {}) => {
      const heard: string[] = [];
      const directory = projectOf(
        'const aws = require("@pulumi/aws"); new aws.cognito.UserPool("p"); exports.region = aws.config.region ?? "none";',
        files,
      );
      const { graph } = await evaluateProject(
        readProject(directory, "dev", environment),
        {
          environment: { PATH: process.env.PATH, ...environment },
          onProgramMessage: ({ severity, message }) => severity === "warning" && heard.push(message),
        },
        temporaryDirectory(),
      );
      return { heard, region: graph.outputs.region };
    };
    const { heard, region } = await warnings({});
    assert.equal(region, "none");
    assert.equal(heard.length, 1);
    assert.match(
      heard[0]!,
      /^No AWS region is configured.*`npx pulumi config set aws:region us-east-1 --stack dev`\. us-east-1 is used here\.$/,
    );
    assert.deepEqual((await warnings({ AWS_REGION: "eu-west-1" })).heard, []);
    assert.deepEqual((await warnings({}, { "Pulumi.dev.yaml": "config: { aws:region: eu-west-1 }\n" })).heard, []);
  });

  it("of a stack are warned of where Pulumi would pass over a setting in silence, and refused where it would not", async () => {
    const warnings = async (text: string) => {
      const heard: string[] = [];
      await evaluateProject(
        readProject(projectOf("", { "Pulumi.dev.yaml": text }), "dev", {}),
        {
          environment: { PATH: process.env.PATH },
          onProgramMessage: ({ severity, message }) => severity === "warning" && heard.push(message),
        },
        temporaryDirectory(),
      );
      return heard;
    };
    assert.deepEqual(await warnings("config:\napp:size: 3\nkonfig: { a: b }\n"), [
      "Pulumi.dev.yaml has app:size, konfig at its top level, which Pulumi does not read. Settings belong below `config:`, indented.",
    ]);
    assert.deepEqual(await warnings("environment: [shared/aws]\nencryptionsalt: v1:x\nconfig:\n"), [
      "Pulumi.dev.yaml imports environments of Pulumi ESC, which are not opened here. What they set is given in demo-auth.local.yaml: `config: { app:key: value }`.",
    ]);
    assert.deepEqual(await warnings("environment: []\nsecretsprovider: passphrase\nencryptedkey: x\n"), []);
    for (const config of ["nope", "[a]", "3"]) {
      assert.throws(
        () => read({ "Pulumi.yaml": "name: app\nruntime: nodejs\n", "Pulumi.dev.yaml": `config: ${config}\n` }),
        (error) =>
          error instanceof ProjectError &&
          /Pulumi\.dev\.yaml: config is not a mapping\.$/.test(error.message) &&
          /below it one ` {2}key: value` line/.test(error.next),
      );
    }
  });

  it("of the local cloud alone are refused where they are not understood", () => {
    for (const [text, message] of [
      ["stack: {}", /demo-auth\.local\.yaml: stack is not known\./],
      ["stacks: [a]", /stacks is not a mapping\./],
      ["plugins: xyz", /plugins is not a list of names\./],
    ] as const) {
      assert.throws(
        () => read({ "Pulumi.yaml": "name: app\nruntime: nodejs\n", "demo-auth.local.yaml": text }),
        (error) => error instanceof ProjectError && message.test(error.message),
      );
    }
  });
});
