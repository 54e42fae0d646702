/** Lambda triggers of a user pool: what functions are told, what they decide, and what clients see when they fail. */
import assert from "node:assert/strict";
import { join } from "node:path";
import * as sdk from "@aws-sdk/client-cognito-identity-provider";
import * as legacy from "amazon-cognito-identity-js";
import type { TriggerName } from "../../../local/model.ts";
import type { CloudEvent } from "../../../local/platform.ts";
import { startLocalCloud } from "../../../local/start.ts";
import { repository } from "../../support/shell.ts";
import { apiClient, ClientId, refusal, signIn, signUpAndConfirm, UserPoolId } from "./api-calls.ts";
import {
  authorizeUrl,
  callback,
  decode,
  password,
  type RunningCognito,
  signInThroughPages,
  signUpThroughPages,
  userPool,
} from "./harness.ts";
import { libraryUser } from "./library-user.ts";
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

const confirming: Handler = (event) => {
  event.response.autoConfirmUser = true;
  event.response.autoVerifyEmail = true;
  return event;
};

describe("the pre sign-up trigger", () => {
  it("[C.4] is told who signs up, and confirms and verifies; post confirmation follows and no code is sent", () =>
    withTriggers({ preSignUp: confirming, postConfirmation: same }, {}, async (cloud, aws, events) => {
      const answer = await signUp(aws, {
        ValidationData: [{ Name: "invite", Value: "i-1" }],
        ClientMetadata: { campaign: "c-1" },
      });
      assert.equal(answer.UserConfirmed, true);
      assert.equal(answer.CodeDeliveryDetails, undefined);
      assert.deepEqual(cloud.service.messages(), []);
      const common = {
        version: "1",
        region: "us-east-1",
        userPoolId: UserPoolId,
        userName: answer.UserSub,
        callerContext: { awsSdkVersion: "aws-sdk-unknown-unknown", clientId: ClientId },
      };
      assert.deepEqual(events, [
        {
          ...common,
          triggerSource: "PreSignUp_SignUp",
          request: {
            userAttributes: { email: Username },
            validationData: { invite: "i-1" },
            clientMetadata: { campaign: "c-1" },
          },
          response: { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false },
        },
        {
          ...common,
          triggerSource: "PostConfirmation_ConfirmSignUp",
          request: {
            userAttributes: {
              sub: answer.UserSub,
              "cognito:user_status": "CONFIRMED",
              email: Username,
              email_verified: "true",
            },
            clientMetadata: { campaign: "c-1" },
          },
          response: {},
        },
      ]);
      assert.ok((await signIn(aws, Username)).AccessToken);
    }));

  it("[C.4] refuses in its own words, at the API, to an administrator and on the page, and nothing is stored", () =>
    withTriggers({ preSignUp: throwing("Not invited.") }, {}, async (cloud, aws, events) => {
      const refused = refusal("UserLambdaValidationException", "PreSignUp failed with error Not invited..");
      await assert.rejects(signUp(aws), refused);
      await assert.rejects(aws.send(new sdk.AdminCreateUserCommand({ UserPoolId, Username })), refused);
      const browser = cloud.browser();
      const page = await browser.open(authorizeUrl(cloud, {}, "/signup"));
      const answered = await browser.submit(page, "signupform", { username: Username, password });
      assert.deepEqual(answered.alerts, ["PreSignUp failed with error Not invited.."]);
      assert.deepEqual(sources(events), ["PreSignUp_SignUp", "PreSignUp_AdminCreateUser", "PreSignUp_SignUp"]);
      assert.equal(events[1].callerContext.clientId, "CLIENT_ID_NOT_APPLICABLE");
      assert.equal(events[1].request.validationData, null);
      assert.deepEqual(cloud.service.users(UserPoolId), []);
    }));

  it("confirms nobody whom an administrator makes", () =>
    withTriggers({ preSignUp: confirming }, {}, async (cloud, aws) => {
      await aws.send(new sdk.AdminCreateUserCommand({ UserPoolId, Username }));
      const [user] = cloud.service.users(UserPoolId);
      assert.deepEqual([user!.status, user!.attributes.email_verified], ["FORCE_CHANGE_PASSWORD", "false"]);
    }));

  it("signs a person who is confirmed at once in, on the page", () =>
    withTriggers({ preSignUp: confirming }, {}, async (cloud) => {
      const browser = cloud.browser();
      const page = await browser.open(authorizeUrl(cloud, {}, "/signup"));
      const back = await browser.submit(page, "signupform", { username: Username, password });
      assert.ok(back.location?.startsWith(`${callback}#`), back.location);
    }));

  it("may not verify an address that is not there", () =>
    withTriggers(
      {
        preSignUp: (event) => {
          event.response.autoVerifyPhone = true;
          return event;
        },
      },
      {},
      async (cloud, aws) => {
        await assert.rejects(signUp(aws), { name: "InvalidParameterException" });
        assert.deepEqual(cloud.service.users(UserPoolId), []);
      },
    ));
});

describe("the post confirmation trigger", () => {
  it("[C.4] cannot undo what it follows: a code's confirmation, an administrator's, a new password", () =>
    withTriggers({ postConfirmation: throwing("no") }, {}, async (cloud, aws, events) => {
      const refused = refusal("UserLambdaValidationException", "PostConfirmation failed with error no.");
      await signUp(aws);
      const confirm = () =>
        aws.send(new sdk.ConfirmSignUpCommand({ ClientId, Username, ConfirmationCode: cloud.code(Username) }));
      await assert.rejects(confirm(), refused);
      await assert.rejects(
        confirm(),
        refusal("NotAuthorizedException", "User cannot be confirmed. Current status is CONFIRMED"),
      );
      await aws.send(new sdk.ForgotPasswordCommand({ ClientId, Username }));
      const Password = "Battery-staple-8";
      const ConfirmationCode = cloud.code(Username);
      await assert.rejects(
        aws.send(new sdk.ConfirmForgotPasswordCommand({ ClientId, Username, ConfirmationCode, Password })),
        refused,
      );
      assert.ok((await signIn(aws, Username, Password)).AccessToken);
      const other = "bob@example.com";
      await signUp(aws, { Username: other });
      await assert.rejects(aws.send(new sdk.AdminConfirmSignUpCommand({ UserPoolId, Username: other })), refused);
      assert.equal(cloud.service.users(UserPoolId)[1]!.status, "CONFIRMED");
      assert.deepEqual(sources(events), [
        "PostConfirmation_ConfirmSignUp",
        "PostConfirmation_ConfirmForgotPassword",
        "PostConfirmation_ConfirmSignUp",
      ]);
      assert.equal(events[2].callerContext.clientId, null);
    }));
});

describe("the authentication triggers", () => {
  it("[C.4] are called once a sign-in, the second only after a right password", () =>
    withTriggers({ preAuthentication: same, postAuthentication: same }, {}, async (cloud, aws, events) => {
      await signUpAndConfirm(cloud, aws, Username);
      await aws.send(
        new sdk.InitiateAuthCommand({
          ClientId,
          AuthFlow: "USER_PASSWORD_AUTH",
          AuthParameters: { USERNAME: Username, PASSWORD: password },
          ClientMetadata: { device: "d-1" },
        }),
      );
      assert.deepEqual(sources(events), ["PreAuthentication_Authentication", "PostAuthentication_Authentication"]);
      assert.deepEqual(events[0].request.validationData, { device: "d-1" });
      assert.equal(events[0].request.userNotFound, false);
      assert.deepEqual(Object.keys(events[1].request), ["userAttributes", "newDeviceUsed"]);
      events.length = 0;
      const wrong = refusal("NotAuthorizedException", "Incorrect username or password.");
      await assert.rejects(signIn(aws, Username, "Wrong-horse-7"), wrong);
      await assert.rejects(signIn(aws, "nobody@example.com"), wrong);
      assert.deepEqual(sources(events), ["PreAuthentication_Authentication", "PreAuthentication_Authentication"]);
      assert.deepEqual(
        [events[1].userName, events[1].request],
        ["nobody@example.com", { userAttributes: {}, validationData: null, userNotFound: true }],
      );
    }));

  it("are called on the sign-in page too, and not for a refresh", () =>
    withTriggers({ preAuthentication: same, postAuthentication: same }, {}, async (cloud, aws, events) => {
      await signUpAndConfirm(cloud, aws, Username);
      await signInThroughPages(cloud, Username);
      assert.deepEqual(sources(events), ["PreAuthentication_Authentication", "PostAuthentication_Authentication"]);
      const { RefreshToken } = await signIn(aws, Username);
      events.length = 0;
      await aws.send(
        new sdk.InitiateAuthCommand({
          ClientId,
          AuthFlow: "REFRESH_TOKEN_AUTH",
          AuthParameters: { REFRESH_TOKEN: RefreshToken! },
        }),
      );
      assert.deepEqual(events, []);
    }));

  for (const name of ["preAuthentication", "postAuthentication"] as const) {
    const trigger = name === "preAuthentication" ? "PreAuthentication" : "PostAuthentication";
    it(`give no token when ${name} throws, at the API, on the page and without a sign-in`, () =>
      withTriggers({ [name]: throwing("LOCKED") }, {}, async (cloud, aws) => {
        await signUpAndConfirm(cloud, aws, Username);
        const message = `${trigger} failed with error LOCKED.`;
        await assert.rejects(signIn(aws, Username), refusal("UserLambdaValidationException", message));
        const page = await signInThroughPages(cloud, Username);
        assert.deepEqual(page.alerts, [message]);
        assert.ok(!page.location?.startsWith(callback));
        await assert.rejects(cloud.service.admin(UserPoolId)!.tokens(Username), { message });
      }));
  }

  it("keep a wrong password from being looked at when the first one throws", () =>
    withTriggers({ preAuthentication: throwing("LOCKED") }, {}, async (cloud, aws) => {
      await signUpAndConfirm(cloud, aws, Username);
      await assert.rejects(
        signIn(aws, Username, "Wrong-horse-7"),
        refusal("UserLambdaValidationException", "PreAuthentication failed with error LOCKED."),
      );
    }));
});

describe("the pre token generation trigger", () => {
  const pool = {
    groups: [{ name: "staff", description: "", precedence: 1, roleArn: "arn:aws:iam::123456789012:role/staff" }],
  };

  it("[C.4] of version 1 changes the ID token, and groups in both", () =>
    withTriggers(
      {
        preTokenGeneration: (event) => {
          event.response.claimsOverrideDetails = {
            claimsToAddOrOverride: { tenant: "t-1", sub: "somebody else", email: "new@example.com" },
            claimsToSuppress: ["email_verified"],
            groupOverrideDetails: { groupsToOverride: ["made-up"], iamRolesToOverride: [], preferredRole: null },
          };
          return event;
        },
      },
      { pool },
      async (cloud, aws, events) => {
        const sub = await signUpAndConfirm(cloud, aws, Username);
        await aws.send(new sdk.AdminAddUserToGroupCommand({ UserPoolId, Username, GroupName: "staff" }));
        const tokens = await signIn(aws, Username);
        const id = decode(tokens.IdToken).claims;
        assert.deepEqual(
          [id.tenant, id.sub, id.email, id.email_verified, id["cognito:groups"], id["cognito:roles"]],
          ["t-1", sub, "new@example.com", undefined, ["made-up"], undefined],
        );
        const access = decode(tokens.AccessToken).claims;
        assert.deepEqual([access.tenant, access["cognito:groups"]], [undefined, ["made-up"]]);
        assert.deepEqual(events[0].request.groupConfiguration, {
          groupsToOverride: ["staff"],
          iamRolesToOverride: ["arn:aws:iam::123456789012:role/staff"],
          preferredRole: "arn:aws:iam::123456789012:role/staff",
        });
        assert.deepEqual([events[0].version, events[0].triggerSource], ["1", "TokenGeneration_Authentication"]);
        assert.deepEqual(events[0].response, { claimsOverrideDetails: null });
        const ignored = cloud.events.find(
          (event) => event.kind === "oauth" && event.reason?.includes("may not change"),
        );
        assert.equal(ignored?.kind === "oauth" && ignored.reason, "The token trigger may not change sub.");
      },
    ));

  it("of version 2 changes claims of each token, and scopes", () =>
    withTriggers(
      {
        preTokenGeneration: (event) => {
          event.response.claimsAndScopeOverrideDetails = {
            idTokenGeneration: { claimsToAddOrOverride: { roles: ["a", "b"], level: 3 } },
            accessTokenGeneration: {
              claimsToAddOrOverride: { tenant: { id: "t-1" }, aud: "another", client_id: "another" },
              scopesToAdd: ["orders/read"],
              scopesToSuppress: ["email"],
            },
          };
          return event;
        },
      },
      { version: "V2_0" },
      async (cloud, _aws, events) => {
        const back = await signUpThroughPages(cloud, Username);
        const fragment = new URLSearchParams(back.location!.split("#")[1]);
        const id = decode(fragment.get("id_token")!).claims;
        assert.deepEqual([id.roles, id.level, id.tenant], [["a", "b"], 3, undefined]);
        const access = decode(fragment.get("access_token")!).claims;
        assert.deepEqual(
          [access.tenant, access.scope, access.aud, access.client_id],
          [{ id: "t-1" }, "openid orders/read", undefined, ClientId],
        );
        assert.deepEqual(
          [events[0].version, events[0].triggerSource, events[0].request.scopes],
          ["2", "TokenGeneration_HostedAuth", ["openid", "email"]],
        );
      },
    ));

  it("takes the groups away with an empty override, and leaves them without one", () =>
    withTriggers(
      {
        preTokenGeneration: (event) => {
          event.response.claimsOverrideDetails =
            event.triggerSource === "TokenGeneration_RefreshTokens" ? { groupOverrideDetails: {} } : {};
          return event;
        },
      },
      { pool },
      async (cloud, aws) => {
        await signUpAndConfirm(cloud, aws, Username);
        await aws.send(new sdk.AdminAddUserToGroupCommand({ UserPoolId, Username, GroupName: "staff" }));
        const first = await signIn(aws, Username);
        assert.deepEqual(decode(first.AccessToken).claims["cognito:groups"], ["staff"]);
        const { AuthenticationResult } = await aws.send(
          new sdk.InitiateAuthCommand({
            ClientId,
            AuthFlow: "REFRESH_TOKEN_AUTH",
            AuthParameters: { REFRESH_TOKEN: first.RefreshToken! },
          }),
        );
        const id = decode(AuthenticationResult!.IdToken).claims;
        assert.deepEqual([id["cognito:groups"], id["cognito:roles"]], [undefined, undefined]);
      },
    ));

  it("of version 3 has a say in client credentials, and no earlier one", async () => {
    const client = { secret: "s", flows: ["client_credentials" as const], scopes: ["orders/read"] };
    const adding: Handler = (event) => {
      event.response.claimsAndScopeOverrideDetails = {
        accessTokenGeneration: { claimsToAddOrOverride: { tenant: event.request.clientMetadata.tenant } },
      };
      return event;
    };
    for (const [version, tenant] of [
      ["V2_0", undefined],
      ["V3_0", "t-1"],
    ])
      await withTriggers({ preTokenGeneration: adding }, { version, client }, async (cloud) => {
        const body = new URLSearchParams({
          grant_type: "client_credentials",
          client_id: ClientId,
          client_secret: "s",
          aws_client_metadata: '{"tenant":"t-1"}',
        });
        const answer = await fetch(`${cloud.hostedUi()}/oauth2/token`, { method: "POST", body });
        const { access_token } = (await answer.json()) as { access_token: string };
        assert.equal(decode(access_token).claims.tenant, tenant);
      });
  });

  it("gives no token when it throws, and says so at the token endpoint in AWS's form", () =>
    withTriggers({ preTokenGeneration: throwing("no tenant") }, {}, async (cloud, aws) => {
      await signUpAndConfirm(cloud, aws, Username);
      await assert.rejects(
        signIn(aws, Username),
        refusal("UserLambdaValidationException", "PreTokenGeneration failed with error no tenant."),
      );
      const back = await signInThroughPages(cloud, Username, { parameters: { response_type: "code" } });
      const code = new URL(back.location!).searchParams.get("code")!;
      const answer = await fetch(`${cloud.hostedUi()}/oauth2/token`, {
        method: "POST",
        body: new URLSearchParams({
          grant_type: "authorization_code",
          client_id: ClientId,
          code,
          redirect_uri: callback,
        }),
      });
      assert.equal(answer.status, 400);
      const { error, ...others } = (await answer.json()) as { error: string };
      assert.match(
        error,
        /^PreTokenGeneration failed with error no tenant\. \(Service: AWSCognitoIdentityProviderInternalService; Status Code: 400; Error Code: UserLambdaValidationException; Request ID: [0-9a-f-]{36}; Proxy: null\)$/,
      );
      assert.deepEqual(others, {});
    }));

  it("is refused for claims that are not strings in version 1", () =>
    withTriggers(
      {
        preTokenGeneration: (event) => {
          event.response.claimsOverrideDetails = { claimsToAddOrOverride: { roles: ["a"] } };
          return event;
        },
      },
      {},
      async (cloud, aws) => {
        await signUpAndConfirm(cloud, aws, Username);
        await assert.rejects(
          signIn(aws, Username),
          refusal("InvalidLambdaResponseException", "Unrecognizable lambda output"),
        );
      },
    ));
});

describe("post authentication in a pool that tracks devices", () => {
  it("[C.4] is told whether the device is a new one", () =>
    withTriggers(
      { postAuthentication: same },
      { pool: { devices: { replaceSecondFactor: false, onlyOnUserPrompt: true } } },
      async (cloud, aws, events) => {
        await signUpAndConfirm(cloud, aws, Username);
        await signIn(aws, Username);
        assert.deepEqual(
          events.map(({ request }) => request.newDeviceUsed),
          [true],
        );
      },
    ));
});

describe("CUSTOM_AUTH", () => {
  const client = { explicitAuthFlows: ["ALLOW_CUSTOM_AUTH"] };
  const last = (event: Event) => event.request.session.at(-1);
  const riddles: Partial<Record<TriggerName, Handler>> = {
    defineAuthChallenge: (event) => {
      const rounds = event.request.session.length;
      event.response.issueTokens = last(event)?.challengeResult === true;
      event.response.failAuthentication = !event.response.issueTokens && rounds >= 2;
      if (rounds < 2) event.response.challengeName = "CUSTOM_CHALLENGE";
      return event;
    },
    createAuthChallenge: (event) => {
      const answer = `a-${event.request.session.length}`;
      event.response.publicChallengeParameters = { riddle: "r-1" };
      event.response.privateChallengeParameters = { answer };
      event.response.challengeMetadata = "riddle";
      return event;
    },
    verifyAuthChallengeResponse: (event) => {
      event.response.answerCorrect = event.request.challengeAnswer === event.request.privateChallengeParameters.answer;
      return event;
    },
    postAuthentication: same,
  };
  const start = (aws: sdk.CognitoIdentityProviderClient, USERNAME = Username) =>
    aws.send(new sdk.InitiateAuthCommand({ ClientId, AuthFlow: "CUSTOM_AUTH", AuthParameters: { USERNAME } }));
  const answer = (
    aws: sdk.CognitoIdentityProviderClient,
    Session: string | undefined,
    ANSWER: string,
    USERNAME = Username,
  ) =>
    aws.send(
      new sdk.RespondToAuthChallengeCommand({
        ClientId,
        Session,
        ChallengeName: "CUSTOM_CHALLENGE",
        ChallengeResponses: { USERNAME, ANSWER },
      }),
    );
  const wrong = refusal("NotAuthorizedException", "Incorrect username or password.");

  it("[C.4] asks until the functions issue tokens; a session serves once, and private parameters stay inside", () =>
    withTriggers(riddles, { client }, async (cloud, aws, events) => {
      const sub = await signUpAndConfirm(cloud, aws, Username);
      const first = await start(aws);
      assert.deepEqual(
        [first.ChallengeName, first.ChallengeParameters],
        ["CUSTOM_CHALLENGE", { riddle: "r-1", USERNAME: sub }],
      );
      const second = await answer(aws, first.Session, "wrong");
      assert.equal(second.ChallengeName, "CUSTOM_CHALLENGE");
      await assert.rejects(answer(aws, first.Session, "a-0"), { name: "NotAuthorizedException" });
      const { AuthenticationResult } = await answer(aws, second.Session, "a-1");
      assert.equal(decode(AuthenticationResult!.AccessToken).claims.sub, sub);
      const round = { challengeName: "CUSTOM_CHALLENGE", challengeMetadata: "riddle" };
      assert.deepEqual(
        events.map(({ triggerSource, request }) => [triggerSource, request.session]),
        [
          ["DefineAuthChallenge_Authentication", []],
          ["CreateAuthChallenge_Authentication", []],
          ["VerifyAuthChallengeResponse_Authentication", undefined],
          ["DefineAuthChallenge_Authentication", [{ ...round, challengeResult: false }]],
          ["CreateAuthChallenge_Authentication", [{ ...round, challengeResult: false }]],
          ["VerifyAuthChallengeResponse_Authentication", undefined],
          [
            "DefineAuthChallenge_Authentication",
            [
              { ...round, challengeResult: false },
              { ...round, challengeResult: true },
            ],
          ],
          ["PostAuthentication_Authentication", undefined],
        ],
      );
    }));

  it("refuses when the functions say so, and gives a name that nobody has no token", () =>
    withTriggers(riddles, { client }, async (cloud, aws, events) => {
      await signUpAndConfirm(cloud, aws, Username);
      const first = await start(aws);
      const second = await answer(aws, first.Session, "wrong");
      await assert.rejects(answer(aws, second.Session, "wrong"), wrong);
      events.length = 0;
      const nobody = "nobody@example.com";
      const asked = await start(aws, nobody);
      assert.equal(events[0].request.userNotFound, true);
      await assert.rejects(answer(aws, asked.Session, "a-0", nobody), wrong);
    }));

  describe("that begins with SRP_A", () => {
    const afterPassword: Partial<Record<TriggerName, Handler>> = {
      ...riddles,
      preAuthentication: same,
      defineAuthChallenge: (event) => {
        const passed = event.request.session.map(({ challengeName, challengeResult }: Event) => [
          challengeName,
          challengeResult,
        ]);
        event.response.issueTokens = passed.length === 3 && passed[2][1];
        event.response.failAuthentication = passed.length === 3 && !passed[2][1];
        event.response.challengeName = passed.length === 1 ? "PASSWORD_VERIFIER" : "CUSTOM_CHALLENGE";
        return event;
      },
    };

    /** As `amazon-cognito-identity-js` does it: the riddle comes after the password. */
    const authenticate = (cloud: RunningCognito, name: string, Password: string, answer: string) =>
      new Promise<legacy.CognitoUserSession>((resolve, reject) => {
        const { account } = libraryUser(cloud, name);
        account.setAuthenticationFlowType("CUSTOM_AUTH");
        const callbacks = {
          onSuccess: resolve,
          onFailure: reject,
          customChallenge: () => account.sendCustomChallengeAnswer(answer, callbacks),
        };
        account.authenticateUser(new legacy.AuthenticationDetails({ Username: name, Password }), callbacks);
      });

    it("[C.4] proves the password first, and then asks what the functions choose", () =>
      withTriggers(afterPassword, { client }, async (cloud, aws, events) => {
        const sub = await signUpAndConfirm(cloud, aws, Username);
        const session = await authenticate(cloud, Username, password, "a-2");
        assert.equal(session.getIdToken().payload.sub, sub);
        const round = (challengeName: string) => ({ challengeName, challengeResult: true, challengeMetadata: null });
        const [srp, proved] = [round("SRP_A"), round("PASSWORD_VERIFIER")];
        const riddle = { ...round("CUSTOM_CHALLENGE"), challengeMetadata: "riddle" };
        assert.deepEqual(
          events.map(({ triggerSource, request }) => [triggerSource, request.session]),
          [
            ["DefineAuthChallenge_Authentication", [srp]],
            ["DefineAuthChallenge_Authentication", [srp, proved]],
            ["CreateAuthChallenge_Authentication", [srp, proved]],
            ["VerifyAuthChallengeResponse_Authentication", undefined],
            ["DefineAuthChallenge_Authentication", [srp, proved, riddle]],
            ["PostAuthentication_Authentication", undefined],
          ],
        );
      }));

    it("refuses a wrong password, a wrong answer and a name that nobody has in the same words, and asks no riddle without the password", () =>
      withTriggers(afterPassword, { client }, async (cloud, aws, events) => {
        await signUpAndConfirm(cloud, aws, Username);
        await assert.rejects(authenticate(cloud, Username, "Wrong-horse-7", "a-2"), wrong);
        await assert.rejects(authenticate(cloud, "nobody@example.com", password, "a-2"), wrong);
        assert.deepEqual([...new Set(sources(events))], ["DefineAuthChallenge_Authentication"]);
        assert.deepEqual(
          events.map(({ request }) => request.userNotFound),
          [false, true],
        );
        await assert.rejects(authenticate(cloud, Username, password, "guess"), wrong);
      }));

    it("is the only way to PASSWORD_VERIFIER, and takes no other first challenge", () =>
      withTriggers(
        {
          ...riddles,
          defineAuthChallenge: (event) => {
            event.response.challengeName = "PASSWORD_VERIFIER";
            return event;
          },
        },
        { client },
        async (cloud, aws) => {
          await signUpAndConfirm(cloud, aws, Username);
          await assert.rejects(start(aws), wrong);
          const AuthParameters = { USERNAME: Username, CHALLENGE_NAME: "DEVICE_SRP_AUTH", SRP_A: "ab" };
          await assert.rejects(
            aws.send(new sdk.InitiateAuthCommand({ ClientId, AuthFlow: "CUSTOM_AUTH", AuthParameters })),
            { name: "InvalidParameterException" },
          );
        },
      ));
  });

  it("[C.3] gives no device where the pool tracks them, so that its refresh tokens are good anywhere", () =>
    withTriggers(
      riddles,
      {
        client: { explicitAuthFlows: ["ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"] },
        pool: { devices: { replaceSecondFactor: true, onlyOnUserPrompt: false } },
      },
      async (cloud, aws) => {
        await signUpAndConfirm(cloud, aws, Username);
        const { AuthenticationResult } = await answer(aws, (await start(aws)).Session, "a-0");
        assert.equal(AuthenticationResult?.NewDeviceMetadata, undefined);
        const AuthParameters = { REFRESH_TOKEN: AuthenticationResult!.RefreshToken! };
        const refreshed = await aws.send(
          new sdk.InitiateAuthCommand({ ClientId, AuthFlow: "REFRESH_TOKEN_AUTH", AuthParameters }),
        );
        assert.equal(decode(refreshed.AuthenticationResult!.AccessToken).claims.device_key, undefined);
      },
    ));

  it("needs the three functions", () =>
    withTriggers({ defineAuthChallenge: same }, { client }, async (cloud, aws) => {
      await signUpAndConfirm(cloud, aws, Username);
      await assert.rejects(
        start(aws),
        refusal("InvalidParameterException", "Custom auth lambda trigger is not configured for the user pool."),
      );
    }));
});

describe("a trigger's function", () => {
  const answers: [string, Handler, string][] = [
    ["nothing", () => undefined, "Invalid lambda function output : Invalid JSON"],
    ["another object", () => ({ ok: true }), "Unrecognizable lambda output"],
    ["an event without its caller", ({ callerContext, ...event }) => event, "Unrecognizable lambda output"],
    [
      "a member that the trigger does not have",
      (event) => ({ ...event, response: { failAuthentication: true } }),
      "Unrecognizable lambda output",
    ],
    [
      "a flag that is no boolean",
      (event) => ({ ...event, response: { autoConfirmUser: "yes" } }),
      "Unrecognizable lambda output",
    ],
  ];
  for (const [what, handler, message] of answers)
    it(`that answers ${what} is refused`, () =>
      withTriggers({ preSignUp: handler }, {}, async (cloud, aws) => {
        await assert.rejects(signUp(aws), refusal("InvalidLambdaResponseException", message));
        assert.deepEqual(cloud.service.users(UserPoolId), []);
      }));

  it("is called only with a permission for this pool, and the log says which is missing", async () => {
    for (const permitted of [false, `${userPool().arn}x`] as const)
      await withTriggers({ preSignUp: confirming }, { permitted }, async (cloud, aws, events) => {
        await assert.rejects(
          signUp(aws),
          refusal("UnexpectedLambdaException", "PreSignUp invocation failed due to error AccessDeniedException."),
        );
        assert.deepEqual(events, []);
        const told = cloud.events.find((event) => event.kind === "trigger");
        assert.match(told?.kind === "trigger" ? (told.reason ?? "") : "", /Declare an aws\.lambda\.Permission/);
      });
  });

  it("[C.4] is tried three times when it does not answer in time", () =>
    withTriggers({ preSignUp: () => new Promise(() => {}) }, { timeLimitMs: 20 }, async (_cloud, aws, events) => {
      await assert.rejects(
        signUp(aws),
        refusal(
          "UnexpectedLambdaException",
          "PreSignUp invocation failed due to error Socket timeout while invoking Lambda function.",
        ),
      );
      assert.deepEqual(sources(events), ["PreSignUp_SignUp", "PreSignUp_SignUp", "PreSignUp_SignUp"]);
    }));
});

describe("a program with triggers", function () {
  this.timeout(60_000);

  it("runs its own functions at sign-up, for migrations, messages and tokens, each told in the request log", async () => {
    const events: CloudEvent[] = [];
    const cloud = await startLocalCloud({
      ...{ stack: "dev", port: 0, stateDirectory: undefined, environment: process.env },
      projectDirectory: join(repository, "tests/fixtures/triggers"),
      onEvent: (event) => events.push(event),
    });
    const aws = apiClient(new URL(cloud.ready.userPools[0]!.issuer));
    try {
      assert.deepEqual(
        cloud.ready.declaredNotEmulated.map(({ type }) => type),
        ["aws:iam/role:Role"],
      );
      const ClientId = cloud.ready.outputs.clientId as string;
      const join = (Username: string) => aws.send(new sdk.SignUpCommand({ ClientId, Username, Password: password }));
      assert.equal((await join(Username)).UserConfirmed, true);
      await assert.rejects(
        join("eve@elsewhere.test"),
        refusal("UserLambdaValidationException", "PreSignUp failed with error Only example.com may join."),
      );
      const { AuthenticationResult } = await aws.send(
        new sdk.InitiateAuthCommand({
          ClientId,
          AuthFlow: "USER_PASSWORD_AUTH",
          AuthParameters: { USERNAME: Username, PASSWORD: password },
        }),
      );
      assert.equal(decode(AuthenticationResult!.AccessToken).claims.tenant, "t-1");
      const grace = { USERNAME: "grace@example.com", PASSWORD: "cobol-1959" };
      await aws.send(new sdk.InitiateAuthCommand({ ClientId, AuthFlow: "USER_PASSWORD_AUTH", AuthParameters: grace }));
      await aws.send(new sdk.ForgotPasswordCommand({ ClientId, Username: grace.USERNAME }));
      const mail = await (await fetch(`${cloud.ready.console}/api/messages`)).json();
      const [{ body, code }] = mail as [{ body: string; code: string }];
      assert.equal(body, `The club's code for you: ${code}`);
      const told = events.filter((event) => event.kind === "trigger");
      assert.deepEqual(
        told.map(({ triggerSource, outcome, reason }) => [triggerSource, outcome, reason]),
        [
          ["PreSignUp_SignUp", "answered", undefined],
          ["PreSignUp_SignUp", "failed", "The function threw Error: Only example.com may join."],
          ["TokenGeneration_Authentication", "answered", undefined],
          ["UserMigration_Authentication", "answered", undefined],
          ["PreSignUp_AdminCreateUser", "answered", undefined],
          ["TokenGeneration_Authentication", "answered", undefined],
          ["CustomMessage_ForgotPassword", "answered", undefined],
        ],
      );
    } finally {
      aws.destroy();
      await cloud.close();
    }
  });
});
