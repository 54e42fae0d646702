/** `demo-auth call`: curl with the right token, which goes nowhere else. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Bench, browse, openBench } from "./support/cli.ts";

describe("demo-auth call", () => {
  let bench: Bench;
  before(async () => {
    bench = await openBench();
    await bench.signIn();
  });
  after(() => bench.close());

  const answer = async (...args: string[]) => JSON.parse((await bench.here(["call", ...args])).stdout);

  it("prints the body on stdout unchanged", async () => {
    const { stdout, code } = await bench.here(["call", "/transactions?limit=2"]);
    equal(code, 0);
    match(stdout, /^\{"user":"[^"]+","method":"GET","query":"\?limit=2","body":""\}$/);
  });

  it("sends a body from the command line, a file or standard input, with POST unless told otherwise", async () => {
    writeFileSync(join(bench.directory, "body.json"), '{"from":"file"}');
    const inline = await answer("/transactions", "-d", '{"a":1}');
    deepEqual([inline.method, inline.body], ["POST", '{"a":1}']);
    equal((await answer("/transactions", "-d", "@body.json")).body, '{"from":"file"}');
    const { stdout } = await bench.here(["call", "/transactions", "-d", "-", "-X", "put"], { stdin: "piped" });
    deepEqual([JSON.parse(stdout).method, JSON.parse(stdout).body], ["PUT", "piped"]);
  });

  it("says which file it could not read or write, and what to give instead", async () => {
    const { code, stderr } = await bench.here(["call", "/transactions", "-d", "@missing.json"]);
    equal(code, 7);
    match(stderr, /missing\.json.*\n.*→ Write @ and the path of a file that can be read/);
    const written = await bench.here(["call", "/transactions", "-o", join("missing", "answer.json")]);
    equal(written.code, 7);
    match(written.stderr, /answer\.json.*\n.*→ Name a file with --output whose folder is there/);
  });

  it("shows status and headers with -i", async () => {
    const { stdout } = await bench.here(["call", "-i", "/transactions"]);
    match(stdout, /^HTTP 200 OK\n(.*\n)*content-type: application\/json\n(.*\n)*\n\{"user"/);
  });

  it("wraps status, headers and body with --json, and keeps the exit code", async () => {
    const { code, stdout, stderr } = await bench.here(["call", "/nowhere", "--json"]);
    const { status, headers, body } = JSON.parse(stdout);
    deepEqual(
      [code, status, headers["content-type"], body],
      [8, 403, "application/json", { message: "Missing Authentication Token" }],
    );
    equal(JSON.parse(stderr).error.code, "api_refused");
  });

  it("picks the known route that differs in letter case only, and says so", async () => {
    const { code, stderr, stdout } = await bench.here(["call", "/Transactions?limit=1"]);
    equal(code, 0);
    match(stderr, /The API has \/transactions, not \/Transactions; calling \/transactions\./);
    equal(JSON.parse(stdout).query, "?limit=1");
  });

  it("takes the API's own absolute URL, and a path without its slash", async () => {
    equal((await bench.here(["call", `${bench.fake.apiUrl}/transactions`])).code, 0);
    equal((await bench.here(["call", "transactions"])).code, 0);
  });

  for (const path of [
    "https://evil.example/x",
    "//evil.example/x",
    "http://127.0.0.1:1/Test/transactions",
    "/../Other/transactions",
  ]) {
    it(`does not send the token to ${path}`, async () => {
      const before = bench.fake.requests.length;
      const { code } = await bench.here(["call", path]);
      equal(code, 2);
      deepEqual(
        bench.fake.requests.slice(before).filter(({ authorization }) => authorization),
        [],
      );
    });
  }

  it("does not follow a redirect", async () => {
    const { code, stdout } = await bench.here(["call", "-i", "/moved"]);
    equal(code, 0);
    match(stdout, /^HTTP 302 Found\n(.*\n)*location: https:\/\/elsewhere\.example\/\n/);
  });

  it("passes bytes through to a pipe as they came, and nothing of them to stderr", async () => {
    const { stdout, stderr, code } = await bench.here(["call", "/odd"]);
    deepEqual([code, stdout], [8, "\u001b[31mred\u001b[0m\u0007\n"]);
    ok(!stderr.includes("\u001b"));
  });

  it("signs in first with --login, and only then", async () => {
    const other = await openBench();
    try {
      const plain = await other.here(["call", "/transactions"]);
      equal(plain.code, 4);
      const running = other.start(["call", "/transactions", "--login"], { env: { SSH_CONNECTION: "a b c d" } });
      const url = await running.line(/^http/);
      const { hostedUi, console, apiUrl } = other.fake;
      const ports = [other.ports[0], ...[hostedUi, console, apiUrl].map((at) => new URL(at).port)];
      const forwards = ports.map((port) => ` -L ${port}:127.0.0.1:${port}`).join("");
      ok((await running.line(/ssh -L/)).endsWith(`: ssh${forwards} user@host`));
      await browse(url);
      const { code, stdout } = await running.finished;
      equal(code, 0);
      equal(JSON.parse(stdout).method, "GET");
    } finally {
      await other.close();
    }
  });
});
