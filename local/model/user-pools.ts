/** User pools of Cognito, and what belongs to them. */

export interface UserPoolModel {
  /** `<region>_` and nine letters or digits */
  id: string;
  arn: string;
  name: string;
  usernameAttributes: ("email" | "phone_number")[];
  aliasAttributes: ("email" | "phone_number" | "preferred_username")[];
  usernameCaseSensitive: boolean;
  autoVerifiedAttributes: ("email" | "phone_number")[];
  passwordPolicy: PasswordPolicy;
  mfa: "OFF" | "OPTIONAL" | "ON";
  softwareTokenMfa: boolean;
  adminCreateUserOnly: boolean;
  /** Only what the program added or changed; the standard attributes are always there. */
  schema: AttributeSchema[];
  messages: MessageTemplates;
  /** Attributes whose new value counts only once its code came back; until then the old one does. */
  verifiedBeforeUpdate: ("email" | "phone_number")[];
  /** What the pool remembers people's devices for; `undefined` where it tracks none. */
  devices: DeviceTracking | undefined;
  /** For where `WEB_AUTHN` is among the first factors. */
  passkeys: PasskeyConfiguration;
  /** Ways to a new password, the preferred one first; `undefined` when the program says nothing. */
  accountRecovery: RecoveryMechanism[] | undefined;
  /** The functions that the pool calls (`LambdaConfig`), by the moment. */
  triggers: Partial<Record<TriggerName, TriggerModel>>;
  /** Where threat protection is to block or to challenge: by client, `undefined` for the whole pool. */
  riskActions: { clientId: string | undefined }[];
  emailMfa: boolean;
  /** With what people may begin a choice-based sign-in (`AllowedFirstAuthFactors`); `PASSWORD` stands for SRP too. */
  firstFactors: FirstFactor[];
  /** `SmsConfiguration` is set, so that the pool can send codes as text messages. */
  sms: boolean;
  /** What the service does not act on and DescribeUserPool answers, in the API's names; `undefined` members are left out. */
  described: Record<string, unknown>;
  tier: "LITE" | "ESSENTIALS" | "PLUS";
  deletionProtection: boolean;
  domains: HostedUiModel[];
  clients: AppClientModel[];
  resourceServers: { identifier: string; name: string; scopes: { name: string; description: string }[] }[];
  groups: GroupModel[];
  identityProviders: IdentityProviderModel[];
  /** Users that the program itself declares (`aws.cognito.User`), with the groups they are put in. */
  users: DeclaredUser[];
}

export type FirstFactor = "PASSWORD" | "EMAIL_OTP" | "SMS_OTP" | "WEB_AUTHN";

export type TriggerName =
  | "preSignUp"
  | "postConfirmation"
  | "preAuthentication"
  | "postAuthentication"
  | "preTokenGeneration"
  | "userMigration"
  | "customMessage"
  | "defineAuthChallenge"
  | "createAuthChallenge"
  | "verifyAuthChallengeResponse"
  | "customEmailSender"
  | "customSmsSender";

export interface TriggerModel {
  functionArn: string;
  /** e.g. `V2_0`, where the program says one. */
  version: string | undefined;
}

export interface DeviceTracking {
  /** Whether a remembered device stands for the second factor (`ChallengeRequiredOnNewDevice`). */
  replaceSecondFactor: boolean;
  /** Whether a device is remembered only when the person says so (`DeviceOnlyRememberedOnUserPrompt`). */
  onlyOnUserPrompt: boolean;
}

export interface PasskeyConfiguration {
  /** `undefined` where the pool's domain is. */
  relyingPartyId: string | undefined;
  userVerification: "required" | "preferred";
}

export type RecoveryMechanism = "verified_email" | "verified_phone_number" | "admin_only";

/** An e-mail and the text message that stands for it where there is only a phone number. `{####}` is the code. */
export interface MessageTemplate {
  subject: string;
  email: string;
  sms: string;
}

export interface MessageTemplates {
  /** With `CONFIRM_WITH_LINK` the sign-up mail's `{##text##}` becomes a link. */
  verification: MessageTemplate & { option: "CONFIRM_WITH_CODE" | "CONFIRM_WITH_LINK" };
  /** A code that is to be typed in, whatever sign-up mails carry: for a changed address. */
  code: MessageTemplate;
  passwordReset: MessageTemplate;
  /** Also with `{username}`. */
  invitation: MessageTemplate;
  secondFactor: MessageTemplate;
}

export interface GroupModel {
  name: string;
  description: string;
  precedence: number | undefined;
  roleArn?: string | undefined;
}

/** Somebody else's directory that people may sign in with. */
export interface IdentityProviderModel {
  name: string;
  /** e.g. `OIDC`, `Google`, `SAML` */
  type: string;
  /** As DescribeIdentityProvider answers them; the client secret is among them. */
  details: Record<string, string>;
  /** User pool attribute → claim; `username` is the claim that names a person at the provider. */
  attributeMapping: Record<string, string>;
  /** Other names for `idp_identifier`. */
  identifiers: string[];
  /** `undefined` for a provider that is not served: nobody can sign in with it. */
  signIn: ProviderSignIn | undefined;
}

/** How the pool, as a client of the provider, signs people in. */
export interface ProviderSignIn {
  /** Whether the provider says who somebody is in an ID token; otherwise only its attributes endpoint does. */
  idToken: boolean;
  clientId: string;
  clientSecret: string | undefined;
  /** Names with spaces between. */
  scope: string;
  issuer: string | undefined;
  /** Endpoints that are not given are discovered from the issuer. */
  authorizeUrl: string | undefined;
  tokenUrl: string | undefined;
  jwksUrl: string | undefined;
  attributesUrl: string | undefined;
  attributesMethod: "GET" | "POST";
  /** Whether the provider is told the `login_hint` of the application. */
  takesLoginHint: boolean;
}

export interface PasswordPolicy {
  minimumLength: number;
  requireLowercase: boolean;
  requireUppercase: boolean;
  requireNumbers: boolean;
  requireSymbols: boolean;
  temporaryPasswordValidityDays: number;
  passwordHistorySize: number;
}

export interface AttributeSchema {
  /** With its prefix: `custom:tenant`, or a standard attribute's name. */
  name: string;
  type: "String" | "Number" | "DateTime" | "Boolean";
  mutable: boolean;
  required: boolean;
  /** Only an administrator may write it; its name begins with `dev:`. */
  developerOnly?: boolean;
  minLength: number | undefined;
  maxLength: number | undefined;
  minValue: number | undefined;
  maxValue: number | undefined;
}

export interface HostedUiModel {
  /** The prefix of a Cognito domain, or the whole name of a custom one. */
  domain: string;
  custom: boolean;
  /** 1 the classic hosted UI, 2 managed login */
  managedLoginVersion: 1 | 2;
  certificateArn?: string | undefined;
  /** The name of the distribution in front of it. */
  distribution?: string;
}

export type OAuthFlow = "code" | "implicit" | "client_credentials";

export interface AppClientModel {
  id: string;
  name: string;
  secret: string | undefined;
  /** `AllowedOAuthFlowsUserPoolClient` */
  oauthEnabled: boolean;
  flows: OAuthFlow[];
  scopes: string[];
  callbackUrls: string[];
  logoutUrls: string[];
  defaultRedirectUri: string | undefined;
  identityProviders: string[];
  /** The flows that the client may use, in the names that begin with `ALLOW_`. */
  explicitAuthFlows: string[];
  /** `PreventUserExistenceErrors` */
  hideUserExistence: boolean;
  tokenRevocation: boolean;
  validity: {
    idTokenSeconds: number;
    accessTokenSeconds: number;
    refreshTokenSeconds: number;
    authSessionMinutes: number;
  };
  /** `undefined` means all of the pool's. */
  readAttributes: string[] | undefined;
  writeAttributes: string[] | undefined;
  refreshTokenRotation: { enabled: boolean; graceSeconds: number };
  /** Whether a managed-login branding style exists for the client; without one managed login shows no page. */
  branded: boolean;
  /** What DescribeUserPoolClient answers in the units that the program gave, in the API's names. */
  described: Record<string, unknown>;
}

export interface DeclaredUser {
  username: string;
  /** What the program was told as the user's `sub`; a new one is made without it. */
  sub?: string;
  attributes: Record<string, string>;
  /** Whether the invitation is left out (`messageAction` `SUPPRESS`), and by which ways it goes. */
  invitation?: "SUPPRESS" | ("EMAIL" | "SMS")[];
  /** A permanent password makes the user CONFIRMED, a temporary one FORCE_CHANGE_PASSWORD. */
  password: string | undefined;
  temporaryPassword: string | undefined;
  enabled: boolean;
  groups: string[];
}
