/** Sentences with which Cognito's API refuses calls, as others recorded them on AWS. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { ClientId, call, newPassword, UserPoolId, withPool } from "./api-calls.ts";
import { appClient, password, type RunningCognito } from "./harness.ts";

const signature = { authorization: "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/cognito-idp/aws4_request" };

const ask = async (cloud: RunningCognito, operation: string, input: object) =>
  (await call(cloud, operation, input, signature)).body;

async function refusals(cloud: RunningCognito, calls: [string, object, type: string, message: string][]) {
  const got: unknown[] = [];
  for (const [operation, input] of calls) {
    const { __type, message } = await ask(cloud, operation, input);
    got.push([operation, input, __type, message]);
  }
  assert.deepEqual(got, calls);
}

const Username = "ada@example.com";
const names = { UserPoolId, Username };

describe("a refusal of the user-pool API", () => {
  // amazon-archives/amazon-cognito-identity-js#388 (2017) and #311; aws-amplify/amplify-js#4177 (2019); feature files and lists of
  // translations in public repositories have the rest, with the pattern that passwords got later.
  it("[C.1] names each member that breaks its constraints, and repeats the value of those that are not secret", () =>
    withPool({}, async (cloud) => {
      const at = (member: string, must: string) => `at '${member}' failed to satisfy constraint: Member must ${must}`;
      const least = (length: number) => `have length greater than or equal to ${length}`;
      const pattern = (written: string) => `satisfy regular expression pattern: ${written}`;
      const [form, letters] = ["^[\\S]+.*[\\S]+$", "[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+"];
      const type = "InvalidParameterException";
      await refusals(cloud, [
        [
          "SignUp",
          { ClientId, Username, Password: "abc" },
          type,
          `1 validation error detected: Value ${at("password", least(6))}`,
        ],
        [
          "SignUp",
          { ClientId, Username: "", Password: "" },
          type,
          `4 validation errors detected: Value ${at("password", least(6))}; Value ${at("password", pattern(form))}; Value ${at("username", least(1))}; Value ${at("username", pattern(letters))}`,
        ],
        [
          "ConfirmSignUp",
          { ClientId, Username, ConfirmationCode: "" },
          type,
          `2 validation errors detected: Value '' ${at("confirmationCode", pattern("[\\S]+"))}; Value '' ${at("confirmationCode", least(1))}`,
        ],
        [
          "ConfirmSignUp",
          { ClientId, Username, ConfirmationCode: "1 12" },
          type,
          `1 validation error detected: Value '1 12' ${at("confirmationCode", pattern("[\\S]+"))}`,
        ],
        [
          "InitiateAuth",
          { ClientId: "", AuthFlow: "USER_PASSWORD_AUTH" },
          type,
          `2 validation errors detected: Value '' ${at("clientId", least(1))}; Value '' ${at("clientId", pattern("[\\w+]+"))}`,
        ],
        [
          "GetUser",
          { AccessToken: "not a token" },
          type,
          `1 validation error detected: Value ${at("accessToken", pattern("[A-Za-z0-9-_=.]+"))}`,
        ],
        [
          "VerifySoftwareToken",
          { Session: "s".repeat(40), UserCode: "Aaaa" },
          type,
          `2 validation errors detected: Value 'Aaaa' ${at("userCode", pattern("[0-9]+"))}; Value 'Aaaa' ${at("userCode", least(6))}`,
        ],
        [
          "AdminGetUser",
          { UserPoolId: "us-west-2", Username },
          type,
          `1 validation error detected: Value 'us-west-2' ${at("userPoolId", pattern("[\\w-]+_[0-9a-zA-Z]+"))}`,
        ],
      ]);
    }));

  // "Auth flow not enabled for this client" of AdminInitiateAuth is in workshops and answers to questions with the AWS CLI's own
  // line around it; "USER_SRP_AUTH is not enabled for the client." in a log of 2026.
  it("[C.2] says in the flow's own words that the client does not have it", () => {
    const none = appClient({ explicitAuthFlows: ["ALLOW_REFRESH_TOKEN_AUTH"] });
    return withPool({ clients: [none] }, async (cloud) => {
      const [USERNAME, PASSWORD] = [Username, password];
      const type = "InvalidParameterException";
      await refusals(cloud, [
        [
          "InitiateAuth",
          { ClientId, AuthFlow: "USER_PASSWORD_AUTH", AuthParameters: { USERNAME, PASSWORD } },
          type,
          "USER_PASSWORD_AUTH flow not enabled for this client",
        ],
        [
          "InitiateAuth",
          { ClientId, AuthFlow: "USER_SRP_AUTH", AuthParameters: { USERNAME, SRP_A: "1" } },
          type,
          "USER_SRP_AUTH is not enabled for the client.",
        ],
        [
          "AdminInitiateAuth",
          { UserPoolId, ClientId, AuthFlow: "ADMIN_USER_PASSWORD_AUTH", AuthParameters: { USERNAME, PASSWORD } },
          type,
          "Auth flow not enabled for this client",
        ],
      ]);
    });
  });

  it("names operations without a signature that are not served", () =>
    withPool({}, async (cloud) => {
      for (const operation of ["SetUserSettings", "UpdateAuthEventFeedback"]) {
        const { body } = await call(cloud, operation, {});
        assert.deepEqual(
          [body.__type, body.message],
          ["UnknownOperationException", `${operation} is not served by the local cloud.`],
        );
      }
    }));

  // Three commands of the AWS CLI with what they answered, in public repositories (2023 to 2026).
  it("[C.2] of a user whom an administrator makes again, and of a password for one, is not SignUp's", () =>
    withPool({ usernameAttributes: [] }, async (cloud) => {
      await ask(cloud, "AdminCreateUser", { UserPoolId, Username: "ada" });
      await refusals(cloud, [
        ["AdminCreateUser", { UserPoolId, Username: "ada" }, "UsernameExistsException", "User account already exists"],
        ["SignUp", { ClientId, Username: "ada", Password: password }, "UsernameExistsException", "User already exists"],
        [
          "AdminCreateUser",
          { UserPoolId, Username: "eve", TemporaryPassword: "Short-1" },
          "InvalidPasswordException",
          "Password did not conform with password policy: Password not long enough",
        ],
      ]);
    }));

  // aws-samples/aws-saas-factory-bootcamp#67 (March 2022); a runbook of 2026 has the sessions.
  it("[C.3] of a forced change of password is for an address that is there already, and for a session that was used", () =>
    withPool({}, async (cloud) => {
      const attributes = { UserAttributes: [{ Name: "email", Value: Username }] };
      await ask(cloud, "AdminCreateUser", { ...names, ...attributes, TemporaryPassword: password });
      const begun = await ask(cloud, "InitiateAuth", {
        ...{ ClientId, AuthFlow: "USER_PASSWORD_AUTH" },
        AuthParameters: { USERNAME: Username, PASSWORD: password },
      });
      const answer = {
        ...{ ClientId, ChallengeName: "NEW_PASSWORD_REQUIRED", Session: begun.Session },
        ChallengeResponses: { USERNAME: Username, NEW_PASSWORD: newPassword },
      };
      const echo = { ...answer.ChallengeResponses, "userAttributes.email": Username };
      const type = "NotAuthorizedException";
      await refusals(cloud, [
        [
          "RespondToAuthChallenge",
          { ...answer, ChallengeResponses: echo },
          type,
          "Cannot modify an already provided email",
        ],
      ]);
      assert.ok((await ask(cloud, "RespondToAuthChallenge", answer)).AuthenticationResult);
      await refusals(cloud, [
        ["RespondToAuthChallenge", answer, type, "Invalid session for the user, session can only be used once."],
        [
          "RespondToAuthChallenge",
          { ...answer, Session: "x".repeat(40) },
          type,
          "Invalid session for the user, session is expired.",
        ],
      ]);
    }));

  // The same runbook (EMAIL_OTP, six times, 2026), and tests of Amplify's interface against AWS.
  it("[C.3] of a second factor's code says that the code or the state is wrong", () =>
    withPool({ mfa: "OPTIONAL", emailMfa: true }, async (cloud) => {
      const attributes = [
        { Name: "email", Value: Username },
        { Name: "email_verified", Value: "true" },
      ];
      await ask(cloud, "AdminCreateUser", { ...names, UserAttributes: attributes });
      await ask(cloud, "AdminSetUserPassword", { ...names, Password: password, Permanent: true });
      const EmailMfaSettings = { Enabled: true, PreferredMfa: true };
      await ask(cloud, "AdminSetUserMFAPreference", { ...names, EmailMfaSettings });
      const { Session, ChallengeName } = await ask(cloud, "InitiateAuth", {
        ...{ ClientId, AuthFlow: "USER_PASSWORD_AUTH" },
        AuthParameters: { USERNAME: Username, PASSWORD: password },
      });
      assert.equal(ChallengeName, "EMAIL_OTP");
      const wrong = cloud.code(Username).replace(/^./, (digit) => (digit === "0" ? "1" : "0"));
      await refusals(cloud, [
        [
          "RespondToAuthChallenge",
          { ClientId, ChallengeName, Session, ChallengeResponses: { USERNAME: Username, EMAIL_OTP_CODE: wrong } },
          "CodeMismatchException",
          "Invalid code or auth state for the user.",
        ],
      ]);
    }));

  // Applications that look for the sentence after ConfirmForgotPassword; SignUp's begins otherwise.
  it("[C.2] of a new password after a forgotten one begins as that of a forced change", () =>
    withPool({}, (cloud) =>
      refusals(cloud, [
        [
          "ConfirmForgotPassword",
          { ClientId, Username, ConfirmationCode: "123456", Password: "lower-case-1" },
          "InvalidPasswordException",
          "Password does not conform to policy: Password must have uppercase characters",
        ],
        [
          "SignUp",
          { ClientId, Username, Password: "lower-case-1" },
          "InvalidPasswordException",
          "Password did not conform with policy: Password must have uppercase characters",
        ],
      ]),
    ));
});

describe("a client that goes away in the middle of a request", () => {
  it("is no fault that the cloud reports", () =>
    withPool({}, async (cloud) => {
      const { hostname, port, host } = new URL(cloud.origin);
      const socket = connect(Number(port), hostname);
      const target = "AWSCognitoIdentityProviderService.SignUp";
      const head = `POST / HTTP/1.1\r\nHost: ${host}\r\nX-Amz-Target: ${target}\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n`;
      socket.write(head);
      // The server has begun to answer.
      await once(socket, "data");
      socket.write("{");
      socket.destroy();
      await once(socket, "close");
      // What comes after it has been answered, and so has it.
      for (let calls = 0; calls < 5; calls++) await ask(cloud, "SignUp", { ClientId });
      assert.deepEqual(
        cloud.events.filter((event) => event.kind === "oauth" && event.outcome === "failed"),
        [],
      );
    }));
});
