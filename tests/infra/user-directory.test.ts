import { deepEqual, equal, match, notEqual } from "node:assert/strict";
import { type Evaluation, evaluateStack } from "./support/evaluate.ts";

const types = {
  pool: "aws:cognito/userPool:UserPool",
  domain: "aws:cognito/userPoolDomain:UserPoolDomain",
  client: "aws:cognito/userPoolClient:UserPoolClient",
  branding: "aws:cognito/managedLoginBranding:ManagedLoginBranding",
  resourceServer: "aws:cognito/resourceServer:ResourceServer",
  group: "aws:cognito/userGroup:UserGroup",
  logDelivery: "aws:cognito/logDeliveryConfiguration:LogDeliveryConfiguration",
  record: "aws:route53/record:Record",
};

const loopbackUrls = (path: string) =>
  ["localhost", "127.0.0.1"].flatMap((host) =>
    [47810, 47811, 47812, 47813, 47814].map((port) => `http://${host}:${port}${path}`),
  );

describe("the user directory of stack dev", () => {
  let stack: Evaluation;
  before(async () => {
    stack = await evaluateStack("dev");
  });

  it("is a pool of e-mail users with the tutorial's name and password policy, and no second factor", () => {
    deepEqual(stack.one(types.pool).inputs, {
      name: "MyFirstDemoPool",
      userPoolTier: "ESSENTIALS",
      usernameAttributes: ["email"],
      usernameConfiguration: { caseSensitive: false },
      autoVerifiedAttributes: ["email"],
      userAttributeUpdateSettings: { attributesRequireVerificationBeforeUpdates: ["email"] },
      accountRecoverySetting: { recoveryMechanisms: [{ name: "verified_email", priority: 1 }] },
      adminCreateUserConfig: { allowAdminCreateUserOnly: false },
      passwordPolicy: {
        minimumLength: 8,
        requireLowercase: true,
        requireUppercase: true,
        requireNumbers: true,
        requireSymbols: true,
        temporaryPasswordValidityDays: 7,
      },
      mfaConfiguration: "OFF",
      deletionProtection: "INACTIVE",
    });
    equal(stack.one(types.pool).protect, false);
  });

  it("has one public client for the implicit flow, with openid and email, on fixed loopback ports", () => {
    deepEqual(stack.one(types.client).inputs, {
      name: "DemoClient",
      userPoolId: "us-east-1_Ab1Cd2Ef3",
      generateSecret: false,
      allowedOauthFlowsUserPoolClient: true,
      allowedOauthFlows: ["implicit"],
      allowedOauthScopes: ["openid", "email"],
      callbackUrls: loopbackUrls("/callback"),
      logoutUrls: loopbackUrls("/logout"),
      supportedIdentityProviders: ["COGNITO"],
      explicitAuthFlows: ["ALLOW_REFRESH_TOKEN_AUTH"],
      preventUserExistenceErrors: "ENABLED",
      enableTokenRevocation: true,
      authSessionValidity: 3,
      idTokenValidity: 60,
      accessTokenValidity: 60,
      refreshTokenValidity: 1,
      tokenValidityUnits: { idToken: "minutes", accessToken: "minutes", refreshToken: "days" },
      readAttributes: ["email", "email_verified"],
      writeAttributes: ["email"],
    });
  });

  it("has managed login with a branding style, without which its pages say that they are unavailable", () => {
    equal(stack.one(types.domain).inputs.managedLoginVersion, 2);
    deepEqual(stack.one(types.branding).inputs, {
      userPoolId: "us-east-1_Ab1Cd2Ef3",
      clientId: "users-client-id",
      useCognitoProvidedValues: true,
    });
  });

  it("has no resource server and no groups, because nothing asks for scopes", () => {
    equal(stack.all(types.resourceServer).length, 0);
    equal(stack.all(types.group).length, 0);
  });
});

describe("the user directory of stack prod", () => {
  let stack: Evaluation;
  before(async () => {
    stack = await evaluateStack("prod");
  });

  it("is a PLUS pool with TOTP, threat protection, a password history and no self-sign-up", () => {
    deepEqual(stack.one(types.pool).inputs, {
      userPoolTier: "PLUS",
      usernameAttributes: ["email"],
      usernameConfiguration: { caseSensitive: false },
      autoVerifiedAttributes: ["email"],
      userAttributeUpdateSettings: { attributesRequireVerificationBeforeUpdates: ["email"] },
      accountRecoverySetting: { recoveryMechanisms: [{ name: "verified_email", priority: 1 }] },
      adminCreateUserConfig: { allowAdminCreateUserOnly: true },
      passwordPolicy: {
        minimumLength: 14,
        requireLowercase: true,
        requireUppercase: true,
        requireNumbers: true,
        requireSymbols: true,
        temporaryPasswordValidityDays: 1,
        passwordHistorySize: 5,
      },
      mfaConfiguration: "ON",
      softwareTokenMfaConfiguration: { enabled: true },
      userPoolAddOns: {
        advancedSecurityMode: "ENFORCED",
        advancedSecurityAdditionalFlows: { customAuthMode: "ENFORCED" },
      },
      deletionProtection: "ACTIVE",
    });
  });

  it("keeps pool, client and domain from being deleted by Pulumi, as Cognito keeps the pool", () => {
    for (const type of [types.pool, types.client, types.domain]) equal(stack.one(type).protect, true, type);
  });

  it("has a client for the code flow with the API's scope, short tokens and rotating refresh tokens", () => {
    const { inputs } = stack.one(types.client);
    deepEqual(inputs.allowedOauthFlows, ["code"]);
    deepEqual(inputs.allowedOauthScopes, ["openid", "email", "transactions/read"]);
    deepEqual(
      [inputs.idTokenValidity, inputs.accessTokenValidity, inputs.refreshTokenValidity, inputs.tokenValidityUnits],
      [15, 15, 1, { idToken: "minutes", accessToken: "minutes", refreshToken: "days" }],
    );
    deepEqual(inputs.refreshTokenRotation, { feature: "ENABLED", retryGracePeriodSeconds: 10 });
    equal(inputs.generateSecret, false);
    equal(inputs.preventUserExistenceErrors, "ENABLED");
    equal(inputs.enableTokenRevocation, true);
  });

  it("keeps the refresh-token API off beside rotation, and the password APIs with it", () => {
    deepEqual(stack.one(types.client).inputs.explicitAuthFlows, ["ALLOW_CUSTOM_AUTH"]);
  });

  it("declares the scope on a resource server, and makes the client only after it", () => {
    const server = stack.one(types.resourceServer);
    deepEqual(server.inputs, {
      userPoolId: "us-east-1_Ab1Cd2Ef3",
      identifier: "transactions",
      name: "transactions",
      scopes: [{ scopeName: "read", scopeDescription: "read transactions" }],
    });
    equal(stack.one(types.client).dependencies.includes(server.urn), true);
  });
});

describe("the user directory", () => {
  it("gives its domain a prefix that is the same for one stack and account, and another for another stack", async () => {
    const first = (await evaluateStack("dev")).one(types.domain).inputs.domain;
    const again = (await evaluateStack("dev")).one(types.domain).inputs.domain;
    const other = (await evaluateStack("prod")).one(types.domain).inputs.domain;
    match(first, /^demo-auth-dev-[0-9a-f]{8}$/);
    equal(again, first);
    notEqual(other.slice(-8), first.slice(-8));
  });

  it("gives its domain another prefix in another account and in another Region: all of AWS shares them", async () => {
    const prefixIn = async (account: string, region: string) =>
      (await evaluateStack("dev", {}, { account, region })).one(types.domain).inputs.domain;
    const prefixes = [
      await prefixIn("123456789012", "us-east-1"),
      await prefixIn("210987654321", "us-east-1"),
      await prefixIn("123456789012", "eu-west-1"),
    ];
    equal(new Set(prefixes).size, 3);
  });

  it("takes down the old domain before it makes the new one: a pool has one at a time", async () => {
    const stack = await evaluateStack("dev", { domainPrefix: "my-team" });
    equal(stack.one(types.domain).inputs.domain, "my-team");
    equal(stack.one(types.domain).deleteBeforeReplace, true);
    equal(stack.outputs.hostedUiUrl, "https://my-team.auth.us-east-1.amazoncognito.com");
  });

  it("takes the domain down before the pool, which Cognito would not delete with it", async () => {
    const stack = await evaluateStack("dev");
    deepEqual(stack.one(types.domain).propertyDependencies.userPoolId, [stack.one(types.pool).urn]);
  });

  it("tells the command line the very callbacks that the client has: Cognito compares them letter by letter", async () => {
    const stack = await evaluateStack("prod");
    deepEqual(stack.outputs.callbackUrls, stack.one(types.client).inputs.callbackUrls);
    deepEqual(stack.outputs.logoutUrls, stack.one(types.client).inputs.logoutUrls);
  });

  it("serves a domain of your own with its certificate, and points the zone's record at it", async () => {
    const certificateArn = "arn:aws:acm:us-east-1:123456789012:certificate/0b7c-11";
    const customDomain = { name: "auth.example.com", certificateArn, hostedZoneId: "Z0123456789" };
    const stack = await evaluateStack("prod", { customDomain });
    deepEqual(stack.one(types.domain).inputs, {
      userPoolId: "us-east-1_Ab1Cd2Ef3",
      domain: "auth.example.com",
      certificateArn,
      managedLoginVersion: 2,
    });
    deepEqual(stack.one(types.record).inputs, {
      zoneId: "Z0123456789",
      name: "auth.example.com",
      type: "A",
      aliases: [{ name: "d111111abcdef8.cloudfront.net", zoneId: "Z2FDTNDATAQYW2", evaluateTargetHealth: false }],
    });
    equal(stack.outputs.hostedUiUrl, "https://auth.example.com");
  });

  it("shows the classic pages without branding when they are asked for", async () => {
    const stack = await evaluateStack("dev", { hostedUi: "classic", tier: "LITE" });
    equal(stack.one(types.domain).inputs.managedLoginVersion, 1);
    equal(stack.all(types.branding).length, 0);
  });

  it("leaves the software-token block out while MFA is off, and threat protection out below PLUS", async () => {
    const { inputs } = (await evaluateStack("dev")).one(types.pool);
    deepEqual(["softwareTokenMfaConfiguration" in inputs, "userPoolAddOns" in inputs], [false, false]);
  });

  it("allows refresh tokens at the API only without rotation", async () => {
    const { inputs } = (await evaluateStack("prod", { rotateRefreshTokens: false })).one(types.client);
    deepEqual(inputs.explicitAuthFlows, ["ALLOW_REFRESH_TOKEN_AUTH"]);
    equal("refreshTokenRotation" in inputs, false);
  });

  it("takes an imported client as it is: its secret cannot be read back, and to set it would give it another id", async () => {
    deepEqual((await evaluateStack("prod")).one(types.client).ignoreChanges, ["generateSecret"]);
  });

  it("has its hosted UI at the address of its partition", async () => {
    const place = { region: "us-gov-west-1", partition: "aws-us-gov" };
    const { outputs } = await evaluateStack("dev", { domainPrefix: "my-team" }, place);
    equal(outputs.hostedUiUrl, "https://my-team.auth-fips.us-gov-west-1.amazoncognito.com");
  });

  it("keeps the groups from being deleted by Pulumi where it keeps the pool: with a group go its memberships", async () => {
    const groups = { groups: ["admins"] };
    const [dev, prod] = [await evaluateStack("dev", groups), await evaluateStack("prod", groups)];
    deepEqual([dev.one(types.group).protect, prod.one(types.group).protect], [false, true]);
  });

  it("makes the groups that the stack names", async () => {
    const stack = await evaluateStack("dev", { groups: ["admins", "readers"] });
    deepEqual(
      stack.all(types.group).map((group) => group.inputs),
      [
        { userPoolId: "us-east-1_Ab1Cd2Ef3", name: "admins" },
        { userPoolId: "us-east-1_Ab1Cd2Ef3", name: "readers" },
      ],
    );
  });

  it("sends mail through SES when the stack names an identity", async () => {
    const identityArn = "arn:aws:ses:us-east-1:123456789012:identity/example.com";
    const stack = await evaluateStack("prod", { sender: { identityArn, from: "Sign-in <auth@example.com>" } });
    deepEqual(stack.one(types.pool).inputs.emailConfiguration, {
      emailSendingAccount: "DEVELOPER",
      sourceArn: identityArn,
      fromEmailAddress: "Sign-in <auth@example.com>",
    });
  });

  for (const [stackName, expected] of [
    ["dev", ["userNotification ERROR"]],
    ["prod", ["userNotification ERROR", "userAuthEvents INFO"]],
  ] as const) {
    it(`delivers Cognito's events of stack ${stackName} to a group that no KMS key encrypts`, async () => {
      const stack = await evaluateStack(stackName, { userPoolLogs: true, encryptionKey: "managed" });
      const group = stack.resources.find((resource) => resource.name === "users-events");
      deepEqual(group?.inputs, { retentionInDays: stackName === "dev" ? 14 : 365 });
      const { logConfigurations } = stack.one(types.logDelivery).inputs;
      deepEqual(
        logConfigurations.map((one: Record<string, string>) => `${one.eventSource} ${one.logLevel}`),
        expected,
      );
      equal(
        logConfigurations[0].cloudWatchLogsConfiguration.logGroupArn,
        "arn:aws:logs:us-east-1:123456789012:log-group:users-events-1a2b3c4",
      );
    });
  }

  it("leaves lists and texts out instead of passing empty ones, which the provider would see as a change for ever", async () => {
    for (const stackName of ["dev", "prod"]) {
      const stack = await evaluateStack(stackName);
      const empty = stack
        .all(types.client)
        .flatMap(({ inputs }) =>
          Object.entries(inputs).filter(([, value]) => value === "" || (Array.isArray(value) && value.length === 0)),
        );
      deepEqual(empty, []);
    }
  });
});
