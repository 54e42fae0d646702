/**
 * The devices that people signed in on, in pools that track them
 * (https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-device-tracking.html). A device is made at a
 * sign-in and counts once it is confirmed, which brings an SRP verifier of a secret that it keeps.
 */
import type { Platform } from "../../platform.ts";

/** Whoever confirms a device has an access token of that sign-in, which lives a day at most. */
const unconfirmedLifetime = 86_400_000;
const never = Number.MAX_SAFE_INTEGER;
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

export interface NewDevice {
  /** `<region>_<UUID>` */
  key: string;
  /** What the device's SRP exchange has in the place of the pool's name: `-` and eight letters or digits. */
  groupKey: string;
}

/** A confirmed one. Times are in milliseconds. */
export interface Device extends NewDevice {
  name: string | undefined;
  /** In hex. */
  salt: string;
  verifier: string;
  remembered: boolean;
  createdAt: number;
  modifiedAt: number;
  authenticatedAt: number;
}

export class DeviceTable {
  readonly #poolId: string;
  readonly #platform: Platform;
  readonly #statements;

  constructor(poolId: string, platform: Platform) {
    this.#poolId = poolId;
    this.#platform = platform;
    const { db } = platform.store;
    const one = "pool_id = ? AND sub = ? AND device_key = ?";
    this.#statements = {
      add: db.prepare(
        `INSERT INTO cognito_devices (pool_id, device_key, sub, group_key, created_at, modified_at, authenticated_at, expires_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      ),
      confirm: db.prepare(
        `UPDATE cognito_devices SET name = ?, salt = ?, verifier = ?, remembered = ?, modified_at = ?, expires_at = ${never}
         WHERE ${one} AND verifier IS NULL AND expires_at > ?`,
      ),
      get: db.prepare(`SELECT * FROM cognito_devices WHERE ${one} AND verifier IS NOT NULL`),
      list: db.prepare(
        "SELECT * FROM cognito_devices WHERE pool_id = ? AND sub = ? AND verifier IS NOT NULL ORDER BY created_at, device_key",
      ),
      remember: db.prepare(`UPDATE cognito_devices SET remembered = ?, modified_at = ? WHERE ${one}`),
      authenticated: db.prepare(`UPDATE cognito_devices SET authenticated_at = ? WHERE ${one}`),
      forget: db.prepare(`DELETE FROM cognito_devices WHERE ${one}`),
    };
  }

  /** One that is not kept yet. */
  make(): NewDevice {
    const bytes = this.#platform.randomBytes(8);
    return {
      key: `${this.#poolId.split("_")[0]}_${this.#platform.randomUUID()}`,
      groupKey: `-${[...bytes].map((byte) => alphabet[byte % alphabet.length]).join("")}`,
    };
  }

  /** Keeps it for as long as it can be confirmed. */
  add(sub: string, { key, groupKey }: NewDevice): void {
    const now = this.#platform.now();
    this.#statements.add.run(this.#poolId, key, sub, groupKey, now, now, now, now + unconfirmedLifetime);
  }

  /** @returns whether the user has such a device that was not confirmed before */
  confirm(sub: string, key: string, device: Pick<Device, "name" | "salt" | "verifier" | "remembered">): boolean {
    const now = this.#platform.now();
    const { name, salt, verifier, remembered } = device;
    const values = [name ?? null, salt, verifier, remembered ? 1 : 0, now, this.#poolId, sub, key, now];
    return Number(this.#statements.confirm.run(...values).changes) > 0;
  }

  confirmed(sub: string, key: string): Device | undefined {
    const row = this.#statements.get.get(this.#poolId, sub, key);
    return row && fromRow(row as unknown as DeviceRow);
  }

  /** The confirmed ones, oldest first. */
  list(sub: string): Device[] {
    return (this.#statements.list.all(this.#poolId, sub) as unknown as DeviceRow[]).map(fromRow);
  }

  setRemembered(sub: string, key: string, remembered: boolean): void {
    this.#statements.remember.run(remembered ? 1 : 0, this.#platform.now(), this.#poolId, sub, key);
  }

  setAuthenticated(sub: string, key: string): void {
    this.#statements.authenticated.run(this.#platform.now(), this.#poolId, sub, key);
  }

  forget(sub: string, key: string): void {
    this.#statements.forget.run(this.#poolId, sub, key);
  }
}

interface DeviceRow {
  device_key: string;
  group_key: string;
  name: string | null;
  salt: string;
  verifier: string;
  remembered: number;
  created_at: number;
  modified_at: number;
  authenticated_at: number;
}

const fromRow = (row: DeviceRow): Device => ({
  key: row.device_key,
  groupKey: row.group_key,
  name: row.name ?? undefined,
  salt: row.salt,
  verifier: row.verifier,
  remembered: row.remembered === 1,
  createdAt: row.created_at,
  modifiedAt: row.modified_at,
  authenticatedAt: row.authenticated_at,
});
