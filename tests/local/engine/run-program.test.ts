import assert from "node:assert/strict";
import { createCipheriv, pbkdf2Sync, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ResourceGraph } from "../../../local/engine/graph.ts";
import { type Diagnostic, ProgramError, ProjectError } from "../../../local/engine/problems.ts";
import { readProject } from "../../../local/engine/project.ts";
import { runProgram } from "../../../local/engine/run-program.ts";
import { awsProvider } from "../../../local/resources/aws.ts";
import { temporaryDirectory, temporaryProject } from "../../support/temporary.ts";

const PROJECT = { "Pulumi.yaml": "name: app\nruntime: nodejs\n", "package.json": '{ "main": "index.js" }' };

function evaluate(
  directory: string,
  stack = "dev",
  onMessage: (message: Diagnostic) => void = () => {},
  debug = false,
): Promise<ResourceGraph> {
  const project = readProject(directory, stack, process.env);
  return runProgram({ project, provider: awsProvider("us-east-1"), environment: process.env, onMessage, debug }).then(
    ({ graph }) => graph,
  );
}

async function failure(program: string, files: Record<string, string> = {}): Promise<ProgramError> {
  const directory = temporaryProject({ ...PROJECT, ...files, "index.js": program });
  const error = await evaluate(directory).then(
    () => assert.fail("the program did not fail"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ProgramError, String(error));
  return error;
}

describe("the engine", function () {
  this.timeout(60_000);

  it("hands the program its project, stack, organization and config as the Pulumi engine does", async () => {
    const directory = temporaryProject({
      ...PROJECT,
      "Pulumi.yaml": "name: app\nruntime: nodejs\nconfig:\n  app:level:\n    default: 3\n  app:word: { value: base }\n",
      "Pulumi.dev.yaml": 'config:\n  app:word: own\n  app:object: { a: [1, "two"] }\n  other:key: true\n',
      "index.js": `
        const pulumi = require("@pulumi/pulumi");
        const config = new pulumi.Config();
        exports.where = [pulumi.getProject(), pulumi.getStack(), pulumi.getOrganization(), pulumi.runtime.isDryRun()];
        exports.read = [config.getNumber("level"), config.get("word"), config.getObject("object"), new pulumi.Config("other").getBoolean("key")];
        exports.directory = process.cwd();
      `,
    });
    const { outputs } = await evaluate(directory);
    assert.deepEqual(outputs.where, ["app", "dev", "organization", false]);
    assert.deepEqual(outputs.read, [3, "own", { a: [1, "two"] }, true]);
    assert.equal(outputs.directory, directory);
  });

  it("gives every resource the same id, name and URN in every run", async () => {
    const fixture = join(import.meta.dirname, "../../fixtures/plain-javascript");
    const [first, second] = [await evaluate(fixture), await evaluate(fixture)];
    const identities = ({ resources }: ResourceGraph) => resources.map(({ urn, id }) => `${urn} ${id}`).sort();
    assert.deepEqual(identities(first), identities(second));
    assert.deepEqual(first.outputs, second.outputs);
    assert.match(String(first.outputs.pool), /^us-east-1_[0-9a-zA-Z]{9}$/);
    assert.match(
      String(first.outputs.url),
      /^https:\/\/[a-z0-9]{10}\.execute-api\.us-east-1\.amazonaws\.com\/live\/books$/,
    );
  });

  it("keeps children under their component, in the URN and in the graph", async () => {
    const directory = temporaryProject({
      ...PROJECT,
      "index.js": `
        const pulumi = require("@pulumi/pulumi"); const aws = require("@pulumi/aws");
        class Pair extends pulumi.ComponentResource {
          constructor(name) { super("my:lib:Pair", name); this.pool = new aws.cognito.UserPool(name, {}, { parent: this }); this.registerOutputs({ id: this.pool.id }); }
        }
        exports.urn = new Pair("two").pool.urn;
      `,
    });
    const { outputs, resources } = await evaluate(directory);
    assert.equal(outputs.urn, "urn:pulumi:dev::app::my:lib:Pair$aws:cognito/userPool:UserPool::two");
    const pool = resources.find(({ type }) => type === "aws:cognito/userPool:UserPool");
    assert.equal(pool?.parent, "urn:pulumi:dev::app::my:lib:Pair::two");
  });

  it("knows which outputs are secret", async () => {
    const directory = temporaryProject({
      ...PROJECT,
      "index.js": `
        const pulumi = require("@pulumi/pulumi");
        exports.open = "a"; exports.hidden = pulumi.secret("b"); exports.nested = { deep: pulumi.secret("c") };
      `,
    });
    const { secretOutputs } = await evaluate(directory);
    assert.deepEqual(secretOutputs.sort(), ["hidden", "nested"]);
  });

  it("passes on what the program logs and prints, and its debug messages when they are wanted", async () => {
    const directory = temporaryProject({
      ...PROJECT,
      "index.js": `
        const pulumi = require("@pulumi/pulumi");
        pulumi.log.warn("careful"); pulumi.log.debug("fine print"); console.log("plain line");
      `,
    });
    const heard: string[] = [];
    const hear = ({ severity, message }: Diagnostic) => heard.push(`${severity}: ${message}`);
    await evaluate(directory, "dev", hear);
    assert.deepEqual(heard.splice(0).sort(), ["info: plain line", "warning: careful"]);
    await evaluate(directory, "dev", hear, true);
    assert.ok(heard.includes("debug: fine print"));
    assert.ok(heard.includes("warning: careful"));
  });

  it("reports a program that throws as Pulumi does, once, with the place", async () => {
    const error = await failure('throw new Error("no such luck");');
    assert.equal(error.diagnostics.length, 1);
    assert.match(
      error.message,
      /^Diagnostics:\n {2}pulumi:pulumi:Stack \(app-dev\):\n {4}error: Running program '.*' failed with an unhandled exception:/,
    );
    assert.match(error.message, /no such luck/);
    assert.equal(error.next, "Fix the program; `npx pulumi preview` would report the same.");
    assert.match(error.message, /index\.js:1/);
  });

  it("shows of a stack the program's own frames only, and of a compiler's complaint the place that it names", async () => {
    const frames = async (program: string, files = {}) =>
      (await failure(program, files)).message
        .split("\n")
        .slice(3)
        .map((line) =>
          line
            .trim()
            .replace(/\(.*[\\/](?=\w+\.js)/, "(")
            .replace(/^- .*[\\/]/, "- "),
        );
    assert.deepEqual(
      await frames('function deep() { throw Object.assign(new Error("no"), { code: "E1" }); }\ndeep();'),
      ["Error: no", "at deep (index.js:1:39)", "at Object.<anonymous> (index.js:2:1) {", "code: 'E1'", "}"],
    );
    const built =
      'module.exports = () => require("esbuild").build({ entryPoints: ["handler.ts"], logLevel: "silent" });';
    assert.deepEqual(await frames(built, { "handler.ts": "export const a = 1;\nexport const b = (;\n" }), [
      "Error: Build failed with 1 error:",
      'handler.ts:2:18: ERROR: Unexpected ";"',
    ]);
    assert.deepEqual(await frames('require("./lib/prices");'), [
      "Error: Cannot find module './lib/prices'",
      "Require stack:",
      "- index.js",
      "at Object.<anonymous> (index.js:1:1)",
    ]);
    // As Pulumi's SDK notes on an error the promise that it rejected.
    const noted = 'const e = new Error("no"); (e.promise = Promise.reject(e)).catch(() => 0); throw e;';
    assert.deepEqual(await frames(noted), ["Error: no", "at Object.<anonymous> (index.js:1:11)"]);
    const elsewhere = await frames('new (require("@pulumi/aws").cognito.UserPool)("p", null, { parent: 5 });');
    assert.ok(elsewhere.length >= 2, "an error that only packages are in still has a place");
  });

  it("reports a rejected promise that nobody waits for", async () => {
    assert.match((await failure('Promise.reject(new Error("forgotten"));')).message, /forgotten/);
  });

  it("reports missing config with the command that sets it, as Pulumi does", async () => {
    const error = await failure('const pulumi = require("@pulumi/pulumi"); new pulumi.Config().require("domain");');
    assert.match(error.message, /Missing required configuration variable 'app:domain'/);
    assert.match(error.message, /pulumi config set app:domain/);
    assert.equal(
      error.next,
      "Run `npx pulumi config set app:domain <value> --stack dev`, or write in demo-auth.local.yaml for this machine " +
        'alone: config: { "app:domain": <value> }',
    );
    const secret = await failure(
      'const { Config } = require("@pulumi/pulumi"); new Config("db").requireSecret("key");',
    );
    assert.match(secret.next, /^Run `npx pulumi config set --secret db:key <value> --stack dev`, or /);
    const region = await failure('require("@pulumi/aws").config.requireRegion();');
    assert.match(region.next, /^Run `npx pulumi config set aws:region <value> --stack dev`, or /);
  });

  it("says how to install a package that the program imports, and nothing of that for a file of its own", async () => {
    const notInstalled =
      "Run `npm install`, or where package.json does not name @acme/shop yet, `npm install @acme/shop`.";
    for (const program of ['require("@acme/shop/prices");', 'import("@acme/shop/prices");']) {
      const error = await failure(program);
      assert.match(error.message, /Cannot find (module|package) '@acme\/shop/);
      assert.equal(error.next, notInstalled);
    }
    assert.match((await failure('require("./prices");')).next, /^Fix the program; /);
  });

  it("reports a provider function that nothing answers, by its name", async () => {
    const error = await failure('require("@pulumi/pulumi").runtime.invoke("aws:ec2/rebootAll:rebootAll", {});');
    assert.match(error.message, /The local cloud has no answer to aws:ec2\/rebootAll:rebootAll/);
    assert.equal(error.next, "Fix what is named above.");
  });

  it("reports a resource that AWS would refuse, on that resource and only once", async () => {
    const error = await failure(`
      const aws = require("@pulumi/aws");
      const pool = new aws.cognito.UserPool("p");
      new aws.cognito.UserPoolDomain("d", { userPoolId: pool.id, domain: "my-aws-domain" });
    `);
    assert.deepEqual(
      error.diagnostics.map(({ message }) => message),
      ["InvalidParameterException: Domain cannot contain reserved word: aws"],
    );
    assert.match(error.message, /aws:cognito:UserPoolDomain \(d\):/);
  });

  it("says nothing of the engine's end after a refusal, however much the program still had to do", async () => {
    const heard: string[] = [];
    const directory = temporaryProject({
      ...PROJECT,
      "index.js": `
        const aws = require("@pulumi/aws"); const pulumi = require("@pulumi/pulumi");
        new aws.cognito.UserPoolDomain("d", { userPoolId: "x", domain: "my-aws-domain" });
        class Pool extends pulumi.ComponentResource {
          constructor(name) { super("a:b:Pool", name); this.registerOutputs({ id: new aws.cognito.UserPool(name, {}, { parent: this }).id }); }
        }
        for (let i = 0; i < 10; i++) new Pool("pool" + i);
      `,
    });
    const error = await evaluate(directory, "dev", ({ message }) => heard.push(message)).then(
      () => assert.fail("the program did not fail"),
      (reason: unknown) => reason as ProgramError,
    );
    assert.deepEqual(
      error.diagnostics.map(({ message }) => message),
      ["InvalidParameterException: Domain cannot contain reserved word: aws"],
    );
    assert.deepEqual(
      heard.filter((message) => /channel|monitor/i.test(message)),
      [],
    );
  });

  it("refuses two resources of one name as the Pulumi engine does", async () => {
    const error = await failure(
      'const aws = require("@pulumi/aws"); new aws.cognito.UserPool("p"); new aws.cognito.UserPool("p");',
    );
    assert.match(error.message, /Duplicate resource URN 'urn:pulumi:dev::app::aws:cognito\/userPool:UserPool::p'/);
  });

  it("reports a program that ends itself", async () => {
    assert.match(
      (await failure('console.error("giving up"); process.exit(3);')).message,
      /exited with code 3.*giving up/s,
    );
  });

  it("refuses an SDK that no Node.js of today loads, with the command that brings another", async () => {
    const root = temporaryProject({
      "old/Pulumi.yaml": PROJECT["Pulumi.yaml"],
      "old/index.js": "",
      "old/node_modules/@pulumi/pulumi/package.json": '{ "version": "1.14.1", "dependencies": { "grpc": "1.24.2" } }',
      "old/node_modules/@pulumi/pulumi/cmd/run/index.js": "",
    });
    const directory = join(root, "old");
    await assert.rejects(
      runProgram({
        project: readProject(directory, "dev", {}),
        provider: awsProvider("us-east-1"),
        environment: process.env,
      }),
      {
        name: "ProjectError",
        code: "sdk_too_old",
        message: `The project in ${directory} has @pulumi/pulumi 1.14.1, which does not load in Node.js ${process.versions.node}.`,
        next: "Run `npm install @pulumi/pulumi@3`, and newer versions of the provider packages beside it such as @pulumi/aws.",
      },
    );
  });

  it("says what to install where the SDK is missing: what the project lists, or the SDK itself", async () => {
    for (const [listed, command] of [
      ['{ "dependencies": { "@pulumi/pulumi": "^3.0.0" } }', "npm install"],
      ["{}", "npm install @pulumi/pulumi @pulumi/aws"],
      [undefined, "npm install @pulumi/pulumi @pulumi/aws"],
    ] as const) {
      const directory = temporaryDirectory();
      writeFileSync(
        join(directory, "Pulumi.yaml"),
        "name: app\nruntime: { name: nodejs, options: { typescript: false } }\n",
      );
      if (listed !== undefined) writeFileSync(join(directory, "package.json"), listed);
      await assert.rejects(evaluate(directory), { code: "sdk_missing", next: `Run \`${command}\` in ${directory}.` });
    }
  });

  it("says what to do when the project, its program, its stack or its SDK is missing", () => {
    const cases: [Record<string, string>, string, RegExp, RegExp][] = [
      [{}, "dev", /There is no Pulumi\.yaml in /, /--project DIR/],
      [
        { "Pulumi.yaml": "name: app\nruntime: nodejs\nmain: gone.ts\n" },
        "dev",
        /The program .*gone\.ts does not exist/,
        /fix `main`/,
      ],
      [{ ...PROJECT, "Pulumi.prod.yaml": "" }, "dev", /There is no Pulumi\.dev\.yaml/, /--stack: prod/],
      [{ "Pulumi.yaml": "name: app\nruntime: python\n" }, "dev", /asks for the runtime "python"/, /runtime: nodejs/],
      [{ "Pulumi.yaml": "name: [unclosed" }, "dev", /Pulumi\.yaml cannot be read/, /Fix its YAML/],
      [{ "Pulumi.yaml": "runtime: nodejs" }, "dev", /has no `name`/, /name: my-project/],
    ];
    for (const [files, stack, message, next] of cases) {
      const directory = temporaryProject(files);
      assert.throws(
        () => readProject(directory, stack, {}),
        (error) => error instanceof ProjectError && message.test(error.message) && next.test(error.next),
      );
    }
  });

  it("reads a stack's secrets with its passphrase, and says so when it is missing or wrong", () => {
    const salt = randomBytes(8);
    const key = pbkdf2Sync("correct horse", salt, 1_000_000, 32, "sha256");
    const seal = (text: string) => {
      const nonce = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", key, nonce);
      const sealed = Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]);
      return `v1:${nonce.toString("base64")}:${sealed.toString("base64")}`;
    };
    const stack = (head: string) => `${head}config:\n  app:key:\n    secure: ${seal("hush")}\n`;
    const ours = temporaryProject({
      ...PROJECT,
      "Pulumi.dev.yaml": stack(`encryptionsalt: v1:${salt.toString("base64")}:${seal("pulumi")}\n`),
    });
    const project = readProject(ours, "dev", { PULUMI_CONFIG_PASSPHRASE: "correct horse" });
    assert.deepEqual([project.config, project.secretKeys], [{ "app:key": "hush" }, ["app:key"]]);
    assert.throws(() => readProject(ours, "dev", {}), /holds the secret app:key\.$/);
    assert.throws(
      () => readProject(ours, "dev", { PULUMI_CONFIG_PASSPHRASE: "battery" }),
      /The secret app:key in .* does not open with this passphrase/,
    );
  });

  it("names all secrets at once whose passphrase it was not given, in lines to paste", () => {
    const directory = temporaryProject({
      ...PROJECT,
      "Pulumi.dev.yaml":
        "encryptionsalt: v1:AAAA:v1:x\nconfig:\n  app:plain: text\n  app:key: { secure: v1:a:b }\n  app:given: { secure: v1:a:b }\n  vercel:token: { secure: v1:a:b }\n",
      "demo-auth.local.yaml": "config: { app:given: mine }\n",
    });
    assert.throws(() => readProject(directory, "dev", {}), {
      name: "ProjectError",
      code: "config_secret",
      message: `${join(directory, "Pulumi.dev.yaml")} holds the secrets app:key, vercel:token.`,
      next: 'Set PULUMI_CONFIG_PASSPHRASE to the passphrase of this stack, or write in demo-auth.local.yaml for this machine alone: config: { "app:key": <value>, "vercel:token": <value> }',
    });
  });
});
