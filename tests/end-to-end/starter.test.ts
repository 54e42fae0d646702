/** `demo-auth init` from the package that npm would publish: a project of one's own that runs and passes its own tests. */
import { deepEqual, doesNotMatch, equal, match, rejects } from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { packedTarball } from "../support/package.ts";
import { repository } from "../support/shell.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const run = promisify(execFile);

describe("a project of one's own, made by the packed demo-auth", function () {
  this.timeout(600_000);
  let folder: string;
  let project: string;
  /** Most of what this file takes: half a gigabyte is unpacked, as for anybody. Tests that can do without do not wait for it. */
  let installed: Promise<unknown>;
  const npm = ["--prefer-offline", "--no-audit", "--no-fund", "--loglevel", "error"];
  /** As in an empty folder, where nothing of this repository is on the PATH. */
  const demoAuth = (args: string[], cwd = folder) => run("npx", ["demo-auth", ...args], { cwd });

  before(async () => {
    folder = temporaryDirectory();
    const tarball = await packedTarball();
    writeFileSync(join(folder, "package.json"), "{}");
    await run("npm", ["install", ...npm, tarball], { cwd: folder });
    await demoAuth(["init", "my-api", "--yes", "--region", "eu-west-1"]);
    project = join(folder, "my-api");
    // The published demo-auth is this one.
    installed = run("npm", ["install", "--save-dev", ...npm, tarball], { cwd: project });
    // Reported by the tests that wait for it.
    installed.catch(() => undefined);
  });

  // Some hundred megabytes: more than the hook that clears up after all tests has time for.
  after(async () => {
    await Promise.allSettled([installed]);
    await rm(folder, { recursive: true, force: true });
  });

  it("has the program, a handler, the policy pack, both stacks, a test and a workflow, under its own name", () => {
    const names = readdirSync(project).filter((name) => !["node_modules", "package-lock.json"].includes(name));
    deepEqual(names.sort(), [
      ...[".github", ".gitignore", "Pulumi.dev.yaml", "Pulumi.prod.yaml", "Pulumi.yaml", "README.md", "handlers"],
      ...["infra", "package.json", "policy", "tests", "tsconfig.json"],
    ]);
    const read = (name: string) => readFileSync(join(project, name), "utf8");
    equal(JSON.parse(read("package.json")).name, "my-api");
    match(read("Pulumi.yaml"), /^name: my-api$/m);
    doesNotMatch(read("Pulumi.yaml"), /gitignore/);
    match(read("Pulumi.dev.yaml"), /^ {2}aws:region: eu-west-1$/m);
    match(read("Pulumi.dev.yaml"), /^ {2}profile: dev$/m);
    match(read("Pulumi.prod.yaml"), /^ {2}auditTrail: true$/m);
    equal(
      /DemoAPI|\$\{PROJECT\}/.test(
        names
          .filter((name) => /yaml|json|md$/.test(name))
          .map(read)
          .join(),
      ),
      false,
    );
  });

  it("writes over nothing: not over this project, and not into a folder that holds something", async () => {
    const before = readFileSync(join(project, "README.md"), "utf8");
    await rejects(demoAuth(["init", "my-api", "--yes"]), (error: { code: number; stderr: string }) => {
      equal(error.code, 2);
      match(error.stderr, /my-api is there and not empty\.\n.*Name a new folder: nothing is written over/);
      return true;
    });
    equal(readFileSync(join(project, "README.md"), "utf8"), before);
  });

  it("says how to go on in words that can be pasted, into a folder with a space, too", async () => {
    const { stdout } = await demoAuth(["init", "my other api's", "--name", "other", "--yes"]);
    const [first = ""] = stdout.split("\n");
    equal((await run("sh", ["-c", `${first} && pwd`], { cwd: folder })).stdout, `${join(folder, "my other api's")}\n`);
  });

  it("is given the checkout's own package where a checkout writes it: a registry may have none", async () => {
    const checkout = temporaryDirectory();
    const { stdout } = await run(process.execPath, [join(repository, "bin/demo-auth.js"), "init", "mine", "--yes"], {
      cwd: checkout,
    });
    const [, install = ""] = stdout.split("\n");
    const [, packed = ""] = /^npm install --save-dev "\.\/\$\((npm pack .*)\)"$/.exec(install) ?? [];
    const { stdout: name } = await run("sh", ["-c", packed], { cwd: join(checkout, "mine") });
    equal(existsSync(join(checkout, "mine", name.trim())), true, name);
    match((await demoAuth(["init", "third", "--yes"])).stdout, /^npm install$/m);
  });

  it("refuses a name that is none, and asks for nothing where there is no terminal", async () => {
    await rejects(demoAuth(["init", "My Api", "--yes"]), /"My Api" is not a project's name/);
    await rejects(
      demoAuth(["init", "other", "--region", "eu-west-1"]),
      /no terminal to ask on whether the name is other and the region eu-west-1\.\n.*: .*demo-auth init other --region eu-west-1 --yes\n/,
    );
    equal(existsSync(join(folder, "other")), false);
  });

  it("is evaluated and served by `npx demo-auth local`", async () => {
    await installed;
    const cloud = spawn("npx", ["demo-auth", "local", "--json", "--port", "0", "--ephemeral"], {
      cwd: project,
      stdio: ["ignore", "pipe", "inherit"],
      // A group of its own: npx passes no signal on to what it starts.
      detached: true,
    });
    try {
      const [line] = await once(createInterface({ input: cloud.stdout }), "line");
      const { apis, userPools, functions } = JSON.parse(line);
      deepEqual([apis.length, userPools.length, functions.length], [1, 1, 1]);
      const answer = await fetch(`${apis[0].stages[0].url}/transactions`);
      deepEqual([answer.status, (await answer.json()).message], [401, "Unauthorized"]);
    } finally {
      process.kill(-cloud.pid!, "SIGTERM");
      await once(cloud, "close");
    }
  });

  it("passes its own tests, which start a cloud with its program", async () => {
    await installed;
    const { stdout } = await run("npx", ["node", "--test", "tests/access.test.ts"], { cwd: project });
    match(stdout, /pass 2\n/);
  });

  it("lets a Pulumi program of any kind import the components", async () => {
    await installed;
    const names = ["HandlerFunction", "ProtectedApi", "UserDirectory", "defineRoutes", "scopesOf"];
    const both = `import * as module from "demo-auth/infra"; import { createRequire } from "node:module";
      const common = createRequire(process.cwd() + "/")("demo-auth/infra");
      for (const components of [module, common]) console.log(Object.keys(components).sort().join());`;
    const { stdout } = await run(process.execPath, ["--input-type=module", "-e", both], { cwd: project });
    deepEqual(stdout.trim().split("\n"), [names.join(), names.join()]);
  });
});
