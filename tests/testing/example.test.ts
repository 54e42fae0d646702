/** The example project, copied into an empty folder with the packed package: its own tests, under each runner. */
import { deepEqual, equal, match } from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { chromiumOptions } from "../support/chromium.ts";
import { installPackage } from "../support/package.ts";
import { repository } from "../support/shell.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const run = promisify(execFile);
const BESIDE = ["@pulumi", "@playwright/test", "vitest", "@types/node", "@napi-rs"];

describe("the example project", function () {
  this.timeout(120_000);
  let folder: string;

  before(async () => {
    folder = join(temporaryDirectory(), "notes");
    cpSync(join(repository, "examples/notes"), folder, { recursive: true });
    await installPackage(folder, BESIDE);
  });

  /** @returns what was printed, on both streams */
  const node = async (script: string, ...args: string[]) => {
    const env = { ...process.env, CI: "true", NO_COLOR: "1", FORCE_COLOR: undefined };
    const ended = await run(process.execPath, [script, ...args], { cwd: folder, env }).catch((error) => error);
    return { code: ended.code ?? 0, text: `${ended.stdout}${ended.stderr}` };
  };
  const tool = (path: string, ...args: string[]) => node(join(repository, "node_modules", path), ...args);

  it("passes under Vitest", async () => {
    const { code, text } = await tool("vitest/vitest.mjs", "run");
    match(text, /Tests\s+4 passed \(4\)/);
    equal(code, 0);
  });

  it("passes under node:test", async () => {
    const { code, text } = await node("--test", "tests/notes.node-test.ts");
    match(text, /pass 1\n/);
    equal(code, 0);
  });

  it("signs in a browser through the Playwright fixture", async () => {
    const launchOptions = JSON.stringify(await chromiumOptions());
    writeFileSync(
      join(folder, "here.config.ts"),
      `import config from "./playwright.config.ts";\nexport default { ...config, use: { launchOptions: ${launchOptions} } };\n`,
    );
    const { code, text } = await tool(
      "@playwright/test/cli.js",
      "test",
      "--config",
      "here.config.ts",
      "--reporter",
      "line",
    );
    match(text, /2 passed/);
    equal(code, 0);
  });

  it("passes under mocha, in CommonJS, with a test that forgets to close", async () => {
    const file = join(folder, "forgetful.cjs");
    writeFileSync(
      file,
      `const { startCloud, CloudError } = require("demo-auth/testing");
       it("reads", async function () {
         this.timeout(60_000);
         const cloud = await startCloud();
         const { idToken } = await cloud.pool("People").user({ email: "ada@example.com" });
         const answer = await fetch(cloud.api().url + "/notes", { headers: { authorization: idToken } });
         if (answer.status !== 200) throw new Error(String(answer.status));
         try { cloud.api("Nosuch"); } catch (error) { if (error instanceof CloudError) return; }
         throw new Error("no refusal");
       });`,
    );
    const { code, text } = await tool("mocha/bin/mocha.js", file);
    rmSync(file);
    match(text, /1 passing/);
    equal(code, 0);
  });

  it("is typed, for modules of both kinds", async () => {
    writeFileSync(
      join(folder, "tests/common.cts"),
      `import { startCloud, type Cloud } from "demo-auth/testing";
       export const started: Promise<Cloud> = startCloud({ stack: "dev" });
       // @ts-expect-error: there is no such option
       startCloud({ stacks: "dev" });\n`,
    );
    const { code, text } = await tool("typescript/bin/tsc", "-p", ".");
    deepEqual({ code, text }, { code: 0, text: "" });
  });
});
