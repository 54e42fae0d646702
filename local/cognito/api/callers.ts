/** Who calls, and about which pool: by app client, by access token, or as an administrator by pool id. */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { AppClientModel } from "../../model.ts";
import { CognitoError, userDoesNotExist } from "../errors.ts";
import type { Pool } from "../pool.ts";
import type { User } from "../state/users.ts";
import { checkAccessToken, claimedIssuer } from "../tokens/access-tokens.ts";
import { adminScope } from "../tokens/issue.ts";
import { type Input, string } from "./input.ts";

export type Pools = ReadonlyMap<string, Pool>;

export interface ClientCaller {
  pool: Pool;
  client: AppClientModel;
}

/** @throws CognitoError ResourceNotFoundException */
export function callerClient(pools: Pools, clientId: string): ClientCaller {
  for (const pool of pools.values()) {
    const client = pool.client(clientId);
    if (client) return { pool, client };
  }
  throw new CognitoError("ResourceNotFoundException", `User pool client ${clientId} does not exist.`);
}

/** @throws CognitoError ResourceNotFoundException */
export function requirePool(pools: Pools, input: Input): Pool {
  const id = string(input, "UserPoolId");
  const pool = pools.get(id);
  if (!pool) throw new CognitoError("ResourceNotFoundException", `User pool ${id} does not exist.`);
  return pool;
}

/** @throws CognitoError ResourceNotFoundException */
export function poolClient(pool: Pool, input: Input): AppClientModel {
  const id = string(input, "ClientId");
  const client = pool.client(id);
  if (!client) throw new CognitoError("ResourceNotFoundException", `User pool client ${id} does not exist.`);
  return client;
}

/** Of an operation that names the pool and the client. @throws CognitoError ResourceNotFoundException */
export function asAdministrator(pools: Pools, input: Input): ClientCaller {
  const pool = requirePool(pools, input);
  return { pool, client: poolClient(pool, input) };
}

/** Of an operation that names the client alone. @throws CognitoError ResourceNotFoundException */
export const asClient = (pools: Pools, input: Input): ClientCaller => callerClient(pools, string(input, "ClientId"));

/**
 * A client with a secret proves it with every call: Base64(HMAC-SHA256(secret, username + client id)).
 * @param usernames the names the caller may have meant
 * @throws CognitoError NotAuthorizedException
 */
export function checkSecretHash(client: AppClientModel, usernames: string[], hash: string | undefined): void {
  if (client.secret === undefined) return;
  if (hash === undefined)
    throw new CognitoError(
      "NotAuthorizedException",
      `Client ${client.id} is configured with secret but SECRET_HASH was not received`,
    );
  const given = Buffer.from(hash, "base64");
  for (const username of usernames) {
    const expected = createHmac("sha256", client.secret)
      .update(username + client.id)
      .digest();
    if (expected.length === given.length && timingSafeEqual(expected, given)) return;
  }
  throw new CognitoError("NotAuthorizedException", `Unable to verify secret hash for client ${client.id}`);
}

/** The signed-in user whose access token the call carries. @throws CognitoError NotAuthorizedException, UserNotFoundException */
export async function callerUser(
  pools: Pools,
  input: Input,
): Promise<{ pool: Pool; user: User; client: AppClientModel }> {
  const token = string(input, "AccessToken");
  const issuer = claimedIssuer(token);
  const pool = [...pools.values()].find((each) => each.issuer === issuer);
  const checked = pool && (await checkAccessToken(pool, token));
  if (!pool || !checked) throw new CognitoError("NotAuthorizedException", "Invalid Access Token");
  if (!checked.ok) {
    if (checked.reason === "deleted") throw userDoesNotExist();
    const messages = { expired: "Access Token has expired", revoked: "Access Token has been revoked" };
    const message = messages[checked.reason as keyof typeof messages] ?? "Invalid Access Token";
    throw new CognitoError("NotAuthorizedException", message, checked.reason);
  }
  const client = pool.client(checked.claims.client_id);
  if (!client) throw new CognitoError("NotAuthorizedException", "Invalid Access Token", "the client is gone");
  if (!checked.scopes.includes(adminScope))
    throw new CognitoError("NotAuthorizedException", "Access Token does not have required scopes");
  return { pool, user: checked.user, client };
}
