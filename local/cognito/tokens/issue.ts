/**
 * ID and access tokens with the claims, in the order and in the very JSON spelling that Cognito puts on the wire:
 * header `{"kid","alg"}` only, slashes escaped, `at_hash` in hosted-UI tokens, no `origin_jti` without a refresh token.
 */
import { createHash, sign } from "node:crypto";
import { promisify } from "node:util";
import type { AppClientModel } from "../../model.ts";
import { grantedAttributes } from "../accounts/attributes.ts";
import { refuseUnratedSignIn, triggerAttributes } from "../accounts/triggers.ts";
import type { Pool } from "../pool.ts";
import type { Group } from "../state/groups.ts";
import { identitiesOf } from "../state/identities.ts";
import type { SigningKey } from "../state/keys.ts";
import type { User } from "../state/users.ts";

/** The scope of tokens that the JSON API issues, and of the operations an access token may call there. */
export const adminScope = "aws.cognito.signin.user.admin";

/** Why tokens are issued, as the token trigger is told. */
export type TokenSource = "Authentication" | "NewPasswordChallenge" | "RefreshTokens" | "HostedAuth";

export interface TokenRequest {
  client: AppClientModel;
  user: User;
  scopes: string[];
  /** Seconds; when the person last gave a password. */
  authTime: number;
  /** The same in both tokens of one sign-in. */
  eventId: string;
  /** Names the refresh token's grant; `undefined` in the implicit flow, which has none. */
  originJti: string | undefined;
  /** The device that the person signed in on, where the pool tracks devices. */
  deviceKey?: string | undefined;
  nonce: string | undefined;
  /** The access token's `aud`; without one it has none. */
  resource: string | undefined;
  /** From the hosted UI, where an ID token takes `openid` and carries `at_hash`. */
  hosted: boolean;
  source: TokenSource;
  /** For the token trigger. */
  clientMetadata?: Record<string, string> | undefined;
}

export interface Tokens {
  idToken: string | undefined;
  accessToken: string;
  /** Seconds the access token lives. */
  expiresIn: number;
}

type Claims = Record<string, unknown>;

const signAsync = promisify(sign);
const base64url = (text: string) => Buffer.from(text).toString("base64url");
/** JSON as Cognito's serialiser writes it. `undefined` members are left out. */
const toJson = (value: unknown) => JSON.stringify(value).replaceAll("/", "\\/");

/** @throws CognitoError where the token trigger fails, or threat protection, which does not run here, would decide */
export async function issueTokens(pool: Pool, request: TokenRequest): Promise<Tokens> {
  const { client, user, scopes } = request;
  refuseUnratedSignIn(pool, client);
  const keys = await pool.keys.keys();
  const issuedAt = Math.floor(pool.platform.now() / 1000);
  const memberships = pool.groups.ofUser(user.sub);
  const declared = {
    groupsToOverride: memberships.map((group) => group.name),
    iamRolesToOverride: [...new Set(memberships.flatMap(({ roleArn }) => roleArn ?? []))],
    preferredRole: preferredRole(memberships) ?? null,
  };
  const changes = pool.model.triggers.preTokenGeneration
    ? await (await import("../triggers/token-changes.ts")).tokenChanges(pool, client, {
        source: `TokenGeneration_${request.source}`,
        userName: user.username,
        userAttributes: triggerAttributes(user),
        groups: declared,
        scopes: inCognitoOrder(scopes),
        clientMetadata: request.clientMetadata,
      })
    : undefined;
  const { groupsToOverride, iamRolesToOverride, preferredRole: preferred } = changes?.groups ?? declared;
  const shared = { "cognito:groups": groupsToOverride.length > 0 ? groupsToOverride : undefined };

  const accessClaims: Claims = {
    sub: user.sub,
    device_key: request.deviceKey,
    ...shared,
    iss: pool.issuer,
    version: 2,
    aud: request.resource,
    client_id: client.id,
    origin_jti: request.originJti,
    event_id: request.eventId,
    token_use: "access",
    scope: inCognitoOrder(changes?.scopes(scopes) ?? scopes).join(" "),
    auth_time: request.authTime,
    exp: issuedAt + client.validity.accessTokenSeconds,
    iat: issuedAt,
    jti: pool.platform.randomUUID(),
    username: user.username,
  };
  const accessToken = await signToken(keys.access, changes?.accessClaims(accessClaims) ?? accessClaims);
  const expiresIn = client.validity.accessTokenSeconds;
  if (request.hosted && !scopes.includes("openid")) return { idToken: undefined, accessToken, expiresIn };

  const {
    email,
    email_verified,
    phone_number,
    phone_number_verified,
    identities: _,
    ...others
  } = grantedAttributes(user.attributes, client, scopes);
  const idClaims: Claims = {
    at_hash: request.hosted ? atHash(accessToken) : undefined,
    sub: user.sub,
    ...shared,
    email_verified: toBoolean(email_verified),
    "cognito:preferred_role": preferred ?? undefined,
    iss: pool.issuer,
    phone_number_verified: toBoolean(phone_number_verified),
    "cognito:username": user.username,
    ...Object.fromEntries(Object.entries(others).sort(([a], [b]) => (a < b ? -1 : 1))),
    nonce: request.nonce,
    origin_jti: request.originJti,
    "cognito:roles": iamRolesToOverride.length > 0 ? iamRolesToOverride : undefined,
    aud: client.id,
    identities: identityClaims(user),
    event_id: request.eventId,
    token_use: "id",
    auth_time: request.authTime,
    phone_number,
    exp: issuedAt + client.validity.idTokenSeconds,
    iat: issuedAt,
    jti: pool.platform.randomUUID(),
    email,
  };
  const idToken = await signToken(keys.id, changes?.idClaims(idClaims) ?? idClaims);
  return { idToken, accessToken, expiresIn };
}

/** External identities as the ID token has them, where every value is a string. */
function identityClaims(user: User): Record<string, string | null>[] | undefined {
  const identities = identitiesOf(user);
  if (identities.length === 0) return undefined;
  return identities.map(({ userId, providerName, providerType, issuer, primary, dateCreated }) => ({
    ...{ userId, providerName, providerType, issuer },
    ...{ primary: String(primary), dateCreated: String(dateCreated) },
  }));
}

/**
 * The access token of a client that acts for itself (`client_credentials`). Of the token triggers only version 3 has a say.
 * @throws CognitoError as `issueTokens` does
 */
export async function issueClientToken(
  pool: Pool,
  client: AppClientModel,
  scopes: string[],
  clientMetadata?: Record<string, string>,
): Promise<Tokens> {
  const changes =
    pool.model.triggers.preTokenGeneration?.version === "V3_0"
      ? await (await import("../triggers/token-changes.ts")).tokenChanges(pool, client, {
          source: "TokenGeneration_ClientCredentials",
          userName: client.id,
          userAttributes: {},
          groups: { groupsToOverride: [], iamRolesToOverride: [], preferredRole: null },
          scopes,
          clientMetadata,
        })
      : undefined;
  const { access } = await pool.keys.keys();
  const issuedAt = Math.floor(pool.platform.now() / 1000);
  const expiresIn = client.validity.accessTokenSeconds;
  const claims: Claims = {
    sub: client.id,
    token_use: "access",
    scope: inCognitoOrder(changes?.scopes(scopes) ?? scopes).join(" "),
    auth_time: issuedAt,
    iss: pool.issuer,
    exp: issuedAt + expiresIn,
    iat: issuedAt,
    version: 2,
    jti: pool.platform.randomUUID(),
    client_id: client.id,
  };
  const accessToken = await signToken(access, changes?.accessClaims(claims) ?? claims);
  return { idToken: undefined, accessToken, expiresIn };
}

/**
 * The role of the group with the smallest precedence; none when groups of that precedence differ in theirs
 * (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-user-groups.html).
 */
function preferredRole(groups: Group[]): string | undefined {
  const withRole = groups.filter(({ roleArn }) => roleArn !== undefined);
  const smallest = Math.min(...withRole.map(({ precedence }) => precedence ?? Number.POSITIVE_INFINITY));
  const roles = new Set(
    withRole
      .filter(({ precedence }) => (precedence ?? Number.POSITIVE_INFINITY) === smallest)
      .map(({ roleArn }) => roleArn),
  );
  return roles.size === 1 ? [...roles][0] : undefined;
}

/** `left half of SHA-256`, OpenID Connect Core §3.2.2.9 */
function atHash(accessToken: string): string {
  return createHash("sha256").update(accessToken).digest().subarray(0, 16).toString("base64url");
}

const toBoolean = (attribute: string | undefined) =>
  attribute === undefined ? undefined : attribute.toLowerCase() === "true";

/** Cognito lists the standard scopes in an order of its own, whatever the request's; others keep theirs. */
function inCognitoOrder(scopes: string[]): string[] {
  const order = [adminScope, "phone", "openid", "profile", "email"];
  return [...order.filter((scope) => scopes.includes(scope)), ...scopes.filter((scope) => !order.includes(scope))];
}

async function signToken(key: SigningKey, claims: Claims): Promise<string> {
  const input = `${base64url(toJson({ kid: key.kid, alg: "RS256" }))}.${base64url(toJson(claims))}`;
  const signature = await signAsync("RSA-SHA256", Buffer.from(input), key.privateKey);
  return `${input}.${signature.toString("base64url")}`;
}
