/** The Admin* operations, users and groups: for callers with AWS credentials. */
import * as admin from "../accounts/admin.ts";
import { setMfaPreference } from "../accounts/mfa.ts";
import { codeDestination, sendCode } from "../accounts/sign-up.ts";
import { CognitoError, invalidParameter } from "../errors.ts";
import type { Pool } from "../pool.ts";
import type { SearchField, User } from "../state/users.ts";
import { type Pools, requirePool } from "./callers.ts";
import {
  attributes,
  boolean,
  type Input,
  limit,
  object,
  optionalNumber,
  optionalString,
  string,
  strings,
} from "./input.ts";
import { groupType, mfaSettings, type Output, userAttributes, userType } from "./output.ts";

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
    if (action === "RESEND") return { User: userType(await resendInvitation(pool, string(input, "Username"))) };
    const user = await admin.createUser(pool, {
      username: string(input, "Username"),
      attributes: attributes(input, "UserAttributes"),
      temporaryPassword: optionalString(input, "TemporaryPassword"),
      suppressMessage: action === "SUPPRESS",
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
  AdminConfirmSignUp: changeUser((pool, user) => admin.confirmUser(pool, user.username)),
  AdminUserGlobalSignOut: changeUser((pool, user) => admin.signOutEverywhere(pool, user)),

  AdminSetUserPassword: changeUser((pool, user, input) =>
    admin.setUserPassword(pool, user.username, string(input, "Password"), boolean(input, "Permanent", false)),
  ),

  AdminResetUserPassword: changeUser((pool, user) => {
    const client = pool.model.clients[0];
    const delivery = codeDestination(pool, user.attributes);
    if (!client || !delivery || user.attributes[`${delivery.attribute}_verified`] !== "true")
      throw invalidParameter(
        "Cannot reset password for the user as there is no registered/verified email or phone_number",
      );
    pool.users.update(user.sub, { status: "RESET_REQUIRED" });
    sendCode(pool, client, user, delivery, "forgot-password", pool.codes.issue(user.sub, "forgot-password"));
  }),

  AdminUpdateUserAttributes: changeUser((pool, user, input) => {
    admin.setAttributes(pool, user, attributes(input, "UserAttributes"), true);
  }),

  AdminDeleteUserAttributes: changeUser((pool, user, input) => {
    const names = strings(input, "UserAttributeNames") ?? [];
    admin.setAttributes(pool, user, Object.fromEntries(names.map((name) => [name, ""])), true);
  }),

  AdminSetUserMFAPreference: changeUser((pool, user, input) => {
    const settings = object(input, "SoftwareTokenMfaSettings");
    if (settings) setMfaPreference(pool, user, boolean(settings, "Enabled", false));
  }),

  AdminAddUserToGroup: changeUser((pool, user, input) => pool.groups.join(string(input, "GroupName"), user.sub)),

  AdminRemoveUserFromGroup: changeUser((pool, user, input) => {
    const { name } = pool.groups.get(string(input, "GroupName"));
    pool.groups.leave(name, user.sub);
  }),

  AdminListGroupsForUser: onUser((pool, user) => ({
    Groups: pool.groups.ofUser(user.sub).map((group) => groupType(pool, group)),
  })),

  CreateGroup: onPool((pool, input) => {
    const name = groupName(input);
    if (pool.groups.has(name)) throw new CognitoError("GroupExistsException", "A group with the name already exists.");
    const group = pool.groups.put(
      name,
      optionalString(input, "Description") ?? "",
      optionalNumber(input, "Precedence"),
    );
    return { Group: groupType(pool, group) };
  }),

  GetGroup: onPool((pool, input) => ({ Group: groupType(pool, pool.groups.get(string(input, "GroupName"))) })),

  UpdateGroup: onPool((pool, input) => {
    const group = pool.groups.get(string(input, "GroupName"));
    const description = optionalString(input, "Description") ?? group.description;
    const precedence = optionalNumber(input, "Precedence") ?? group.precedence;
    return { Group: groupType(pool, pool.groups.put(group.name, description, precedence)) };
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
    const wanted = strings(input, "AttributesToGet");
    return {
      Users: users.slice(0, size).map((user) => userType(user, wanted)),
      PaginationToken: users.length > size ? writeToken(String(users[size - 1]!.id)) : undefined,
    };
  }),
};

async function resendInvitation(pool: Pool, username: string): Promise<User> {
  const user = admin.requireUser(pool, username);
  if (user.status !== "FORCE_CHANGE_PASSWORD")
    throw new CognitoError(
      "UnsupportedUserStateException",
      `Resend not possible. ${user.username} status is not FORCE_CHANGE_PASSWORD`,
    );
  return admin.inviteAgain(pool, user, username);
}

/** Either no filter, or `name = "value"` or `name ^= "value"` (ListUsers). */
function parseFilter(filter: string | undefined): { field: SearchField; value: string; prefix: boolean } | undefined {
  if (filter === undefined || filter.trim() === "") return undefined;
  const [, name = "", operator, value = ""] = /^\s*"?([\w:]+)"?\s*(\^?=)\s*"((?:[^"\\]|\\.)*)"\s*$/s.exec(filter) ?? [];
  if (operator === undefined) throw invalidParameter("Error while parsing filter");
  const field = searchable[name];
  if (!field) throw invalidParameter(`Search on the attribute ${name} is not supported`);
  const plain = value.replaceAll(/\\(.)/gs, "$1");
  return { field, value: plain, prefix: operator === "^=" };
}

const searchable: Record<string, SearchField | undefined> = Object.assign(Object.create(null), {
  sub: "sub",
  username: "username",
  "cognito:user_status": "status",
  email: "$.email",
  phone_number: "$.phone_number",
  name: "$.name",
  given_name: "$.given_name",
  family_name: "$.family_name",
  preferred_username: "$.preferred_username",
});

const writeToken = (position: string): string => Buffer.from(`1:${position}`).toString("base64url");

function readToken(input: Input, name: string): string {
  const token = optionalString(input, name);
  if (token === undefined) return "";
  const position = Buffer.from(token, "base64url").toString();
  if (!position.startsWith("1:") || (name === "PaginationToken" && !/^1:\d{1,15}$/.test(position)))
    throw invalidParameter("Invalid pagination token given.");
  return position.slice(2);
}

function groupName(input: Input): string {
  const name = string(input, "GroupName");
  if (!/^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$/u.test(name))
    throw invalidParameter(
      "1 validation error detected: Value at 'groupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+",
    );
  return name;
}
