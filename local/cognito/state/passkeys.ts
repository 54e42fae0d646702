/** Passkeys that people registered: the public half of each, and how often it signed. */
import type { Platform } from "../../platform.ts";

export type Attachment = "platform" | "cross-platform";

export interface NewPasskey {
  /** In base64url, as the authenticator chose it. */
  id: string;
  name: string;
  relyingPartyId: string;
  attachment: Attachment | undefined;
  /** e.g. `internal`, `usb` */
  transports: string[];
  /** A COSE key (RFC 9052 §7). */
  publicKey: Uint8Array<ArrayBuffer>;
  /** The authenticator's counter of signatures; 0 where it keeps none. */
  signCount: number;
}

export interface Passkey extends NewPasskey {
  /** Milliseconds */
  createdAt: number;
}

export class PasskeyTable {
  readonly #poolId: string;
  readonly #platform: Platform;
  readonly #statements;

  constructor(poolId: string, platform: Platform) {
    this.#poolId = poolId;
    this.#platform = platform;
    const { db } = platform.store;
    const one = "pool_id = ? AND sub = ? AND credential_id = ?";
    this.#statements = {
      add: db.prepare(
        `INSERT OR IGNORE INTO cognito_passkeys
         (pool_id, credential_id, sub, name, relying_party_id, attachment, transports, public_key, sign_count, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ),
      get: db.prepare(`SELECT * FROM cognito_passkeys WHERE ${one}`),
      list: db.prepare(
        "SELECT * FROM cognito_passkeys WHERE pool_id = ? AND sub = ? ORDER BY created_at, credential_id",
      ),
      // A counter that does not grow is that of a copy; authenticators without one say 0 every time.
      signed: db.prepare(
        `UPDATE cognito_passkeys SET sign_count = ?1
         WHERE pool_id = ?2 AND sub = ?3 AND credential_id = ?4 AND (sign_count < ?1 OR (sign_count = 0 AND ?1 = 0))`,
      ),
      remove: db.prepare(`DELETE FROM cognito_passkeys WHERE ${one}`),
    };
  }

  /** @returns whether nobody in the pool had one with that id */
  add(sub: string, passkey: NewPasskey): boolean {
    const { id, name, relyingPartyId, attachment, transports, publicKey, signCount } = passkey;
    const values = [this.#poolId, id, sub, name, relyingPartyId, attachment ?? null, JSON.stringify(transports)];
    return Number(this.#statements.add.run(...values, publicKey, signCount, this.#platform.now()).changes) > 0;
  }

  get(sub: string, id: string): Passkey | undefined {
    const row = this.#statements.get.get(this.#poolId, sub, id);
    return row && fromRow(row as unknown as PasskeyRow);
  }

  /** Oldest first. */
  list(sub: string): Passkey[] {
    return (this.#statements.list.all(this.#poolId, sub) as unknown as PasskeyRow[]).map(fromRow);
  }

  /** @returns whether the passkey is still there and its counter has grown */
  setSigned(sub: string, id: string, signCount: number): boolean {
    return Number(this.#statements.signed.run(signCount, this.#poolId, sub, id).changes) > 0;
  }

  /** @returns whether the user had it */
  delete(sub: string, id: string): boolean {
    return Number(this.#statements.remove.run(this.#poolId, sub, id).changes) > 0;
  }
}

interface PasskeyRow {
  credential_id: string;
  name: string;
  relying_party_id: string;
  attachment: Attachment | null;
  transports: string;
  public_key: Uint8Array<ArrayBuffer>;
  sign_count: number;
  created_at: number;
}

const fromRow = (row: PasskeyRow): Passkey => ({
  id: row.credential_id,
  name: row.name,
  relyingPartyId: row.relying_party_id,
  attachment: row.attachment ?? undefined,
  transports: JSON.parse(row.transports),
  publicKey: row.public_key,
  signCount: row.sign_count,
  createdAt: row.created_at,
});
