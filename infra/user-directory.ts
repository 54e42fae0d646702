/**
 * Who may sign in: a Cognito user pool, its domain with the hosted UI, and one public app client.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools.html
 */
import { createHash } from "node:crypto";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { domainPrefixStem, prefixFault, redirectFault } from "./addresses.ts";
import { Component, type Transform } from "./component.ts";
import { type LogKeeping, logGroup } from "./logs.ts";

/** Every default is the safe one; `new UserDirectory("users")` alone is a pool for administrators to fill. */
export interface UserDirectoryArgs {
  /** The pool's name. @default made up */
  name?: pulumi.Input<string>;
  /** Cognito's feature plan and what it allows. @default ESSENTIALS with managed login */
  plan?: Plan;
  /** @default on, with an authenticator app */
  mfa?: Mfa;
  password?: {
    /** @default 14 */
    minimumLength?: pulumi.Input<number>;
    /** How many earlier ones are refused; not on LITE. @default 5, on LITE none */
    historySize?: pulumi.Input<number>;
    /** How long the one that an administrator gives holds. @default 1 */
    temporaryDays?: pulumi.Input<number>;
  };
  /** Whether people may sign themselves up; otherwise only an administrator creates users. @default false */
  selfSignUp?: pulumi.Input<boolean>;
  /** Refuses to delete the pool in Cognito, and pool, client, domain and groups in Pulumi. @default true */
  deletionProtection?: boolean;
  /** Where the hosted UI lives; a prefix is unique in a Region. @default one made of project, stack and where the stack lives */
  domain?: { prefix?: pulumi.Input<string> } | CustomDomain;
  client?: {
    /** @default made up */
    name?: pulumi.Input<string>;
    /** @default the code flow; access tokens where there are scopes, ID tokens otherwise */
    signIn?: SignIn;
    /** Letter by letter what applications redirect to. @default ports 47810 to 47814 of the loopback, `/callback` */
    callbackUrls?: pulumi.Input<pulumi.Input<string>[]>;
    /** @default likewise, `/logout` */
    logoutUrls?: pulumi.Input<pulumi.Input<string>[]>;
    /** @default 15 minutes, 15 minutes, 1 day */
    tokens?: Partial<Record<"idMinutes" | "accessMinutes" | "refreshDays", pulumi.Input<number>>>;
  };
  /** `<resource server>/<scope>` of every scope that an API asks for. @default none */
  scopes?: readonly string[];
  /** Names of user groups; they reach the API as the claim `cognito:groups`. @default none */
  groups?: readonly string[];
  /**
   * Sends mail through Amazon SES; without it Cognito's own sender serves, with a small daily quota. An identity in the
   * stack's account, and `Name <address>` or an address of it.
   */
  sender?: { identityArn: pulumi.Input<string>; from: pulumi.Input<string> };
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

export type Mfa = { mode: "off" } | { mode: "optional" | "on"; factors: readonly ["totp"] };

export interface CustomDomain {
  name: string;
  /** In us-east-1: Cognito serves a custom domain through CloudFront, which takes certificates of this Region only. */
  certificateArn: pulumi.Input<string>;
  /** The Route 53 zone to make the domain's record in. @default none is made */
  hostedZoneId?: pulumi.Input<string>;
}

/**
 * How people get a token, and which one the API asks for. The implicit flow goes with the ID token only: an access token
 * with API scopes in a URL fragment would be left in the browser's history. It has no refresh token to rotate.
 */
export type SignIn =
  | { flow: "implicit"; tokenUse: "id" }
  | { flow: "code"; tokenUse: "id" | "access"; rotateRefreshTokens: boolean };

/** Uncommon ports, shared with the command line through the stack outputs: Cognito matches a callback exactly. */
const loopbackPorts = ["47810", "47811", "47812", "47813", "47814"];

/** Under both names of the loopback: Cognito compares the whole string, and a person or a library may use either. */
export const loopbackUrls = (path: string, ports: readonly string[] = loopbackPorts): string[] =>
  ["localhost", "127.0.0.1"].flatMap((host) => ports.map((port) => `http://${host}:${port}${path}`));

export class UserDirectory extends Component {
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

  /** @throws RunError for a redirect URL or a domain prefix that Cognito would refuse */
  constructor(name: string, args: UserDirectoryArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("users:UserDirectory", name, opts, args.transform);
    const { plan = essentials, scopes = [], groups = [], client: clientArgs = {} } = args;
    const tokenUse = scopes.length > 0 ? "access" : "id";
    const signIn: SignIn = clientArgs.signIn ?? { flow: "code", tokenUse, rotateRefreshTokens: true };
    this.flow = signIn.flow;
    this.tokenUse = signIn.tokenUse;
    const apiScopes = this.tokenUse === "access" ? scopes : [];
    // `openid` is what makes the ID token appear. Never `aws.cognito.signin.user.admin`: it lets a token edit its user.
    this.scopes = [...new Set(["openid", "email", ...apiScopes])];
    const urls = (what: "callbackUrls" | "logoutUrls", path: string) =>
      pulumi.output(this.check(`client.${what}`, redirectFault, clientArgs[what] ?? loopbackUrls(path)));
    this.callbackUrls = urls("callbackUrls", "/callback");
    this.logoutUrls = urls("logoutUrls", "/logout");

    const pool = this.#pool(args, plan);
    const domain = this.#domain(pool, args, plan);
    const resourceServers = this.#resourceServers(pool, apiScopes);
    const client = this.#client(pool, args, signIn, resourceServers);
    if (plan.hostedUi === "managed") {
      // Managed login answers "Login pages unavailable" for a client without a style.
      const style = { userPoolId: pool.id, clientId: client.id, useCognitoProvidedValues: true };
      this.make(aws.cognito.ManagedLoginBranding, "branding", style);
    }
    for (const group of groups) {
      // With a group go its memberships, and nobody can read them back.
      const protect = args.deletionProtection ?? true;
      this.make(aws.cognito.UserGroup, `group-${group}`, { userPoolId: pool.id, name: group }, { protect });
    }
    if (args.deliverLogs) this.#deliverLogs(pool, plan, args.logs);

    this.userPoolId = pool.id;
    this.userPoolArn = pool.arn;
    this.clientId = client.id;
    this.hostedUiUrl = this.#hostedUiUrl(domain, args.domain);
    this.issuer = pulumi.interpolate`https://${pool.endpoint}`;
    this.registerOutputs({ userPoolId: pool.id, clientId: client.id, hostedUiUrl: this.hostedUiUrl });
  }

  #pool(args: UserDirectoryArgs, plan: Plan): aws.cognito.UserPool {
    const { password = {}, mfa = { mode: "on", factors: ["totp"] }, sender, deletionProtection = true } = args;
    const historySize = password.historySize ?? (plan.tier === "LITE" ? 0 : 5);
    const inputs: aws.cognito.UserPoolArgs = {
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
        passwordHistorySize: historySize === 0 ? undefined : historySize,
      },
      mfaConfiguration: mfa.mode.toUpperCase(),
      // Cognito refuses the software-token block while MFA is off.
      softwareTokenMfaConfiguration: mfa.mode === "off" ? undefined : { enabled: true },
      userPoolAddOns: threatProtection(plan),
      emailConfiguration: sender && {
        emailSendingAccount: "DEVELOPER",
        sourceArn: sender.identityArn,
        fromEmailAddress: sender.from,
      },
      deletionProtection: deletionProtection ? "ACTIVE" : "INACTIVE",
    };
    return this.make(aws.cognito.UserPool, "pool", inputs, { protect: deletionProtection });
  }

  #domain(pool: aws.cognito.UserPool, args: UserDirectoryArgs, plan: Plan): aws.cognito.UserPoolDomain {
    const { domain = {}, deletionProtection: protect = true } = args;
    const inputs = {
      userPoolId: pool.id,
      managedLoginVersion: plan.hostedUi === "managed" ? 2 : 1,
      ...("name" in domain
        ? { domain: domain.name, certificateArn: domain.certificateArn }
        : { domain: this.check("domain.prefix", prefixFault, domain.prefix) ?? this.#uniquePrefix() }),
    };
    // A pool has one prefix domain at a time, so the new one cannot be made while the old one stands.
    const opts = { deleteBeforeReplace: true, protect };
    const resource = this.make(aws.cognito.UserPoolDomain, "domain", inputs, opts);
    if ("name" in domain && domain.hostedZoneId !== undefined) {
      const { cloudfrontDistribution: name, cloudfrontDistributionZoneId: zoneId } = resource;
      const aliases = [{ name, zoneId, evaluateTargetHealth: false }];
      const record = { zoneId: domain.hostedZoneId, name: domain.name, type: "A", aliases };
      this.make(aws.route53.Record, "domain-record", record);
    }
    return resource;
  }

  /** Carries a hash of where the stack lives: the same stack in the same account and Region always gets the same prefix. */
  #uniquePrefix(): pulumi.Output<string> {
    const { accountId } = aws.getCallerIdentityOutput({}, { parent: this });
    const { region } = aws.getRegionOutput({}, { parent: this });
    const [project, stack] = [pulumi.getProject(), pulumi.getStack()];
    return pulumi.all([accountId, region]).apply((where) => {
      const place = [...where, pulumi.getOrganization(), project, stack];
      const hash = createHash("sha256").update(JSON.stringify(place)).digest("hex");
      return `${domainPrefixStem(project, stack)}-${hash.slice(0, 8)}`;
    });
  }

  #hostedUiUrl({ domain }: aws.cognito.UserPoolDomain, args: UserDirectoryArgs["domain"] = {}): pulumi.Output<string> {
    if ("name" in args) return pulumi.interpolate`https://${domain}`;
    const { region } = aws.getRegionOutput({}, { parent: this });
    // https://docs.aws.amazon.com/govcloud-us/latest/UserGuide/govcloud-cog.html
    const host = region.apply((name) => `${name.startsWith("us-gov-") ? "auth-fips" : "auth"}.${name}`);
    return pulumi.interpolate`https://${domain}.${host}.amazoncognito.com`;
  }

  /** One for each name before a scope's last slash. */
  #resourceServers(pool: aws.cognito.UserPool, scopes: readonly string[]): aws.cognito.ResourceServer[] {
    const scopesByServer = Object.groupBy(new Set(scopes), (scope) => scope.slice(0, scope.lastIndexOf("/")));
    return Object.entries(scopesByServer).map(([identifier, own = []]) => {
      const names = own.map((scope) => scope.slice(identifier.length + 1));
      const described = names.map((scopeName) => ({ scopeName, scopeDescription: `${scopeName} ${identifier}` }));
      const inputs = { userPoolId: pool.id, identifier, name: identifier, scopes: described };
      return this.make(aws.cognito.ResourceServer, identifier, inputs);
    });
  }

  #client(
    pool: aws.cognito.UserPool,
    { client = {}, deletionProtection: protect = true }: UserDirectoryArgs,
    signIn: SignIn,
    resourceServers: aws.cognito.ResourceServer[],
  ): aws.cognito.UserPoolClient {
    const inputs: aws.cognito.UserPoolClientArgs = {
      name: client.name,
      userPoolId: pool.id,
      // A command line and a browser cannot keep a secret.
      generateSecret: false,
      allowedOauthFlowsUserPoolClient: true,
      allowedOauthFlows: [signIn.flow],
      allowedOauthScopes: this.scopes,
      callbackUrls: this.callbackUrls,
      logoutUrls: this.logoutUrls,
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
    };
    // A client that names a scope is refused until the resource server with that scope exists. The secret cannot be read
    // back: of an imported client it is not known, and to set it would replace the client and its id.
    const opts = { dependsOn: resourceServers, protect, ignoreChanges: ["generateSecret"] };
    return this.make(aws.cognito.UserPoolClient, "client", inputs, opts);
  }

  /** Failed messages on every plan; sign-in events with their risk where the plan has threat protection. */
  #deliverLogs(pool: aws.cognito.UserPool, { tier }: Plan, logs: LogKeeping = {}): void {
    // Cognito cannot deliver to a group that a KMS key encrypts.
    const group = this.make(aws.cloudwatch.LogGroup, "events", logGroup({ ...logs, keyArn: undefined }));
    const cloudWatchLogsConfiguration = { logGroupArn: group.arn };
    const logConfigurations = [
      { eventSource: "userNotification", logLevel: "ERROR", cloudWatchLogsConfiguration },
      ...(tier === "PLUS" ? [{ eventSource: "userAuthEvents", logLevel: "INFO", cloudWatchLogsConfiguration }] : []),
    ];
    this.make(aws.cognito.LogDeliveryConfiguration, "log-delivery", { userPoolId: pool.id, logConfigurations });
  }
}

const essentials: Plan = { tier: "ESSENTIALS", hostedUi: "managed", threatProtection: "off" };

function threatProtection({ threatProtection: level }: Plan): aws.cognito.UserPoolArgs["userPoolAddOns"] {
  const mode = level.toUpperCase();
  if (level === "off") return undefined;
  return { advancedSecurityMode: mode, advancedSecurityAdditionalFlows: { customAuthMode: mode } };
}

/**
 * People sign in on the hosted UI only: the password APIs stay closed to this client. Cognito opens them when the list is
 * left out, and refuses refresh-token sign-in beside rotation; custom authentication needs triggers that this pool lacks.
 */
function apiSignIn(signIn: SignIn): Partial<aws.cognito.UserPoolClientArgs> {
  if (signIn.flow === "implicit" || !signIn.rotateRefreshTokens)
    return { explicitAuthFlows: ["ALLOW_REFRESH_TOKEN_AUTH"] };
  // Time enough for a client whose answer was lost to ask again.
  const refreshTokenRotation = { feature: "ENABLED", retryGracePeriodSeconds: 10 };
  return { explicitAuthFlows: ["ALLOW_CUSTOM_AUTH"], refreshTokenRotation };
}
