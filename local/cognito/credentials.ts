/** What is stored of a password: its hash, and the SRP verifier for clients that prove it without sending it. */
import { hashPassword } from "./passwords.ts";
import type { Pool } from "./pool.ts";
import { srpVerifier } from "./srp.ts";
import type { User } from "./users.ts";

export type Credentials = Pick<User, "passwordHash" | "srpSalt" | "srpVerifier">;

/** @param username the immutable one, which the SRP verifier is bound to */
export async function newCredentials(pool: Pool, username: string, password: string): Promise<Credentials> {
  const passwordHash = await hashPassword(password, pool.world.randomBytes(16));
  return { passwordHash, ...newSrpVerifier(pool, username, password) };
}

export function newSrpVerifier(pool: Pool, username: string, password: string): Pick<User, "srpSalt" | "srpVerifier"> {
  const salt = pool.world.randomBytes(16).toString("hex");
  return { srpSalt: salt, srpVerifier: srpVerifier({ poolId: pool.definition.id, username, password, salt }) };
}
