/**
 * Who may sign in: a Cognito user pool, its domain with the hosted UI, and one public app client.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools.html
 */
import { createHash } from "node:crypto";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type LogKeeping, logGroup } from "./logs.ts";
import type { ClientSettings, DomainSettings, Mfa, Plan, Sender, UserSettings } from "./user-settings.ts";

export interface UserDirectoryArgs {
  settings: UserSettings;
  /** `<resource server>/<scope>` of every scope the API asks for; none in ID-token mode. */
  apiScopes: readonly string[];
  logs: LogKeeping;
}

export class UserDirectory extends pulumi.ComponentResource {
  readonly userPoolId: pulumi.Output<string>;
  readonly userPoolArn: pulumi.Output<string>;
  readonly clientId: pulumi.Output<string>;
  /** The origin of the hosted UI, no path. */
  readonly hostedUiUrl: pulumi.Output<string>;
  /** The `iss` of every token. Taken from the pool's own endpoint: AWS has more than one issuer format. */
  readonly issuer: pulumi.Output<string>;
  /** What the app client may ask for at sign-in. */
  readonly scopes: string[];

  constructor(name: string, { settings, apiScopes, logs }: UserDirectoryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("demo-auth:users:UserDirectory", name, {}, opts);
    // `openid` is what makes the ID token appear. Never `aws.cognito.signin.user.admin`: it lets a token edit its user.
    this.scopes = [...new Set(["openid", "email", ...apiScopes])];
    const pool = userPool(this, name, settings);
    const domain = userPoolDomain(this, name, pool, settings);
    const resourceServers = declareScopes(this, name, pool, apiScopes);
    const client = appClient(this, name, pool, settings, this.scopes, resourceServers);
    if (settings.plan.hostedUi === "managed") brandLoginPages(this, name, pool, client);
    createGroups(this, name, pool, settings.groups);
    if (settings.logDelivery) deliverLogs(this, name, pool, settings.plan, logs);

    this.userPoolId = pool.id;
    this.userPoolArn = pool.arn;
    this.clientId = client.id;
    this.hostedUiUrl = hostedUiUrl(this, domain, settings.domain);
    this.issuer = pulumi.interpolate`https://${pool.endpoint}`;
    this.registerOutputs({ userPoolId: pool.id, clientId: client.id, hostedUiUrl: this.hostedUiUrl });
  }
}

function userPool(parent: UserDirectory, name: string, settings: UserSettings): aws.cognito.UserPool {
  const { password, plan, mfa, sender } = settings;
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
      ...secondFactor(mfa),
      ...threatProtection(plan),
      ...(sender && mailThrough(sender)),
      deletionProtection: settings.deletionProtection ? "ACTIVE" : "INACTIVE",
    },
    { parent, protect: settings.deletionProtection },
  );
}

const mfaConfigurations = { off: "OFF", optional: "OPTIONAL", on: "ON" } as const;

/** Cognito refuses the software-token block while MFA is off. */
function secondFactor(mfa: Mfa): Pick<aws.cognito.UserPoolArgs, "mfaConfiguration" | "softwareTokenMfaConfiguration"> {
  const mfaConfiguration = mfaConfigurations[mfa.mode];
  if (mfa.mode === "off") return { mfaConfiguration };
  return { mfaConfiguration, softwareTokenMfaConfiguration: { enabled: mfa.factors.includes("totp") } };
}

function threatProtection({ threatProtection }: Plan): Pick<aws.cognito.UserPoolArgs, "userPoolAddOns"> {
  if (threatProtection === "off") return {};
  const mode = threatProtection === "enforced" ? "ENFORCED" : "AUDIT";
  return { userPoolAddOns: { advancedSecurityMode: mode, advancedSecurityAdditionalFlows: { customAuthMode: mode } } };
}

function mailThrough(sender: Sender): Pick<aws.cognito.UserPoolArgs, "emailConfiguration"> {
  return {
    emailConfiguration: {
      emailSendingAccount: "DEVELOPER",
      sourceArn: sender.identityArn,
      fromEmailAddress: sender.from,
    },
  };
}

function userPoolDomain(
  parent: UserDirectory,
  name: string,
  pool: aws.cognito.UserPool,
  { domain, plan, deletionProtection }: UserSettings,
): aws.cognito.UserPoolDomain {
  const resource = new aws.cognito.UserPoolDomain(
    `${name}-domain`,
    {
      userPoolId: pool.id,
      managedLoginVersion: plan.hostedUi === "managed" ? 2 : 1,
      ...(domain.kind === "custom"
        ? { domain: domain.name, certificateArn: domain.certificateArn }
        : { domain: domain.prefix ?? uniquePrefix(parent, domain.stem) }),
    },
    // A pool has one prefix domain at a time, so the new one cannot be made while the old one stands.
    { parent, deleteBeforeReplace: true, protect: deletionProtection },
  );
  if (domain.kind === "custom" && domain.hostedZoneId !== undefined) {
    new aws.route53.Record(
      `${name}-domain-record`,
      {
        zoneId: domain.hostedZoneId,
        name: domain.name,
        type: "A",
        aliases: [
          {
            name: resource.cloudfrontDistribution,
            zoneId: resource.cloudfrontDistributionZoneId,
            evaluateTargetHealth: false,
          },
        ],
      },
      { parent },
    );
  }
  return resource;
}

/**
 * A prefix is unique in a Region across all AWS accounts, so it carries a hash of where the stack lives.
 * The same stack in the same account and Region always gets the same one.
 */
function uniquePrefix(parent: UserDirectory, stem: string): pulumi.Output<string> {
  const { accountId } = aws.getCallerIdentityOutput({}, { parent });
  const { region } = aws.getRegionOutput({}, { parent });
  return pulumi.all([accountId, region]).apply((where) => {
    const place = [...where, pulumi.getOrganization(), pulumi.getProject(), pulumi.getStack()];
    return `${stem}-${createHash("sha256").update(JSON.stringify(place)).digest("hex").slice(0, 8)}`;
  });
}

function hostedUiUrl(
  parent: UserDirectory,
  domain: aws.cognito.UserPoolDomain,
  settings: DomainSettings,
): pulumi.Output<string> {
  if (settings.kind === "custom") return pulumi.interpolate`https://${domain.domain}`;
  const { region } = aws.getRegionOutput({}, { parent });
  // https://docs.aws.amazon.com/govcloud-us/latest/UserGuide/govcloud-cog.html
  const host = region.apply((name) => `${name.startsWith("us-gov-") ? "auth-fips" : "auth"}.${name}`);
  return pulumi.interpolate`https://${domain.domain}.${host}.amazoncognito.com`;
}

/** One resource server for each name before a scope's last slash. */
function declareScopes(
  parent: UserDirectory,
  name: string,
  pool: aws.cognito.UserPool,
  apiScopes: readonly string[],
): aws.cognito.ResourceServer[] {
  const scopesByServer = Object.groupBy(new Set(apiScopes), (scope) => scope.slice(0, scope.lastIndexOf("/")));
  return Object.entries(scopesByServer).map(([identifier, scopes = []]) => {
    const scopeNames = scopes.map((scope) => scope.slice(identifier.length + 1));
    return new aws.cognito.ResourceServer(
      `${name}-${identifier}`,
      {
        userPoolId: pool.id,
        identifier,
        name: identifier,
        scopes: scopeNames.map((scopeName) => ({ scopeName, scopeDescription: `${scopeName} ${identifier}` })),
      },
      { parent },
    );
  });
}

function appClient(
  parent: UserDirectory,
  name: string,
  pool: aws.cognito.UserPool,
  { client, deletionProtection }: UserSettings,
  scopes: string[],
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
      allowedOauthScopes: scopes,
      callbackUrls: client.callbackUrls,
      logoutUrls: client.logoutUrls,
      supportedIdentityProviders: ["COGNITO"],
      ...apiSignIn(client),
      preventUserExistenceErrors: "ENABLED",
      enableTokenRevocation: true,
      authSessionValidity: 3,
      // Units and values together, always: the provider reports an endless difference when a unit is left to AWS.
      idTokenValidity: client.tokens.idMinutes,
      accessTokenValidity: client.tokens.accessMinutes,
      refreshTokenValidity: client.tokens.refreshDays,
      tokenValidityUnits: { idToken: "minutes", accessToken: "minutes", refreshToken: "days" },
      readAttributes: ["email", "email_verified"],
      writeAttributes: ["email"],
    },
    {
      parent,
      // A client that names a scope is refused until the resource server with that scope exists.
      dependsOn: resourceServers,
      protect: deletionProtection,
      // Nobody can read it back: of an imported client it is not known, and to set it would replace the client and its id.
      ignoreChanges: ["generateSecret"],
    },
  );
}

/**
 * People sign in on the hosted UI only: the password APIs stay closed to this client. Cognito opens them when the list is
 * left out, and refuses refresh-token sign-in beside rotation; custom authentication needs triggers that this pool lacks.
 */
function apiSignIn({
  signIn,
}: ClientSettings): Pick<aws.cognito.UserPoolClientArgs, "explicitAuthFlows" | "refreshTokenRotation"> {
  if (signIn.flow === "implicit" || !signIn.rotateRefreshTokens)
    return { explicitAuthFlows: ["ALLOW_REFRESH_TOKEN_AUTH"] };
  return {
    explicitAuthFlows: ["ALLOW_CUSTOM_AUTH"],
    // Time enough for a client whose answer was lost to ask again.
    refreshTokenRotation: { feature: "ENABLED", retryGracePeriodSeconds: 10 },
  };
}

/** Managed login answers "Login pages unavailable" for a client without a style. */
function brandLoginPages(
  parent: UserDirectory,
  name: string,
  pool: aws.cognito.UserPool,
  client: aws.cognito.UserPoolClient,
): void {
  new aws.cognito.ManagedLoginBranding(
    `${name}-branding`,
    { userPoolId: pool.id, clientId: client.id, useCognitoProvidedValues: true },
    { parent },
  );
}

function createGroups(parent: UserDirectory, name: string, pool: aws.cognito.UserPool, groups: string[]): void {
  for (const group of groups) {
    new aws.cognito.UserGroup(`${name}-group-${group}`, { userPoolId: pool.id, name: group }, { parent });
  }
}

/** Failed messages on every plan; sign-in events with their risk where the plan has threat protection. */
function deliverLogs(
  parent: UserDirectory,
  name: string,
  pool: aws.cognito.UserPool,
  plan: Plan,
  logs: LogKeeping,
): void {
  // Cognito cannot deliver to a group that a KMS key encrypts.
  const group = logGroup(`${name}-events`, logs, { unencrypted: true }, { parent });
  const destination = { cloudWatchLogsConfiguration: { logGroupArn: group.arn } };
  new aws.cognito.LogDeliveryConfiguration(
    `${name}-log-delivery`,
    {
      userPoolId: pool.id,
      logConfigurations: [
        { eventSource: "userNotification", logLevel: "ERROR", ...destination },
        ...(plan.tier === "PLUS" ? [{ eventSource: "userAuthEvents", logLevel: "INFO", ...destination }] : []),
      ],
    },
    { parent },
  );
}
