/** Users, groups and tokens in the shapes of the JSON API. Times are seconds since the epoch. */

import type { AppClientModel } from "../../model.ts";
import { isReadable } from "../accounts/attributes.ts";
import type { CodeDelivery } from "../accounts/delivery.ts";
import { enabledFactors } from "../accounts/mfa.ts";
import type { Pool } from "../pool.ts";
import type { NewDevice } from "../state/devices.ts";
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
  const factors = enabledFactors(user);
  return {
    UserMFASettingList: factors.length > 0 ? factors : undefined,
    PreferredMfaSetting: user.preferredMfa ?? undefined,
  };
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
    RoleArn: group.roleArn,
    Precedence: group.precedence,
    LastModifiedDate: seconds(group.modifiedAt),
    CreationDate: seconds(group.createdAt),
  };
}

export function codeDeliveryDetails({ destination, medium, attribute }: CodeDelivery): Output {
  return { AttributeName: attribute, DeliveryMedium: medium, Destination: destination };
}

export function authenticationResult(tokens: GrantedTokens, newDevice?: NewDevice): Output {
  return {
    AuthenticationResult: {
      AccessToken: tokens.accessToken,
      ExpiresIn: tokens.expiresIn,
      IdToken: tokens.idToken,
      NewDeviceMetadata: newDevice && { DeviceGroupKey: newDevice.groupKey, DeviceKey: newDevice.key },
      RefreshToken: tokens.refreshToken,
      TokenType: "Bearer",
    },
    ChallengeParameters: {},
  };
}
