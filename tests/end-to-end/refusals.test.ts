/** Everything that must not get in, against the real program, at the API and through `demo-auth call`. */
import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { signUpAndIn } from "../../cli/commands/tour/person.ts";
import { systemWorld } from "../../cli/shared/world.ts";
import type { CloudEvent } from "../../local/platform.ts";
import { type LocalCloud, startLocalCloud } from "../../local/start.ts";
import { openShell, repository, type Shell } from "../support/shell.ts";
import { type SignedUp, signUp } from "../support/sign-up.ts";

const HOUR = 3_600_000;

describe("what does not get in", function () {
  this.timeout(60_000);
  const clock = { offset: 0 };
  const events: CloudEvent[] = [];
  let cloud: LocalCloud;
  let url: string;
  let ada: SignedUp;
  let expired: SignedUp;

  before(async () => {
    const options = { stack: "dev", port: 0, stateDirectory: undefined, environment: process.env };
    cloud = await startLocalCloud({
      ...options,
      projectDirectory: repository,
      now: () => Date.now() + clock.offset,
      onEvent: (event) => events.push(event),
    });
    url = `${cloud.ready.apis[0]!.stages[0]!.url}/transactions`;
    ada = await signUp(cloud.ready, "ada@example.com");
    clock.offset = -2 * HOUR;
    expired = await signUp(cloud.ready, "early@example.com");
    clock.offset = 0;
  });
  after(() => cloud?.close());

  interface Refusal {
    title: string;
    token: () => string | Promise<string>;
    status?: number;
    message?: string;
    /** What the log says about it, for a person. */
    reason: RegExp;
  }

  const refusals: Refusal[] = [
    { title: "no token", token: () => "", reason: /no .*Authorization|Authorization.*(missing|absent|no )/i },
    {
      title: "an expired token",
      token: () => expired.idToken,
      message: "The incoming token has expired",
      reason: /expired/i,
    },
    { title: "a tampered token", token: () => tampered(ada.idToken), reason: /signature/i },
    {
      title: "an access token where the method has no scopes",
      token: () => ada.accessToken,
      reason: /access.*ID token|ID token.*access/is,
    },
    { title: "a token of another pool", token: foreignToken, reason: /key|issuer|pool/i },
    { title: "an unsigned token (alg: none)", token: () => unsigned(ada.idToken), reason: /RS256|alg/i },
    {
      title: "a token signed with HS256 and the public key",
      token: () => relabelled(ada.idToken, "HS256"),
      reason: /RS256|alg/i,
    },
    { title: "something that is no token at all", token: () => "hello", reason: /JWT|token/i },
  ];

  for (const { title, token, status = 401, message = "Unauthorized", reason } of refusals) {
    it(`refuses ${title} with AWS's words, and says why in the log`, async () => {
      const value = await token();
      const before = events.length;
      const answer = await fetch(url, { headers: value === "" ? {} : { authorization: `Bearer ${value}` } });
      assert.equal(answer.status, status);
      assert.equal(((await answer.json()) as { message: string }).message, message);
      assert.equal(answer.headers.get("x-amzn-errortype"), "UnauthorizedException");
      const event = events.slice(before).find(({ kind }) => kind === "api-request") as { reason?: string } | undefined;
      assert.match(event?.reason ?? "", reason);
      if (value.length > 20)
        assert.ok(!JSON.stringify(events.slice(before)).includes(value.slice(-40)), "the token is in the log");
    });
  }

  it("answers an unknown path with 403 Missing Authentication Token", async () => {
    const answer = await fetch(`${url}s`);
    assert.equal(answer.status, 403);
    assert.equal(((await answer.json()) as { message: string }).message, "Missing Authentication Token");
  });

  it("lets the right token in", async () => {
    const answer = await fetch(url, { headers: { authorization: ada.idToken } });
    assert.equal(answer.status, 200);
    assert.equal(((await answer.json()) as { user: { email: string } }).user.email, "ada@example.com");
  });

  describe("through demo-auth call", () => {
    let shell: Shell;
    let session: { file: string; text: string };

    before(async () => {
      shell = openShell();
      const { ready } = await shell.local("--ephemeral");
      const login = shell.start("login", "--no-browser");
      const address = await login.line("stderr", /^http/);
      const person = { email: "lin@example.com", password: "Correct-horse-7" };
      await signUpAndIn(systemWorld(), person, address, ready.console, () => {});
      assert.equal((await login.finished).code, 0);
      const folder = join(shell.home, "credentials");
      const [name] = readdirSync(folder).filter((entry) => entry.endsWith(".json"));
      const file = join(folder, name!);
      session = { file, text: readFileSync(file, "utf8") };
    });
    after(() => shell?.close());

    /** Puts another token in the place of the stored one. */
    function store(change: (idToken: string, accessToken: string) => string): void {
      const document = JSON.parse(session.text);
      const { idToken, accessToken } = document.session;
      document.session.idToken = change(idToken, accessToken);
      writeFileSync(session.file, JSON.stringify(document));
    }

    for (const [title, change] of [
      ["a tampered token", (id: string) => tampered(id)],
      ["an access token in the place of the ID token", (_id: string, access: string) => access],
      ["an unsigned token", (id: string) => unsigned(id)],
      ["a token of another pool", () => foreignToken()],
    ] as const) {
      it(`exits 4 with ${title}, and says to sign in again`, async () => {
        store(change);
        const call = await shell.run("call", "/transactions", "--json");
        assert.equal(call.code, 4, call.stderr);
        const error = JSON.parse(call.stderr.trim().split("\n").at(-1)!).error;
        assert.equal(error.exitCode, 4);
        assert.match(error.hint, /demo-auth login/);
      });
    }

    it("lets the authorizer itself be asked about the session's token, or one from standard input", async () => {
      writeFileSync(session.file, session.text);
      const passed = await shell.run("authorizer", "test", "--json");
      assert.equal(passed.code, 0, passed.stderr);
      const { claims } = JSON.parse(passed.stdout) as { claims: Record<string, string> };
      assert.deepEqual([claims.email, claims.token_use, claims.email_verified], ["lin@example.com", "id", "true"]);

      const asked = shell.start("authorizer", "test", "--token", "-");
      asked.process.stdin!.end(foreignToken());
      const refused = await asked.finished;
      assert.equal(refused.code, 4, refused.stderr);
      assert.match(refused.stderr, /refuses the token \(401\)/);
      assert.equal(
        (await shell.run("authorizer", "test", "--token", "eyJ.a.b")).code,
        2,
        "a token on the command line",
      );
    });

    it("exits 4 with an expired token that the API refused", async () => {
      store(() => expired.idToken);
      const call = await shell.run("call", "/transactions");
      assert.equal(call.code, 4, call.stderr);
    });

    it("exits 8 for an unknown path, and says that it is the path and not the sign-in", async () => {
      writeFileSync(session.file, session.text);
      const call = await shell.run("call", "/nothing-here");
      assert.equal(call.code, 8, call.stderr);
      assert.match(
        call.stderr,
        /answered 403: Invalid key=value pair .*\. That is how API Gateway says that there is no such method and path\./,
      );
      assert.match(call.stderr, /GET \/transactions/);
    });

    it("refuses a damaged session file without losing it, and mends it by a new sign-in", async () => {
      writeFileSync(session.file, session.text.slice(0, 100));
      const call = await shell.run("call", "/transactions");
      assert.equal(call.code, 4, call.stderr);
      assert.match(call.stderr, /demo-auth login/);
      assert.equal(readFileSync(session.file, "utf8"), session.text.slice(0, 100));
    });
  });
});

function tampered(token: string): string {
  const [header, payload, signature] = token.split(".");
  const claims = JSON.parse(Buffer.from(payload!, "base64url").toString());
  return [header, encode({ ...claims, email: "root@example.com" }), signature].join(".");
}

function unsigned(token: string): string {
  const [, payload] = token.split(".");
  return `${encode({ alg: "none" })}.${payload}.`;
}

function relabelled(token: string, alg: string): string {
  const [header, payload, signature] = token.split(".");
  const { kid } = JSON.parse(Buffer.from(header!, "base64url").toString());
  return [encode({ kid, alg }), payload, signature].join(".");
}

/** Well-formed and well-signed, by somebody else. */
function foreignToken(): string {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const now = Math.floor(Date.now() / 1000);
  const head = encode({ kid: "abc=", alg: "RS256" });
  const body = encode({
    sub: "a",
    iss: "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_other",
    aud: "x",
    token_use: "id",
    exp: now + 600,
    iat: now,
  });
  return `${head}.${body}.${sign("sha256", Buffer.from(`${head}.${body}`), privateKey).toString("base64url")}`;
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
