/** Second factors: an app's code counts once, and codes come by text message or by e-mail where the pool has them. */
import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-cognito-identity-provider";
import { totpAt } from "../../../local/cognito/accounts/totp.ts";
import type { UserPoolModel } from "../../../local/model.ts";
import { messageTemplates } from "../../../local/resources/cognito/message-templates.ts";
import { ClientId, refusal, signIn, signUpAndConfirm, UserPoolId, withPool } from "./api-calls.ts";
import {
  appClient,
  callback,
  password,
  type RunningCognito,
  signInThroughPages,
  signUpThroughPages,
} from "./harness.ts";

type Client = sdk.CognitoIdentityProviderClient;

const Username = "ada@example.com";
const phone = "+15551230000";
const byMail: Partial<UserPoolModel> = {
  mfa: "ON",
  emailMfa: true,
  messages: messageTemplates({ emailMfaConfiguration: { subject: "Code", message: "Use {####}" } }),
};

const start = (aws: Client) =>
  aws.send(
    new sdk.InitiateAuthCommand({
      ClientId,
      AuthFlow: "USER_PASSWORD_AUTH",
      AuthParameters: { USERNAME: Username, PASSWORD: password },
    }),
  );

const respond = (
  aws: Client,
  { ChallengeName, Session }: sdk.InitiateAuthCommandOutput,
  answers: Record<string, string>,
) =>
  aws.send(
    new sdk.RespondToAuthChallengeCommand({
      ClientId,
      ChallengeName,
      Session,
      ChallengeResponses: { USERNAME: Username, ...answers },
    }),
  );

const prefer = (aws: Client, settings: Partial<sdk.AdminSetUserMFAPreferenceCommandInput>) =>
  aws.send(new sdk.AdminSetUserMFAPreferenceCommand({ UserPoolId, Username, ...settings }));

async function withApp(cloud: RunningCognito, aws: Client): Promise<() => string> {
  const { AccessToken } = await signIn(aws, Username);
  const { SecretCode } = await aws.send(new sdk.AssociateSoftwareTokenCommand({ AccessToken }));
  const code = () => totpAt(SecretCode!, Math.floor(cloud.clock.ms / 30_000));
  await aws.send(new sdk.VerifySoftwareTokenCommand({ AccessToken, UserCode: code() }));
  return code;
}

describe("a code by e-mail", () => {
  // Developer guide, "SMS and email message MFA": the challenge EMAIL_OTP and its answer EMAIL_OTP_CODE.
  it("[C.3] is asked for at the API, says where it went, and is good once", () =>
    withPool(byMail, async (cloud, aws) => {
      await signUpAndConfirm(cloud, aws, Username);
      const asked = await start(aws);
      assert.equal(asked.ChallengeName, "EMAIL_OTP");
      assert.equal(asked.ChallengeParameters?.CODE_DELIVERY_DELIVERY_MEDIUM, "EMAIL");
      assert.equal(asked.ChallengeParameters?.CODE_DELIVERY_DESTINATION, "a***@e***");
      const mail = cloud.service.messages().at(-1)!;
      assert.deepEqual([mail.to, mail.subject, mail.body], [Username, "Code", `Use ${mail.code}`]);
      await assert.rejects(respond(aws, asked, { EMAIL_OTP_CODE: "x" }), { name: "CodeMismatchException" });
      const answer = { EMAIL_OTP_CODE: mail.code! };
      assert.ok((await respond(aws, asked, answer)).AuthenticationResult?.IdToken);
      await assert.rejects(respond(aws, asked, answer), { name: "NotAuthorizedException" });
      await assert.rejects(respond(aws, await start(aws), answer), { name: "CodeMismatchException" });
    }));

  it("is asked for on the hosted UI after the password, and not sent again by a reload", () =>
    withPool(byMail, async (cloud) => {
      const browser = cloud.browser();
      const first = await signUpThroughPages(cloud, Username, { browser });
      assert.equal(new URL(first.url).pathname, "/mfa");
      assert.ok(first.text.includes("We have sent a code by email to a***@e***"), first.text);
      const sent = cloud.service.messages().length;
      const page = await browser.open(first.url);
      assert.equal(cloud.service.messages().length, sent);
      const wrong = await browser.submit(page, "mfaForm", { code: "abc" });
      assert.deepEqual(wrong.alerts, ["Invalid code or auth state for the user."]);
      const done = await browser.submit(wrong, "mfaForm", { code: cloud.code(Username) });
      assert.ok(done.location?.startsWith(callback));
    }));

  it("lives as long as the sign-in's session", () => {
    const validity = { ...appClient().validity, authSessionMinutes: 10 };
    return withPool({ ...byMail, clients: [appClient({ validity })] }, async (cloud, aws) => {
      await signUpAndConfirm(cloud, aws, Username);
      const asked = await start(aws);
      cloud.clock.ms += 599_000;
      assert.ok((await respond(aws, asked, { EMAIL_OTP_CODE: cloud.code(Username) })).AuthenticationResult);
    });
  });

  it("ends with the sign-in's session", () =>
    withPool(byMail, async (cloud, aws) => {
      await signUpAndConfirm(cloud, aws, Username);
      const asked = await start(aws);
      cloud.clock.ms += 181_000;
      await assert.rejects(respond(aws, asked, { EMAIL_OTP_CODE: cloud.code(Username) }), {
        name: "NotAuthorizedException",
      });
    }));
});

describe("second factors side by side", () => {
  const pool: Partial<UserPoolModel> = { mfa: "OPTIONAL", softwareTokenMfa: true, sms: true, emailMfa: true };
  const withPhone = (aws: Client) =>
    aws.send(
      new sdk.AdminUpdateUserAttributesCommand({
        UserPoolId,
        Username,
        UserAttributes: [{ Name: "phone_number", Value: phone }],
      }),
    );

  // API reference, SetUserMFAPreference: with several and none preferred the user chooses (SELECT_MFA_TYPE).
  it("[C.3] are chosen from, unless one is preferred", () =>
    withPool(pool, async (cloud, aws) => {
      await signUpAndConfirm(cloud, aws, Username);
      await withPhone(aws);
      const code = await withApp(cloud, aws);
      await prefer(aws, { SMSMfaSettings: { Enabled: true }, SoftwareTokenMfaSettings: { Enabled: true } });
      const user = await aws.send(new sdk.AdminGetUserCommand({ UserPoolId, Username }));
      assert.deepEqual(
        [user.UserMFASettingList, user.PreferredMfaSetting],
        [["SMS_MFA", "SOFTWARE_TOKEN_MFA"], undefined],
      );
      const choice = await start(aws);
      assert.equal(choice.ChallengeName, "SELECT_MFA_TYPE");
      assert.equal(choice.ChallengeParameters?.MFAS_CAN_CHOOSE, '["SMS_MFA","SOFTWARE_TOKEN_MFA"]');
      await assert.rejects(respond(aws, choice, { ANSWER: "EMAIL_OTP" }), { name: "InvalidParameterException" });
      const text = await respond(aws, choice, { ANSWER: "SMS_MFA" });
      assert.equal(text.ChallengeParameters?.CODE_DELIVERY_DESTINATION, "+*******0000");
      assert.ok((await respond(aws, text, { SMS_MFA_CODE: cloud.code(phone) })).AuthenticationResult);

      await prefer(aws, { SoftwareTokenMfaSettings: { Enabled: true, PreferredMfa: true } });
      cloud.clock.ms += 30_000;
      const preferred = await start(aws);
      assert.equal(preferred.ChallengeName, "SOFTWARE_TOKEN_MFA");
      assert.ok((await respond(aws, preferred, { SOFTWARE_TOKEN_MFA_CODE: code() })).AuthenticationResult);
    }));

  it("are chosen from on the hosted UI too", () =>
    withPool(pool, async (cloud, aws) => {
      await signUpAndConfirm(cloud, aws, Username);
      await withApp(cloud, aws);
      await prefer(aws, { EmailMfaSettings: { Enabled: true }, SoftwareTokenMfaSettings: { Enabled: true } });
      const browser = cloud.browser();
      const choice = await signInThroughPages(cloud, Username, { browser });
      assert.equal(new URL(choice.url).pathname, "/mfa/select");
      const asked = await browser.submit(choice, "mfaSelectForm", { factor: "EMAIL_OTP" });
      const done = await browser.submit(asked, "mfaForm", { code: cloud.code(Username) });
      assert.ok(done.location?.startsWith(callback));
    }));

  it("[C.3] are turned on only where there is an app or an address", () =>
    withPool(pool, async (cloud, aws) => {
      await signUpAndConfirm(cloud, aws, Username);
      const refused = (message: string) => refusal("InvalidParameterException", message);
      await assert.rejects(
        prefer(aws, { SMSMfaSettings: { Enabled: true } }),
        refused("User does not have delivery config set to turn on SMS_MFA"),
      );
      const app = { SoftwareTokenMfaSettings: { Enabled: true } };
      await assert.rejects(prefer(aws, app), refused("User has not set up software token mfa"));
      const { AccessToken } = await signIn(aws, Username);
      await aws.send(new sdk.AssociateSoftwareTokenCommand({ AccessToken }));
      await assert.rejects(prefer(aws, app), refused("User has not verified software token mfa"));
    }));
});

describe("an authenticator app's code", () => {
  // moto's test_user_authentication_flow_mfa_on, run against AWS, waits for the next code because of this refusal.
  it("[C.3] counts once, the one that proved the app included", () =>
    withPool({ mfa: "OPTIONAL", softwareTokenMfa: true }, async (cloud, aws) => {
      await signUpAndConfirm(cloud, aws, Username);
      const code = await withApp(cloud, aws);
      await prefer(aws, { SoftwareTokenMfaSettings: { Enabled: true, PreferredMfa: true } });
      const used = refusal("ExpiredCodeException", "Your software token has already been used once.");
      const asked = await start(aws);
      await assert.rejects(respond(aws, asked, { SOFTWARE_TOKEN_MFA_CODE: code() }), used);
      cloud.clock.ms += 30_000;
      const fresh = code();
      assert.ok((await respond(aws, asked, { SOFTWARE_TOKEN_MFA_CODE: fresh })).AuthenticationResult);
      await assert.rejects(respond(aws, await start(aws), { SOFTWARE_TOKEN_MFA_CODE: fresh }), used);
    }));
});
