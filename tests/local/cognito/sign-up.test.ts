import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "../../../local/store/store.ts";
import { redirectParameters } from "../../support/form-browser.ts";
import {
  authorizeUrl,
  callback,
  decode,
  password,
  type RunningCognito,
  signInThroughPages,
  signUpThroughPages,
  startCognito,
} from "./harness.ts";

describe("signing up through the hosted UI", () => {
  let cloud: RunningCognito;
  beforeEach(async () => {
    cloud = await startCognito();
  });
  afterEach(() => cloud.close());

  it("[A.5] goes from the form over the mailed code back to the application, signed in, without a second sign-in", async () => {
    const done = await signUpThroughPages(cloud, "ada@example.com");
    assert.equal(done.status, 302);
    assert.ok(done.location?.startsWith(`${callback}#id_token=`));
    const { claims } = decode(redirectParameters(done.location).id_token);
    assert.equal(claims.email, "ada@example.com");
    assert.equal(claims.email_verified, true);
  });

  it("[A.5] [C.3] sends a six-digit code in the pool's own words and says where it went without spelling it out", async () => {
    const browser = cloud.browser();
    const page = await browser.submit(await browser.open(authorizeUrl(cloud, {}, "/signup")), "signupform", {
      username: "ada@example.com",
      password,
    });
    const [message] = cloud.service.messages();
    assert.deepEqual(
      { ...message, code: undefined, body: undefined, sentAt: undefined },
      {
        to: "ada@example.com",
        subject: "Your verification code",
        kind: "sign-up",
        code: undefined,
        body: undefined,
        sentAt: undefined,
      },
    );
    assert.match(message!.code!, /^\d{6}$/);
    assert.equal(message!.body, `Your confirmation code is ${message!.code}`);
    assert.equal(message!.sentAt, new Date(cloud.clock.ms).toISOString());
    assert.ok(page.text.includes("a***@e***"));
    assert.ok(!page.text.includes("ada@example.com"));
  });

  it("refuses any other code, in words, and takes the right one afterwards", async () => {
    const browser = cloud.browser();
    const confirm = await browser.submit(await browser.open(authorizeUrl(cloud, {}, "/signup")), "signupform", {
      username: "ada@example.com",
      password,
    });
    const right = cloud.code("ada@example.com");
    const wrong = right === "000000" ? "000001" : "000000";
    const refused = await browser.submit(confirm, "confirmationForm", { code: wrong });
    assert.equal(refused.status, 200);
    assert.deepEqual(refused.alerts, ["Invalid verification code provided, please try again."]);
    const done = await browser.submit(refused, "confirmationForm", { code: right });
    assert.ok(done.location?.startsWith(`${callback}#`));
  });

  it("[C.3] sends a new code on request, which is then the only one that works, at most five times an hour", async () => {
    const browser = cloud.browser();
    let page = await browser.submit(await browser.open(authorizeUrl(cloud, {}, "/signup")), "signupform", {
      username: "ada@example.com",
      password,
    });
    for (let sent = 1; sent <= 5; sent++) {
      page = await browser.submit(page, "resendCodeForm");
      assert.deepEqual(page.alerts, []);
      assert.equal(cloud.service.messages().length, 1 + sent);
    }
    page = await browser.submit(page, "resendCodeForm");
    assert.deepEqual(page.alerts, ["Attempt limit exceeded, please try after some time."]);
    const done = await browser.submit(page, "confirmationForm", { code: cloud.code("ada@example.com") });
    assert.ok(done.location?.startsWith(`${callback}#`));
  });

  it("[C.3] forgets a code after 24 hours and says to ask for another", async () => {
    const browser = cloud.browser();
    const confirm = await browser.submit(await browser.open(authorizeUrl(cloud, {}, "/signup")), "signupform", {
      username: "ada@example.com",
      password,
    });
    cloud.clock.ms += 24 * 3_600_000 - 1000;
    const page = await browser.open(confirm.url);
    cloud.clock.ms += 1000;
    const refused = await browser.submit(page, "confirmationForm", { code: cloud.code("ada@example.com") });
    assert.deepEqual(refused.alerts, ["Invalid code provided, please request a code again."]);
  });

  it("[C.3] moves somebody who never confirmed from the sign-in form to the code page, and signs them in there", async () => {
    const browser = cloud.browser();
    await browser.submit(await browser.open(authorizeUrl(cloud, {}, "/signup")), "signupform", {
      username: "ada@example.com",
      password,
    });
    const later = cloud.browser();
    const page = await signInThroughPages(cloud, "ada@example.com", { browser: later });
    assert.equal(new URL(page.url).pathname, "/confirm");
    const done = await later.submit(page, "confirmationForm", { code: cloud.code("ada@example.com") });
    assert.ok(done.location?.startsWith(`${callback}#`));
  });

  it("does not sign in a browser that only knows the code: it confirms and asks for the password", async () => {
    const browser = cloud.browser();
    await browser.submit(await browser.open(authorizeUrl(cloud, {}, "/signup")), "signupform", {
      username: "ada@example.com",
      password,
    });
    const stranger = cloud.browser();
    const page = await stranger.open(authorizeUrl(cloud, {}, "/confirm"));
    const done = await stranger.submit(page, "confirmationForm", {
      username: "ada@example.com",
      code: cloud.code("ada@example.com"),
    });
    assert.equal(new URL(done.url).pathname, "/login");
    assert.equal(cloud.service.users("us-east-1_Ab3dEf6hI")[0]?.status, "CONFIRMED");
  });

  it("[C.2] names the first password rule that is broken, beside the field, and keeps what was typed but the password", async () => {
    const browser = cloud.browser();
    const page = await browser.open(authorizeUrl(cloud, {}, "/signup"));
    for (const [weak, rule] of [
      ["Aa1!", "Password not long enough"],
      ["AAAAAA1!", "Password must have lowercase characters"],
      ["aaaaaa1!", "Password must have uppercase characters"],
      ["Aaaaaaa!", "Password must have numeric characters"],
      ["Aaaaaaa1", "Password must have symbol characters"],
    ] as const) {
      const refused = await browser.submit(page, "signupform", { username: "ada@example.com", password: weak });
      assert.deepEqual(refused.alerts, [`Password did not conform with policy: ${rule}`]);
      assert.equal(refused.forms[0]?.fields.username, "ada@example.com");
      assert.equal(refused.forms[0]?.fields.password, "");
      assert.ok(!refused.text.includes(weak));
    }
    assert.deepEqual(cloud.service.users("us-east-1_Ab3dEf6hI"), []);
  });

  it("[C.2] refuses a second account with the same address, in any case of letters", async () => {
    await signUpThroughPages(cloud, "ada@example.com");
    const browser = cloud.browser();
    const page = await browser.open(authorizeUrl(cloud, {}, "/signup"));
    const refused = await browser.submit(page, "signupform", { username: "ADA@example.com", password });
    assert.deepEqual(refused.alerts, ["An account with the given email already exists."]);
  });

  it("[C.2] refuses a name that is no e-mail address", async () => {
    const browser = cloud.browser();
    const page = await browser.open(authorizeUrl(cloud, {}, "/signup"));
    const refused = await browser.submit(page, "signupform", { username: "ada", password });
    assert.deepEqual(refused.alerts, ["Username should be an email."]);
  });

  it("makes one account of two sign-ups at the same moment", async () => {
    const [first, second] = [cloud.browser(), cloud.browser()];
    const pages = await Promise.all(
      [first, second].map(async (browser) =>
        browser.submit(await browser.open(authorizeUrl(cloud, {}, "/signup")), "signupform", {
          username: "ada@example.com",
          password,
        }),
      ),
    );
    assert.deepEqual(pages.map((page) => new URL(page.url).pathname).sort(), ["/confirm", "/signup"]);
    assert.equal(cloud.service.users("us-east-1_Ab3dEf6hI").length, 1);
  });
});

describe("state on disk", () => {
  const folder = mkdtempSync(join(tmpdir(), "cognito-"));
  after(() => rmSync(folder, { recursive: true }));

  it("lets somebody confirm and sign in after a restart, with the same keys and mail", async () => {
    const file = join(folder, "state.db");
    const before = await startCognito(undefined, file);
    const browser = before.browser();
    await browser.submit(await browser.open(authorizeUrl(before, {}, "/signup")), "signupform", {
      username: "ada@example.com",
      password,
    });
    const keys = await (await fetch(`${before.issuer()}/.well-known/jwks.json`)).text();
    const messages = before.service.messages();
    await before.close();

    const after = await startCognito(undefined, file);
    try {
      assert.deepEqual(after.service.messages(), messages);
      assert.equal(await (await fetch(`${after.issuer()}/.well-known/jwks.json`)).text(), keys);
      const later = after.browser();
      const confirm = await signInThroughPages(after, "ada@example.com", { browser: later });
      const done = await later.submit(confirm, "confirmationForm", { code: after.code("ada@example.com") });
      assert.ok(done.location?.startsWith(`${callback}#id_token=`));
    } finally {
      await after.close();
    }
  });

  for (const layout of [2, 3, 4, 5])
    it(`of the layout ${layout} is completed, and its people sign in as before`, async () => {
      const file = join(folder, `layout-${layout}.db`);
      const cloud = await startCognito(undefined, file);
      await signUpThroughPages(cloud, "ada@example.com");
      const { db } = cloud.store;
      if (layout < 4) db.exec("DROP TABLE cognito_identities");
      if (layout < 5) db.exec("DROP TABLE cognito_devices; ALTER TABLE cognito_grants DROP COLUMN device_key");
      db.exec("DROP TABLE cognito_passkeys");
      for (const [table, column] of [
        ["users", "sms_mfa"],
        ["users", "email_mfa"],
        ["users", "preferred_mfa"],
        ["groups", "role_arn"],
        ["codes", "value"],
      ])
        if (layout === 2) db.exec(`ALTER TABLE cognito_${table} DROP COLUMN ${column}`);
      db.exec(`UPDATE cognito_schema SET version = ${layout}`);
      await cloud.close();
      const again = await startCognito(undefined, file);
      assert.ok((await signInThroughPages(again, "ada@example.com")).location?.startsWith(callback));
      const [{ version }] = again.store.db.prepare("SELECT version FROM cognito_schema").all() as [{ version: number }];
      await again.close();
      await (await startCognito(undefined, file)).close();
      assert.equal(version, 6);
    });

  it("is refused, unharmed, when another release wrote it", async () => {
    const file = join(folder, "layout.db");
    const cloud = await startCognito(undefined, file);
    await signUpThroughPages(cloud, "ada@example.com");
    cloud.store.db.exec("UPDATE cognito_schema SET version = 9999");
    await cloud.close();
    await assert.rejects(startCognito(undefined, file), { code: "state_layout" });
    const store = openStore(file);
    assert.deepEqual({ ...store.db.prepare("SELECT count(*) AS n FROM cognito_users").get() }, { n: 1 });
    store.close();
  });

  it("keeps no password and no session in clear", async () => {
    const file = join(folder, "secrets.db");
    const cloud = await startCognito(undefined, file);
    const browser = cloud.browser();
    const done = await signUpThroughPages(cloud, "ada@example.com", { browser });
    const session = browser.cookies.get("127.0.0.1|cognito")?.value;
    assert.ok(session);
    const dump: string[] = [];
    const tables = cloud.store.db
      .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'cognito_%'")
      .all() as { name: string }[];
    for (const { name } of tables) dump.push(JSON.stringify(cloud.store.db.prepare(`SELECT * FROM ${name}`).all()));
    await cloud.close();
    const kept = dump.join("\n");
    assert.ok(kept.includes("ada@example.com"));
    for (const secret of [password, session, redirectParameters(done.location).access_token!])
      assert.ok(!kept.includes(secret));
  });

  it("tells what happened without a token, a password or a code", async () => {
    const cloud = await startCognito();
    const done = await signUpThroughPages(cloud, "ada@example.com");
    await signInThroughPages(cloud, "ada@example.com", { password: "Wrong-horse-77" });
    const code = cloud.code("ada@example.com");
    await cloud.close();
    const told = JSON.stringify(cloud.events);
    assert.ok(told.includes("wrong password"));
    const { id_token, access_token } = redirectParameters(done.location);
    for (const secret of [password, "Wrong-horse-77", code, id_token!, access_token!])
      assert.ok(!told.includes(secret));
  });
});
