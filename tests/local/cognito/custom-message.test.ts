/** The custom message trigger: what it is told of each message, and which texts go out. */
import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-cognito-identity-provider";
import { messageTemplates } from "../../../local/resources/cognito/message-templates.ts";
import { ClientId, refusal, signIn, signUpAndConfirm, UserPoolId } from "./api-calls.ts";
import { authorizeUrl, password, type RunningCognito } from "./harness.ts";
import {
  type Event,
  type Handler,
  same,
  signUp,
  sources,
  throwing,
  Username,
  withTriggers,
} from "./trigger-functions.ts";

const newest = (cloud: RunningCognito) => cloud.service.messages().at(-1)!;
/** Writes the source into every text, with the placeholders that the message needs. */
const wording: Handler = (event) => {
  const { codeParameter, usernameParameter } = event.request;
  const text = `${event.triggerSource}: ${usernameParameter === null ? "" : `${usernameParameter} `}${codeParameter}`;
  event.response = { smsMessage: text, emailMessage: `<b>${text}</b>`, emailSubject: event.triggerSource };
  return event;
};

describe("the custom message trigger", () => {
  it("[C.4] is told the placeholders and never the code, and words the mail of a sign-up and of another code", () =>
    withTriggers({ customMessage: wording }, {}, async (cloud, aws, events) => {
      const { UserSub } = await signUp(aws, { ClientMetadata: { lang: "fi" } });
      assert.deepEqual(events, [
        {
          version: "1",
          region: "us-east-1",
          userPoolId: UserPoolId,
          userName: UserSub,
          callerContext: { awsSdkVersion: "aws-sdk-unknown-unknown", clientId: ClientId },
          triggerSource: "CustomMessage_SignUp",
          request: {
            userAttributes: {
              sub: UserSub,
              "cognito:user_status": "UNCONFIRMED",
              email: Username,
              email_verified: "false",
            },
            codeParameter: "{####}",
            linkParameter: "{##Click Here##}",
            usernameParameter: null,
            clientMetadata: { lang: "fi" },
          },
          response: { smsMessage: null, emailMessage: null, emailSubject: null },
        },
      ]);
      const mail = newest(cloud);
      assert.deepEqual(
        [mail.subject, mail.body, mail.kind],
        ["CustomMessage_SignUp", `<b>CustomMessage_SignUp: ${mail.code}</b>`, "sign-up"],
      );
      await aws.send(new sdk.ResendConfirmationCodeCommand({ ClientId, Username, ClientMetadata: { lang: "sv" } }));
      assert.equal(newest(cloud).body, `<b>CustomMessage_ResendCode: ${newest(cloud).code}</b>`);
      assert.deepEqual(events[1]!.request.clientMetadata, { lang: "sv" });
      await aws.send(new sdk.ConfirmSignUpCommand({ ClientId, Username, ConfirmationCode: newest(cloud).code! }));
    }));

  it("[C.4] is called for forgotten and reset passwords and for attributes, each with its own source", () =>
    withTriggers({ customMessage: wording }, {}, async (cloud, aws, events) => {
      await signUpAndConfirm(cloud, aws, Username);
      events.length = 0;
      const ClientMetadata = { m: "1" };
      await aws.send(new sdk.ForgotPasswordCommand({ ClientId, Username, ClientMetadata }));
      const { AccessToken } = await signIn(aws, Username);
      await aws.send(
        new sdk.UpdateUserAttributesCommand({
          AccessToken,
          UserAttributes: [{ Name: "email", Value: "new@example.com" }],
          ClientMetadata,
        }),
      );
      assert.deepEqual(
        [newest(cloud).to, newest(cloud).subject],
        ["new@example.com", "CustomMessage_UpdateUserAttribute"],
      );
      const AttributeName = "email";
      await aws.send(new sdk.GetUserAttributeVerificationCodeCommand({ AccessToken, AttributeName, ClientMetadata }));
      await aws.send(new sdk.VerifyUserAttributeCommand({ AccessToken, AttributeName, Code: newest(cloud).code! }));
      const admin = { UserPoolId, Username: "new@example.com" };
      await aws.send(
        new sdk.AdminUpdateUserAttributesCommand({
          ...admin,
          UserAttributes: [{ Name: "email", Value: Username }],
          ClientMetadata,
        }),
      );
      await aws.send(
        new sdk.AdminUpdateUserAttributesCommand({
          UserPoolId,
          Username,
          UserAttributes: [{ Name: "email_verified", Value: "true" }],
        }),
      );
      await aws.send(new sdk.AdminResetUserPasswordCommand({ UserPoolId, Username, ClientMetadata }));
      assert.deepEqual(
        events.map(({ triggerSource, callerContext, request }) => [
          triggerSource,
          callerContext.clientId,
          request.clientMetadata,
        ]),
        [
          ["CustomMessage_ForgotPassword", ClientId, ClientMetadata],
          ["CustomMessage_UpdateUserAttribute", ClientId, ClientMetadata],
          ["CustomMessage_VerifyUserAttribute", ClientId, ClientMetadata],
          ["CustomMessage_UpdateUserAttribute", "CLIENT_ID_NOT_APPLICABLE", ClientMetadata],
          ["CustomMessage_ForgotPassword", "CLIENT_ID_NOT_APPLICABLE", ClientMetadata],
        ],
      );
    }));

  it("[C.4] words invitations, with the name and the temporary password put in", () =>
    withTriggers({ customMessage: wording }, {}, async (cloud, aws, events) => {
      const invite = (MessageAction?: "RESEND") =>
        aws.send(
          new sdk.AdminCreateUserCommand({
            ...{ UserPoolId, Username, MessageAction },
            ...(!MessageAction && { TemporaryPassword: "Temporary-7" }),
            ClientMetadata: { m: "1" },
          }),
        );
      await invite();
      assert.deepEqual(
        [newest(cloud).subject, newest(cloud).body],
        ["CustomMessage_AdminCreateUser", `<b>CustomMessage_AdminCreateUser: ${Username} Temporary-7</b>`],
      );
      await invite("RESEND");
      assert.deepEqual(sources(events), ["CustomMessage_AdminCreateUser", "CustomMessage_AdminCreateUser"]);
      assert.deepEqual(
        [events[0].request.usernameParameter, events[0].request.clientMetadata, events[0].callerContext.clientId],
        ["{username}", { m: "1" }, "CLIENT_ID_NOT_APPLICABLE"],
      );
      assert.notEqual(newest(cloud).body, `<b>CustomMessage_AdminCreateUser: ${Username} Temporary-7</b>`);
      await aws.send(
        new sdk.AdminCreateUserCommand({ UserPoolId, Username: "bob@example.com", MessageAction: "SUPPRESS" }),
      );
      assert.equal(events.length, 2, "nothing is worded that is not sent");
    }));

  it("[C.4] words the codes of second factors, at the API and on the pages", () =>
    withTriggers(
      { customMessage: wording },
      { pool: { mfa: "OPTIONAL", emailMfa: true } },
      async (cloud, aws, events) => {
        await signUpAndConfirm(cloud, aws, Username);
        await aws.send(
          new sdk.AdminSetUserMFAPreferenceCommand({
            ...{ UserPoolId, Username },
            EmailMfaSettings: { Enabled: true, PreferredMfa: true },
          }),
        );
        events.length = 0;
        await aws.send(
          new sdk.InitiateAuthCommand({
            ...{ ClientId, AuthFlow: "USER_PASSWORD_AUTH" },
            AuthParameters: { USERNAME: Username, PASSWORD: password },
            ClientMetadata: { m: "1" },
          }),
        );
        assert.equal(newest(cloud).subject, "CustomMessage_Authentication");
        const browser = cloud.browser();
        await browser.signIn(await browser.open(authorizeUrl(cloud)), Username, password);
        assert.deepEqual(sources(events), ["CustomMessage_Authentication", "CustomMessage_Authentication"]);
        // What InitiateAuth is given reaches no function that words a message.
        assert.equal("clientMetadata" in events[0].request, false);
      },
    ));

  it("[C.4] leaves the pool's own text where it sets none", () =>
    withTriggers(
      {
        customMessage: (event) => {
          event.response.emailSubject = "Welcome";
          return event;
        },
      },
      {},
      async (cloud, aws) => {
        await signUp(aws);
        const { subject, body, code } = newest(cloud);
        assert.deepEqual([subject, body], ["Welcome", `Your confirmation code is ${code}`]);
      },
    ));

  const incomplete: [string, (aws: sdk.CognitoIdentityProviderClient) => Promise<unknown>, string][] = [
    ["a code", (aws) => signUp(aws), "Your confirmation code is"],
    [
      "an invitation's user name",
      (aws) => aws.send(new sdk.AdminCreateUserCommand({ UserPoolId, Username })),
      `Your username is ${Username} and temporary password is`,
    ],
  ];
  for (const [what, act, expected] of incomplete)
    it(`[C.4] is passed over, and the log says so, when its text has no place for ${what}`, () =>
      withTriggers(
        {
          customMessage: (event) => {
            event.response.emailMessage =
              event.request.usernameParameter === null ? "Welcome to us" : `Welcome, ${event.request.codeParameter}`;
            return event;
          },
        },
        {},
        async (cloud, aws) => {
          await act(aws);
          assert.ok(newest(cloud).body.startsWith(expected), newest(cloud).body);
          const told = cloud.events.filter((event) => event.kind === "trigger").map(({ reason }) => reason);
          assert.match(told.at(-1) ?? "", /emailMessage.*the pool's own/s);
        },
      ));

  it("makes a link of the link parameter where the pool confirms with links", () =>
    withTriggers(
      {
        customMessage: (event) => {
          event.response.emailMessage = `Join us: ${event.request.linkParameter}`;
          return event;
        },
      },
      {
        pool: {
          messages: messageTemplates({ verificationMessageTemplate: { defaultEmailOption: "CONFIRM_WITH_LINK" } }),
        },
      },
      async (cloud, aws) => {
        await signUp(aws);
        const [, href] = /^Join us: <a href="([^"]+)">Click Here<\/a>$/.exec(newest(cloud).body)!;
        const page = await cloud.browser().open(href!.replaceAll("&amp;", "&"));
        assert.ok(page.text.includes("Your registration has been confirmed!"));
      },
    ));

  const refused: [string, Event, string, string][] = [
    ["an empty text", { emailMessage: "" }, "InvalidParameterException", "The message is empty."],
    ["a number for a text", { emailMessage: 7 }, "InvalidLambdaResponseException", "Unrecognizable lambda output"],
    [
      "a text message that is too long",
      { smsMessage: `{####}${"x".repeat(140)}` },
      "InvalidLambdaResponseException",
      "Unrecognizable lambda output",
    ],
    [
      "a subject that is too long",
      { emailSubject: "x".repeat(141) },
      "InvalidLambdaResponseException",
      "Unrecognizable lambda output",
    ],
  ];
  for (const [what, response, name, message] of refused)
    it(`is refused when it answers ${what}`, () =>
      withTriggers({ customMessage: (event) => ({ ...event, response }) }, {}, async (cloud, aws) => {
        await assert.rejects(signUp(aws), refusal(name, message));
        assert.deepEqual(cloud.service.messages(), []);
      }));

  it("[C.4] leaves an unconfirmed user and sends no code when it throws at sign-up, at the API and on the page", () =>
    withTriggers({ customMessage: throwing("Pending for approval") }, {}, async (cloud, aws) => {
      const message = "CustomMessage failed with error Pending for approval.";
      await assert.rejects(signUp(aws), refusal("UserLambdaValidationException", message));
      assert.deepEqual(
        cloud.service.users(UserPoolId).map(({ status }) => status),
        ["UNCONFIRMED"],
      );
      const browser = cloud.browser();
      const page = await browser.submit(await browser.open(authorizeUrl(cloud, {}, "/signup")), "/signup", {
        username: "bob@example.com",
        password,
      });
      assert.deepEqual(page.alerts, [message]);
      assert.equal(cloud.service.users(UserPoolId).length, 2);
      assert.deepEqual(cloud.service.messages(), []);
    }));

  it("keeps the code before good when it throws at the next one", () => {
    let calls = 0;
    return withTriggers(
      { customMessage: (event) => (++calls === 1 ? same(event) : throwing("no")()) },
      {},
      async (cloud, aws) => {
        await signUp(aws);
        await assert.rejects(aws.send(new sdk.ResendConfirmationCodeCommand({ ClientId, Username })));
        await aws.send(new sdk.ConfirmSignUpCommand({ ClientId, Username, ConfirmationCode: cloud.code(Username) }));
      },
    );
  });

  it("keeps the temporary password before good when it throws at the next invitation", () => {
    let calls = 0;
    return withTriggers(
      { customMessage: (event) => (++calls === 1 ? same(event) : throwing("no")()) },
      {},
      async (_cloud, aws) => {
        const TemporaryPassword = "Temporary-7";
        await aws.send(new sdk.AdminCreateUserCommand({ UserPoolId, Username, TemporaryPassword }));
        await assert.rejects(
          aws.send(new sdk.AdminCreateUserCommand({ UserPoolId, Username, MessageAction: "RESEND" })),
          refusal("UserLambdaValidationException", "CustomMessage failed with error no."),
        );
        const AuthParameters = { USERNAME: Username, PASSWORD: TemporaryPassword };
        const { ChallengeName } = await aws.send(
          new sdk.InitiateAuthCommand({ ClientId, AuthFlow: "USER_PASSWORD_AUTH", AuthParameters }),
        );
        assert.equal(ChallengeName, "NEW_PASSWORD_REQUIRED");
      },
    );
  });

  it("is not called for a name that nobody has, nor for a user that the program declares", () =>
    withTriggers(
      { customMessage: wording },
      {
        pool: {
          users: [
            {
              ...{ username: "grace@example.com", attributes: {}, enabled: true, groups: [] },
              ...{ password: undefined, temporaryPassword: undefined, invitation: ["EMAIL"] },
            },
          ],
        },
      },
      async (cloud, aws, events) => {
        await cloud.service.ready();
        assert.equal(newest(cloud).subject, "Your temporary password");
        await aws.send(new sdk.ForgotPasswordCommand({ ClientId, Username: "nobody@example.com" }));
        assert.deepEqual(events, []);
      },
    ));
});
