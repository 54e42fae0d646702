/**
 * Pools, clients, domains, resource servers and identity providers as the Describe* operations answer them: all that the
 * declaration holds, in the units that it gives, with AWS's defaults. Times are seconds since the epoch.
 */
import type {
  AppClientModel,
  AttributeSchema,
  HostedUiModel,
  IdentityProviderModel,
  TriggerName,
  UserPoolModel,
} from "../../model.ts";
import { STANDARD_ATTRIBUTES } from "../../standard-attributes.ts";
import type { Pool } from "../pool.ts";
import type { Output } from "./output.ts";

/** A declaration has no time of its own: it is as old as the epoch, like the provider's outputs. */
const DATES = { LastModifiedDate: 0, CreationDate: 0 };

/** `UserPoolDescriptionType`, as lists have it. */
export const userPoolDescriptionType = (model: UserPoolModel): Output => ({
  ...{ Id: model.id, Name: model.name, LambdaConfig: lambdaConfig(model) },
  ...DATES,
});

export function userPoolType(pool: Pool): Output {
  const { model } = pool;
  const { SignInPolicy, WebAuthnConfiguration: _, ...described } = model.described;
  const { messages, passwordPolicy: policy } = model;
  return {
    Id: model.id,
    Name: model.name,
    Policies: {
      PasswordPolicy: {
        MinimumLength: policy.minimumLength,
        RequireUppercase: policy.requireUppercase,
        RequireLowercase: policy.requireLowercase,
        RequireNumbers: policy.requireNumbers,
        RequireSymbols: policy.requireSymbols,
        PasswordHistorySize: policy.passwordHistorySize || undefined,
        TemporaryPasswordValidityDays: policy.temporaryPasswordValidityDays,
      },
      SignInPolicy,
    },
    DeletionProtection: model.deletionProtection ? "ACTIVE" : "INACTIVE",
    LambdaConfig: lambdaConfig(model),
    ...DATES,
    SchemaAttributes: schemaAttributes(model),
    AutoVerifiedAttributes: model.autoVerifiedAttributes.length > 0 ? model.autoVerifiedAttributes : undefined,
    AliasAttributes: model.aliasAttributes.length > 0 ? model.aliasAttributes : undefined,
    UsernameAttributes: model.usernameAttributes.length > 0 ? model.usernameAttributes : undefined,
    EmailVerificationMessage: messages.code.email,
    EmailVerificationSubject: messages.code.subject,
    VerificationMessageTemplate: {
      SmsMessage: messages.code.sms,
      EmailMessage: messages.code.email,
      EmailSubject: messages.code.subject,
      ...(messages.verification.option === "CONFIRM_WITH_LINK" && {
        EmailMessageByLink: messages.verification.email,
        EmailSubjectByLink: messages.verification.subject,
      }),
      DefaultEmailOption: messages.verification.option,
    },
    UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: model.verifiedBeforeUpdate },
    MfaConfiguration: model.mfa,
    EstimatedNumberOfUsers: pool.users.count(),
    Domain: model.domains.find(({ custom }) => !custom)?.domain,
    CustomDomain: model.domains.find(({ custom }) => custom)?.domain,
    AdminCreateUserConfig: {
      AllowAdminCreateUserOnly: model.adminCreateUserOnly,
      UnusedAccountValidityDays: policy.temporaryPasswordValidityDays,
      InviteMessageTemplate: {
        SMSMessage: messages.invitation.sms,
        EmailMessage: messages.invitation.email,
        EmailSubject: messages.invitation.subject,
      },
    },
    UsernameConfiguration: { CaseSensitive: model.usernameCaseSensitive },
    Arn: model.arn,
    AccountRecoverySetting: model.accountRecovery && {
      RecoveryMechanisms: model.accountRecovery.map((Name, index) => ({ Priority: index + 1, Name })),
    },
    UserPoolTier: model.tier,
    ...described,
  };
}

const PLAIN_TRIGGERS = {
  preSignUp: "PreSignUp",
  customMessage: "CustomMessage",
  postConfirmation: "PostConfirmation",
  preAuthentication: "PreAuthentication",
  postAuthentication: "PostAuthentication",
  defineAuthChallenge: "DefineAuthChallenge",
  createAuthChallenge: "CreateAuthChallenge",
  verifyAuthChallengeResponse: "VerifyAuthChallengeResponse",
  preTokenGeneration: "PreTokenGeneration",
  userMigration: "UserMigration",
} satisfies Partial<Record<TriggerName, string>>;

const VERSIONED_TRIGGERS = {
  preTokenGeneration: "PreTokenGenerationConfig",
  customEmailSender: "CustomEmailSender",
  customSmsSender: "CustomSMSSender",
} satisfies Partial<Record<TriggerName, string>>;

function lambdaConfig({ triggers }: UserPoolModel): Output {
  const config: Output = {};
  for (const [name, key] of Object.entries(PLAIN_TRIGGERS))
    config[key] = triggers[name as keyof typeof PLAIN_TRIGGERS]?.functionArn;
  for (const [name, key] of Object.entries(VERSIONED_TRIGGERS)) {
    const trigger = triggers[name as keyof typeof VERSIONED_TRIGGERS];
    if (trigger?.version !== undefined)
      config[key] = { LambdaVersion: trigger.version, LambdaArn: trigger.functionArn };
  }
  return config;
}

function schemaAttributes({ schema }: UserPoolModel): Output[] {
  const declared = new Map(schema.map((attribute) => [attribute.name, attribute]));
  const standard = STANDARD_ATTRIBUTES.map((attribute) => {
    const own = declared.get(attribute.name);
    return own
      ? {
          ...own,
          minLength: own.minLength ?? attribute.minLength,
          maxLength: own.maxLength ?? attribute.maxLength,
          minValue: own.minValue ?? attribute.minValue,
        }
      : attribute;
  });
  const custom = schema.filter(({ name }) => name.includes(":"));
  return [...standard, ...custom].map(schemaAttributeType);
}

function schemaAttributeType(schema: AttributeSchema): Output {
  return {
    Name: schema.name,
    AttributeDataType: schema.type,
    DeveloperOnlyAttribute: schema.developerOnly ?? false,
    Mutable: schema.mutable,
    Required: schema.required,
    ...(schema.type === "String" && {
      StringAttributeConstraints: { MinLength: text(schema.minLength), MaxLength: text(schema.maxLength) },
    }),
    ...(schema.type === "Number" && {
      NumberAttributeConstraints: { MinValue: text(schema.minValue), MaxValue: text(schema.maxValue) },
    }),
  };
}

export function userPoolClientType(pool: Pool, client: AppClientModel): Output {
  const { refreshTokenRotation: rotation } = client;
  const filled = <T>(list: T[] | undefined) => (list !== undefined && list.length > 0 ? list : undefined);
  return {
    UserPoolId: pool.model.id,
    ClientName: client.name,
    ClientId: client.id,
    ClientSecret: client.secret,
    ...DATES,
    AuthSessionValidity: client.validity.authSessionMinutes,
    ReadAttributes: client.readAttributes,
    WriteAttributes: client.writeAttributes,
    SupportedIdentityProviders: filled(client.identityProviders),
    CallbackURLs: filled(client.callbackUrls),
    LogoutURLs: filled(client.logoutUrls),
    DefaultRedirectURI: client.defaultRedirectUri,
    AllowedOAuthFlows: filled(client.flows),
    AllowedOAuthScopes: filled(client.scopes),
    AllowedOAuthFlowsUserPoolClient: client.oauthEnabled,
    EnableTokenRevocation: client.tokenRevocation,
    RefreshTokenRotation: rotation.enabled
      ? { Feature: "ENABLED", RetryGracePeriodSeconds: rotation.graceSeconds }
      : undefined,
    ...client.described,
  };
}

export function domainDescriptionType(model: UserPoolModel, domain: HostedUiModel): Output {
  const [, , , region, accountId] = model.arn.split(":");
  return {
    UserPoolId: model.id,
    AWSAccountId: accountId,
    Domain: domain.domain,
    S3Bucket: `aws-cognito-prod-${region}-assets`,
    CloudFrontDistribution: domain.distribution,
    Version: "1",
    Status: "ACTIVE",
    CustomDomainConfig: { CertificateArn: domain.certificateArn },
    ManagedLoginVersion: domain.managedLoginVersion,
  };
}

export function resourceServerType(
  { id }: UserPoolModel,
  { identifier, name, scopes }: UserPoolModel["resourceServers"][number],
): Output {
  return {
    UserPoolId: id,
    Identifier: identifier,
    Name: name,
    Scopes: scopes.map((scope) => ({ ScopeName: scope.name, ScopeDescription: scope.description })),
  };
}

export function identityProviderType({ id }: UserPoolModel, provider: IdentityProviderModel): Output {
  return {
    UserPoolId: id,
    ProviderName: provider.name,
    ProviderType: provider.type,
    ProviderDetails: provider.details,
    AttributeMapping: provider.attributeMapping,
    IdpIdentifiers: provider.identifiers,
    ...DATES,
  };
}

const text = (value: number | undefined): string | undefined => (value === undefined ? undefined : String(value));
