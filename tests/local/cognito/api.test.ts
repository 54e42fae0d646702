import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import * as sdk from "@aws-sdk/client-cognito-identity-provider";
import * as legacy from "amazon-cognito-identity-js";
import { totpAt } from "../../../local/cognito/accounts/totp.ts";
import { ClientId, call, newPassword, refusal, signIn, signUpAndConfirm, UserPoolId, withPool } from "./api-calls.ts";
import {
  appClient,
  attribute,
  decode,
  password,
  type RunningCognito,
  signInThroughPages,
  signingKey,
  signUpThroughPages,
  startCognito,
} from "./harness.ts";
import { libraryUser } from "./library-user.ts";

describe("the cognito-idp JSON API on the wire", () => {
  let cloud: RunningCognito;
  before(async () => {
    cloud = await startCognito();
  });
  after(() => cloud.close());

  it("[C.1] refuses with HTTP 400, the type in the body and in a header with a trailing colon, the message in both", async () => {
    const { status, headers, body } = await call(cloud, "InitiateAuth", {
      ClientId,
      AuthFlow: "USER_PASSWORD_AUTH",
      AuthParameters: { USERNAME: "nobody@example.com", PASSWORD: password },
    });
    assert.equal(status, 400);
    assert.equal(headers.get("content-type"), "application/x-amz-json-1.1");
    assert.equal(headers.get("x-amzn-errortype"), "NotAuthorizedException:");
    assert.equal(headers.get("x-amzn-errormessage"), "Incorrect username or password.");
    assert.match(headers.get("x-amzn-requestid")!, /^[0-9a-f-]{36}$/);
    assert.equal(
      JSON.stringify(body),
      `{"__type":"NotAuthorizedException","message":"Incorrect username or password."}`,
    );
  });

  it("wants an AWS signature for what AWS signs, and none from a web page", async () => {
    const signature = { authorization: "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/cognito-idp/aws4_request" };
    const unsigned: Record<string, string>[] = [
      {},
      { authorization: "Bearer x" },
      { ...signature, origin: "https://evil.example" },
    ];
    for (const headers of unsigned) {
      const { status, body } = await call(cloud, "ListUsers", { UserPoolId }, headers);
      assert.deepEqual([status, body.__type], [400, "MissingAuthenticationTokenException"]);
    }
    assert.equal((await call(cloud, "ListUsers", { UserPoolId }, signature)).status, 200);
    const preflight = await fetch(cloud.origin, {
      method: "OPTIONS",
      headers: {
        origin: "http://localhost:3000",
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type,x-amz-target",
      },
    });
    assert.equal(preflight.headers.get("access-control-allow-origin"), "*");
    assert.doesNotMatch(preflight.headers.get("access-control-allow-headers")!, /authorization/i);
  });

  it("says what is wrong with a malformed call", async () => {
    for (const [operation, body, type] of [
      ["SignUp", "{", "SerializationException"],
      ["SignUp", "[]", "SerializationException"],
      ["SignUp", { ClientId: 1 }, "SerializationException"],
      ["SignUp", {}, "InvalidParameterException"],
      ["SignUp", { ClientId: "nobody", Username: "a", Password: password }, "ResourceNotFoundException"],
      ["InitiateAuth", { ClientId, AuthFlow: "CUSTOM_AUTH" }, "InvalidParameterException"],
      ["InitiateAuth", { ClientId, AuthFlow: "USER_PASSWORD_AUTH" }, "InvalidParameterException"],
      ["", {}, "UnknownOperationException"],
      ["constructor", {}, "UnknownOperationException"],
    ] as const) {
      const answer = await call(cloud, operation, body);
      assert.deepEqual([answer.status, answer.body.__type], [400, type], operation);
    }
    const { body } = await call(cloud, "SignUp", { ClientId: "nobody", Username: "a", Password: password });
    assert.equal(body.message, "User pool client nobody does not exist.");
  });

  it("refuses a password of any length at once, whatever it ends with", async () => {
    for (const given of [`${"a".repeat(200_000)} `, ` ${"a".repeat(200_000)}`]) {
      const { status, body } = await call(cloud, "SignUp", { ClientId, Username: "a@example.com", Password: given });
      assert.deepEqual([status, body.__type], [400, "InvalidParameterException"]);
      assert.match(body.message, /^2 validation errors detected: .* length less than or equal to 256; .*\[\\S\]\+\.\*/);
    }
  });

  it("leaves everything else at its origin to the console", async () => {
    for (const [path, init] of [
      ["/", {}],
      ["/", { method: "POST" }],
      ["/api/messages", {}],
      [`/${UserPoolId}`, {}],
    ] as const) {
      const response = await fetch(cloud.origin + path, init);
      assert.equal(await response.text(), "console");
    }
  });
});

describe("an application with @aws-sdk/client-cognito-identity-provider", () => {
  it("[C.3] signs somebody up, confirms, signs in, reads and changes the account, and deletes it", () =>
    withPool({}, async (cloud, aws) => {
      const Username = "jane@example.com";
      const signedUp = await aws.send(new sdk.SignUpCommand({ ClientId, Username, Password: password }));
      assert.deepEqual(
        [signedUp.UserConfirmed, signedUp.CodeDeliveryDetails],
        [false, { Destination: "j***@e***", DeliveryMedium: "EMAIL", AttributeName: "email" }],
      );
      await assert.rejects(signIn(aws, Username), refusal("UserNotConfirmedException", "User is not confirmed."));
      await assert.rejects(
        aws.send(new sdk.ConfirmSignUpCommand({ ClientId, Username, ConfirmationCode: "x" })),
        refusal("CodeMismatchException", "Invalid verification code provided, please try again."),
      );
      const again = await aws.send(new sdk.ResendConfirmationCodeCommand({ ClientId, Username }));
      assert.equal(again.CodeDeliveryDetails?.Destination, "j***@e***");
      await aws.send(new sdk.ConfirmSignUpCommand({ ClientId, Username, ConfirmationCode: cloud.code(Username) }));
      await assert.rejects(
        aws.send(new sdk.ConfirmSignUpCommand({ ClientId, Username, ConfirmationCode: "123456" })),
        refusal("NotAuthorizedException", "User cannot be confirmed. Current status is CONFIRMED"),
      );

      const { AccessToken, ExpiresIn, TokenType } = await signIn(aws, Username);
      assert.deepEqual([ExpiresIn, TokenType], [3600, "Bearer"]);
      const user = await aws.send(new sdk.GetUserCommand({ AccessToken }));
      assert.equal(user.Username, signedUp.UserSub);
      assert.deepEqual(user.UserAttributes, [
        { Name: "sub", Value: signedUp.UserSub },
        { Name: "email", Value: Username },
        { Name: "email_verified", Value: "true" },
      ]);

      const changed = await aws.send(
        new sdk.UpdateUserAttributesCommand({
          AccessToken,
          UserAttributes: [
            { Name: "name", Value: "Jane" },
            { Name: "email", Value: "doe@example.com" },
          ],
        }),
      );
      assert.deepEqual(changed.CodeDeliveryDetailsList, [
        { Destination: "d***@e***", DeliveryMedium: "EMAIL", AttributeName: "email" },
      ]);
      const Code = cloud.code("doe@example.com");
      await aws.send(new sdk.VerifyUserAttributeCommand({ AccessToken, AttributeName: "email", Code }));
      await signIn(aws, "doe@example.com");
      await assert.rejects(signIn(aws, Username), refusal("NotAuthorizedException", "Incorrect username or password."));

      await aws.send(
        new sdk.ChangePasswordCommand({ AccessToken, PreviousPassword: password, ProposedPassword: newPassword }),
      );
      await assert.rejects(
        signIn(aws, "doe@example.com"),
        refusal("NotAuthorizedException", "Incorrect username or password."),
      );
      await signIn(aws, "doe@example.com", newPassword);
      await aws.send(new sdk.DeleteUserCommand({ AccessToken }));
      assert.deepEqual(cloud.service.users(UserPoolId), []);
    }));

  it("[C.3] is told that somebody who was deleted does not exist, and that a disabled user's tokens are revoked", () =>
    withPool({}, async (cloud, aws) => {
      const Username = "ada@example.com";
      await signUpAndConfirm(cloud, aws, Username);
      const { AccessToken, RefreshToken } = await signIn(aws, Username);
      const getUser = () => aws.send(new sdk.GetUserCommand({ AccessToken }));
      const refresh = () =>
        aws.send(
          new sdk.InitiateAuthCommand({
            ClientId,
            AuthFlow: "REFRESH_TOKEN_AUTH",
            AuthParameters: { REFRESH_TOKEN: RefreshToken! },
          }),
        );
      await aws.send(new sdk.AdminDisableUserCommand({ UserPoolId, Username }));
      await assert.rejects(getUser(), refusal("NotAuthorizedException", "Access Token has been revoked"));
      await assert.rejects(refresh(), refusal("NotAuthorizedException", "Refresh Token has been revoked"));
      await aws.send(new sdk.AdminDeleteUserCommand({ UserPoolId, Username }));
      await assert.rejects(getUser(), refusal("UserNotFoundException", "User does not exist."));
      await assert.rejects(refresh(), refusal("UserNotFoundException", "User does not exist."));
    }));

  it("[C.3] moves an address that signs somebody else in only with ForceAliasCreation", () =>
    withPool({ usernameAttributes: [], aliasAttributes: ["email"] }, async (cloud, aws) => {
      const email = "ada@example.com";
      const start = async (Username: string) => {
        const UserAttributes = [{ Name: "email", Value: email }];
        await aws.send(new sdk.SignUpCommand({ ClientId, Username, Password: password, UserAttributes }));
        return { ClientId, Username, ConfirmationCode: cloud.code(email) };
      };
      await aws.send(new sdk.ConfirmSignUpCommand(await start("ada")));
      const second = await start("bob");
      await assert.rejects(
        aws.send(new sdk.ConfirmSignUpCommand(second)),
        refusal("AliasExistsException", "An account with the email already exists."),
      );
      await aws.send(new sdk.ConfirmSignUpCommand({ ...second, ForceAliasCreation: true }));
      assert.equal(decode((await signIn(aws, email)).AccessToken).claims.username, "bob");
      const { UserAttributes } = await aws.send(new sdk.AdminGetUserCommand({ UserPoolId, Username: "ada" }));
      const [verified] = UserAttributes!.filter(({ Name }) => Name === "email_verified");
      assert.equal(verified?.Value, "false");
      assert.equal(decode((await signIn(aws, "ada")).AccessToken).claims.username, "ada");
    }));

  it("[C.3] proves with a code the address that it went to, and none that was put in its place", () =>
    withPool({ usernameAttributes: [], autoVerifiedAttributes: [] }, async (cloud, aws) => {
      const [Username, AttributeName] = ["mallory", "email"];
      const become = (Value: string) => [{ Name: AttributeName, Value }];
      const UserAttributes = become("mallory@example.com");
      await aws.send(new sdk.SignUpCommand({ ClientId, Username, Password: password, UserAttributes }));
      await aws.send(new sdk.AdminConfirmSignUpCommand({ UserPoolId, Username }));
      const { AccessToken } = await signIn(aws, Username);
      await aws.send(new sdk.GetUserAttributeVerificationCodeCommand({ AccessToken, AttributeName }));
      const Code = cloud.code("mallory@example.com");
      await aws.send(
        new sdk.UpdateUserAttributesCommand({ AccessToken, UserAttributes: become("victim@example.com") }),
      );
      await assert.rejects(aws.send(new sdk.VerifyUserAttributeCommand({ AccessToken, AttributeName, Code })), {
        name: "ExpiredCodeException",
      });
      const user = await aws.send(new sdk.GetUserCommand({ AccessToken }));
      assert.equal(user.UserAttributes?.find(({ Name }) => Name === "email_verified")?.Value, "false");
    }));

  it("[B.2] [B.3] gets tokens in the API's own form: no at_hash, origin_jti, the API's scope", () =>
    withPool({}, async (cloud, aws) => {
      await signUpAndConfirm(cloud, aws, "ada@example.com");
      const { IdToken, AccessToken, RefreshToken } = await signIn(aws, "ada@example.com");
      const [id, access] = [decode(IdToken), decode(AccessToken)];
      assert.deepEqual(Object.keys(id.claims), [
        ...["sub", "email_verified", "iss", "cognito:username", "origin_jti", "aud", "event_id", "token_use"],
        ...["auth_time", "exp", "iat", "jti", "email"],
      ]);
      assert.deepEqual(Object.keys(access.claims), [
        ...["sub", "iss", "version", "client_id", "origin_jti", "event_id", "token_use", "scope", "auth_time", "exp"],
        ...["iat", "jti", "username"],
      ]);
      assert.equal(access.claims.scope, "aws.cognito.signin.user.admin");
      assert.deepEqual([await signingKey(cloud, IdToken!), await signingKey(cloud, AccessToken!)], [0, 1]);

      const refreshed = await aws.send(
        new sdk.InitiateAuthCommand({
          ClientId,
          AuthFlow: "REFRESH_TOKEN_AUTH",
          AuthParameters: { REFRESH_TOKEN: RefreshToken! },
        }),
      );
      assert.equal(refreshed.AuthenticationResult?.RefreshToken, undefined);
      assert.equal(decode(refreshed.AuthenticationResult?.AccessToken).claims.origin_jti, access.claims.origin_jti);
      await aws.send(new sdk.RevokeTokenCommand({ ClientId, Token: RefreshToken! }));
      await assert.rejects(
        aws.send(
          new sdk.InitiateAuthCommand({
            ClientId,
            AuthFlow: "REFRESH_TOKEN_AUTH",
            AuthParameters: { REFRESH_TOKEN: RefreshToken! },
          }),
        ),
        refusal("NotAuthorizedException", "Refresh Token has been revoked"),
      );
      await assert.rejects(
        aws.send(new sdk.GetUserCommand({ AccessToken })),
        refusal("NotAuthorizedException", "Access Token has been revoked"),
      );
    }));

  it("[C.3] resets a forgotten password, within the rates, and without telling who exists", () =>
    withPool({}, async (cloud, aws) => {
      await signUpAndConfirm(cloud, aws, "ada@example.com");
      const Username = "ada@example.com";
      await assert.rejects(
        aws.send(
          new sdk.ConfirmForgotPasswordCommand({
            ClientId,
            Username,
            ConfirmationCode: "123456",
            Password: newPassword,
          }),
        ),
        refusal("ExpiredCodeException", "Invalid code provided, please request a code again."),
      );
      await aws.send(new sdk.ForgotPasswordCommand({ ClientId, Username }));
      const ConfirmationCode = cloud.code(Username);
      await assert.rejects(
        aws.send(new sdk.ConfirmForgotPasswordCommand({ ClientId, Username, ConfirmationCode, Password: "short7" })),
        refusal("InvalidPasswordException", "Password does not conform to policy: Password not long enough"),
      );
      await aws.send(
        new sdk.ConfirmForgotPasswordCommand({ ClientId, Username, ConfirmationCode, Password: newPassword }),
      );
      await signIn(aws, Username, newPassword);
      for (let i = 0; i < 4; i++) await aws.send(new sdk.ForgotPasswordCommand({ ClientId, Username }));
      await assert.rejects(
        aws.send(new sdk.ForgotPasswordCommand({ ClientId, Username })),
        refusal("LimitExceededException", "Attempt limit exceeded, please try after some time."),
      );
      const simulated = await aws.send(new sdk.ForgotPasswordCommand({ ClientId, Username: "bob@elsewhere.org" }));
      assert.equal(simulated.CodeDeliveryDetails?.Destination, "b***@e***");
      const input = { ClientId, Username: "bob@elsewhere.org", ConfirmationCode: "123456", Password: newPassword };
      await assert.rejects(
        aws.send(new sdk.ConfirmForgotPasswordCommand(input)),
        refusal("CodeMismatchException", "Invalid verification code provided, please try again."),
      );
    }));

  it("[C.3] goes through NEW_PASSWORD_REQUIRED, then MFA_SETUP, then SOFTWARE_TOKEN_MFA", () =>
    withPool({ mfa: "ON", softwareTokenMfa: true }, async (cloud, aws) => {
      const Username = "ada@example.com";
      await aws.send(
        new sdk.AdminCreateUserCommand({
          UserPoolId,
          Username,
          TemporaryPassword: password,
          UserAttributes: [{ Name: "email_verified", Value: "true" }],
        }),
      );
      const auth = (PASSWORD: string) =>
        aws.send(
          new sdk.InitiateAuthCommand({
            ClientId,
            AuthFlow: "USER_PASSWORD_AUTH",
            AuthParameters: { USERNAME: Username, PASSWORD },
          }),
        );
      const first = await auth(password);
      assert.equal(first.ChallengeName, "NEW_PASSWORD_REQUIRED");
      const respond = (
        ChallengeName: sdk.ChallengeNameType,
        Session: string | undefined,
        responses: Record<string, string>,
      ) =>
        aws.send(
          new sdk.RespondToAuthChallengeCommand({
            ClientId,
            ChallengeName,
            Session,
            ChallengeResponses: { USERNAME: Username, ...responses },
          }),
        );
      await assert.rejects(
        respond("NEW_PASSWORD_REQUIRED", first.Session, { NEW_PASSWORD: "short" }),
        refusal("InvalidPasswordException", "Password does not conform to policy: Password not long enough"),
      );
      const second = await respond("NEW_PASSWORD_REQUIRED", first.Session, { NEW_PASSWORD: newPassword });
      assert.equal(second.ChallengeName, "MFA_SETUP");
      await assert.rejects(
        respond("MFA_SETUP", second.Session, {}),
        refusal("NotAuthorizedException", "Invalid session for the user, session is expired."),
      );
      const associated = await aws.send(new sdk.AssociateSoftwareTokenCommand({ Session: second.Session }));
      const code = () => totpAt(associated.SecretCode!, Math.floor(cloud.clock.ms / 30_000));
      const verified = await aws.send(
        new sdk.VerifySoftwareTokenCommand({ Session: associated.Session, UserCode: code() }),
      );
      assert.equal(verified.Status, "SUCCESS");
      const third = await respond("MFA_SETUP", verified.Session, {});
      assert.ok(third.AuthenticationResult?.AccessToken);
      const user = await aws.send(new sdk.GetUserCommand({ AccessToken: third.AuthenticationResult.AccessToken }));
      assert.equal(user.PreferredMfaSetting, "SOFTWARE_TOKEN_MFA");

      cloud.clock.ms += 30_000;
      const again = await auth(newPassword);
      assert.equal(again.ChallengeName, "SOFTWARE_TOKEN_MFA");
      await assert.rejects(
        respond("SOFTWARE_TOKEN_MFA", again.Session, { SOFTWARE_TOKEN_MFA_CODE: "x" }),
        refusal("CodeMismatchException", "Invalid code received for user"),
      );
      const done = await respond("SOFTWARE_TOKEN_MFA", again.Session, { SOFTWARE_TOKEN_MFA_CODE: code() });
      assert.ok(done.AuthenticationResult?.IdToken);
      await assert.rejects(
        respond("SOFTWARE_TOKEN_MFA", again.Session, { SOFTWARE_TOKEN_MFA_CODE: code() }),
        refusal("NotAuthorizedException", "Invalid session for the user, session can only be used once."),
      );
    }));

  it("[C.3] writes what the pool's schema and the client allow, and is told why not", () => {
    const writeAttributes = ["email", "custom:plan", "custom:seats", "custom:tenant"];
    return withPool(
      {
        schema: [
          attribute("custom:plan", { minLength: 2, maxLength: 4 }),
          attribute("custom:seats", { type: "Number", minValue: 1, maxValue: 9 }),
          attribute("custom:tenant", { mutable: false }),
        ],
        clients: [appClient({ writeAttributes })],
      },
      async (cloud, aws) => {
        const Username = "ada@example.com";
        await aws.send(
          new sdk.SignUpCommand({
            ClientId,
            Username,
            Password: password,
            UserAttributes: [{ Name: "custom:tenant", Value: "t1" }],
          }),
        );
        await aws.send(new sdk.ConfirmSignUpCommand({ ClientId, Username, ConfirmationCode: cloud.code(Username) }));
        const { AccessToken } = await signIn(aws, Username);
        const update = (Name: string, Value: string) =>
          aws.send(new sdk.UpdateUserAttributesCommand({ AccessToken, UserAttributes: [{ Name, Value }] }));
        await update("custom:plan", "free");
        await update("custom:seats", "3");
        const conform = "Attributes did not conform to the schema: ";
        for (const [name, value, type, message] of [
          [
            "custom:plan",
            "f",
            "InvalidParameterException",
            `${conform}custom:plan: String must be at least 2 characters long`,
          ],
          [
            "custom:plan",
            "large",
            "InvalidParameterException",
            `${conform}custom:plan: String must be no longer than 4 characters`,
          ],
          [
            "custom:seats",
            "10",
            "InvalidParameterException",
            `${conform}custom:seats: Number must be no greater than 9`,
          ],
          ["custom:seats", "many", "InvalidParameterException", `${conform}custom:seats: Value must be a number`],
          ["custom:tenant", "t2", "InvalidParameterException", "user.custom:tenant: Attribute cannot be updated."],
          ["email", "nowhere", "InvalidParameterException", "Invalid email address format."],
          ["name", "Ada", "NotAuthorizedException", "A client attempted to write unauthorized attribute"],
          ["email_verified", "true", "NotAuthorizedException", "A client attempted to write unauthorized attribute"],
        ] as const)
          await assert.rejects(update(name, value), refusal(type, message));
        await assert.rejects(
          aws.send(
            new sdk.AdminUpdateUserAttributesCommand({
              UserPoolId,
              Username,
              UserAttributes: [{ Name: "custom:unknown", Value: "x" }],
            }),
          ),
          refusal("InvalidParameterException", "user.custom:unknown: Attribute does not exist in the schema.\n"),
        );
        const { claims } = decode((await signIn(aws, Username)).IdToken);
        assert.deepEqual([claims["custom:plan"], claims["custom:seats"], claims["custom:tenant"]], ["free", "3", "t1"]);
      },
    );
  });

  it("[C.2] proves a client's secret with SECRET_HASH", () =>
    withPool({ clients: [appClient({ secret: "s3cret" })] }, async (cloud, aws) => {
      await signUpThroughPages(cloud, "ada@example.com");
      const auth = (SECRET_HASH?: string) =>
        aws.send(
          new sdk.InitiateAuthCommand({
            ClientId,
            AuthFlow: "USER_PASSWORD_AUTH",
            AuthParameters: {
              USERNAME: "ada@example.com",
              PASSWORD: password,
              ...(SECRET_HASH !== undefined && { SECRET_HASH }),
            },
          }),
        );
      const hash = createHmac("sha256", "s3cret").update(`ada@example.com${ClientId}`).digest("base64");
      assert.ok((await auth(hash)).AuthenticationResult);
      await assert.rejects(
        auth("AAAA"),
        refusal("NotAuthorizedException", `Unable to verify secret hash for client ${ClientId}`),
      );
      await assert.rejects(
        auth(),
        refusal(
          "NotAuthorizedException",
          `Client ${ClientId} is configured with secret but SECRET_HASH was not received`,
        ),
      );
    }));

  it("[C.3] is refused a flow that the client does not have", () =>
    withPool({ clients: [appClient({ explicitAuthFlows: ["ALLOW_USER_SRP_AUTH"] })] }, async (_cloud, aws) => {
      await assert.rejects(
        signIn(aws, "ada@example.com"),
        refusal("InvalidParameterException", "USER_PASSWORD_AUTH flow not enabled for this client"),
      );
    }));

  it("rotates refresh tokens through GetTokensFromRefreshToken", () =>
    withPool(
      { clients: [appClient({ refreshTokenRotation: { enabled: true, graceSeconds: 0 } })] },
      async (cloud, aws) => {
        await signUpAndConfirm(cloud, aws, "ada@example.com");
        const { RefreshToken } = await signIn(aws, "ada@example.com");
        const rotated = await aws.send(new sdk.GetTokensFromRefreshTokenCommand({ ClientId, RefreshToken }));
        assert.notEqual(rotated.AuthenticationResult?.RefreshToken, RefreshToken);
        await assert.rejects(
          aws.send(new sdk.GetTokensFromRefreshTokenCommand({ ClientId, RefreshToken })),
          refusal("NotAuthorizedException", "Invalid Refresh Token"),
        );
      },
    ));
});

describe("an administrator with @aws-sdk/client-cognito-identity-provider", () => {
  it("makes, finds, changes, disables and deletes users", () =>
    withPool({}, async (cloud, aws) => {
      const Username = "ada@example.com";
      const { User } = await aws.send(
        new sdk.AdminCreateUserCommand({
          UserPoolId,
          Username,
          MessageAction: "SUPPRESS",
          UserAttributes: [{ Name: "given_name", Value: "Ada" }],
        }),
      );
      assert.equal(User?.UserStatus, "FORCE_CHANGE_PASSWORD");
      assert.equal(User?.UserCreateDate?.getTime(), cloud.clock.ms);
      assert.deepEqual(cloud.service.messages(), []);
      await assert.rejects(
        aws.send(new sdk.AdminCreateUserCommand({ UserPoolId, Username })),
        refusal("UsernameExistsException", "An account with the given email already exists."),
      );
      await aws.send(new sdk.AdminCreateUserCommand({ UserPoolId, Username, MessageAction: "RESEND" }));
      assert.equal(cloud.service.messages().at(-1)?.kind, "admin-create-user");
      await aws.send(
        new sdk.AdminSetUserPasswordCommand({ UserPoolId, Username, Password: password, Permanent: true }),
      );
      await signIn(aws, Username);
      await aws.send(
        new sdk.AdminUpdateUserAttributesCommand({
          UserPoolId,
          Username,
          UserAttributes: [{ Name: "email_verified", Value: "true" }],
        }),
      );
      const found = await aws.send(new sdk.AdminGetUserCommand({ UserPoolId, Username: User!.Username! }));
      assert.equal(found.UserStatus, "CONFIRMED");
      assert.deepEqual(Object.fromEntries(found.UserAttributes!.map(({ Name, Value }) => [Name, Value])), {
        sub: User!.Username,
        email: Username,
        email_verified: "true",
        given_name: "Ada",
      });
      await aws.send(new sdk.AdminResetUserPasswordCommand({ UserPoolId, Username }));
      await assert.rejects(
        signIn(aws, Username),
        refusal("PasswordResetRequiredException", "Password reset required for the user"),
      );
      await aws.send(
        new sdk.ConfirmForgotPasswordCommand({
          ClientId,
          Username,
          ConfirmationCode: cloud.code(Username),
          Password: newPassword,
        }),
      );
      const { AccessToken } = await signIn(aws, Username, newPassword);
      await aws.send(new sdk.AdminUserGlobalSignOutCommand({ UserPoolId, Username }));
      await assert.rejects(
        aws.send(new sdk.GetUserCommand({ AccessToken })),
        refusal("NotAuthorizedException", "Access Token has been revoked"),
      );
      await aws.send(new sdk.AdminDisableUserCommand({ UserPoolId, Username }));
      await assert.rejects(signIn(aws, Username, newPassword), refusal("NotAuthorizedException", "User is disabled."));
      await aws.send(new sdk.AdminEnableUserCommand({ UserPoolId, Username }));
      await signIn(aws, Username, newPassword);
      await aws.send(new sdk.AdminDeleteUserCommand({ UserPoolId, Username }));
      await assert.rejects(
        aws.send(new sdk.AdminGetUserCommand({ UserPoolId, Username })),
        refusal("UserNotFoundException", "User does not exist."),
      );
      await assert.rejects(
        aws.send(new sdk.AdminGetUserCommand({ UserPoolId: "us-east-1_Nowhere00", Username })),
        refusal("ResourceNotFoundException", "User pool us-east-1_Nowhere00 does not exist."),
      );
    }));

  it("signs a user in with ADMIN_USER_PASSWORD_AUTH where the client allows it", () =>
    withPool(
      { clients: [appClient({ explicitAuthFlows: ["ALLOW_ADMIN_USER_PASSWORD_AUTH"] })] },
      async (cloud, aws) => {
        await signUpThroughPages(cloud, "ada@example.com");
        const { AuthenticationResult } = await aws.send(
          new sdk.AdminInitiateAuthCommand({
            UserPoolId,
            ClientId,
            AuthFlow: "ADMIN_USER_PASSWORD_AUTH",
            AuthParameters: { USERNAME: "ada@example.com", PASSWORD: password },
          }),
        );
        assert.ok(AuthenticationResult?.AccessToken);
      },
    ));

  it("lists users in pages and finds them by filter", () =>
    withPool({}, async (_cloud, aws) => {
      for (let i = 0; i < 5; i++)
        await aws.send(
          new sdk.AdminCreateUserCommand({
            UserPoolId,
            Username: `user${i}@example.com`,
            MessageAction: "SUPPRESS",
            UserAttributes: [{ Name: "family_name", Value: i % 2 === 0 ? 'O"Hara' : "Ofenheim" }],
          }),
        );
      const emails: string[] = [];
      let PaginationToken: string | undefined;
      do {
        const page: sdk.ListUsersCommandOutput = await aws.send(
          new sdk.ListUsersCommand({ UserPoolId, Limit: 2, PaginationToken, AttributesToGet: ["email"] }),
        );
        for (const { Attributes } of page.Users!) {
          assert.equal(Attributes?.length, 1);
          emails.push(Attributes![0]!.Value!);
        }
        PaginationToken = page.PaginationToken;
      } while (PaginationToken !== undefined);
      assert.deepEqual(
        emails,
        [0, 1, 2, 3, 4].map((i) => `user${i}@example.com`),
      );
      const count = async (Filter: string) =>
        (await aws.send(new sdk.ListUsersCommand({ UserPoolId, Filter }))).Users!.length;
      assert.equal(await count('email = "user3@example.com"'), 1);
      assert.equal(await count('email ^= "user"'), 5);
      assert.equal(await count('family_name = "O\\"Hara"'), 3);
      assert.equal(await count('family_name ^= "O"'), 5);
      assert.equal(await count('cognito:user_status = "CONFIRMED"'), 0);
      assert.equal(await count('email = "\' OR 1=1 --"'), 0);
      for (const Filter of ["email", 'custom:x = "1"', 'email = "a', "email = 'a'"])
        await assert.rejects(aws.send(new sdk.ListUsersCommand({ UserPoolId, Filter })), {
          name: "InvalidParameterException",
        });
    }));

  it("[B.4] keeps groups, and tokens carry them", () =>
    withPool({ groups: [{ name: "declared", description: "by the program", precedence: 3 }] }, async (cloud, aws) => {
      const Username = "ada@example.com";
      await signUpAndConfirm(cloud, aws, Username);
      await aws.send(new sdk.CreateGroupCommand({ UserPoolId, GroupName: "admin", Precedence: 0 }));
      await assert.rejects(
        aws.send(new sdk.CreateGroupCommand({ UserPoolId, GroupName: "admin" })),
        refusal("GroupExistsException", "A group with the name already exists."),
      );
      for (const GroupName of ["declared", "admin"])
        await aws.send(new sdk.AdminAddUserToGroupCommand({ UserPoolId, Username, GroupName }));
      const { Groups } = await aws.send(new sdk.AdminListGroupsForUserCommand({ UserPoolId, Username }));
      assert.deepEqual(
        Groups?.map(({ GroupName, Precedence }) => [GroupName, Precedence]),
        [
          ["admin", 0],
          ["declared", 3],
        ],
      );
      const { IdToken } = await signIn(aws, Username);
      assert.deepEqual(decode(IdToken).claims["cognito:groups"], ["admin", "declared"]);
      const { Users } = await aws.send(new sdk.ListUsersInGroupCommand({ UserPoolId, GroupName: "admin" }));
      assert.equal(Users?.length, 1);
      await aws.send(new sdk.AdminRemoveUserFromGroupCommand({ UserPoolId, Username, GroupName: "admin" }));
      await aws.send(new sdk.DeleteGroupCommand({ UserPoolId, GroupName: "admin" }));
      await assert.rejects(
        aws.send(new sdk.AdminAddUserToGroupCommand({ UserPoolId, Username, GroupName: "admin" })),
        refusal("ResourceNotFoundException", "Group not found."),
      );
      const listed = await aws.send(new sdk.ListGroupsCommand({ UserPoolId }));
      assert.deepEqual(
        listed.Groups?.map(({ GroupName, Description }) => [GroupName, Description]),
        [["declared", "by the program"]],
      );
    }));

  it("looks at what the program declared and is told that changing it is the program's business", () =>
    withPool({}, async (_cloud, aws) => {
      const { UserPools } = await aws.send(new sdk.ListUserPoolsCommand({ MaxResults: 10 }));
      const epoch = { LastModifiedDate: new Date(0), CreationDate: new Date(0) };
      assert.deepEqual(UserPools, [{ Id: UserPoolId, Name: "MyFirstDemoPool", LambdaConfig: {}, ...epoch }]);
      const { UserPool } = await aws.send(new sdk.DescribeUserPoolCommand({ UserPoolId }));
      assert.equal(UserPool?.Policies?.PasswordPolicy?.MinimumLength, 8);
      assert.deepEqual(UserPool?.UsernameAttributes, ["email"]);
      const { UserPoolClients } = await aws.send(new sdk.ListUserPoolClientsCommand({ UserPoolId }));
      assert.deepEqual(UserPoolClients, [{ ClientId, UserPoolId, ClientName: "DemoClient" }]);
      const { UserPoolClient } = await aws.send(new sdk.DescribeUserPoolClientCommand({ UserPoolId, ClientId }));
      assert.deepEqual(UserPoolClient?.AllowedOAuthFlows, ["implicit", "code"]);
      for (const [operation, command] of [
        ["CreateUserPool", new sdk.CreateUserPoolCommand({ PoolName: "x" })],
        ["DeleteUserPool", new sdk.DeleteUserPoolCommand({ UserPoolId })],
        ["UpdateUserPoolClient", new sdk.UpdateUserPoolClientCommand({ UserPoolId, ClientId })],
      ] as const)
        await assert.rejects(
          aws.send(command as sdk.CreateUserPoolCommand),
          refusal(
            "UnsupportedOperationException",
            `${operation} is the Pulumi program's business: what it declares is what runs. Change the program and start the local cloud again.`,
          ),
        );
    }));
});

describe("an application with amazon-cognito-identity-js", () => {
  const promise = <T>(work: (callback: (error: Error | undefined | null, result?: T) => void) => void) =>
    new Promise<T>((resolve, reject) => work((error, result) => (error ? reject(error) : resolve(result as T))));
  const authenticate = (account: legacy.CognitoUser, Password: string) =>
    new Promise<legacy.CognitoUserSession>((resolve, reject) =>
      account.authenticateUser(new legacy.AuthenticationDetails({ Username: account.getUsername(), Password }), {
        onSuccess: resolve,
        onFailure: reject,
      }),
    );

  it("signs up, confirms, and signs in with SRP: the password never crosses the wire", () =>
    withPool({}, async (cloud) => {
      const { Pool, account } = libraryUser(cloud, "ada@example.com");
      await promise<legacy.ISignUpResult>((done) => Pool.signUp("ada@example.com", password, [], [], done as never));
      await promise((done) => account.confirmRegistration(cloud.code("ada@example.com"), false, done as never));
      const sent: string[] = [];
      const original = globalThis.fetch;
      globalThis.fetch = (input, init) => {
        sent.push(String(init?.body));
        return original(input, init);
      };
      try {
        const session = await authenticate(account, password);
        assert.equal(session.getIdToken().payload.email, "ada@example.com");
      } finally {
        globalThis.fetch = original;
      }
      assert.ok(sent.some((body) => body.includes("PASSWORD_CLAIM_SIGNATURE")));
      assert.ok(!sent.join().includes(password));
      await promise((done) => account.changePassword(password, newPassword, done as never));
      const { account: again } = libraryUser(cloud, "ada@example.com");
      await assert.rejects(authenticate(again, password), {
        name: "NotAuthorizedException",
        message: "Incorrect username or password.",
      });
      const { account: third } = libraryUser(cloud, "ada@example.com");
      assert.ok((await authenticate(third, newPassword)).isValid());
    }));

  it("cannot tell somebody who does not exist from a wrong password", () =>
    withPool({}, async (cloud) => {
      await signUpThroughPages(cloud, "ada@example.com");
      for (const name of ["ada@example.com", "nobody@example.com"])
        await assert.rejects(authenticate(libraryUser(cloud, name).account, "Wrong-password-1"), {
          name: "NotAuthorizedException",
          message: "Incorrect username or password.",
        });
      const A = "ab".repeat(384);
      const start = async (USERNAME: string) =>
        (
          await call(cloud, "InitiateAuth", {
            ClientId,
            AuthFlow: "USER_SRP_AUTH",
            AuthParameters: { USERNAME, SRP_A: A },
          })
        ).body.ChallengeParameters;
      const [one, two] = [await start("nobody@example.com"), await start("nobody@example.com")];
      assert.deepEqual([one.SALT, one.USER_ID_FOR_SRP], [two.SALT, two.USER_ID_FOR_SRP]);
      assert.match(one.USER_ID_FOR_SRP, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/);
      const real = await start("ada@example.com");
      assert.equal(one.SALT.length, real.SALT.length);
    }));

  it("refuses an SRP_A that would make the key predictable", () =>
    withPool({}, async (cloud) => {
      await signUpThroughPages(cloud, "ada@example.com");
      for (const SRP_A of ["0", "00", "zz", ""]) {
        const { status, body } = await call(cloud, "InitiateAuth", {
          ClientId,
          AuthFlow: "USER_SRP_AUTH",
          AuthParameters: { USERNAME: "ada@example.com", SRP_A },
        });
        assert.deepEqual([status, body.__type], [400, "InvalidParameterException"]);
      }
    }));

  // What others reported from AWS: names of days in another language, and warrant's day with a leading zero.
  it("[C.3] refuses a TIMESTAMP that Cognito does not read, and one that it would write in another way", () =>
    withPool({}, async (cloud) => {
      await signUpThroughPages(cloud, "ada@example.com");
      const { account } = libraryUser(cloud, "ada@example.com");
      const original = globalThis.fetch;
      const signInAt = async (timestamp: (sent: string) => string) => {
        globalThis.fetch = (input, init) => {
          const body = JSON.parse(String(init?.body));
          const responses = body.ChallengeResponses;
          if (responses) responses.TIMESTAMP = timestamp(responses.TIMESTAMP);
          return original(input, { ...init, body: JSON.stringify(body) });
        };
        try {
          return await authenticate(account, password);
        } finally {
          globalThis.fetch = original;
        }
      };
      for (const other of ["Do Feb 12 15:26:37 UTC 2026", "Mon Feb 12 15:26:37 +05:30 2026", "2026-02-12T15:26:37Z"])
        await assert.rejects(
          signInAt(() => other),
          {
            name: "InvalidParameterException",
            message: "TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english.",
          },
        );
      const incorrect = { name: "NotAuthorizedException", message: "Incorrect username or password." };
      await assert.rejects(
        signInAt(() => "Thu Feb 05 15:26:37 UTC 2026"),
        incorrect,
      );
      assert.ok((await signInAt((sent) => sent)).isValid());
    }));

  it("[C.3] backs off from SRP guesses as from any others", () =>
    withPool({}, async (cloud) => {
      await signUpThroughPages(cloud, "ada@example.com");
      for (let i = 0; i < 5; i++)
        await assert.rejects(authenticate(libraryUser(cloud, "ada@example.com").account, "Wrong-password-1"), {
          message: "Incorrect username or password.",
        });
      await assert.rejects(authenticate(libraryUser(cloud, "ada@example.com").account, password), {
        message: "Password attempts exceeded",
      });
      assert.deepEqual((await signInThroughPages(cloud, "ada@example.com")).alerts, ["Password attempts exceeded"]);
    }));
});
