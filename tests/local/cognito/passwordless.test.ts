/**
 * Accounts without a password: signing up, signing in with the code that confirmed the sign-up, and getting a password later
 * (https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-authentication-flow-methods.html).
 */
import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-cognito-identity-provider";
import type { AppClientModel, UserPoolModel } from "../../../local/model.ts";
import { messageTemplates } from "../../../local/resources/cognito/message-templates.ts";
import { ClientId, newPassword, refusal, signIn, UserPoolId, withPool } from "./api-calls.ts";
import { appClient, password, type RunningCognito } from "./harness.ts";
import { type Event, same, sources, throwing, withTriggers } from "./trigger-functions.ts";

type Client = sdk.CognitoIdentityProviderClient;

const Username = "ada@example.com";
const explicitAuthFlows = ["ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH"];
const withoutPasswords: Partial<UserPoolModel> = {
  firstFactors: ["PASSWORD", "EMAIL_OTP"],
  clients: [appClient({ explicitAuthFlows })],
};

const withPasswordless = (
  changes: Partial<UserPoolModel>,
  work: (cloud: RunningCognito, aws: Client) => Promise<void>,
): Promise<void> => withPool({ ...withoutPasswords, ...changes }, work);

const signUp = (aws: Client, more: Partial<sdk.SignUpCommandInput> = {}) =>
  aws.send(new sdk.SignUpCommand({ ClientId, Username, ...more }));

const confirm = (cloud: RunningCognito, aws: Client, Session?: string) =>
  aws.send(new sdk.ConfirmSignUpCommand({ ClientId, Username, ConfirmationCode: cloud.code(Username), Session }));

const start = (aws: Client, Session?: string, more: Record<string, string> = {}) =>
  aws.send(
    new sdk.InitiateAuthCommand({
      ...{ ClientId, AuthFlow: "USER_AUTH", AuthParameters: { USERNAME: Username, ...more } },
      Session,
    }),
  );

const answer = (cloud: RunningCognito, aws: Client, { Session }: { Session?: string | undefined }) =>
  aws.send(
    new sdk.RespondToAuthChallengeCommand({
      ...{ ClientId, ChallengeName: "EMAIL_OTP", Session },
      ChallengeResponses: { USERNAME: Username, EMAIL_OTP_CODE: cloud.code(Username) },
    }),
  );

const statusOf = async (aws: Client) =>
  (await aws.send(new sdk.AdminGetUserCommand({ UserPoolId, Username }))).UserStatus;

describe("an account without a password", () => {
  // Espressif's integration tests, which run against AWS: who has one factor gets its challenge, without a choice.
  it("[C.3] is made by SignUp without one, and its only challenge comes without a choice", () =>
    withPasswordless({}, async (cloud, aws) => {
      assert.equal((await signUp(aws, { Password: "" })).UserConfirmed, false);
      await confirm(cloud, aws);
      const asked = await start(aws);
      assert.equal(asked.ChallengeName, "EMAIL_OTP");
      assert.deepEqual(asked.AvailableChallenges, ["EMAIL_OTP"]);
      const { AccessToken } = (await answer(cloud, aws, asked)).AuthenticationResult!;
      const factors = await aws.send(new sdk.GetUserAuthFactorsCommand({ AccessToken }));
      assert.deepEqual(factors.ConfiguredUserAuthFactors, ["EMAIL_OTP"]);
      await assert.rejects(
        signIn(aws, Username, ""),
        refusal("InvalidParameterException", "Missing required parameter PASSWORD"),
      );
      await assert.rejects(signIn(aws, Username), refusal("NotAuthorizedException", "Incorrect username or password."));
    }));

  // The same tests: ChangePassword without PreviousPassword.
  it("[C.3] gets its first one by ChangePassword, which then wants the old one", () =>
    withPasswordless({}, async (cloud, aws) => {
      await signUp(aws);
      await confirm(cloud, aws);
      const { AccessToken } = (await answer(cloud, aws, await start(aws))).AuthenticationResult!;
      await aws.send(new sdk.ChangePasswordCommand({ AccessToken, ProposedPassword: newPassword }));
      assert.ok((await signIn(aws, Username, newPassword)).IdToken);
      const factors = await aws.send(new sdk.GetUserAuthFactorsCommand({ AccessToken }));
      assert.deepEqual(factors.ConfiguredUserAuthFactors, ["PASSWORD", "EMAIL_OTP"]);
      await assert.rejects(
        aws.send(new sdk.ChangePasswordCommand({ AccessToken, ProposedPassword: password })),
        refusal("NotAuthorizedException", "Incorrect username or password."),
      );
    }));

  it("[C.3] is refused by a pool whose users cannot sign in without, and without an address", async () => {
    await withPool({}, async (_cloud, aws) => {
      await assert.rejects(signUp(aws), {
        name: "InvalidParameterException",
        message:
          "1 validation error detected: Value null at 'password' failed to satisfy constraint: Member must not be null",
      });
      const blank = {
        name: "InvalidParameterException",
        message: /^2 validation errors detected: Value at '(tempor)?/,
      };
      await assert.rejects(signUp(aws, { Password: "" }), blank);
      await assert.rejects(
        aws.send(new sdk.AdminCreateUserCommand({ UserPoolId, Username, TemporaryPassword: "" })),
        blank,
      );
    });
    await withPasswordless({ usernameAttributes: [] }, async (_cloud, aws) => {
      const unreachable = refusal("InvalidParameterException", "A user without a password needs email.");
      await assert.rejects(signUp(aws, { Username: "ada" }), unreachable);
      await assert.rejects(aws.send(new sdk.AdminCreateUserCommand({ UserPoolId, Username: "ada" })), unreachable);
    });
  });

  // API reference, AdminCreateUser: no temporary password where there are accounts without one, and no place for it in the text.
  it("[C.3] is made by an administrator, with an invitation that carries no password", () => {
    const inviteMessageTemplate = { emailSubject: "Welcome", emailMessage: "Sign in as {username}" };
    const messages = messageTemplates({ adminCreateUserConfig: { inviteMessageTemplate } });
    return withPasswordless({ messages }, async (cloud, aws) => {
      await aws.send(new sdk.AdminCreateUserCommand({ UserPoolId, Username }));
      const [invitation] = cloud.service.messages();
      assert.deepEqual([invitation?.subject, invitation?.body], ["Welcome", `Sign in as ${Username}`]);
      assert.equal(await statusOf(aws), "CONFIRMED");
      assert.ok((await answer(cloud, aws, await start(aws))).AuthenticationResult);
    });
  });

  it("[C.3] is not made by an administrator who gives a temporary password", () =>
    withPasswordless({}, async (_cloud, aws) => {
      await aws.send(new sdk.AdminCreateUserCommand({ UserPoolId, Username, TemporaryPassword: password }));
      assert.equal(await statusOf(aws), "FORCE_CHANGE_PASSWORD");
    }));
});

describe("a sign-in right after the sign-up", () => {
  // API reference, InitiateAuth: the code of ConfirmSignUp counts as the first factor.
  it("[C.3] needs no other code with the session of ConfirmSignUp, once", () =>
    withPasswordless({}, async (cloud, aws) => {
      const { Session } = await signUp(aws);
      const confirmed = await confirm(cloud, aws, Session);
      const sent = cloud.service.messages().length;
      assert.ok((await start(aws, confirmed.Session)).AuthenticationResult?.IdToken);
      assert.equal(cloud.service.messages().length, sent);
      await assert.rejects(
        start(aws, confirmed.Session),
        refusal("NotAuthorizedException", "Invalid session for the user, session can only be used once."),
      );
    }));

  it("[C.3] begins like any other where the code is no factor, or nothing was proved", () =>
    withPasswordless({ firstFactors: ["PASSWORD"] }, async (cloud, aws) => {
      const { Session } = await signUp(aws, { Password: password });
      const unproved = await start(aws, Session);
      assert.equal(unproved.ChallengeName, "SELECT_CHALLENGE");
      const confirmed = await confirm(cloud, aws);
      assert.equal((await start(aws, confirmed.Session)).ChallengeName, "SELECT_CHALLENGE");
    }));

  it("is not prepared for a client without USER_AUTH, nor good for another", () =>
    withPasswordless({ clients: [appClient(), appClient({ id: "other", explicitAuthFlows })] }, async (cloud, aws) => {
      const { Session } = await signUp(aws);
      assert.equal(Session, undefined);
      const foreign = await signUp(aws, { ClientId: "other", Username: "eve@example.com" });
      assert.ok(foreign.Session);
      assert.equal((await confirm(cloud, aws)).Session, undefined);
    }));

  it("is for who signed up, whoever else is named with the session", () =>
    withPasswordless({}, async (cloud, aws) => {
      await signUp(aws, { Username: "eve@example.com" });
      await signUp(aws);
      const { Session } = await confirm(cloud, aws);
      for (const USERNAME of ["eve@example.com", "nobody@example.com"])
        await assert.rejects(
          start(aws, Session, { USERNAME }),
          refusal("NotAuthorizedException", "Invalid session for the user."),
        );
      assert.ok((await start(aws, Session)).AuthenticationResult);
    }));

  it("[C.3] ends with the session of the client", () =>
    withPasswordless({}, async (cloud, aws) => {
      await signUp(aws);
      const { Session } = await confirm(cloud, aws);
      cloud.clock.ms += 181_000;
      await assert.rejects(
        start(aws, Session),
        refusal("NotAuthorizedException", "Invalid session for the user, session is expired."),
      );
    }));
});

describe("the triggers of a sign-in without a password", () => {
  const setting = (client: Partial<AppClientModel> = {}) => ({
    pool: { firstFactors: withoutPasswords.firstFactors! },
    client: { explicitAuthFlows, ...client },
  });
  const handlers = {
    preAuthentication: same,
    postAuthentication: same,
    postConfirmation: same,
    preTokenGeneration: same,
    customMessage: same,
  };
  const sinceSignUp = (events: Event[]) => sources(events.splice(0));

  // CustomMessage_Authentication: a team's account of its codes (July 2026).
  it("[C.4] are pre authentication, custom message, post authentication and the tokens' own", () =>
    withTriggers(handlers, setting(), async (cloud, aws, events) => {
      await signUp(aws);
      await confirm(cloud, aws);
      assert.deepEqual(sinceSignUp(events), ["CustomMessage_SignUp", "PostConfirmation_ConfirmSignUp"]);
      const asked = await aws.send(
        new sdk.InitiateAuthCommand({
          ...{ ClientId, AuthFlow: "USER_AUTH", AuthParameters: { USERNAME: Username } },
          ClientMetadata: { step: "1" },
        }),
      );
      assert.deepEqual(events[0].request.validationData, { step: "1" });
      await answer(cloud, aws, asked);
      assert.deepEqual(sinceSignUp(events), [
        "PreAuthentication_Authentication",
        "CustomMessage_Authentication",
        "TokenGeneration_Authentication",
        "PostAuthentication_Authentication",
      ]);
    }));

  it("[C.4] are asked when the sign-up's code signs in, and when the sign-in's code confirms", () =>
    withTriggers(handlers, setting(), async (cloud, aws, events) => {
      await signUp(aws);
      const { Session } = await confirm(cloud, aws);
      sinceSignUp(events);
      await start(aws, Session);
      assert.deepEqual(sinceSignUp(events), [
        "PreAuthentication_Authentication",
        "TokenGeneration_Authentication",
        "PostAuthentication_Authentication",
      ]);
      await aws.send(new sdk.AdminDeleteUserCommand({ UserPoolId, Username }));
      await signUp(aws);
      sinceSignUp(events);
      await answer(cloud, aws, await start(aws));
      assert.deepEqual(sinceSignUp(events), [
        "PreAuthentication_Authentication",
        "CustomMessage_Authentication",
        "PostConfirmation_ConfirmSignUp",
        "TokenGeneration_Authentication",
        "PostAuthentication_Authentication",
      ]);
    }));

  it("[C.4] keep a code from being sent", () =>
    withTriggers({ preAuthentication: throwing("not you") }, setting(), async (cloud, aws) => {
      await signUp(aws);
      await confirm(cloud, aws);
      const sent = cloud.service.messages().length;
      await assert.rejects(
        start(aws),
        refusal("UserLambdaValidationException", "PreAuthentication failed with error not you."),
      );
      assert.equal(cloud.service.messages().length, sent);
    }));

  it("[C.4] are told of a name that nobody has", () =>
    withTriggers({ preAuthentication: same }, setting(), async (_cloud, aws, events) => {
      await start(aws, undefined, { USERNAME: "nobody@example.com", PREFERRED_CHALLENGE: "EMAIL_OTP" });
      assert.deepEqual([events[0].userName, events[0].request.userNotFound], ["nobody@example.com", true]);
    }));
});
