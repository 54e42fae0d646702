/** What a pool does with people's addresses: proof before a change, which of them gets a reset code, invitations. */
import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-cognito-identity-provider";
import type { UserPoolModel } from "../../../local/model.ts";
import { messageTemplates } from "../../../local/resources/cognito/message-templates.ts";
import { ClientId, newPassword, refusal, signIn, signUpAndConfirm, UserPoolId, withPool } from "./api-calls.ts";
import { appClient, authorizeUrl, decode, password, type RunningCognito } from "./harness.ts";

type Client = sdk.CognitoIdentityProviderClient;

const Username = "ada@example.com";
const newAddress = "lovelace@example.com";

async function attributesOf(aws: Client, name = Username): Promise<Record<string, string>> {
  const { UserAttributes } = await aws.send(new sdk.AdminGetUserCommand({ UserPoolId, Username: name }));
  return Object.fromEntries(UserAttributes!.map(({ Name, Value }) => [Name, Value!]));
}

const update = (aws: Client, AccessToken: string | undefined, Value: string) =>
  aws.send(new sdk.UpdateUserAttributesCommand({ AccessToken, UserAttributes: [{ Name: "email", Value }] }));

const lastMail = (cloud: RunningCognito) => cloud.service.messages().at(-1)!;

describe("a pool that wants an address proved before it changes", () => {
  const pool: Partial<UserPoolModel> = { verifiedBeforeUpdate: ["email"] };

  // Developer guide, "Verifying updates to email addresses and phone numbers"; API reference, AdminUpdateUserAttributes.
  it("[C.3] keeps the old one in force until the code for the new one came back", () =>
    withPool(pool, async (cloud, aws) => {
      await signUpAndConfirm(cloud, aws, Username);
      const { AccessToken } = await signIn(aws, Username);
      const { CodeDeliveryDetailsList } = await update(aws, AccessToken, newAddress);
      assert.deepEqual(CodeDeliveryDetailsList, [
        { AttributeName: "email", DeliveryMedium: "EMAIL", Destination: "l***@e***" },
      ]);
      assert.equal(lastMail(cloud).to, newAddress);
      const before = await attributesOf(aws);
      assert.deepEqual([before.email, before.email_verified], [Username, "true"]);
      await assert.rejects(signIn(aws, newAddress), { name: "NotAuthorizedException" });

      const verify = (Code: string) =>
        aws.send(new sdk.VerifyUserAttributeCommand({ AccessToken, AttributeName: "email", Code }));
      await assert.rejects(verify("wrong"), { name: "CodeMismatchException" });
      await verify(cloud.code(newAddress));
      const after = await attributesOf(aws, newAddress);
      assert.deepEqual([after.email, after.email_verified], [newAddress, "true"]);
      assert.ok((await signIn(aws, newAddress)).AccessToken);
      await assert.rejects(signIn(aws, Username), { name: "NotAuthorizedException" });
    }));

  it("[C.3] holds an administrator to it too, unless the call marks the address as verified", () =>
    withPool(pool, async (cloud, aws) => {
      await signUpAndConfirm(cloud, aws, Username);
      const set = (attributes: { Name: string; Value: string }[]) =>
        aws.send(new sdk.AdminUpdateUserAttributesCommand({ UserPoolId, Username, UserAttributes: attributes }));
      await set([{ Name: "email", Value: newAddress }]);
      assert.equal((await attributesOf(aws)).email, Username);
      assert.equal(lastMail(cloud).to, newAddress);
      const sent = cloud.service.messages().length;
      await set([
        { Name: "email", Value: newAddress },
        { Name: "email_verified", Value: "true" },
      ]);
      assert.equal((await attributesOf(aws, newAddress)).email, newAddress);
      assert.equal(cloud.service.messages().length, sent);
    }));

  it("refuses the address of somebody else at once, and sends nothing", () =>
    withPool(pool, async (cloud, aws) => {
      await signUpAndConfirm(cloud, aws, Username);
      await signUpAndConfirm(cloud, aws, newAddress);
      const { AccessToken } = await signIn(aws, Username);
      const sent = cloud.service.messages().length;
      await assert.rejects(
        update(aws, AccessToken, newAddress),
        refusal("AliasExistsException", "An account with the email already exists."),
      );
      assert.equal(cloud.service.messages().length, sent);
    }));

  it("otherwise changes it at once and marks it as not verified", () =>
    withPool({}, async (cloud, aws) => {
      await signUpAndConfirm(cloud, aws, Username);
      await update(aws, (await signIn(aws, Username)).AccessToken, newAddress);
      const after = await attributesOf(aws, newAddress);
      assert.deepEqual([after.email, after.email_verified], [newAddress, "false"]);
    }));
});

describe("a pool that verifies e-mail addresses and phone numbers", () => {
  const verifiesBoth: Partial<UserPoolModel> = {
    usernameAttributes: [],
    autoVerifiedAttributes: ["email", "phone_number"],
  };
  const email = { Name: "email", Value: Username };
  const phone = { Name: "phone_number", Value: "+15551230000" };

  // Developer guide, "Configuring email or phone verification": the phone number is verified, the address is not yet.
  it("[C.3] sends the code for somebody who has both as a text message, and verifies only the phone number", () =>
    withPool(verifiesBoth, async (cloud, aws) => {
      const user = { ClientId, Username: "ada", Password: password };
      const { CodeDeliveryDetails } = await aws.send(
        new sdk.SignUpCommand({ ...user, UserAttributes: [email, phone] }),
      );
      const text = { AttributeName: "phone_number", DeliveryMedium: "SMS", Destination: "+*******0000" };
      assert.deepEqual(CodeDeliveryDetails, text);
      const again = await aws.send(new sdk.ResendConfirmationCodeCommand(user));
      assert.deepEqual(again.CodeDeliveryDetails, text);
      assert.deepEqual(
        cloud.service.messages().map(({ to }) => to),
        [phone.Value, phone.Value],
      );
      await aws.send(new sdk.ConfirmSignUpCommand({ ...user, ConfirmationCode: cloud.code(phone.Value) }));
      const { email_verified, phone_number_verified } = await attributesOf(aws, "ada");
      assert.deepEqual([email_verified, phone_number_verified], ["false", "true"]);
    }));

  it("[C.3] sends the code to the only address that somebody has", () =>
    withPool(verifiesBoth, async (_cloud, aws) => {
      for (const attribute of [email, phone]) {
        const user = { ClientId, Username: `with-${attribute.Name}`, Password: password };
        const { CodeDeliveryDetails } = await aws.send(new sdk.SignUpCommand({ ...user, UserAttributes: [attribute] }));
        assert.equal(CodeDeliveryDetails?.AttributeName, attribute.Name);
      }
    }));
});

describe("account recovery", () => {
  const phone = "+15551230000";

  const ready = async (aws: Client, attributes: Record<string, string>) => {
    await aws.send(
      new sdk.AdminCreateUserCommand({
        UserPoolId,
        Username: "ada",
        MessageAction: "SUPPRESS",
        UserAttributes: Object.entries(attributes).map(([Name, Value]) => ({ Name, Value })),
      }),
    );
    const user = { UserPoolId, Username: "ada", Password: password, Permanent: true };
    await aws.send(new sdk.AdminSetUserPasswordCommand(user));
  };
  const both = { email: Username, email_verified: "true", phone_number: phone, phone_number_verified: "true" };
  const forgot = async (aws: Client) =>
    (await aws.send(new sdk.ForgotPasswordCommand({ ClientId, Username: "ada" }))).CodeDeliveryDetails;
  const plain = { usernameAttributes: [], clients: [appClient({ hideUserExistence: false })] };
  const unreachable = refusal(
    "InvalidParameterException",
    "Cannot reset password for the user as there is no registered/verified email or phone_number",
  );

  // API reference, AccountRecoverySettingType: without a setting text messages are preferred.
  const settings: [string, UserPoolModel["accountRecovery"], string][] = [
    ["a text message without a setting", undefined, "phone_number"],
    ["the mechanism of the first priority", ["verified_email", "verified_phone_number"], "email"],
    ["the only mechanism", ["verified_email"], "email"],
  ];
  for (const [what, accountRecovery, attribute] of settings) {
    it(`[C.3] goes by ${what}`, () =>
      withPool({ ...plain, accountRecovery }, async (_cloud, aws) => {
        await ready(aws, both);
        assert.equal((await forgot(aws))?.AttributeName, attribute);
      }));
  }

  it("[C.3] is refused to everybody where only an administrator may reset", () =>
    withPool({ ...plain, accountRecovery: ["admin_only"] }, async (cloud, aws) => {
      await ready(aws, both);
      const refused = refusal("NotAuthorizedException", "Contact administrator to reset password.");
      await assert.rejects(forgot(aws), refused);
      await assert.rejects(
        aws.send(
          new sdk.ConfirmForgotPasswordCommand({
            ClientId,
            Username: "ada",
            ConfirmationCode: "123456",
            Password: newPassword,
          }),
        ),
        refused,
      );
      const browser = cloud.browser();
      const page = await browser.open(authorizeUrl(cloud, {}, "/forgotPassword"));
      const answered = await browser.submit(page, "forgotPasswordForm", { username: "ada" });
      assert.deepEqual(answered.alerts, ["Contact administrator to reset password."]);
    }));

  it("[C.3] wants a verified address of a mechanism that the pool has", () =>
    withPool({ ...plain, accountRecovery: ["verified_email"] }, async (_cloud, aws) => {
      await ready(aws, { email: Username, phone_number: phone, phone_number_verified: "true" });
      await assert.rejects(forgot(aws), unreachable);
      await assert.rejects(
        aws.send(new sdk.AdminResetUserPasswordCommand({ UserPoolId, Username: "ada" })),
        unreachable,
      );
    }));

  it("[C.3] does not go where the second factor goes", () =>
    withPool({ ...plain, mfa: "OPTIONAL", sms: true }, async (_cloud, aws) => {
      await ready(aws, { phone_number: phone, phone_number_verified: "true" });
      await aws.send(
        new sdk.AdminSetUserMFAPreferenceCommand({ UserPoolId, Username: "ada", SMSMfaSettings: { Enabled: true } }),
      );
      await assert.rejects(forgot(aws), unreachable);
    }));

  // As moto's tests do, which have been run against AWS.
  it("[C.3] counts email_verified as verified when it is True, and the ID token says true", () =>
    withPool({ ...plain, accountRecovery: ["verified_email"] }, async (_cloud, aws) => {
      await ready(aws, { email: Username, email_verified: "True" });
      assert.equal((await forgot(aws))?.AttributeName, "email");
      assert.equal((await attributesOf(aws, "ada")).email_verified, "True");
      assert.equal(decode((await signIn(aws, "ada")).IdToken).claims.email_verified, true);
    }));
});

describe("an invitation", () => {
  const messages = messageTemplates({
    adminCreateUserConfig: {
      inviteMessageTemplate: {
        emailSubject: "Welcome to Acme",
        emailMessage: "Hi {username}, your first password is {####}. See https://acme.example.com",
        smsMessage: "{username} {####}",
      },
    },
  });

  it("[C.3] has the pool's own texts, by e-mail and as a text message, again when it is sent again", () =>
    withPool({ messages, usernameAttributes: [] }, async (cloud, aws) => {
      const invite = (more: Partial<sdk.AdminCreateUserCommandInput>) =>
        aws.send(
          new sdk.AdminCreateUserCommand({
            UserPoolId,
            Username: "jo",
            TemporaryPassword: "Temporary-1",
            UserAttributes: [
              { Name: "email", Value: "jo@example.com" },
              { Name: "phone_number", Value: "+15551230000" },
            ],
            ...more,
          }),
        );
      await invite({ DesiredDeliveryMediums: ["EMAIL", "SMS"] });
      assert.deepEqual(
        cloud.service.messages().map(({ to, subject, body }) => [to, subject, body]),
        [
          [
            "jo@example.com",
            "Welcome to Acme",
            "Hi jo, your first password is Temporary-1. See https://acme.example.com",
          ],
          ["+15551230000", "", "jo Temporary-1"],
        ],
      );
      await invite({ MessageAction: "RESEND", UserAttributes: undefined, DesiredDeliveryMediums: ["SMS"] });
      assert.match(lastMail(cloud).body, /^jo \S{12}$/);
      assert.equal(cloud.service.messages().length, 3);
    }));

  it("carries the password whatever it is made of", () =>
    withPool({ messages }, async (cloud, aws) => {
      const TemporaryPassword = "A$&$1{username}a1";
      await aws.send(new sdk.AdminCreateUserCommand({ UserPoolId, Username, TemporaryPassword }));
      assert.equal(
        lastMail(cloud).body,
        `Hi ${Username}, your first password is ${TemporaryPassword}. See https://acme.example.com`,
      );
    }));
});
