/** Rows of one pool that whoever holds a secret may see, for as long as they live. The secret is kept as its digest. */
import type { SQLInputValue } from "node:sqlite";
import type { Platform } from "../../platform.ts";
import { digest } from "./tables.ts";

type Row<Column extends string> = Record<Column, string | number>;

/** A table with the columns `digest`, `pool_id` and `expires_at` beside its own. */
export class SecretRows<Column extends string> {
  readonly #poolId: string;
  readonly #platform: Platform;
  readonly #columns: readonly Column[];
  readonly #insert;
  readonly #select;
  readonly #take;

  constructor(table: string, columns: readonly Column[], poolId: string, platform: Platform) {
    this.#poolId = poolId;
    this.#platform = platform;
    this.#columns = columns;
    const { db } = platform.store;
    const names = columns.join(", ");
    this.#insert = db.prepare(
      `INSERT INTO ${table} (digest, pool_id, expires_at, ${names}) VALUES (?, ?, ?${", ?".repeat(columns.length)})`,
    );
    this.#select = db.prepare(`SELECT ${names} FROM ${table} WHERE digest = ? AND pool_id = ? AND expires_at > ?`);
    this.#take = db.prepare(`DELETE FROM ${table} WHERE digest = ? AND pool_id = ? RETURNING expires_at, ${names}`);
  }

  /** @param expiresAt milliseconds */
  put(secret: string, row: Record<Column, SQLInputValue>, expiresAt: number): void {
    this.#insert.run(digest(secret), this.#poolId, expiresAt, ...this.#columns.map((column) => row[column]));
  }

  /** The live row of that secret. */
  get(secret: string): Row<Column> | undefined {
    return this.#select.get(digest(secret), this.#poolId, this.#platform.now()) as Row<Column> | undefined;
  }

  /** The live row of that secret, which ends with it: of two that ask at once, one is told nothing. */
  take(secret: string): Row<Column> | undefined {
    const row = this.#take.get(digest(secret), this.#poolId) as Row<Column | "expires_at"> | undefined;
    return row && Number(row.expires_at) > this.#platform.now() ? row : undefined;
  }
}
