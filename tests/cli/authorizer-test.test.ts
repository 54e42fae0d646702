import { deepEqual, equal, match, ok } from "node:assert/strict";
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Bench, openBench } from "./support/cli.ts";

/** An AWS command line that answers as AWS does and notes what it was given. */
const fakeAws = (notes: string) => `#!${process.execPath}
const { appendFileSync, readFileSync, statSync } = require("node:fs");
const args = process.argv.slice(2);
const input = args.includes("--cli-input-json") ? args[args.indexOf("--cli-input-json") + 1].replace("file://", "") : undefined;
const given = input && JSON.parse(readFileSync(input, "utf8"));
appendFileSync(${JSON.stringify(notes)}, JSON.stringify({ args, given, mode: input && (statSync(input).mode & 0o777) }) + "\\n");
if (args[1] === "get-authorizers") console.log(JSON.stringify({ items: [{ id: "a1b2c3", name: "users" }] }));
else console.log(JSON.stringify({ clientStatus: 0, log: "", latency: 7, claims: { sub: "1", token_use: "id" } }));
`;

describe("demo-auth authorizer test, on AWS", function () {
  this.timeout(30_000);
  let bench: Bench;
  before(async () => {
    bench = await openBench();
  });
  after(() => bench.close());

  it("asks through the AWS command line, and no token is among its arguments or stays on disk", async () => {
    const bin = join(bench.directory, "..", "bin");
    const notes = join(bench.directory, "..", "aws.log");
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, "aws"), fakeAws(notes));
    chmodSync(join(bin, "aws"), 0o755);
    const token = "eyJhbGciOiJSUzI1NiJ9.e30.c2lnbmF0dXJl";
    const env = {
      DEMO_AUTH_ISSUER: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI",
      DEMO_AUTH_CLIENT_ID: "abc",
      DEMO_AUTH_API_URL: "https://abcde12345.execute-api.eu-west-1.amazonaws.com/Test",
    };
    const result = await bench.run(["authorizer", "test", "--token", "-"], { env, stdin: `${token}\n` });
    equal(result.code, 0, result.stderr);
    match(result.stdout, /^sub +1\ntoken_use +id\n$/);

    const calls = readFileSync(notes, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    deepEqual(
      calls.map(({ args }) => args.slice(0, 6)),
      [
        ["apigateway", "get-authorizers", "--rest-api-id", "abcde12345", "--region", "eu-west-1"],
        ["apigateway", "test-invoke-authorizer", "--rest-api-id", "abcde12345", "--region", "eu-west-1"],
      ],
    );
    ok(!calls.some(({ args }) => JSON.stringify(args).includes(token)));
    deepEqual([calls[1].given, calls[1].mode], [{ headers: { Authorization: token } }, 0o600]);
    deepEqual(readdirSync(join(bench.home, "input")), []);
  });

  it("says what is missing when there is no AWS command line", async () => {
    const env = {
      PATH: join(bench.directory, "nothing"),
      DEMO_AUTH_ISSUER: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI",
      DEMO_AUTH_CLIENT_ID: "abc",
      DEMO_AUTH_API_URL: "https://abcde12345.execute-api.eu-west-1.amazonaws.com/Test",
    };
    const result = await bench.run(["authorizer", "test", "--token", "-"], { env, stdin: "a.b.c" });
    equal(result.code, 7, result.stderr);
    match(result.stderr, /getting-started-install/);
  });
});
