/**
 * The one access key of the local account, and the sessions that functions have of it. It is made up once a state, lies in the
 * state (0600) beside the pools' signing keys, and opens nothing but this cloud; its id says so to whoever finds it.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { Platform } from "../platform.ts";

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

/** A role that somebody acts in (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html). */
export interface RoleSession {
  /** Of the role, without its path */
  role: string;
  /** Of the session: a function's name */
  name: string;
}

export interface SessionCredentials extends AccessKey {
  sessionToken: string;
}

/**
 * What a function signs with. As on AWS these are temporary credentials: their id begins with `ASIA`, and nothing signed with
 * them passes without the token, which says whose session it is and cannot be made without the key.
 */
export function sessionCredentials(key: AccessKey, { role, name }: RoleSession): SessionCredentials {
  const session = Buffer.from(JSON.stringify([role, name])).toString("base64url");
  return { id: sessionKeyId(key), secret: key.secret, sessionToken: `${session}.${seal(key, session)}` };
}

/** @returns whose session the token is; `undefined` when it was not made with the key */
export function roleSession(key: AccessKey, sessionToken: string): RoleSession | undefined {
  const [session = "", given = ""] = sessionToken.split(".");
  const [expected, found] = [Buffer.from(seal(key, session)), Buffer.from(given)];
  if (expected.length !== found.length || !timingSafeEqual(expected, found)) return undefined;
  const [role, name] = JSON.parse(Buffer.from(session, "base64url").toString()) as [string, string];
  return { role, name };
}

export const sessionKeyId = ({ id }: AccessKey): string => id.replace(/^AKIA/, "ASIA");

const seal = ({ secret }: AccessKey, session: string): string =>
  createHmac("sha256", secret).update(`session ${session}`).digest("base64url");

/** Who signed, as events and policies name a user of IAM or a session of a role. */
export interface IamCaller {
  accessKey: string;
  accountId: string;
  /** Of the user, or of the session of the role */
  userArn: string;
  /** The unique id: `AIDA…`, or of a session `AROA…:<its name>` */
  userId: string;
  session: RoleSession | undefined;
}

/**
 * @param session that the request was signed in, if in any
 * @param calledArn of what is called; its account is the caller's
 */
export function callerOf(key: AccessKey, session: RoleSession | undefined, calledArn: string): IamCaller {
  const [, partition, , , accountId = ""] = calledArn.split(":");
  const unique = key.id.slice(-16);
  if (!session) {
    const userArn = `arn:${partition}:iam::${accountId}:user/local`;
    return { accessKey: key.id, accountId, userArn, userId: `AIDA${unique}`, session };
  }
  const { role, name } = session;
  return {
    accessKey: sessionKeyId(key),
    accountId,
    userArn: `arn:${partition}:sts::${accountId}:assumed-role/${role}/${name}`,
    userId: `AROA${roleId(key, role)}:${name}`,
    session,
  };
}

/** Each role has an id of its own, the same at every start. */
function roleId({ secret }: AccessKey, role: string): string {
  const bytes = createHmac("sha256", secret).update(`role ${role}`).digest().subarray(0, 17);
  return [...bytes].map((byte) => LETTERS[byte % LETTERS.length]).join("");
}
