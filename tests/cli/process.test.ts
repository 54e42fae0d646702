/** How `demo-auth` behaves as a process: exit codes, signals, streams, and what it never says. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { addressIn } from "../support/browser-page.ts";
import { type Bench, browse, builtCli, freePort, openBench, post, redirectOf } from "./support/cli.ts";

describe("the process", () => {
  let bench: Bench;
  before(async () => {
    bench = await openBench();
    await bench.signIn();
  });
  after(() => bench.close());

  const empty = () => ({ DEMO_AUTH_HOME: join(bench.home, "..", "empty") });

  describe("exit codes", () => {
    it("0: help, a topic and the version", async () => {
      for (const args of [
        ["--help"],
        ["login", "--help"],
        ["help"],
        ["help", "call"],
        ["help", "authorizer", "test"],
        ["help", "exit-codes"],
        ["-V"],
        [],
      ]) {
        const { code, stdout, stderr } = await bench.run(args);
        deepEqual([code, stderr], [0, ""], args.join(" "));
        ok(stdout.length > 0);
      }
    });

    const usage: [args: string[], message: RegExp][] = [
      [["statsu"], /Unknown command 'statsu'.*\n.*Did you mean status\?/],
      [["login", "--forse"], /Unknown option '--forse'.*\n.*Did you mean --force\?/],
      [["login", "--flow", "password"], /Allowed choices are implicit, code/],
      [["login", "--timeout", "soon"], /"soon" is not a duration/],
      [["call", "/transactions", "--timeout", "0"], /--timeout 0 leaves no time to wait/],
      [["call"], /Missing required argument 'path'/],
      [["call", "/transactions", "-H", "nonsense"], /is not a header/],
      [["call", "/transactions", "-H", "Authorization: Bearer x"], /set by demo-auth itself/],
      [["call", "https://evil.example/transactions"], /The token is for http.* only/],
      [["call", "//evil.example/transactions"], /The token is for http.* only/],
      [["login", "--force", "--port", "1"], /not registered for that callback address.*\n.*Registered are:/],
      [["exec", "--env", "A B", "--", "true"], /cannot name a variable/],
      [["completion", "tcsh"], /Allowed choices are bash, zsh, fish, powershell/],
    ];
    for (const [args, message] of usage) {
      it(`2: ${args.join(" ")}`, async () => {
        const { code, stdout, stderr } = await bench.run(args);
        deepEqual([code, stdout], [2, ""]);
        match(stderr, message);
      });
    }

    it("3: nothing to talk to", async () => {
      const { code, stderr } = await bench.run(["status"], { env: empty() });
      equal(code, 3);
      match(stderr, /no local cloud is running.*\n.*demo-auth init my-api/);
    });

    it("4: nobody is signed in", async () => {
      equal((await bench.run(["status"], { env: { DEMO_AUTH_API_URL: "https://other.example/x" } })).code, 4);
    });

    it("5: refused by the identity provider", async () => {
      const running = bench.start(["login", "--force", "--no-browser"]);
      const url = new URL(await running.line(/^http/));
      const query = `?error=server_error&state=${url.searchParams.get("state")}`;
      await post(url.searchParams.get("redirect_uri")!, { query, fragment: "" });
      equal((await running.finished).code, 5);
    });

    it("6: nobody finished in time", async () => {
      const { code, stderr } = await bench.run(["login", "--force", "--no-browser", "--timeout", "50ms"]);
      equal(code, 6);
      match(stderr, /Nobody finished signing in/);
    });

    it("7: no registered port is free, told before any browser opens", async () => {
      const holders = await Promise.all(
        bench.ports.map(
          (port) =>
            new Promise<ReturnType<typeof createServer>>((resolve) => {
              const server = createServer().listen({ port, host: "127.0.0.1" }, () => resolve(server));
            }),
        ),
      );
      const { code, stderr } = await bench.run(["login", "--force", "--no-browser"]);
      for (const holder of holders) holder.close();
      equal(code, 7);
      match(stderr, new RegExp(`${bench.ports[0]} \\(taken\\), ${bench.ports[1]} \\(taken\\)`));
    });

    it("7: the browser that was asked for cannot be started", async () => {
      const { code, stderr } = await bench.run(["login", "--force", "--browser", "/nonexistent/browser"]);
      equal(code, 7);
      match(stderr, /The browser could not be started/);
    });

    it("7: the keyring that was asked for is not there, told before any browser opens", async function () {
      if (process.platform !== "linux") return this.skip();
      const env = { DBUS_SESSION_BUS_ADDRESS: "unix:path=/nonexistent/bus" };
      const { code, stderr } = await bench.run(["login", "--force", "--no-browser", "--storage", "keyring"], { env });
      equal(code, 7);
      match(stderr, /The system keyring cannot be used.*\n.*--storage file/);
      ok(!stderr.includes("/oauth2/authorize"), "no sign-in URL was shown");
    });

    it("8: the API refuses", async () => {
      equal((await bench.run(["call", "/nowhere"])).code, 8);
    });

    it("9: the API cannot be reached", async () => {
      const issuer = `http://127.0.0.1:${await freePort()}/us-east-1_AbCdEfGhI`;
      const env = { ...empty(), DEMO_AUTH_ISSUER: issuer, DEMO_AUTH_CLIENT_ID: "abc" };
      const { code, stderr } = await bench.run(["login", "--no-browser"], { env });
      equal(code, 9);
      match(stderr, /Could not reach the issuer at http:.*: the connection was refused/);
    });
  });

  describe("signals and pipes", () => {
    it("dies of SIGINT itself, so that the shell sees it", async () => {
      const running = bench.start(["login", "--force", "--no-browser"]);
      await running.line(/^http/);
      running.process.kill("SIGINT");
      const { code, signal } = await running.finished;
      deepEqual([code, signal], [null, "SIGINT"]);
    });

    it("ends quietly when the reader leaves: call /large | head -1", async () => {
      const entry = await builtCli();
      const script = `"${process.execPath}" "${entry}" call -q /large | head -1; echo "\${PIPESTATUS[0]}"`;
      const result = await promisify(execFile)("bash", ["-c", script], { cwd: bench.directory, env: bench.env });
      deepEqual([result.stdout, result.stderr], ["x\n0\n", ""]);
    });

    it("exec runs the program with the token in its environment only, and ends as it ends", async () => {
      const { stdout: token } = await bench.run(["token"]);
      const program = "console.log(process.env.API_TOKEN, JSON.stringify(process.argv.slice(1))); process.exit(42)";
      const run = await bench.run([
        "exec",
        "--env",
        "API_TOKEN",
        "--",
        process.execPath,
        "-e",
        program,
        "--",
        "--json",
        "x",
      ]);
      deepEqual([run.code, run.stdout], [42, `${token.trim()} ["--json","x"]\n`]);
    });

    it("exec dies of the signal that its program died of", async () => {
      const run = await bench.run(["exec", "--", process.execPath, "-e", "process.kill(process.pid, 'SIGTERM')"]);
      deepEqual([run.code, run.signal], [null, "SIGTERM"]);
    });

    it("exec says so when there is no such program", async () => {
      const { code, stderr } = await bench.run(["exec", "--", "no-such-program-anywhere"]);
      equal(code, 127);
      match(stderr, /Could not start no-such-program-anywhere/);
      const text = join(bench.directory, "no-program");
      writeFileSync(text, "", { mode: 0o600 });
      const refused = await bench.run(["exec", "--", text]);
      equal(refused.code, 126);
      match(refused.stderr, /→ See whether it is a program that you may run: ls -l /);
    });
  });

  describe("output", () => {
    it("prints errors as one JSON line with a stable code under --json", async () => {
      const { code, stdout, stderr } = await bench.run(["status", "--json"], { env: empty() });
      const { error } = JSON.parse(stderr);
      deepEqual([code, stdout, error.code, error.exitCode], [3, "", "configuration_missing", 3]);
      ok(error.message && error.hint);
      const usage = await bench.run(["status", "--json", "--nope"]);
      equal(JSON.parse(usage.stderr).error.code, "usage");
    });

    it("colours stderr only when asked to, terminal or not: NO_COLOR, --no-color and FORCE_COLOR", async () => {
      const coloured = async (env: Record<string, string>, args: string[] = []) =>
        (await bench.run(["status", ...args], { env })).stderr.includes("\u001b[");
      equal(await coloured({}), false);
      equal(await coloured({ FORCE_COLOR: "1" }), true);
      equal(await coloured({ FORCE_COLOR: "1", NO_COLOR: "1" }), true);
      equal(await coloured({ FORCE_COLOR: "1" }, ["--no-color"]), false);
      equal(await coloured({ FORCE_COLOR: "0" }), false);
    });

    it("takes control characters out of what an identity provider says", async () => {
      const running = bench.start(["login", "--force", "--no-browser"]);
      const url = new URL(await running.line(/^http/));
      const evil = encodeURIComponent("\u001b]0;owned\u0007\u001b[2Jbad\r\nFAKE\u202e");
      await post(url.searchParams.get("redirect_uri")!, {
        query: `?error=${evil}&state=${url.searchParams.get("state")}`,
        fragment: "",
      });
      const { stderr } = await running.finished;
      const last = stderr.split("\n").filter((line) => line.includes("refused"));
      equal(last.length, 1);
      ok(!/[\u0000-\u0008\u000b-\u001f\u202e]/.test(stderr), JSON.stringify(stderr));
    });

    it("opens the browser with an address that holds neither state nor nonce", async () => {
      const record = join(bench.directory, "browser-arguments");
      const browser = join(bench.directory, "browser.sh");
      writeFileSync(browser, `#!/bin/sh\necho "$@" > "${record}.tmp" && mv "${record}.tmp" "${record}"\n`);
      chmodSync(browser, 0o755);
      const running = bench.start(["login", "--force", "--browser", `${browser} --new-window`]);
      const printed = new URL(await running.line(/^http/));
      const given = await eventually(() => readFileSync(record, "utf8").trim());
      const [flag, address = ""] = given.split(" ");
      equal(flag, "--new-window");
      match(address, /^file:\/\/\/.*\/home\/pages\/sign-in-[0-9a-f]{32}\.html$/);
      const page = fileURLToPath(address);
      deepEqual([statSync(page).mode & 0o777, statSync(dirname(page)).mode & 0o777], [0o600, 0o700]);
      ok(!given.includes(printed.searchParams.get("state")!) && !given.includes(printed.searchParams.get("nonce")!));
      equal(addressIn(address), printed.href);
      equal((await browse(printed.href)).status, 200);
      equal((await running.finished).code, 0);
      ok(!existsSync(page), "the page goes with the sign-in");
    });

    it("notices a launcher that starts and then fails, and keeps waiting", async () => {
      const browser = join(bench.directory, "broken-browser.sh");
      writeFileSync(browser, "#!/bin/sh\nexit 3\n");
      chmodSync(browser, 0o755);
      const running = bench.start(["login", "--force", "--browser", browser]);
      match(await running.line(/did not open/), /exit code 3/);
      await browse(await running.line(/^http/));
      equal((await running.finished).code, 0);
    });
  });

  describe("secrets", () => {
    for (const flow of ["implicit", "code"] as const) {
      it(`never appear in any output, log, argument or error report (${flow} flow)`, async () => {
        const own = await openBench({ flow });
        try {
          const secrets = new Map<string, string>();
          const heard: [where: string, text: string][] = [];
          const listen = async (args: string[]) => {
            const finished = await own.run(args);
            heard.push([`${args.join(" ")}: stdout`, finished.stdout], [`${args.join(" ")}: stderr`, finished.stderr]);
          };

          for (const flags of [["--debug"], ["--debug", "--json"]]) {
            const running = own.start(["login", "--force", "--no-browser", ...flags]);
            const url = new URL(await running.line(/^http/));
            heard.push(["process arguments", argumentsOf(running.process.pid!)]);
            for (const name of ["state", "nonce"]) secrets.set(`${name} ${flags}`, url.searchParams.get(name)!);
            const address = await redirectOf(url.href);
            const answer = new URLSearchParams(address.hash.slice(1) || address.search.slice(1));
            for (const name of ["id_token", "access_token", "code"]) {
              if (answer.has(name)) secrets.set(`${name} ${flags}`, answer.get(name)!);
            }
            await post(address.origin + address.pathname, {
              query: "?error=x&state=wrong",
              fragment: address.hash.replace("#", "#x="),
            });
            await post(address.origin + address.pathname, { query: address.search, fragment: address.hash });
            const finished = await running.finished;
            equal(finished.code, 0);
            // The sign-in URL must be usable, so it is the one line that holds state and nonce.
            const rest = finished.stderr.split("\n").filter((line) => !line.startsWith(url.href));
            heard.push(["login stdout", finished.stdout], ["login stderr", rest.join("\n")]);
          }
          for (const command of [
            "status",
            "config",
            "doctor",
            "call /transactions",
            "call -i /nowhere",
            "call -d x /moved",
          ]) {
            await listen([...command.split(" "), "--debug"]);
            await listen([...command.split(" "), "--debug", "--json"]);
          }
          for (const { body } of own.fake.requests) {
            const form = new URLSearchParams(body);
            for (const name of ["code", "code_verifier", "refresh_token"])
              if (form.has(name)) secrets.set(name, form.get(name)!);
          }
          for (const name of readdirSync(join(own.home, "credentials"))) {
            const { session } = JSON.parse(readFileSync(join(own.home, "credentials", name), "utf8"));
            for (const key of ["idToken", "accessToken", "refreshToken"])
              if (session[key]) secrets.set(key, session[key]);
          }
          own.fake.plan((plan) => {
            plan.idClaims.nonce = "wrong";
          });
          const failing = own.start(["login", "--force", "--no-browser", "--debug"]);
          const url = await failing.line(/^http/);
          await browse(url);
          heard.push(["error report", (await failing.finished).stderr.replace(url, "")]);
          await listen(["logout", "--debug"]);

          ok(secrets.size >= (flow === "code" ? 8 : 6), [...secrets.keys()].join(", "));
          for (const [name, secret] of secrets) {
            const parts = secret.startsWith("eyJ") ? secret.split(".") : [secret];
            for (const [where, text] of heard) {
              ok(!parts.some((part) => text.includes(part)), `${name} appears in ${where}`);
            }
          }
        } finally {
          await own.close();
        }
      });
    }

    it("keeps an unexpected error's report free of them too", async () => {
      const { redact } = await import("../../cli/shared/text.ts");
      const line =
        'at https://x/cb?code=abc123&state=s3cret#id_token=eyJhbGciOi.eyJzdWIi.c2ln {"refresh_token":"rrr"} Authorization: Bearer ttt';
      const clean = redact(line);
      for (const secret of ["abc123", "s3cret", "eyJ", "rrr", "ttt"]) ok(!clean.includes(secret), clean);
    });

    it("hides credentials in whatever way a header field is written, and no word of a sentence about one", async () => {
      const { redact } = await import("../../cli/shared/text.ts");
      for (const line of [
        "authorization: s3cret",
        "Authorization=s3cret",
        '{"authorization":"Basic s3cret"}',
        "'Authorization': 'Bearer s3cret'",
        "authorization Bearer s3cret",
        "Authorization Basic czNjcmV0OnMzY3JldA==",
        "bearer s3cret.value",
        "Authorization: AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/s3/aws4_request, Signature=s3cret",
      ]) {
        ok(!/s3cret|czNj/.test(redact(line)), redact(line));
      }
      for (const line of [
        "Refused by the Cognito authorizer: the request has no Authorization header; send the ID or access token in it.",
        "AWS_IAM authorization takes a Signature Version 4 in the Authorization field.",
        "! api is open: its authorization is none, so everybody can call every route of it.",
        "Bad OAuth2 request at UserInfo Endpoint: no bearer token",
        "The method's ARN with this path is 1700 bytes; with authorization it may be 1600.",
      ]) {
        equal(redact(line), line);
      }
    });
  });

  describe("pasting", () => {
    it("takes the pasted address beside the server, after refusing wrong ones, without showing any", async () => {
      const running = bench.start(["login", "--force", "--no-browser", "--paste"]);
      const url = await running.line(/^http/);
      const address = await redirectOf(url);
      running.process.stdin!.write("hello\n");
      match(await running.line(/That is not the address/), /paste all of it/);
      running.process.stdin!.write(`${address.href.replace(/state=[^&]+/, "state=other")}\n`);
      await running.line(/belongs to another sign-in/);
      running.process.stdin!.write(`${address.href}\n`);
      const finished = await running.finished;
      equal(finished.code, 0);
      ok(!finished.stderr.includes("eyJ") && !finished.stdout.includes("eyJ"));
    });

    it("takes only the fragment, too", async () => {
      const running = bench.start(["login", "--force", "--no-browser", "--paste"]);
      const address = await redirectOf(await running.line(/^http/));
      running.process.stdin!.write(`${address.hash}\n`);
      equal((await running.finished).code, 0);
    });
  });

  it("writes nothing outside its own folder", async () => {
    mkdirSync(bench.env.HOME!, { recursive: true });
    equal((await bench.run(["status"])).code, 0);
    deepEqual(readdirSync(bench.env.HOME!), []);
  });
});

/** What `ps` shows of a process. */
function argumentsOf(pid: number): string {
  const list = `/proc/${pid}/cmdline`;
  if (existsSync(list)) return readFileSync(list, "utf8");
  return spawnSync("ps", ["-o", "args=", "-p", String(pid)], { encoding: "utf8" }).stdout;
}

/** Waits until something can be read, without guessing how long. */
async function eventually<T>(read: () => T): Promise<T> {
  for (;;) {
    try {
      return read();
    } catch {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
