/**
 * Verifies the JSON Web Tokens of Cognito user pools: RS256 only (RFC 7515, RFC 7519;
 * https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html).
 *
 * A signature is checked once: tokens that passed are remembered, by the token itself, within a bound on memory. Whether a
 * remembered one may still be used (`exp`, the pool's keys) is asked every time.
 */
import { type KeyObject, verify } from "node:crypto";
import { jsonObjectIn } from "../../json-object.ts";
import type { TokenIssuer } from "../../platform.ts";
import { claimStrings } from "./claims.ts";

export interface VerifiedToken {
  issuer: TokenIssuer;
  claims: Record<string, unknown>;
  /** As they are handed to the integration. */
  claimStrings: Record<string, string>;
  /** Seconds since the epoch */
  expiresAt: number;
}

export type Verification =
  | { ok: true; token: VerifiedToken }
  /** `expired` is told to the client, and only for a token that was signed by the pool. */
  | { ok: false; expired: boolean; reason: string };

interface Remembered {
  token: VerifiedToken;
  kid: string;
  key: KeyObject;
  /** Since it was remembered, or last spared for that. */
  used: boolean;
}

/** Characters of tokens, so that many long ones cannot fill the memory. */
const MEMORY_BOUND_CHARACTERS = 2_000_000;

export class TokenVerifier {
  readonly #issuers: TokenIssuer[];
  readonly #now: () => number;
  readonly #remembered = new Map<string, Remembered>();
  #characters = 0;
  /** Most clients send one token many times in a row: comparing it is cheaper than looking it up by its hash. */
  #latest: { jwt: string; entry: Remembered } | undefined;

  /**
   * @param issuers the pools whose tokens are good
   * @param now milliseconds since the epoch
   */
  constructor(issuers: TokenIssuer[], now: () => number) {
    this.#issuers = issuers;
    this.#now = now;
  }

  verify(jwt: string): Verification {
    const known = this.#latest?.jwt === jwt ? this.#latest.entry : this.#remembered.get(jwt);
    if (known) {
      if (known.token.issuer.publicKey(known.kid) === known.key && !this.#expired(known.token)) {
        known.used = true;
        this.#latest = { jwt, entry: known };
        return { ok: true, token: known.token };
      }
      this.#forget(jwt);
    }
    return this.#verifyFresh(jwt);
  }

  #verifyFresh(jwt: string): Verification {
    const parsed = parseJwt(jwt);
    if (typeof parsed === "string") return refused(parsed);
    const { header, claims, signedPart, signature } = parsed;

    if (header.alg !== "RS256") {
      return refused(`the token's alg is ${shown(header.alg)}; API Gateway takes RS256 only`);
    }
    if (header.crit !== undefined) return refused("the token has critical header extensions, which are not understood");
    const { kid } = header;
    if (typeof kid !== "string") return refused("the token's header names no key (kid)");

    const signer = this.#signer(kid);
    if (!signer) {
      return refused(
        `the token is signed by a key that ${this.#pools()} does not have; sign in to the pool that the authorizer names`,
      );
    }
    if (!verify("RSA-SHA256", signedPart, signer.key, signature)) {
      return refused("the token's signature is wrong: it was changed after it was signed, or signed by another key");
    }
    if (claims.iss !== signer.issuer.issuer) {
      return refused(`the token's iss is ${shown(claims.iss)}; the pool's issuer is ${signer.issuer.issuer}`);
    }
    const { exp, nbf } = claims;
    if (typeof exp !== "number" || !Number.isFinite(exp)) return refused("the token has no expiry (exp)");
    const token: VerifiedToken = {
      issuer: signer.issuer,
      claims,
      claimStrings: claimStrings(claims),
      expiresAt: exp,
    };
    if (this.#expired(token)) {
      const ago = Math.floor(this.#now() / 1000 - exp);
      const since = new Date(exp * 1000);
      const when = Number.isNaN(since.getTime()) ? "" : ` at ${since.toISOString()}`;
      return { ok: false, expired: true, reason: `the token expired${when}, ${ago} s ago; sign in again` };
    }
    if (typeof nbf === "number" && nbf * 1000 > this.#now()) return refused("the token is not valid yet (nbf)");

    this.#remember(jwt, { token, kid, key: signer.key, used: false });
    return { ok: true, token };
  }

  #signer(kid: string): { issuer: TokenIssuer; key: KeyObject } | undefined {
    for (const issuer of this.#issuers) {
      const key = issuer.publicKey(kid);
      if (key) return { issuer, key };
    }
    return undefined;
  }

  #pools(): string {
    const ids = this.#issuers.map(({ userPoolArn }) => userPoolArn.slice(userPoolArn.lastIndexOf("/") + 1));
    return ids.length === 1 ? `pool ${ids[0]}` : `none of the pools ${ids.join(", ")}`;
  }

  #expired(token: VerifiedToken): boolean {
    return this.#now() >= token.expiresAt * 1000;
  }

  #remember(jwt: string, entry: Remembered): void {
    this.#remembered.set(jwt, entry);
    this.#characters += jwt.length;
    // The oldest go first, but for those that were used meanwhile: each is spared once, and is the newest then. A mark
    // costs a request less than putting its token in order would.
    for (const [oldest, known] of this.#remembered) {
      if (this.#characters <= MEMORY_BOUND_CHARACTERS) break;
      if (known.used) {
        known.used = false;
        this.#remembered.delete(oldest);
        this.#remembered.set(oldest, known);
      } else this.#forget(oldest);
    }
  }

  #forget(jwt: string): void {
    if (this.#latest?.jwt === jwt) this.#latest = undefined;
    if (this.#remembered.delete(jwt)) this.#characters -= jwt.length;
  }
}

function refused(reason: string): Verification {
  return { ok: false, expired: false, reason };
}

interface ParsedJwt {
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
  signedPart: Buffer;
  signature: Buffer;
}

const COMPACT_JWS = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$/;

/** @returns why not, in words, when it is no JWT */
function parseJwt(jwt: string): ParsedJwt | string {
  if (!COMPACT_JWS.test(jwt)) return "the header holds no JWT (three base64url parts with dots between)";
  const [header = "", payload = "", signature = ""] = jwt.split(".");
  const parsedHeader = jsonObjectIn(Buffer.from(header, "base64url"));
  if (!parsedHeader) return "the token's header is not a JSON object";
  const claims = jsonObjectIn(Buffer.from(payload, "base64url"));
  if (!claims) return "the token's payload is not a JSON object";
  return {
    header: parsedHeader,
    claims,
    signedPart: Buffer.from(jwt.slice(0, header.length + 1 + payload.length), "latin1"),
    signature: Buffer.from(signature, "base64url"),
  };
}

/** A claim as a reason may show it: short, and never the whole of something long. */
function shown(value: unknown): string {
  if (value === undefined) return "missing";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
