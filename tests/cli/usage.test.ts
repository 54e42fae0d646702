/** Options that do not go together, and values that are empty: refused with a line to paste, never dropped in silence. */
import { deepEqual, equal } from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Bench, openBench } from "./support/cli.ts";

describe("a command line that cannot be meant", () => {
  let bench: Bench;
  before(async () => {
    bench = await openBench();
    await bench.signIn();
    writeFileSync(join(bench.directory, "Pulumi.yaml"), "name: fake\nruntime: nodejs\n");
  });
  after(() => bench.close());

  const target = ["--target", "local:fake/dev"];
  /** Whole lines of standard error. */
  const refused: [args: string[], message: string, ...next: string[]][] = [
    [
      ["token", "--group", "admins"],
      "--group and --scope are for a token that a local cloud gives at once.",
      "demo-auth token --target local:fake/dev --as NAME --group admins",
    ],
    [
      ["token", "--decode", "--token", "eyJ"],
      "--token takes only -, and goes with --decode: no token stands on a command line.",
      "Pipe it in: demo-auth token --target local:fake/dev --decode --token -",
    ],
    [
      ["token", "--token", "-"],
      "--token takes only -, and goes with --decode: no token stands on a command line.",
      "Pipe it in: demo-auth token --target local:fake/dev --decode --token -",
    ],
    [
      ["token", "--decode", "--token", "-", "--scope", "a/b"],
      "--group and --scope are for a token that is given, not for one that is there.",
      "Pipe it in: demo-auth token --target local:fake/dev --decode --token -",
    ],
    [
      ["token", "--decode", "--token", "-"],
      "There is no token on standard input.",
      "Pipe it in: demo-auth token --target local:fake/dev --decode --token -",
    ],
    [
      ["token", "--header", "--decode"],
      "--header goes without --decode.",
      "demo-auth token --target local:fake/dev --header",
    ],
    [
      ["login", "--force", "--with-token", "--client-credentials"],
      "--username, --client-credentials and --with-token are different ways to sign in.",
      "demo-auth login --target local:fake/dev --username NAME",
      "demo-auth login --target local:fake/dev --client-credentials",
      "demo-auth login --target local:fake/dev --with-token",
    ],
    [
      ["login", "--force", "--password-stdin"],
      "--password-stdin needs --username.",
      "demo-auth login --target local:fake/dev --username NAME --password-stdin",
    ],
    [
      ["login", "--force", "--with-token"],
      "There is no token on standard input.",
      "Pipe in an ID token, an access token, both one a line, or a token endpoint's JSON: demo-auth login --target local:fake/dev --with-token",
    ],
    [
      ["login", "--force", "--no-browser", "--private-window"],
      "--private-window is for a browser that is opened, which --no-browser does not.",
      "demo-auth login --target local:fake/dev --private-window",
      "demo-auth login --target local:fake/dev --no-browser",
    ],
    [
      ["login", "--force", "--browser", "firefox", "--private-window"],
      "How firefox opens a private window is not known.",
      "Leave --private-window out, and give it its own option: demo-auth login --target local:fake/dev --browser 'firefox --private-window'",
      "Where DEMO_AUTH_BROWSER says which browser: unset DEMO_AUTH_BROWSER",
    ],
    [
      ["login", "--force", "--idp", ""],
      "--idp is empty.",
      "Give it a value, or leave it out. How it is used: demo-auth help login",
    ],
    [
      ["authorizer", "test", "--authorizer", ""],
      "--authorizer is empty.",
      "Give it a value, or leave it out. How it is used: demo-auth help authorizer test",
    ],
    [
      ["logout", "--all", "--browser"],
      "--browser ends the browser's session of one target, and --all is every target.",
      "demo-auth logout --target local:fake/dev --all",
      "demo-auth logout --target local:fake/dev --browser",
    ],
    [["use", ""], "The target is empty.", "Give it a value. How it is used: demo-auth help use"],
    [["init", ""], "The directory is empty.", "Give it a value. How it is used: demo-auth help init"],
    [["use", "local", "--clear"], "Either a target or --clear.", "demo-auth use local", "demo-auth use --clear"],
    [
      ["exec", "--env", "A B", "--", "sh", "-c", "echo hi"],
      '"A B" cannot name a variable.',
      "demo-auth exec --target local:fake/dev --env API_TOKEN -- sh -c 'echo hi'",
    ],
    [
      ["local", "--ephemeral", "--state", "here"],
      "--ephemeral keeps nothing, and --state names where to keep it.",
      "Keep nothing: demo-auth local --ephemeral",
      "Keep it there: demo-auth local --state here",
    ],
    [
      ["local", "--port", "http"],
      '"http" is not a port.',
      "Write a number up to 65000, such as --port 4510, or --port 0 for any free one",
    ],
  ];
  for (const [args, message, ...next] of refused) {
    it(`is refused with the line to paste: ${args.join(" ")}`, async () => {
      const { code, stdout, stderr } = await bench.here([...target, ...args]);
      deepEqual([code, stdout], [2, ""], stderr);
      const lines = stderr.trimEnd().split("\n");
      deepEqual(lines.slice(lines.findIndex((line) => line.startsWith("✗"))), [
        `✗ ${message}`,
        ...next.map((step) => `  → ${step}`),
      ]);
    });
  }

  it("is not read into a choice: use with an empty target forgets nothing", async () => {
    equal((await bench.here([...target, "use", "local:fake/dev"])).code, 0);
    equal((await bench.here(["use", ""])).code, 2);
    equal((await bench.here(["use"])).stdout, "local:fake/dev\n");
    equal((await bench.here(["use", "--clear"])).code, 0);
  });
});
