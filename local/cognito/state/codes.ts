/**
 * Codes of digits, one live code a user and purpose, and how often each may be asked for and tried.
 * Lifetimes and rates as in Cognito's quotas: sign-up and attribute codes live 24 hours, forgot-password codes one hour.
 */
import { timingSafeEqual } from "node:crypto";
import type { Platform } from "../../platform.ts";
import { attemptLimitExceeded, codeExpired, codeMismatch } from "../errors.ts";
import { digest } from "./tables.ts";

const hour = 3_600_000;
/** After this long without a failed sign-in the failures before are forgotten. */
export const quietPeriod = 900_000;
const lifetimes = {
  "sign-up": 24 * hour,
  "forgot-password": hour,
  email: 24 * hour,
  phone_number: 24 * hour,
  "second-factor": 180_000,
  EMAIL_OTP: 180_000,
  SMS_OTP: 180_000,
};
/**
 * What the code proves: the account, the right to set a password, the ownership of that attribute, or who signs in, after a
 * password or in place of one.
 */
export type CodePurpose = keyof typeof lifetimes;

/** Codes that stand for a password are longer (aws-amplify/amplify-js#14428). */
const digitsOf = (purpose: CodePurpose): number => (purpose === "EMAIL_OTP" || purpose === "SMS_OTP" ? 8 : 6);

/** A user's allowance an hour. */
const hourly = {
  "resend-code": 5,
  "confirm-sign-up": 15,
  "forgot-password": 5,
  "confirm-forgot-password": 15,
  "change-password": 5,
  "verify-attribute": 15,
  "request-attribute-code": 5,
  "second-factor": 15,
  "request-second-factor": 15,
  "sign-in-code": 15,
  "request-sign-in-code": 15,
};
export type LimitedAction = keyof typeof hourly;

export class CodeTable {
  readonly #poolId: string;
  readonly #platform: Platform;
  readonly #statements;

  constructor(poolId: string, platform: Platform) {
    this.#poolId = poolId;
    this.#platform = platform;
    const { db } = platform.store;
    this.#statements = {
      put: db.prepare(
        "INSERT OR REPLACE INTO cognito_codes (pool_id, sub, kind, code, value, expires_at) VALUES (?, ?, ?, ?, ?, ?)",
      ),
      get: db.prepare(
        "SELECT code, value FROM cognito_codes WHERE pool_id = ? AND sub = ? AND kind = ? AND expires_at > ?",
      ),
      drop: db.prepare("DELETE FROM cognito_codes WHERE pool_id = ? AND sub = ? AND kind = ?"),
      count: db.prepare(
        `INSERT INTO cognito_attempts (pool_id, sub, action, count, expires_at) VALUES (?, ?, ?, 1, ?)
         ON CONFLICT (pool_id, sub, action) DO UPDATE SET
           count = CASE WHEN expires_at <= ? OR expires_at > excluded.expires_at THEN 1 ELSE count + 1 END,
           expires_at = CASE WHEN expires_at <= ? OR expires_at > excluded.expires_at THEN excluded.expires_at ELSE expires_at END
         RETURNING count`,
      ),
      failures: db.prepare(
        "SELECT count, expires_at FROM cognito_attempts WHERE pool_id = ? AND sub = ? AND action = 'sign-in' AND expires_at > ?",
      ),
      setFailures: db.prepare(
        "INSERT OR REPLACE INTO cognito_attempts (pool_id, sub, action, count, expires_at) VALUES (?, ?, 'sign-in', ?, ?)",
      ),
      forget: db.prepare("DELETE FROM cognito_attempts WHERE pool_id = ? AND sub = ? AND action = ?"),
    };
  }

  /**
   * Makes a new code; the one before stops working.
   * @param value what becomes the attribute's value once the code came back; empty when it has it already
   * @param lifetime milliseconds
   */
  issue(sub: string, purpose: CodePurpose, value = "", lifetime = lifetimes[purpose]): string {
    const code = digits(this.#platform, digitsOf(purpose));
    this.#statements.put.run(this.#poolId, sub, purpose, code, value, this.#platform.now() + lifetime);
    return code;
  }

  /**
   * Checks a code without using it up: the caller drops it once its own work succeeded.
   * @throws CognitoError ExpiredCodeException when there is none, CodeMismatchException when it is another
   */
  check(sub: string, purpose: CodePurpose, code: string): void {
    if (!this.matches(sub, purpose, code)) throw codeMismatch();
  }

  /** The same, of a purpose that says it in other words. @throws CognitoError ExpiredCodeException when there is none */
  matches(sub: string, purpose: CodePurpose, code: string): boolean {
    const row = this.#live(sub, purpose);
    if (!row) throw codeExpired();
    const expected = Buffer.from(row.code);
    const actual = Buffer.from(code);
    return expected.length === actual.length && timingSafeEqual(expected, actual);
  }

  /** The value that waits for the code; `undefined` when none does. */
  waiting(sub: string, purpose: CodePurpose): string | undefined {
    return this.#live(sub, purpose)?.value || undefined;
  }

  #live(sub: string, purpose: CodePurpose): { code: string; value: string } | undefined {
    return this.#statements.get.get(this.#poolId, sub, purpose, this.#platform.now()) as
      | { code: string; value: string }
      | undefined;
  }

  drop(sub: string, purpose: CodePurpose): void {
    this.#statements.drop.run(this.#poolId, sub, purpose);
  }

  /**
   * Counts one attempt, before it is made: attempts made at the same time are all counted. An hour that ends later than an
   * hour from now was begun before the clock was set back, and is over.
   * @throws CognitoError LimitExceededException
   */
  countAttempt(sub: string, action: LimitedAction): void {
    const now = this.#platform.now();
    const row = this.#statements.count.get(this.#poolId, sub, action, now + hour, now, now) as { count: number };
    if (row.count > hourly[action]) throw attemptLimitExceeded();
  }

  /**
   * What stands for the `sub` of a name that nobody has: it is counted and refused like a user's, or the difference
   * would tell who exists.
   */
  ghost(name: string): string {
    return `?${digest(name)}`;
  }

  /** A ghost's failed sign-ins in a row, in the form of a user's. */
  ghostFailures(ghost: string): { failedAttempts: number; lastFailedAt: number } {
    const row = this.#statements.failures.get(this.#poolId, ghost, this.#platform.now()) as
      | { count: number; expires_at: number }
      | undefined;
    return row
      ? { failedAttempts: row.count, lastFailedAt: row.expires_at - quietPeriod }
      : { failedAttempts: 0, lastFailedAt: 0 };
  }

  recordGhostFailure(ghost: string): void {
    const now = this.#platform.now();
    const { failedAttempts } = this.ghostFailures(ghost);
    this.#statements.setFailures.run(this.#poolId, ghost, failedAttempts + 1, now + quietPeriod);
  }

  forgetAttempts(sub: string, action: LimitedAction): void {
    this.#statements.forget.run(this.#poolId, sub, action);
  }
}

/** Uniform over all numbers of so many digits, up to nine. */
function digits(platform: Platform, length: number): string {
  const codes = 10 ** length;
  const usable = Math.floor(2 ** 32 / codes) * codes;
  for (;;) {
    const drawn = platform.randomBytes(4).readUInt32BE();
    if (drawn < usable) return String(drawn % codes).padStart(length, "0");
  }
}
