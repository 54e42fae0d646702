/**
 * AWS Amplify in a real browser against `--https`: it writes `https://` in front of the hosted UI's host, and takes the
 * address of the cognito-idp API as `userPoolEndpoint`
 * (https://docs.amplify.aws/react/build-a-backend/auth/use-existing-cognito-resources/).
 */
import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { signIn } from "aws-amplify/auth";
import { build } from "esbuild";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { totpAt } from "../../local/cognito/accounts/totp.ts";
import { type LocalCloud, startLocalCloud } from "../../local/start.ts";
import { launchChromium } from "../support/chromium.ts";
import { password } from "../support/sign-up.ts";
import { temporaryProject } from "../support/temporary.ts";
import { addVirtualAuthenticator } from "../support/virtual-authenticator.ts";

type SignInOptions = NonNullable<Parameters<typeof signIn>[0]["options"]>;

/** A pool for the application at this origin, as one declares it on AWS. */
const program = (application: string) => `
const aws = require("@pulumi/aws");
const pool = new aws.cognito.UserPool("users", {
  usernameAttributes: ["email"],
  autoVerifiedAttributes: ["email"],
  mfaConfiguration: "OPTIONAL",
  softwareTokenMfaConfiguration: { enabled: true },
  deviceConfiguration: { challengeRequiredOnNewDevice: true, deviceOnlyRememberedOnUserPrompt: true },
  signInPolicy: { allowedFirstAuthFactors: ["PASSWORD", "EMAIL_OTP", "WEB_AUTHN"] },
  webAuthnConfiguration: { relyingPartyId: "example.com", userVerification: "required" },
});
new aws.cognito.UserPoolDomain("users", { userPoolId: pool.id, domain: "amplify-users" });
new aws.cognito.UserPoolClient("web", {
  userPoolId: pool.id,
  allowedOauthFlowsUserPoolClient: true,
  allowedOauthFlows: ["code"],
  allowedOauthScopes: ["openid", "email", "aws.cognito.signin.user.admin"],
  explicitAuthFlows: ["ALLOW_USER_SRP_AUTH", "ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
  callbackUrls: ["${application}/"],
  logoutUrls: ["${application}/"],
  supportedIdentityProviders: ["COGNITO"],
});
`;

describe("a page with aws-amplify, over https", function () {
  this.timeout(60_000);
  let application: Server;
  let origin: string;
  let cloud: LocalCloud;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let faults: string[];

  before(async () => {
    const bundle = await build({
      entryPoints: [join(import.meta.dirname, "amplify-page.ts")],
      ...{ bundle: true, write: false, format: "esm", platform: "browser", logLevel: "silent" },
    });
    const files: Record<string, { type: string; content: () => string }> = {
      "/": {
        type: "text/html",
        content: () => `<!doctype html><title>App</title><script type="module" src="/page.js"></script>`,
      },
      "/page.js": { type: "text/javascript", content: () => bundle.outputFiles[0]!.text },
      "/amplify.json": { type: "application/json", content: () => JSON.stringify(configuration()) },
    };
    application = createServer((request, response) => {
      const file = files[new URL(request.url ?? "/", "http://localhost").pathname];
      response.writeHead(file ? 200 : 404, { "content-type": file?.type ?? "text/plain" }).end(file?.content());
    });
    await new Promise<void>((resolve) => application.listen(0, "127.0.0.1", resolve));
    origin = `http://localhost:${(application.address() as AddressInfo).port}`;
    cloud = await startLocalCloud({
      projectDirectory: temporaryProject({
        "Pulumi.yaml": "name: amplify\nruntime: nodejs\n",
        "package.json": '{"name":"amplify","main":"index.js"}',
        "index.js": program(origin),
      }),
      ...{ stack: "dev", port: 0, https: true, stateDirectory: undefined, environment: process.env },
    });
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await cloud?.close();
    application?.closeAllConnections();
    application?.close();
  });

  beforeEach(async () => {
    // What a person does by trusting the authority's file.
    context = await browser.newContext({ ignoreHTTPSErrors: true });
    page = await context.newPage();
    faults = [];
    page.on("pageerror", (error) => faults.push(String(error)));
    await page.goto(`${origin}/`);
    await page.waitForFunction(() => "amplifyPage" in window);
  });
  afterEach(() => context?.close());

  /** What `amplify_outputs.json` says of a pool, with the two local addresses. */
  function configuration() {
    const [pool] = cloud.ready.userPools;
    const oauth = {
      domain: new URL(pool!.hostedUi!).host,
      scopes: pool!.clients[0]!.scopes,
      redirectSignIn: [`${origin}/`],
      redirectSignOut: [`${origin}/`],
      responseType: "code",
    };
    return {
      Auth: {
        Cognito: {
          userPoolId: pool!.id,
          userPoolClientId: pool!.clients[0]!.id,
          userPoolEndpoint: cloud.ready.console,
          loginWith: { email: true, oauth },
        },
      },
    };
  }

  /** Signs somebody up and confirms them, with Amplify's own calls. */
  async function signUp(username: string) {
    const asked = await page.evaluate(
      ({ username, password }) =>
        window.amplifyPage.auth.signUp({ username, password, options: { userAttributes: { email: username } } }),
      { username, password },
    );
    assert.equal(asked.nextStep.signUpStep, "CONFIRM_SIGN_UP");
    const confirmationCode = cloud.messages().findLast(({ to }) => to === username)!.code!;
    const confirmed = await page.evaluate((input) => window.amplifyPage.auth.confirmSignUp(input), {
      username,
      confirmationCode,
    });
    assert.equal(confirmed.isSignUpComplete, true);
  }

  /** The session as Amplify sees it; with `forceRefresh` it asks for new tokens first. */
  const session = (forceRefresh = false) =>
    page.evaluate(
      async (options) => {
        const { tokens } = await window.amplifyPage.auth.fetchAuthSession(options);
        return { id: tokens?.idToken?.payload, access: tokens?.accessToken.payload };
      },
      { forceRefresh },
    );

  it("signs up, signs in with SRP, refreshes, changes the password and signs out", async () => {
    const username = "srp@example.com";
    await signUp(username);
    const wrong = await page.evaluate(
      (username) =>
        window.amplifyPage.auth
          .signIn({ username, password: "Wrong-horse-7" })
          .catch(({ name, message }) => [name, message]),
      username,
    );
    assert.deepEqual(wrong, ["NotAuthorizedException", "Incorrect username or password."]);

    const signedIn = await page.evaluate((input) => window.amplifyPage.auth.signIn(input), { username, password });
    assert.deepEqual(signedIn, { isSignedIn: true, nextStep: { signInStep: "DONE" } });
    const { id, access } = await session();
    assert.deepEqual([id?.email, id?.token_use, id?.iss], [username, "id", cloud.ready.userPools[0]!.issuer]);
    assert.deepEqual([access?.token_use, access?.scope], ["access", "aws.cognito.signin.user.admin"]);

    const refreshed = await session(true);
    assert.notEqual(refreshed.id?.jti, id?.jti);
    assert.deepEqual([refreshed.id?.sub, refreshed.id?.origin_jti], [id?.sub, id?.origin_jti]);

    const newPassword = "Another-horse-8";
    const attributes = await page.evaluate(
      async (passwords) => {
        await window.amplifyPage.auth.updatePassword(passwords);
        return window.amplifyPage.auth.fetchUserAttributes();
      },
      { oldPassword: password, newPassword },
    );
    assert.deepEqual(attributes, { email: username, email_verified: "true", sub: id?.sub });

    await page.evaluate(() => window.amplifyPage.auth.signOut({ global: true }));
    assert.deepEqual(await session(), { id: undefined, access: undefined });
    const again = { username, password: newPassword };
    assert.equal((await page.evaluate((input) => window.amplifyPage.auth.signIn(input), again)).isSignedIn, true);
    assert.deepEqual(faults, []);
  });

  it("signs in by itself after a sign-up, and takes a remembered device for the authenticator app's code", async () => {
    const username = "device@example.com";
    const asked = await page.evaluate((input) => window.amplifyPage.auth.signUp(input), {
      username,
      password,
      options: { userAttributes: { email: username }, autoSignIn: true },
    });
    assert.equal(asked.nextStep.signUpStep, "CONFIRM_SIGN_UP");
    const confirmationCode = cloud.messages().findLast(({ to }) => to === username)!.code!;
    const confirmed = await page.evaluate((input) => window.amplifyPage.auth.confirmSignUp(input), {
      username,
      confirmationCode,
    });
    assert.equal(confirmed.nextStep.signUpStep, "COMPLETE_AUTO_SIGN_IN");
    assert.deepEqual(await page.evaluate(() => window.amplifyPage.auth.autoSignIn()), {
      isSignedIn: true,
      nextStep: { signInStep: "DONE" },
    });

    const secret = await page.evaluate(async () => (await window.amplifyPage.auth.setUpTOTP()).sharedSecret);
    const code = (later: number) => totpAt(secret, Math.floor(Date.now() / 30_000) + later);
    const preference = await page.evaluate(async (code) => {
      await window.amplifyPage.auth.verifyTOTPSetup({ code });
      await window.amplifyPage.auth.updateMFAPreference({ totp: "PREFERRED" });
      return window.amplifyPage.auth.fetchMFAPreference();
    }, code(0));
    assert.deepEqual(preference, { preferred: "TOTP", enabled: ["TOTP"] });

    const devices = await page.evaluate(async () => {
      await window.amplifyPage.auth.rememberDevice();
      return window.amplifyPage.auth.fetchDevices();
    });
    const { access } = await session(true);
    assert.deepEqual(
      devices.map(({ id }) => id),
      [access?.device_key],
    );
    const signInAgain = async () => {
      await page.evaluate(() => window.amplifyPage.auth.signOut());
      return page.evaluate((input) => window.amplifyPage.auth.signIn(input), { username, password });
    };
    assert.equal((await signInAgain()).nextStep.signInStep, "DONE");
    assert.equal((await session()).access?.device_key, access?.device_key);

    await page.evaluate(() => window.amplifyPage.auth.forgetDevice());
    assert.equal((await signInAgain()).nextStep.signInStep, "CONFIRM_SIGN_IN_WITH_TOTP_CODE");
    const answered = await page.evaluate(
      (challengeResponse) => window.amplifyPage.auth.confirmSignIn({ challengeResponse }),
      code(1),
    );
    assert.equal(answered.isSignedIn, true);
    assert.notEqual((await session()).access?.device_key, access?.device_key);
    assert.deepEqual(faults, []);
  });

  it("registers a passkey and signs in with it, for localhost alone", async () => {
    const username = "passkey@example.com";
    await addVirtualAuthenticator(page);
    await signUp(username);
    await page.evaluate((input) => window.amplifyPage.auth.signIn(input), { username, password });
    const registered = await page.evaluate(async () => {
      await window.amplifyPage.auth.associateWebAuthnCredential();
      return (await window.amplifyPage.auth.listWebAuthnCredentials()).credentials;
    });
    assert.deepEqual(
      registered.map(({ relyingPartyId, authenticatorAttachment, authenticatorTransports }) => [
        ...[relyingPartyId, authenticatorAttachment, authenticatorTransports],
      ]),
      [["localhost", "platform", ["internal"]]],
    );
    const twice = await page.evaluate(() =>
      window.amplifyPage.auth.associateWebAuthnCredential().catch(({ name }) => name),
    );
    assert.equal(twice, "PasskeyAlreadyExists");

    const signInWithPasskey = async () => {
      await page.evaluate(() => window.amplifyPage.auth.signOut());
      return page.evaluate(
        (username) =>
          window.amplifyPage.auth.signIn({
            username,
            options: { authFlowType: "USER_AUTH", preferredChallenge: "WEB_AUTHN" },
          }),
        username,
      );
    };
    assert.deepEqual(await signInWithPasskey(), { isSignedIn: true, nextStep: { signInStep: "DONE" } });
    assert.equal((await session()).id?.email, username);
    // An administrator deletes it in the console.
    const console = await context.newPage();
    await console.goto(cloud.ready.console);
    await console.getByRole("button", { name: `Delete passkey Passkey of ${username}` }).click();
    await console.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await console.locator("#message").getByText(`A passkey of ${username} is deleted.`).waitFor();
    await console.close();
    const left = await page.evaluate(() => window.amplifyPage.auth.listWebAuthnCredentials());
    assert.deepEqual(left.credentials, []);
    assert.equal((await signInWithPasskey()).nextStep.signInStep, "CONTINUE_SIGN_IN_WITH_FIRST_FACTOR_SELECTION");

    // An IP address has no passkeys, whoever asks.
    await page.goto(origin.replace("localhost", "127.0.0.1"));
    await page.waitForFunction(() => "amplifyPage" in window);
    const elsewhere = await page.evaluate(
      async (input) => {
        await window.amplifyPage.auth.signIn(input);
        return window.amplifyPage.auth.associateWebAuthnCredential().catch(({ name }) => name);
      },
      { username, password },
    );
    assert.equal(elsewhere, "RelyingPartyMismatch");
    assert.deepEqual(faults, []);
  });

  it("signs in by choice: with a code by e-mail, with the password, and with SRP", async () => {
    const username = "choice@example.com";
    await signUp(username);
    const newestCode = () => cloud.messages().findLast(({ to }) => to === username)!.code!;
    const start = (options: SignInOptions = {}, password?: string) =>
      page.evaluate(
        ({ options, ...input }) =>
          window.amplifyPage.auth.signIn({ ...input, options: { authFlowType: "USER_AUTH", ...options } }),
        { username, options, ...(password !== undefined && { password }) },
      );
    const answer = (challengeResponse: string) =>
      page.evaluate(
        (challengeResponse) => window.amplifyPage.auth.confirmSignIn({ challengeResponse }),
        challengeResponse,
      );
    const signOut = () => page.evaluate(() => window.amplifyPage.auth.signOut());
    const done = { isSignedIn: true, nextStep: { signInStep: "DONE" } };
    const choice = {
      isSignedIn: false,
      nextStep: {
        signInStep: "CONTINUE_SIGN_IN_WITH_FIRST_FACTOR_SELECTION",
        availableChallenges: ["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP"],
      },
    };

    assert.deepEqual(await start(), choice);
    const asked = await answer("EMAIL_OTP");
    assert.equal(asked.nextStep.signInStep, "CONFIRM_SIGN_IN_WITH_EMAIL_CODE");
    assert.deepEqual(await answer(newestCode()), done);
    assert.equal((await session()).id?.email, username);
    await signOut();

    assert.deepEqual(await start(), choice);
    assert.equal((await answer("PASSWORD")).nextStep.signInStep, "CONFIRM_SIGN_IN_WITH_PASSWORD");
    assert.deepEqual(await answer(password), done);
    await signOut();

    assert.deepEqual(await start({ preferredChallenge: "PASSWORD_SRP" }, password), done);
    await signOut();
    const preferred = await start({ preferredChallenge: "EMAIL_OTP" });
    assert.equal(preferred.nextStep.signInStep, "CONFIRM_SIGN_IN_WITH_EMAIL_CODE");
    assert.deepEqual(await answer(newestCode()), done);
    assert.deepEqual(faults, []);
  });

  it("signs up without a password, and in by itself with the code that confirmed that", async () => {
    const username = "passwordless@example.com";
    await page.evaluate(
      (username) =>
        window.amplifyPage.auth.signUp({
          username,
          options: { userAttributes: { email: username }, autoSignIn: { authFlowType: "USER_AUTH" } },
        }),
      username,
    );
    const sent = () => cloud.messages().filter(({ to }) => to === username);
    const confirmed = await page.evaluate((input) => window.amplifyPage.auth.confirmSignUp(input), {
      username,
      confirmationCode: sent()[0]!.code!,
    });
    assert.equal(confirmed.nextStep.signUpStep, "COMPLETE_AUTO_SIGN_IN");
    assert.deepEqual(await page.evaluate(() => window.amplifyPage.auth.autoSignIn()), {
      isSignedIn: true,
      nextStep: { signInStep: "DONE" },
    });
    assert.equal(sent().length, 1, "a code besides that of the sign-up");
    assert.equal((await session()).id?.email, username);
    assert.deepEqual(faults, []);
  });

  it("signs in through the hosted UI with code and PKCE, refreshes, and signs out there too", async () => {
    const username = "redirect@example.com";
    await signUp(username);
    const hostedUi = cloud.ready.userPools[0]!.hostedUi!;
    const redirect = () =>
      page.evaluate(() => void window.amplifyPage.auth.signInWithRedirect({ customState: "cart=7" }));

    await redirect();
    await page.waitForURL(`${hostedUi}/login?**`);
    await page.locator("input[name=username]:visible").fill(username);
    await page.locator("input[name=password]:visible").fill(password);
    await page.locator("input[name=signInSubmitButton]:visible").click();
    await page.waitForURL((url) => url.origin === origin);
    await page.waitForFunction(() => window.amplifyPage?.events.includes("signedIn"));
    assert.deepEqual(await page.evaluate(() => window.amplifyPage.events), [
      "customOAuthState",
      "signInWithRedirect",
      "signedIn",
    ]);
    const { id, access } = await session();
    assert.deepEqual([id?.email, id?.token_use], [username, "id"]);
    assert.equal(access?.scope, "aws.cognito.signin.user.admin openid email");
    assert.notEqual((await session(true)).id?.jti, id?.jti);

    // Amplify leaves by /logout, so the next sign-in asks again.
    const left = page.waitForRequest((request) => request.url().startsWith(`${hostedUi}/logout?`));
    await page.evaluate(() => void window.amplifyPage.auth.signOut());
    await left;
    await page.waitForURL(`${origin}/`);
    await page.waitForFunction(() => "amplifyPage" in window);
    assert.deepEqual(await session(), { id: undefined, access: undefined });
    await redirect();
    await page.waitForURL(`${hostedUi}/login?**`);
    assert.deepEqual(faults, []);
  });
});
