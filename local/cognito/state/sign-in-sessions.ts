/**
 * What the service remembers of a browser or an API client between two requests: the hosted UI's single-sign-on
 * session, and flows that are half-way (a code to confirm, a password to change, a second factor to give).
 */
import type { Platform } from "../../platform.ts";
import { SecretRows } from "./secret-rows.ts";

/** Fixed: it does not slide on reuse. */
const sessionSeconds = 3600;

/** The longest that a flow can last: `AuthSessionValidity` of an app client. */
const usedSeconds = 15 * 60;

export interface SignInSession {
  sub: string;
  /** Seconds */
  authTime: number;
  eventId: string;
}

/** One identifier for a browser; 256 random bits in base64url. */
const newIdentifier = (platform: Platform): string => platform.randomBytes(32).toString("base64url");

export class SignInSessions {
  readonly #platform: Platform;
  readonly #rows;
  readonly #deleteAll;

  constructor(poolId: string, platform: Platform) {
    this.#platform = platform;
    this.#rows = new SecretRows("cognito_sessions", ["sub", "auth_time", "event_id"], poolId, platform);
    const deleteAll = platform.store.db.prepare("DELETE FROM cognito_sessions WHERE pool_id = ? AND sub = ?");
    this.#deleteAll = (sub: string) => deleteAll.run(poolId, sub);
  }

  /** @returns the identifier that the browser keeps */
  create({ sub, authTime, eventId }: SignInSession): string {
    const id = newIdentifier(this.#platform);
    const expires = this.#platform.now() + sessionSeconds * 1000;
    this.#rows.put(id, { sub, auth_time: authTime, event_id: eventId }, expires);
    return id;
  }

  /** The live session of this pool with that identifier. */
  get(id: string): SignInSession | undefined {
    const row = this.#rows.get(id);
    return row && { sub: String(row.sub), authTime: Number(row.auth_time), eventId: String(row.event_id) };
  }

  /** @returns whether there was one */
  delete(id: string): boolean {
    return this.#rows.take(id) !== undefined;
  }

  deleteAll(sub: string): void {
    this.#deleteAll(sub);
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
  | "SELECT_CHALLENGE"
  /** A code that a choice-based sign-in begins with; as a second factor it is `EMAIL_OTP`. */
  | "ONE_TIME_PASSWORD"
  | "WEB_AUTHN"
  | "SIGNED_UP"
  | "PASSWORD_VERIFIER"
  | "DEVICE_SRP_AUTH"
  | "DEVICE_PASSWORD_VERIFIER"
  | "EXTERNAL_PROVIDER"
  | "PASSKEY_REGISTRATION"
  /** What was ended, which is remembered so that it can be said. */
  | "USED";

export interface SignInFlow {
  clientId: string;
  /** Empty for a user who does not exist, where that must not show, and for one who is not known yet. */
  sub: string;
  step: FlowStep;
  /** What the step needs to go on, as text. */
  data: string;
}

export class SignInFlows {
  readonly #platform: Platform;
  readonly #rows;

  constructor(poolId: string, platform: Platform) {
    this.#platform = platform;
    this.#rows = new SecretRows("cognito_flows", ["client_id", "sub", "step", "data"], poolId, platform);
  }

  /** @returns the identifier that whoever goes on must show */
  begin(flow: SignInFlow, seconds: number): string {
    const id = newIdentifier(this.#platform);
    this.#put(id, flow, seconds);
    return id;
  }

  /** In place of whatever had that identifier before. */
  beginAs(id: string, flow: SignInFlow, seconds: number): void {
    this.#rows.take(id);
    this.#put(id, flow, seconds);
  }

  #put(id: string, { clientId, sub, step, data }: SignInFlow, seconds: number): void {
    this.#rows.put(id, { client_id: clientId, sub, step, data }, this.#platform.now() + seconds * 1000);
  }

  get(id: string): SignInFlow | undefined {
    const row = this.#rows.get(id);
    return (
      row && {
        clientId: String(row.client_id),
        sub: String(row.sub),
        step: row.step as FlowStep,
        data: String(row.data),
      }
    );
  }

  /** @returns whether it was still there: of two requests that end the same flow, one is told `false` */
  end(id: string): boolean {
    const row = this.#rows.take(id);
    if (!row) return false;
    const { client_id, sub } = row;
    this.#rows.put(id, { client_id, sub, step: "USED", data: "" }, this.#platform.now() + usedSeconds * 1000);
    return row.step !== "USED";
  }
}
