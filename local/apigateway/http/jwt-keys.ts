/**
 * The keys of an issuer: of a user pool that runs here, or by OpenID Connect discovery, kept for two hours as API Gateway does
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html).
 */
import { createPublicKey, type JsonWebKey, type KeyObject } from "node:crypto";
import { readBody } from "../../http/read-body.ts";
import { LOOPBACK_HOSTS } from "../../loopback-hosts.ts";
import type { HttpApiModel } from "../../model.ts";
import type { TokenIssuer } from "../../platform.ts";

const KEPT_MS = 2 * 3600 * 1000;
/** A token may name any key: however many do, the issuer is asked no more often. */
const COOLDOWN_MS = 10_000;
const COOLDOWN_AFTER_FAILURE_MS = 1000;
const PATIENCE_MS = 1500;
const KEY_SET_LIMIT_BYTES = 150_000;

export interface IssuerKeys {
  /** What a token's `iss` has to be. */
  issuer: string;
  /**
   * The public key with that `kid`; of an issuer elsewhere, as it was up to ten seconds ago.
   * @throws KeysUnavailable when the issuer does not answer
   */
  key(kid: string): Promise<KeyObject | undefined>;
  /** How old an answer may be, for whoever has just changed the keys; empty where it is never old. */
  staleness: string;
}

/** Why there are no keys, in API Gateway's words. */
export class KeysUnavailable extends Error {}

/**
 * @param issuer as the authorizer's configuration has it
 * @param now milliseconds since the epoch
 */
export function issuerKeys(
  issuer: string,
  { accountId }: Pick<HttpApiModel, "accountId">,
  tokenIssuer: (userPoolArn: string) => TokenIssuer | undefined,
  now: () => number,
): IssuerKeys {
  const pool = userPoolOf(issuer, accountId);
  const local = pool === undefined ? undefined : tokenIssuer(pool);
  if (local) return { issuer: local.issuer, key: async (kid) => local.publicKey(kid), staleness: "" };
  const staleness = `; it is asked for new ones ${COOLDOWN_MS / 1000} s after the last time`;
  return { issuer, key: discoveredKeys(issuer, now), staleness };
}

/** `https://cognito-idp.us-east-1.amazonaws.com/us-east-1_abc` → the pool's ARN */
function userPoolOf(issuer: string, accountId: string): string | undefined {
  const [, region, id] = /^https:\/\/cognito-idp\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([\w-]+)$/.exec(issuer) ?? [];
  if (region === undefined) return undefined;
  const partition = region.startsWith("cn-") ? "aws-cn" : region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
  return `arn:${partition}:cognito-idp:${region}:${accountId}:userpool/${id}`;
}

function discoveredKeys(issuer: string, now: () => number): IssuerKeys["key"] {
  let known: { keys: Map<string, KeyObject>; at: number } | undefined;
  let failed: { error: unknown; at: number } | undefined;
  let fetching: Promise<void> | undefined;
  const renew = async () => {
    try {
      known = { keys: await fetchKeys(issuer), at: now() };
      failed = undefined;
    } catch (error) {
      failed = { error, at: now() };
    } finally {
      fetching = undefined;
    }
  };
  // A clock that was set back must not keep what was fetched later.
  const isWithin = (at: number, duration: number) => now() >= at && now() - at < duration;
  return async (kid) => {
    const fresh = known && now() - known.at <= KEPT_MS ? known : undefined;
    const key = fresh?.keys.get(kid);
    if (key || (fresh && isWithin(fresh.at, COOLDOWN_MS))) return key;
    if (!failed || !isWithin(failed.at, COOLDOWN_AFTER_FAILURE_MS)) {
      fetching ??= renew();
      await fetching;
    }
    if (failed) throw failed.error;
    return known?.keys.get(kid);
  };
}

async function fetchKeys(issuer: string): Promise<Map<string, KeyObject>> {
  const discovery = await fetchJson(
    `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`,
    "OIDC discovery endpoint communication error",
  );
  const { keys } = await fetchJson(String(discovery.jwks_uri), "JWKS communication error");
  const found = new Map<string, KeyObject>();
  for (const key of Array.isArray(keys) ? keys : []) {
    if (key?.kty !== "RSA" || typeof key.kid !== "string") continue;
    const publicKey = publicKeyOf(key);
    if (publicKey) found.set(key.kid, publicKey);
  }
  return found;
}

function publicKeyOf(key: JsonWebKey): KeyObject | undefined {
  try {
    return createPublicKey({ key, format: "jwk" });
  } catch {
    return undefined;
  }
}

/** Plain http is for issuers on this machine. */
function isAllowed(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === "https:" || (protocol === "http:" && LOOPBACK_HOSTS.has(hostname));
}

async function fetchJson(address: string, failure: string): Promise<Record<string, unknown>> {
  if (!isAllowed(address)) throw new KeysUnavailable(failure);
  try {
    const answer = await fetch(address, { redirect: "error", signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!answer.ok) throw new Error(String(answer.status));
    const body = await readBody(answer, KEY_SET_LIMIT_BYTES);
    if (!body) throw new Error("too large");
    return JSON.parse(body.toString()) as Record<string, unknown>;
  } catch (cause) {
    throw new KeysUnavailable(failure, { cause });
  }
}
