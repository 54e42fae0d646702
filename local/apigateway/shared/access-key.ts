/**
 * The one access key of the local account. It is made up once a state, lies in the state (0600) beside the pools' signing keys,
 * and opens nothing but this cloud's `AWS_IAM` methods; its id says so to whoever finds it.
 */
import type { Platform } from "../../platform.ts";

export interface AccessKey {
  /** Twenty upper-case letters and digits */
  id: string;
  /** Forty characters */
  secret: string;
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** @returns the state's key, made when there is none yet */
export function localAccessKey({ store, randomBytes }: Platform): AccessKey {
  return store.transaction(() => {
    store.db.exec("CREATE TABLE IF NOT EXISTS local_access_keys (id TEXT PRIMARY KEY, secret TEXT NOT NULL) STRICT");
    const known = store.db.prepare("SELECT id, secret FROM local_access_keys").get() as AccessKey | undefined;
    if (known) return { id: known.id, secret: known.secret };
    const letters = [...randomBytes(11)].map((byte) => LETTERS[byte % LETTERS.length]).join("");
    const key = { id: `AKIALOCAL${letters}`, secret: randomBytes(30).toString("base64") };
    store.db.prepare("INSERT INTO local_access_keys (id, secret) VALUES (?, ?)").run(key.id, key.secret);
    return key;
  });
}

/** Whom the key belongs to, as events and policies name a user of IAM. */
export interface IamCaller {
  accessKey: string;
  accountId: string;
  userArn: string;
  /** The unique id, `AIDA…` */
  userId: string;
}

/** @param executionArn of the API that is called; its account is the caller's */
export function callerOf({ id }: AccessKey, executionArn: string): IamCaller {
  const [, partition, , , accountId = ""] = executionArn.split(":");
  return {
    accessKey: id,
    accountId,
    userArn: `arn:${partition}:iam::${accountId}:user/local`,
    userId: `AIDA${id.slice(-16)}`,
  };
}
