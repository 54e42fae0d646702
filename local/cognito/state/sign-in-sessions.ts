/**
 * What the service remembers of a browser or an API client between two requests: the hosted UI's single-sign-on
 * session, and flows that are half-way (a code to confirm, a password to change, a second factor to give).
 */
import type { Platform } from "../../platform.ts";
import { digest } from "./tables.ts";

/** Fixed: it does not slide on reuse. */
const sessionSeconds = 3600;

export interface SignInSession {
  sub: string;
  /** Seconds */
  authTime: number;
  eventId: string;
}

/** One identifier for a browser; 256 random bits in base64url. */
const newIdentifier = (platform: Platform): string => platform.randomBytes(32).toString("base64url");

export class SignInSessions {
  readonly #poolId: string;
  readonly #platform: Platform;
  readonly #statements;

  constructor(poolId: string, platform: Platform) {
    this.#poolId = poolId;
    this.#platform = platform;
    const { db } = platform.store;
    this.#statements = {
      insert: db.prepare(
        "INSERT INTO cognito_sessions (digest, pool_id, sub, auth_time, event_id, expires_at) VALUES (?, ?, ?, ?, ?, ?)",
      ),
      get: db.prepare(
        "SELECT sub, auth_time, event_id FROM cognito_sessions WHERE digest = ? AND pool_id = ? AND expires_at > ?",
      ),
      delete: db.prepare("DELETE FROM cognito_sessions WHERE digest = ? AND pool_id = ?"),
      deleteAll: db.prepare("DELETE FROM cognito_sessions WHERE pool_id = ? AND sub = ?"),
    };
  }

  /** @returns the identifier that the browser keeps */
  create({ sub, authTime, eventId }: SignInSession): string {
    const id = newIdentifier(this.#platform);
    const expires = this.#platform.now() + sessionSeconds * 1000;
    this.#statements.insert.run(digest(id), this.#poolId, sub, authTime, eventId, expires);
    return id;
  }

  /** The live session of this pool with that identifier. */
  get(id: string): SignInSession | undefined {
    const row = this.#statements.get.get(digest(id), this.#poolId, this.#platform.now()) as
      | { sub: string; auth_time: number; event_id: string }
      | undefined;
    return row && { sub: row.sub, authTime: row.auth_time, eventId: row.event_id };
  }

  /** @returns whether there was one */
  delete(id: string): boolean {
    return this.#statements.delete.run(digest(id), this.#poolId).changes > 0;
  }

  deleteAll(sub: string): void {
    this.#statements.deleteAll.run(this.#poolId, sub);
  }
}

export type FlowStep =
  | "CONFIRM_SIGN_UP"
  | "FORGOT_PASSWORD"
  | "NEW_PASSWORD_REQUIRED"
  | "SOFTWARE_TOKEN_MFA"
  | "SMS_MFA"
  | "EMAIL_OTP"
  | "SELECT_MFA_TYPE"
  | "MFA_SETUP"
  | "CUSTOM_CHALLENGE"
  | "PASSWORD_VERIFIER"
  | "EXTERNAL_PROVIDER";

export interface SignInFlow {
  clientId: string;
  /** Empty for a user who does not exist, where that must not show, and for one who is not known yet. */
  sub: string;
  step: FlowStep;
  /** What the step needs to go on, as text. */
  data: string;
}

export class SignInFlows {
  readonly #poolId: string;
  readonly #platform: Platform;
  readonly #statements;

  constructor(poolId: string, platform: Platform) {
    this.#poolId = poolId;
    this.#platform = platform;
    const { db } = platform.store;
    this.#statements = {
      insert: db.prepare(
        "INSERT INTO cognito_flows (digest, pool_id, client_id, sub, step, data, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
      ),
      get: db.prepare(
        "SELECT client_id, sub, step, data FROM cognito_flows WHERE digest = ? AND pool_id = ? AND expires_at > ?",
      ),
      delete: db.prepare("DELETE FROM cognito_flows WHERE digest = ? AND pool_id = ?"),
    };
  }

  /** @returns the identifier that whoever goes on must show */
  begin(flow: SignInFlow, seconds: number): string {
    const id = newIdentifier(this.#platform);
    const expires = this.#platform.now() + seconds * 1000;
    this.#statements.insert.run(digest(id), this.#poolId, flow.clientId, flow.sub, flow.step, flow.data, expires);
    return id;
  }

  get(id: string): SignInFlow | undefined {
    const row = this.#statements.get.get(digest(id), this.#poolId, this.#platform.now()) as
      | { client_id: string; sub: string; step: FlowStep; data: string }
      | undefined;
    return row && { clientId: row.client_id, sub: row.sub, step: row.step, data: row.data };
  }

  /** @returns whether it was still there: of two requests that end the same flow, one is told `false` */
  end(id: string): boolean {
    return this.#statements.delete.run(digest(id), this.#poolId).changes > 0;
  }
}
