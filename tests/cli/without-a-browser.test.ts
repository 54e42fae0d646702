/** Tokens without a browser, several accounts of one target, and what a running local cloud says, at a real local cloud. */
import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import {
  CognitoIdentityProviderClient,
  DescribeUserPoolClientCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { startAnnounced } from "../../cli/commands/local/local-cloud.ts";
import { run as runCommandLine } from "../../cli/run.ts";
import { systemWorld, type World } from "../../cli/shared/world.ts";
import { totpAt } from "../../local/cognito/accounts/totp.ts";
import type { LocalCloud } from "../../local/start.ts";
import { repository } from "../support/shell.ts";
import { memoryKeyring, testWorld } from "./support/world.ts";

describe("at a local cloud, without a browser", function () {
  this.timeout(60_000);
  const project = join(repository, "tests/fixtures/people-and-machines");
  let cloud: LocalCloud;
  let home: string;
  const secrets = new Map<string, Uint8Array>();

  before(async () => {
    home = mkdtempSync(join(tmpdir(), "demo-auth-direct-"));
    cloud = await startAnnounced(
      { ...systemWorld(), env: { DEMO_AUTH_HOME: home } },
      { projectDirectory: project, stack: "dev", port: 0, stateDirectory: undefined, environment: process.env },
    );
  });
  after(async () => {
    await cloud?.close();
    rmSync(home, { recursive: true, force: true });
  });
  beforeEach(() => {
    for (const name of ["credentials", "accounts.json", "browsers"])
      rmSync(join(home, name), { recursive: true, force: true });
  });

  async function cli(
    args: string[],
    options: { stdin?: string; env?: Record<string, string>; changes?: Partial<World> } = {},
  ) {
    let code = 0;
    const world = testWorld(home, {
      arguments: ["--client", "people", ...args],
      workingDirectory: project,
      env: { DEMO_AUTH_HOME: home, ...options.env },
      stdin: Readable.from([Buffer.from(options.stdin ?? "")]),
      keyring: async () => memoryKeyring(secrets),
      setExitCode: (given) => {
        code = given;
      },
      ...options.changes,
    });
    await runCommandLine(world);
    return { code, ...world.written };
  }
  const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split(".")[1]!, "base64url").toString());
  const admin = () => cloud.admin(cloud.ready.userPools[0]!.id)!;

  it("token --as makes the user where there is none, and gives a token at once that the API takes", async () => {
    const { code, stdout, stderr } = await cli([
      "token",
      "--as",
      "ada@example.com",
      "--group",
      "admins",
      "--type",
      "id",
    ]);
    equal(code, 0, stderr);
    const { email, "cognito:groups": groups, email_verified } = claimsOf(stdout);
    deepEqual([email, groups, email_verified], ["ada@example.com", ["admins"], true]);
    const called = await cli(["call", "/mine", "-F", "a=1"], { env: { DEMO_AUTH_TOKEN: stdout.trim() } });
    equal(called.code, 0, called.stderr);
    equal(readdirSync(home).includes("credentials"), false, "nothing is kept");
  });

  it("token --min-valid fails for a token that does not last as long, whoever issued it", async () => {
    const { stdout: token } = await cli(["token", "--as", "ada@example.com", "--min-valid", "30m"]);
    match(token, /^eyJ/);
    for (const [words, stdin] of [
      [["--as", "ada@example.com"], ""],
      [["--decode", "--token", "-"], token],
    ] as const) {
      const { code, stdout, stderr } = await cli(["token", ...words, "--min-valid", "3h"], { stdin });
      deepEqual([code, stdout], [4, ""]);
      match(
        stderr,
        /The token expires in (60|59) minutes, sooner than asked for\.\n.*Ask for less: demo-auth token .*--min-valid 1m/,
      );
    }
  });

  it("login --storage none does not advise a call, which nothing is kept for", async () => {
    const kept = await cli(["login", "--as", "ada@example.com", "--storage", "none"]);
    equal(kept.code, 0, kept.stderr);
    match(kept.stderr, /Signed in as .*not stored/);
    doesNotMatch(kept.stderr, /Next:/);
  });

  it("token --as with --scope gives the access token that has it; unknown groups and scopes are named", async () => {
    const scoped = await cli(["token", "--as", "ada@example.com", "--scope", "orders/read"]);
    equal(claimsOf(scoped.stdout).scope, "orders/read");
    const group = await cli(["token", "--as", "ada@example.com", "--group", "nobody"]);
    equal(group.code, 3);
    match(group.stderr, /has no group "nobody"\. It has admins/);
    const scope = await cli(["token", "--as", "ada@example.com", "--scope", "orders/write"]);
    equal(scope.code, 3);
    match(scope.stderr, /orders\/write/);
  });

  it("token --as with a name of another form than the pool's people have shows one to paste", async () => {
    const { code, stderr } = await cli(["token", "--as", "ada"]);
    equal(code, 3);
    match(
      stderr,
      /Username should be an email\.\n {2}→ Name them as the pool does: demo-auth token --client people --as ada@example\.com\n/,
    );
  });

  it("the local cloud gives tokens to programs only: no page can ask for one", async () => {
    const { console } = cloud.ready;
    const body = JSON.stringify({ as: "eve@example.com", userPoolId: cloud.ready.userPools[0]!.id });
    const post = (headers: Record<string, string>) =>
      fetch(`${console}/api/tokens`, { method: "POST", body, headers }).then(({ status }) => status);
    const json = { "content-type": "application/json" };
    deepEqual(
      [
        await post({ ...json, origin: console }),
        await post({ ...json, origin: "https://evil.example" }),
        await post({ ...json, "sec-fetch-site": "same-origin" }),
        await post({ "content-type": "text/plain" }),
      ],
      [403, 403, 403, 415],
    );
    const sent = await fetch(`${console}/api/tokens`, {
      method: "OPTIONS",
      headers: { origin: "https://evil.example" },
    });
    equal(sent.headers.get("access-control-allow-origin"), null);
  });

  it("signs in with a password by SRP, and renews the session at the pool", async () => {
    await admin().put({ attributes: { email: "grace@example.com" }, password: "Correct-horse-7" });
    const { code, stderr } = await cli(["login", "--username", "grace@example.com", "--password-stdin"], {
      stdin: "Correct-horse-7\n",
    });
    equal(code, 0, stderr);
    equal((await cli(["whoami"])).stdout, "grace@example.com\n");
    const file = join(home, "credentials", readdirSync(join(home, "credentials"))[0]!);
    const before = JSON.parse(readFileSync(file, "utf8"));
    equal(before.session.flow, "password");
    before.session.idExpiresAt = before.session.accessExpiresAt = 1;
    writeFileSync(file, JSON.stringify(before));
    const called = await cli(["call", "/mine", "-X", "POST"]);
    equal(called.code, 0, called.stderr);
  });

  it("signs in with a password at a client with USER_AUTH alone, and says when the user has none", async () => {
    await admin().put({ attributes: { email: "grace@example.com" }, password: "Correct-horse-7" });
    const choosing = ["login", "--password-stdin", "--client", "choosers", "--force"];
    const { code, stderr } = await cli([...choosing, "--username", "grace@example.com"], {
      stdin: "Correct-horse-7\n",
    });
    equal(code, 0, stderr);
    await admin().create({ username: "codes@example.com", attributes: {} });
    const none = await cli([...choosing, "--username", "codes@example.com"], { stdin: "Correct-horse-7\n" });
    equal(none.code, 5);
    match(none.stderr, /The user has no password at this user pool, which offers other ways to sign in\./);
  });

  it("refuses a wrong password in the pool's words, and keeps nothing", async () => {
    await admin().put({ attributes: { email: "grace@example.com" }, password: "Correct-horse-7" });
    const { code, stderr } = await cli(["login", "--username", "grace@example.com", "--password-stdin"], {
      stdin: "wrong\n",
    });
    equal(code, 5);
    match(stderr, /NotAuthorizedException \(Incorrect username or password\.\)/);
    equal((await cli(["whoami"])).code, 4);
  });

  it("takes a new password, and says what is missing when there is none", async () => {
    await admin().create({ username: "alan@example.com", attributes: {}, temporaryPassword: "Temporary-1" });
    const login = ["login", "--username", "alan@example.com", "--password-stdin"];
    const missing = await cli(login, { stdin: "Temporary-1\n" });
    equal(missing.code, 2);
    match(missing.stderr, /There is no new password on standard input/);
    equal((await cli(login, { stdin: "Temporary-1\nCorrect-horse-8\n" })).code, 0);
    equal((await cli([...login, "--force"], { stdin: "Correct-horse-8\n" })).code, 0);
  });

  async function pool(operation: string, input: object): Promise<Record<string, never>> {
    const answer = await fetch(cloud.ready.console, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": `AWSCognitoIdentityProviderService.${operation}`,
      },
      body: JSON.stringify(input),
    });
    const text = await answer.text();
    equal(answer.status, 200, `${operation}: ${text}`);
    return JSON.parse(text);
  }

  it("takes a code of the authenticator app", async () => {
    await admin().put({ attributes: { email: "mfa@example.com" }, password: "Correct-horse-7" });
    const login = ["login", "--username", "mfa@example.com", "--password-stdin", "--force"];
    equal((await cli(login, { stdin: "Correct-horse-7\n" })).code, 0);
    const AccessToken = (await cli(["token", "--type", "access"])).stdout.trim();
    const { SecretCode = "" } = await pool("AssociateSoftwareToken", { AccessToken });
    const step = Math.floor(Date.now() / 30_000);
    await pool("VerifySoftwareToken", { AccessToken, UserCode: totpAt(SecretCode, step) });
    const preference = { Enabled: true, PreferredMfa: true };
    await pool("SetUserMFAPreference", { AccessToken, SoftwareTokenMfaSettings: preference });
    const missing = await cli(login, { stdin: "Correct-horse-7\n" });
    match(missing.stderr, /There is no code of the authenticator app on standard input/);
    const { code, stderr } = await cli(login, { stdin: `Correct-horse-7\n${totpAt(SecretCode, step + 1)}\n` });
    equal(code, 0, stderr);
  });

  it("signs in as the app client itself, its secret from standard input, and then from the keyring", async () => {
    const { console, userPools } = cloud.ready;
    const credentials = { accessKeyId: "local", secretAccessKey: "local" };
    const aws = new CognitoIdentityProviderClient({ endpoint: console, region: "us-east-1", credentials });
    const ClientId = userPools[0]!.clients.find(({ name }) => name === "machines")!.id;
    const { UserPoolClient } = await aws.send(
      new DescribeUserPoolClientCommand({ UserPoolId: userPools[0]!.id, ClientId }),
    );
    const { ClientSecret } = UserPoolClient!;
    const env = {
      DEMO_AUTH_ISSUER: cloud.ready.userPools[0]!.issuer,
      DEMO_AUTH_CLIENT_ID: ClientId,
      DEMO_AUTH_API_URL: cloud.ready.apis[0]!.stages[0]!.url,
      DEMO_AUTH_TOKEN_USE: "access",
    };
    const login = ["login", "--client-credentials", "--storage", "keyring"];
    const none = await cli(login, { env });
    equal(none.code, 2);
    match(none.stderr, /neither on standard input nor in the keyring/);
    const first = await cli(login, { env, stdin: `${ClientSecret}\n` });
    equal(first.code, 0, first.stderr);
    ok(
      !readdirSync(join(home, "credentials")).some((name) =>
        readFileSync(join(home, "credentials", name), "utf8").includes(ClientSecret!),
      ),
    );
    equal((await cli([...login, "--force"], { env })).code, 0, "the keyring has it");
    const called = await cli(["call", "/orders"], { env });
    equal(called.code, 0, called.stderr);
    equal(JSON.parse(called.stdout).claims.client_id, ClientId);
    const shown = JSON.parse((await cli(["status", "--json"], { env })).stdout);
    deepEqual([shown.flow, shown.renewable], ["client_credentials", true]);

    const { stdout: before } = await cli(["token"], { env });
    const later = Date.now() + 3_545_000;
    const renewed = await cli(["token"], { env, changes: { now: () => later } });
    deepEqual([renewed.code, renewed.stdout === before], [0, false], "a minute before its end it is renewed by itself");
    equal((await cli(["token"], { env })).stdout, renewed.stdout, "once");
    const wrong = await cli([...login, "--force"], { env, stdin: "wrong\n" });
    equal(wrong.code, 5);
    match(wrong.stderr, /Check the app client's id and its secret/);

    const kept = [...secrets.keys()].filter((name) => name.startsWith("secret-"));
    equal(kept.length, 1);
    equal((await cli(["logout"], { env })).code, 0);
    deepEqual([...secrets.keys()], [], "signing out takes the secret out of the keyring");

    const unkept = [...login.slice(0, 2), "--storage", "file"];
    equal((await cli(unkept, { env, stdin: `${ClientSecret}\n` })).code, 0);
    match((await cli(["status"], { env })).stdout, /The client's secret is not kept: sign in with --storage keyring/);
    const ended = await cli(["token"], { env, changes: { now: () => Date.now() + 3_601_000 } });
    equal(ended.code, 4);
    match(ended.stderr, /→ Pipe in the client's secret: demo-auth login .*--client-credentials\n/);
  });

  it("says of DEMO_AUTH_TOKEN whose it is and that it goes before a stored sign-in", async () => {
    await cli(["login", "--as", "bob@example.com"]);
    for (const type of ["id", "access"]) {
      const { stdout: token } = await cli(["token", "--as", "ada@example.com", "--type", type]);
      const env = { DEMO_AUTH_TOKEN: token.trim() };
      const who = await cli(["whoami"], { env });
      const { email, username } = claimsOf(token);
      equal(who.stdout, `${email ?? username}\n`);
      match(who.stderr, /the token in DEMO_AUTH_TOKEN names/);
      const status = await cli(["status"], { env });
      match(status.stdout, new RegExp(`Token from +DEMO_AUTH_TOKEN \\(${type} token\\), which goes before any stored`));
      const { storage, renewable, expiresAt } = JSON.parse((await cli(["status", "--json"], { env })).stdout);
      deepEqual(storage, { kind: "environment", variable: "DEMO_AUTH_TOKEN", tokenUse: type });
      deepEqual([renewable, Date.parse(expiresAt)], [false, claimsOf(token).exp * 1000]);
      ok(!status.stdout.includes(token.trim()) && !status.stderr.includes(token.trim()));
      match((await cli(["login"], { env })).stderr, /Already signed in as bob@example\.com/);
      match((await cli(["status", "--all"], { env })).stderr, /DEMO_AUTH_TOKEN is set, and goes before all of these/);
    }
    const { stdout: token } = await cli(["token", "--as", "ada@example.com"]);
    for (const [env, code, why] of [
      [
        { DEMO_AUTH_TOKEN: "nonsense" },
        5,
        /DEMO_AUTH_TOKEN cannot be used\. The (?:ID|access) token is not a usable JWT/,
      ],
      [{ DEMO_AUTH_TOKEN: `${token.trim().slice(0, -8)}AAAAAAAA` }, 5, /signature is wrong/],
    ] as const) {
      for (const command of ["whoami", "status", "token"]) {
        const { code: ended, stdout, stderr } = await cli([command], { env });
        deepEqual([ended, stdout], [code, ""], command);
        match(stderr, why);
        match(stderr, /→ Set it to a valid token of this target, or use the stored sign-in: unset DEMO_AUTH_TOKEN/);
      }
    }
    match(
      (await cli(["logout"], { env: { DEMO_AUTH_TOKEN: token.trim() } })).stderr,
      /commands go on using the token in it/,
    );
  });

  it("keeps tokens that came from elsewhere, and verifies them all the same", async () => {
    const { stdout: token } = await cli(["token", "--as", "ada@example.com", "--type", "id"]);
    for (const stdin of [token, JSON.stringify({ id_token: token.trim() })]) {
      equal((await cli(["login", "--with-token", "--force"], { stdin })).code, 0);
      equal((await cli(["whoami"])).stdout, "ada@example.com\n");
    }
    const [header, claims, signature] = token.trim().split(".");
    const forged = Buffer.from(Buffer.from(claims!, "base64url").toString().replace("ada@", "eve@")).toString(
      "base64url",
    );
    const lie = [header, forged, signature].join(".");
    const refused = await cli(["login", "--with-token", "--force"], { stdin: lie });
    equal(refused.code, 5);
    match(refused.stderr, /signature is wrong/);
    for (const command of [["call", "/mine"], ["token"]]) {
      const used = await cli(command, { env: { DEMO_AUTH_TOKEN: lie } });
      deepEqual([used.code, used.stdout], [5, ""], "DEMO_AUTH_TOKEN is no way around it");
    }
    equal((await cli(["login", "--with-token", "--force"], { stdin: "nonsense" })).code, 2);
  });

  it("has several users of one target: login --as, status --all, use --as, logout", async () => {
    for (const name of ["ada@example.com", "bob@example.com"]) equal((await cli(["login", "--as", name])).code, 0);
    equal((await cli(["whoami"])).stdout, "bob@example.com\n", "the last one is spoken for");
    equal((await cli(["whoami", "--as", "ada@example.com"])).stdout, "ada@example.com\n");
    equal((await cli(["whoami"], { env: { DEMO_AUTH_AS: "ada@example.com" } })).stdout, "ada@example.com\n");
    equal((await cli(["use", "--as", "ada@example.com"])).code, 0);
    equal((await cli(["whoami"])).stdout, "ada@example.com\n");
    const all = JSON.parse((await cli(["status", "--all", "--json"])).stdout).sessions;
    deepEqual(all.map(({ user, chosen }: { user: string; chosen: boolean }) => [user, chosen]).sort(), [
      ["ada@example.com", true],
      ["bob@example.com", false],
    ]);
    match((await cli(["status", "--all"])).stdout, /^\* ada@example\.com .*\n {2}bob@|^ {2}bob@.*\n\* ada@/);
    const unknown = await cli(["use", "--as", "carol@example.com"]);
    equal(unknown.code, 4);
    match(unknown.stderr, /→ demo-auth login --client people --as carol@example\.com\n/);
    equal((await cli(["logout"])).code, 0);
    equal((await cli(["whoami"])).code, 4);
    equal((await cli(["logout", "--all"])).code, 0);
    deepEqual(JSON.parse((await cli(["status", "--all", "--json"])).stdout), { sessions: [] });
    equal((await cli(["login", "--as", "--evil"])).code, 2);
  });

  it("token --decode shows header, claims, times and what the authorizer would say, and no token", async () => {
    const { stdout: token } = await cli(["token", "--as", "ada@example.com", "--type", "id"]);
    const shown = await cli(["token", "--decode", "--token", "-"], { stdin: token });
    equal(shown.code, 0, shown.stderr);
    match(shown.stdout, /Header\n {2}kid .*\n {2}alg +RS256\n/);
    match(shown.stdout, /email +ada@example\.com\n/);
    match(shown.stdout, /expires +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \S+ {2}\(in (59|60) minutes\)/);
    match(shown.stdout, /Authorizer\n {2}lets it pass on methods without scopes/);
    ok(!shown.stdout.includes(token.trim().split(".")[2]!));
    const expired = await cli(["token", "--decode", "--token", "-", "--json"], {
      stdin: token.replace(/\.[^.]*\n/, ".AAAA"),
    });
    deepEqual(JSON.parse(expired.stdout).verdict.passes, false);
    equal((await cli(["token", "--decode", "--token", "-"], { stdin: "x" })).code, 2);
    equal((await cli(["token", "--decode", "--token", token.trim()])).code, 2);
  });

  it("puts its paths where completion finds them without asking it", async () => {
    const { stdout } = await cli(["__complete", "paths", "--", "call"]);
    const routes = cloud.ready.apis.flatMap(({ stages }) => stages.flatMap((stage) => stage.routes));
    deepEqual(stdout.trim().split("\n"), [...new Set(routes.map(({ path }) => path))].sort());
  });

  it("says the local cloud's own reason for a refusal, and advises nothing else", async () => {
    const { stdout: token } = await cli(["token", "--as", "ada@example.com", "--type", "access"]);
    const { code, stderr } = await cli(["call", "/mine", "-X", "POST", "--type", "access"], {
      env: { DEMO_AUTH_TOKEN: token.trim() },
    });
    equal(code, 4);
    match(stderr, /✗ The API answered 401: Unauthorized\. Refused by the Cognito authorizer: token_use is access/);
    ok(!/--type access/.test(stderr), "not what was just done");
  });

  it("logs shows what happened, with reasons, and codes on a terminal only", async () => {
    await cli(["call", "/mine"], { env: {} });
    await fetch(`${cloud.ready.apis[0]!.stages[0]!.url}/orders`);
    await pool("SignUp", {
      ClientId: cloud.ready.userPools[0]!.clients.find(({ name }) => name === "people")!.id,
      Username: "new@example.com",
      Password: "Correct-horse-7",
    });
    const [mail] = cloud.messages().slice(-1);
    const piped = await cli(["logs"]);
    match(piped.stdout, /\d\d:\d\d:\d\d 401 GET .*\/orders .*— .*/);
    match(piped.stdout, /mail to new@example\.com/);
    ok(!piped.stdout.includes(mail!.code!));
    const events = (await cli(["logs", "--json"])).stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    ok(events.some(({ kind, status }) => kind === "api-request" && status === 401));
    const world = testWorld(home, {
      arguments: ["logs", "--client", "people"],
      env: { DEMO_AUTH_HOME: home },
      workingDirectory: project,
    });
    world.stdout.isTTY = true;
    await runCommandLine(world);
    ok(world.written.stdout.includes(mail!.code!));
  });

  it("selects from an answer with --query, writes it with -o, and puts a body together with -F", async () => {
    await cli(["login", "--as", "ada@example.com"]);
    const post = ["call", "/mine"];
    const selected = await cli([...post, "-F", "amount=12", "-F", "open=true", "-F", "who=ada", "--query", "body"]);
    deepEqual(JSON.parse(selected.stdout), { amount: 12, open: true, who: "ada" });
    equal((await cli([...post, "-F", "a=1", "--query", "claims.email"])).stdout, "ada@example.com\n");
    const bad = await cli([...post, "-F", "a=1", "--query", "claims["]);
    equal(bad.code, 2);
    match(bad.stderr, /not a JMESPath expression/);
    const file = join(home, "answer.json");
    equal((await cli([...post, "-F", "a=1", "-o", file])).stdout, "");
    equal(JSON.parse(readFileSync(file, "utf8")).claims.email, "ada@example.com");
    equal((await cli([...post, "-F", "nonsense"])).code, 2);
    const coloured = await cli([...post, "-F", "a=1"], { env: { FORCE_COLOR: "1" } });
    ok(!coloured.stdout.includes("\u001b["), "a pipe gets the bytes as they came");
    const included = await cli(["call", "/nothing", "-i"]);
    match(included.stdout, /^HTTP 403 Forbidden\n(?:[\w-]+: .*\n)+\n\{/);
    equal(included.stderr.match(/HTTP 403/g), null, "the status line is there once");
  });

  it("login --idp names the providers that the program's app client has", async () => {
    const { code, stderr } = await cli(["login", "--no-browser", "--idp", "Nope"]);
    equal(code, 2);
    match(stderr, /signs nobody in with "Nope"\.\n {2}→ demo-auth login --client people --idp COGNITO\n$/);
  });

  it("says which flags did nothing where no browser is needed", async () => {
    const { code, stderr } = await cli(["login", "--as", "ada@example.com", "--idp", "COGNITO", "--paste"]);
    equal(code, 0);
    match(stderr, /^Not used, because this sign-in needs no browser: --paste, --idp\.$/m);
  });

  it("says that the browser is still signed in after a sign-out, once", async () => {
    await cli(["login", "--as", "ada@example.com"]);
    equal((await cli(["logout"])).code, 0);
    const { stderr } = await cli(["login", "--no-browser", "--timeout", "1s"]);
    match(
      stderr,
      /Your browser may still be signed in as ada@example\.com.*: demo-auth logout --client people --browser\n/,
    );
  });
});
