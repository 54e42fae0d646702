import assert from "node:assert/strict";
import { totpAt } from "../../../local/cognito/accounts/totp.ts";
import type { UserPoolModel } from "../../../local/model.ts";
import { messageTemplates } from "../../../local/resources/cognito/message-templates.ts";
import { redirectParameters } from "../../support/form-browser.ts";
import {
  appClient,
  attribute,
  authorizeUrl,
  callback,
  decode,
  password,
  type RunningCognito,
  signInThroughPages,
  signUpThroughPages,
  startCognito,
  userPool,
  withCloud,
} from "./harness.ts";

const poolId = "us-east-1_Ab3dEf6hI";
const newPassword = "Battery-staple-8";

const withPool = (changes: Partial<UserPoolModel>, work: (cloud: RunningCognito) => Promise<void>) =>
  withCloud([userPool(changes)], work);

describe("back-off after wrong passwords", () => {
  it("[C.3] begins with the fifth failure at one second, doubles, and is not lengthened by attempts while it lasts", () =>
    withPool({}, async (cloud) => {
      await signUpThroughPages(cloud, "ada@example.com");
      const wrong = async () =>
        (await signInThroughPages(cloud, "ada@example.com", { password: "Wrong-1!" })).alerts[0];
      for (let failure = 1; failure <= 5; failure++) assert.equal(await wrong(), "Incorrect username or password.");
      for (const seconds of [1, 2, 4]) {
        assert.equal(await wrong(), "Password attempts exceeded");
        cloud.clock.ms += seconds * 1000 - 1;
        assert.deepEqual((await signInThroughPages(cloud, "ada@example.com")).alerts, ["Password attempts exceeded"]);
        cloud.clock.ms += 1;
        assert.equal(await wrong(), "Incorrect username or password.");
      }
    }));

  it("[C.3] never lasts longer than 15 minutes and is forgotten after 15 quiet ones, or a success", () =>
    withPool({}, async (cloud) => {
      await signUpThroughPages(cloud, "ada@example.com");
      const wrong = async () =>
        (await signInThroughPages(cloud, "ada@example.com", { password: "Wrong-1!" })).alerts[0];
      for (let failure = 0; failure < 5; failure++) await wrong();
      cloud.clock.ms += 15 * 60_000;
      for (let failure = 1; failure <= 5; failure++) assert.equal(await wrong(), "Incorrect username or password.");
      cloud.clock.ms += 1000;
      assert.ok((await signInThroughPages(cloud, "ada@example.com")).location?.startsWith(callback));
      for (let failure = 1; failure <= 5; failure++) assert.equal(await wrong(), "Incorrect username or password.");
    }));

  it("counts guesses that are made at the same moment", () =>
    withPool({}, async (cloud) => {
      await signUpThroughPages(cloud, "ada@example.com");
      const pages = await Promise.all(
        Array.from({ length: 12 }, () => signInThroughPages(cloud, "ada@example.com", { password: "Wrong-1!" })),
      );
      const refused = pages.filter((page) => page.alerts[0] === "Password attempts exceeded");
      assert.equal(refused.length, 7);
    }));
});

describe("a client that hides who exists", () => {
  it("[C.3] backs off from a name that nobody has as from one that somebody has", () =>
    withPool({}, async (cloud) => {
      await signUpThroughPages(cloud, "ada@example.com");
      const seen: string[][] = [];
      for (const name of ["ada@example.com", "Nobody@example.com"]) {
        const alerts: string[] = [];
        for (let i = 0; i < 7; i++)
          alerts.push((await signInThroughPages(cloud, name, { password: "Wrong-1!" })).alerts.join());
        cloud.clock.ms += 1000;
        alerts.push((await signInThroughPages(cloud, name, { password: "Wrong-1!" })).alerts.join());
        alerts.push((await signInThroughPages(cloud, name.toLowerCase(), { password: "Wrong-1!" })).alerts.join());
        seen.push(alerts);
      }
      assert.equal(seen[0]?.at(-1), "Password attempts exceeded");
      assert.deepEqual(seen[0], seen[1]);
    }));

  it("[C.3] limits what is asked for a name that nobody has as for one that somebody has", () =>
    withPool({}, async (cloud) => {
      await signUpThroughPages(cloud, "ada@example.com");
      const seen: string[][] = [];
      for (const username of ["ada@example.com", "nobody@example.com"]) {
        const alerts: string[] = [];
        const browser = cloud.browser();
        for (let i = 0; i < 6; i++) {
          const page = await browser.open(authorizeUrl(cloud, {}, "/forgotPassword"));
          const sent = await browser.submit(page, "forgotPasswordForm", { username });
          alerts.push(`${new URL(sent.url).pathname} ${sent.alerts}`);
        }
        seen.push(alerts);
      }
      assert.equal(seen[0]?.at(-1), "/forgotPassword Attempt limit exceeded, please try after some time.");
      assert.deepEqual(seen[0], seen[1]);
    }));
});

describe("what people sign in with", () => {
  it("[C.2] [C.3] may be a plain username, whose letters' case counts only where the pool says so", async () => {
    for (const usernameCaseSensitive of [true, false])
      await withPool(
        { usernameAttributes: [], usernameCaseSensitive, schema: [attribute("email", { required: true })] },
        async (cloud) => {
          const fields = { "requiredAttributes[email]": "ada@example.com" };
          const browser = cloud.browser();
          const page = await browser.open(authorizeUrl(cloud, {}, "/signup"));
          const without = await browser.submit(page, "signupform", { username: "Ada", password });
          assert.deepEqual(without.alerts, [
            "Attributes did not conform to the schema: email: The attribute is required",
          ]);
          const confirm = await browser.submit(page, "signupform", { username: "Ada", password, ...fields });
          const done = await browser.submit(confirm, "confirmationForm", { code: cloud.code("ada@example.com") });
          assert.equal(decode(redirectParameters(done.location).id_token).claims["cognito:username"], "Ada");
          const second = await browser.submit(page, "signupform", { username: "Ada", password, ...fields });
          assert.deepEqual(second.alerts, ["User already exists"]);
          const other = await signInThroughPages(cloud, "ADA");
          assert.equal(other.location?.startsWith(callback), usernameCaseSensitive ? undefined : true);
        },
      );
  });

  it("[C.2] may be an alias, from the moment it is verified, and for one person only", () =>
    withPool({ usernameAttributes: [], aliasAttributes: ["email"] }, async (cloud) => {
      const signUp = async (username: string) => {
        const browser = cloud.browser();
        const page = await browser.open(authorizeUrl(cloud, {}, "/signup"));
        return { browser, page: await browser.submit(page, "signupform", { username, password }) };
      };
      assert.deepEqual((await signUp("ada@example.com")).page.alerts, [
        "Username cannot be of email format, since user pool is configured for email alias.",
      ]);
      const admin = cloud.service.admin(poolId)!;
      const attributes = { email: "ada@example.com" };
      for (const username of ["ada", "bob"]) {
        await admin.create({ username, attributes, temporaryPassword: password });
        await admin.setPassword(username, password, true);
      }
      assert.deepEqual((await signInThroughPages(cloud, "ada@example.com")).alerts, [
        "Incorrect username or password.",
      ]);
      await admin.setAttributes("ada", { email_verified: "true" });
      assert.ok((await signInThroughPages(cloud, "ada@example.com")).location?.startsWith(callback));
      await assert.rejects(async () => admin.setAttributes("bob", { email_verified: "true" }), {
        type: "AliasExistsException",
        message: "An account with the email already exists.",
      });
    }));

  it("may be a phone number, with codes by SMS", () =>
    withPool({ usernameAttributes: ["phone_number"], autoVerifiedAttributes: ["phone_number"] }, async (cloud) => {
      const browser = cloud.browser();
      const page = await browser.open(authorizeUrl(cloud, {}, "/signup"));
      assert.deepEqual((await browser.submit(page, "signupform", { username: "555", password })).alerts, [
        "Username should be a phone number.",
      ]);
      const confirm = await browser.submit(page, "signupform", { username: "+15551234567", password });
      assert.ok(confirm.text.includes("by SMS to +*******4567"));
      assert.equal(cloud.service.messages()[0]?.subject, "");
      const done = await browser.submit(confirm, "confirmationForm", { code: cloud.code("+15551234567") });
      assert.ok(done.location?.startsWith(callback));
    }));

  it("[C.2] is asked in words where both are allowed", () =>
    withPool({ usernameAttributes: ["email", "phone_number"] }, async (cloud) => {
      const browser = cloud.browser();
      const page = await browser.open(authorizeUrl(cloud, {}, "/signup"));
      assert.deepEqual((await browser.submit(page, "signupform", { username: "ada", password })).alerts, [
        "Username should be either an email or a phone number.",
      ]);
    }));

  it("is nothing where only administrators add users", () =>
    withPool({ adminCreateUserOnly: true }, async (cloud) => {
      const browser = cloud.browser();
      const page = await browser.open(authorizeUrl(cloud));
      assert.ok(!page.text.includes("Sign up"));
      const form = await browser.open(authorizeUrl(cloud, {}, "/signup"));
      assert.deepEqual((await browser.submit(form, "signupform", { username: "ada@example.com", password })).alerts, [
        "SignUp is not permitted for this user pool",
      ]);
    }));

  it("[A.1] is nothing for a client without COGNITO among its identity providers", () =>
    withPool({ clients: [appClient({ identityProviders: [] })] }, async (cloud) => {
      const page = await cloud.browser().open(authorizeUrl(cloud));
      assert.equal(page.status, 400);
      assert.deepEqual(page.alerts, ["Login option is not available. Please try another one."]);
    }));
});

describe("a forgotten password", () => {
  it("[A.5] [C.3] is replaced with a mailed code, and the person is back at the application", () =>
    withPool({}, async (cloud) => {
      await signUpThroughPages(cloud, "ada@example.com");
      const browser = cloud.browser();
      const page = await browser.open(authorizeUrl(cloud, {}, "/forgotPassword"));
      const reset = await browser.submit(page, "forgotPasswordForm", { username: "ada@example.com" });
      assert.equal(new URL(reset.url).pathname, "/confirmforgotPassword");
      assert.ok(reset.text.includes("a***@e***"));
      assert.equal(cloud.service.messages().at(-1)?.kind, "forgot-password");
      const code = cloud.code("ada@example.com");
      const fields = { password: newPassword, confirm_password: newPassword };
      for (const [values, alert] of [
        [{ ...fields, code: "x" }, "Invalid verification code provided, please try again."],
        [{ ...fields, code, confirm_password: "other" }, "Passwords do not match"],
        [
          { code, password: "short", confirm_password: "short" },
          "Password does not conform to policy: Password not long enough",
        ],
      ] as const)
        assert.deepEqual((await browser.submit(reset, "confirmForgotPasswordForm", values)).alerts, [alert]);
      const done = await browser.submit(reset, "confirmForgotPasswordForm", { ...fields, code });
      assert.ok(done.location?.startsWith(`${callback}#id_token=`));
      assert.deepEqual((await signInThroughPages(cloud, "ada@example.com")).alerts, [
        "Incorrect username or password.",
      ]);
      const again = await signInThroughPages(cloud, "ada@example.com", { password: newPassword });
      assert.ok(again.location?.startsWith(callback));
    }));

  it("[C.3] has a code for an hour, which works once", () =>
    withPool({}, async (cloud) => {
      await signUpThroughPages(cloud, "ada@example.com");
      const browser = cloud.browser();
      const page = await browser.open(authorizeUrl(cloud, {}, "/forgotPassword"));
      const reset = await browser.submit(page, "forgotPasswordForm", { username: "ada@example.com" });
      const fields = { code: cloud.code("ada@example.com"), password: newPassword, confirm_password: newPassword };
      cloud.clock.ms += 3_599_000;
      const second = await browser.open(reset.url);
      assert.ok((await browser.submit(second, "confirmForgotPasswordForm", fields)).location?.startsWith(callback));
      const other = cloud.browser();
      const replay = await other.submit(
        await other.open(authorizeUrl(cloud, {}, "/forgotPassword")),
        "forgotPasswordForm",
        { username: "ada@example.com" },
      );
      cloud.clock.ms += 3_600_000 - 1;
      const fresh = await other.open(replay.url);
      cloud.clock.ms += 1;
      assert.equal(
        new URL((await other.submit(fresh, "confirmForgotPasswordForm", fields)).url).pathname,
        "/forgotPassword",
      );
    }));

  it("is not a way around being disabled", async () => {
    for (const hideUserExistence of [true, false])
      await withPool({ clients: [appClient({ hideUserExistence })] }, async (cloud) => {
        await signUpThroughPages(cloud, "ada@example.com");
        const browser = cloud.browser();
        const page = await browser.open(authorizeUrl(cloud, {}, "/forgotPassword"));
        const reset = await browser.submit(page, "forgotPasswordForm", { username: "ada@example.com" });
        cloud.service.admin(poolId)!.setEnabled("ada@example.com", false);
        const fields = { code: cloud.code("ada@example.com"), password: newPassword, confirm_password: newPassword };
        assert.deepEqual((await browser.submit(reset, "confirmForgotPasswordForm", fields)).alerts, [
          hideUserExistence ? "Invalid verification code provided, please try again." : "User is disabled.",
        ]);
        assert.equal(browser.cookies.has("127.0.0.1|cognito"), false);
      });
  });

  it("[C.3] looks the same for somebody who does not exist, when the client hides that", () =>
    withPool({}, async (cloud) => {
      await signUpThroughPages(cloud, "ada@example.com");
      const pages = [];
      for (const username of ["ada@example.com", "abe@example.net"]) {
        const browser = cloud.browser();
        const page = await browser.open(authorizeUrl(cloud, {}, "/forgotPassword"));
        const reset = await browser.submit(page, "forgotPasswordForm", { username });
        pages.push(reset.text.replaceAll(/value="[0-9a-f-]{36}"/g, ""));
      }
      assert.equal(pages[0], pages[1]);
      assert.equal(cloud.service.messages().filter((message) => message.to === "abe@example.net").length, 0);
    }));

  it("[C.3] says plainly that nobody has that name, when the client does not hide it", () =>
    withPool({ clients: [appClient({ hideUserExistence: false })] }, async (cloud) => {
      assert.deepEqual((await signInThroughPages(cloud, "nobody@example.com")).alerts, ["User does not exist."]);
      const browser = cloud.browser();
      const page = await browser.open(authorizeUrl(cloud, {}, "/forgotPassword"));
      const refused = await browser.submit(page, "forgotPasswordForm", { username: "nobody@example.com" });
      assert.deepEqual(refused.alerts, ["Username/client id combination not found."]);
    }));

  it("[C.3] refuses a password that the pool remembers", () =>
    withPool({ passwordPolicy: { ...userPool().passwordPolicy, passwordHistorySize: 2 } }, async (cloud) => {
      await signUpThroughPages(cloud, "ada@example.com");
      const change = async (to: string) => {
        const browser = cloud.browser();
        const page = await browser.open(authorizeUrl(cloud, {}, "/forgotPassword"));
        const reset = await browser.submit(page, "forgotPasswordForm", { username: "ada@example.com" });
        const code = cloud.code("ada@example.com");
        return browser.submit(reset, "confirmForgotPasswordForm", { code, password: to, confirm_password: to });
      };
      assert.deepEqual((await change(password)).alerts, ["Password has previously been used."]);
      assert.deepEqual((await change(newPassword)).alerts, []);
      assert.deepEqual((await change(password)).alerts, ["Password has previously been used."]);
      assert.deepEqual((await change("Third-password-3")).alerts, []);
      assert.deepEqual((await change(password)).alerts, []);
    }));
});

describe("users whom somebody else makes", () => {
  it("[C.3] choose a password of their own at the first sign-in, and give what is still missing", () =>
    withPool(
      {
        schema: [attribute("given_name", { required: true })],
        clients: [appClient({ scopes: ["openid", "email", "profile"] })],
      },
      async (cloud) => {
        const made = await cloud.service.admin(poolId)!.create({ username: "ada@example.com", attributes: {} });
        assert.equal(made.status, "FORCE_CHANGE_PASSWORD");
        const invitation = cloud.service.messages().at(-1)!;
        assert.equal(invitation.kind, "admin-create-user");
        const temporary = /temporary password is (\S+)$/.exec(invitation.body)![1]!;
        const browser = cloud.browser();
        const page = await signInThroughPages(cloud, "ada@example.com", {
          browser,
          password: temporary,
          parameters: { scope: "openid profile" },
        });
        assert.equal(new URL(page.url).pathname, "/changePassword");
        const fields = {
          password: newPassword,
          confirm_password: newPassword,
          "requiredAttributes[given_name]": "Ada",
        };
        const weak = { ...fields, password: "short", confirm_password: "short" };
        assert.deepEqual((await browser.submit(page, "changePassword", weak)).alerts, [
          "Password does not conform to policy: Password not long enough",
        ]);
        const without = await browser.submit(page, "changePassword", {
          ...fields,
          "requiredAttributes[given_name]": "",
        });
        assert.deepEqual(without.alerts, [
          "Attributes did not conform to the schema: given_name: The attribute is required",
        ]);
        const done = await browser.submit(page, "changePassword", fields);
        assert.equal(decode(redirectParameters(done.location).id_token).claims.given_name, "Ada");
        assert.equal(cloud.service.users(poolId)[0]?.status, "CONFIRMED");
      },
    ));

  it("[C.3] must come within the temporary password's days", () =>
    withPool({}, async (cloud) => {
      await cloud.service
        .admin(poolId)!
        .create({ username: "ada@example.com", attributes: {}, temporaryPassword: password });
      cloud.clock.ms += 7 * 86_400_000 + 1;
      assert.deepEqual((await signInThroughPages(cloud, "ada@example.com")).alerts, [
        "Temporary password has expired and must be reset by an administrator.",
      ]);
    }));

  it("[B.4] may be declared by the program, with groups that both tokens carry in the order of precedence", () =>
    withPool(
      {
        groups: [
          { name: "readers", description: "", precedence: undefined },
          { name: "admins", description: "", precedence: 1 },
          { name: "writers", description: "", precedence: 5 },
        ],
        users: [
          {
            username: "ada@example.com",
            sub: "0a0a0a0a-1111-7222-3333-444444444444",
            attributes: { email_verified: "true", "custom:tenant": "7" },
            password,
            temporaryPassword: undefined,
            enabled: true,
            groups: ["readers", "writers", "admins"],
          },
        ],
        schema: [attribute("custom:tenant", { type: "Number" })],
      },
      async (cloud) => {
        const page = await signInThroughPages(cloud, "ada@example.com", { parameters: { scope: "openid" } });
        const { id_token, access_token } = redirectParameters(page.location);
        const groups = ["admins", "writers", "readers"];
        const { claims } = decode(id_token);
        assert.equal(claims.sub, "0a0a0a0a-1111-7222-3333-444444444444");
        assert.deepEqual(claims["cognito:groups"], groups);
        assert.deepEqual(decode(access_token).claims["cognito:groups"], groups);
        assert.equal(claims["custom:tenant"], "7");
        assert.deepEqual(Object.keys(claims).slice(0, 4), ["at_hash", "sub", "cognito:groups", "email_verified"]);
      },
    ));

  it("are named when the pool's own rules refuse them", async () => {
    const declared = { attributes: {}, temporaryPassword: undefined, enabled: true, groups: [] };
    for (const [user, message] of [
      [{ ...declared, username: "ada", password }, "Username should be an email."],
      [
        { ...declared, username: "ada@example.com", password: "short" },
        "Password did not conform with policy: Password not long enough",
      ],
      [{ ...declared, username: "ada@example.com", password, groups: ["nowhere"] }, "Group not found."],
    ] as const) {
      const cloud = await startCognito([userPool({ users: [{ ...user, groups: [...user.groups] }] })]);
      await assert.rejects(cloud.service.ready(), {
        code: "declared_user_refused",
        message: `The user ${JSON.stringify(user.username)} of user pool MyFirstDemoPool is refused: ${message}`,
      });
      await cloud.close();
    }
  });

  it("stay as they are when the program runs again, and a new client of it finds them", async () => {
    const { mkdtempSync, rmSync } = await import("node:fs");
    const { tmpdir } = await import("node:os");
    const { join } = await import("node:path");
    const folder = mkdtempSync(join(tmpdir(), "cognito-"));
    const declared = {
      username: "ada@example.com",
      attributes: { email_verified: "true" },
      password,
      temporaryPassword: undefined,
      enabled: true,
      groups: [],
    };
    const first = await startCognito([userPool({ users: [declared] })], join(folder, "state.db"));
    await signInThroughPages(first, "ada@example.com");
    const sub = first.service.users(poolId)[0]?.sub;
    await first.service.admin(poolId)!.setPassword("ada@example.com", newPassword, true);
    await first.close();
    const added = appClient({ id: "7added00000000000000000000", name: "Added" });
    const second = await startCognito(
      [userPool({ users: [declared], clients: [appClient(), added] })],
      join(folder, "state.db"),
    );
    try {
      const page = await signInThroughPages(second, "ada@example.com", {
        password: newPassword,
        parameters: { client_id: added.id },
      });
      const { claims } = decode(redirectParameters(page.location).id_token);
      assert.equal(claims.sub, sub);
      assert.equal(claims.aud, added.id);
    } finally {
      await second.close();
      rmSync(folder, { recursive: true });
    }
  });
});

describe("what a client may read", () => {
  const attributes = {
    email: "ada@example.com",
    email_verified: "true",
    phone_number: "+15551234567",
    phone_number_verified: "false",
    given_name: "Ada",
  };
  const declared = {
    username: "ada@example.com",
    attributes,
    password,
    temporaryPassword: undefined,
    enabled: true,
    groups: [],
  };
  const scopes = ["openid", "email", "phone", "profile"];

  it("[B.4] is what its scopes ask for, and everything with openid alone", () =>
    withPool({ users: [declared], clients: [appClient({ scopes })] }, async (cloud) => {
      for (const [scope, expected] of [
        ["openid", ["email_verified", "phone_number_verified", "given_name", "phone_number", "email"]],
        ["openid email", ["email_verified", "email"]],
        ["openid phone", ["phone_number_verified", "phone_number"]],
        ["openid profile", ["email_verified", "phone_number_verified", "given_name", "phone_number", "email"]],
      ] as const) {
        const page = await signInThroughPages(cloud, "ada@example.com", { parameters: { scope } });
        const { claims } = decode(redirectParameters(page.location).id_token);
        assert.deepEqual(
          Object.keys(claims).filter((name) => name in attributes),
          expected,
          scope,
        );
      }
    }));

  it("[B.4] never goes beyond its read attributes", () =>
    withPool({ users: [declared], clients: [appClient({ scopes, readAttributes: ["given_name"] })] }, async (cloud) => {
      const page = await signInThroughPages(cloud, "ada@example.com", {
        parameters: { scope: "openid profile email" },
      });
      const { claims } = decode(redirectParameters(page.location).id_token);
      assert.deepEqual(
        Object.keys(claims).filter((name) => name in attributes),
        ["given_name"],
      );
    }));
});

describe("tokens", () => {
  it("[B.4] live as long as the client says, each kind for itself", () =>
    withPool(
      {
        clients: [
          appClient({ validity: { ...appClient().validity, idTokenSeconds: 300, accessTokenSeconds: 86_400 } }),
        ],
      },
      async (cloud) => {
        const page = await signUpThroughPages(cloud, "ada@example.com");
        const { id_token, access_token, expires_in } = redirectParameters(page.location);
        const now = Math.floor(cloud.clock.ms / 1000);
        assert.equal(decode(id_token).claims.exp, now + 300);
        assert.equal(decode(access_token).claims.exp, now + 86_400);
        assert.equal(expires_in, "86400");
      },
    ));

  it("[B.4] of a session that is used again keep the time and the event of the sign-in", () =>
    withPool({}, async (cloud) => {
      const browser = cloud.browser();
      const first = redirectParameters((await signUpThroughPages(cloud, "ada@example.com", { browser })).location);
      cloud.clock.ms += 600_000;
      const again = redirectParameters((await browser.request(authorizeUrl(cloud))).location);
      const [before, now] = [decode(first.id_token).claims, decode(again.id_token).claims];
      assert.equal(now.auth_time, before.auth_time);
      assert.equal(now.event_id, before.event_id);
      assert.equal(now.iat, Number(before.iat) + 600);
    }));
});

describe("a second factor", () => {
  const key = (text: string) => /<code class="secretCode">([A-Z2-7 ]+)</.exec(text)![1]!.replaceAll(" ", "");
  const now = (cloud: RunningCognito, secret: string) => totpAt(secret, Math.floor(cloud.clock.ms / 30_000));

  it("is set up with a QR code at the first sign-in, and asked for at every one after", () =>
    withPool({ mfa: "ON", softwareTokenMfa: true }, async (cloud) => {
      const browser = cloud.browser();
      const setup = await signUpThroughPages(cloud, "ada@example.com", { browser });
      assert.equal(new URL(setup.url).pathname, "/mfa/setup");
      assert.match(setup.text, /role="img" aria-label="QR code[^"]*"><svg /);
      const secret = key(setup.text);
      assert.equal(secret.length, 52);
      const wrong = await browser.submit(setup, "softwareTokenSetupForm", { code: "12345" });
      assert.deepEqual(wrong.alerts, ["Code mismatch and fail enable Software Token MFA"]);
      assert.equal(key(wrong.text), secret, "the code that was scanned stays good");
      const done = await browser.submit(wrong, "softwareTokenSetupForm", { code: now(cloud, secret) });
      assert.ok(done.location?.startsWith(`${callback}#id_token=`));

      cloud.clock.ms += 30_000;
      const later = cloud.browser();
      const asked = await signInThroughPages(cloud, "ada@example.com", { browser: later });
      assert.equal(new URL(asked.url).pathname, "/mfa");
      assert.equal(asked.forms[0]?.controls.code?.autocomplete, "one-time-code");
      const code = now(cloud, secret);
      const groups = `${code.slice(0, 3)} ${code.slice(3)}`;
      assert.ok((await later.submit(asked, "softwareTokenForm", { code: groups })).location?.startsWith(callback));

      const third = cloud.browser();
      const again = await signInThroughPages(cloud, "ada@example.com", { browser: third });
      const replayed = await third.submit(again, "softwareTokenForm", { code });
      assert.deepEqual(replayed.alerts, ["Your software token has already been used once."]);
    }));

  it("cannot be passed by asking for the application again, nor guessed without end", () =>
    withPool({ mfa: "ON", softwareTokenMfa: true }, async (cloud) => {
      const browser = cloud.browser();
      const setup = await signUpThroughPages(cloud, "ada@example.com", { browser });
      await browser.submit(setup, "softwareTokenSetupForm", { code: now(cloud, key(setup.text)) });
      const thief = cloud.browser();
      const asked = await signInThroughPages(cloud, "ada@example.com", { browser: thief });
      assert.equal(new URL((await thief.request(authorizeUrl(cloud))).location!).pathname, "/login");
      for (let guess = 0; guess < 15; guess++) await thief.submit(asked, "softwareTokenForm", { code: "abcdef" });
      const last = await thief.submit(asked, "softwareTokenForm", { code: "abcdef" });
      assert.deepEqual(last.alerts, ["Attempt limit exceeded, please try after some time."]);
      cloud.clock.ms += 3 * 60_000;
      assert.equal(new URL((await thief.open(asked.url)).url).pathname, "/login", "the half-way sign-in has ended");
    }));

  it("is refused in words where it could only go by message and there is no address", () =>
    withPool({ mfa: "ON", sms: true }, async (cloud) => {
      const page = await signUpThroughPages(cloud, "ada@example.com");
      assert.deepEqual(page.alerts, [
        "This user pool demands a second factor by message, and the user has no address that it could go to. Give the user a phone number or an e-mail address, or enable software token MFA.",
      ]);
    }));
});

describe("managed login domains", () => {
  const managed = {
    domains: [{ domain: "demo", custom: false, managedLoginVersion: 2 as const }],
    clients: [appClient(), appClient({ id: "8unbranded0000000000000000", name: "Plain", branded: false })],
  };

  it("[A.2] answer prompt=none without a page: signed in, or login_required", () =>
    withPool(managed, async (cloud) => {
      const browser = cloud.browser();
      const url = authorizeUrl(cloud, { prompt: "none", response_type: "code" });
      assert.equal((await browser.request(url)).headers.get("location"), `${callback}?error=login_required&state=s-1`);
      await signUpThroughPages(cloud, "ada@example.com", { browser });
      assert.match((await browser.request(url)).headers.get("location")!, /\/callback\?code=/);
    }));

  it("[A.2] ask for the password again with prompt=login, and keep the old session until it is given", () =>
    withPool(managed, async (cloud) => {
      const browser = cloud.browser();
      await signUpThroughPages(cloud, "ada@example.com", { browser });
      cloud.clock.ms += 5000;
      const url = authorizeUrl(cloud, { prompt: "login" });
      const page = await browser.open(url);
      assert.equal(new URL(page.url).pathname, "/login");
      assert.ok((await browser.request(authorizeUrl(cloud))).location?.startsWith(callback));
      const done = await browser.signIn(page, "ada@example.com", password);
      const { claims } = decode(redirectParameters(done.location).id_token);
      assert.equal(claims.auth_time, Math.floor(cloud.clock.ms / 1000));
    }));

  it("[A.2] fill in login_hint", () =>
    withPool(managed, async (cloud) => {
      const page = await cloud.browser().open(authorizeUrl(cloud, { login_hint: `a"><script>@example.com` }));
      assert.equal(page.forms[0]?.fields.username, `a"><script>@example.com`);
      assert.ok(!page.text.includes("<script>@example.com"), "the hint opens no element");
    }));

  it("[A.0] show no page for a client without a branding style", () =>
    withPool(managed, async (cloud) => {
      const page = await cloud.browser().open(authorizeUrl(cloud, { client_id: "8unbranded0000000000000000" }));
      assert.equal(page.status, 400);
      assert.deepEqual(page.alerts, ["Login pages unavailable. Please contact an administrator."]);
    }));

  it("[A.2] [F] are what prompt and login_hint need: classic pages ignore both", () =>
    withPool({}, async (cloud) => {
      const page = await cloud.browser().open(authorizeUrl(cloud, { prompt: "none", login_hint: "ada@example.com" }));
      assert.equal(new URL(page.url).pathname, "/login");
      assert.equal(page.forms[0]?.fields.username, "");
    }));
});

describe("verification by link", () => {
  it("[A.5] confirms with the link from the mail and then lets the person sign in", () =>
    withPool(
      {
        messages: messageTemplates({
          verificationMessageTemplate: {
            defaultEmailOption: "CONFIRM_WITH_LINK",
            emailSubjectByLink: "Verify",
            emailMessageByLink: "Please {##Verify your address##}.",
          },
        }),
      },
      async (cloud) => {
        const browser = cloud.browser();
        await browser.submit(await browser.open(authorizeUrl(cloud, {}, "/signup")), "signupform", {
          username: "ada@example.com",
          password,
        });
        const { body } = cloud.service.messages()[0]!;
        const [, href] = /^Please <a href="([^"]+)">Verify your address<\/a>\.$/.exec(body)!;
        const link = href!.replaceAll("&amp;", "&");
        assert.equal(new URL(link).pathname, "/confirmUser/");
        assert.equal((await cloud.browser().open(link.replace(/\d{6}$/, "000000x"))).status, 400);
        const page = await cloud.browser().open(link);
        assert.equal(page.status, 200);
        assert.ok(page.text.includes("Your registration has been confirmed!"));
        assert.ok((await signInThroughPages(cloud, "ada@example.com")).location?.startsWith(callback));
        assert.equal((await cloud.browser().open(link)).status, 400);
      },
    ));
});
