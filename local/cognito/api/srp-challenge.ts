/**
 * The challenge PASSWORD_VERIFIER: a password is proved by SRP without being sent, in USER_SRP_AUTH and at the start of
 * CUSTOM_AUTH (Amazon Cognito user pools API reference, InitiateAuth and RespondToAuthChallenge).
 */
import { createHmac } from "node:crypto";
import type { AppClientModel } from "../../model.ts";
import { acceptPassword, recordFailure, refuseDuringBackOff, refuseGhost } from "../accounts/authentication.ts";
import { beginSrp, type SrpExchange, srpRealm, verifySrp } from "../accounts/srp.ts";
import { preAuthentication, refuseUnratedSignIn, type TriggerData } from "../accounts/triggers.ts";
import { incorrectPassword, invalidParameter, userDoesNotExist } from "../errors.ts";
import type { Pool } from "../pool.ts";
import type { User } from "../state/users.ts";
import type { Output } from "./output.ts";
import { beginSession, resume, sessionExpired, srpProof, srpSession } from "./sessions.ts";

/** What is kept between the challenge and its answer. */
interface Pending {
  name: string;
  username: string;
  exchange: SrpExchange;
  /** What the sign-in goes on with after the password, where that is not the pool's next step. */
  continuation: unknown;
}

/** An exchange with whoever has the name, asked for by a client that begins with the password. */
export async function startSrp(
  pool: Pool,
  client: AppClientModel,
  name: string,
  srpA: string,
  data: TriggerData,
): Promise<Output> {
  refuseUnratedSignIn(pool, client);
  const user = pool.users.find(name);
  if (!user && !client.hideUserExistence) throw userDoesNotExist();
  await preAuthentication(pool, client, name, user, data);
  return srpChallenge(pool, client, { name, user, srpA });
}

/**
 * What is said of a name that nobody has: the same at every try, and not to be foretold.
 * @returns 64 hexadecimal digits
 */
export async function fabricated(pool: Pool, purpose: string, name: string): Promise<string> {
  const { id } = await pool.keys.keys();
  return createHmac("sha256", id.privateKey.export({ type: "pkcs8", format: "der" }))
    .update(`${purpose} ${pool.users.key(name)}`)
    .digest("hex");
}

/** A user who does not exist gets an exchange too, the same salt and id at every try (RFC 5054 §2.5.1.3). */
export async function srpChallenge(
  pool: Pool,
  client: AppClientModel,
  { name, user, srpA, continuation }: { name: string; user: User | undefined; srpA: string; continuation?: unknown },
): Promise<Output> {
  const made = (purpose: string) => fabricated(pool, purpose, name);
  const known = user?.srpSalt && user.srpVerifier ? { salt: user.srpSalt, verifier: user.srpVerifier } : undefined;
  const userId =
    user?.username ?? (await made("id")).replace(/^(.{8})(.{4}).(.{3})(.{4})(.{12}).*$/, "$1-$2-7$3-$4-$5");
  const exchange = beginSrp(
    srpA,
    known ?? { salt: (await made("salt")).slice(0, 32), verifier: (await made("verifier")).repeat(12) },
    pool.platform.randomBytes(32),
  );
  if (!exchange) throw invalidParameter("Incorrect SRP_A value.");
  const pending: Pending = { name, username: userId, exchange, continuation };
  const secretBlock = beginSession(pool, client, {
    sub: known ? user!.sub : "",
    step: "PASSWORD_VERIFIER",
    data: JSON.stringify(pending),
  });
  return {
    ChallengeName: "PASSWORD_VERIFIER",
    ChallengeParameters: {
      SALT: exchange.salt,
      SECRET_BLOCK: Buffer.from(secretBlock, "base64url").toString("base64"),
      SRP_B: exchange.B,
      USERNAME: userId,
      USER_ID_FOR_SRP: userId,
    },
  };
}

/**
 * @returns the user whose password it was, and what the challenge was to go on with
 * @throws CognitoError NotAuthorizedException, and what keeps the account from signing in
 */
export async function provePassword(
  pool: Pool,
  client: AppClientModel,
  responses: Record<string, string>,
): Promise<{ user: User; name: string; continuation: unknown }> {
  const proof = srpProof(responses);
  const { id, flow } = resume(pool, client, srpSession(responses), "PASSWORD_VERIFIER");
  const { name, username, exchange, continuation } = JSON.parse(flow.data) as Pending;
  // One try for one exchange: a second would let a client guess against the same `b`.
  if (!pool.flows.end(id)) throw sessionExpired();
  const proved = () => verifySrp(exchange, { realm: srpRealm(pool.model.id), username, ...proof });
  // The signature is checked all the same, so that the time does not tell.
  if (flow.sub === "")
    return pool.inTurn(pool.codes.ghost(pool.users.key(name)), () => refuseGhost(pool, name, String(proved())));
  const user = await pool.inTurn(flow.sub, async () => {
    const current = pool.users.bySub(flow.sub);
    if (!current) throw incorrectPassword("deleted meanwhile");
    refuseDuringBackOff(pool, current);
    if (!proved()) {
      recordFailure(pool, current);
      throw incorrectPassword("wrong password");
    }
    return acceptPassword(pool, current);
  });
  return { user, name, continuation };
}
