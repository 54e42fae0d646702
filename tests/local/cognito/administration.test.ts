/** What callers with AWS credentials see of users, groups and declarations, page by page. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import * as sdk from "@aws-sdk/client-cognito-identity-provider";
import type { UserPoolModel } from "../../../local/model.ts";
import { ClientId, newPassword, refusal, signIn, signUpAndConfirm, UserPoolId, withPool } from "./api-calls.ts";
import { appClient, attribute, decode, password } from "./harness.ts";

type Client = sdk.CognitoIdentityProviderClient;

const create = (aws: Client, Username: string, attributes: Record<string, string> = {}) =>
  aws.send(
    new sdk.AdminCreateUserCommand({
      UserPoolId,
      Username,
      UserAttributes: Object.entries(attributes).map(([Name, Value]) => ({ Name, Value })),
      MessageAction: "SUPPRESS",
    }),
  );

const subOf = ({ User }: sdk.AdminCreateUserCommandOutput) =>
  User!.Attributes!.find(({ Name }) => Name === "sub")!.Value!;

describe("administration of users by their sub", () => {
  const kinds: [string, Partial<UserPoolModel>, string][] = [
    ["plain usernames", { usernameAttributes: [] }, "ada"],
    ["e-mail aliases", { usernameAttributes: [], aliasAttributes: ["email"] }, "ada"],
    ["e-mail sign-in", { usernameAttributes: ["email"] }, "ada@example.com"],
    ["phone sign-in", { usernameAttributes: ["phone_number"], autoVerifiedAttributes: [] }, "+15551230000"],
  ];
  for (const [kind, changes, Username] of kinds) {
    // API reference, every Admin* operation: "Username … can be … the user's sub".
    it(`[C.3] works in a pool with ${kind}`, () =>
      withPool({ ...changes, groups: [{ name: "staff", description: "", precedence: 1 }] }, async (_cloud, aws) => {
        const made = await create(aws, Username);
        const user = { UserPoolId, Username: subOf(made) };
        const found = await aws.send(new sdk.AdminGetUserCommand(user));
        assert.equal(found.Username, made.User!.Username);
        await aws.send(new sdk.AdminSetUserPasswordCommand({ ...user, Password: newPassword, Permanent: true }));
        await aws.send(new sdk.AdminAddUserToGroupCommand({ ...user, GroupName: "staff" }));
        const { Groups } = await aws.send(new sdk.AdminListGroupsForUserCommand(user));
        assert.deepEqual(
          Groups?.map(({ GroupName }) => GroupName),
          ["staff"],
        );
        await aws.send(new sdk.AdminDisableUserCommand(user));
        assert.equal((await aws.send(new sdk.AdminGetUserCommand(user))).Enabled, false);
        await aws.send(new sdk.AdminDeleteUserCommand(user));
        await assert.rejects(
          aws.send(new sdk.AdminGetUserCommand(user)),
          refusal("UserNotFoundException", "User does not exist."),
        );
      }));
  }
});

describe("lists of the user-pool API", () => {
  const names = ["a", "b", "c", "d", "e"];

  it("[C.3] come in pages of Limit, to the end and without repetition", () =>
    withPool(
      {
        usernameAttributes: [],
        groups: names.map((name) => ({ name, description: "", precedence: undefined })),
        resourceServers: names.map((identifier) => ({ identifier, name: identifier, scopes: [] })),
        identityProviders: names.map((name) => ({
          name,
          type: "OIDC",
          details: {},
          attributeMapping: {},
          identifiers: [],
          signIn: undefined,
        })),
      },
      async (_cloud, aws) => {
        for (const name of names) {
          await create(aws, name);
          await aws.send(new sdk.AdminAddUserToGroupCommand({ UserPoolId, Username: name, GroupName: "a" }));
          await aws.send(new sdk.AdminAddUserToGroupCommand({ UserPoolId, Username: "a", GroupName: name }));
        }
        type Page = (token: string | undefined) => Promise<[(string | undefined)[] | undefined, string | undefined]>;
        const lists: Record<string, Page> = {
          ListUsers: async (PaginationToken) => {
            const page = await aws.send(new sdk.ListUsersCommand({ UserPoolId, Limit: 2, PaginationToken }));
            return [page.Users?.map(({ Username }) => Username), page.PaginationToken];
          },
          ListGroups: async (NextToken) => {
            const page = await aws.send(new sdk.ListGroupsCommand({ UserPoolId, Limit: 2, NextToken }));
            return [page.Groups?.map(({ GroupName }) => GroupName), page.NextToken];
          },
          ListUsersInGroup: async (NextToken) => {
            const page = await aws.send(
              new sdk.ListUsersInGroupCommand({ UserPoolId, GroupName: "a", Limit: 2, NextToken }),
            );
            return [page.Users?.map(({ Username }) => Username), page.NextToken];
          },
          AdminListGroupsForUser: async (NextToken) => {
            const page = await aws.send(
              new sdk.AdminListGroupsForUserCommand({ UserPoolId, Username: "a", Limit: 2, NextToken }),
            );
            return [page.Groups?.map(({ GroupName }) => GroupName), page.NextToken];
          },
          ListResourceServers: async (NextToken) => {
            const page = await aws.send(new sdk.ListResourceServersCommand({ UserPoolId, MaxResults: 2, NextToken }));
            return [page.ResourceServers?.map(({ Identifier }) => Identifier), page.NextToken];
          },
          ListIdentityProviders: async (NextToken) => {
            const page = await aws.send(new sdk.ListIdentityProvidersCommand({ UserPoolId, MaxResults: 2, NextToken }));
            return [page.Providers?.map(({ ProviderName }) => ProviderName), page.NextToken];
          },
        };
        for (const [operation, list] of Object.entries(lists)) {
          const sizes: number[] = [];
          const all: (string | undefined)[] = [];
          let token: string | undefined;
          do {
            const [items, next] = await list(token);
            sizes.push(items!.length);
            all.push(...items!);
            token = next;
          } while (token !== undefined);
          // Each identity provider has a group of its own.
          const [pages, items] =
            operation === "ListGroups"
              ? [
                  [2, 2, 2, 2, 2],
                  [...names, ...names.map((name) => `${UserPoolId}_${name}`)],
                ]
              : [[2, 2, 1], names];
          assert.deepEqual([operation, sizes, all.sort()], [operation, pages, items]);
          await assert.rejects(list("not-a-token"), { name: "InvalidParameterException" }, operation);
        }
      },
    ));

  it("[C.3] refuse a page size out of range in the words of AWS's validator", () =>
    withPool({}, async (_cloud, aws) => {
      const above = (member: string, most: number, value: number) =>
        refusal(
          "InvalidParameterException",
          `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must have value less than or equal to ${most}`,
        );
      await assert.rejects(aws.send(new sdk.ListUsersCommand({ UserPoolId, Limit: 61 })), above("limit", 60, 61));
      await assert.rejects(aws.send(new sdk.ListGroupsCommand({ UserPoolId, Limit: 61 })), above("limit", 60, 61));
      await assert.rejects(
        aws.send(new sdk.ListResourceServersCommand({ UserPoolId, MaxResults: 51 })),
        above("maxResults", 50, 51),
      );
      await assert.rejects(
        aws.send(new sdk.ListUserPoolsCommand({ MaxResults: 0 })),
        refusal(
          "InvalidParameterException",
          "1 validation error detected: Value '0' at 'maxResults' failed to satisfy constraint: Member must have value greater than or equal to 1",
        ),
      );
      await assert.rejects(
        aws.send(new sdk.ListUserPoolsCommand({ MaxResults: undefined })),
        refusal(
          "InvalidParameterException",
          "1 validation error detected: Value null at 'maxResults' failed to satisfy constraint: Member must not be null",
        ),
      );
    }));
});

describe("ListUsers", () => {
  // Developer guide, "Managing and searching for user accounts"; the texts of refusals as in moto's tests.
  it("[C.3] filters by status, user status, and beginnings, and answers the attributes that were asked for", () =>
    withPool({ usernameAttributes: [], schema: [attribute("custom:plan")] }, async (_cloud, aws) => {
      await create(aws, "ada", { email: "ada@example.com", given_name: "Ada", "custom:plan": "gold" });
      await create(aws, "alan", { email: "alan@example.org", given_name: "Alan" });
      await aws.send(new sdk.AdminDisableUserCommand({ UserPoolId, Username: "alan" }));
      const user = { UserPoolId, Username: "ada" };
      await aws.send(new sdk.AdminSetUserPasswordCommand({ ...user, Password: password, Permanent: true }));
      const found = async (Filter: string) =>
        (await aws.send(new sdk.ListUsersCommand({ UserPoolId, Filter }))).Users?.map(({ Username }) => Username);
      const expected: [string, string[]][] = [
        ['status = "Enabled"', ["ada"]],
        ['status = "Disabled"', ["alan"]],
        ['status = "enabled"', []],
        ['status ^= "Dis"', ["alan"]],
        ['status ^= ""', ["ada", "alan"]],
        ['cognito:user_status = "CONFIRMED"', ["ada"]],
        ['cognito:user_status = "force_change_password"', ["alan"]],
        ['cognito:user_status ^= "FORCE"', ["alan"]],
        ['"given_name"^="A"', ["ada", "alan"]],
        ['email ^= "ada@"', ["ada"]],
        ['username = "Ada"', []],
        ['family_name = ""', []],
      ];
      for (const [filter, users] of expected) assert.deepEqual([filter, await found(filter)], [filter, users]);
      const refused: [string, string][] = [
        ["username = foo", "Error while parsing filter"],
        ["username=", "Error while parsing filter"],
        ['username > "a"', "Error while parsing filter"],
        ['custom:foo = "bar"', "Invalid search attribute: custom:foo"],
        ['constructor = "x"', "Invalid search attribute: constructor"],
      ];
      for (const [filter, message] of refused)
        await assert.rejects(found(filter), refusal("InvalidParameterException", message));

      const picked = await aws.send(
        new sdk.ListUsersCommand({ UserPoolId, AttributesToGet: ["custom:plan"], Filter: 'username = "ada"' }),
      );
      assert.deepEqual(picked.Users?.[0]?.Attributes, [{ Name: "custom:plan", Value: "gold" }]);
      await assert.rejects(
        aws.send(new sdk.ListUsersCommand({ UserPoolId, AttributesToGet: ["custom:other"] })),
        refusal("InvalidParameterException", "One or more requested attributes do not exist."),
      );
    }));
});

describe("attributes that a pool does not have", () => {
  // As recorded from SignUp (`password: …`) and UpdateUserAttributes (`user.update_email: …`), each line ended.
  const missing = (name: string) => `${name}: Attribute does not exist in the schema.\n`;

  it("[C.3] are all named, with the prefix that the operation has", () =>
    withPool({}, async (cloud, aws) => {
      const given = [
        { Name: "custom:foo", Value: "1" },
        { Name: "email", Value: "ada@example.com" },
        { Name: "nonsense", Value: "2" },
      ];
      const atCreation = `Attributes did not conform to the schema: ${missing("custom:foo")}${missing("nonsense")}`;
      const atUpdate = `${missing("user.custom:foo")}${missing("user.nonsense")}`;
      const Username = "ada@example.com";
      await assert.rejects(
        aws.send(new sdk.SignUpCommand({ ClientId, Username, Password: password, UserAttributes: given })),
        refusal("InvalidParameterException", atCreation),
      );
      await assert.rejects(
        aws.send(new sdk.AdminCreateUserCommand({ UserPoolId, Username, UserAttributes: given })),
        refusal("InvalidParameterException", atCreation),
      );
      await signUpAndConfirm(cloud, aws, Username);
      const { AccessToken } = await signIn(aws, Username);
      await assert.rejects(
        aws.send(new sdk.UpdateUserAttributesCommand({ AccessToken, UserAttributes: given })),
        refusal("InvalidParameterException", atUpdate),
      );
      await assert.rejects(
        aws.send(new sdk.AdminUpdateUserAttributesCommand({ UserPoolId, Username, UserAttributes: given })),
        refusal("InvalidParameterException", atUpdate),
      );
      await assert.rejects(
        aws.send(
          new sdk.AdminDeleteUserAttributesCommand({
            UserPoolId,
            Username,
            UserAttributeNames: ["nickname", "custom:foo", "custom:bar"],
          }),
        ),
        refusal(
          "InvalidParameterException",
          `Invalid user attributes: ${missing("user.custom:foo")}${missing("user.custom:bar")}`,
        ),
      );
    }));

  it("[C.3] are all named at sign-up when they are required and left out", () =>
    withPool(
      { schema: ["name", "family_name"].map((name) => attribute(name, { required: true })) },
      async (_cloud, aws) => {
        await assert.rejects(
          aws.send(new sdk.SignUpCommand({ ClientId, Username: "ada@example.com", Password: password })),
          refusal(
            "InvalidParameterException",
            "Attributes did not conform to the schema: name: The attribute is required\nfamily_name: The attribute is required\n",
          ),
        );
      },
    ));

  it("are not writable for a person when only a developer may write them", () =>
    withPool({ schema: [attribute("dev:custom:plan", { developerOnly: true })] }, async (cloud, aws) => {
      const Username = "ada@example.com";
      await signUpAndConfirm(cloud, aws, Username);
      const { AccessToken } = await signIn(aws, Username);
      const UserAttributes = [{ Name: "dev:custom:plan", Value: "gold" }];
      await assert.rejects(aws.send(new sdk.UpdateUserAttributesCommand({ AccessToken, UserAttributes })), {
        name: "InvalidParameterException",
      });
      await aws.send(new sdk.AdminUpdateUserAttributesCommand({ UserPoolId, Username, UserAttributes }));
    }));
});

describe("roles of groups", () => {
  const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;
  const idToken = async (aws: Client) => {
    const Username = "ada@example.com";
    const { IdToken, AccessToken } = await signIn(aws, Username);
    const [id, access] = [decode(IdToken), decode(AccessToken)];
    assert.deepEqual(
      ["cognito:roles", "cognito:preferred_role"].filter((name) => name in access.claims),
      [],
    );
    return id;
  };

  // Developer guide, "Adding groups to a user pool", and its example of an ID token for the order.
  it("[B.4] are in the ID token, the preferred one from the smallest precedence", () =>
    withPool(
      {
        groups: [
          { name: "admin", description: "", precedence: 1, roleArn: role("admin") },
          { name: "staff", description: "", precedence: 5, roleArn: role("staff") },
          { name: "guests", description: "", precedence: undefined, roleArn: role("staff") },
        ],
      },
      async (cloud, aws) => {
        await signUpAndConfirm(cloud, aws, "ada@example.com");
        for (const GroupName of ["guests", "staff", "admin"])
          await aws.send(new sdk.AdminAddUserToGroupCommand({ UserPoolId, Username: "ada@example.com", GroupName }));
        const token = await idToken(aws);
        assert.deepEqual(token.claims["cognito:roles"], [role("admin"), role("staff")]);
        assert.equal(token.claims["cognito:preferred_role"], role("admin"));
        const order = Object.keys(token.claims);
        assert.equal(order[order.indexOf("iss") - 1], "cognito:preferred_role");
        assert.equal(order[order.indexOf("aud") - 1], "cognito:roles");
      },
    ));

  it("[B.4] name no preferred one when groups of the same precedence differ", () =>
    withPool({}, async (cloud, aws) => {
      await signUpAndConfirm(cloud, aws, "ada@example.com");
      for (const name of ["one", "two"]) {
        const group = { UserPoolId, GroupName: name, Precedence: 3, RoleArn: role(name) };
        assert.equal((await aws.send(new sdk.CreateGroupCommand(group))).Group?.RoleArn, role(name));
        await aws.send(
          new sdk.AdminAddUserToGroupCommand({ UserPoolId, Username: "ada@example.com", GroupName: name }),
        );
      }
      assert.deepEqual((await idToken(aws)).claims["cognito:roles"], [role("one"), role("two")]);
      assert.ok(!("cognito:preferred_role" in (await idToken(aws)).claims));
      await aws.send(new sdk.UpdateGroupCommand({ UserPoolId, GroupName: "two", RoleArn: role("one") }));
      assert.equal((await idToken(aws)).claims["cognito:preferred_role"], role("one"));
      await assert.rejects(aws.send(new sdk.CreateGroupCommand({ UserPoolId, GroupName: "x", RoleArn: "admin" })), {
        name: "InvalidParameterException",
      });
    }));
});

describe("an app client's proof and sessions", () => {
  it("[C.2] takes SECRET_HASH on refresh of the user name, which is the sub where people sign in by e-mail", () =>
    withPool({ clients: [appClient({ secret: "s3cret" })] }, async (_cloud, aws) => {
      const hash = (name: string) =>
        createHmac("sha256", "s3cret")
          .update(name + ClientId)
          .digest("base64");
      const Username = "ada@example.com";
      const made = await create(aws, Username);
      const user = { UserPoolId, Username };
      await aws.send(new sdk.AdminSetUserPasswordCommand({ ...user, Password: password, Permanent: true }));
      const { AuthenticationResult } = await aws.send(
        new sdk.InitiateAuthCommand({
          ClientId,
          AuthFlow: "USER_PASSWORD_AUTH",
          AuthParameters: { USERNAME: Username, PASSWORD: password, SECRET_HASH: hash(Username) },
        }),
      );
      const refresh = (name: string) =>
        aws.send(
          new sdk.InitiateAuthCommand({
            ClientId,
            AuthFlow: "REFRESH_TOKEN_AUTH",
            AuthParameters: { REFRESH_TOKEN: AuthenticationResult!.RefreshToken!, SECRET_HASH: hash(name) },
          }),
        );
      await assert.rejects(
        refresh(Username),
        refusal("NotAuthorizedException", `Unable to verify secret hash for client ${ClientId}`),
      );
      assert.ok((await refresh(subOf(made))).AuthenticationResult?.AccessToken);
    }));

  it("[C.3] refuses a challenge's answer for somebody else than the session's user", () =>
    withPool({}, async (_cloud, aws) => {
      for (const name of ["ada@example.com", "eve@example.com"]) await create(aws, name);
      await aws.send(
        new sdk.AdminSetUserPasswordCommand({ UserPoolId, Username: "ada@example.com", Password: password }),
      );
      const { Session } = await aws.send(
        new sdk.InitiateAuthCommand({
          ClientId,
          AuthFlow: "USER_PASSWORD_AUTH",
          AuthParameters: { USERNAME: "ada@example.com", PASSWORD: password },
        }),
      );
      const respond = (USERNAME: string) =>
        aws.send(
          new sdk.RespondToAuthChallengeCommand({
            ClientId,
            ChallengeName: "NEW_PASSWORD_REQUIRED",
            Session,
            ChallengeResponses: { USERNAME, NEW_PASSWORD: newPassword },
          }),
        );
      for (const name of ["eve@example.com", "nobody@example.com"])
        await assert.rejects(respond(name), refusal("NotAuthorizedException", "Invalid session for the user."));
      assert.ok((await respond("ada@example.com")).AuthenticationResult?.IdToken);
    }));

  it("[C.3] does not wait longer for a password when the clock is set back", () =>
    withPool({}, async (cloud, aws) => {
      const Username = "ada@example.com";
      await signUpAndConfirm(cloud, aws, Username);
      for (let failure = 0; failure < 8; failure++) {
        await assert.rejects(signIn(aws, Username, "Wrong-horse-7"), { name: "NotAuthorizedException" });
        cloud.clock.ms += 200;
      }
      await assert.rejects(signIn(aws, Username), refusal("NotAuthorizedException", "Password attempts exceeded"));
      cloud.clock.ms -= 24 * 3_600_000;
      assert.ok((await signIn(aws, Username)).AccessToken);
    }));
});
