/** `demo-auth call`: curl with the right token, which goes nowhere else. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { existsSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { announce, type Bench, browse, openBench } from "./support/cli.ts";

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
    const before = bench.fake.requests.length;
    const { code, stderr } = await bench.here(["call", "/transactions", "-d", "@missing.json"]);
    equal(code, 7);
    match(stderr, /missing\.json.*\n.*→ Write @ and the path of a file that can be read/);
    const written = await bench.here(["call", "/transactions", "-o", join("missing", "answer.json")]);
    equal(written.code, 7);
    match(
      written.stderr,
      /answer\.json.*\n.*→ Name a file with --output whose folder is there.*\n.*mkdir -p \S+missing$/m,
    );
    symlinkSync(join(bench.directory, "loop"), join(bench.directory, "loop"));
    const loop = await bench.here(["call", "/transactions", "-o", "loop"]);
    equal(loop.code, 7);
    match(loop.stderr, /Could not write \S+loop: ELOOP.*\n.*→ Name a file/);
    const folder = await bench.here(["call", "/transactions", "-o", "."]);
    equal(folder.code, 7);
    match(folder.stderr, /is a folder\.\n.*→ .*-o answer\.json$/m);
    deepEqual(
      bench.fake.requests.slice(before).filter(({ authorization }) => authorization),
      [],
      "nothing was sent",
    );
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

  it("says which paths there are for one that there is not, nearest first, and which methods for a path that there is", async () => {
    const hint = async (...args: string[]) => {
      const { code, stderr } = await bench.here(["call", ...args]);
      equal(code, 8);
      return stderr
        .match(/→ (.*\n)+/)![0]
        .replaceAll(/^\s*→ /gm, "")
        .trim()
        .split("\n");
    };
    const all = ["GET /transactions", "POST /transactions", "GET /scoped", "GET /open"];
    const routes = (names: string[]) => [`Check path and stage (${bench.fake.apiUrl}). It has ${names.join(", ")}`];
    deepEqual(await hint("/unrouted"), routes(all));
    deepEqual(await hint("/opened?a=b"), routes([all[3]!, ...all.slice(0, 3)]));
    deepEqual(await hint("/scoped", "-X", "DELETE"), ["/scoped takes GET, not DELETE: demo-auth call /scoped -X GET"]);
  });

  it("needs no sign-in for a method that lets in anyone, and sends the token where there is one", async () => {
    deepEqual(await answer("/open"), { token: `Bearer ${(await bench.here(["token"])).stdout.trim()}` });
    const nobody = { env: { DEMO_AUTH_HOME: join(bench.directory, "..", "nobody") } };
    announce(nobody.env.DEMO_AUTH_HOME, bench.fake);
    const { code, stdout, stderr } = await bench.run(["call", "/open"], nobody);
    deepEqual([code, stdout], [0, '{"token":null}']);
    match(stderr, /Called without a token: nobody is signed in, and this method lets in anyone\./);
    equal((await bench.run(["call", "/transactions"], nobody)).code, 4);
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

  /** What is typed, what is said, and the line to paste. */
  const unusable: [args: string[], message: RegExp, next: RegExp][] = [
    [["-X", "BAD METHOD"], /"BAD METHOD" is not an HTTP method/, /→ .*: demo-auth call \/transactions -X GET$/m],
    [["-X", "GET\r\nX: y"], /"GET X: Y" is not an HTTP method/, /call \/transactions -X GET$/m],
    [["-X", ""], /--request is empty/, /→ .*help call$/m],
    [["-X", "TRACE"], /TRACE would send the token back/, /call \/transactions -X GET$/m],
    [["-X", "connect"], /CONNECT asks for a tunnel/, /call \/transactions -X GET$/m],
    [["-H", "nonsense"], /"nonsense" is not a header/, /→ .*-H 'Name: value'/],
    [["-H", ""], /--header is empty/, /→ .*help call$/m],
    [["-H", "A B: c"], /"A B" is not a header/, /→ .*-H 'Name: value'/],
    [["-H", "X-A: one\r\nX-B: two"], /The value of X-A has a line break/, /→ .*-H 'X-A: value'/],
    [["-H", "X-A:\none"], /The value of X-A has a line break/, /→ .*-H 'X-A: value'/],
    [["-H", "X-A: a\u0001b"], /The value of X-A has a control character/, /→ .*-H 'X-A: value'/],
    [
      ["-H", "X-A: 10 €"],
      /The value of X-A has a character that a header cannot carry: €/,
      /→ .*-H 'X-A: 10%20%E2%82%AC'/,
    ],
    [["-H", "authorization: Bearer x"], /authorization is set by demo-auth itself/, /→ .*--type access/],
    [["-H", "Upgrade: websocket"], /Upgrade is set by demo-auth itself/, /→ Leave it out/],
    [["-d", "a", "-F", "b=c"], /Either --data or --field/, /→ .*-d '\{"name":"value"\}'.*-F name=value/],
    [["-d", "a", "-d", "b"], /--data is given twice/, /→ .*-d/],
    [["-d", "@"], /There is no file's name after @/, /→ .*-d @body\.json/],
    [["-F", "nonsense"], /"nonsense" is not a field/, /→ Write -F name=value/],
    [["-F", "a=1", "-F", "a=2"], /The field "a" is given twice/, /→ .*-d '/],
    [["-o", ""], /--output is empty/, /→ .*help call$/m],
    [["-o", "a.json", "--json"], /--output goes without --json and --query/, /end the line with: > a\.json/],
    [["-o", "a.json", "--query", "b"], /--output goes without --json and --query/, /end the line with: > a\.json/],
    [["--query", "a["], /not a JMESPath expression/, /→ For example: --query '/],
    [["--query", ""], /--query is empty/, /→ .*help call$/m],
    [["--type", "bearer"], /Allowed choices are id, access/, /→ .*help call/],
    [["--timeout", "soon"], /"soon" is not a duration/, /→ Write 30s, 5m or 1h/],
    [["--timeout", "99999999h"], /--timeout 99999999h is longer than/, /→ Write 30s, 5m or 1h/],
  ];
  for (const [args, message, next] of unusable) {
    it(`sends nothing, and says what to write instead: ${JSON.stringify(args)}`, async () => {
      const before = bench.fake.requests.length;
      const { code, stdout, stderr } = await bench.here(["call", "/transactions", ...args]);
      deepEqual([code, stdout], [2, ""], stderr);
      match(stderr, message);
      match(stderr, next);
      deepEqual(
        bench.fake.requests.slice(before).filter(({ authorization }) => authorization),
        [],
      );
    });
  }

  for (const [path, message, next] of [
    ["", /The path is empty/, /help call$/m],
    ["/a\nb", /has a line break or another control character/, /call '\/a%0Ab'$/m],
    ["/a\\b", /has a backslash/, /call '\/a%5Cb'$/m],
    ["/a#b", /has a #, and what comes after it is never sent/, /call '\/a%23b'$/m],
  ] as const) {
    it(`does not change a path in silence: ${JSON.stringify(path)}`, async () => {
      const { code, stdout, stderr } = await bench.here(["call", path]);
      deepEqual([code, stdout], [2, ""], stderr);
      match(stderr, message);
      match(stderr, next);
    });
  }

  it("leaves a method that is valid HTTP to the API, and says which ones API Gateway has", async () => {
    const { code, stderr } = await bench.here(["call", "/transactions", "-X", "m-search"]);
    equal(code, 8);
    match(stderr, /The API answered 4\d\d/);
    match(
      stderr,
      /→ M-SEARCH is not a method of API Gateway, which has DELETE, GET, HEAD, OPTIONS, PATCH, POST and PUT: demo-auth call \/transactions -X GET$/m,
    );
  });

  it("sends a header that is given twice with both values, and one in Latin-1 as it is", async () => {
    const { code } = await bench.here(["call", "/transactions", "-H", "X-A: one", "-H", "x-a: twö "]);
    equal(code, 0);
    equal(bench.fake.requests.at(-1)!.headers["x-a"], "one, tw\u00f6");
  });

  it("sends a body with GET as asked, and says what may come of it", async () => {
    const { code, stdout, stderr } = await bench.here(["call", "/transactions", "-X", "GET", "-d", "x"]);
    equal(code, 0);
    equal(JSON.parse(stdout).body, "x");
    match(stderr, /A body with GET means nothing in HTTP, and an edge-optimized API refuses it with 403\./);
  });

  it("refuses a field's file that is not text, rather than changing it", async () => {
    writeFileSync(join(bench.directory, "bytes"), Buffer.from([0x61, 0xff, 0x62]));
    const { code, stderr } = await bench.here(["call", "/transactions", "-F", "a=@bytes"]);
    equal(code, 7);
    match(stderr, /bytes is not UTF-8 text.*\n.*→ .*-d @/);
  });

  it("shows the answer where its file cannot be written after all, rather than losing it", async function () {
    if (!existsSync("/dev/full")) this.skip();
    const { code, stdout, stderr } = await bench.here(["call", "/transactions", "-d", "x", "-o", "/dev/full"]);
    equal(code, 7);
    equal(JSON.parse(stdout).body, "x");
    match(stderr, /Could not write \/dev\/full.*; the answer is on standard output/);
  });
});
