/**
 * The user-pool service's tables. Everything is keyed by pool id, so that pools in one state file never meet, and found
 * through an index, so that neither the number of users nor of past sign-ins slows a request.
 * Secrets that only need to be recognised again (session ids, codes, refresh tokens) are kept as SHA-256 digests.
 */
import { createHash } from "node:crypto";
import type { SQLInputValue } from "node:sqlite";
import type { Store } from "../../platform.ts";

const schemaVersion = 6;

const identitiesTable = `
CREATE TABLE cognito_identities (
  pool_id TEXT NOT NULL, provider TEXT NOT NULL, subject TEXT NOT NULL, sub TEXT NOT NULL,
  PRIMARY KEY (pool_id, provider, subject)
) WITHOUT ROWID, STRICT;
CREATE INDEX cognito_identities_by_sub ON cognito_identities (pool_id, sub);
`;

const devicesTable = `
CREATE TABLE cognito_devices (
  pool_id TEXT NOT NULL, device_key TEXT NOT NULL, sub TEXT NOT NULL, group_key TEXT NOT NULL, name TEXT,
  salt TEXT, verifier TEXT, remembered INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL, modified_at INTEGER NOT NULL, authenticated_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
  PRIMARY KEY (pool_id, device_key)
) WITHOUT ROWID, STRICT;
CREATE INDEX cognito_devices_by_sub ON cognito_devices (pool_id, sub, created_at);
CREATE INDEX cognito_devices_by_expiry ON cognito_devices (expires_at);
`;

const passkeysTable = `
CREATE TABLE cognito_passkeys (
  pool_id TEXT NOT NULL, credential_id TEXT NOT NULL, sub TEXT NOT NULL, name TEXT NOT NULL, relying_party_id TEXT NOT NULL,
  attachment TEXT, transports TEXT NOT NULL, public_key BLOB NOT NULL, sign_count INTEGER NOT NULL, created_at INTEGER NOT NULL,
  PRIMARY KEY (pool_id, credential_id)
) WITHOUT ROWID, STRICT;
CREATE INDEX cognito_passkeys_by_sub ON cognito_passkeys (pool_id, sub, created_at);
`;

const schema = `
CREATE TABLE cognito_keys (
  pool_id TEXT NOT NULL, use TEXT NOT NULL, kid TEXT NOT NULL, private_key TEXT NOT NULL, created_at INTEGER NOT NULL,
  PRIMARY KEY (pool_id, use)
) WITHOUT ROWID, STRICT;

CREATE TABLE cognito_users (
  id INTEGER PRIMARY KEY,
  pool_id TEXT NOT NULL,
  sub TEXT NOT NULL,
  username TEXT NOT NULL,
  status TEXT NOT NULL,
  enabled INTEGER NOT NULL,
  attributes TEXT NOT NULL,
  password_hash TEXT,
  srp_salt TEXT,
  srp_verifier TEXT,
  temporary_password_expires_at INTEGER,
  failed_attempts INTEGER NOT NULL DEFAULT 0,
  last_failed_at INTEGER NOT NULL DEFAULT 0,
  totp_secret TEXT,
  totp_pending TEXT,
  totp_verified INTEGER NOT NULL DEFAULT 0,
  totp_last_step INTEGER NOT NULL DEFAULT 0,
  mfa_enabled INTEGER NOT NULL DEFAULT 0,
  sms_mfa INTEGER NOT NULL DEFAULT 0,
  email_mfa INTEGER NOT NULL DEFAULT 0,
  preferred_mfa TEXT,
  tokens_valid_from INTEGER NOT NULL DEFAULT 0,
  declared INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  modified_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX cognito_users_by_sub ON cognito_users (pool_id, sub);
CREATE INDEX cognito_users_in_order ON cognito_users (pool_id, id);
CREATE INDEX cognito_users_by_username ON cognito_users (pool_id, username);
CREATE INDEX cognito_users_by_status ON cognito_users (pool_id, status);
${["email", "phone_number", "name", "given_name", "family_name", "preferred_username"]
  .map((name) => {
    const value = `json_extract(attributes, '$.${name}')`;
    return `CREATE INDEX cognito_users_by_${name} ON cognito_users (pool_id, ${value}) WHERE ${value} IS NOT NULL;`;
  })
  .join("\n")}

CREATE TABLE cognito_sign_in_names (
  pool_id TEXT NOT NULL, name TEXT NOT NULL, sub TEXT NOT NULL, kind TEXT NOT NULL,
  PRIMARY KEY (pool_id, name)
) WITHOUT ROWID, STRICT;
CREATE INDEX cognito_sign_in_names_by_sub ON cognito_sign_in_names (pool_id, sub);

${identitiesTable}
${devicesTable}
${passkeysTable}
CREATE TABLE cognito_password_history (
  id INTEGER PRIMARY KEY, pool_id TEXT NOT NULL, sub TEXT NOT NULL, password_hash TEXT NOT NULL
) STRICT;
CREATE INDEX cognito_password_history_by_sub ON cognito_password_history (pool_id, sub, id);

CREATE TABLE cognito_groups (
  pool_id TEXT NOT NULL, name TEXT NOT NULL, description TEXT NOT NULL, precedence INTEGER, role_arn TEXT,
  created_at INTEGER NOT NULL, modified_at INTEGER NOT NULL,
  PRIMARY KEY (pool_id, name)
) WITHOUT ROWID, STRICT;
CREATE TABLE cognito_group_members (
  pool_id TEXT NOT NULL, group_name TEXT NOT NULL, sub TEXT NOT NULL,
  PRIMARY KEY (pool_id, group_name, sub)
) WITHOUT ROWID, STRICT;
CREATE INDEX cognito_group_members_by_sub ON cognito_group_members (pool_id, sub);

CREATE TABLE cognito_codes (
  pool_id TEXT NOT NULL, sub TEXT NOT NULL, kind TEXT NOT NULL, code TEXT NOT NULL, value TEXT NOT NULL DEFAULT '', expires_at INTEGER NOT NULL,
  PRIMARY KEY (pool_id, sub, kind)
) WITHOUT ROWID, STRICT;
CREATE INDEX cognito_codes_by_expiry ON cognito_codes (expires_at);

CREATE TABLE cognito_attempts (
  pool_id TEXT NOT NULL, sub TEXT NOT NULL, action TEXT NOT NULL, count INTEGER NOT NULL, expires_at INTEGER NOT NULL,
  PRIMARY KEY (pool_id, sub, action)
) WITHOUT ROWID, STRICT;
CREATE INDEX cognito_attempts_by_expiry ON cognito_attempts (expires_at);

CREATE TABLE cognito_messages (
  id INTEGER PRIMARY KEY, pool_id TEXT NOT NULL, recipient TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL,
  code TEXT, kind TEXT NOT NULL, sent_at INTEGER NOT NULL
) STRICT;

CREATE TABLE cognito_sessions (
  digest TEXT PRIMARY KEY, pool_id TEXT NOT NULL, sub TEXT NOT NULL, auth_time INTEGER NOT NULL, event_id TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
CREATE INDEX cognito_sessions_by_expiry ON cognito_sessions (expires_at);
CREATE INDEX cognito_sessions_by_sub ON cognito_sessions (pool_id, sub);

CREATE TABLE cognito_flows (
  digest TEXT PRIMARY KEY, pool_id TEXT NOT NULL, client_id TEXT NOT NULL, sub TEXT NOT NULL, step TEXT NOT NULL,
  data TEXT NOT NULL, expires_at INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
CREATE INDEX cognito_flows_by_expiry ON cognito_flows (expires_at);
CREATE INDEX cognito_flows_by_sub ON cognito_flows (pool_id, sub);

CREATE TABLE cognito_authorization_codes (
  digest TEXT PRIMARY KEY, pool_id TEXT NOT NULL, client_id TEXT NOT NULL, sub TEXT NOT NULL, data TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
CREATE INDEX cognito_authorization_codes_by_expiry ON cognito_authorization_codes (expires_at);
CREATE INDEX cognito_authorization_codes_by_sub ON cognito_authorization_codes (pool_id, sub);

CREATE TABLE cognito_grants (
  origin_jti TEXT PRIMARY KEY, pool_id TEXT NOT NULL, client_id TEXT NOT NULL, sub TEXT NOT NULL, scopes TEXT NOT NULL,
  hosted INTEGER NOT NULL, resource TEXT, auth_time INTEGER NOT NULL, event_id TEXT NOT NULL, revoked INTEGER NOT NULL DEFAULT 0,
  device_key TEXT,
  expires_at INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
CREATE INDEX cognito_grants_by_sub ON cognito_grants (pool_id, sub);
CREATE INDEX cognito_grants_by_expiry ON cognito_grants (expires_at);
CREATE TABLE cognito_refresh_tokens (
  digest TEXT PRIMARY KEY, pool_id TEXT NOT NULL, origin_jti TEXT NOT NULL, replaced_at INTEGER, expires_at INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
CREATE INDEX cognito_refresh_tokens_by_grant ON cognito_refresh_tokens (origin_jti);
CREATE INDEX cognito_refresh_tokens_by_expiry ON cognito_refresh_tokens (expires_at);
`;

/** What a state of layout 2 lacks: second factors by message, the roles of groups, and values that wait for their code. */
const sinceLayout2 = `
ALTER TABLE cognito_users ADD COLUMN sms_mfa INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cognito_users ADD COLUMN email_mfa INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cognito_users ADD COLUMN preferred_mfa TEXT;
ALTER TABLE cognito_groups ADD COLUMN role_arn TEXT;
ALTER TABLE cognito_codes ADD COLUMN value TEXT NOT NULL DEFAULT '';
`;

/** What a state of layout 3 lacks: external identities. */
const sinceLayout3 = identitiesTable;

/** What a state of layout 4 lacks: devices, and which one a grant is bound to. */
const sinceLayout4 = `${devicesTable}ALTER TABLE cognito_grants ADD COLUMN device_key TEXT;`;

/** What a state of layout 5 lacks. */
const sinceLayout5 = passkeysTable;

/** Tables whose rows are worthless once `expires_at` has passed. */
const perishable = [
  "cognito_codes",
  "cognito_attempts",
  "cognito_sessions",
  "cognito_flows",
  "cognito_authorization_codes",
  "cognito_refresh_tokens",
  "cognito_grants",
  "cognito_devices",
];

/** A state that another release wrote. */
export class StateLayoutError extends Error {
  readonly code = "state_layout";
  readonly next = "Use the release that wrote it, or another state directory.";

  constructor(found: number) {
    super(`The user pools in this state are of another release (layout ${found}, this one reads ${schemaVersion}).`);
    this.name = "StateLayoutError";
  }
}

/**
 * Creates the tables in a new state file, and completes those of the layouts before.
 * @throws StateLayoutError; nothing is changed then
 */
export function prepareTables(store: Store): void {
  store.transaction(() => {
    store.db.exec("CREATE TABLE IF NOT EXISTS cognito_schema (version INTEGER NOT NULL) STRICT");
    const row = store.db.prepare("SELECT version FROM cognito_schema").get() as { version: number } | undefined;
    if (row === undefined) {
      store.db.exec(schema);
      store.db.prepare("INSERT INTO cognito_schema (version) VALUES (?)").run(schemaVersion);
    } else if (row.version >= 2 && row.version < schemaVersion) {
      if (row.version < 3) store.db.exec(sinceLayout2);
      if (row.version < 4) store.db.exec(sinceLayout3);
      if (row.version < 5) store.db.exec(sinceLayout4);
      store.db.exec(sinceLayout5);
      store.db.prepare("UPDATE cognito_schema SET version = ?").run(schemaVersion);
    } else if (row.version !== schemaVersion) {
      throw new StateLayoutError(row.version);
    }
  });
}

/** Deletes what has expired, at most once a minute however often it is called. */
export function pruner(store: Store, now: () => number): () => void {
  const statements = perishable.map((table) => store.db.prepare(`DELETE FROM ${table} WHERE expires_at < ?`));
  let next = 0;
  return () => {
    const at = now();
    if (at < next) return;
    next = at + 60_000;
    store.transaction(() => {
      for (const statement of statements) statement.run(at);
    });
  };
}

/** Made once and kept in memory as well: tokens that were signed before must stay good. */
const lasting = ["cognito_schema", "cognito_keys"];

/**
 * Remembers every row; for a small state, such as a test's.
 * @returns what puts the tables back to it
 */
export function checkpoint({ db, transaction }: Store): () => void {
  const names = db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'cognito\\_%' ESCAPE '\\'")
    .all();
  const tables = (names as { name: string }[])
    .filter(({ name }) => !lasting.includes(name))
    .map(({ name }) => {
      const rows = db.prepare(`SELECT * FROM ${name}`).all() as Record<string, SQLInputValue>[];
      const columns = Object.keys(rows[0] ?? {});
      const clear = db.prepare(`DELETE FROM ${name}`);
      const insert =
        columns.length > 0 &&
        db.prepare(`INSERT INTO ${name} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`);
      return () => {
        clear.run();
        if (insert) for (const row of rows) insert.run(...columns.map((column) => row[column]!));
      };
    });
  return () =>
    transaction(() => {
      for (const putBack of tables) putBack();
    });
}

/** What the tables keep of a secret that a client holds. */
export const digest = (secret: string): string => createHash("sha256").update(secret).digest("base64url");
