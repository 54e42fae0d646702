/** The groups of one pool and who is in them. A group the program declares is put back at every start. */
import type { GroupModel, UserPoolModel } from "../../model.ts";
import type { Platform } from "../../platform.ts";
import { CognitoError } from "../errors.ts";

export interface Group {
  name: string;
  description: string;
  precedence: number | undefined;
  roleArn: string | undefined;
  createdAt: number;
  modifiedAt: number;
}

export class GroupTable {
  readonly #poolId: string;
  readonly #platform: Platform;
  readonly #statements;

  constructor(pool: UserPoolModel, platform: Platform) {
    this.#poolId = pool.id;
    this.#platform = platform;
    const { db } = platform.store;
    this.#statements = {
      get: db.prepare("SELECT * FROM cognito_groups WHERE pool_id = ? AND name = ?"),
      list: db.prepare("SELECT * FROM cognito_groups WHERE pool_id = ? AND name > ? ORDER BY name LIMIT ?"),
      put: db.prepare(
        `INSERT INTO cognito_groups (pool_id, name, description, precedence, role_arn, created_at, modified_at) VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (pool_id, name) DO UPDATE SET
           description = excluded.description, precedence = excluded.precedence, role_arn = excluded.role_arn, modified_at = excluded.modified_at`,
      ),
      remove: [
        db.prepare("DELETE FROM cognito_groups WHERE pool_id = ? AND name = ?"),
        db.prepare("DELETE FROM cognito_group_members WHERE pool_id = ? AND group_name = ?"),
      ],
      join: db.prepare("INSERT OR IGNORE INTO cognito_group_members (pool_id, group_name, sub) VALUES (?, ?, ?)"),
      leave: db.prepare("DELETE FROM cognito_group_members WHERE pool_id = ? AND group_name = ? AND sub = ?"),
      // Precedence first (smaller wins), as Cognito orders `cognito:groups`; groups without one come last.
      ofUser: db.prepare(
        `SELECT g.* FROM cognito_group_members m JOIN cognito_groups g ON g.pool_id = m.pool_id AND g.name = m.group_name
         WHERE m.pool_id = ? AND m.sub = ? ORDER BY g.precedence IS NULL, g.precedence, g.name`,
      ),
      members: db.prepare(
        `SELECT sub FROM cognito_group_members WHERE pool_id = ? AND group_name = ? AND sub > ? ORDER BY sub LIMIT ?`,
      ),
    };
    platform.store.transaction(() => {
      for (const group of pool.groups) this.put(group);
    });
  }

  /** @throws CognitoError ResourceNotFoundException */
  get(name: string): Group {
    const row = this.#statements.get.get(this.#poolId, name);
    if (!row) throw new CognitoError("ResourceNotFoundException", "Group not found.");
    return toGroup(row);
  }

  has(name: string): boolean {
    return this.#statements.get.get(this.#poolId, name) !== undefined;
  }

  /** Up to `limit` groups whose names come after `after`. */
  list(after: string, limit: number): Group[] {
    return this.#statements.list.all(this.#poolId, after, limit).map(toGroup);
  }

  put({ name, description, precedence, roleArn }: GroupModel): Group {
    const existing = this.#statements.get.get(this.#poolId, name) as { created_at: number } | undefined;
    const now = this.#platform.now();
    this.#statements.put.run(
      this.#poolId,
      name,
      description,
      precedence ?? null,
      roleArn ?? null,
      existing?.created_at ?? now,
      now,
    );
    return this.get(name);
  }

  delete(name: string): void {
    this.#platform.store.transaction(() => {
      for (const statement of this.#statements.remove) statement.run(this.#poolId, name);
    });
  }

  join(name: string, sub: string): void {
    this.get(name);
    this.#statements.join.run(this.#poolId, name, sub);
  }

  leave(name: string, sub: string): void {
    this.#statements.leave.run(this.#poolId, name, sub);
  }

  ofUser(sub: string): Group[] {
    return this.#statements.ofUser.all(this.#poolId, sub).map(toGroup);
  }

  /** The subs of up to `limit` members that come after `after`. */
  members(name: string, after: string, limit: number): string[] {
    const rows = this.#statements.members.all(this.#poolId, name, after, limit) as { sub: string }[];
    return rows.map((row) => row.sub);
  }
}

function toGroup(row: unknown): Group {
  const cells = row as {
    name: string;
    description: string;
    precedence: number | null;
    role_arn: string | null;
    created_at: number;
    modified_at: number;
  };
  return {
    name: cells.name,
    description: cells.description,
    precedence: cells.precedence ?? undefined,
    roleArn: cells.role_arn ?? undefined,
    createdAt: cells.created_at,
    modifiedAt: cells.modified_at,
  };
}
