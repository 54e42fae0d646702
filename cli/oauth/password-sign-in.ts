/**
 * Signing in with a password that never leaves this machine: USER_SRP_AUTH, with the challenges that may follow (Amazon
 * Cognito, "Authentication flows", and RFC 5054 for the group). The calculations are `amazon-cognito-identity-js`'s.
 */
import { createHmac } from "node:crypto";
import type { World } from "../shared/world.ts";
import { OAuthRefused } from "./refusals.ts";
import type { TokenResponse } from "./token-endpoint.ts";
import { callUserPool, tokensOf } from "./user-pool-api.ts";

export interface PasswordSignIn {
  issuer: string;
  clientId: string;
  username: string;
  password: string;
}

/** What a challenge asks the person for. */
export type Asked = "new-password" | "totp-code" | "sms-code" | "email-code";

type Answer = Record<string, unknown>;

const codeChallenges: Record<string, { asks: Asked; name: string }> = {
  SOFTWARE_TOKEN_MFA: { asks: "totp-code", name: "SOFTWARE_TOKEN_MFA_CODE" },
  SMS_MFA: { asks: "sms-code", name: "SMS_MFA_CODE" },
  EMAIL_OTP: { asks: "email-code", name: "EMAIL_OTP_CODE" },
};

/**
 * @param ask gives what a challenge asks for
 * @throws OAuthRefused `user-pool` when the pool refuses, `challenge` for a challenge that cannot be answered here
 */
export async function signInWithPassword(
  world: Pick<World, "exchange">,
  request: PasswordSignIn,
  ask: (asked: Asked) => Promise<string>,
): Promise<TokenResponse> {
  const { issuer, clientId } = request;
  let answer = await proveIdentity(world, request);
  // A pool asks for a new password, then for one second factor.
  for (let step = 0; answer.ChallengeName !== undefined && step < 5; step++) {
    const challenge = String(answer.ChallengeName);
    answer = await callUserPool(world, issuer, "RespondToAuthChallenge", {
      ClientId: clientId,
      ChallengeName: challenge,
      Session: answer.Session,
      ChallengeResponses: { USERNAME: usernameOf(answer, request), ...(await respond(challenge, answer, ask)) },
    });
  }
  return tokensOf(answer);
}

async function respond(
  challenge: string,
  answer: Answer,
  ask: (asked: Asked) => Promise<string>,
): Promise<Record<string, string>> {
  if (challenge === "NEW_PASSWORD_REQUIRED") {
    const missing = requiredAttributes(answer);
    if (missing.length === 0) return { NEW_PASSWORD: await ask("new-password") };
    throw unanswerable(`${challenge} with the attributes ${missing.join(", ")}`);
  }
  if (challenge === "SELECT_MFA_TYPE") {
    const offered = String(Object(answer.ChallengeParameters).MFAS_CAN_CHOOSE ?? "");
    const choice = Object.keys(codeChallenges).find((name) => offered.includes(name));
    if (choice) return { ANSWER: choice };
  }
  const code = codeChallenges[challenge];
  if (code === undefined) throw unanswerable(challenge);
  return { [code.name]: await ask(code.asks) };
}

function unanswerable(challenge: string): OAuthRefused {
  return new OAuthRefused({ kind: "challenge", code: "sign_in_refused", challenge });
}

function requiredAttributes(answer: Answer): string[] {
  try {
    return JSON.parse(String(Object(answer.ChallengeParameters).requiredAttributes ?? "[]"));
  } catch {
    return [];
  }
}

function usernameOf(answer: Answer, { username }: PasswordSignIn): string {
  const { USER_ID_FOR_SRP, USERNAME } = Object(answer.ChallengeParameters);
  return String(USER_ID_FOR_SRP ?? USERNAME ?? username);
}

/** By USER_SRP_AUTH, or by USER_AUTH for a client that allows that alone: it has SRP, too (API reference, ExplicitAuthFlows). */
async function startSrp(
  world: Pick<World, "exchange">,
  { issuer, clientId: ClientId }: PasswordSignIn,
  parameters: Record<string, string>,
): Promise<Answer> {
  const start = (AuthFlow: string, AuthParameters: Record<string, string>) =>
    callUserPool(world, issuer, "InitiateAuth", { AuthFlow, ClientId, AuthParameters });
  try {
    return await start("USER_SRP_AUTH", parameters);
  } catch (error) {
    if (!isNotEnabled(error)) throw error;
    return start("USER_AUTH", { ...parameters, PREFERRED_CHALLENGE: "PASSWORD_SRP" }).catch((second) => {
      throw isNotEnabled(second) ? error : second;
    });
  }
}

function isNotEnabled(error: unknown): boolean {
  const { refusal } = error as Partial<OAuthRefused>;
  return refusal?.kind === "user-pool" && / is not enabled for the client/.test(refusal.message);
}

/** USER_SRP_AUTH and PASSWORD_VERIFIER. @returns what the pool says after that: tokens, or the next challenge */
async function proveIdentity(world: Pick<World, "exchange">, request: PasswordSignIn): Promise<Answer> {
  const [{ default: helper }, { default: integer }, { default: date }] = await Promise.all([
    import("amazon-cognito-identity-js/lib/AuthenticationHelper.js"),
    import("amazon-cognito-identity-js/lib/BigInteger.js"),
    import("amazon-cognito-identity-js/lib/DateHelper.js"),
  ]);
  const { issuer, clientId, username, password } = request;
  const poolName = issuer.split("/").at(-1)!.split("_").slice(1).join("_");
  const srp = new helper.default(poolName);
  const A = await new Promise<string>((resolve, reject) =>
    srp.getLargeAValue((error, value) => (error ? reject(error) : resolve(value.toString(16)))),
  );
  const challenge = await startSrp(world, request, { USERNAME: username, SRP_A: A });
  if (challenge.ChallengeName !== "PASSWORD_VERIFIER") return challenge;
  const { USER_ID_FOR_SRP: userId, SRP_B, SALT, SECRET_BLOCK: block } = Object(challenge.ChallengeParameters);
  const hex = (text: unknown) => new integer.default(String(text), 16);
  const key = await new Promise<Uint8Array>((resolve, reject) =>
    srp.getPasswordAuthenticationKey(String(userId), password, hex(SRP_B), hex(SALT), (error, value) =>
      error ? reject(error) : resolve(value),
    ),
  );
  const timestamp = new date.default().getNowString();
  const signature = createHmac("sha256", key)
    .update(poolName)
    .update(String(userId))
    .update(Buffer.from(String(block), "base64"))
    .update(timestamp)
    .digest("base64");
  return callUserPool(world, issuer, "RespondToAuthChallenge", {
    ClientId: clientId,
    ChallengeName: "PASSWORD_VERIFIER",
    ...(challenge.Session !== undefined && { Session: challenge.Session }),
    ChallengeResponses: {
      USERNAME: userId,
      PASSWORD_CLAIM_SECRET_BLOCK: block,
      PASSWORD_CLAIM_SIGNATURE: signature,
      TIMESTAMP: timestamp,
    },
  });
}
