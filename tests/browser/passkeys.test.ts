/** Managed login's pages with passkeys, in a real Chromium with an authenticator of its own. */
import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { type LocalCloud, startLocalCloud } from "../../local/start.ts";
import { launchChromium } from "../support/chromium.ts";
import { password } from "../support/sign-up.ts";
import { temporaryProject } from "../support/temporary.ts";
import { addVirtualAuthenticator } from "../support/virtual-authenticator.ts";
import { assertAccessibleEverywhere } from "./accessibility.ts";

const username = "ada@example.com";
const program = (application: string) => `
const aws = require("@pulumi/aws");
const pool = new aws.cognito.UserPool("users", {
  usernameAttributes: ["email"],
  signInPolicy: { allowedFirstAuthFactors: ["PASSWORD", "WEB_AUTHN"] },
});
new aws.cognito.UserPoolDomain("users", { userPoolId: pool.id, domain: "passkey-users", managedLoginVersion: 2 });
const web = new aws.cognito.UserPoolClient("web", {
  userPoolId: pool.id,
  allowedOauthFlowsUserPoolClient: true,
  allowedOauthFlows: ["code"],
  allowedOauthScopes: ["openid"],
  explicitAuthFlows: ["ALLOW_USER_AUTH"],
  callbackUrls: ["${application}"],
  supportedIdentityProviders: ["COGNITO"],
});
new aws.cognito.ManagedLoginBranding("web", { userPoolId: pool.id, clientId: web.id, useCognitoProvidedValues: true });
`;

describe("passkeys on managed login's pages, in a browser", function () {
  this.timeout(120_000);
  let server: Server;
  let application: string;
  let cloud: LocalCloud;
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];

  before(async () => {
    server = createServer((_request, response) => response.end("The application"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    application = `http://localhost:${(server.address() as AddressInfo).port}/`;
    const projectDirectory = temporaryProject({
      "Pulumi.yaml": "name: passkeys\nruntime: nodejs\n",
      "package.json": '{"name":"passkeys","main":"index.js"}',
      "index.js": program(application),
    });
    const options = { stack: "dev", port: 0, stateDirectory: undefined, environment: process.env };
    [cloud, browser] = await Promise.all([startLocalCloud({ ...options, projectDirectory }), launchChromium()]);
    page = await browser.newPage();
    page.on("console", (message) => problems.push(message.text()));
    await addVirtualAuthenticator(page);
  });
  after(async () => {
    await browser?.close();
    await cloud?.close();
    server?.closeAllConnections();
    server?.close();
  });

  const address = (path: string, host = "localhost") => {
    const [pool] = cloud.ready.userPools;
    const parameters = { client_id: pool!.clients[0]!.id, response_type: "code", redirect_uri: application };
    const query = new URLSearchParams({ ...parameters, scope: "openid" });
    return `${pool!.hostedUi!.replace("127.0.0.1", host)}${path}?${query}`;
  };
  const arrive = () => page.waitForURL((url) => url.href.startsWith(`${application}?code=`));

  const giveName = async () => {
    await page.getByRole("textbox").fill(username);
    await page.getByRole("button", { name: "Next" }).click();
  };

  it("are added after a sign-in, are asked for once the name is known, and are looked for at localhost", async () => {
    await cloud.admin(cloud.ready.userPools[0]!.id)!.put({ username, password });
    await page.goto(address("/login"));
    await giveName();
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.getByRole("button", { name: "Continue" }).click();
    await arrive();

    await page.goto(address("/passkeys/add"));
    await assertAccessibleEverywhere(page, "adding a passkey");
    await page.getByRole("button", { name: "Create a passkey" }).click();
    await arrive();
    await page.goto(address("/passkeys/add"));
    await page.getByRole("button", { name: "Create a passkey" }).click();
    await page.getByRole("alert").getByText("This device has a passkey of yours already.").waitFor();

    await page.context().clearCookies();
    await page.goto(address("/login", "127.0.0.1"));
    await giveName();
    await page.getByRole("link", { name: "localhost" }).click();
    await giveName();
    await assertAccessibleEverywhere(page, "signing in with a passkey");
    await page.getByRole("button", { name: "Continue with your passkey" }).click();
    await arrive();
    assert.deepEqual(problems, [], "the pages' policy allows their script");
  });
});
