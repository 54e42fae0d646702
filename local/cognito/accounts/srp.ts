/**
 * Secure Remote Password as Cognito speaks it: SRP-6a (RFC 5054's terms) over the 3072-bit group 15 of RFC 3526 with
 * SHA-256, numbers padded to an even, non-negative hex string, and a session key from HKDF with the info
 * `Caldera Derived Key`. The person's password never leaves the client; the server keeps a verifier.
 */
import { createHash, createHmac, getDiffieHellman, hkdfSync, timingSafeEqual } from "node:crypto";

const N = BigInt(`0x${getDiffieHellman("modp15").getPrime("hex")}`);
const g = 2n;
const k = hashHex(padHex(N) + padHex(g));

export interface SrpIdentity {
  /** For a person the part of the pool id after the region (`srpRealm`), for a device its group key. */
  realm: string;
  /** The immutable username, `USER_ID_FOR_SRP`, or the device key. */
  username: string;
}

/** @returns `g^x` in hex, to be stored with the salt */
export function srpVerifier({
  realm,
  username,
  password,
  salt,
}: SrpIdentity & { password: string; salt: string }): string {
  const identity = sha256(`${realm}${username}:${password}`).toString("hex");
  const x = hashHex(padHex(BigInt(`0x${salt}`)) + identity);
  return modPow(g, x).toString(16);
}

/** The server's half of one exchange; all numbers in hex. */
export interface SrpExchange {
  A: string;
  b: string;
  B: string;
  salt: string;
  verifier: string;
}

/**
 * @param A the client's public value, as it came
 * @param b 32 random bytes
 * @returns `undefined` when `A` is no number or would make the key predictable
 */
export function beginSrp(A: string, user: { salt: string; verifier: string }, b: Buffer): SrpExchange | undefined {
  if (!/^[0-9a-f]{1,800}$/i.test(A) || BigInt(`0x${A}`) % N === 0n) return undefined;
  const secret = b.toString("hex");
  const B = (k * BigInt(`0x${user.verifier}`) + modPow(g, BigInt(`0x${secret}`))) % N;
  return { A, b: secret, B: B.toString(16), ...user };
}

export interface SrpProof extends SrpIdentity {
  secretBlock: Buffer;
  timestamp: string;
  /** Base64; empty when nothing fits. */
  signature: string;
}

/** Whether the client's signature proves that it knows the password. */
export function verifySrp(exchange: SrpExchange, proof: SrpProof): boolean {
  const [A, b, B, verifier] = [exchange.A, exchange.b, exchange.B, exchange.verifier].map((hex) => BigInt(`0x${hex}`));
  const u = hashHex(padHex(A!) + padHex(B!));
  if (u === 0n) return false;
  const S = modPow(A! * modPow(verifier!, u), b!);
  const key = Buffer.from(hkdfSync("sha256", bytes(S), bytes(u), "Caldera Derived Key", 16));
  const expected = createHmac("sha256", key)
    .update(proof.realm + proof.username)
    .update(proof.secretBlock)
    .update(proof.timestamp)
    .digest();
  const actual = Buffer.from(proof.signature, "base64");
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

/**
 * Whether a proof's `TIMESTAMP` is one that Cognito reads (`EEE MMM d HH:mm:ss z yyyy` in English), and whether it is in the
 * very form that the signature is then checked with: a day with a leading zero is read and does not fit (replies that
 * others reported from AWS).
 */
export function readTimestamp(text: string): "exact" | "other" | undefined {
  const [, day = "", hours = ""] =
    /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (\d{1,2}) (\d{1,2}:\d{1,2}:\d{1,2}) UTC \d{4}$/.exec(
      text,
    ) ?? [];
  if (day === "") return undefined;
  return day.startsWith("0") || hours.length < 8 ? "other" : "exact";
}

/** The part of the pool id that goes into the hashes. */
export const srpRealm = (poolId: string): string => poolId.slice(poolId.indexOf("_") + 1);

function sha256(data: string | Buffer): Buffer {
  return createHash("sha256").update(data).digest();
}

function hashHex(hex: string): bigint {
  return BigInt(`0x${sha256(Buffer.from(hex, "hex")).toString("hex")}`);
}

const bytes = (value: bigint): Buffer => Buffer.from(padHex(value), "hex");

/** Even length, and a leading zero byte when the first bit is set: never read as negative. */
function padHex(value: bigint): string {
  const hex = value.toString(16);
  const even = hex.length % 2 === 0 ? hex : `0${hex}`;
  return /^[89a-f]/.test(even) ? `00${even}` : even;
}

function modPow(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = base % N;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % N;
    square = (square * square) % N;
  }
  return result;
}
