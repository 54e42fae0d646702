/** What a refresh token is good for through the API: new tokens, and its revocation. */
import type { AppClientModel } from "../../model.ts";
import type { TriggerData } from "../accounts/triggers.ts";
import { CognitoError, userDoesNotExist } from "../errors.ts";
import type { Pool } from "../pool.ts";
import { refreshGrant } from "../tokens/grant-tokens.ts";
import { callerClient, checkSecretHash, type Pools } from "./callers.ts";
import { type Input, optionalString, string, stringMap } from "./input.ts";
import { authenticationResult, type Output } from "./output.ts";

/** REFRESH_TOKEN_AUTH. @throws CognitoError NotAuthorizedException, UserNotFoundException */
export async function refresh(
  pool: Pool,
  client: AppClientModel,
  token: string,
  parameters: Record<string, string>,
): Promise<Output> {
  if (client.secret !== undefined) {
    const sub = pool.grants.find(token)?.grant.sub;
    const user = sub === undefined ? undefined : pool.users.bySub(sub);
    if (sub !== undefined && !user) throw userDoesNotExist();
    checkSecretHash(client, user ? [user.username] : [], parameters.SECRET_HASH);
  }
  return refreshed(pool, client, token, parameters.DEVICE_KEY);
}

async function refreshed(
  pool: Pool,
  client: AppClientModel,
  token: string,
  deviceKey: string | undefined,
  data?: TriggerData,
): Promise<Output> {
  const outcome = await refreshGrant(pool, client, token, { clientMetadata: data?.clientMetadata, deviceKey });
  if (outcome.ok) return authenticationResult(outcome.tokens);
  if (outcome.reason === "deleted") throw userDoesNotExist();
  const message = outcome.reason === "revoked" ? "Refresh Token has been revoked" : "Invalid Refresh Token";
  throw new CognitoError("NotAuthorizedException", message, `refresh token: ${outcome.reason}`);
}

/** GetTokensFromRefreshToken: the refresh of clients with rotation. */
export async function getTokensFromRefreshToken(pools: Pools, input: Input): Promise<Output> {
  const { pool, client } = callerClient(pools, string(input, "ClientId"));
  checkClientSecret(client, input);
  const data = { clientMetadata: stringMap(input, "ClientMetadata") };
  return refreshed(pool, client, string(input, "RefreshToken"), optionalString(input, "DeviceKey"), data);
}

export async function revokeToken(pools: Pools, input: Input): Promise<Output> {
  const { pool, client } = callerClient(pools, string(input, "ClientId"));
  checkClientSecret(client, input);
  if (!client.tokenRevocation)
    throw new CognitoError("UnsupportedOperationException", "The client does not have token revocation enabled.");
  const token = string(input, "Token");
  if (/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token))
    throw new CognitoError("UnsupportedTokenTypeException", "Only refresh tokens can be revoked.");
  const found = pool.grants.find(token);
  if (found?.grant.clientId === client.id) pool.grants.revoke(found.grant.originJti);
  return {};
}

function checkClientSecret(client: AppClientModel, input: Input): void {
  if (client.secret === undefined || optionalString(input, "ClientSecret") === client.secret) return;
  throw new CognitoError("NotAuthorizedException", "Client secret is missing or wrong.");
}
