/** The user migration trigger: who is taken over from another directory, with which password, and who is not. */
import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-cognito-identity-provider";
import type { UserPoolModel } from "../../../local/model.ts";
import { ClientId, refusal, signIn, UserPoolId } from "./api-calls.ts";
import { authorizeUrl, callback, password, signInThroughPages } from "./harness.ts";
import { type Event, type Handler, same, sources, throwing, Username, withTriggers } from "./trigger-functions.ts";

/** Shorter than the pool's policy allows: it was chosen elsewhere. */
const theirs = "old-1";
const wrong = refusal("NotAuthorizedException", "Incorrect username or password.");

/** Another directory with one person in it. */
const directory =
  (answer: Event = {}): Handler =>
  (event) => {
    if (event.userName !== Username) return event;
    if (event.triggerSource === "UserMigration_Authentication" && event.request.password !== theirs)
      throw new Error("Bad password");
    event.response = {
      userAttributes: { email: Username, email_verified: "true", given_name: "Ada" },
      finalUserStatus: "CONFIRMED",
      messageAction: "SUPPRESS",
      ...answer,
    };
    return event;
  };
const forgot = (aws: sdk.CognitoIdentityProviderClient, name = Username) =>
  aws.send(new sdk.ForgotPasswordCommand({ ClientId, Username: name, ClientMetadata: { m: "1" } }));

describe("the user migration trigger", () => {
  it("[C.4] is asked for a name that nobody has, and the person is signed in with the password from elsewhere", () =>
    withTriggers({ userMigration: directory(), preAuthentication: same }, {}, async (cloud, aws, events) => {
      const { AuthenticationResult } = await aws.send(
        new sdk.InitiateAuthCommand({
          ...{ ClientId, AuthFlow: "USER_PASSWORD_AUTH" },
          AuthParameters: { USERNAME: Username, PASSWORD: theirs },
          ClientMetadata: { device: "d-1" },
        }),
      );
      assert.ok(AuthenticationResult?.AccessToken);
      assert.deepEqual(events[0], {
        version: "1",
        region: "us-east-1",
        userPoolId: UserPoolId,
        userName: Username,
        callerContext: { awsSdkVersion: "aws-sdk-unknown-unknown", clientId: ClientId },
        triggerSource: "UserMigration_Authentication",
        request: { password: theirs, validationData: { device: "d-1" }, userAttributes: null },
        response: {
          userAttributes: null,
          forceAliasCreation: null,
          enableSMSMFA: null,
          finalUserStatus: null,
          messageAction: null,
          desiredDeliveryMediums: null,
        },
      });
      const [user] = cloud.service.users(UserPoolId);
      assert.deepEqual(
        [user!.username === user!.sub, user!.status, user!.attributes],
        [true, "CONFIRMED", { email: Username, email_verified: "true", given_name: "Ada" }],
      );
      assert.deepEqual(cloud.service.messages(), []);
      assert.ok((await signIn(aws, Username, theirs)).AccessToken);
      await assert.rejects(signIn(aws, Username, "Wrong-horse-7"), wrong);
      assert.deepEqual(sources(events), [
        "UserMigration_Authentication",
        ...["PreAuthentication_Authentication", "PreAuthentication_Authentication", "PreAuthentication_Authentication"],
      ]);
      assert.equal(events[1]!.request.userNotFound, false);
    }));

  it("[C.4] takes somebody over on the sign-in page, and shows there why not", () =>
    withTriggers({ userMigration: directory() }, {}, async (cloud, _aws, events) => {
      const refused = await signInThroughPages(cloud, Username, { password: "Wrong-horse-7" });
      assert.deepEqual(refused.alerts, ["UserMigration failed with error Bad password."]);
      assert.deepEqual(cloud.service.users(UserPoolId), []);
      const done = await signInThroughPages(cloud, Username, { password: theirs });
      assert.ok(done.location?.startsWith(callback));
      assert.equal(events.length, 2);
    }));

  it("is asked where an administrator signs somebody in with the password, and by no other flow", () =>
    withTriggers(
      { userMigration: directory() },
      { client: { explicitAuthFlows: ["ALLOW_USER_SRP_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH"] } },
      async (_cloud, aws, events) => {
        const SRP_A = "ab".repeat(384);
        await aws.send(
          new sdk.InitiateAuthCommand({
            ...{ ClientId, AuthFlow: "USER_SRP_AUTH" },
            AuthParameters: { USERNAME: Username, SRP_A },
          }),
        );
        assert.deepEqual(events, []);
        const { AuthenticationResult } = await aws.send(
          new sdk.AdminInitiateAuthCommand({
            ...{ UserPoolId, ClientId, AuthFlow: "ADMIN_USER_PASSWORD_AUTH" },
            AuthParameters: { USERNAME: Username, PASSWORD: theirs },
          }),
        );
        assert.ok(AuthenticationResult?.AccessToken);
      },
    ));

  it("[C.4] is asked for a forgotten password without one, and the code goes to the address it tells", () =>
    withTriggers({ userMigration: directory() }, {}, async (cloud, aws, events) => {
      assert.equal((await forgot(aws)).CodeDeliveryDetails?.Destination, "a***@e***");
      assert.deepEqual(
        [events[0]!.triggerSource, events[0]!.request],
        ["UserMigration_ForgotPassword", { validationData: null, userAttributes: null, clientMetadata: { m: "1" } }],
      );
      const ConfirmationCode = cloud.code(Username);
      await aws.send(
        new sdk.ConfirmForgotPasswordCommand({ ClientId, Username, ConfirmationCode, Password: password }),
      );
      assert.ok((await signIn(aws, Username)).AccessToken);
      // On the page for it, too, and for nobody the same as without the trigger.
      const browser = cloud.browser();
      const page = await browser.open(authorizeUrl(cloud, {}, "/forgotPassword"));
      const asked = await browser.submit(page, "/forgotPassword", { username: "nobody@example.com" });
      assert.equal(new URL(asked.url).pathname, "/confirmforgotPassword");
      assert.deepEqual(sources(events), ["UserMigration_ForgotPassword", "UserMigration_ForgotPassword"]);
    }));

  it("[C.4] wants the password reset unless the final status is CONFIRMED", () =>
    withTriggers({ userMigration: directory({ finalUserStatus: null }) }, {}, async (cloud, aws) => {
      await assert.rejects(
        signIn(aws, Username, theirs),
        refusal("PasswordResetRequiredException", "Password reset required for the user"),
      );
      assert.equal(cloud.service.users(UserPoolId)[0]!.status, "RESET_REQUIRED");
      await forgot(aws);
      assert.equal(cloud.service.messages().length, 1);
    }));

  it("[C.4] changes nothing where it answers the event untouched: the name is one that nobody has", async () => {
    for (const hideUserExistence of [true, false])
      await withTriggers({ userMigration: same }, { client: { hideUserExistence } }, async (cloud, aws) => {
        await assert.rejects(
          signIn(aws, Username, theirs),
          hideUserExistence ? wrong : refusal("UserNotFoundException", "User does not exist."),
        );
        assert.deepEqual(cloud.service.users(UserPoolId), []);
      });
  });

  const unusable: [string, Handler][] = [
    ["nothing", () => null],
    ["an empty object", () => ({})],
    ["an attribute that the pool does not have", directory({ userAttributes: { email: Username, shoe: "42" } })],
    ["a medium that is not there", directory({ desiredDeliveryMediums: ["FAX"] })],
    ["a second factor by text message for somebody without a phone", directory({ enableSMSMFA: true })],
  ];
  for (const [what, handler] of unusable)
    it(`[C.4] says which app client it failed for when it answers ${what}, and the log says why`, () =>
      withTriggers({ userMigration: handler }, {}, async (cloud, aws) => {
        const message = `Exception migrating user in app client ${ClientId}`;
        await assert.rejects(signIn(aws, Username, theirs), refusal("UserNotFoundException", message));
        assert.deepEqual(cloud.service.users(UserPoolId), []);
        const told = cloud.events.find((event) => event.kind === "sign-in");
        assert.ok(told?.reason && told.reason !== message, told?.reason);
      }));

  it("[C.4] signs nobody in whose sub it wants to choose", () =>
    withTriggers(
      { userMigration: directory({ userAttributes: { email: Username, sub: "s-1" } }) },
      {},
      async (cloud, aws) => {
        await assert.rejects(signIn(aws, Username, theirs), wrong);
        assert.deepEqual(cloud.service.users(UserPoolId), []);
      },
    ));

  it("welcomes by the media that it names, by text message without any, and never with the person's own password", async () => {
    const userAttributes = { email: Username, phone_number: "+15551234567" };
    for (const [desiredDeliveryMediums, to] of [
      [null, ["+15551234567"]],
      [["EMAIL"], [Username]],
      [
        ["SMS", "EMAIL"],
        [Username, "+15551234567"],
      ],
    ])
      await withTriggers(
        { userMigration: directory({ userAttributes, messageAction: null, desiredDeliveryMediums }) },
        {},
        async (cloud, aws) => {
          await signIn(aws, Username, theirs);
          const messages = cloud.service.messages();
          assert.deepEqual(
            messages.map((message) => message.to),
            to,
          );
          for (const { body } of messages) {
            assert.ok(body.includes(Username), body);
            assert.ok(!body.includes(theirs), body);
          }
        },
      );
  });

  it("says in the log when the welcome has nowhere to go", () =>
    withTriggers({ userMigration: directory({ messageAction: null }) }, {}, async (cloud, aws) => {
      assert.ok((await signIn(aws, Username, theirs)).AccessToken);
      assert.deepEqual(cloud.service.messages(), []);
      const told = cloud.events.filter((event) => event.kind === "trigger");
      assert.match(told.at(-1)!.reason ?? "", /goes by SMS, for which the user has no address/);
    }));

  describe("in a pool with aliases", () => {
    const pool: Partial<UserPoolModel> = { usernameAttributes: [], aliasAttributes: ["email"] };

    it("names the user itself when the person typed an alias", () =>
      withTriggers(
        { userMigration: directory({ userAttributes: { username: "ada", email: Username, email_verified: "true" } }) },
        { pool },
        async (cloud, aws) => {
          assert.ok((await signIn(aws, Username, theirs)).AccessToken);
          assert.equal(cloud.service.users(UserPoolId)[0]!.username, "ada");
          assert.ok((await signIn(aws, "ada", theirs)).AccessToken);
        },
      ));

    for (const forceAliasCreation of [false, true])
      it(`[C.4] ${forceAliasCreation ? "moves" : "does not move"} an address that signs somebody else in, with forceAliasCreation ${forceAliasCreation}`, () =>
        withTriggers(
          {
            userMigration: (event) => {
              event.response.userAttributes = { email: Username, email_verified: "true" };
              Object.assign(event.response, {
                finalUserStatus: "CONFIRMED",
                messageAction: "SUPPRESS",
                forceAliasCreation,
              });
              return event;
            },
          },
          { pool },
          async (cloud, aws) => {
            const holder = { username: "first", attributes: { email: Username, email_verified: "true" }, password };
            await cloud.service.admin(UserPoolId)!.put(holder);
            const attempt = signIn(aws, "second", theirs);
            if (!forceAliasCreation) {
              await assert.rejects(attempt, { name: "UserNotFoundException" });
              assert.ok((await signIn(aws, Username)).AccessToken, "the address still signs its holder in");
              return;
            }
            await attempt;
            const [first, second] = cloud.service.users(UserPoolId);
            assert.deepEqual([first!.attributes.email_verified, second!.attributes.email_verified], ["false", "true"]);
            await assert.rejects(signIn(aws, Username), wrong);
            assert.ok((await signIn(aws, Username, theirs)).AccessToken, "the address signs the new user in");
          },
        ));
  });

  it("asks for a code by text message at once where it turns that on", () =>
    withTriggers(
      {
        userMigration: directory({
          userAttributes: { email: Username, phone_number: "+15551234567" },
          enableSMSMFA: true,
        }),
      },
      { pool: { mfa: "OPTIONAL", sms: true } },
      async (_cloud, aws) => {
        const { ChallengeName } = await aws.send(
          new sdk.InitiateAuthCommand({
            ...{ ClientId, AuthFlow: "USER_PASSWORD_AUTH" },
            AuthParameters: { USERNAME: Username, PASSWORD: theirs },
          }),
        );
        assert.equal(ChallengeName, "SMS_MFA");
      },
    ));

  it("[C.4] is followed by pre sign-up, whose refusal leaves no user", () =>
    withTriggers({ userMigration: directory(), preSignUp: throwing("Closed") }, {}, async (cloud, aws, events) => {
      await assert.rejects(
        signIn(aws, Username, theirs),
        refusal("UserLambdaValidationException", "PreSignUp failed with error Closed."),
      );
      assert.deepEqual(cloud.service.users(UserPoolId), []);
      assert.deepEqual(sources(events), ["UserMigration_Authentication", "PreSignUp_AdminCreateUser"]);
    }));

  it("makes one user of two sign-ins at the same moment", () =>
    withTriggers({ userMigration: directory() }, {}, async (cloud, aws, events) => {
      const both = await Promise.all([signIn(aws, Username, theirs), signIn(aws, Username, theirs)]);
      assert.ok(both.every(({ AccessToken }) => AccessToken));
      assert.equal(cloud.service.users(UserPoolId).length, 1);
      assert.equal(events.length, 1);
    }));

  it("[C.4] fails after three attempts in time at the API and on the page, and without a permission", async () => {
    const never = { userMigration: () => new Promise(() => {}) };
    await withTriggers(never, { timeLimitMs: 20 }, async (cloud, aws, events) => {
      const message = "UserMigration invocation failed due to error Socket timeout while invoking Lambda function.";
      await assert.rejects(signIn(aws, Username, theirs), refusal("UnexpectedLambdaException", message));
      const page = await signInThroughPages(cloud, Username, { password: theirs });
      assert.deepEqual(page.alerts, [message]);
      assert.equal(events.length, 6);
    });
    await withTriggers({ userMigration: directory() }, { permitted: false }, async (_cloud, aws) => {
      await assert.rejects(
        signIn(aws, Username, theirs),
        refusal("UnexpectedLambdaException", "UserMigration invocation failed due to error AccessDeniedException."),
      );
    });
  });
});
