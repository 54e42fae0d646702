/** Signing in and calling the API, through the front door: real processes, real HTTP, real keys. */
import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Bench, browse, openBench } from "./support/cli.ts";
import { user } from "./support/fake-cognito.ts";

describe("demo-auth login", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  it("signs in with the implicit flow, keeps the session in a private file, and calls the API", async () => {
    const running = bench.start(["login", "--no-browser"]);
    const url = new URL(await running.line(/^http/));
    equal(url.origin, bench.fake.hostedUi);
    equal(url.searchParams.get("response_type"), "token");
    equal(url.searchParams.get("redirect_uri"), `http://127.0.0.1:${bench.ports[0]}/callback`);

    const verdict = await browse(url.href);
    deepEqual([verdict.status, verdict.ok, verdict.title], [200, true, "You are signed in"]);
    match(verdict.detail, /ada@example\.com/);

    const finished = await running.finished;
    equal(finished.code, 0);
    equal(finished.stdout, "");
    match(finished.stderr, /✓ Signed in as ada@example\.com \(expires \d\d:\d\d, in \d+ minutes; stored in .*\.json\)/);
    match(finished.stderr, /Next: demo-auth call \/transactions/);

    const folder = join(bench.home, "credentials");
    const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
    equal(files.length, 1);
    equal(statSync(join(folder, files[0]!)).mode & 0o777, 0o600);
    equal(statSync(folder).mode & 0o777, 0o700);

    const called = await bench.run(["call", "/transactions"]);
    deepEqual([called.code, JSON.parse(called.stdout).user], [0, user.sub]);
    match(called.stderr, /Target: local fake\/dev/);
  });

  it("advises no call after a sign-in where no route can be called as it stands", async () => {
    const [api] = bench.fake.cloud.apis as { stages: { routes: object[] }[] }[];
    api!.stages[0]!.routes = [
      { method: "POST", path: "/orders", scopes: [] },
      { method: "GET", path: "/orders/{id}", scopes: [] },
    ];
    const { stderr } = await bench.signIn();
    match(stderr, /✓ Signed in as/);
    doesNotMatch(stderr, /Next:|demo-auth call/);
  });

  it("prints one JSON object without tokens under --json", async () => {
    const { stdout, stderr } = await bench.signIn(["--json"]);
    const result = JSON.parse(stdout);
    deepEqual(result.user, user);
    deepEqual([result.flow, result.issuer, result.clientId], ["implicit", bench.fake.issuer, bench.fake.clientId]);
    equal(result.storage.kind, "file");
    ok(!stdout.includes("eyJ"));
    equal(stderr.trim().split("\n").length, 1, "only the sign-in URL is on stderr");
  });

  it("says that a session exists instead of signing in again, unless forced", async () => {
    await bench.signIn();
    const again = await bench.run(["login"]);
    equal(again.code, 0);
    match(again.stderr, /Already signed in as ada@example\.com/);
    const forced = await bench.signIn(["--force"]);
    match(forced.stderr, /✓ Signed in/);
  });

  it("opens no page for a provider that the app client does not have, and gives the lines for those that it has", async () => {
    const other = await openBench({ flow: "code" });
    const [pool] = other.fake.cloud.userPools as { clients: Record<string, unknown>[] }[];
    pool!.clients[0]!.identityProviders = ["COGNITO", "Our SSO"];
    try {
      const { code, stdout, stderr } = await other.here(["login", "--no-browser", "--idp", "our sso"]);
      deepEqual([code, stdout], [2, ""]);
      equal(
        stderr.replace(/^Target: .*\n/, ""),
        [
          '✗ The app client of local fake/dev signs nobody in with "our sso".',
          "  → demo-auth login --idp COGNITO",
          "  → demo-auth login --idp 'Our SSO'",
          "",
        ].join("\n"),
      );
      const running = other.start(["login", "--no-browser", "--idp", "Our SSO"]);
      equal(new URL(await running.line(/^http/)).searchParams.get("identity_provider"), "Our SSO");
      running.process.kill();
      // Where nobody says which providers there are, the page decides.
      const env = { DEMO_AUTH_CLIENT_ID: "another" };
      const unknown = other.start(["login", "--no-browser", "--idp", "Nope"], { env });
      equal(new URL(await unknown.line(/^http/)).searchParams.get("identity_provider"), "Nope");
      unknown.process.kill();
    } finally {
      await other.close();
    }
  });

  it("exits 4 with the command to run when nobody is signed in", async () => {
    const { code, stdout, stderr } = await bench.run(["call", "/transactions"]);
    deepEqual([code, stdout], [4, ""]);
    match(stderr, /You are not signed in to this target\.\n {2}→ demo-auth login\n/);
    deepEqual(
      bench.fake.requests.filter(({ role }) => role === "api"),
      [],
    );
  });

  it("shows who is signed in, prints the token on request, and signs out", async () => {
    await bench.signIn();
    const status = await bench.run(["status", "--json"]);
    const shown = JSON.parse(status.stdout);
    deepEqual([status.code, shown.signedIn, shown.user.email], [0, true, user.email]);

    const token = await bench.run(["token"]);
    match(token.stdout, /^eyJ[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const header = await bench.run(["token", "--header", "--quiet"]);
    equal(header.stdout, `Authorization: Bearer ${token.stdout}`);
    equal(header.stderr, "");

    const out = await bench.run(["logout"]);
    deepEqual([out.code, out.stdout], [0, ""]);
    match(out.stderr, /Signed out ada@example\.com/);
    equal((await bench.run(["status"])).code, 4);
  });

  it("exits 8 and says that path or method are wrong when API Gateway answers Missing Authentication Token", async () => {
    await bench.signIn();
    const { code, stdout, stderr } = await bench.run(["call", "/nowhere"]);
    deepEqual([code, stdout], [8, '{"message":"Missing Authentication Token"}']);
    match(stderr, /no such method and path/);
  });

  it("says that the token in DEMO_AUTH_TOKEN has expired, with 4 as for an expired session", async () => {
    const past = Math.floor(Date.now() / 1000) - 7200;
    bench.fake.plan(({ idClaims }) => Object.assign(idClaims, { iat: past, exp: past + 3600 }));
    const { idToken } = await bench.fake.mint(undefined);
    bench.fake.plan(() => undefined);
    for (const command of [["status"], ["whoami"], ["token"], ["call", "/transactions"]]) {
      const { code, stdout, stderr } = await bench.here(command, { env: { DEMO_AUTH_TOKEN: idToken } });
      deepEqual([code, stdout], [4, ""], command[0]);
      match(stderr, /DEMO_AUTH_TOKEN cannot be used\. The ID token had already expired/);
    }
  });
});
