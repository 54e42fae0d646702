/** A person's passkeys: registered, listed and deleted with their access token. */
import { completePasskeyRegistration, deletePasskey, startPasskeyRegistration } from "../accounts/passkeys.ts";
import { invalidParameter } from "../errors.ts";
import { callerUser, type Pools } from "./callers.ts";
import { type Input, limit, object, string } from "./input.ts";
import type { Output } from "./output.ts";
import { pageOf } from "./paging.ts";

export async function startWebAuthnRegistration(pools: Pools, input: Input): Promise<Output> {
  const { pool, client, user } = await callerUser(pools, input);
  return { CredentialCreationOptions: startPasskeyRegistration(pool, client, user) };
}

export async function completeWebAuthnRegistration(pools: Pools, input: Input): Promise<Output> {
  const { pool, client, user } = await callerUser(pools, input);
  const credential = object(input, "Credential");
  if (!credential) throw invalidParameter("Missing required parameter Credential");
  await completePasskeyRegistration(pool, client, user, credential);
  return {};
}

export async function listWebAuthnCredentials(pools: Pools, input: Input): Promise<Output> {
  const { pool, user } = await callerUser(pools, input);
  const { items, NextToken } = pageOf(pool.passkeys.list(user.sub), input, limit(input, "MaxResults", 20));
  const Credentials = items.map((passkey) => ({
    AuthenticatorAttachment: passkey.attachment,
    AuthenticatorTransports: passkey.transports,
    CreatedAt: passkey.createdAt / 1000,
    CredentialId: passkey.id,
    FriendlyCredentialName: passkey.name,
    RelyingPartyId: passkey.relyingPartyId,
  }));
  return { Credentials, NextToken };
}

export async function deleteWebAuthnCredential(pools: Pools, input: Input): Promise<Output> {
  const { pool, user } = await callerUser(pools, input);
  deletePasskey(pool, user, string(input, "CredentialId"));
  return {};
}
