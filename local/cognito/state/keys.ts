/**
 * A pool's two RSA-2048 signing keys: one for ID tokens, one for access tokens, as every Cognito pool has.
 * They are made the first time the pool exists and kept with the state, so tokens outlive a restart.
 */
import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import type { Platform } from "../../platform.ts";
import { moveAway, StateError } from "../../store/store.ts";

export interface SigningKey {
  /** 44 characters of standard base64 */
  kid: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
}

export interface PoolKeys {
  /** For ID tokens. */
  id: SigningKey;
  access: SigningKey;
}

export interface KeyRing {
  /** Waits for the first generation, then is immediate. */
  keys(): Promise<PoolKeys>;
  /** `undefined` for a key the pool never had; before the first generation ends, nothing was ever signed. */
  publicKey(kid: string): KeyObject | undefined;
}

const generate = promisify(generateKeyPair);

/**
 * Starts making the keys at once when there are none, off the main thread.
 * @throws StateError when what the state holds is not a key
 */
export function keyRing(poolId: string, platform: Platform): KeyRing {
  const { db } = platform.store;
  const select = db.prepare("SELECT use, kid, private_key FROM cognito_keys WHERE pool_id = ?");
  let ready = read();
  const pending = ready ? undefined : make();
  // Whoever needs a key awaits `pending` and gets the failure; without a waiter it must not end the process.
  pending?.catch(() => {});

  function read(): PoolKeys | undefined {
    const rows = select.all(poolId) as { use: "id" | "access"; kid: string; private_key: string }[];
    const found: Partial<PoolKeys> = {};
    for (const row of rows) {
      const privateKey = parse(row.private_key);
      found[row.use] = { kid: row.kid, privateKey, publicKey: createPublicKey(privateKey) };
    }
    return found.id && found.access ? { id: found.id, access: found.access } : undefined;
  }

  function parse(pem: string): KeyObject {
    try {
      return createPrivateKey(pem);
    } catch {
      const file = db.location() ?? ":memory:";
      throw new StateError(file, `the signing keys of user pool ${poolId} are damaged`, moveAway(file));
    }
  }

  async function make(): Promise<PoolKeys> {
    const [id, access] = await Promise.all([newKey(platform), newKey(platform)]);
    if (db.isOpen) {
      const insert = db.prepare(
        "INSERT OR IGNORE INTO cognito_keys (pool_id, use, kid, private_key, created_at) VALUES (?, ?, ?, ?, ?)",
      );
      platform.store.transaction(() => {
        for (const [use, key] of Object.entries({ id, access })) {
          const pem = key.privateKey.export({ type: "pkcs8", format: "pem" }) as string;
          insert.run(poolId, use, key.kid, pem, platform.now());
        }
      });
      // Another process on the same state may have been first; its keys are then the pool's.
      ready = read();
    }
    ready ??= { id, access };
    return ready;
  }

  return {
    keys: async () => ready ?? (await pending!),
    publicKey: (kid) => [ready?.id, ready?.access].find((key) => key?.kid === kid)?.publicKey,
  };
}

async function newKey(platform: Platform): Promise<SigningKey> {
  const { privateKey, publicKey } = await generate("rsa", { modulusLength: 2048 });
  return { kid: platform.randomBytes(32).toString("base64"), privateKey, publicKey };
}
