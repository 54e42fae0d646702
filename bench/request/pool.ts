/** The user pool of the request benchmark: keys and tokens, made once and shared by every process through a file. */
import { createPublicKey, generateKeyPairSync, type KeyObject, randomUUID, sign } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import type { TokenIssuer } from "../../local/world.ts";

/** What every server answers. */
export const BODY = JSON.stringify({
  transactions: Array.from({ length: 3 }, (_, index) => ({ id: index + 1, amount: 12.5 * index, currency: "EUR" })),
});

export interface BenchPool extends TokenIssuer {
  key: KeyObject;
  tokens: string[];
}

interface PoolFile {
  pem: string;
  kid: string;
  issuer: string;
  tokens: string[];
}

/** @param count distinct ID tokens, good for an hour */
export function writePool(file: string, count: number): void {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const kid = "bench-key";
  const issuer = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Benchmark";
  const iat = Math.floor(Date.now() / 1000);
  const tokens = Array.from({ length: count }, () => {
    const claims = {
      sub: randomUUID(),
      email_verified: true,
      iss: issuer,
      "cognito:username": randomUUID(),
      aud: "6ocnd4bench0000000000000",
      event_id: randomUUID(),
      token_use: "id",
      auth_time: iat,
      exp: iat + 3600,
      iat,
      jti: randomUUID(),
      email: "somebody@example.com",
    };
    const signed = [{ kid, alg: "RS256" }, claims].map((part) => encoded(part)).join(".");
    return `${signed}.${sign("RSA-SHA256", Buffer.from(signed), privateKey).toString("base64url")}`;
  });
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
  writeFileSync(file, JSON.stringify({ pem, kid, issuer, tokens } satisfies PoolFile));
}

export function readPool(file: string): BenchPool {
  const { pem, kid, issuer, tokens } = JSON.parse(readFileSync(file, "utf8")) as PoolFile;
  const key = createPublicKey(pem);
  return {
    userPoolArn: "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_Benchmark",
    issuer,
    key,
    publicKey: (wanted) => (wanted === kid ? key : undefined),
    tokens,
  };
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}
