/**
 * Decodes a JSON Web Token and checks it as an authorizer would, in the browser: RS256 signature against the pool's keys
 * (RFC 7515), issuer, expiry and kind (RFC 7519). The token goes nowhere; only the pool's public keys are fetched.
 */
import type { ReadyUserPool } from "../../host/ready-document.ts";

export interface Check {
  name: string;
  holds: boolean;
  detail: string;
}

export interface TokenReport {
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
  checks: Check[];
}

/**
 * @param input a token, `Bearer` and a token, or the address that a sign-in led to
 * @param keysOf the public keys of a pool, by its id
 * @throws Error in words when there is no token in it
 */
export async function checkToken(
  input: string,
  pools: Pick<ReadyUserPool, "id" | "name" | "issuer" | "clients">[],
  keysOf: (poolId: string) => Promise<(JsonWebKey & { kid: string })[]>,
  nowMs: number,
): Promise<TokenReport> {
  const found = /(?:id_token|access_token)=([^&\s]+)/.exec(input)?.[1] ?? input.trim().replace(/^Bearer\s+/i, "");
  const parts = found.split(".");
  if (parts.length !== 3) throw new Error("This is no token: three parts with dots between, each in base64url.");
  const bytes = (part: string) =>
    Uint8Array.from(atob(part.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  const json = (part: string, what: string): Record<string, unknown> => {
    try {
      const value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes(part)));
      if (value !== null && typeof value === "object" && !Array.isArray(value)) return value;
    } catch {}
    throw new Error(`This is no token: its ${what} is not a JSON object.`);
  };
  const header = json(parts[0]!, "header");
  const claims = json(parts[1]!, "payload");

  const checks: Check[] = [];
  const check = (name: string, holds: boolean, detail: string) => void checks.push({ name, holds, detail });

  const pool = pools.find(({ issuer }) => issuer === claims.iss);
  check(
    "Issuer",
    pool !== undefined,
    pool
      ? `the pool ${pool.name}`
      : `${claims.iss ?? "none"}; the program declares ${pools.map((one) => one.issuer).join(", ") || "no pool"}`,
  );
  check("Algorithm", header.alg === "RS256", `${header.alg}; API Gateway takes RS256 only`);

  const keys = pool ? await keysOf(pool.id) : [];
  const key = keys.find(({ kid }) => kid === header.kid);
  let signed = false;
  if (key && header.alg === "RS256") {
    const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
    try {
      const publicKey = await crypto.subtle.importKey("jwk", key, algorithm, false, ["verify"]);
      const text = new TextEncoder().encode(`${parts[0]}.${parts[1]}`);
      signed = await crypto.subtle.verify(algorithm, publicKey, bytes(parts[2]!), text);
    } catch {
      // A signature that is no base64url is no signature.
    }
  }
  check(
    "Signature",
    signed,
    signed
      ? `made with the pool's key ${header.kid}`
      : key
        ? "wrong: the token was changed after it was signed, or signed by another key"
        : `the pool has no key ${header.kid ?? "without a name"}`,
  );

  const seconds = typeof claims.exp === "number" ? claims.exp - Math.floor(nowMs / 1000) : undefined;
  const span = (length: number) => (length < 120 ? `${length} s` : `${Math.floor(length / 60)} min`);
  check(
    "Expiry",
    seconds !== undefined && seconds > 0,
    seconds === undefined
      ? "the token has none"
      : seconds > 0
        ? `in ${span(seconds)}`
        : `${span(-seconds)} ago; sign in again`,
  );

  const kinds: Record<string, string> = {
    id: "an ID token: for methods without authorization scopes",
    access: "an access token: for methods with authorization scopes",
  };
  const kind = kinds[String(claims.token_use)];
  check("Kind", kind !== undefined, kind ?? `token_use is ${claims.token_use ?? "missing"}`);

  const audience = claims.aud ?? claims.client_id;
  const client = pool?.clients.find(({ id }) => id === audience);
  check(
    "App client",
    client !== undefined,
    client ? client.name : `${audience ?? "none"} is no app client of the pool`,
  );
  return { header, claims, checks };
}
