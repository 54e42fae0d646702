/**
 * What the bench puts into a stopped cloud's state, and takes from it: many users at once (signing 100,000 people up would
 * take the whole run, and is not what is measured), and the pool's own key, so that tokens can be made that nobody could
 * wait for: expired ones, and thousands that were never seen.
 */
import { randomBytes, randomUUID, sign } from "node:crypto";
import { join } from "node:path";
import { hashPassword } from "../../local/cognito/accounts/passwords.ts";
import { keyRing, type SigningKey } from "../../local/cognito/state/keys.ts";
import { UserTable } from "../../local/cognito/state/users.ts";
import type { UserPoolModel } from "../../local/model.ts";
import type { Platform } from "../../local/platform.ts";
import { openStore } from "../../local/store/store.ts";

export const password = "Correct-horse-7";

/** How many users get a hash of their own; making one is slow on purpose. */
const OWN_HASHES = 500;

export const emailOf = (index: number): string => `user${index}@example.com`;

export interface Token {
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
}

/** Opens the state of a cloud that does not run. */
function open(stateDirectory: string): { platform: Platform; close: () => void } {
  const store = openStore(join(stateDirectory, "state.db"));
  const platform: Platform = { now: Date.now, randomUUID, randomBytes, store, emit: () => {} };
  return { platform, close: () => store.close() };
}

/** Adds confirmed users `user<from>@example.com` … up to `to`, all with one password. */
export async function seedUsers(stateDirectory: string, poolId: string, from: number, to: number): Promise<void> {
  const { platform, close } = open(stateDirectory);
  try {
    const pool = { id: poolId, usernameAttributes: ["email"], aliasAttributes: [], usernameCaseSensitive: false };
    const users = new UserTable(pool as unknown as UserPoolModel, platform);
    const hashes = await Promise.all(
      Array.from({ length: Math.min(to - from, OWN_HASHES) }, () => hashPassword(password, randomBytes(16))),
    );
    platform.store.transaction(() => {
      for (let index = from; index < to; index++) {
        const sub = users.newSub();
        users.insert({
          sub,
          username: sub,
          status: "CONFIRMED",
          attributes: { email: emailOf(index), email_verified: "true" },
          passwordHash: hashes[index % hashes.length]!,
          // Not a verifier: a sign-in by password makes one only where there is none.
          srpSalt: "00",
          srpVerifier: "00",
        });
      }
    });
  } finally {
    close();
  }
}

/** The key that the pool signs its ID tokens with. */
export async function poolKey(stateDirectory: string, poolId: string): Promise<SigningKey> {
  const { platform, close } = open(stateDirectory);
  try {
    return (await keyRing(poolId, platform).keys()).id;
  } finally {
    close();
  }
}

export function decode(jwt: string): Token {
  const [header = "", claims = ""] = jwt.split(".");
  const parse = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
  return { header: parse(header), claims: parse(claims) };
}

/** RFC 7515 compact serialization, RS256 */
export function signed({ header, claims }: Token, key: SigningKey["privateKey"]): string {
  const signedPart = `${encode(header)}.${encode(claims)}`;
  return `${signedPart}.${sign("RSA-SHA256", Buffer.from(signedPart), key).toString("base64url")}`;
}

export const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString("base64url");
