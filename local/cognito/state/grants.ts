/**
 * What a sign-in granted an app client beyond its first tokens: authorization codes and refresh tokens.
 * A grant is named by its `origin_jti`, which both of its tokens carry; revoking it ends every token of it.
 */
import type { Platform } from "../../platform.ts";
import { SecretRows } from "./secret-rows.ts";
import { digest } from "./tables.ts";

/** An access token outlives its grant's refresh token by a day at most (the longest validity Cognito allows). */
const accessTokenLeeway = 86_400_000;
const authorizationCodeLifetime = 300_000;

export interface AuthorizationCode {
  clientId: string;
  sub: string;
  redirectUri: string;
  scopes: string[];
  nonce: string | undefined;
  /** `undefined` when the request carried none: then the token request must not carry a verifier either. */
  codeChallenge: string | undefined;
  resource: string | undefined;
  /** Seconds */
  authTime: number;
  eventId: string;
}

export interface Grant {
  originJti: string;
  clientId: string;
  sub: string;
  scopes: string[];
  /** Whether it came from the hosted UI (and not from the JSON API). */
  hosted: boolean;
  /** The access tokens' `aud`. */
  resource: string | undefined;
  authTime: number;
  eventId: string;
  /** The device that its refresh tokens are good on; `undefined` for any. */
  deviceKey: string | undefined;
}

export interface RefreshToken {
  grant: Grant;
  revoked: boolean;
  /** When rotation replaced it, in milliseconds. */
  replacedAt: number | undefined;
}

export class GrantTable {
  readonly #poolId: string;
  readonly #platform: Platform;
  readonly #codes;
  readonly #tokens;
  readonly #statements;

  constructor(poolId: string, platform: Platform) {
    this.#poolId = poolId;
    this.#platform = platform;
    this.#codes = new SecretRows("cognito_authorization_codes", ["client_id", "sub", "data"], poolId, platform);
    this.#tokens = new SecretRows("cognito_refresh_tokens", ["origin_jti"], poolId, platform);
    const { db } = platform.store;
    this.#statements = {
      putGrant: db.prepare(
        `INSERT INTO cognito_grants (origin_jti, pool_id, client_id, sub, scopes, hosted, resource, auth_time, event_id, device_key, expires_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ),
      getToken: db.prepare(
        `SELECT g.*, t.replaced_at FROM cognito_refresh_tokens t JOIN cognito_grants g ON g.origin_jti = t.origin_jti
         WHERE t.digest = ? AND t.pool_id = ? AND t.expires_at > ?`,
      ),
      tokenExpiry: db.prepare("SELECT expires_at FROM cognito_refresh_tokens WHERE digest = ?"),
      replace: db.prepare("UPDATE cognito_refresh_tokens SET replaced_at = ? WHERE digest = ? AND replaced_at IS NULL"),
      revoke: db.prepare("UPDATE cognito_grants SET revoked = 1 WHERE origin_jti = ? AND pool_id = ?"),
      revokeAll: db.prepare("UPDATE cognito_grants SET revoked = 1 WHERE pool_id = ? AND sub = ?"),
      dropCodes: db.prepare("DELETE FROM cognito_authorization_codes WHERE pool_id = ? AND sub = ?"),
      revoked: db.prepare("SELECT revoked FROM cognito_grants WHERE origin_jti = ? AND pool_id = ?"),
    };
  }

  /** @returns a lower-case UUID, good for five minutes and for one use */
  issueCode(code: AuthorizationCode): string {
    const id = this.#platform.randomUUID();
    const { clientId, sub } = code;
    const expires = this.#platform.now() + authorizationCodeLifetime;
    this.#codes.put(id, { client_id: clientId, sub, data: JSON.stringify(code) }, expires);
    return id;
  }

  /** Uses the code up, whatever comes of it. */
  takeCode(id: string): AuthorizationCode | undefined {
    const row = this.#codes.take(id);
    return row && JSON.parse(String(row.data));
  }

  /** Opens a grant and returns its first refresh token. */
  open(grant: Grant, refreshTokenSeconds: number): string {
    const expires = this.#platform.now() + refreshTokenSeconds * 1000;
    return this.#platform.store.transaction(() => {
      this.#statements.putGrant.run(
        grant.originJti,
        this.#poolId,
        grant.clientId,
        grant.sub,
        grant.scopes.join(" "),
        grant.hosted ? 1 : 0,
        grant.resource ?? null,
        grant.authTime,
        grant.eventId,
        grant.deviceKey ?? null,
        expires + accessTokenLeeway,
      );
      return this.#newToken(grant.originJti, expires);
    });
  }

  find(token: string): RefreshToken | undefined {
    const row = this.#statements.getToken.get(digest(token), this.#poolId, this.#platform.now()) as
      | Record<string, string | number | null>
      | undefined;
    if (!row) return undefined;
    const grant: Grant = {
      originJti: row.origin_jti as string,
      clientId: row.client_id as string,
      sub: row.sub as string,
      scopes: (row.scopes as string).split(" "),
      hosted: row.hosted === 1,
      resource: (row.resource as string | null) ?? undefined,
      authTime: row.auth_time as number,
      eventId: row.event_id as string,
      deviceKey: (row.device_key as string | null) ?? undefined,
    };
    return { grant, revoked: row.revoked === 1, replacedAt: (row.replaced_at as number | null) ?? undefined };
  }

  /** Rotation: a new token with the old one's expiry. The old one keeps the time at which it was first replaced. */
  rotate(token: string, originJti: string): string {
    return this.#platform.store.transaction(() => {
      const { expires_at } = this.#statements.tokenExpiry.get(digest(token)) as { expires_at: number };
      this.#statements.replace.run(this.#platform.now(), digest(token));
      return this.#newToken(originJti, expires_at);
    });
  }

  revoke(originJti: string): void {
    this.#statements.revoke.run(originJti, this.#poolId);
  }

  /** Ends every grant of a user, and codes that were to open one. */
  revokeAll(sub: string): void {
    this.#statements.revokeAll.run(this.#poolId, sub);
    this.#statements.dropCodes.run(this.#poolId, sub);
  }

  /** Whether tokens with this `origin_jti` still count. */
  isLive(originJti: string): boolean {
    const row = this.#statements.revoked.get(originJti, this.#poolId) as { revoked: number } | undefined;
    return row?.revoked === 0;
  }

  #newToken(originJti: string, expires: number): string {
    const token = this.#platform.randomBytes(96).toString("base64url");
    this.#tokens.put(token, { origin_jti: originJti }, expires);
    return token;
  }
}
