/**
 * The users of one pool as they are stored: found by any name they may sign in with, changed in one statement each.
 * Lifecycle rules (who may do what, when) are not here but in `sign-up.ts`, `authentication.ts` and `recovery.ts`.
 */
import type { UserPoolModel } from "../../model.ts";
import type { Platform } from "../../platform.ts";
import { CognitoError } from "../errors.ts";
import { identitiesOf, isExternal } from "./identities.ts";

export type UserStatus = "UNCONFIRMED" | "CONFIRMED" | "FORCE_CHANGE_PASSWORD" | "RESET_REQUIRED" | "EXTERNAL_PROVIDER";

/** By the names of the challenges. */
export type SecondFactor = "SOFTWARE_TOKEN_MFA" | "SMS_MFA" | "EMAIL_OTP";

export interface User {
  /** Grows with every user of the state; the order of listings. */
  id: number;
  sub: string;
  /** In a pool with e-mail or phone sign-in, the `sub`; immutable. */
  username: string;
  status: UserStatus;
  enabled: boolean;
  /** Without `sub`. Values are strings, booleans as `"true"`. */
  attributes: Record<string, string>;
  passwordHash: string | null;
  /** Hex, as the SRP protocol writes them; `null` until the first time the password is known. */
  srpSalt: string | null;
  srpVerifier: string | null;
  /** Milliseconds; `null` for a password the user chose. */
  temporaryPasswordExpiresAt: number | null;
  failedAttempts: number;
  lastFailedAt: number;
  /** Base32 */
  totpSecret: string | null;
  /** A secret that was handed out and not yet proved; the one before keeps working until then. */
  totpPending: string | null;
  totpVerified: boolean;
  /** The last 30-second step a code was accepted for: no code works twice. */
  totpLastStep: number;
  mfaEnabled: boolean;
  /** The user has turned on codes by text message, or by e-mail, as a second factor. */
  smsMfa: boolean;
  emailMfa: boolean;
  preferredMfa: SecondFactor | null;
  /** Milliseconds: tokens issued before are signed out. */
  tokensValidFrom: number;
  createdAt: number;
  modifiedAt: number;
}

/** What users can be searched by; each but `enabled` has an index. */
export type SearchField =
  | "sub"
  | "username"
  | "status"
  | "enabled"
  | "$.email"
  | "$.phone_number"
  | "$.name"
  | "$.given_name"
  | "$.family_name"
  | "$.preferred_username";

type NewUser = Pick<User, "username" | "sub" | "status" | "attributes"> & Partial<User>;

const columns: Record<Exclude<keyof User, "id">, string> = {
  sub: "sub",
  username: "username",
  status: "status",
  enabled: "enabled",
  attributes: "attributes",
  passwordHash: "password_hash",
  srpSalt: "srp_salt",
  srpVerifier: "srp_verifier",
  temporaryPasswordExpiresAt: "temporary_password_expires_at",
  failedAttempts: "failed_attempts",
  lastFailedAt: "last_failed_at",
  totpSecret: "totp_secret",
  totpPending: "totp_pending",
  totpVerified: "totp_verified",
  totpLastStep: "totp_last_step",
  mfaEnabled: "mfa_enabled",
  smsMfa: "sms_mfa",
  emailMfa: "email_mfa",
  preferredMfa: "preferred_mfa",
  tokensValidFrom: "tokens_valid_from",
  createdAt: "created_at",
  modifiedAt: "modified_at",
};
const fields = Object.keys(columns) as (keyof typeof columns)[];
const flags = new Set<keyof User>(["enabled", "totpVerified", "mfaEnabled", "smsMfa", "emailMfa"]);

export class UserTable {
  readonly #pool: UserPoolModel;
  readonly #platform: Platform;
  readonly #select: string;
  readonly #statements;

  constructor(pool: UserPoolModel, platform: Platform) {
    this.#pool = pool;
    this.#platform = platform;
    const { db } = platform.store;
    const names = fields.map((field) => columns[field]).join(", ");
    const select = `SELECT id, ${names} FROM cognito_users`;
    this.#select = select;
    this.#statements = {
      bySub: db.prepare(`${select} WHERE pool_id = ? AND sub = ?`),
      byName: db.prepare("SELECT sub FROM cognito_sign_in_names WHERE pool_id = ? AND name = ?"),
      insert: db.prepare(
        `INSERT INTO cognito_users (pool_id, ${names}) VALUES (?${", ?".repeat(fields.length)}) RETURNING id`,
      ),
      update: db.prepare(
        `UPDATE cognito_users SET ${fields.map((field) => `${columns[field]} = ?`).join(", ")} WHERE pool_id = ? AND sub = ?`,
      ),
      after: db.prepare(`${select} WHERE pool_id = ? AND id > ? ORDER BY id LIMIT ?`),
      count: db.prepare("SELECT count(*) AS count FROM cognito_users WHERE pool_id = ?"),
      addName: db.prepare("INSERT OR IGNORE INTO cognito_sign_in_names (pool_id, name, sub, kind) VALUES (?, ?, ?, ?)"),
      dropNames: db.prepare("DELETE FROM cognito_sign_in_names WHERE pool_id = ? AND sub = ?"),
      byIdentity: db.prepare("SELECT sub FROM cognito_identities WHERE pool_id = ? AND provider = ? AND subject = ?"),
      addIdentity: db.prepare(
        "INSERT OR IGNORE INTO cognito_identities (pool_id, provider, subject, sub) VALUES (?, ?, ?, ?)",
      ),
      dropIdentities: db.prepare("DELETE FROM cognito_identities WHERE pool_id = ? AND sub = ?"),
      remove: [
        "cognito_users",
        "cognito_sign_in_names",
        "cognito_identities",
        "cognito_devices",
        "cognito_passkeys",
        "cognito_password_history",
        "cognito_group_members",
        "cognito_codes",
        "cognito_attempts",
        "cognito_sessions",
        "cognito_flows",
        "cognito_authorization_codes",
      ]
        .map((table) => db.prepare(`DELETE FROM ${table} WHERE pool_id = ? AND sub = ?`))
        // Tokens of somebody who is deleted are told apart from those that never were.
        .concat(db.prepare("UPDATE cognito_grants SET revoked = 1 WHERE pool_id = ? AND sub = ?")),
      dropCodes: db.prepare(
        "DELETE FROM cognito_codes WHERE pool_id = ? AND sub = ? AND kind IN (?, ?, 'sign-up', 'forgot-password', 'second-factor')",
      ),
      remember: db.prepare("INSERT INTO cognito_password_history (pool_id, sub, password_hash) VALUES (?, ?, ?)"),
      history: db.prepare(
        "SELECT password_hash FROM cognito_password_history WHERE pool_id = ? AND sub = ? ORDER BY id DESC LIMIT ?",
      ),
    };
  }

  /** The form in which two names count as the same. */
  key(name: string): string {
    const composed = name.normalize("NFC");
    return this.#pool.usernameCaseSensitive ? composed : composed.toLowerCase();
  }

  /** By username, or by an e-mail address or phone number that the pool lets people sign in with. */
  find(name: string): User | undefined {
    const row = this.#statements.byName.get(this.#pool.id, this.key(name)) as { sub: string } | undefined;
    return row && this.bySub(row.sub);
  }

  /** The user who was made by, or is linked to, somebody at an external provider. */
  byIdentity(provider: string, subject: string): User | undefined {
    const row = this.#statements.byIdentity.get(this.#pool.id, provider, subject) as { sub: string } | undefined;
    return row && this.bySub(row.sub);
  }

  bySub(sub: string): User | undefined {
    return toUser(this.#statements.bySub.get(this.#pool.id, sub));
  }

  /** Up to `limit` users after the one with `id`, in the order of their creation. */
  after(id: number, limit: number): User[] {
    return this.#statements.after.all(this.#pool.id, id, limit).map((row) => toUser(row)!);
  }

  /**
   * Up to `limit` users after the one with `id` whose column or attribute equals the value, or begins with it.
   * @param field a column of this table or `$.<attribute>`, never a caller's text
   */
  matching(field: SearchField, value: string | number, prefix: boolean, id: number, limit: number): User[] {
    const column = field.startsWith("$.") ? `json_extract(attributes, '${field}')` : field;
    // `>=` and `<` use the index where LIKE would not, and compare by code point, as a prefix must.
    const condition = prefix ? `${column} >= ? AND ${column} < ?` : `${column} = ?`;
    const bounds = prefix ? [value, `${value}\u{10FFFF}`] : [value];
    // `+id`: the order must not tempt SQLite to walk through all users instead of using the field's index.
    return this.#platform.store.db
      .prepare(`${this.#select} WHERE pool_id = ? AND ${condition} AND +id > ? ORDER BY +id LIMIT ?`)
      .all(this.#pool.id, ...bounds, id, limit)
      .map((row) => toUser(row)!);
  }

  count(): number {
    return (this.#statements.count.get(this.#pool.id) as { count: number }).count;
  }

  /** @throws CognitoError UsernameExistsException when any of the user's names is taken */
  insert(user: NewUser): User {
    const now = this.#platform.now();
    const complete: User = {
      enabled: true,
      passwordHash: null,
      srpSalt: null,
      srpVerifier: null,
      temporaryPasswordExpiresAt: null,
      failedAttempts: 0,
      lastFailedAt: 0,
      totpSecret: null,
      totpPending: null,
      totpVerified: false,
      totpLastStep: 0,
      mfaEnabled: false,
      smsMfa: false,
      emailMfa: false,
      preferredMfa: null,
      tokensValidFrom: 0,
      createdAt: now,
      modifiedAt: now,
      ...user,
      id: 0,
    };
    return this.#platform.store.transaction(() => {
      this.#claimNames(complete, "UsernameExistsException");
      const row = this.#statements.insert.get(this.#pool.id, ...values(complete)) as { id: number };
      return { ...complete, id: row.id };
    });
  }

  /**
   * Changes one user and returns the new state. Attributes are replaced as a whole.
   * @throws CognitoError AliasExistsException when a changed attribute is somebody else's name
   */
  update(sub: string, changes: Partial<Omit<User, "id" | "sub" | "username">>): User {
    return this.#platform.store.transaction(() => {
      const before = this.bySub(sub);
      if (!before) throw new CognitoError("UserNotFoundException", "User does not exist.");
      const counted = Object.keys(changes).every((field) => ["failedAttempts", "lastFailedAt"].includes(field));
      const after: User = { ...before, ...changes, modifiedAt: counted ? before.modifiedAt : this.#platform.now() };
      if (changes.attributes) {
        this.#statements.dropNames.run(this.#pool.id, sub);
        this.#statements.dropIdentities.run(this.#pool.id, sub);
        this.#claimNames(after, "AliasExistsException");
        this.#dropCodes(before.attributes, after);
      }
      this.#statements.update.run(...values(after), this.#pool.id, sub);
      return after;
    });
  }

  /** A code proves the address that it went to: none is good once that address is no longer the user's. */
  #dropCodes(before: Record<string, string>, { sub, attributes }: User): void {
    for (const [address, otp] of Object.entries({ email: "EMAIL_OTP", phone_number: "SMS_OTP" }))
      if (before[address] !== undefined && before[address] !== attributes[address])
        this.#statements.dropCodes.run(this.#pool.id, sub, address, otp);
  }

  delete(sub: string): void {
    this.#platform.store.transaction(() => {
      for (const statement of this.#statements.remove) statement.run(this.#pool.id, sub);
    });
  }

  rememberPassword(sub: string, hash: string): void {
    this.#statements.remember.run(this.#pool.id, sub, hash);
  }

  /** Hashes of the passwords used before, newest first. */
  formerPasswords(sub: string, count: number): string[] {
    const rows = this.#statements.history.all(this.#pool.id, sub, count) as { password_hash: string }[];
    return rows.map((row) => row.password_hash);
  }

  /** A `sub` as pools make them since 2023: a UUID's shape, version 7's digit, no RFC 9562 variant. */
  newSub(): string {
    const hex = this.#platform.randomBytes(16).toString("hex");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  /** @throws CognitoError AliasExistsException when the value signs in somebody else */
  refuseTakenName(sub: string, kind: "email" | "phone_number", value: string): void {
    const { usernameAttributes, aliasAttributes } = this.#pool;
    const holder = this.find(value);
    if (holder && holder.sub !== sub && [...usernameAttributes, ...aliasAttributes].includes(kind))
      throw aliasExists(kind);
  }

  /** Takes an address from whoever it signs in, who then has to verify it again. */
  releaseAlias(holder: User, alias: "email" | "phone_number"): void {
    this.update(holder.sub, { attributes: { ...holder.attributes, [`${alias}_verified`]: "false" } });
  }

  #claimNames(user: User, refusal: "UsernameExistsException" | "AliasExistsException"): void {
    const pool = this.#pool;
    const claims: { name: string; kind: string }[] = [{ name: user.username, kind: "username" }];
    // People who come from a provider sign in there: their addresses may be somebody else's names here.
    const external = isExternal(user);
    for (const kind of external ? [] : pool.usernameAttributes) {
      const name = user.attributes[kind];
      if (name) claims.push({ name, kind });
    }
    for (const kind of external ? [] : pool.aliasAttributes) {
      const name = user.attributes[kind];
      const usable = kind === "preferred_username" || isVerified(user.attributes, kind);
      if (name && usable) claims.push({ name, kind });
    }
    for (const { name, kind } of claims) {
      const key = this.key(name);
      this.#statements.addName.run(pool.id, key, user.sub, kind);
      const holder = this.#statements.byName.get(pool.id, key) as { sub: string };
      if (holder.sub === user.sub) continue;
      if (kind === "username") throw new CognitoError("UsernameExistsException", "User already exists");
      if (refusal === "AliasExistsException") throw aliasExists(kind);
      throw new CognitoError(refusal, `An account with the given ${kind} already exists.`);
    }
    for (const { providerName, userId } of identitiesOf(user)) {
      this.#statements.addIdentity.run(pool.id, providerName, userId, user.sub);
      const holder = this.#statements.byIdentity.get(pool.id, providerName, userId) as { sub: string };
      if (holder.sub !== user.sub)
        throw new CognitoError("AliasExistsException", "SourceUser is already linked to another user.");
    }
  }
}

const aliasExists = (kind: string) =>
  new CognitoError("AliasExistsException", `An account with the ${kind} already exists.`);

/** AWS stores `"True"` as it was given and counts it. */
export const isVerified = (attributes: Record<string, string>, attribute: string): boolean =>
  attributes[`${attribute}_verified`]?.toLowerCase() === "true";

function values(user: User): (string | number | null)[] {
  return fields.map((field) => {
    const value = user[field];
    if (field === "attributes") return JSON.stringify(value);
    if (flags.has(field)) return value ? 1 : 0;
    return value as string | number | null;
  });
}

function toUser(row: unknown): User | undefined {
  if (row === undefined) return undefined;
  const cells = row as Record<string, string | number | null>;
  const user: Record<string, unknown> = { id: cells.id };
  for (const field of fields) {
    const cell = cells[columns[field]]!;
    user[field] = field === "attributes" ? JSON.parse(cell as string) : flags.has(field) ? cell === 1 : cell;
  }
  return user as unknown as User;
}
