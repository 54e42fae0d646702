/**
 * The hardened stack as a person meets it, in a real Chromium: an account that an administrator made, a second factor, the
 * code flow with PKCE, an access token with the route's scope, renewal, and an end that revokes.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
} from "@aws-sdk/client-cognito-identity-provider";
import type { Browser } from "playwright-core";
import { totpAt } from "../../local/cognito/accounts/totp.ts";
import { launchChromium } from "../support/chromium.ts";
import { openShell, type Shell } from "../support/shell.ts";

const EMAIL = "linus@example.com";
const PASSWORD = "Correct-Horse-Battery-7";

describe("the hardened stack, in a real Chromium", function () {
  this.timeout(120_000);
  let shell: Shell;
  let browser: Browser;

  before(async () => {
    shell = openShell();
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await shell?.close();
  });

  it("signs in with the code flow and a second factor, calls with the scope, renews, and revokes on logout", async () => {
    const { ready } = await shell.local("--ephemeral", "--stack", "prod");
    const [pool] = ready.userPools;
    const administrator = new CognitoIdentityProviderClient({
      region: "us-east-1",
      endpoint: ready.console,
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
    });
    const account = { UserPoolId: pool!.id, Username: EMAIL };
    await administrator.send(
      new AdminCreateUserCommand({
        ...account,
        UserAttributes: [{ Name: "email", Value: EMAIL }],
        MessageAction: "SUPPRESS",
      }),
    );
    await administrator.send(new AdminSetUserPasswordCommand({ ...account, Password: PASSWORD, Permanent: true }));

    const login = shell.start("login", "--no-browser");
    const address = new URL(await login.line("stderr", /^http/));
    assert.equal(address.searchParams.get("response_type"), "code");
    assert.equal(address.searchParams.get("code_challenge_method"), "S256");
    const page = await (await browser.newContext()).newPage();
    await page.goto(address.href);
    await page.getByLabel("Email").filter({ visible: true }).fill(EMAIL);
    await page.getByRole("button", { name: "Next" }).click();
    await page.getByLabel("Password", { exact: true }).filter({ visible: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Continue" }).click();

    const secret = page.locator(".secretCode").filter({ visible: true });
    const code = totpAt((await secret.innerText()).replaceAll(" ", ""), Math.floor(Date.now() / 30_000));
    await page.getByLabel("Authenticator code").filter({ visible: true }).fill(code);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: /signed in/i }).waitFor();
    assert.ok(!page.url().includes("code="), "the code left the address bar");
    const signedIn = await login.finished;
    assert.equal(signedIn.code, 0, signedIn.stderr);

    const call = await shell.run("call", "/transactions");
    assert.equal(call.code, 0, call.stderr);
    // The access token says who, not which address: that is in the ID token, which the API does not take.
    assert.ok(JSON.parse(call.stdout).user.sub);
    const url = `${ready.apis[0]!.stages[0]!.url}/transactions`;
    const idToken = (await shell.run("token", "--type", "id")).stdout.trim();
    assert.equal((await fetch(url, { headers: { authorization: idToken } })).status, 401);

    const before = session();
    writeSession({ ...before, idExpiresAt: Date.now() - 1, accessExpiresAt: Date.now() - 1 });
    const renewed = await shell.run("call", "/transactions");
    assert.equal(renewed.code, 0, renewed.stderr);
    assert.notEqual(session().refreshToken, before.refreshToken, "the refresh token is rotated");

    const { refreshToken } = session();
    const out = await shell.run("logout");
    assert.equal(out.code, 0, out.stderr);
    const again = await fetch(`${pool!.hostedUi}/oauth2/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "refresh_token",
        client_id: pool!.clients[0]!.id,
        refresh_token: refreshToken,
      }),
    });
    assert.deepEqual([again.status, await again.json()], [400, { error: "invalid_grant" }]);
    assert.equal((await shell.run("call", "/transactions")).code, 4);
  });

  function sessionFile(): string {
    const folder = join(shell.home, "credentials");
    return join(folder, readdirSync(folder).find((name) => name.endsWith(".json"))!);
  }

  function session(): Record<string, unknown> & { refreshToken: string } {
    return JSON.parse(readFileSync(sessionFile(), "utf8")).session;
  }

  function writeSession(changed: Record<string, unknown>): void {
    const file = sessionFile();
    const document = JSON.parse(readFileSync(file, "utf8"));
    writeFileSync(file, JSON.stringify({ ...document, session: changed }));
  }
});
