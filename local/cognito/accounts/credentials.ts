/** What is stored of a password: its hash, and the SRP verifier for clients that prove it without sending it. */
import { CognitoError } from "../errors.ts";
import type { Pool } from "../pool.ts";
import type { User } from "../state/users.ts";
import { hashPassword, verifyPassword } from "./passwords.ts";
import { srpRealm, srpVerifier } from "./srp.ts";

export type Credentials = Pick<User, "passwordHash" | "srpSalt" | "srpVerifier">;

/** @param username the immutable one, which the SRP verifier is bound to */
export async function newCredentials(pool: Pool, username: string, password: string): Promise<Credentials> {
  const passwordHash = await hashPassword(password, pool.platform.randomBytes(16));
  return { passwordHash, ...newSrpVerifier(pool, username, password) };
}

export function newSrpVerifier(pool: Pool, username: string, password: string): Pick<User, "srpSalt" | "srpVerifier"> {
  const salt = pool.platform.randomBytes(16).toString("hex");
  return { srpSalt: salt, srpVerifier: srpVerifier({ realm: srpRealm(pool.model.id), username, password, salt }) };
}

/**
 * Replaces a user's password, which the caller has checked against the policy. The back-off is forgotten, and what
 * was signed in on the hosted UI with the old password is signed out there.
 * @param changes what else changes with it, in the same transaction
 * @throws CognitoError PasswordHistoryPolicyViolationException
 */
export async function setPassword(
  pool: Pool,
  user: User,
  password: string,
  changes: Partial<Pick<User, "status" | "temporaryPasswordExpiresAt" | "attributes">>,
): Promise<User> {
  const remembered = pool.model.passwordPolicy.passwordHistorySize;
  if (remembered > 0) {
    const former = [user.passwordHash, ...pool.users.formerPasswords(user.sub, remembered)];
    for (const hash of former.slice(0, remembered))
      if (hash !== null && (await verifyPassword(password, hash)))
        throw new CognitoError("PasswordHistoryPolicyViolationException", "Password has previously been used.");
  }
  const credentials = await newCredentials(pool, user.username, password);
  return pool.platform.store.transaction(() => {
    if (remembered > 0 && user.passwordHash !== null) pool.users.rememberPassword(user.sub, user.passwordHash);
    pool.sessions.deleteAll(user.sub);
    return pool.users.update(user.sub, {
      ...credentials,
      temporaryPasswordExpiresAt: null,
      failedAttempts: 0,
      ...changes,
    });
  });
}
