/** What a caller is answered is what the sources say now: after a restart, and under `--watch` without one. */
import assert from "node:assert/strict";
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type LocalCloud, startLocalCloud, type WatchOptions } from "../../local/start.ts";
import { repository } from "../support/shell.ts";
import { temporaryDirectory } from "../support/temporary.ts";

/** Answers with what each of its sources says. */
const PROGRAM = `
  const aws = require("@pulumi/aws"); const pulumi = require("@pulumi/pulumi");
  const fs = require("fs"); const path = require("path");
  const { readFileSync } = fs;
  const says = {
    imported: require("./inside.js"),
    importedFromOutside: require("../shared/outside.js"),
    read: readFileSync(path.join(__dirname, "inside.txt"), "utf8"),
    readFromOutside: readFileSync("../shared/outside.txt", "utf8"),
    listed: fs.readdirSync("../shared/listed").join(),
    absent: fs.existsSync("../shared/absent/file") ? "there" : "missing",
    link: readFileSync("link.txt", "utf8"),
    workspacePackage: require("words"),
    readByChild: require("child_process").execFileSync("cat", ["../child/said.txt"]).toString(),
    ownWriting: String(fs.existsSync("count.txt")),
    config: new pulumi.Config().get("word"),
  };
  fs.writeFileSync("count.txt", String(Number(fs.existsSync("count.txt") && readFileSync("count.txt", "utf8")) + 1));
  require("esbuild").buildSync({ entryPoints: ["../app/handler.js"], bundle: true, platform: "node", outfile: "built/index.js", logLevel: "silent" });
  const f = new aws.lambda.Function("f", {
    runtime: "nodejs24.x", handler: "index.handler", role: "arn:aws:iam::123456789012:role/r",
    environment: { variables: { SAYS: JSON.stringify(says) } },
    code: new pulumi.asset.AssetArchive({
      ".": new pulumi.asset.FileArchive("built"),
      "asset.txt": new pulumi.asset.FileAsset("../shared/asset.txt"),
      archive: new pulumi.asset.FileArchive("../archive"),
    }),
  });
  const api = new aws.apigateway.RestApi("api", { name: "api" });
  new aws.lambda.Permission("p", { action: "lambda:InvokeFunction", function: f.name, principal: "apigateway.amazonaws.com", sourceArn: pulumi.interpolate\`\${api.executionArn}/*\` });
  const resource = new aws.apigateway.Resource("r", { restApi: api.id, parentId: api.rootResourceId, pathPart: "it" });
  const method = new aws.apigateway.Method("m", { restApi: api.id, resourceId: resource.id, httpMethod: "GET", authorization: "NONE" });
  const integration = new aws.apigateway.Integration("i", {
    restApi: api.id, resourceId: resource.id, httpMethod: method.httpMethod, type: "AWS_PROXY", integrationHttpMethod: "POST", uri: f.invokeArn,
  });
  const deployment = new aws.apigateway.Deployment("d", { restApi: api.id }, { dependsOn: [integration] });
  new aws.apigateway.Stage("s", { restApi: api.id, deployment: deployment.id, stageName: "s" });
`;

const HANDLER = `
  const { readFileSync } = require("fs");
  exports.handler = async () => ({ statusCode: 200, body: JSON.stringify({
    ...JSON.parse(process.env.SAYS), bundled: require("./part.js"),
    asset: readFileSync(__dirname + "/asset.txt", "utf8"), archive: readFileSync(__dirname + "/archive/file.txt", "utf8"),
  }) });
`;

const FILES: Record<string, string> = {
  "infra/Pulumi.yaml": "name: stale\nruntime: { name: nodejs, options: { typescript: false } }\n",
  "infra/Pulumi.dev.yaml": "config:\n  stale:word: old\n",
  "infra/package.json": '{ "main": "index.js" }',
  "infra/index.js": PROGRAM,
  "infra/inside.js": 'module.exports = "old";',
  "infra/inside.txt": "old",
  "shared/outside.js": 'module.exports = "old";',
  "shared/outside.txt": "old",
  "shared/listed/old": "",
  "shared/asset.txt": "old",
  "archive/file.txt": "old",
  "elsewhere/linked.txt": "old",
  "elsewhere/other.txt": "other",
  "app/handler.js": HANDLER,
  "app/part.js": 'module.exports = "old";',
  "child/said.txt": "old",
  "packages/words/package.json": '{ "name": "words", "main": "index.js" }',
  "packages/words/index.js": 'module.exports = "old";',
};

interface Way {
  edit(at: (path: string) => string): void;
  answer: Record<string, string>;
}

const writing =
  (path: string, content: string): Way["edit"] =>
  (at) => {
    writeFileSync(at(path), content);
  };

const WAYS: Record<string, Way> = {
  "a module inside the project": {
    edit: writing("infra/inside.js", 'module.exports = "new";'),
    answer: { imported: "new" },
  },
  "a module outside of it": {
    edit: writing("shared/outside.js", 'module.exports = "new";'),
    answer: { importedFromOutside: "new" },
  },
  "a file that it reads inside": { edit: writing("infra/inside.txt", "new"), answer: { read: "new" } },
  "a file that it reads outside, replaced as editors do": {
    edit(at) {
      writeFileSync(at("shared/.outside.txt.new"), "new");
      renameSync(at("shared/.outside.txt.new"), at("shared/outside.txt"));
    },
    answer: { readFromOutside: "new" },
  },
  "a folder that it lists": { edit: writing("shared/listed/new", ""), answer: { listed: "new,old" } },
  "a file that was not there, in a folder that was not there": {
    edit(at) {
      mkdirSync(at("shared/absent"));
      writeFileSync(at("shared/absent/file"), "");
    },
    answer: { absent: "there" },
  },
  "an asset": { edit: writing("shared/asset.txt", "new"), answer: { asset: "new" } },
  "a file of an archive": { edit: writing("archive/file.txt", "new"), answer: { archive: "new" } },
  "a module that a bundler reads": {
    edit: writing("app/part.js", 'module.exports = "new";'),
    answer: { bundled: "new" },
  },
  "a file behind a symbolic link": { edit: writing("elsewhere/linked.txt", "new"), answer: { link: "new" } },
  "a symbolic link": {
    edit(at) {
      rmSync(at("infra/link.txt"));
      symlinkSync("../elsewhere/other.txt", at("infra/link.txt"));
    },
    answer: { link: "other" },
  },
  "a workspace's package": {
    edit: writing("packages/words/index.js", 'module.exports = "new";'),
    answer: { workspacePackage: "new" },
  },
  "a file that a child process reads": { edit: writing("child/said.txt", "new"), answer: { readByChild: "new" } },
  "the stack's config": {
    edit: writing("infra/Pulumi.dev.yaml", "config:\n  stale:word: new\n"),
    answer: { config: "new" },
  },
};

const FIRST_ANSWER = {
  ...{ imported: "old", importedFromOutside: "old", read: "old", readFromOutside: "old", listed: "old" },
  ...{ absent: "missing", link: "old", workspacePackage: "old", readByChild: "old", config: "old" },
  ...{ bundled: "old", asset: "old", archive: "old" },
};

describe("an edit is live", function () {
  this.timeout(60_000);

  function sources() {
    const root = temporaryDirectory();
    const at = (path: string) => join(root, path);
    for (const [path, content] of Object.entries(FILES)) {
      mkdirSync(join(at(path), ".."), { recursive: true });
      writeFileSync(at(path), content);
    }
    mkdirSync(at("node_modules"));
    for (const name of ["@pulumi", "esbuild"])
      symlinkSync(join(repository, "node_modules", name), at(`node_modules/${name}`));
    symlinkSync("../packages/words", at("node_modules/words"));
    symlinkSync("../elsewhere/linked.txt", at("infra/link.txt"));
    return at;
  }

  const start = (at: (path: string) => string, watch?: WatchOptions) =>
    startLocalCloud({
      projectDirectory: at("infra"),
      ...{ stack: "dev", port: 0, stateDirectory: undefined, environment: process.env, watch },
    });

  async function answerOf(cloud: LocalCloud): Promise<Record<string, string>> {
    const { ownWriting, ...answer } = (await (
      await fetch(`${cloud.ready.apis[0]!.stages[0]!.url}/it`)
    ).json()) as Record<string, string>;
    return answer;
  }

  describe("after a restart:", () => {
    const at = lazily(sources);
    let answer: Record<string, string> = FIRST_ANSWER;
    const restarted = async () => {
      const cloud = await start(at());
      try {
        return await answerOf(cloud);
      } finally {
        await cloud.close();
      }
    };
    it(`of ${Object.keys(WAYS).join(", ")}`, async () => {
      assert.deepEqual(await restarted(), answer);
      for (const way of Object.values(WAYS)) {
        way.edit(at());
        answer = { ...answer, ...way.answer };
      }
      assert.deepEqual(await restarted(), answer);
    });
  });

  describe("under --watch:", () => {
    const at = lazily(sources);
    let answer: Record<string, string> = FIRST_ANSWER;
    let cloud: LocalCloud;
    let reloaded = Promise.withResolvers<void>();
    const changed: string[][] = [];
    before(async () => {
      cloud = await start(at(), {
        onChange: (files) => changed.push(files),
        onReload: () => reloaded.resolve(),
        onFailure: (error) => reloaded.reject(error),
      });
      assert.deepEqual(await answerOf(cloud), answer);
    });
    after(() => cloud?.close());
    for (const [what, way] of Object.entries(WAYS)) {
      it(`of ${what}`, async () => {
        reloaded = Promise.withResolvers<void>();
        way.edit(at());
        await reloaded.promise;
        answer = { ...answer, ...way.answer };
        assert.deepEqual(await answerOf(cloud), answer);
      });
    }

    it("and evaluates once for each, although the program writes into its own folder", () => {
      assert.equal(changed.length, Object.keys(WAYS).length, JSON.stringify(changed));
    });
  });
});

/** Made when it is first asked for, which is when the tests run. */
function lazily<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
