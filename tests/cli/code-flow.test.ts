/** Authorization code with PKCE, refresh with rotation, revocation: through real processes. */
import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Bench, browse, openBench } from "./support/cli.ts";

describe("the code flow", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench({ flow: "code" });
  });
  afterEach(() => bench.close());

  const sessionFile = () => {
    const folder = join(bench.home, "credentials");
    return join(folder, readdirSync(folder).find((name) => name.endsWith(".json"))!);
  };
  const stored = () => JSON.parse(readFileSync(sessionFile(), "utf8"));
  /** Lets the stored tokens be as good as expired, as they are an hour later. */
  const expire = (leftMs = -1000) => {
    const envelope = stored();
    envelope.session.idExpiresAt = Date.now() + leftMs;
    envelope.session.accessExpiresAt = Date.now() + leftMs;
    writeFileSync(sessionFile(), JSON.stringify(envelope));
  };
  const tokenRequests = () =>
    bench.fake.requests
      .filter(({ method, url }) => method === "POST" && url.endsWith("/oauth2/token"))
      .map(({ body }) => Object.fromEntries(new URLSearchParams(body)));

  it("signs in with PKCE S256: the verifier goes to the token endpoint only", async () => {
    const running = bench.start(["login", "--no-browser"]);
    const url = new URL(await running.line(/^http/));
    equal(url.searchParams.get("response_type"), "code");
    equal(url.searchParams.get("code_challenge_method"), "S256");
    match(url.searchParams.get("code_challenge") ?? "", /^[\w-]{43}$/);
    equal((await browse(url.href)).status, 200);
    const finished = await running.finished;
    equal(finished.code, 0);
    match(finished.stderr, /--storage keyring/, "a session that lasts days is worth a hint");
    const [redeemed] = tokenRequests();
    deepEqual([redeemed!.grant_type, redeemed!.client_id], ["authorization_code", bench.fake.clientId]);
    match(redeemed!.code_verifier!, /^[\w-]{43}$/);
    equal(redeemed!.redirect_uri, `http://127.0.0.1:${bench.ports[0]}/callback`);
    equal((await bench.here(["call", "/transactions"])).code, 0);
  });

  it("refreshes an expired session by itself, keeping the rotated refresh token", async () => {
    await bench.signIn();
    const before = stored().session;
    expire();
    const called = await bench.here(["call", "/transactions"]);
    equal(called.code, 0);
    const after = stored().session;
    notEqual(after.refreshToken, before.refreshToken);
    notEqual(after.idToken, before.idToken);
    ok(after.idExpiresAt > Date.now());
    expire();
    equal((await bench.here(["call", "/transactions"])).code, 0, "the rotated token works too");
  });

  it("refreshes once when two processes find the session expired at the same time", async () => {
    await bench.signIn();
    expire();
    const both = await Promise.all([bench.run(["token"]), bench.run(["token"])]);
    deepEqual(
      both.map(({ code }) => code),
      [0, 0],
    );
    equal(both[0]!.stdout, both[1]!.stdout);
    equal(tokenRequests().filter(({ grant_type }) => grant_type === "refresh_token").length, 1);
  });

  it("refreshes a minute ahead, and uses what is left of the old token while the network fails", async () => {
    await bench.signIn();
    const { idToken } = stored().session;
    expire(45_000);
    bench.fake.answerTokenRequests({ status: 503, body: {} });
    equal((await bench.here(["token"])).stdout, `${idToken}\n`);
    equal((await bench.here(["token", "--min-valid", "10m"])).code, 5);
    bench.fake.answerTokenRequests(undefined);
    notEqual((await bench.here(["token"])).stdout, `${idToken}\n`);
  });

  it("says so when the token does not last as long as asked for", async () => {
    await bench.signIn();
    const { code, stderr } = await bench.here(["token", "--min-valid", "3h"]);
    equal(code, 4);
    match(stderr, /expires in 60 minutes|expires in 59 minutes, sooner than asked for/);
  });

  it("asks to sign in when the refresh token was used up or revoked", async () => {
    await bench.signIn();
    bench.fake.validRefreshTokens.clear();
    expire();
    const { code, stderr } = await bench.here(["call", "/transactions"]);
    equal(code, 4);
    match(stderr, /Your sign-in has ended.*\n.*demo-auth login/);
    ok(stored().session.refreshToken, "the session is kept for a look at it");
  });

  it("keeps the session when the network fails during a refresh", async () => {
    await bench.signIn();
    expire();
    const before = stored();
    bench.fake.answerTokenRequests({ status: 503, body: {} });
    const failed = await bench.here(["call", "/transactions"]);
    equal(failed.code, 5);
    deepEqual(stored(), before);
    bench.fake.answerTokenRequests(undefined);
    equal((await bench.here(["call", "/transactions"])).code, 0);
  });

  it("refuses refreshed tokens of another user", async () => {
    await bench.signIn();
    const before = stored().session.idToken;
    expire();
    bench.fake.plan((plan) => {
      plan.idClaims.sub = "eve";
      plan.accessClaims.sub = "eve";
    });
    const { code, stderr } = await bench.here(["token"]);
    equal(code, 5);
    match(stderr, /another user/);
    equal(stored().session.idToken, before);
  });

  it("shows a configuration with other sign-in pages no session, and sends no refresh token anywhere", async () => {
    await bench.signIn();
    expire();
    const other = await bench.here(["token"], { env: { DEMO_AUTH_DOMAIN: "http://127.0.0.1:9" } });
    equal(other.code, 4);
    deepEqual(
      tokenRequests().filter(({ grant_type }) => grant_type === "refresh_token"),
      [],
    );
    equal((await bench.here(["token"])).code, 0);
  });

  it("revokes the refresh token on logout and deletes the session", async () => {
    await bench.signIn();
    equal(bench.fake.validRefreshTokens.size, 1);
    const out = await bench.here(["logout"]);
    equal(out.code, 0);
    match(out.stderr, /the refresh token is revoked/);
    equal(bench.fake.validRefreshTokens.size, 0);
    deepEqual(readdirSync(join(bench.home, "credentials")), []);
  });

  it("signs this machine out even when the revocation endpoint cannot be reached", async () => {
    await bench.signIn();
    bench.fake.answerTokenRequests({ status: 500, body: {} });
    const out = await bench.here(["logout"]);
    equal(out.code, 0);
    match(out.stderr, /could not be revoked/);
    equal((await bench.here(["status"])).code, 4);
  });

  it("ends the sessions of every target with --all", async () => {
    await bench.signIn();
    const out = await bench.here(["logout", "--all", "--json"]);
    deepEqual(JSON.parse(out.stdout), { signedOut: [{ user: "ada@example.com", revoked: true }] });
    deepEqual(readdirSync(join(bench.home, "credentials")), []);
  });

  it("ends the hosted UI's session in the browser, too, and waits until it has come back", async () => {
    await bench.signIn();
    const browser = join(bench.directory, "browser.sh");
    writeFileSync(browser, "#!/bin/sh\nexit 0\n", { mode: 0o755 });
    const running = bench.start(["logout", "--browser", browser]);
    const url = new URL(await running.line(/^http/));
    equal(url.origin + url.pathname, `${bench.fake.hostedUi}/logout`);
    equal(url.searchParams.get("client_id"), bench.fake.clientId);
    equal(url.searchParams.get("logout_uri"), `http://127.0.0.1:${bench.ports[0]}/logout`);
    match(await (await fetch(url)).text(), /You are signed out/);
    const { code, stderr } = await running.finished;
    equal(code, 0);
    match(stderr, /The hosted UI's session is ended/);
  });

  it("fails with 5 when the code is refused, and shows it in the browser", async () => {
    bench.fake.answerTokenRequests({ status: 400, body: { error: "invalid_grant" } });
    const running = bench.start(["login", "--no-browser"]);
    const verdict = await browse(await running.line(/^http/));
    deepEqual([verdict.status, verdict.title], [400, "The sign-in failed"]);
    const { code, stderr } = await running.finished;
    equal(code, 5);
    match(stderr, /invalid_grant/);
  });

  it("takes another flow with --flow, and says so when the app client does not allow it", async () => {
    bench.fake.redirect(
      (uri, query) => `${uri}#error_description=unauthorized_client&state=${query.get("state")}&error=invalid_request`,
    );
    const running = bench.start(["login", "--no-browser", "--flow", "implicit"]);
    const url = new URL(await running.line(/^http/));
    equal(url.searchParams.get("response_type"), "token");
    await browse(url.href);
    const { code, stderr } = await running.finished;
    equal(code, 5);
    match(stderr, /does not allow the implicit flow; try the other: demo-auth login --flow code/);
  });

  it("sends the access token where the route has scopes, the ID token elsewhere", async () => {
    await bench.signIn();
    equal((await bench.here(["call", "/scoped"])).code, 0);
    equal((await bench.here(["call", "/transactions"])).code, 0);
    const wrong = await bench.here(["call", "/transactions", "--type", "access"]);
    deepEqual([wrong.code, wrong.stdout], [4, '{"message":"Unauthorized"}']);
  });
});
