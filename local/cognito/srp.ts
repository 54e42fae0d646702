/**
 * Secure Remote Password as Cognito speaks it: SRP-6a over the 3072-bit group 15 of RFC 3526 with SHA-256, numbers
 * padded to an even, non-negative hex string, and a session key from HKDF with the info `Caldera Derived Key`.
 */
import { createHash, getDiffieHellman } from "node:crypto";

const N = BigInt(`0x${getDiffieHellman("modp15").getPrime("hex")}`);
const g = 2n;

export function srpVerifier(input: { poolId: string; username: string; password: string; salt: string }): string {
  return modPow(g, privateX(input), N).toString(16);
}

function privateX({
  poolId,
  username,
  password,
  salt,
}: {
  poolId: string;
  username: string;
  password: string;
  salt: string;
}): bigint {
  const identity = createHash("sha256")
    .update(`${poolId.split("_")[1]}${username}:${password}`)
    .digest("hex");
  return hashHex(padHex(BigInt(`0x${salt}`)) + identity);
}

const hashHex = (hex: string): bigint =>
  BigInt(`0x${createHash("sha256").update(Buffer.from(hex, "hex")).digest("hex")}`);

/** Even length, and a leading zero byte when the first bit is set: never read as negative. */
export function padHex(value: bigint): string {
  const hex = value.toString(16);
  const even = hex.length % 2 === 0 ? hex : `0${hex}`;
  return /^[89a-f]/.test(even) ? `00${even}` : even;
}

export function modPow(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}
