/** What programs declare of Amazon Cognito: what AWS would refuse, what is named as not served, and what Describe answers. */
import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-cognito-identity-provider";
import { ResourceProblem } from "../../../local/engine/graph.ts";
import type { Values } from "../../../local/engine/values.ts";
import { awsProvider, buildModel } from "../../../local/resources/aws.ts";
import { apiClient } from "../cognito/api-calls.ts";
import { startCognito } from "../cognito/harness.ts";
import { graphOf } from "./program.ts";

const create = (kind: string, inputs: Values) => {
  const name = kind.replace(/^./, (letter) => letter.toUpperCase());
  const type = `aws:cognito/${kind}:${name}`;
  const urn = `urn:pulumi:dev::app::${type}::x`;
  return awsProvider("us-east-1").create({ urn, type, name: "x", inputs, provider: "" });
};
const schema = (...schemas: Values[]) => ({ schemas });

/** What an OIDC provider must have. */
const details = {
  client_id: "x",
  attributes_request_method: "GET",
  oidc_issuer: "https://idp.example",
  authorize_scopes: "openid",
};
const provider = (changes: Values, more: Values = {}) => ({
  userPoolId: "us-east-1_AbCdEfGhI",
  providerName: "Corp",
  providerType: "OIDC",
  providerDetails: { ...details, ...more },
  ...changes,
});

describe("a user pool, client or identity provider that AWS refuses to create", () => {
  // The words of CreateUserPool and CreateUserPoolClient as moto's and cloud users' logs have them; where nobody has recorded
  // them, ours after the API reference.
  const refused: [string, string, Values, string][] = [
    [
      "a required custom attribute",
      "userPool",
      schema({ name: "banana", attributeDataType: "String", required: true }),
      "InvalidParameterException: Required custom attributes are not supported currently.",
    ],
    [
      "a least length over the greatest",
      "userPool",
      schema({
        name: "email",
        attributeDataType: "String",
        stringAttributeConstraints: { minLength: "2", maxLength: "1" },
      }),
      "InvalidParameterException: user.email: Max length cannot be less than min length.",
    ],
    [
      "a least value over the greatest",
      "userPool",
      schema({
        name: "updated_at",
        attributeDataType: "Number",
        numberAttributeConstraints: { minValue: "2", maxValue: "1" },
      }),
      "InvalidParameterException: user.updated_at: Max value cannot be less than min value.",
    ],
    [
      "a length over 2048",
      "userPool",
      schema({ name: "email", attributeDataType: "String", stringAttributeConstraints: { maxLength: "2049" } }),
      "InvalidParameterException: user.email: String attributes cannot have a length of more than 2048",
    ],
    [
      "a limit that is no number",
      "userPool",
      schema({ name: "email", attributeDataType: "String", stringAttributeConstraints: { minLength: "few" } }),
      "InvalidParameterException: Invalid MinLength for schema attribute email",
    ],
    [
      "a name of over 20 letters",
      "userPool",
      schema({ name: "a".repeat(21), attributeDataType: "String" }),
      `InvalidParameterException: 1 validation error detected: Value '${"a".repeat(21)}' at 'schema.1.member.name' failed to satisfy constraint: Member must have length less than or equal to 20`,
    ],
    [
      "an unknown type",
      "userPool",
      schema({ name: "x", attributeDataType: "Banana" }),
      "InvalidParameterException: 1 validation error detected: Value 'Banana' at 'schema.1.member.attributeDataType' failed to satisfy constraint: Member must satisfy enum value set: [Boolean, Number, String, DateTime]",
    ],
    [
      "no type",
      "userPool",
      schema({ name: "x" }),
      "InvalidParameterException: Invalid AttributeDataType input, consider using the provided AttributeDataType enum.",
    ],
    [
      "another type for a standard attribute",
      "userPool",
      schema({ name: "email", attributeDataType: "Number" }),
      "InvalidParameterException: You can not change AttributeDataType or set developerOnlyAttribute for standard schema attribute email",
    ],
    [
      "an attribute twice",
      "userPool",
      schema({ name: "x", attributeDataType: "String" }, { name: "x", attributeDataType: "Number" }),
      "InvalidParameterException: x: Existing attribute already has name custom:x.",
    ],
    [
      "username attributes with aliases",
      "userPool",
      { usernameAttributes: ["email"], aliasAttributes: ["phone_number"] },
      "InvalidParameterException: Only one of the aliasAttributes or usernameAttributes can be set in a User pool.",
    ],
    [
      "passkeys in the LITE tier",
      "userPool",
      { userPoolTier: "LITE", webAuthnConfiguration: { relyingPartyId: "example.org" } },
      "FeatureUnavailableInTierException: passkeys (webAuthnConfiguration) are not available in the LITE tier: set userPoolTier to ESSENTIALS or PLUS.",
    ],
    [
      "a relying party ID of more than 127 characters",
      "userPool",
      { webAuthnConfiguration: { relyingPartyId: "x".repeat(128) } },
      `InvalidParameterException: 1 validation error detected: Value '${"x".repeat(128)}' at 'webAuthnConfiguration.relyingPartyId' failed to satisfy constraint: Member must have length less than or equal to 127`,
    ],
    [
      "a user verification that WebAuthn has and Cognito has not",
      "userPool",
      { webAuthnConfiguration: { userVerification: "discouraged" } },
      "InvalidParameterException: 1 validation error detected: Value 'discouraged' at 'webAuthnConfiguration.userVerification' failed to satisfy constraint: Member must satisfy enum value set: [required, preferred]",
    ],
    [
      "passkeys beside a required second factor",
      "userPool",
      {
        mfaConfiguration: "ON",
        softwareTokenMfaConfiguration: { enabled: true },
        signInPolicy: { allowedFirstAuthFactors: ["PASSWORD", "WEB_AUTHN"] },
      },
      "InvalidParameterException: Cannot set WebAuthn factor configuration to SINGLE_FACTOR if MFA is required and WebAuthn is an allowed first auth factor",
    ],
    [
      "a password of less than six characters",
      "userPool",
      { passwordPolicy: { minimumLength: 5 } },
      "InvalidParameterException: 1 validation error detected: Value '5' at 'policies.passwordPolicy.minimumLength' failed to satisfy constraint: Member must have value greater than or equal to 6",
    ],
    [
      "a second factor without any way to give one",
      "userPool",
      { mfaConfiguration: "ON" },
      "InvalidParameterException: SMS configuration and Auto verification for phone_number are required when MFA is required/optional. Or set softwareTokenMfaConfiguration.",
    ],
    [
      "a second factor by Cognito's own e-mail",
      "userPool",
      { mfaConfiguration: "ON", emailMfaConfiguration: {} },
      "InvalidParameterException: a second factor by e-mail (emailMfaConfiguration) needs mail through Amazon SES: set emailConfiguration.emailSendingAccount to DEVELOPER, with a sourceArn.",
    ],
    // go-to-k/cdkd#1975, measured in August 2026.
    [
      "a required second factor beside a passwordless first one",
      "userPool",
      {
        mfaConfiguration: "ON",
        softwareTokenMfaConfiguration: { enabled: true },
        signInPolicy: { allowedFirstAuthFactors: ["PASSWORD", "EMAIL_OTP"] },
      },
      "InvalidParameterException: Only PASSWORD and WEB_AUTHN (if configured) can be enabled as an auth factor if MFA is enabled",
    ],
    [
      "a passwordless first factor in the tier that has none",
      "userPool",
      { userPoolTier: "LITE", signInPolicy: { allowedFirstAuthFactors: ["PASSWORD", "SMS_OTP"] } },
      "FeatureUnavailableInTierException: signing in with SMS_OTP (signInPolicy.allowedFirstAuthFactors) is not available in the LITE tier: set userPoolTier to ESSENTIALS or PLUS.",
    ],
    [
      "a first factor that there is not",
      "userPool",
      { signInPolicy: { allowedFirstAuthFactors: ["SOFTWARE_TOKEN"] } },
      "InvalidParameterException: 1 validation error detected: Value '[SOFTWARE_TOKEN]' at 'policies.signInPolicy.allowedFirstAuthFactors' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [PASSWORD, EMAIL_OTP, SMS_OTP, WEB_AUTHN]]",
    ],
    [
      "legacy flows with those that begin with ALLOW_",
      "userPoolClient",
      { explicitAuthFlows: ["USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH"] },
      "InvalidParameterException: ExplicitAuthFlows [USER_PASSWORD_AUTH, ALLOW_USER_SRP_AUTH] mixes legacy values with values that begin with ALLOW_; a client has the ones or the others.",
    ],
    [
      "OAuth without flows and scopes",
      "userPoolClient",
      { allowedOauthFlowsUserPoolClient: true },
      "InvalidOAuthFlowException: AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows.",
    ],
    [
      "a token that outlives a day",
      "userPoolClient",
      { accessTokenValidity: 25 },
      "InvalidParameterException: Invalid range for token validity. accessTokenValidity is 25 hours, and such tokens live 5 minutes to 1 day; tokenValidityUnits: { accessToken } sets another unit than hours.",
    ],
    [
      "a refresh token that lives half an hour",
      "userPoolClient",
      { refreshTokenValidity: 30, tokenValidityUnits: { refreshToken: "minutes" } },
      "InvalidParameterException: Invalid range for token validity. refreshTokenValidity is 30 minutes, and such tokens live 1 hour to 3650 days; tokenValidityUnits: { refreshToken } sets another unit than minutes.",
    ],
    [
      "an OIDC provider without its details",
      "identityProvider",
      provider({ providerDetails: { client_id: "x" } }),
      "InvalidParameterException: Missing in provider details: attributes_request_method, oidc_issuer, authorize_scopes.",
    ],
    [
      "an issuer without TLS that is not on this machine",
      "identityProvider",
      provider({}, { oidc_issuer: "http://idp.example" }),
      "InvalidParameterException: oidc_issuer http://idp.example is not an https:// address. Locally, http:// on this machine is taken as well.",
    ],
    [
      "an endpoint of another scheme",
      "identityProvider",
      provider({}, { token_url: "file:///etc/passwd" }),
      "InvalidParameterException: token_url file:///etc/passwd is not an https:// address. Locally, http:// on this machine is taken as well.",
    ],
    [
      "a provider name with a blank",
      "identityProvider",
      provider({ providerName: "My Corp" }),
      "InvalidParameterException: 1 validation error detected: Value 'My Corp' at 'providerName' failed to satisfy constraint: Member must satisfy regular expression pattern: [^_\\p{Z}][\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}][^_\\p{Z}]+",
    ],
    [
      "a Google provider of another name",
      "identityProvider",
      provider({ providerType: "Google" }),
      "InvalidParameterException: The provider name of the type Google must be Google.",
    ],
  ];
  for (const [what, kind, inputs, message] of refused)
    it(`[C.3] has ${what}`, () => {
      assert.throws(() => create(kind, inputs), new ResourceProblem(message));
    });
});

const bare = (program: string) => `const pool = new aws.cognito.UserPool("p", {}); ${program}`;
const unservedOf = async (program: string) =>
  buildModel(await graphOf(program), "us-east-1", () => "/code").unserved.map(({ type, property, guards }) =>
    [type.split(":")[2], property, ...(guards ? ["guards"] : [])].join(" "),
  );

describe("what a program declares of Cognito", function () {
  this.timeout(30_000);

  it("is named property by property where it is not served, with a mark on what decides who is let in", async () => {
    const found = await unservedOf(
      `const arn = "arn:aws:lambda:us-east-1:123456789012:function:f";
      new aws.cognito.UserPool("p", {
        userPoolTier: "PLUS",
        lambdaConfig: { preSignUp: arn, customMessage: arn, userMigration: arn, customEmailSender: { lambdaArn: arn, lambdaVersion: "V1_0" }, defineAuthChallenge: arn },
        userPoolAddOns: { advancedSecurityMode: "AUDIT" },
        signInPolicy: { allowedFirstAuthFactors: ["PASSWORD", "EMAIL_OTP", "WEB_AUTHN"] },
        webAuthnConfiguration: { relyingPartyId: "example.org" },
        deviceConfiguration: { challengeRequiredOnNewDevice: true },
        tags: { a: "b" },
      });
      new aws.cognito.UserPool("q", { signInPolicy: { allowedFirstAuthFactors: ["PASSWORD", "EMAIL_OTP"] }, userPoolAddOns: { advancedSecurityMode: "OFF" }, webAuthnConfiguration: { relyingPartyId: "localhost", userVerification: "required" } });`,
    );
    assert.deepEqual(found.sort(), [
      "UserPool lambdaConfig.customEmailSender.lambdaArn",
      "UserPool userPoolAddOns.advancedSecurityMode",
      "UserPool webAuthnConfiguration.relyingPartyId",
    ]);
  });

  it("is named where the pool allows it and nobody could sign in with it, on AWS neither", async () => {
    const warningsOf = async (pool: string, flows: string) =>
      buildModel(
        await graphOf(
          `const pool = new aws.cognito.UserPool("p", { name: "people", ${pool} });
          new aws.cognito.UserPoolClient("c", { userPoolId: pool.id, explicitAuthFlows: ${flows} });`,
        ),
        "us-east-1",
        () => "/code",
      ).warnings;
    const codes = `signInPolicy: { allowedFirstAuthFactors: ["PASSWORD", "EMAIL_OTP", "SMS_OTP"] }`;
    assert.deepEqual(await warningsOf(codes, `["ALLOW_USER_SRP_AUTH"]`), [
      'Nobody of the user pool "people" is offered SMS_OTP: it sends no text messages without smsConfiguration.',
      'Nobody of the user pool "people" is offered EMAIL_OTP or SMS_OTP: none of its app clients has ALLOW_USER_AUTH in explicitAuthFlows.',
    ]);
    const sms = `smsConfiguration: { externalId: "x", snsCallerArn: "arn:aws:iam::123456789012:role/sns" }`;
    assert.deepEqual(await warningsOf(`${codes}, ${sms}`, `["ALLOW_USER_AUTH"]`), []);
  });

  it("does not guard by itself as enforced threat protection: people sign in whom AWS would rate first, and the start names it", async () => {
    const found = await unservedOf(
      'new aws.cognito.UserPool("p", { userPoolTier: "PLUS", userPoolAddOns: { advancedSecurityMode: "ENFORCED" } });',
    );
    assert.deepEqual(found, ["UserPool userPoolAddOns.advancedSecurityMode"]);
  });

  it("is named where it is not served for every other type of the service too", async () => {
    const found = await unservedOf(
      bare(`const userPoolId = pool.id;
      new aws.cognito.IdentityProvider("i", { userPoolId, providerName: "Google", providerType: "Google", providerDetails: { client_id: "x", client_secret: "y", authorize_scopes: "email" } });
      new aws.cognito.IdentityProvider("j", { userPoolId, providerName: "Office", providerType: "SAML", providerDetails: { MetadataURL: "https://idp.example/metadata" } });
      new aws.cognito.RiskConfiguration("r", { userPoolId, compromisedCredentialsRiskConfiguration: { actions: { eventAction: "BLOCK" } } });
      new aws.cognito.RiskConfiguration("s", { userPoolId, clientId: "c", compromisedCredentialsRiskConfiguration: { actions: { eventAction: "NO_ACTION" } } });
      new aws.cognito.LogDeliveryConfiguration("l", { userPoolId, logConfigurations: [{ eventSource: "userNotification", logLevel: "ERROR", cloudWatchLogsConfiguration: { logGroupArn: "arn:aws:logs:us-east-1:123456789012:log-group:g" } }] });
      new aws.cognito.UserPoolUICustomization("u", { userPoolId, css: ".label-customizable { }" });
      const identities = new aws.cognito.IdentityPool("ip", { identityPoolName: "ids" });
      new aws.cognito.IdentityPoolRoleAttachment("ra", { identityPoolId: identities.id, roles: { authenticated: "arn:aws:iam::123456789012:role/r" } });
      new aws.cognito.ManagedUserPoolClient("m", { userPoolId, namePrefix: "AmazonOpenSearch" });`),
    );
    assert.deepEqual(found.sort(), [
      "IdentityPool identityPoolName",
      "IdentityProvider providerType guards",
      "LogDeliveryConfiguration logConfigurations.cloudWatchLogsConfiguration.logGroupArn",
      "RiskConfiguration compromisedCredentialsRiskConfiguration.actions.eventAction guards",
      "UserPoolUICustomization css",
    ]);
  });

  it("reaches the pool: a risk configuration that acts, and a managed client that is served", async () => {
    const { model } = buildModel(
      await graphOf(
        bare(`new aws.cognito.RiskConfiguration("r", { userPoolId: pool.id, compromisedCredentialsRiskConfiguration: { actions: { eventAction: "BLOCK" } } });
        new aws.cognito.RiskConfiguration("s", { userPoolId: pool.id, clientId: "c", compromisedCredentialsRiskConfiguration: { actions: { eventAction: "NO_ACTION" } } });
        new aws.cognito.ManagedUserPoolClient("m", { userPoolId: pool.id, namePrefix: "AmazonOpenSearch", explicitAuthFlows: ["USER_PASSWORD_AUTH"] });`),
      ),
      "us-east-1",
      () => "/code",
    );
    const [pool] = model.userPools;
    assert.deepEqual(pool!.riskActions, [{ clientId: undefined }]);
    assert.deepEqual(
      pool!.clients.map(({ name, explicitAuthFlows }) => [name, explicitAuthFlows.sort()]),
      [
        [
          "AmazonOpenSearch",
          ["ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH"],
        ],
      ],
    );
  });

  it("[C.3] is a client of providers that the pool has, or is refused", async () => {
    const client = (provider: string) =>
      bare(`new aws.cognito.UserPoolClient("c", { userPoolId: pool.id, supportedIdentityProviders: ["COGNITO", "${provider}"] });
      new aws.cognito.IdentityProvider("i", { userPoolId: pool.id, providerName: "Corp", providerType: "OIDC", providerDetails: ${JSON.stringify(details)} });`);
    assert.deepEqual(await unservedOf(client("Corp")), []);
    await assert.rejects(
      unservedOf(client("Okta")),
      /InvalidParameterException: The provider Okta does not exist for User Pool us-east-1_/,
    );
  });

  it("warns of clients to which managed login shows no page, for want of a style", async () => {
    const client = (name: string, flow: string) =>
      `new aws.cognito.UserPoolClient("${name}", { name: "${name}", userPoolId: pool.id, generateSecret: true, allowedOauthFlowsUserPoolClient: true,
        allowedOauthFlows: ["${flow}"], allowedOauthScopes: ["shop/read"], callbackUrls: ["http://localhost:3000"], supportedIdentityProviders: ["COGNITO"] }, { dependsOn: server })`;
    const program = (version: number) => `
      const pool = new aws.cognito.UserPool("pool", { usernameAttributes: ["email"], autoVerifiedAttributes: ["email"] });
      const server = new aws.cognito.ResourceServer("shop", { userPoolId: pool.id, identifier: "shop", name: "shop", scopes: [{ scopeName: "read", scopeDescription: "read" }] });
      const web = ${client("web", "code")};
      ${client("bare", "code")};
      ${client("machine", "client_credentials")};
      new aws.cognito.UserPoolDomain("domain", { userPoolId: pool.id, domain: "styled", managedLoginVersion: ${version} });
      new aws.cognito.ManagedLoginBranding("style", { userPoolId: pool.id, clientId: web.id, useCognitoProvidedValues: true });`;
    const warningsOf = async (version: number) =>
      buildModel(await graphOf(program(version)), "us-east-1", () => "/code").warnings;
    assert.deepEqual(await warningsOf(1), []);
    assert.deepEqual(await warningsOf(2), [
      'The hosted UI says "Login pages unavailable" to "bare": managed login has no style for it. Add one, new aws.cognito.ManagedLoginBranding("style", { userPoolId, clientId, useCognitoProvidedValues: true }), or leave out managedLoginVersion.',
    ]);
  });

  it("warns of declared users whom the pool's pre sign-up function is not asked about", async () => {
    const program = `for (const name of ["guarded", "open"]) {
      const preSignUp = "arn:aws:lambda:us-east-1:123456789012:function:f";
      const pool = new aws.cognito.UserPool(name, { name, ...(name === "guarded" && { lambdaConfig: { preSignUp } }) });
      for (const username of ["ada", "grace"]) new aws.cognito.User(name + username, { userPoolId: pool.id, username });
    }`;
    const { warnings } = buildModel(await graphOf(program), "us-east-1", () => "/code");
    assert.deepEqual(warnings, [
      'The pre sign-up function of "guarded" is not asked about users that the program declares ("ada", "grace"); on AWS it is, and may refuse them.',
    ]);
  });

  it("warns of pools whose pages ask for nothing that a code could be sent to, so that nobody can confirm", async () => {
    const client = `allowedOauthFlowsUserPoolClient: true, allowedOauthFlows: ["code"], allowedOauthScopes: ["openid"], callbackUrls: ["http://localhost:3000"], supportedIdentityProviders: ["COGNITO"]`;
    const pool = (name: string, settings: string) => `{
      const pool = new aws.cognito.UserPool("${name}", { name: "${name}", autoVerifiedAttributes: ["email"], ${settings} });
      new aws.cognito.UserPoolClient("${name}", { userPoolId: pool.id, ${client} });
      new aws.cognito.UserPoolDomain("${name}", { userPoolId: pool.id, domain: "${name}" });
    }`;
    const programs = [
      pool("unreachable", ""),
      pool("by-email", `usernameAttributes: ["email"]`),
      pool("asked", `schemas: [{ name: "email", attributeDataType: "String", required: true, mutable: true }]`),
      pool("by-administrators", `adminCreateUserConfig: { allowAdminCreateUserOnly: true }`),
    ];
    const { warnings } = buildModel(await graphOf(programs.join("\n")), "us-east-1", () => "/code");
    assert.deepEqual(warnings, [
      'Nobody who signs up on the hosted UI\'s pages can confirm: they ask for required attributes only, and there is no email to send a code to, in "unreachable". Require it, schemas: [{ name: "email", attributeDataType: "String", required: true, mutable: true }], or sign in by it, usernameAttributes: ["email"].',
    ]);
  });

  it("[C.3] knows Google's and Amazon's endpoints, and takes http:// on this machine with a warning", async () => {
    const { model, warnings } = buildModel(
      await graphOf(
        bare(`const userPoolId = pool.id;
        for (const type of ["Google", "LoginWithAmazon"]) new aws.cognito.IdentityProvider(type, { userPoolId, providerName: type, providerType: type, providerDetails: { client_id: "x", client_secret: "y", authorize_scopes: "openid" } });
        new aws.cognito.IdentityProvider("i", { userPoolId, providerName: "Corp", providerType: "OIDC", providerDetails: { ...${JSON.stringify(details)}, oidc_issuer: "http://localhost:1/" } });`),
      ),
      "us-east-1",
      () => "/code",
    );
    const providers = Object.fromEntries(model.userPools[0]!.identityProviders.map((each) => [each.name, each]));
    assert.deepEqual(providers.Google!.signIn, {
      idToken: true,
      clientId: "x",
      clientSecret: "y",
      scope: "openid",
      issuer: "https://accounts.google.com",
      authorizeUrl: "https://accounts.google.com/o/oauth2/v2/auth",
      tokenUrl: "https://www.googleapis.com/oauth2/v4/token",
      jwksUrl: "https://www.googleapis.com/oauth2/v3/certs",
      attributesUrl: undefined,
      attributesMethod: "GET",
      takesLoginHint: true,
    });
    assert.deepEqual(providers.LoginWithAmazon!.signIn, {
      idToken: false,
      clientId: "x",
      clientSecret: "y",
      scope: "openid",
      issuer: undefined,
      authorizeUrl: "https://www.amazon.com/ap/oa",
      tokenUrl: "https://api.amazon.com/auth/o2/token",
      jwksUrl: undefined,
      attributesUrl: "https://api.amazon.com/user/profile",
      attributesMethod: "GET",
      takesLoginHint: false,
    });
    assert.deepEqual(providers.LoginWithAmazon!.attributeMapping, { username: "user_id" });
    assert.deepEqual(warnings, [
      "The identity provider Corp has an address with http://, which is served on this machine and which AWS refuses.",
    ]);
  });

  it("[C.3] knows what legacy flows imply: SRP, custom challenges and refresh beside the one that is named", async () => {
    const client = (name: string) =>
      `new aws.cognito.UserPoolClient("${name}", { userPoolId: pool.id, name: "${name}", explicitAuthFlows: ["${name}"] });`;
    const { model } = buildModel(
      await graphOf(bare(["ADMIN_NO_SRP_AUTH", "CUSTOM_AUTH_FLOW_ONLY"].map(client).join(" "))),
      "us-east-1",
      () => "/code",
    );
    assert.deepEqual(
      Object.fromEntries(model.userPools[0]!.clients.map(({ name, explicitAuthFlows }) => [name, explicitAuthFlows])),
      {
        ADMIN_NO_SRP_AUTH: [
          ...["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        ],
        CUSTOM_AUTH_FLOW_ONLY: ["ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
      },
    );
  });

  it("leaves ids and ARNs in their AWS forms, of what is made and of what is only looked up", async () => {
    const { outputs } = await graphOf(
      `const identities = new aws.cognito.IdentityPool("ip", { identityPoolName: "ids" });
      exports.id = identities.id; exports.arn = identities.arn;
      const found = aws.cognito.UserPool.get("q", "us-east-1_AbCdEfGhI");
      exports.found = found.arn; exports.endpoint = found.endpoint;`,
    );
    const uuid = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}";
    assert.match(outputs.id as string, new RegExp(`^us-east-1:${uuid}$`));
    assert.equal(outputs.arn, `arn:aws:cognito-identity:us-east-1:123456789012:identitypool/${outputs.id}`);
    assert.equal(outputs.found, "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_AbCdEfGhI");
    assert.equal(outputs.endpoint, "cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI");
  });
});

describe("the Describe operations", function () {
  this.timeout(30_000);

  // API reference: UserPoolType, UserPoolClientType, DomainDescriptionType, ResourceServerType, IdentityProviderType.
  it("[C.3] answer with all that the declaration holds, in the units and under the names of the API", async () => {
    const graph = await graphOf(`
      const lambda = "arn:aws:lambda:us-east-1:123456789012:function:f";
      const pool = new aws.cognito.UserPool("p", {
        webAuthnConfiguration: { relyingPartyId: "example.org", userVerification: "required" },
        name: "people", usernameAttributes: ["email"], autoVerifiedAttributes: ["email"], mfaConfiguration: "OPTIONAL",
        softwareTokenMfaConfiguration: { enabled: true }, tags: { team: "x" },
        schemas: [{ name: "plan", attributeDataType: "String", mutable: false, stringAttributeConstraints: { minLength: "2", maxLength: "9" } }, { name: "name", attributeDataType: "String", required: true }],
        userAttributeUpdateSettings: { attributesRequireVerificationBeforeUpdates: ["email"] },
        accountRecoverySetting: { recoveryMechanisms: [{ name: "verified_phone_number", priority: 2 }, { name: "verified_email", priority: 1 }] },
        adminCreateUserConfig: { allowAdminCreateUserOnly: true, inviteMessageTemplate: { emailSubject: "Welcome" } },
        emailConfiguration: { emailSendingAccount: "DEVELOPER", sourceArn: "arn:aws:ses:us-east-1:123456789012:identity/example.com", fromEmailAddress: "a@example.com" },
        lambdaConfig: { postConfirmation: lambda, preTokenGenerationConfig: { lambdaArn: lambda, lambdaVersion: "V2_0" } },
      });
      const userPoolId = pool.id;
      const client = new aws.cognito.UserPoolClient("c", { userPoolId, name: "web", idTokenValidity: 30, tokenValidityUnits: { idToken: "minutes" }, explicitAuthFlows: ["ADMIN_NO_SRP_AUTH"], readAttributes: ["email"] });
      new aws.cognito.UserPoolDomain("d", { userPoolId, domain: "people-login" });
      new aws.cognito.ResourceServer("r", { userPoolId, identifier: "orders", name: "Orders", scopes: [{ scopeName: "read", scopeDescription: "Read" }] });
      new aws.cognito.IdentityProvider("i", { userPoolId, providerName: "Corp", providerType: "OIDC", providerDetails: { client_id: "x", attributes_request_method: "GET", oidc_issuer: "https://idp.example", authorize_scopes: "openid" }, attributeMapping: { email: "mail" }, idpIdentifiers: ["corp.example"] });
      exports.pool = pool.id; exports.client = client.id;`);
    const { pool, client } = graph.outputs as { pool: string; client: string };
    const cloud = await startCognito(buildModel(graph, "us-east-1", () => "/code").model.userPools);
    const aws = apiClient(cloud);
    try {
      const { UserPool } = await aws.send(new sdk.DescribeUserPoolCommand({ UserPoolId: pool }));
      assert.deepEqual(UserPool?.AccountRecoverySetting?.RecoveryMechanisms, [
        { Priority: 1, Name: "verified_email" },
        { Priority: 2, Name: "verified_phone_number" },
      ]);
      assert.deepEqual(UserPool.UserAttributeUpdateSettings, { AttributesRequireVerificationBeforeUpdate: ["email"] });
      assert.deepEqual(UserPool.AdminCreateUserConfig, {
        AllowAdminCreateUserOnly: true,
        UnusedAccountValidityDays: 7,
        InviteMessageTemplate: {
          EmailSubject: "Welcome",
          EmailMessage: "Your username is {username} and temporary password is {####}",
          SMSMessage: "Your username is {username} and temporary password is {####}",
        },
      });
      assert.deepEqual(UserPool.EmailConfiguration, {
        EmailSendingAccount: "DEVELOPER",
        SourceArn: "arn:aws:ses:us-east-1:123456789012:identity/example.com",
        From: "a@example.com",
      });
      const lambda = "arn:aws:lambda:us-east-1:123456789012:function:f";
      assert.deepEqual(UserPool.LambdaConfig, {
        PostConfirmation: lambda,
        PreTokenGeneration: lambda,
        PreTokenGenerationConfig: { LambdaVersion: "V2_0", LambdaArn: lambda },
      });
      assert.deepEqual([UserPool.UserPoolTags, UserPool.Domain], [{ team: "x" }, "people-login"]);
      assert.deepEqual(UserPool.Policies?.SignInPolicy, { AllowedFirstAuthFactors: ["PASSWORD"] });
      assert.equal("WebAuthnConfiguration" in UserPool, false);
      assert.equal(UserPool.SchemaAttributes?.length, 21);
      assert.deepEqual(
        ["name", "birthdate", "custom:plan"].map((name) =>
          UserPool.SchemaAttributes?.find((attribute) => attribute.Name === name),
        ),
        [
          ["name", true, true, { MinLength: "0", MaxLength: "2048" }],
          ["birthdate", true, false, { MinLength: "10", MaxLength: "10" }],
          ["custom:plan", false, false, { MinLength: "2", MaxLength: "9" }],
        ].map(([Name, Mutable, Required, StringAttributeConstraints]) => ({
          Name,
          AttributeDataType: "String",
          DeveloperOnlyAttribute: false,
          Mutable,
          Required,
          StringAttributeConstraints,
        })),
      );

      const { UserPoolClient } = await aws.send(
        new sdk.DescribeUserPoolClientCommand({ UserPoolId: pool, ClientId: client }),
      );
      const { LastModifiedDate: _modified, CreationDate: _created, ...described } = UserPoolClient!;
      assert.deepEqual(described, {
        UserPoolId: pool,
        ClientId: client,
        ClientName: "web",
        IdTokenValidity: 30,
        RefreshTokenValidity: 30,
        TokenValidityUnits: { IdToken: "minutes" },
        AuthSessionValidity: 3,
        ReadAttributes: ["email"],
        ExplicitAuthFlows: ["ADMIN_NO_SRP_AUTH"],
        AllowedOAuthFlowsUserPoolClient: false,
        EnableTokenRevocation: true,
        EnablePropagateAdditionalUserContextData: false,
      });

      const { DomainDescription } = await aws.send(new sdk.DescribeUserPoolDomainCommand({ Domain: "people-login" }));
      assert.match(DomainDescription?.CloudFrontDistribution ?? "", /\.cloudfront\.net$/);
      assert.deepEqual(
        [DomainDescription?.UserPoolId, DomainDescription?.AWSAccountId, DomainDescription?.Status],
        [pool, "123456789012", "ACTIVE"],
      );

      const server = new sdk.DescribeResourceServerCommand({ UserPoolId: pool, Identifier: "orders" });
      assert.deepEqual((await aws.send(server)).ResourceServer, {
        UserPoolId: pool,
        Identifier: "orders",
        Name: "Orders",
        Scopes: [{ ScopeName: "read", ScopeDescription: "Read" }],
      });
      const { IdentityProvider } = await aws.send(
        new sdk.DescribeIdentityProviderCommand({ UserPoolId: pool, ProviderName: "Corp" }),
      );
      assert.deepEqual(
        [
          IdentityProvider?.ProviderType,
          IdentityProvider?.ProviderDetails,
          IdentityProvider?.AttributeMapping,
          IdentityProvider?.IdpIdentifiers,
        ],
        [
          "OIDC",
          {
            attributes_url_add_attributes: "false",
            client_id: "x",
            attributes_request_method: "GET",
            oidc_issuer: "https://idp.example",
            authorize_scopes: "openid",
          },
          { username: "sub", email: "mail" },
          ["corp.example"],
        ],
      );
      await assert.rejects(
        aws.send(new sdk.DescribeIdentityProviderCommand({ UserPoolId: pool, ProviderName: "None" })),
        { name: "ResourceNotFoundException" },
      );
      const mfa = await aws.send(new sdk.GetUserPoolMfaConfigCommand({ UserPoolId: pool }));
      assert.deepEqual(
        [mfa.MfaConfiguration, mfa.SoftwareTokenMfaConfiguration, mfa.SmsMfaConfiguration, mfa.EmailMfaConfiguration],
        ["OPTIONAL", { Enabled: true }, undefined, undefined],
      );
      assert.deepEqual(mfa.WebAuthnConfiguration, { RelyingPartyId: "example.org", UserVerification: "required" });
    } finally {
      aws.destroy();
      await cloud.close();
    }
  });
});
