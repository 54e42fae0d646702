/** A user pool's keys and tokens, made here with node:crypto alone. */
import { createPrivateKey, generateKeyPairSync, type KeyObject, randomUUID, sign } from "node:crypto";
import type { TokenIssuer } from "../../../local/platform.ts";
import { ACCOUNT } from "./models.ts";

export interface TestPool extends TokenIssuer {
  kid: string;
  idToken(claims?: Record<string, unknown>): string;
  accessToken(claims?: Record<string, unknown>): string;
  sign(claims: Record<string, unknown>, header?: Record<string, unknown>): string;
  publicKeyPem: string;
}

const keys = new Map<string, { privateKey: KeyObject; publicKey: KeyObject }>();

/** @param name one or more letters; the same name is the same pool, keys included */
export function testPool(name = "DemoPool1"): TestPool {
  const pair = keys.get(name) ?? generateKeyPairSync("rsa", { modulusLength: 2048 });
  keys.set(name, pair);
  const privateKey = createPrivateKey(pair.privateKey.export({ type: "pkcs8", format: "pem" }));
  const kid = `${name}-key+/=`;
  const issuer = `https://cognito-idp.us-east-1.amazonaws.com/us-east-1_${name}`;

  const signToken: TestPool["sign"] = (claims, header = {}) => {
    const signed = [{ kid, alg: "RS256", ...header }, claims].map(base64url).join(".");
    return `${signed}.${sign("RSA-SHA256", Buffer.from(signed), privateKey).toString("base64url")}`;
  };
  const now = () => Math.floor(Date.now() / 1000);
  const common = () => ({ sub: "a1cb05c0-a081-70a3-d56c-96f0927b7c1a", iss: issuer, iat: now(), exp: now() + 3600 });

  return {
    kid,
    issuer,
    userPoolArn: `arn:aws:cognito-idp:us-east-1:${ACCOUNT}:userpool/us-east-1_${name}`,
    publicKey: (wanted) => (wanted === kid ? pair.publicKey : undefined),
    publicKeyPem: pair.publicKey.export({ type: "spki", format: "pem" }).toString(),
    sign: signToken,
    idToken: (claims = {}) =>
      signToken({
        ...common(),
        email_verified: true,
        "cognito:username": "ada",
        aud: "client1",
        token_use: "id",
        auth_time: now(),
        jti: randomUUID(),
        email: "ada@example.com",
        ...claims,
      }),
    accessToken: (claims = {}) =>
      signToken({
        ...common(),
        version: 2,
        client_id: "client1",
        token_use: "access",
        scope: "openid email",
        jti: randomUUID(),
        username: "ada",
        ...claims,
      }),
  };
}

export function base64url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
