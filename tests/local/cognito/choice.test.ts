/**
 * Choice-based sign-in (USER_AUTH): what there is to choose from, and signing in with each
 * (https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flows-selection-sdk.html).
 */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import * as sdk from "@aws-sdk/client-cognito-identity-provider";
import type { AppClientModel, UserPoolModel } from "../../../local/model.ts";
import { ClientId, refusal, signUpAndConfirm, UserPoolId, withPool } from "./api-calls.ts";
import { appClient, decode, password, type RunningCognito } from "./harness.ts";

type Client = sdk.CognitoIdentityProviderClient;
type Asked = Pick<sdk.InitiateAuthCommandOutput, "ChallengeName" | "Session">;

const Username = "ada@example.com";
const nobody = "nobody@example.com";
const wrongSession = "Invalid session for the user.";

const choosing = (changes: Partial<AppClientModel> = {}) =>
  appClient({ explicitAuthFlows: ["ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH"], ...changes });

const withChoice = (
  changes: Partial<UserPoolModel>,
  work: (cloud: RunningCognito, aws: Client) => Promise<void>,
): Promise<void> => withPool({ firstFactors: ["PASSWORD", "EMAIL_OTP"], clients: [choosing()], ...changes }, work);

const start = (
  aws: Client,
  parameters: Record<string, string> = {},
  more: Partial<sdk.InitiateAuthCommandInput> = {},
) =>
  aws.send(
    new sdk.InitiateAuthCommand({
      ...{ ClientId, AuthFlow: "USER_AUTH", AuthParameters: { USERNAME: Username, ...parameters } },
      ...more,
    }),
  );

const respond = (
  aws: Client,
  { ChallengeName, Session }: Asked,
  answers: Record<string, string>,
  more: Partial<sdk.RespondToAuthChallengeCommandInput> = {},
) =>
  aws.send(
    new sdk.RespondToAuthChallengeCommand({
      ...{ ClientId, ChallengeName, Session, ChallengeResponses: { USERNAME: Username, ...answers } },
      ...more,
    }),
  );

const choose = (aws: Client, asked: Asked, answers: Record<string, string>) => respond(aws, asked, answers);

const wrong = (code: string) => code.replace(/^./, (digit) => (digit === "0" ? "1" : "0"));

const byMail = { PREFERRED_CHALLENGE: "EMAIL_OTP" };

describe("USER_AUTH", () => {
  it("[C.3] offers what the pool allows and the person has, and begins with what they choose", () =>
    withChoice({}, async (cloud, aws) => {
      await signUpAndConfirm(cloud, aws, Username);
      const sent = cloud.service.messages().length;
      const asked = await start(aws);
      assert.equal(asked.ChallengeName, "SELECT_CHALLENGE");
      assert.deepEqual(asked.AvailableChallenges, ["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP"]);
      assert.equal(cloud.service.messages().length, sent, "a code before somebody chose one");
      await assert.rejects(
        choose(aws, asked, { ANSWER: "SMS_OTP" }),
        refusal("InvalidParameterException", "Selected challenge is not available"),
      );
      const code = await choose(aws, asked, { ANSWER: "EMAIL_OTP" });
      assert.equal(code.ChallengeName, "EMAIL_OTP");
      const done = await respond(aws, code, { EMAIL_OTP_CODE: cloud.code(Username) });
      assert.equal(decode(done.AuthenticationResult?.IdToken).claims.email, Username);
      await assert.rejects(
        choose(aws, asked, { ANSWER: "EMAIL_OTP" }),
        refusal("NotAuthorizedException", "Invalid session for the user, session can only be used once."),
      );
    }));

  // Developer guide, "Authentication flows": the choice carries the password, or the challenge is answered by its own name.
  it("[C.3] takes the password with the choice, or as the challenge's own answer", () =>
    withChoice({}, async (cloud, aws) => {
      await signUpAndConfirm(cloud, aws, Username);
      const asked = await start(aws);
      await assert.rejects(
        choose(aws, asked, { ANSWER: "PASSWORD", PASSWORD: "Wrong-horse-7" }),
        refusal("NotAuthorizedException", "Incorrect username or password."),
      );
      assert.ok((await choose(aws, asked, { ANSWER: "PASSWORD", PASSWORD: password })).AuthenticationResult?.IdToken);
      const { Session } = await start(aws);
      const own = await respond(aws, { ChallengeName: "PASSWORD", Session }, { PASSWORD: password });
      assert.ok(own.AuthenticationResult?.IdToken);
    }));

  it("[C.3] begins with the preferred challenge, and offers the others where that is not to be had", () =>
    withChoice({}, async (cloud, aws) => {
      await signUpAndConfirm(cloud, aws, Username);
      const preferred = await start(aws, { PREFERRED_CHALLENGE: "PASSWORD", PASSWORD: password });
      assert.ok(preferred.AuthenticationResult?.IdToken);
      const other = await start(aws, { PREFERRED_CHALLENGE: "SMS_OTP" });
      assert.equal(other.ChallengeName, "SELECT_CHALLENGE");
      assert.deepEqual(other.AvailableChallenges, ["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP"]);
      await assert.rejects(
        start(aws, { PREFERRED_CHALLENGE: "PASSWORD_SRP" }),
        refusal("InvalidParameterException", "Missing required parameter SRP_A"),
      );
    }));

  it("[C.3] goes on to a forced change of password, and to the second factor", () =>
    withChoice({ mfa: "OPTIONAL", emailMfa: true }, async (cloud, aws) => {
      await aws.send(
        new sdk.AdminCreateUserCommand({
          ...{ UserPoolId, Username, TemporaryPassword: password, MessageAction: "SUPPRESS" },
          UserAttributes: [{ Name: "email_verified", Value: "true" }],
        }),
      );
      const asked = await start(aws);
      assert.deepEqual(asked.AvailableChallenges, ["PASSWORD_SRP", "PASSWORD"], "a code in place of the change");
      const forced = await choose(aws, asked, { ANSWER: "PASSWORD", PASSWORD: password });
      assert.equal(forced.ChallengeName, "NEW_PASSWORD_REQUIRED");
      await respond(aws, forced, { NEW_PASSWORD: "Battery-staple-8" });
      await aws.send(
        new sdk.AdminSetUserMFAPreferenceCommand({ UserPoolId, Username, EmailMfaSettings: { Enabled: true } }),
      );
      // Developer guide: somebody who turned a second factor on has no passwordless first one.
      const again = await start(aws, byMail);
      assert.deepEqual(
        [again.ChallengeName, again.AvailableChallenges],
        ["SELECT_CHALLENGE", ["PASSWORD_SRP", "PASSWORD"]],
      );
      const second = await choose(aws, again, { ANSWER: "PASSWORD", PASSWORD: "Battery-staple-8" });
      assert.equal(second.ChallengeName, "EMAIL_OTP");
      assert.ok(
        (await respond(aws, second, { EMAIL_OTP_CODE: cloud.code(Username) })).AuthenticationResult?.AccessToken,
      );
    }));

  it("is refused a client that does not allow it, and authentication levels", () =>
    withPool({ clients: [appClient(), choosing({ id: "choice" })] }, async (_cloud, aws) => {
      const type = "InvalidParameterException";
      await assert.rejects(start(aws), refusal(type, "USER_AUTH is not enabled for the client."));
      await assert.rejects(
        start(aws, { TARGET_ACR_VALUES: "urn:level-2" }, { ClientId: "choice" }),
        refusal(type, "Step-up authentication (TARGET_ACR_VALUES) is not served by the local cloud."),
      );
    }));

  it("wants the client's secret proved at each step", () => {
    const secret = "s3cret";
    const SECRET_HASH = createHmac("sha256", secret)
      .update(Username + ClientId)
      .digest("base64");
    return withChoice({ clients: [choosing({ secret })] }, async (cloud, aws) => {
      const missing = refusal(
        "NotAuthorizedException",
        `Client ${ClientId} is configured with secret but SECRET_HASH was not received`,
      );
      await aws.send(new sdk.AdminCreateUserCommand({ UserPoolId, Username, MessageAction: "SUPPRESS" }));
      await assert.rejects(start(aws), missing);
      const asked = await start(aws, { SECRET_HASH, PREFERRED_CHALLENGE: "SMS_OTP" });
      assert.deepEqual([asked.ChallengeName, asked.AvailableChallenges], ["SELECT_CHALLENGE", ["EMAIL_OTP"]]);
      await assert.rejects(choose(aws, asked, { ANSWER: "EMAIL_OTP" }), missing);
      const code = await choose(aws, asked, { ANSWER: "EMAIL_OTP", SECRET_HASH });
      const EMAIL_OTP_CODE = cloud.code(Username);
      await assert.rejects(respond(aws, code, { EMAIL_OTP_CODE }), missing);
      assert.ok((await respond(aws, code, { EMAIL_OTP_CODE, SECRET_HASH })).AuthenticationResult);
    });
  });

  it("[C.3] tells the signed-in user what there is to choose from", () =>
    withChoice({}, async (cloud, aws) => {
      const sub = await signUpAndConfirm(cloud, aws, Username);
      const asked = await start(aws, { PREFERRED_CHALLENGE: "PASSWORD", PASSWORD: password });
      const { AccessToken } = asked.AuthenticationResult!;
      const { $metadata: _, ...factors } = await aws.send(new sdk.GetUserAuthFactorsCommand({ AccessToken }));
      assert.deepEqual(factors, { Username: sub, ConfiguredUserAuthFactors: ["PASSWORD", "EMAIL_OTP"] });
    }));

  it("is served to administrators too", () =>
    withChoice({}, async (cloud, aws) => {
      await signUpAndConfirm(cloud, aws, Username);
      const asked = await aws.send(
        new sdk.AdminInitiateAuthCommand({
          ...{ UserPoolId, ClientId, AuthFlow: "USER_AUTH" },
          AuthParameters: { USERNAME: Username, ...byMail },
        }),
      );
      const answer = { USERNAME: Username, EMAIL_OTP_CODE: cloud.code(Username) };
      const { ChallengeName, Session } = asked;
      const done = await aws.send(
        new sdk.AdminRespondToAuthChallengeCommand({
          ...{ UserPoolId, ClientId, ChallengeName, Session, ChallengeResponses: answer },
        }),
      );
      assert.ok(done.AuthenticationResult?.IdToken);
    }));
});

describe("a one-time password", () => {
  // aws-amplify/amplify-js#14428: eight digits. A client of 2026 reads AvailableChallenges beside EMAIL_OTP.
  it("[C.3] has eight digits, says where it went, and is good once", () =>
    withChoice({}, async (cloud, aws) => {
      await signUpAndConfirm(cloud, aws, Username);
      const asked = await start(aws, byMail);
      assert.equal(asked.ChallengeName, "EMAIL_OTP");
      assert.deepEqual(asked.ChallengeParameters, {
        CODE_DELIVERY_DELIVERY_MEDIUM: "EMAIL",
        CODE_DELIVERY_DESTINATION: "a***@e***",
      });
      assert.deepEqual(asked.AvailableChallenges, ["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP"]);
      const { kind, to, code } = cloud.service.messages().at(-1)!;
      assert.deepEqual([kind, to], ["sign-in", Username]);
      assert.match(code!, /^\d{8}$/);
      const mismatch = refusal("CodeMismatchException", "Invalid code or auth state for the user.");
      await assert.rejects(respond(aws, asked, { EMAIL_OTP_CODE: wrong(code!) }), mismatch);
      assert.ok((await respond(aws, asked, { EMAIL_OTP_CODE: code! })).AuthenticationResult?.RefreshToken);
      await assert.rejects(
        respond(aws, asked, { EMAIL_OTP_CODE: code! }),
        refusal("NotAuthorizedException", "Invalid session for the user, session can only be used once."),
      );
      await assert.rejects(respond(aws, await start(aws, byMail), { EMAIL_OTP_CODE: code! }), mismatch);
    }));

  it("[C.3] comes as a text message where the pool sends some, and proves the number", () => {
    const changes: Partial<UserPoolModel> = { firstFactors: ["SMS_OTP"], sms: true, usernameAttributes: [] };
    return withChoice(changes, async (cloud, aws) => {
      const phone = "+15551230000";
      await aws.send(
        new sdk.AdminCreateUserCommand({
          ...{ UserPoolId, Username: "ada", TemporaryPassword: password, MessageAction: "SUPPRESS" },
          UserAttributes: [{ Name: "phone_number", Value: phone }],
        }),
      );
      await aws.send(
        new sdk.AdminSetUserPasswordCommand({ UserPoolId, Username: "ada", Password: password, Permanent: true }),
      );
      const asked = await start(aws, { USERNAME: "ada", PREFERRED_CHALLENGE: "SMS_OTP" });
      assert.equal(asked.ChallengeName, "SMS_OTP");
      assert.equal(asked.ChallengeParameters?.CODE_DELIVERY_DESTINATION, "+*******0000");
      const answers = { USERNAME: "ada", SMS_OTP_CODE: cloud.code(phone) };
      await assert.rejects(
        respond(aws, { ...asked, ChallengeName: "EMAIL_OTP" }, { USERNAME: "ada", EMAIL_OTP_CODE: cloud.code(phone) }),
        refusal("NotAuthorizedException", wrongSession),
      );
      const { AccessToken } = (await respond(aws, asked, answers)).AuthenticationResult!;
      const user = await aws.send(new sdk.GetUserCommand({ AccessToken }));
      assert.equal(user.UserAttributes?.find(({ Name }) => Name === "phone_number_verified")?.Value, "true");
    });
  });

  it("[C.3] lives as long as the session that goes with it", () =>
    withChoice(
      { clients: [choosing({ validity: { ...appClient().validity, authSessionMinutes: 10 } })] },
      async (cloud, aws) => {
        await signUpAndConfirm(cloud, aws, Username);
        const asked = await start(aws, byMail);
        cloud.clock.ms += 599_000;
        assert.ok((await respond(aws, asked, { EMAIL_OTP_CODE: cloud.code(Username) })).AuthenticationResult);
        const late = await start(aws, byMail);
        cloud.clock.ms += 601_000;
        await assert.rejects(
          respond(aws, late, { EMAIL_OTP_CODE: cloud.code(Username) }),
          refusal("NotAuthorizedException", "Invalid session for the user, session is expired."),
        );
      },
    ));

  it("[C.3] cannot be guessed for ever", () =>
    withChoice({}, async (cloud, aws) => {
      await signUpAndConfirm(cloud, aws, Username);
      const asked = await start(aws, byMail);
      const guess = () => respond(aws, asked, { EMAIL_OTP_CODE: wrong(cloud.code(Username)) });
      for (let tries = 0; tries < 15; tries++) await assert.rejects(guess(), { name: "CodeMismatchException" });
      await assert.rejects(guess(), { name: "LimitExceededException" });
    }));

  // Developer guide: the address counts as verified, and the user as confirmed, whatever the pool verifies by itself.
  it("[C.3] confirms somebody who has just signed up", () =>
    withChoice({ autoVerifiedAttributes: [] }, async (cloud, aws) => {
      await aws.send(new sdk.SignUpCommand({ ClientId, Username, Password: password }));
      await assert.rejects(start(aws, { PREFERRED_CHALLENGE: "PASSWORD", PASSWORD: password }), {
        name: "UserNotConfirmedException",
      });
      const asked = await start(aws, byMail);
      assert.ok((await respond(aws, asked, { EMAIL_OTP_CODE: cloud.code(Username) })).AuthenticationResult);
      const user = await aws.send(new sdk.AdminGetUserCommand({ UserPoolId, Username }));
      assert.equal(user.UserStatus, "CONFIRMED");
      assert.equal(user.UserAttributes?.find(({ Name }) => Name === "email_verified")?.Value, "true");
    }));

  it("proves the address that it went to, and none that was put in its place", () =>
    withChoice({ usernameAttributes: [], autoVerifiedAttributes: [] }, async (cloud, aws) => {
      const [mine, theirs] = ["mallory@example.com", "victim@example.com"];
      const answers = { USERNAME: "mallory", EMAIL_OTP_CODE: "" };
      await aws.send(
        new sdk.SignUpCommand({
          ...{ ClientId, Username: "mallory", Password: password },
          UserAttributes: [{ Name: "email", Value: mine }],
        }),
      );
      await aws.send(new sdk.AdminConfirmSignUpCommand({ UserPoolId, Username: "mallory" }));
      const byPassword = { USERNAME: "mallory", PREFERRED_CHALLENGE: "PASSWORD", PASSWORD: password };
      const { AccessToken } = (await start(aws, byPassword)).AuthenticationResult!;
      const asked = await start(aws, { USERNAME: "mallory", ...byMail });
      answers.EMAIL_OTP_CODE = cloud.code(mine);
      const UserAttributes = [{ Name: "email", Value: theirs }];
      await aws.send(new sdk.UpdateUserAttributesCommand({ AccessToken, UserAttributes }));
      await assert.rejects(respond(aws, asked, answers), { name: "ExpiredCodeException" });
      const user = await aws.send(new sdk.GetUserCommand({ AccessToken }));
      const email = user.UserAttributes?.filter(({ Name }) => Name?.startsWith("email"));
      assert.deepEqual(email, [
        { Name: "email", Value: theirs },
        { Name: "email_verified", Value: "false" },
      ]);
    }));

  it("is not enough for somebody who has turned a second factor on since it was sent", () =>
    withChoice({ mfa: "OPTIONAL", emailMfa: true }, async (cloud, aws) => {
      await signUpAndConfirm(cloud, aws, Username);
      const asked = await start(aws, byMail);
      await aws.send(
        new sdk.AdminSetUserMFAPreferenceCommand({ UserPoolId, Username, EmailMfaSettings: { Enabled: true } }),
      );
      await assert.rejects(
        respond(aws, asked, { EMAIL_OTP_CODE: cloud.code(Username) }),
        refusal("NotAuthorizedException", "Incorrect username or password."),
      );
    }));

  it("[C.3] signs in whose password is to be reset, and nobody who is disabled", () =>
    withChoice({ clients: [choosing({ hideUserExistence: false })] }, async (cloud, aws) => {
      await signUpAndConfirm(cloud, aws, Username);
      await aws.send(new sdk.AdminResetUserPasswordCommand({ UserPoolId, Username }));
      const asked = await start(aws, byMail);
      assert.ok((await respond(aws, asked, { EMAIL_OTP_CODE: cloud.code(Username) })).AuthenticationResult);
      const late = await start(aws, byMail);
      await aws.send(new sdk.AdminDisableUserCommand({ UserPoolId, Username }));
      const disabled = refusal("NotAuthorizedException", "User is disabled.");
      await assert.rejects(respond(aws, late, { EMAIL_OTP_CODE: cloud.code(Username) }), disabled);
      await assert.rejects(start(aws, byMail), disabled);
    }));
});

describe("a name that nobody has, in USER_AUTH", () => {
  /** The first of some names that is answered so; one of two hundred is, but once in 10^35. */
  async function namesLike(aws: Client, challenge: string) {
    for (let number = 0; number < 200; number++) {
      const USERNAME = `nobody-${number}@example.com`;
      const asked = await start(aws, { USERNAME });
      if (asked.ChallengeName === challenge) return { USERNAME, asked };
    }
    throw new Error(`None of the names was answered with ${challenge}.`);
  }

  // Developer guide, "Managing user existence error responses"; Espressif's integration tests measured how the names differ.
  it("[C.3] is offered what somebody with a password is, and refused as a wrong code or password is", () =>
    withChoice({}, async (cloud, aws) => {
      const { USERNAME, asked } = await namesLike(aws, "SELECT_CHALLENGE");
      assert.deepEqual(asked.AvailableChallenges, ["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP"]);
      const code = await choose(aws, asked, { USERNAME, ANSWER: "EMAIL_OTP" });
      assert.deepEqual(code.ChallengeParameters, {
        CODE_DELIVERY_DELIVERY_MEDIUM: "EMAIL",
        CODE_DELIVERY_DESTINATION: "n***@e***",
      });
      assert.deepEqual(cloud.service.messages(), []);
      await assert.rejects(
        respond(aws, code, { USERNAME, EMAIL_OTP_CODE: "12345678" }),
        refusal("CodeMismatchException", "Invalid code or auth state for the user."),
      );
      await assert.rejects(
        respond(aws, code, { USERNAME: "other@example.com", EMAIL_OTP_CODE: "12345678" }),
        refusal("NotAuthorizedException", wrongSession),
      );
      await assert.rejects(
        start(aws, { USERNAME, PREFERRED_CHALLENGE: "PASSWORD", PASSWORD: password }),
        refusal("NotAuthorizedException", "Incorrect username or password."),
      );
    }));

  it("[C.3] is offered a code alone when it is another, and the same each time", () =>
    withChoice({}, async (cloud, aws) => {
      const { USERNAME, asked } = await namesLike(aws, "EMAIL_OTP");
      assert.deepEqual(asked.AvailableChallenges, ["EMAIL_OTP"]);
      assert.equal((await start(aws, { USERNAME: USERNAME.toUpperCase() })).ChallengeName, "EMAIL_OTP");
      assert.deepEqual(cloud.service.messages(), []);
    }));

  it("[C.3] is asked for no password that it was not offered, as somebody is who has none", () =>
    withChoice({}, async (cloud, aws) => {
      const somebody = "grace@example.com";
      await aws.send(new sdk.SignUpCommand({ ClientId, Username: somebody }));
      const ConfirmationCode = cloud.code(somebody);
      await aws.send(new sdk.ConfirmSignUpCommand({ ClientId, Username: somebody, ConfirmationCode }));
      const { USERNAME } = await namesLike(aws, "EMAIL_OTP");
      const answerTo = async (name: string) => {
        const parameters = { USERNAME: name, PASSWORD: password };
        const preferred = await start(aws, { ...parameters, PREFERRED_CHALLENGE: "PASSWORD" });
        const choice = { ...parameters, ANSWER: "PASSWORD" };
        const chosen = await choose(aws, preferred, choice).catch(({ name, message }: Error) => [name, message]);
        return [preferred.ChallengeName, preferred.AvailableChallenges, chosen];
      };
      const refused = ["InvalidParameterException", "Selected challenge is not available"];
      assert.deepEqual(await answerTo(somebody), ["SELECT_CHALLENGE", ["EMAIL_OTP"], refused]);
      assert.deepEqual(await answerTo(USERNAME), ["SELECT_CHALLENGE", ["EMAIL_OTP"], refused]);
    }));

  it("[C.3] is offered no code sometimes, as somebody is who has turned on a second factor", () =>
    withChoice({ mfa: "OPTIONAL", emailMfa: true }, async (cloud, aws) => {
      await signUpAndConfirm(cloud, aws, Username);
      await aws.send(
        new sdk.AdminSetUserMFAPreferenceCommand({ UserPoolId, Username, EmailMfaSettings: { Enabled: true } }),
      );
      const somebody = (await start(aws)).AvailableChallenges;
      assert.deepEqual(somebody, ["PASSWORD_SRP", "PASSWORD"]);
      const lists = new Set<string>();
      for (let number = 0; number < 100; number++)
        lists.add(String((await start(aws, { USERNAME: `nobody-${number}@example.com` })).AvailableChallenges));
      assert.deepEqual([...lists].sort(), ["EMAIL_OTP", "PASSWORD_SRP,PASSWORD", "PASSWORD_SRP,PASSWORD,EMAIL_OTP"]);
    }));

  it("answers in any case that the pool takes names in, as somebody does", () =>
    withChoice({}, async (cloud, aws) => {
      await signUpAndConfirm(cloud, aws, Username);
      for (const USERNAME of [Username, nobody]) {
        const code = await start(aws, { USERNAME, ...byMail });
        const answers = { USERNAME: USERNAME.toUpperCase(), EMAIL_OTP_CODE: "1" };
        await assert.rejects(respond(aws, code, answers), { name: "CodeMismatchException" });
      }
    }));

  it("[C.3] is named where the client does not hide it", () =>
    withChoice({ clients: [choosing({ hideUserExistence: false })] }, async (_cloud, aws) => {
      const unknown = refusal("UserNotFoundException", "User does not exist.");
      await assert.rejects(start(aws, { USERNAME: nobody }), unknown);
      await assert.rejects(start(aws, { USERNAME: nobody, ...byMail }), unknown);
      const byPassword = { USERNAME: nobody, PREFERRED_CHALLENGE: "PASSWORD", PASSWORD: password };
      await assert.rejects(start(aws, byPassword), unknown);
    }));
});
