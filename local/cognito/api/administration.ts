/** The Admin* operations, users and groups: for callers with AWS credentials. */
import * as admin from "../accounts/admin.ts";
import { changeAttributes, deleteAttributes } from "../accounts/attribute-changes.ts";
import { type CodeDelivery, sendCode } from "../accounts/delivery.ts";
import { allowsNoPassword } from "../accounts/first-factors.ts";
import { setMfaPreferences } from "../accounts/mfa.ts";
import { recoveryDestination, refuseWithoutPassword } from "../accounts/recovery.ts";
import type { TriggerData } from "../accounts/triggers.ts";
import { CognitoError, invalidParameter } from "../errors.ts";
import type { ProviderUser } from "../federation/links.ts";
import type { Pool } from "../pool.ts";
import type { User } from "../state/users.ts";
import { type Pools, requirePool } from "./callers.ts";
import { withinConstraints } from "./constraints.ts";
import { devicesOf, deviceType, requireDevice, setDeviceStatus } from "./devices.ts";
import {
  attributes,
  boolean,
  type Input,
  limit,
  mfaPreferences,
  object,
  optionalNumber,
  optionalString,
  string,
  stringMap,
  strings,
} from "./input.ts";
import { groupType, mfaSettings, type Output, userAttributes, userType } from "./output.ts";
import { pageOf, readToken, writeToken } from "./paging.ts";
import { attributesToGet, parseFilter } from "./user-search.ts";

type Operation = (pools: Pools, input: Input) => Promise<Output>;

/** An operation that looks at one user of one pool. */
const onUser =
  (work: (pool: Pool, user: User, input: Input) => Output): Operation =>
  async (pools, input) => {
    const pool = requirePool(pools, input);
    return work(pool, admin.requireUser(pool, string(input, "Username")), input);
  };

/** An operation that changes one user of one pool and answers nothing. */
const changeUser =
  (work: (pool: Pool, user: User, input: Input) => unknown): Operation =>
  async (pools, input) => {
    const pool = requirePool(pools, input);
    await work(pool, admin.requireUser(pool, string(input, "Username")), input);
    return {};
  };

const onPool =
  (work: (pool: Pool, input: Input) => Output | Promise<Output>): Operation =>
  async (pools, input) =>
    work(requirePool(pools, input), input);

export const administration: Record<string, Operation> = {
  AdminCreateUser: onPool(async (pool, input) => {
    const action = optionalString(input, "MessageAction");
    if (action === "RESEND") {
      const user = await resendInvitation(pool, string(input, "Username"), media(input), metadata(input));
      return { User: userType(user) };
    }
    if (!allowsNoPassword(pool)) withinConstraints(input);
    const user = await admin.createUser(pool, {
      username: string(input, "Username"),
      attributes: attributes(input, "UserAttributes"),
      temporaryPassword: optionalString(input, "TemporaryPassword") || undefined,
      suppressMessage: action === "SUPPRESS",
      media: media(input),
      validationData: attributes(input, "ValidationData"),
      ...metadata(input),
    });
    return { User: userType(user) };
  }),

  AdminGetUser: onUser((_pool, user) => {
    const { Attributes, ...rest } = userType(user);
    return { ...rest, UserAttributes: userAttributes(user), ...mfaSettings(user) };
  }),

  AdminDeleteUser: changeUser((pool, user) => admin.deleteUser(pool, user.username)),
  AdminEnableUser: changeUser((pool, user) => admin.setEnabled(pool, user.username, true)),
  AdminDisableUser: changeUser((pool, user) => admin.setEnabled(pool, user.username, false)),
  AdminConfirmSignUp: changeUser((pool, user, input) => admin.confirmUser(pool, user.username, metadata(input))),
  AdminUserGlobalSignOut: changeUser((pool, user) => admin.signOutEverywhere(pool, user)),

  AdminSetUserPassword: changeUser((pool, user, input) =>
    admin.setUserPassword(pool, user.username, string(input, "Password"), boolean(input, "Permanent", false)),
  ),

  AdminResetUserPassword: changeUser(async (pool, user, input) => {
    refuseWithoutPassword(user);
    const delivery = recoveryDestination(pool, user);
    if (!delivery)
      throw invalidParameter(
        "Cannot reset password for the user as there is no registered/verified email or phone_number",
      );
    pool.users.update(user.sub, { status: "RESET_REQUIRED" });
    const message = { occasion: "ForgotPassword", purpose: "forgot-password", client: undefined } as const;
    await sendCode(pool, user, delivery, { ...message, data: metadata(input) });
  }),

  AdminUpdateUserAttributes: changeUser((pool, user, input) =>
    changeAttributes(pool, user, attributes(input, "UserAttributes"), { client: undefined, data: metadata(input) }),
  ),

  AdminDeleteUserAttributes: changeUser((pool, user, input) => {
    deleteAttributes(pool, user, strings(input, "UserAttributeNames") ?? [], true);
  }),

  AdminSetUserMFAPreference: changeUser((pool, user, input) => {
    setMfaPreferences(pool, user, mfaPreferences(input));
  }),

  AdminListDevices: onUser(devicesOf),
  AdminGetDevice: onUser((pool, user, input) => ({
    Device: deviceType(pool, user, requireDevice(pool, user, input)),
  })),
  AdminUpdateDeviceStatus: onUser(setDeviceStatus),
  AdminForgetDevice: changeUser((pool, user, input) =>
    pool.devices.forget(user.sub, requireDevice(pool, user, input).key),
  ),

  AdminLinkProviderForUser: onPool(async (pool, input) => {
    const { linkProvider } = await import("../federation/links.ts");
    linkProvider(pool, providerUser(input, "DestinationUser"), providerUser(input, "SourceUser"));
    return {};
  }),

  AdminDisableProviderForUser: onPool(async (pool, input) => {
    const { disableProvider } = await import("../federation/links.ts");
    disableProvider(pool, providerUser(input, "User"));
    return {};
  }),

  AdminAddUserToGroup: changeUser((pool, user, input) => pool.groups.join(string(input, "GroupName"), user.sub)),

  AdminRemoveUserFromGroup: changeUser((pool, user, input) => {
    const { name } = pool.groups.get(string(input, "GroupName"));
    pool.groups.leave(name, user.sub);
  }),

  AdminListGroupsForUser: onUser((pool, user, input) => {
    const { items, NextToken } = pageOf(pool.groups.ofUser(user.sub), input);
    return { Groups: items.map((group) => groupType(pool, group)), NextToken };
  }),

  CreateGroup: onPool((pool, input) => {
    const name = groupName(input);
    if (pool.groups.has(name)) throw new CognitoError("GroupExistsException", "A group with the name already exists.");
    const group = pool.groups.put({
      name,
      description: optionalString(input, "Description") ?? "",
      precedence: optionalNumber(input, "Precedence"),
      roleArn: roleArn(input),
    });
    return { Group: groupType(pool, group) };
  }),

  GetGroup: onPool((pool, input) => ({ Group: groupType(pool, pool.groups.get(string(input, "GroupName"))) })),

  UpdateGroup: onPool((pool, input) => {
    const group = pool.groups.get(string(input, "GroupName"));
    const description = optionalString(input, "Description") ?? group.description;
    const precedence = optionalNumber(input, "Precedence") ?? group.precedence;
    const changed = { name: group.name, description, precedence, roleArn: roleArn(input) ?? group.roleArn };
    return { Group: groupType(pool, pool.groups.put(changed)) };
  }),

  DeleteGroup: onPool((pool, input) => {
    pool.groups.delete(pool.groups.get(string(input, "GroupName")).name);
    return {};
  }),

  ListGroups: onPool((pool, input) => {
    const size = limit(input, "Limit", 60);
    const groups = pool.groups.list(readToken(input, "NextToken"), size + 1);
    return {
      Groups: groups.slice(0, size).map((group) => groupType(pool, group)),
      NextToken: groups.length > size ? writeToken(groups[size - 1]!.name) : undefined,
    };
  }),

  ListUsersInGroup: onPool((pool, input) => {
    const { name } = pool.groups.get(string(input, "GroupName"));
    const size = limit(input, "Limit", 60);
    const subs = pool.groups.members(name, readToken(input, "NextToken"), size + 1);
    return {
      Users: subs.slice(0, size).map((sub) => userType(pool.users.bySub(sub)!)),
      NextToken: subs.length > size ? writeToken(subs[size - 1]!) : undefined,
    };
  }),

  ListUsers: onPool((pool, input) => {
    const size = limit(input, "Limit", 60);
    const after = Number(readToken(input, "PaginationToken") || 0);
    const filter = parseFilter(optionalString(input, "Filter"));
    const users = filter
      ? pool.users.matching(filter.field, filter.value, filter.prefix, after, size + 1)
      : pool.users.after(after, size + 1);
    const wanted = attributesToGet(pool, input);
    return {
      Users: users.slice(0, size).map((user) => userType(user, wanted)),
      PaginationToken: users.length > size ? writeToken(String(users[size - 1]!.id)) : undefined,
    };
  }),
};

const metadata = (input: Input): TriggerData => ({ clientMetadata: stringMap(input, "ClientMetadata") });

function media(input: Input): CodeDelivery["medium"][] | undefined {
  const given = strings(input, "DesiredDeliveryMediums");
  const unknown = given?.some((medium) => medium !== "EMAIL" && medium !== "SMS");
  if (unknown)
    throw invalidParameter(
      `1 validation error detected: Value '[${given!.join(", ")}]' at 'desiredDeliveryMediums' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [SMS, EMAIL]]`,
    );
  return given as CodeDelivery["medium"][] | undefined;
}

async function resendInvitation(
  pool: Pool,
  username: string,
  media: CodeDelivery["medium"][] | undefined,
  data: TriggerData,
): Promise<User> {
  const user = admin.requireUser(pool, username);
  if (user.status !== "FORCE_CHANGE_PASSWORD")
    throw new CognitoError(
      "UnsupportedUserStateException",
      `Resend not possible. ${user.username} status is not FORCE_CHANGE_PASSWORD`,
    );
  return admin.inviteAgain(pool, user, username, media, data);
}

function providerUser(input: Input, name: string): ProviderUser {
  const user = object(input, name) ?? {};
  return {
    provider: string(user, "ProviderName"),
    attribute: optionalString(user, "ProviderAttributeName"),
    value: string(user, "ProviderAttributeValue"),
  };
}

function roleArn(input: Input): string | undefined {
  const arn = optionalString(input, "RoleArn");
  if (
    arn !== undefined &&
    !/^arn:[\w+=/,.@-]+:[\w+=/,.@-]+:([\w+=/,.@-]*)?:[0-9]+:[\w+=/,.@-]+(:[\w+=/,.@-]+)?(:[\w+=/,.@-]+)?$/.test(arn)
  )
    throw invalidParameter(
      `1 validation error detected: Value '${arn}' at 'roleArn' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:[\\w+=/,.@-]+:[\\w+=/,.@-]+:([\\w+=/,.@-]*)?:[0-9]+:[\\w+=/,.@-]+(:[\\w+=/,.@-]+)?(:[\\w+=/,.@-]+)?`,
    );
  return arn;
}

function groupName(input: Input): string {
  const name = string(input, "GroupName");
  if (!/^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$/u.test(name))
    throw invalidParameter(
      "1 validation error detected: Value at 'groupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+",
    );
  return name;
}
