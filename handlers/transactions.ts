/**
 * GET /transactions: the signed-in user's transactions.
 *
 * They are samples, derived from the user's `sub` alone: the same user always sees the same ones, two users see different
 * ones, and nothing is stored.
 */
import { hash } from "node:crypto";
import { json, type ProxyEvent, type ProxyResult, signedInUser, unauthorized } from "./proxy.ts";

export async function handler(event: ProxyEvent): Promise<ProxyResult> {
  const user = signedInUser(event);
  if (!user) return unauthorized();
  return json(200, { user, sample: true, transactions: sampleTransactions(user.sub) });
}

const merchants = [
  "Harbour Coffee",
  "Northline Rail",
  "Paper & Pine",
  "Corner Market",
  "Atlas Books",
  "Blue Door Cinema",
];

const SAMPLES = 5;
/** Of the digest, for each transaction. */
const SAMPLE_BYTES = 11;

function sampleTransactions(sub: string) {
  const digest = hash("sha512", sub, "buffer");
  return Array.from({ length: SAMPLES }, (_, index) => {
    const bytes = digest.subarray(index * SAMPLE_BYTES, (index + 1) * SAMPLE_BYTES);
    return {
      id: bytes.toString("hex", 0, 6),
      merchant: merchants[bytes[6]! % merchants.length],
      // In cents, so that no reader meets a rounding error.
      amount: -(100 + (bytes.readUInt16BE(7) % 9900)),
      currency: "EUR",
      date: new Date(Date.UTC(2025, 0, 1 + (bytes.readUInt16BE(9) % 365))).toISOString().slice(0, 10),
    };
  });
}
