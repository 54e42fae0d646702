/**
 * GET /transactions: the signed-in user's transactions.
 *
 * The user is who API Gateway's Cognito authorizer says, in `requestContext.authorizer.claims` (Lambda proxy integration,
 * payload format 1.0). The transactions are samples, derived from the user's `sub` alone: the same user always sees the
 * same ones, two users see different ones, and nothing is stored.
 */
import { createHash } from "node:crypto";

interface ProxyEvent {
  requestContext?: { authorizer?: { claims?: Record<string, string> } | null };
}

interface ProxyResult {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
}

export async function handler(event: ProxyEvent): Promise<ProxyResult> {
  const claims = event.requestContext?.authorizer?.claims;
  // Only a method without an authorizer lets a request through without claims; then there is nobody to answer for.
  if (!claims?.sub) return json(401, { message: "Unauthorized" });
  return json(200, {
    // An ID token carries the e-mail address; an access token only the user name.
    user: { sub: claims.sub, email: claims.email, username: claims["cognito:username"] ?? claims.username },
    sample: true,
    transactions: sampleTransactions(claims.sub),
  });
}

const merchants = [
  "Harbour Coffee",
  "Northline Rail",
  "Paper & Pine",
  "Corner Market",
  "Atlas Books",
  "Blue Door Cinema",
];

function sampleTransactions(sub: string) {
  return Array.from({ length: 5 }, (_, index) => {
    const bytes = createHash("sha256").update(`${sub}/${index}`).digest();
    return {
      id: bytes.toString("hex", 0, 6),
      merchant: merchants[bytes[6]! % merchants.length],
      // In cents, so that no reader meets a rounding error.
      amount: -(100 + (bytes.readUInt16BE(7) % 9900)),
      currency: "EUR",
      date: new Date(Date.UTC(2026, 0, 1 + (bytes.readUInt16BE(9) % 365))).toISOString().slice(0, 10),
    };
  });
}

function json(statusCode: number, body: unknown): ProxyResult {
  return {
    statusCode,
    headers: { "content-type": "application/json", "cache-control": "no-store" },
    body: JSON.stringify(body),
  };
}
