/** Pages of domains with `managedLoginVersion` 2: their order, and that they give away no more than the classic ones. */
import assert from "node:assert/strict";
import { totpAt } from "../../../local/cognito/accounts/totp.ts";
import type { AppClientModel, UserPoolModel } from "../../../local/model.ts";
import type { Page } from "../../support/form-browser.ts";
import {
  appClient,
  authorizeUrl,
  callback,
  password,
  type RunningCognito,
  signInThroughPages,
  signUpThroughPages,
  startCognito,
  userPool,
  withCloud,
} from "./harness.ts";

const managedPool = (changes: Partial<UserPoolModel> = {}, client: Partial<AppClientModel> = {}) =>
  userPool({
    domains: [{ domain: "managed", custom: false, managedLoginVersion: 2 }],
    clients: [appClient(client)],
    ...changes,
  });

/** What a person and a script see of a page, whoever it is for. */
const withoutName = ({ text }: Page, name: string) =>
  text.replaceAll(name, "NAME").replaceAll(/[0-9a-f-]{36}/g, "UUID");

describe("managed login's pages", () => {
  let cloud: RunningCognito;
  before(async () => {
    cloud = await startCognito([managedPool()]);
    await signUpThroughPages(cloud, "ada@example.com");
  });
  after(() => cloud.close());

  it("[A.0] ask for the name first, and for the password on a page of its own", async () => {
    const browser = cloud.browser();
    const first = await browser.open(authorizeUrl(cloud));
    assert.equal(new URL(first.url).pathname, "/login");
    assert.deepEqual(Object.keys(first.forms[0]!.controls), ["_csrf", "username"]);
    assert.match(first.text, /<button type="submit">Next<\/button>/);
    const second = await browser.submit(first, "/login", { username: "ada@example.com" });
    assert.equal(second.status, 200);
    assert.deepEqual(Object.keys(second.forms[0]!.controls), ["_csrf", "username", "password"]);
    assert.match(second.text, /<button type="submit">Continue<\/button>/);
    const done = await browser.submit(second, "/login", { password });
    assert.ok(done.location?.startsWith(`${callback}#id_token=`));
  });

  it("[A.0] have each form once, and no name, id or class of the classic forms", async () => {
    const browser = cloud.browser();
    const first = await browser.open(authorizeUrl(cloud));
    const pages = [
      first,
      await browser.submit(first, "/login", { username: "ada@example.com" }),
      ...(await Promise.all(
        ["/signup", "/confirm", "/forgotPassword"].map((path) => browser.open(authorizeUrl(cloud, {}, path))),
      )),
    ];
    for (const page of pages) {
      assert.equal(page.forms.length, 1, page.url);
      assert.equal(page.forms[0]!.name, undefined);
      const markup = page.text.replace(/<style>[\s\S]*<\/style>/, "");
      assert.doesNotMatch(
        markup,
        /customizable|visible-(?:lg|xs)|signInForm|signUpForm|signInSubmitButton|cognitoAsfData/,
      );
    }
  });

  it("[A.0] take a name and a password that a script posts at once", async () => {
    const browser = cloud.browser();
    const first = await browser.open(authorizeUrl(cloud));
    const { action, fields } = first.forms[0]!;
    const body = new URLSearchParams({ ...fields, username: "ada@example.com", password });
    assert.ok((await browser.request(action, { method: "POST", body })).location?.startsWith(callback));
  });

  it("[A.0] open at /login/continue too, to which people link; classic pages do not", async () => {
    const page = await cloud.browser().open(authorizeUrl(cloud, {}, "/login/continue"));
    assert.deepEqual(Object.keys(page.forms[0]!.controls), ["_csrf", "username"]);
    await withCloud([userPool()], async (classic) => {
      assert.equal((await classic.browser().open(authorizeUrl(classic, {}, "/login/continue"))).status, 404);
    });
  });

  for (const hideUserExistence of [true, false])
    it(`[A.0] [C.3] ask for a password whoever is named, with hideUserExistence ${hideUserExistence}`, () =>
      withCloud([managedPool({}, { hideUserExistence })], async (hidden) => {
        await signUpThroughPages(hidden, "ada@example.com");
        const told = hidden.events.length;
        const pages = await Promise.all(
          ["ada@example.com", "nobody@example.com"].map(async (username) => {
            const browser = hidden.browser();
            const page = await browser.submit(await browser.open(authorizeUrl(hidden)), "/login", { username });
            return withoutName(page, username);
          }),
        );
        assert.equal(pages[0], pages[1]);
        assert.equal(hidden.events.length, told, "nobody was looked up");
      }));

  it("[A.0] [C.3] refuse a wrong password and a name that nobody has in the same words, on the page for the password", async () => {
    const pages: string[] = [];
    for (const username of ["ada@example.com", "nobody@example.com"]) {
      const page = await signInThroughPages(cloud, username, { password: "Wrong-horse-7" });
      assert.deepEqual(page.alerts, ["Incorrect username or password."]);
      assert.equal(page.forms[0]!.fields.username, username);
      assert.ok(!page.text.includes("Wrong-horse-7"), "no password is shown again");
      pages.push(withoutName(page, username));
    }
    assert.equal(pages[0], pages[1]);
  });

  it("refuse both steps to a form without the cookie's anti-forgery token, and to one of another origin", async () => {
    const browser = cloud.browser();
    const { action, fields } = (await browser.open(authorizeUrl(cloud))).forms[0]!;
    const steps: Record<string, string>[] = [
      { username: "ada@example.com" },
      { username: "ada@example.com", password },
    ];
    for (const step of steps)
      for (const [body, headers] of [
        [{ ...fields, ...step, _csrf: crypto.randomUUID() }, {}],
        [step, {}],
        [{ ...fields, ...step }, { origin: "http://evil.example" }],
      ] as const) {
        const page = await browser.request(action, { method: "POST", body: new URLSearchParams(body), headers });
        assert.equal(page.location, undefined);
        assert.deepEqual(page.alerts, ["This page was out of date. Please try again."]);
        assert.deepEqual(Object.keys(page.forms[0]!.controls), ["_csrf", "username"]);
      }
  });

  it("show a name as text, whatever it is made of, and ask again for none", async () => {
    const browser = cloud.browser();
    const first = await browser.open(authorizeUrl(cloud));
    const page = await browser.submit(first, "/login", { username: `"><script>alert(1)</script>` });
    assert.ok(!page.text.includes("<script>alert"));
    assert.equal(page.forms[0]!.fields.username, `"><script>alert(1)</script>`);
    const again = await browser.submit(first, "/login", { username: "  " });
    assert.deepEqual(Object.keys(again.forms[0]!.controls), ["_csrf", "username"]);
    assert.deepEqual(again.alerts, ["Enter your email address."]);
  });

  it("are not met by a browser that the test kit has signed in", async () => {
    const session = cloud.service.admin(managedPool().id)!.startSession("ada@example.com");
    const page = await cloud.browser().request(authorizeUrl(cloud), { headers: { cookie: `cognito=${session}` } });
    assert.ok(page.location?.startsWith(`${callback}#id_token=`));
  });

  it("lead somebody who forgot the password to a new one, and in", async () => {
    const browser = cloud.browser();
    const asked = await browser.submit(
      await browser.open(authorizeUrl(cloud, {}, "/forgotPassword")),
      "/forgotPassword",
      {
        username: "ada@example.com",
      },
    );
    const done = await browser.submit(asked, "/confirmforgotPassword", {
      code: cloud.code("ada@example.com"),
      password,
      confirm_password: password,
    });
    assert.ok(done.location?.startsWith(callback));
  });

  it("lead somebody whom an administrator made to a password and an authenticator app", () =>
    withCloud([managedPool({ mfa: "ON", softwareTokenMfa: true, adminCreateUserOnly: true })], async (closed) => {
      const admin = closed.service.admin(managedPool().id)!;
      await admin.create({ username: "grace@example.com", attributes: {}, temporaryPassword: "Temporary-7" });
      const browser = closed.browser();
      const first = await browser.open(authorizeUrl(closed));
      assert.ok(!first.text.includes("/signup"));
      const change = await browser.signIn(first, "grace@example.com", "Temporary-7");
      const setUp = await browser.submit(change, "/changePassword", { password, confirm_password: password });
      const [, secret = ""] = /class="secretCode">([A-Z2-7 ]+)</.exec(setUp.text)!;
      const code = totpAt(secret.replaceAll(" ", ""), Math.floor(closed.clock.ms / 30_000));
      assert.ok((await browser.submit(setUp, "/mfa/setup", { code })).location?.startsWith(callback));
    }));
});
