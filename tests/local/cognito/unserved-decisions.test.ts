/** Where a trigger or threat protection would decide who is let in, nobody is: neither runs here, and the refusal says so. */
import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-cognito-identity-provider";
import type { TriggerName, UserPoolModel } from "../../../local/model.ts";
import { temporaryDirectory } from "../../support/temporary.ts";
import { ClientId, newPassword, signIn, signUpAndConfirm, UserPoolId, withPool } from "./api-calls.ts";
import { appClient, authorizeUrl, callback, password, signInThroughPages, startCognito, userPool } from "./harness.ts";

const trigger = (name: TriggerName, version?: string): Partial<UserPoolModel> => ({
  triggers: { [name]: { functionArn: "arn:aws:lambda:us-east-1:123456789012:function:guard", version } },
});
const said = (name: TriggerName, what: string) =>
  `The ${name} trigger of this user pool (guard) decides ${what}, and the local cloud does not call triggers. Leave it out of lambdaConfig in a local stack.`;
const Username = "ada@example.com";

describe("a trigger that decides", () => {
  it("about an account refuses sign-up, at the API, on the page and to an administrator", () =>
    withPool(trigger("preSignUp"), async (cloud, aws) => {
      const message = said("preSignUp", "who may have an account");
      const refused = { name: "UnexpectedLambdaException", message };
      await assert.rejects(aws.send(new sdk.SignUpCommand({ ClientId, Username, Password: password })), refused);
      await assert.rejects(aws.send(new sdk.AdminCreateUserCommand({ UserPoolId, Username })), refused);
      const browser = cloud.browser();
      const page = await browser.open(authorizeUrl(cloud, {}, "/signup"));
      const answered = await browser.submit(page, "signupform", { username: Username, password });
      assert.deepEqual(answered.alerts, [message]);
      assert.deepEqual(cloud.service.users(UserPoolId), []);
    }));

  for (const [name, what] of [
    ["preAuthentication", "who may sign in"],
    ["postAuthentication", "who may sign in"],
    ["preTokenGeneration", "what a token says"],
  ] as const) {
    it(`with ${name} gives no token, by password, refresh or page`, async () => {
      const file = `${temporaryDirectory()}/state.db`;
      const before = await startCognito([userPool()], file);
      const client = (origin: string) =>
        new sdk.CognitoIdentityProviderClient({
          endpoint: origin,
          region: "us-east-1",
          credentials: { accessKeyId: "local", secretAccessKey: "local" },
          maxAttempts: 1,
        });
      let aws = client(before.origin);
      await signUpAndConfirm(before, aws, Username);
      const { RefreshToken } = await signIn(aws, Username);
      aws.destroy();
      await before.close();

      const cloud = await startCognito([userPool(trigger(name))], file);
      aws = client(cloud.origin);
      try {
        const refused = { name: "UnexpectedLambdaException", message: said(name, what) };
        await assert.rejects(signIn(aws, Username), refused);
        await assert.rejects(
          aws.send(
            new sdk.InitiateAuthCommand({
              ClientId,
              AuthFlow: "REFRESH_TOKEN_AUTH",
              AuthParameters: { REFRESH_TOKEN: RefreshToken! },
            }),
          ),
          refused,
        );
        const page = await signInThroughPages(cloud, Username);
        assert.ok(page.text.includes(said(name, what)), page.text);
        assert.ok(!page.location?.startsWith(callback));
        const exchanged = await fetch(`${cloud.hostedUi()}/oauth2/token`, {
          method: "POST",
          headers: { "content-type": "application/x-www-form-urlencoded" },
          body: new URLSearchParams({ grant_type: "refresh_token", client_id: ClientId, refresh_token: RefreshToken! }),
        });
        assert.deepEqual(
          [exchanged.status, await exchanged.json()],
          [400, { error: "invalid_grant", error_description: said(name, what) }],
        );
      } finally {
        aws.destroy();
        await cloud.close();
      }
    });
  }

  it("about nothing but messages or what comes after leaves sign-up and sign-in alone", () =>
    withPool(
      { triggers: { ...trigger("customMessage").triggers, ...trigger("postConfirmation").triggers } },
      async (cloud, aws) => {
        await signUpAndConfirm(cloud, aws, Username);
        assert.ok((await signIn(aws, Username)).AccessToken);
      },
    ));

  it("keeps client credentials out only from version 3 of the token trigger on", async () => {
    const clients = [appClient({ secret: "s", flows: ["client_credentials"], scopes: ["orders/read"] })];
    for (const [version, status] of [
      ["V2_0", 200],
      ["V3_0", 400],
    ] as const)
      await withPool({ clients, ...trigger("preTokenGeneration", version) }, async (cloud) => {
        const body = new URLSearchParams({ grant_type: "client_credentials", client_id: ClientId, client_secret: "s" });
        const answer = await fetch(`${cloud.hostedUi()}/oauth2/token`, { method: "POST", body });
        assert.deepEqual([version, answer.status], [version, status]);
      });
  });
});

describe("threat protection that blocks or challenges", () => {
  it("refuses the sign-ins of the pool, or of the clients that it is set for", async () => {
    for (const [clientId, refused] of [
      [undefined, true],
      [ClientId, true],
      ["another", false],
    ] as const)
      await withPool({ riskActions: [{ clientId }] }, async (cloud, aws) => {
        await signUpAndConfirm(cloud, aws, Username);
        if (refused) await assert.rejects(signIn(aws, Username), { name: "InvalidUserPoolConfigurationException" });
        else assert.ok((await signIn(aws, Username)).AccessToken);
        // What is not a sign-in goes on.
        await aws.send(new sdk.AdminSetUserPasswordCommand({ UserPoolId, Username, Password: newPassword }));
      });
  });
});
