/**
 * Who may sign in: a Cognito user pool, its domain with the hosted UI, and one public app client.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools.html
 */
import { createHash } from "node:crypto";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Plan, UserSettings } from "./settings.ts";

export class UserDirectory extends pulumi.ComponentResource {
  readonly userPoolId: pulumi.Output<string>;
  readonly userPoolArn: pulumi.Output<string>;
  readonly clientId: pulumi.Output<string>;
  /** The origin of the hosted UI, no path. */
  readonly hostedUiUrl: pulumi.Output<string>;
  /** The `iss` of every token. Taken from the pool's own endpoint: AWS has more than one issuer format. */
  readonly issuer: pulumi.Output<string>;
  /** What the app client may ask for at sign-in. */
  readonly scopes: pulumi.Output<string[]>;

  /** @param apiScopes `<resource server>/<scope>` of every scope the API asks for; none in ID-token mode. */
  constructor(
    name: string,
    settings: UserSettings,
    apiScopes: readonly string[],
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("demo-auth:users:UserDirectory", name, {}, opts);
    const region = aws.getRegionOutput({}, { parent: this }).region;
    const pool = userPool(this, name, settings);
    const domain = new aws.cognito.UserPoolDomain(
      `${name}-domain`,
      {
        userPoolId: pool.id,
        domain: settings.domain.prefix ?? uniquePrefix(this, settings.domain.prefixStem, region),
        managedLoginVersion: settings.plan.hostedUi === "managed" ? 2 : 1,
      },
      // A pool has one prefix domain at a time, so the new one cannot be made while the old one stands.
      { parent: this, deleteBeforeReplace: true },
    );
    const resourceServers = declareScopes(this, name, pool, apiScopes);
    const client = appClient(this, name, pool, settings, apiScopes, resourceServers);
    if (settings.plan.hostedUi === "managed") {
      // Managed login answers "Login pages unavailable" for a client without a style.
      new aws.cognito.ManagedLoginBranding(
        `${name}-branding`,
        { userPoolId: pool.id, clientId: client.id, useCognitoProvidedValues: true },
        { parent: this },
      );
    }
    this.userPoolId = pool.id;
    this.userPoolArn = pool.arn;
    this.clientId = client.id;
    this.hostedUiUrl = pulumi.interpolate`https://${domain.domain}.auth.${region}.amazoncognito.com`;
    this.issuer = pulumi.interpolate`https://${pool.endpoint}`;
    this.scopes = client.allowedOauthScopes.apply((scopes) => scopes ?? []);
    this.registerOutputs({ userPoolId: pool.id, clientId: client.id });
  }
}

const mfaConfigurations = { off: "OFF", optional: "OPTIONAL", on: "ON" } as const;

function userPool(parent: UserDirectory, name: string, settings: UserSettings): aws.cognito.UserPool {
  const { mfa, password, plan } = settings;
  return new aws.cognito.UserPool(
    `${name}-pool`,
    {
      name: settings.poolName,
      userPoolTier: plan.tier,
      usernameAttributes: ["email"],
      usernameConfiguration: { caseSensitive: false },
      autoVerifiedAttributes: ["email"],
      userAttributeUpdateSettings: { attributesRequireVerificationBeforeUpdates: ["email"] },
      // E-mail only: no SMS to pay for, and no SIM to swap.
      accountRecoverySetting: { recoveryMechanisms: [{ name: "verified_email", priority: 1 }] },
      adminCreateUserConfig: { allowAdminCreateUserOnly: !settings.selfSignUp },
      passwordPolicy: {
        minimumLength: password.minimumLength,
        requireLowercase: true,
        requireUppercase: true,
        requireNumbers: true,
        requireSymbols: true,
        temporaryPasswordValidityDays: password.temporaryDays,
        ...(password.historySize > 0 && { passwordHistorySize: password.historySize }),
      },
      mfaConfiguration: mfaConfigurations[mfa.mode],
      // Cognito refuses the block while MFA is off.
      ...(mfa.mode !== "off" && { softwareTokenMfaConfiguration: { enabled: mfa.factors.includes("totp") } }),
      ...threatProtection(plan),
      deletionProtection: settings.deletionProtection ? "ACTIVE" : "INACTIVE",
    },
    { parent, protect: settings.deletionProtection },
  );
}

function threatProtection({ threatProtection }: Plan): Pick<aws.cognito.UserPoolArgs, "userPoolAddOns"> {
  if (threatProtection === "off") return {};
  const mode = threatProtection === "enforced" ? "ENFORCED" : "AUDIT";
  return {
    userPoolAddOns: { advancedSecurityMode: mode, advancedSecurityAdditionalFlows: { customAuthMode: mode } },
  };
}

/**
 * A prefix is unique in a Region across all AWS accounts, so it carries a hash of where the stack lives.
 * The same stack in the same account and Region always gets the same one.
 */
function uniquePrefix(parent: UserDirectory, stem: string, region: pulumi.Output<string>): pulumi.Output<string> {
  const account = aws.getCallerIdentityOutput({}, { parent }).accountId;
  return pulumi.all([account, region]).apply(([accountId, regionName]) => {
    const place = [accountId, regionName, pulumi.getOrganization(), pulumi.getProject(), pulumi.getStack()];
    return `${stem}-${createHash("sha256").update(JSON.stringify(place)).digest("hex").slice(0, 8)}`;
  });
}

function declareScopes(parent: UserDirectory, name: string, pool: aws.cognito.UserPool, apiScopes: readonly string[]) {
  const scopesByServer = Object.groupBy(new Set(apiScopes), (scope) => scope.slice(0, scope.lastIndexOf("/")));
  return Object.entries(scopesByServer).map(
    ([identifier, scopes = []]) =>
      new aws.cognito.ResourceServer(
        `${name}-${identifier}`,
        {
          userPoolId: pool.id,
          identifier,
          name: identifier,
          scopes: scopes.map((scope) => ({
            scopeName: scope.slice(identifier.length + 1),
            scopeDescription: `${scope.slice(identifier.length + 1)} ${identifier}`,
          })),
        },
        { parent },
      ),
  );
}

function appClient(
  parent: UserDirectory,
  name: string,
  pool: aws.cognito.UserPool,
  { client }: UserSettings,
  apiScopes: readonly string[],
  resourceServers: aws.cognito.ResourceServer[],
): aws.cognito.UserPoolClient {
  return new aws.cognito.UserPoolClient(
    `${name}-client`,
    {
      name: client.name,
      userPoolId: pool.id,
      // A command line and a browser cannot keep a secret.
      generateSecret: false,
      allowedOauthFlowsUserPoolClient: true,
      allowedOauthFlows: [client.signIn.flow],
      // `openid` is what makes the ID token appear. Never `aws.cognito.signin.user.admin`: it lets a token edit its user.
      allowedOauthScopes: ["openid", "email", ...new Set(apiScopes)],
      callbackUrls: client.callbackUrls,
      logoutUrls: client.logoutUrls,
      supportedIdentityProviders: ["COGNITO"],
      // People sign in on the hosted UI only; the password APIs stay closed to this client.
      explicitAuthFlows: ["ALLOW_REFRESH_TOKEN_AUTH"],
      preventUserExistenceErrors: "ENABLED",
      enableTokenRevocation: true,
      authSessionValidity: 3,
      idTokenValidity: client.tokens.idMinutes,
      accessTokenValidity: client.tokens.accessMinutes,
      refreshTokenValidity: client.tokens.refreshDays,
      tokenValidityUnits: { idToken: "minutes", accessToken: "minutes", refreshToken: "days" },
      readAttributes: ["email", "email_verified"],
      writeAttributes: ["email"],
    },
    // A client that names a scope is refused until the resource server with that scope exists.
    { parent, dependsOn: resourceServers },
  );
}
