/** Users, groups, pools and clients in the shapes of the JSON API. Times are seconds since the epoch. */

import type { AppClientModel } from "../../model.ts";
import { isReadable } from "../accounts/attributes.ts";
import type { CodeDelivery } from "../accounts/sign-up.ts";
import type { Pool } from "../pool.ts";
import type { Group } from "../state/groups.ts";
import type { User } from "../state/users.ts";
import type { GrantedTokens } from "../tokens/grant-tokens.ts";

export type Output = Record<string, unknown>;

const seconds = (milliseconds: number): number => milliseconds / 1000;

/** @param client cuts the attributes down to those it may read */
export function userAttributes(user: User, client?: AppClientModel): { Name: string; Value: string }[] {
  const all = { sub: user.sub, ...user.attributes };
  return Object.entries(all)
    .filter(([name]) => name === "sub" || client === undefined || isReadable(client, name))
    .map(([Name, Value]) => ({ Name, Value }));
}

export function mfaSettings(user: User): Output {
  return user.totpVerified && user.mfaEnabled
    ? { UserMFASettingList: ["SOFTWARE_TOKEN_MFA"], PreferredMfaSetting: "SOFTWARE_TOKEN_MFA" }
    : {};
}

/** @param wanted only these attributes, when given */
export function userType(user: User, wanted?: string[]): Output {
  return {
    Username: user.username,
    Attributes: userAttributes(user).filter(({ Name }) => wanted === undefined || wanted.includes(Name)),
    UserCreateDate: seconds(user.createdAt),
    UserLastModifiedDate: seconds(user.modifiedAt),
    Enabled: user.enabled,
    UserStatus: user.status,
  };
}

export function groupType(pool: Pool, group: Group): Output {
  return {
    GroupName: group.name,
    UserPoolId: pool.model.id,
    Description: group.description === "" ? undefined : group.description,
    Precedence: group.precedence,
    LastModifiedDate: seconds(group.modifiedAt),
    CreationDate: seconds(group.createdAt),
  };
}

export function codeDeliveryDetails({ destination, medium, attribute }: CodeDelivery): Output {
  return { AttributeName: attribute, DeliveryMedium: medium, Destination: destination };
}

export function authenticationResult(tokens: GrantedTokens): Output {
  return {
    AuthenticationResult: {
      AccessToken: tokens.accessToken,
      ExpiresIn: tokens.expiresIn,
      IdToken: tokens.idToken,
      RefreshToken: tokens.refreshToken,
      TokenType: "Bearer",
    },
    ChallengeParameters: {},
  };
}

export function userPoolType(pool: Pool): Output {
  const { model } = pool;
  const { passwordPolicy: policy } = model;
  return {
    Id: model.id,
    Name: model.name,
    Arn: model.arn,
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
    },
    DeletionProtection: model.deletionProtection ? "ACTIVE" : "INACTIVE",
    SchemaAttributes: model.schema.map((schema) => ({
      Name: schema.name,
      AttributeDataType: schema.type,
      Mutable: schema.mutable,
      Required: schema.required,
      ...(schema.type === "String" && {
        StringAttributeConstraints: { MinLength: text(schema.minLength), MaxLength: text(schema.maxLength) },
      }),
      ...(schema.type === "Number" && {
        NumberAttributeConstraints: { MinValue: text(schema.minValue), MaxValue: text(schema.maxValue) },
      }),
    })),
    AutoVerifiedAttributes: model.autoVerifiedAttributes,
    AliasAttributes: model.aliasAttributes.length > 0 ? model.aliasAttributes : undefined,
    UsernameAttributes: model.usernameAttributes.length > 0 ? model.usernameAttributes : undefined,
    UsernameConfiguration: { CaseSensitive: model.usernameCaseSensitive },
    MfaConfiguration: model.mfa,
    EstimatedNumberOfUsers: pool.users.count(),
    AdminCreateUserConfig: { AllowAdminCreateUserOnly: model.adminCreateUserOnly },
    Domain: model.domains.find(({ custom }) => !custom)?.domain,
    CustomDomain: model.domains.find(({ custom }) => custom)?.domain,
    UserPoolTier: model.tier,
  };
}

export function userPoolClientType(pool: Pool, client: AppClientModel): Output {
  const { validity, refreshTokenRotation: rotation } = client;
  return {
    UserPoolId: pool.model.id,
    ClientName: client.name,
    ClientId: client.id,
    ClientSecret: client.secret,
    IdTokenValidity: validity.idTokenSeconds,
    AccessTokenValidity: validity.accessTokenSeconds,
    RefreshTokenValidity: validity.refreshTokenSeconds,
    TokenValidityUnits: { IdToken: "seconds", AccessToken: "seconds", RefreshToken: "seconds" },
    AuthSessionValidity: validity.authSessionMinutes,
    ReadAttributes: client.readAttributes,
    WriteAttributes: client.writeAttributes,
    ExplicitAuthFlows: client.explicitAuthFlows,
    SupportedIdentityProviders: client.identityProviders,
    CallbackURLs: client.callbackUrls,
    LogoutURLs: client.logoutUrls,
    DefaultRedirectURI: client.defaultRedirectUri,
    AllowedOAuthFlows: client.flows,
    AllowedOAuthScopes: client.scopes,
    AllowedOAuthFlowsUserPoolClient: client.oauthEnabled,
    PreventUserExistenceErrors: client.hideUserExistence ? "ENABLED" : "LEGACY",
    EnableTokenRevocation: client.tokenRevocation,
    RefreshTokenRotation: {
      Feature: rotation.enabled ? "ENABLED" : "DISABLED",
      RetryGracePeriodSeconds: rotation.graceSeconds,
    },
  };
}

const text = (value: number | undefined): string | undefined => (value === undefined ? undefined : String(value));
