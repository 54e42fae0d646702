/** The package that npm would publish, installed into an empty folder and used from there. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { publint } from "publint";
import { installPackage } from "../support/package.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { type Bench, browse, openBench } from "./support/cli.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);

describe("the package", () => {
  let installed: string;
  let command: string;
  let bench: Bench;

  before(async () => {
    const folder = temporaryDirectory();
    // What npm would install beside it: native code only.
    installed = await installPackage(folder, ["@napi-rs"]);
    mkdirSync(join(folder, "node_modules", ".bin"));
    command = join(folder, "node_modules", ".bin", "demo-auth");
    symlinkSync("../demo-auth/bin/demo-auth.js", command);
    bench = await openBench({ flow: "code" });
  });
  after(() => bench?.close());

  const demoAuth = (args: string[], nodeArgs: string[] = []) =>
    run(process.execPath, [...nodeArgs, command, ...args], { cwd: bench.directory, env: bench.env });

  it("holds the bundle and no sources", () => {
    deepEqual(
      readdirSync(installed)
        .filter((name) => !/\.(md|json)$|LICENSE/.test(name))
        .sort(),
      ["bin", "dist"],
    );
    ok(!existsSync(join(installed, "cli")));
    ok(existsSync(join(installed, "dist", "chunks", "lambda-runtime.js")));
  });

  it("is put together as npm wants it", async () => {
    const { messages } = await publint({ pkgDir: installed, pack: false });
    deepEqual(messages, []);
  });

  it("tells its version", async () => {
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    equal((await demoAuth(["--version"])).stdout, `${version}\n`);
    equal((await demoAuth(["-V", "--json"])).stdout, `${version}\n`);
  });

  it("signs in, calls, shows, hands out the token and signs out", async () => {
    const running = execFile(process.execPath, [command, "login", "--no-browser", "--json"], {
      cwd: bench.directory,
      env: bench.env,
    });
    let heard = "";
    const url = await new Promise<string>((resolve) =>
      running.stderr!.on("data", (text) => {
        heard += text;
        const [line] = /^http\S+(?=\n)/m.exec(heard) ?? [];
        if (line) resolve(line);
      }),
    );
    equal((await browse(url)).status, 200);
    await new Promise((resolve) => running.once("close", resolve));
    equal(running.exitCode, 0);
    equal(JSON.parse((await demoAuth(["call", "/transactions"])).stdout).method, "GET");
    equal(JSON.parse((await demoAuth(["status", "--json"])).stdout).signedIn, true);
    match((await demoAuth(["token"])).stdout, /^eyJ/);
    match((await demoAuth(["doctor"])).stdout, /✓ API/);
    match((await demoAuth(["logout"])).stderr, /revoked/);
  });

  describe("under a Node that is too old", () => {
    const old =
      "data:text/javascript,if(!process.env.OWN)Object.defineProperty(process,'versions',{value:{node:'20.20.2'}})";
    const underOldNode = (args: string[]) => demoAuth(args, ["--import", old]);
    const ownNode = () => join(installed, "..", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
    /** Stands for the npm package `node`, installed beside the command; the program it is given sees its real version. */
    const bringNode = () => {
      mkdirSync(dirname(ownNode()), { recursive: true });
      writeFileSync(ownNode(), `#!/bin/sh\nOWN=1 exec '${process.execPath}' "$@"\n`, { mode: 0o755 });
    };
    afterEach(() => rmSync(join(installed, "..", "node"), { recursive: true, force: true }));

    it("says in one line that it is, and how to run the same words with another", async () => {
      const failed = await underOldNode(["call", "/transactions", "--query", "it's"]).catch((error) => error);
      deepEqual([failed.code, failed.stdout], [7, ""]);
      match(failed.stderr, /^demo-auth needs Node 24 or later; this is v[\d.]+\. .*\n$/);
      ok(
        failed.stderr.endsWith(
          "npx --package=node@24 --package=demo-auth demo-auth call /transactions --query 'it'\\''s'\n",
        ),
        failed.stderr,
      );
    });

    it("runs on the Node that is installed beside it, and ends as that ends", async () => {
      bringNode();
      match((await underOldNode(["help", "exit-codes"])).stdout, /^Exit codes/);
      const failed = await underOldNode(["stauts"]).catch((error) => error);
      deepEqual([failed.code, failed.stderr.split("\n")[0]], [2, "✗ Unknown command 'stauts'."]);
    });

    it("hands SIGTERM on, and dies by it", async () => {
      bringNode();
      const running = execFile(process.execPath, ["--import", old, command, "login", "--no-browser", "--force"], {
        cwd: bench.directory,
        env: bench.env,
      });
      await new Promise<void>((resolve) =>
        running.stderr!.on("data", (text) => {
          if (/Waiting at/.test(text)) resolve();
        }),
      );
      running.kill("SIGTERM");
      const [, signal] = await once(running, "exit");
      equal(signal, "SIGTERM");
    });
  });

  it("runs from a checkout's sources, too", async () => {
    const { stdout } = await run(process.execPath, [join(root, "cli", "main.ts"), "help", "exit-codes"]);
    match(stdout, /^Exit codes/);
  });
});
