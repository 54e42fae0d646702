/** Functions whose code or packages lie beside the program, as in a repository that holds an application and its infrastructure. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { zipSync } from "fflate";
import { type LocalCloud, startLocalCloud, type WatchOptions } from "../../../local/start.ts";
import { temporaryProject } from "../../support/temporary.ts";

/** Declares `f` with the given code, and an address at which it answers to everybody. */
const program = (code: string) => `
  const aws = require("@pulumi/aws"); const pulumi = require("@pulumi/pulumi");
  const f = new aws.lambda.Function("f", {
    name: "deployed-f", runtime: "nodejs24.x", handler: "index.handler", role: "arn:aws:iam::123456789012:role/r", ${code}
  });
  new aws.lambda.FunctionUrl("f", { functionName: f.name, authorizationType: "NONE" });
`;
const project = (code: string, files: Record<string, string> = {}) =>
  temporaryProject({
    "infra/Pulumi.yaml": "name: beside\nruntime: { name: nodejs, options: { typescript: false } }\n",
    "infra/Pulumi.dev.yaml": "config: { aws:region: eu-west-1 }\n",
    "infra/package.json": '{ "main": "index.js" }',
    "infra/index.js": program(code),
    ...files,
  });
const answering = (text: string) => `exports.handler = async () => ${JSON.stringify(text)};`;

async function started(root: string, work: (cloud: LocalCloud) => Promise<void>, watch?: WatchOptions): Promise<void> {
  const cloud = await startLocalCloud({
    ...{ projectDirectory: join(root, "infra"), stack: "dev", port: 0, stateDirectory: undefined },
    environment: process.env,
    ...(watch && { watch }),
  });
  try {
    await work(cloud);
  } finally {
    await cloud.close();
  }
}
const answer = async ({ ready }: LocalCloud) => (await fetch(ready.functionUrls[0]!.url)).text();
const refusedWith = (pattern: RegExp) => (error: Error & { problems?: { message: string }[] }) => {
  assert.match([error.message, ...(error.problems ?? []).map(({ message }) => message)].join("\n"), pattern);
  return true;
};

const FROM_S3 = 's3Bucket: "built-elsewhere", s3Key: "f.zip",';

describe("a function whose code lies beside the program", function () {
  this.timeout(60_000);

  it("finds what Lambda's runtimes bring along in the packages of the code's own folder", async () => {
    const root = project('code: new pulumi.asset.FileArchive("../app/src"),', {
      "app/node_modules/@aws-sdk/made-up/index.js": 'exports.says = "installed beside the code";',
      "app/src/index.js": 'const { says } = require("@aws-sdk/made-up"); exports.handler = async () => says;',
    });
    await started(root, async (cloud) => assert.equal(await answer(cloud), "installed beside the code"));
  });

  const takenFrom = async (path: string) => {
    const root = project(FROM_S3, {
      "infra/demo-auth.local.yaml": `functions: { f: ${path} }\n`,
      "app/index.js": answering("from this machine"),
    });
    writeFileSync(join(root, "app.zip"), zipSync({ "index.js": Buffer.from(answering("from this machine")) }));
    await started(root, async (cloud) => {
      assert.equal(await answer(cloud), "from this machine");
      assert.deepEqual(cloud.ready.declaredNotEmulated, []);
    });
  };

  it("is taken from a folder that demo-auth.local.yaml names, where the program leaves it in S3", () =>
    takenFrom("../app"));

  it("is taken from a zip file that demo-auth.local.yaml names, where the program leaves it in S3", () =>
    takenFrom("../app.zip"));

  it("answers as it is edited, when it is watched", async () => {
    const root = project(FROM_S3, {
      "infra/demo-auth.local.yaml": "functions: { f: ../app }\n",
      "app/index.js": answering("before"),
    });
    const reloaded = Promise.withResolvers<void>();
    const edited = async (cloud: LocalCloud) => {
      assert.equal(await answer(cloud), "before");
      writeFileSync(join(root, "app/index.js"), answering("after"));
      await reloaded.promise;
      assert.equal(await answer(cloud), "after");
    };
    await started(root, edited, { onReload: () => reloaded.resolve(), onFailure: reloaded.reject });
  });

  it("is taken from there instead of what the program hands over too", async () => {
    const root = project('code: new pulumi.asset.FileArchive("../app"),', {
      "infra/demo-auth.local.yaml": "functions: { f: ../other }\n",
      "app/index.js": answering("handed over"),
      "other/index.js": answering("named"),
    });
    await started(root, async (cloud) => assert.equal(await answer(cloud), "named"));
  });

  it("says how to name its code, where nobody did", async () => {
    await started(project(FROM_S3), async (cloud) => {
      assert.deepEqual(cloud.ready.declaredNotEmulated, [
        {
          ...{ type: "aws:lambda/function:Function", name: "f" },
          reason:
            "its code lies in S3, and the program does not upload it itself; give a folder or zip file of it in demo-auth.local.yaml: functions: { f: path }",
        },
      ]);
    });
  });

  it("is refused when what demo-auth.local.yaml names is not there, or no function has that name", async () => {
    const missing = project(FROM_S3, { "infra/demo-auth.local.yaml": "functions: { f: ../nowhere }\n" });
    await assert.rejects(
      started(missing, async () => {}),
      refusedWith(/nowhere does not exist\. Build it first, or fix its path/),
    );
    const misnamed = project(FROM_S3, { "infra/demo-auth.local.yaml": "functions: { g: ../app }\n" });
    await assert.rejects(
      started(misnamed, async () => {}),
      refusedWith(/functions\.g: the program has no function "g"; it has f/),
    );
    const list = project(FROM_S3, { "infra/demo-auth.local.yaml": "functions: [f]\n" });
    await assert.rejects(
      started(list, async () => {}),
      refusedWith(/functions is not a mapping/),
    );
  });
});
