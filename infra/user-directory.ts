/**
 * Who may sign in: a Cognito user pool, its domain with the hosted UI, and one public app client.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools.html
 */
import { createHash } from "node:crypto";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type LogKeeping, logGroup } from "./logs.ts";
import { type Transform, transformed } from "./transform.ts";

/** Every default is the safe one; `new UserDirectory("users")` alone is a pool for administrators to fill. */
export interface UserDirectoryArgs {
  /** The pool's name. @default made up */
  name?: pulumi.Input<string> | undefined;
  /** Cognito's feature plan and what it allows. @default ESSENTIALS with managed login */
  plan?: Plan;
  /** @default on, with an authenticator app */
  mfa?: Mfa;
  /** @default at least 14 characters; the last 5 are refused where the plan can; an administrator's holds a day */
  password?: PasswordArgs;
  /** Whether people may sign themselves up; otherwise only an administrator creates users. @default false */
  selfSignUp?: pulumi.Input<boolean>;
  /** Refuses to delete the pool in Cognito, and pool, client and domain in Pulumi. @default true */
  deletionProtection?: boolean;
  /** Where the hosted UI lives. @default a prefix made of project, stack and where the stack lives */
  domain?: PrefixDomain | CustomDomain;
  client?: ClientArgs;
  /** `<resource server>/<scope>` of every scope that an API asks for. @default none */
  scopes?: readonly string[];
  /** Names of user groups; they reach the API as the claim `cognito:groups`. @default none */
  groups?: readonly string[];
  /** Sends mail through Amazon SES; without it Cognito's own sender serves, with a small daily quota. */
  sender?: Sender | undefined;
  /** Delivers Cognito's own events to CloudWatch Logs. @default false */
  deliverLogs?: boolean;
  logs?: LogKeeping;
  transform?: {
    pool?: Transform<aws.cognito.UserPoolArgs>;
    domain?: Transform<aws.cognito.UserPoolDomainArgs>;
    client?: Transform<aws.cognito.UserPoolClientArgs>;
  };
}

/** Cognito's feature plans and what each allows. */
export type Plan =
  | { tier: "LITE"; hostedUi: "classic"; threatProtection: "off" }
  | { tier: "ESSENTIALS"; hostedUi: "managed" | "classic"; threatProtection: "off" }
  | { tier: "PLUS"; hostedUi: "managed" | "classic"; threatProtection: "off" | "audit" | "enforced" };

export type Mfa = { mode: "off" } | { mode: "optional" | "on"; factors: readonly ["totp", ...MfaFactor[]] };
type MfaFactor = "totp";

export interface PasswordArgs {
  minimumLength?: pulumi.Input<number>;
  /** How many earlier ones are refused; not on LITE. */
  historySize?: pulumi.Input<number>;
  /** How long the one that an administrator gives holds. */
  temporaryDays?: pulumi.Input<number>;
}

/** A prefix of a Cognito domain: unique in a Region across all AWS accounts. */
export interface PrefixDomain {
  prefix?: pulumi.Input<string> | undefined;
}

export interface CustomDomain {
  name: string;
  /** In us-east-1: Cognito serves a custom domain through CloudFront, which takes certificates of this Region only. */
  certificateArn: pulumi.Input<string>;
  /** The Route 53 zone to make the domain's record in. @default none is made */
  hostedZoneId?: pulumi.Input<string> | undefined;
}

export interface ClientArgs {
  /** @default made up */
  name?: pulumi.Input<string> | undefined;
  /** @default the code flow; access tokens where there are scopes, ID tokens otherwise */
  signIn?: SignIn;
  /** Letter by letter what applications redirect to. @default ports 47810 to 47814 of the loopback, `/callback` */
  callbackUrls?: pulumi.Input<pulumi.Input<string>[]>;
  /** @default likewise, `/logout` */
  logoutUrls?: pulumi.Input<pulumi.Input<string>[]>;
  /** @default 15 minutes, 15 minutes, 1 day */
  tokens?: {
    idMinutes?: pulumi.Input<number>;
    accessMinutes?: pulumi.Input<number>;
    refreshDays?: pulumi.Input<number>;
  };
}

/**
 * How people get a token, and which one the API asks for. The implicit flow goes with the ID token only: an access token
 * with API scopes in a URL fragment would be left in the browser's history. It has no refresh token to rotate.
 */
export type SignIn =
  | { flow: "implicit"; tokenUse: "id" }
  | { flow: "code"; tokenUse: "id" | "access"; rotateRefreshTokens: boolean };

export interface Sender {
  /** An SES identity in the stack's account. */
  identityArn: pulumi.Input<string>;
  /** `Name <address>` or an address of that identity. */
  from: pulumi.Input<string>;
}

/** Uncommon ports, shared with the command line through the stack outputs: Cognito matches a callback exactly, port included. */
export const loopbackPorts: readonly string[] = ["47810", "47811", "47812", "47813", "47814"];

/** Under both names of the loopback: Cognito compares the whole string, and a person or a library may use either. */
export const loopbackUrls = (path: string, ports: readonly string[] = loopbackPorts): string[] =>
  ["localhost", "127.0.0.1"].flatMap((host) => ports.map((port) => `http://${host}:${port}${path}`));

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
  readonly flow: SignIn["flow"];
  /** Which token an API behind this directory asks for. */
  readonly tokenUse: SignIn["tokenUse"];
  readonly callbackUrls: pulumi.Output<string[]>;
  readonly logoutUrls: pulumi.Output<string[]>;

  constructor(name: string, args: UserDirectoryArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("demo-auth:users:UserDirectory", name, {}, opts);
    const { plan = defaultPlan, scopes: apiScopes = [], client: clientArgs = {} } = args;
    const byDefault = {
      flow: "code",
      tokenUse: apiScopes.length > 0 ? "access" : "id",
      rotateRefreshTokens: true,
    } as const;
    const signIn = clientArgs.signIn ?? byDefault;
    this.flow = signIn.flow;
    this.tokenUse = signIn.tokenUse;
    // `openid` is what makes the ID token appear. Never `aws.cognito.signin.user.admin`: it lets a token edit its user.
    this.scopes = [...new Set(["openid", "email", ...(this.tokenUse === "access" ? apiScopes : [])])];
    this.callbackUrls = pulumi.output(clientArgs.callbackUrls ?? loopbackUrls("/callback"));
    this.logoutUrls = pulumi.output(clientArgs.logoutUrls ?? loopbackUrls("/logout"));

    const pool = userPool(this, name, args, plan);
    const domain = userPoolDomain(this, name, pool, args, plan);
    const resourceServers = this.tokenUse === "access" ? declareScopes(this, name, pool, apiScopes) : [];
    const client = appClient(this, name, pool, args, signIn, resourceServers);
    if (plan.hostedUi === "managed") {
      // Managed login answers "Login pages unavailable" for a client without a style.
      const style = { userPoolId: pool.id, clientId: client.id, useCognitoProvidedValues: true };
      new aws.cognito.ManagedLoginBranding(`${name}-branding`, style, { parent: this });
    }
    for (const group of args.groups ?? []) {
      new aws.cognito.UserGroup(`${name}-group-${group}`, { userPoolId: pool.id, name: group }, { parent: this });
    }
    if (args.deliverLogs) deliverLogs(this, name, pool, plan, args.logs ?? {});

    this.userPoolId = pool.id;
    this.userPoolArn = pool.arn;
    this.clientId = client.id;
    this.hostedUiUrl = hostedUiUrl(this, domain, args.domain);
    this.issuer = pulumi.interpolate`https://${pool.endpoint}`;
    this.registerOutputs({ userPoolId: pool.id, clientId: client.id, hostedUiUrl: this.hostedUiUrl });
  }
}

const defaultPlan: Plan = { tier: "ESSENTIALS", hostedUi: "managed", threatProtection: "off" };

function userPool(parent: UserDirectory, name: string, args: UserDirectoryArgs, plan: Plan): aws.cognito.UserPool {
  const { password = {}, mfa = { mode: "on", factors: ["totp"] }, sender, deletionProtection = true } = args;
  const historySize = password.historySize ?? (plan.tier === "LITE" ? 0 : 5);
  return new aws.cognito.UserPool(
    ...transformed<aws.cognito.UserPoolArgs>(
      args.transform?.pool,
      `${name}-pool`,
      {
        name: args.name,
        userPoolTier: plan.tier,
        usernameAttributes: ["email"],
        usernameConfiguration: { caseSensitive: false },
        autoVerifiedAttributes: ["email"],
        userAttributeUpdateSettings: { attributesRequireVerificationBeforeUpdates: ["email"] },
        // E-mail only: no SMS to pay for, and no SIM to swap.
        accountRecoverySetting: { recoveryMechanisms: [{ name: "verified_email", priority: 1 }] },
        adminCreateUserConfig: {
          allowAdminCreateUserOnly: pulumi.output(args.selfSignUp ?? false).apply((open) => !open),
        },
        passwordPolicy: {
          minimumLength: password.minimumLength ?? 14,
          requireLowercase: true,
          requireUppercase: true,
          requireNumbers: true,
          requireSymbols: true,
          temporaryPasswordValidityDays: password.temporaryDays ?? 1,
          ...(historySize !== 0 && { passwordHistorySize: historySize }),
        },
        mfaConfiguration: mfa.mode.toUpperCase(),
        // Cognito refuses the software-token block while MFA is off.
        ...(mfa.mode !== "off" && { softwareTokenMfaConfiguration: { enabled: mfa.factors.includes("totp") } }),
        ...(plan.threatProtection !== "off" && threatProtection(plan.threatProtection)),
        ...(sender && {
          emailConfiguration: {
            emailSendingAccount: "DEVELOPER",
            sourceArn: sender.identityArn,
            fromEmailAddress: sender.from,
          },
        }),
        deletionProtection: deletionProtection ? "ACTIVE" : "INACTIVE",
      },
      { parent, protect: deletionProtection },
    ),
  );
}

function threatProtection(level: "audit" | "enforced"): Pick<aws.cognito.UserPoolArgs, "userPoolAddOns"> {
  const mode = level.toUpperCase();
  return { userPoolAddOns: { advancedSecurityMode: mode, advancedSecurityAdditionalFlows: { customAuthMode: mode } } };
}

function userPoolDomain(
  parent: UserDirectory,
  name: string,
  pool: aws.cognito.UserPool,
  { domain = {}, deletionProtection = true, transform }: UserDirectoryArgs,
  plan: Plan,
): aws.cognito.UserPoolDomain {
  const resource = new aws.cognito.UserPoolDomain(
    ...transformed<aws.cognito.UserPoolDomainArgs>(
      transform?.domain,
      `${name}-domain`,
      {
        userPoolId: pool.id,
        managedLoginVersion: plan.hostedUi === "managed" ? 2 : 1,
        ...("name" in domain
          ? { domain: domain.name, certificateArn: domain.certificateArn }
          : { domain: domain.prefix ?? uniquePrefix(parent) }),
      },
      // A pool has one prefix domain at a time, so the new one cannot be made while the old one stands.
      { parent, deleteBeforeReplace: true, protect: deletionProtection },
    ),
  );
  if ("name" in domain && domain.hostedZoneId !== undefined) {
    const { cloudfrontDistribution, cloudfrontDistributionZoneId } = resource;
    const alias = { name: cloudfrontDistribution, zoneId: cloudfrontDistributionZoneId, evaluateTargetHealth: false };
    new aws.route53.Record(
      `${name}-domain-record`,
      { zoneId: domain.hostedZoneId, name: domain.name, type: "A", aliases: [alias] },
      { parent },
    );
  }
  return resource;
}

/** Carries a hash of where the stack lives: the same stack in the same account and Region always gets the same prefix. */
function uniquePrefix(parent: UserDirectory): pulumi.Output<string> {
  const { accountId } = aws.getCallerIdentityOutput({}, { parent });
  const { region } = aws.getRegionOutput({}, { parent });
  const [project, stack] = [pulumi.getProject(), pulumi.getStack()];
  return pulumi.all([accountId, region]).apply((where) => {
    const place = [...where, pulumi.getOrganization(), project, stack];
    const hash = createHash("sha256").update(JSON.stringify(place)).digest("hex");
    return `${domainPrefixStem(project, stack)}-${hash.slice(0, 8)}`;
  });
}

/** Cognito refuses a domain prefix that contains any of these. */
export const reservedWords: readonly string[] = ["aws", "amazon", "cognito"];

/** `<project>-<stack>` in the characters of a domain prefix, without reserved words, with room for `-<hash>`. */
export function domainPrefixStem(project: string, stack: string): string {
  let stem = `${project}-${stack}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  // Again and again: taking a word out may join the letters around it into another.
  for (let before = ""; before !== stem; ) {
    before = stem;
    for (const word of reservedWords) stem = stem.replaceAll(word, "");
  }
  return stem.replaceAll(/-+/g, "-").slice(0, 54).replaceAll(/^-|-$/g, "") || "app";
}

function hostedUiUrl(
  parent: UserDirectory,
  { domain }: aws.cognito.UserPoolDomain,
  args: UserDirectoryArgs["domain"] = {},
): pulumi.Output<string> {
  if ("name" in args) return pulumi.interpolate`https://${domain}`;
  const { region } = aws.getRegionOutput({}, { parent });
  // https://docs.aws.amazon.com/govcloud-us/latest/UserGuide/govcloud-cog.html
  const host = region.apply((name) => `${name.startsWith("us-gov-") ? "auth-fips" : "auth"}.${name}`);
  return pulumi.interpolate`https://${domain}.${host}.amazoncognito.com`;
}

/** One resource server for each name before a scope's last slash. */
function declareScopes(parent: UserDirectory, name: string, pool: aws.cognito.UserPool, scopes: readonly string[]) {
  const scopesByServer = Object.groupBy(new Set(scopes), (scope) => scope.slice(0, scope.lastIndexOf("/")));
  return Object.entries(scopesByServer).map(([identifier, own = []]) => {
    const names = own.map((scope) => scope.slice(identifier.length + 1));
    return new aws.cognito.ResourceServer(
      `${name}-${identifier}`,
      {
        userPoolId: pool.id,
        identifier,
        name: identifier,
        scopes: names.map((scopeName) => ({ scopeName, scopeDescription: `${scopeName} ${identifier}` })),
      },
      { parent },
    );
  });
}

function appClient(
  parent: UserDirectory,
  name: string,
  pool: aws.cognito.UserPool,
  { client = {}, deletionProtection = true, transform }: UserDirectoryArgs,
  signIn: SignIn,
  resourceServers: aws.cognito.ResourceServer[],
): aws.cognito.UserPoolClient {
  return new aws.cognito.UserPoolClient(
    ...transformed<aws.cognito.UserPoolClientArgs>(
      transform?.client,
      `${name}-client`,
      {
        name: client.name,
        userPoolId: pool.id,
        // A command line and a browser cannot keep a secret.
        generateSecret: false,
        allowedOauthFlowsUserPoolClient: true,
        allowedOauthFlows: [signIn.flow],
        allowedOauthScopes: parent.scopes,
        callbackUrls: parent.callbackUrls,
        logoutUrls: parent.logoutUrls,
        supportedIdentityProviders: ["COGNITO"],
        ...apiSignIn(signIn),
        preventUserExistenceErrors: "ENABLED",
        enableTokenRevocation: true,
        authSessionValidity: 3,
        // Units and values together, always: the provider reports an endless difference when a unit is left to AWS.
        idTokenValidity: client.tokens?.idMinutes ?? 15,
        accessTokenValidity: client.tokens?.accessMinutes ?? 15,
        refreshTokenValidity: client.tokens?.refreshDays ?? 1,
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
    ),
  );
}

/**
 * People sign in on the hosted UI only: the password APIs stay closed to this client. Cognito opens them when the list is
 * left out, and refuses refresh-token sign-in beside rotation; custom authentication needs triggers that this pool lacks.
 */
function apiSignIn(signIn: SignIn): Pick<aws.cognito.UserPoolClientArgs, "explicitAuthFlows" | "refreshTokenRotation"> {
  if (signIn.flow === "implicit" || !signIn.rotateRefreshTokens)
    return { explicitAuthFlows: ["ALLOW_REFRESH_TOKEN_AUTH"] };
  // Time enough for a client whose answer was lost to ask again.
  const refreshTokenRotation = { feature: "ENABLED", retryGracePeriodSeconds: 10 };
  return { explicitAuthFlows: ["ALLOW_CUSTOM_AUTH"], refreshTokenRotation };
}

/** Failed messages on every plan; sign-in events with their risk where the plan has threat protection. */
function deliverLogs(
  parent: UserDirectory,
  name: string,
  pool: aws.cognito.UserPool,
  { tier }: Plan,
  logs: LogKeeping,
): void {
  // Cognito cannot deliver to a group that a KMS key encrypts.
  const group = logGroup(`${name}-events`, logs, { unencrypted: true }, { parent });
  const destination = { cloudWatchLogsConfiguration: { logGroupArn: group.arn } };
  const logConfigurations = [
    { eventSource: "userNotification", logLevel: "ERROR", ...destination },
    ...(tier === "PLUS" ? [{ eventSource: "userAuthEvents", logLevel: "INFO", ...destination }] : []),
  ];
  const args = { userPoolId: pool.id, logConfigurations };
  new aws.cognito.LogDeliveryConfiguration(`${name}-log-delivery`, args, { parent });
}
