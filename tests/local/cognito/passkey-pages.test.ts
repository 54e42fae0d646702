/** Passkeys on managed login's pages, with a software authenticator that can lie. */
import assert from "node:assert/strict";
import type { AppClientModel, UserPoolModel } from "../../../local/model.ts";
import type { FormBrowser, Page } from "../../support/form-browser.ts";
import { Authenticator, type Changes } from "./authenticator.ts";
import {
  appClient,
  authorizeUrl,
  callback,
  type RunningCognito,
  signInThroughPages,
  signUpThroughPages,
  userPool,
  withCloud,
} from "./harness.ts";

const ada = "ada@example.com";
const explicitAuthFlows = ["ALLOW_USER_AUTH"];

/** Everything happens at `localhost`, where passkeys are. */
const at = (cloud: RunningCognito, path: string) =>
  authorizeUrl(cloud, {}, path).replace("http://127.0.0.1", "http://localhost");

const optionsIn = ({ text }: Page) =>
  JSON.parse(/data-options="([^"]*)"/.exec(text)![1]!.replaceAll("&quot;", '"').replaceAll("&amp;", "&"));

const withPages = (
  changes: Partial<UserPoolModel>,
  client: Partial<AppClientModel>,
  work: (cloud: RunningCognito) => Promise<void>,
) =>
  withCloud(
    [
      userPool({
        domains: [{ domain: "managed", custom: false, managedLoginVersion: 2 }],
        firstFactors: ["PASSWORD", "WEB_AUTHN"],
        clients: [appClient({ explicitAuthFlows, ...client })],
        ...changes,
      }),
    ],
    work,
  );

/** A browser at localhost in which ada is signed in. */
async function signedIn(cloud: RunningCognito): Promise<FormBrowser> {
  await signUpThroughPages(cloud, ada);
  const browser = cloud.browser();
  await browser.signIn(await browser.open(at(cloud, "/login")), ada, "Correct-horse-7");
  return browser;
}

/** Adds a passkey of localhost to whom the browser is signed in for. */
async function add(cloud: RunningCognito, browser: FormBrowser, changes: Changes = {}) {
  const page = await browser.open(at(cloud, "/passkeys/add"));
  const authenticator = new Authenticator({ origin: new URL(page.url).origin });
  const credential = JSON.stringify(authenticator.create(optionsIn(page), changes));
  return { authenticator, page, answer: await browser.submit(page, "/passkeys/add", { credential }) };
}

/** Gives the name, and signs in with the passkey, in a browser that knows nothing. */
async function signIn(cloud: RunningCognito, authenticator: Authenticator, changes: Changes = {}) {
  const browser = cloud.browser();
  const page = await browser.submit(await browser.open(at(cloud, "/login")), "/login", { username: ada });
  const credential = JSON.stringify(authenticator.get(optionsIn(page), changes));
  return { browser, page, credential, answer: await browser.submit(page, "/login/passkey", { credential }) };
}

const arrived = ({ location }: Page) => assert.ok(location?.startsWith(`${callback}#id_token=`), String(location));
const refused = ["The passkey does not sign this user in."];
const outdated = ["This page was out of date. Please try again."];

describe("managed login's pages with passkeys", () => {
  it("[A.0] add one to who is signed in at /passkeys/add, and ask for it once the name is known", async () => {
    await withPages({}, {}, async (cloud) => {
      const browser = await signedIn(cloud);
      const { authenticator, answer } = await add(cloud, browser);
      arrived(answer);
      const { page, answer: done } = await signIn(cloud, authenticator);
      const { challenge, ...options } = optionsIn(page);
      assert.equal(Buffer.from(challenge, "base64url").length, 32);
      const { id } = authenticator.passkeys[0]!;
      assert.deepEqual(options, {
        ...{ timeout: 180_000, rpId: "localhost", userVerification: "preferred" },
        allowCredentials: [{ type: "public-key", id, transports: ["hybrid", "internal"] }],
      });
      arrived(done);
      assert.deepEqual((await add(cloud, browser, { id })).answer.alerts.slice(0, 1), [
        "The passkey is already registered.",
      ]);
    });
  });

  it("[A.0] take the password from who wants that instead, and from who has no passkey", async () => {
    await withPages({}, {}, async (cloud) => {
      const { authenticator } = await add(cloud, await signedIn(cloud));
      const { browser, page } = await signIn(cloud, authenticator, { origin: "https://evil.example" });
      const instead = await browser.submit(page, "/login", { way: "other" });
      arrived(await browser.submit(instead, "/login", { password: "Correct-horse-7" }));
      const nobody = cloud.browser();
      const asked = await nobody.submit(await nobody.open(at(cloud, "/login")), "/login", {
        username: "x@example.com",
      });
      assert.deepEqual(Object.keys(asked.forms[0]!.controls), ["_csrf", "username", "password"]);
    });
  });

  it("[A.0] add one with client_id and redirect_uri alone, as applications open the page, and lead back with nothing", async () => {
    await withPages({}, {}, async (cloud) => {
      const browser = await signedIn(cloud);
      const bare = new URL(at(cloud, "/passkeys/add"));
      for (const name of ["response_type", "scope", "state"]) bare.searchParams.delete(name);
      const page = await browser.open(bare.href);
      const credential = new Authenticator({ origin: bare.origin }).create(optionsIn(page));
      const fields = { credential: JSON.stringify(credential) };
      assert.equal((await browser.submit(page, "/passkeys/add", fields)).location, callback);
      assert.equal(new URL((await cloud.browser().open(bare.href)).url).pathname, "/login");
      bare.searchParams.set("redirect_uri", "https://evil.example/");
      const refused = await browser.open(bare.href);
      assert.equal(new URL(refused.url).searchParams.get("error"), "redirect_mismatch");
    });
  });

  it("[A.0] know none on classic pages, for a client without USER_AUTH, or where they are no first factor", async () => {
    const nothing = async (cloud: RunningCognito) => {
      const browser = await signedIn(cloud);
      assert.doesNotMatch((await browser.open(at(cloud, "/passkeys/add"))).text, /data-passkey/);
      const { sub } = cloud.service.users(userPool().id)[0]!;
      const insert = cloud.store.db.prepare(
        "INSERT INTO cognito_passkeys VALUES (?, 'AAAA', ?, 'Passkey', 'localhost', NULL, '[]', x'00', 0, 0)",
      );
      insert.run(userPool().id, sub);
      const again = cloud.browser();
      const login = await again.open(at(cloud, "/login"));
      const asked =
        "password" in login.forms[0]!.controls ? login : await again.submit(login, "/login", { username: ada });
      assert.ok("password" in asked.forms[0]!.controls);
    };
    await withPages({}, { explicitAuthFlows: ["ALLOW_USER_PASSWORD_AUTH"] }, nothing);
    await withPages({ firstFactors: ["PASSWORD"] }, {}, nothing);
    await withPages({ domains: [{ domain: "classic", custom: false, managedLoginVersion: 1 }] }, {}, nothing);
  });

  it("lead from an address to localhost, and from /passkeys/add to the sign-in where nobody is signed in", async () => {
    await withPages({}, {}, async (cloud) => {
      const { authenticator } = await add(cloud, await signedIn(cloud));
      assert.equal(authenticator.passkeys.length, 1);
      const adding = await cloud.browser().open(authorizeUrl(cloud, {}, "/passkeys/add"));
      assert.ok(adding.text.includes(at(cloud, "/passkeys/add").replaceAll("&", "&amp;")), adding.text);
      assert.doesNotMatch(adding.text, /data-passkey/);
      const addressed = cloud.browser();
      const asked = await addressed.submit(await addressed.open(authorizeUrl(cloud, {}, "/login")), "/login", {
        username: ada,
      });
      assert.ok("password" in asked.forms[0]!.controls);
      assert.ok(asked.text.includes(`href="${at(cloud, "/login").replaceAll("&", "&amp;")}"`), asked.text);
      const browser = cloud.browser();
      const page = await browser.open(at(cloud, "/passkeys/add"));
      assert.equal(new URL(page.url).pathname, "/login");
    });
  });

  it("believe nothing that another page, another challenge or another form made", async () => {
    await withPages({}, {}, async (cloud) => {
      const signedInBrowser = await signedIn(cloud);
      const { authenticator } = await add(cloud, signedInBrowser);
      for (const changes of [
        { origin: "http://localhost:1" },
        { origin: "https://evil.example" },
        { relyingPartyId: "example.com" },
        { challenge: "A".repeat(43) },
        { flags: 0b100 },
        { userHandle: Buffer.from("nobody").toString("base64url") },
        { id: "AAAA" },
        { signature: (right: Buffer) => Buffer.from([...right.subarray(0, -1), right.at(-1)! ^ 1]) },
      ])
        assert.deepEqual((await signIn(cloud, authenticator, changes)).answer.alerts.slice(0, 1), refused);
      const { browser, page, credential, answer } = await signIn(cloud, authenticator);
      arrived(answer);
      const replayed = await browser.submit(page, "/login/passkey", { credential });
      assert.deepEqual(replayed.alerts.slice(0, 1), outdated);
      const elsewhere = await cloud.browser().submit(page, "/login/passkey", { credential });
      assert.deepEqual(elsewhere.alerts.slice(0, 1), outdated);
      const garbage = await signIn(cloud, authenticator, { members: { response: 7 } });
      assert.match(garbage.answer.alerts[0]!, /malformed/);

      assert.match(
        (await add(cloud, signedInBrowser, { origin: "http://localhost:1" })).answer.alerts[0]!,
        /asked for by/,
      );
      const form = await signedInBrowser.open(at(cloud, "/passkeys/add"));
      const forged = await signedInBrowser.submit(form, "/passkeys/add", { _csrf: "x" });
      assert.deepEqual(forged.alerts.slice(0, 1), outdated);
      assert.equal(cloud.service.users(userPool().id)[0]!.passkeys.length, 1);
    });
  });

  it("let nobody in who is disabled, and nobody past a second factor", async () => {
    await withPages({ mfa: "OPTIONAL", softwareTokenMfa: true }, {}, async (cloud) => {
      const { authenticator } = await add(cloud, await signedIn(cloud));
      const admin = cloud.service.admin(userPool().id)!;
      admin.setEnabled(ada, false);
      assert.deepEqual((await signIn(cloud, authenticator)).answer.alerts.slice(0, 1), ["User is disabled."]);
      admin.setEnabled(ada, true);
      const browser = cloud.browser();
      const begun = await browser.submit(await browser.open(at(cloud, "/login")), "/login", { username: ada });
      cloud.store.db.exec("UPDATE cognito_users SET totp_verified = 1, totp_secret = 'A', mfa_enabled = 1");
      const credential = JSON.stringify(authenticator.get(optionsIn(begun)));
      const answer = await browser.submit(begun, "/login/passkey", { credential });
      assert.deepEqual(answer.alerts.slice(0, 1), ["Incorrect username or password."]);
      const later = await browser.submit(await browser.open(at(cloud, "/login")), "/login", { username: ada });
      assert.ok("password" in later.forms[0]!.controls);
      assert.match((await signInThroughPages(cloud, ada)).url, /\/mfa\?/);
    });
  });
});
