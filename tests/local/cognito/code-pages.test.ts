/** Signing in with a code in place of a password on managed login's pages. */
import assert from "node:assert/strict";
import type { AppClientModel, UserPoolModel } from "../../../local/model.ts";
import {
  appClient,
  authorizeUrl,
  callback,
  password,
  type RunningCognito,
  signUpThroughPages,
  userPool,
  withCloud,
} from "./harness.ts";

const ada = "ada@example.com";

const withCodes = (
  changes: Partial<UserPoolModel>,
  work: (cloud: RunningCognito) => Promise<void>,
  client: Partial<AppClientModel> = {},
) =>
  withCloud(
    [
      userPool({
        domains: [{ domain: "managed", custom: false, managedLoginVersion: 2 }],
        firstFactors: ["PASSWORD", "EMAIL_OTP"],
        clients: [appClient({ explicitAuthFlows: ["ALLOW_USER_AUTH"], ...client })],
        ...changes,
      }),
    ],
    work,
  );

/** The page after the name. */
async function named(cloud: RunningCognito, username: string) {
  const browser = cloud.browser();
  const first = await browser.open(authorizeUrl(cloud));
  return { browser, page: await browser.submit(first, "/login", { username }) };
}

describe("a code on managed login's pages", () => {
  it("[A.0] is asked for beside the password, says where it went, and signs in", () =>
    withCodes({}, async (cloud) => {
      await signUpThroughPages(cloud, ada);
      const { browser, page } = await named(cloud, ada);
      assert.match(page.text, /<button type="submit" class="other">Email me a code<\/button>/);
      const asked = await browser.submit(page, "/login/code");
      assert.equal(new URL(asked.url).pathname, "/login/code");
      assert.ok(asked.text.includes("We have sent a code by email to a***@e***"), asked.text);
      const code = cloud.code(ada);
      assert.match(code, /^\d{8}$/);
      const wrong = await browser.submit(asked, "/login/code", { code: "12" });
      assert.deepEqual(wrong.alerts, ["Invalid code or auth state for the user."]);
      const done = await browser.submit(wrong, "/login/code", { code: `${code.slice(0, 4)} ${code.slice(4)}` });
      assert.ok(done.location?.startsWith(`${callback}#id_token=`));
      const late = await browser.open(asked.url);
      assert.equal(new URL(late.url).pathname, "/login", "a page for a code that was used");
    }));

  it("[A.0] is sent again on request, and the one before is good no more", () =>
    withCodes({}, async (cloud) => {
      await signUpThroughPages(cloud, ada);
      const { browser, page } = await named(cloud, ada);
      const asked = await browser.submit(page, "/login/code");
      const before = cloud.code(ada);
      const again = await browser.submit({ ...asked, forms: [asked.forms[1]!] }, "/login/code");
      assert.notEqual(cloud.code(ada), before);
      const refused = await browser.submit(again, "/login/code", { code: before });
      assert.deepEqual(refused.alerts, ["Invalid code or auth state for the user."]);
      assert.ok((await browser.submit(refused, "/login/code", { code: cloud.code(ada) })).location);
    }));

  it("[A.0] follows the name at once in a pool without passwords, where accounts have none", () =>
    withCodes({ firstFactors: ["EMAIL_OTP"] }, async (cloud) => {
      const browser = cloud.browser();
      const form = await browser.open(authorizeUrl(cloud, {}, "/signup"));
      assert.match(form.text, /Password \(optional\)/);
      const confirm = await browser.submit(form, "/signup", { username: ada });
      const signedUp = await browser.submit(confirm, "/confirm", { code: cloud.code(ada) });
      assert.ok(signedUp.location?.startsWith(callback), "signed in by the code of the sign-up");

      const { browser: other, page } = await named(cloud, ada);
      assert.equal(new URL(page.url).pathname, "/login/code");
      const done = await other.submit(page, "/login/code", { code: cloud.code(ada) });
      assert.ok(done.location?.startsWith(callback));
    }));

  it("[A.0] goes where the person chooses in a pool with both kinds and no passwords", () =>
    withCodes({ firstFactors: ["EMAIL_OTP", "SMS_OTP"], sms: true }, async (cloud) => {
      const { page } = await named(cloud, ada);
      assert.deepEqual(
        page.forms.map(({ fields }) => [fields.username, fields.factor]),
        [
          [ada, "EMAIL_OTP"],
          [ada, "SMS_OTP"],
        ],
      );
    }));

  it("[A.0] gives nothing away about who exists, and is sent to nobody who has a second factor", () =>
    withCodes({ mfa: "OPTIONAL", softwareTokenMfa: true }, async (cloud) => {
      await signUpThroughPages(cloud, ada);
      cloud.store.db.exec("UPDATE cognito_users SET totp_verified = 1, mfa_enabled = 1");
      const sent = cloud.service.messages().length;
      const pageFor = async (name: string) => {
        const { browser, page } = await named(cloud, name);
        const asked = await browser.submit(page, "/login/code");
        const refused = await browser.submit(asked, "/login/code", { code: "12345678" });
        return [page, asked, refused].map(({ text }) => text.replaceAll(name, "NAME").replaceAll(/[0-9a-f-]{36}/g, ""));
      };
      assert.deepEqual(await pageFor(ada), await pageFor("abe@example.com"));
      assert.equal(cloud.service.messages().length, sent);
      assert.deepEqual(
        cloud.events.flatMap((event) => (event.kind === "sign-in" && event.outcome === "refused" ? event.reason : [])),
        [
          "EMAIL_OTP is not among what the user can sign in with",
          "Invalid code or auth state for the user.",
          "no such user",
          "Invalid code or auth state for the user.",
        ],
      );
    }));

  it("[A.0] signs in nobody who has turned on a second factor since it was sent", () =>
    withCodes({ mfa: "OPTIONAL", softwareTokenMfa: true }, async (cloud) => {
      await signUpThroughPages(cloud, ada);
      const { browser, page } = await named(cloud, ada);
      const asked = await browser.submit(page, "/login/code");
      cloud.store.db.exec("UPDATE cognito_users SET totp_verified = 1, mfa_enabled = 1");
      const done = await browser.submit(asked, "/login/code", { code: cloud.code(ada) });
      assert.deepEqual([done.location, done.alerts], [undefined, ["Incorrect username or password."]]);
    }));

  it("[A.0] is not offered to a client without USER_AUTH, nor on classic pages", async () => {
    await withCodes(
      {},
      async (cloud) => {
        const { browser, page } = await named(cloud, ada);
        assert.equal(page.forms.length, 1);
        const [form] = page.forms;
        const fields = { ...form!.fields, factor: "EMAIL_OTP" };
        const forms = [{ ...form!, fields, action: form!.action.replace("/login?", "/login/code?") }];
        const tried = await browser.submit({ ...page, forms }, "/login/code");
        assert.equal(new URL(tried.url).pathname, "/login");
      },
      { explicitAuthFlows: ["ALLOW_USER_SRP_AUTH"] },
    );
    await withCodes({ domains: [{ domain: "classic", custom: false, managedLoginVersion: 1 }] }, async (cloud) => {
      const page = await cloud.browser().open(authorizeUrl(cloud, {}, "/login/code"));
      assert.equal(page.status, 404);
    });
  });

  it("[A.0] leaves the password as it was", () =>
    withCodes({}, async (cloud) => {
      await signUpThroughPages(cloud, ada);
      const { browser, page } = await named(cloud, ada);
      assert.ok((await browser.submit(page, "/login", { password })).location?.startsWith(callback));
    }));
});
