/**
 * `/oauth2/token`, `/oauth2/revoke` and `/oauth2/userInfo`: what applications call without a person
 * (Cognito developer guide; RFC 6749 §4–6, RFC 7009, RFC 7636, OpenID Connect Core §5.3).
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { Context, Hono } from "hono";
import { cors } from "hono/cors";
import { isJsonObject } from "../../json-object.ts";
import type { AppClientModel } from "../../model.ts";
import { grantedAttributes } from "../accounts/attributes.ts";
import { readText } from "../body.ts";
import { CognitoError, isTriggerFailure } from "../errors.ts";
import type { Pool } from "../pool.ts";
import { digest } from "../state/tables.ts";
import { checkAccessToken } from "../tokens/access-tokens.ts";
import { type GrantedTokens, openGrant, refreshGrant } from "../tokens/grant-tokens.ts";
import { issueClientToken, type Tokens } from "../tokens/issue.ts";
import { isCustomScope } from "./authorization-request.ts";
import { forgeryToken } from "./browser-state.ts";
import { type HostedUi, oauthEvent } from "./page-request.ts";

type TokenErrorCode =
  | "invalid_request"
  | "invalid_client"
  | "invalid_grant"
  | "invalid_scope"
  | "unauthorized_client"
  | "unsupported_grant_type"
  | "unsupported_token_type";

/** A refusal on its way to the one place that answers it. */
class OAuthError extends Error {
  readonly code: TokenErrorCode;
  readonly status: 400 | 401;

  readonly description: string | undefined;

  /** @param reason for the console; the client is told the code, and `description` if there is one */
  constructor(code: TokenErrorCode, reason: string, status: 400 | 401 = 400, description?: string) {
    super(reason);
    this.code = code;
    this.status = status;
    this.description = description;
  }
}

export function oauthEndpoints(app: Hono, { pool }: HostedUi): void {
  // Single-page applications call these from their own origin; no cookie has a say here. Amplify names itself in a field.
  const allowHeaders = ["authorization", "content-type", "x-amz-user-agent"];
  const allowed = { allowHeaders, allowMethods: ["GET", "POST"] };
  for (const path of ["/oauth2/revoke", "/oauth2/userInfo"]) app.use(path, cors({ origin: "*", ...allowed }));
  // As recorded on AWS: pages whose requests include credentials could not read an answer to anybody.
  app.use("/oauth2/token", cors({ origin: (origin) => origin || "*", credentials: true, ...allowed }));

  app.post("/oauth2/token", async (c) => {
    let clientId: string | undefined;
    try {
      const fields = await formFields(c);
      const grantType = required(fields, "grant_type");
      if (!["authorization_code", "refresh_token", "client_credentials"].includes(grantType))
        throw new OAuthError("unsupported_grant_type", `grant_type is ${grantType}`);
      const client = authenticateClient(c, pool, fields);
      clientId = client.id;
      const body = await grants[grantType as keyof typeof grants](pool, client, fields);
      oauthEvent(c, pool, clientId, `tokens issued (${grantType})`);
      forgeryToken(c, pool);
      return json(c, body, 200);
    } catch (error) {
      return refusal(c, pool, clientId, error);
    }
  });

  app.post("/oauth2/revoke", async (c) => {
    let clientId: string | undefined;
    try {
      const fields = await formFields(c);
      const client = authenticateClient(c, pool, fields, 401);
      clientId = client.id;
      const token = required(fields, "token");
      if (!client.tokenRevocation)
        throw new OAuthError("invalid_request", `client ${client.name} has EnableTokenRevocation off`);
      // Our other tokens are JWTs; anything else that is not a refresh token of this client needs no revoking.
      if ((await checkAccessToken(pool, token)).ok || looksLikeJwt(token))
        throw new OAuthError("unsupported_token_type", "only refresh tokens can be revoked");
      const found = pool.grants.find(token);
      if (found?.grant.clientId === client.id) pool.grants.revoke(found.grant.originJti);
      oauthEvent(c, pool, clientId, "revoked");
      return c.body(null, 200);
    } catch (error) {
      return refusal(c, pool, clientId, error);
    }
  });

  app.on(["GET", "POST"], "/oauth2/userInfo", async (c) => {
    const token = /^Bearer +([\w.~+/-]+=*)$/i.exec(c.req.header("authorization") ?? "")?.[1];
    const refuse = (status: 400 | 401, error: string, description: string, reason: string) => {
      oauthEvent(c, pool, undefined, "refused", reason);
      c.header("www-authenticate", `error="${error}", error_description="${description}"`);
      return json(c, { error, error_description: description }, status);
    };
    if (token === undefined)
      return refuse(400, "invalid_request", "Bad OAuth2 request at UserInfo Endpoint", "no bearer token");
    const checked = await checkAccessToken(pool, token);
    if (!checked.ok)
      return refuse(
        401,
        "invalid_token",
        "Access token is expired, disabled, or deleted, or the user has globally signed out.",
        `access token: ${checked.reason}`,
      );
    const client = pool.client(checked.claims.client_id);
    if (!client || !checked.scopes.includes("openid"))
      return refuse(401, "invalid_token", "Access token does not contain openid scope", "no openid scope");
    const { user, scopes } = checked;
    const { email_verified, ...others } = grantedAttributes(user.attributes, client, scopes);
    return json(c, { sub: user.sub, email_verified, ...others, username: user.username }, 200);
  });

  for (const path of ["/oauth2/token", "/oauth2/revoke"]) app.all(path, (c) => c.body(null, 405, { allow: "POST" }));
}

type Fields = Record<string, string>;

const grants = {
  async authorization_code(pool: Pool, client: AppClientModel, fields: Fields) {
    if (!client.flows.includes("code"))
      throw new OAuthError("unauthorized_client", `client ${client.name} does not allow the code flow`);
    const id = required(fields, "code");
    const redirectUri = required(fields, "redirect_uri");
    if (!client.callbackUrls.includes(redirectUri))
      throw new OAuthError("unauthorized_client", `redirect_uri is not one of client ${client.name}`);
    const code = pool.grants.takeCode(id);
    if (!code) throw new OAuthError("invalid_grant", "the code is unknown, expired or used");
    if (code.clientId !== client.id) throw new OAuthError("invalid_grant", "the code is another client's");
    if (code.redirectUri !== redirectUri)
      throw new OAuthError("invalid_grant", "redirect_uri is not the authorization request's");
    checkVerifier(code.codeChallenge, fields.code_verifier);
    const user = pool.users.bySub(code.sub);
    if (!user?.enabled) throw new OAuthError("invalid_grant", "the user is disabled or deleted");
    const { scopes, nonce, resource, authTime, eventId } = code;
    return tokenBody(
      await openGrant(pool, {
        client,
        user,
        scopes,
        nonce,
        resource,
        authTime,
        eventId,
        hosted: true,
        source: "HostedAuth",
      }),
    );
  },

  async refresh_token(pool: Pool, client: AppClientModel, fields: Fields) {
    if (!client.refreshTokenRotation.enabled && !client.explicitAuthFlows.includes("ALLOW_REFRESH_TOKEN_AUTH"))
      throw new OAuthError("unauthorized_client", `client ${client.name} does not have ALLOW_REFRESH_TOKEN_AUTH`);
    const refreshed = await refreshGrant(pool, client, required(fields, "refresh_token"));
    if (!refreshed.ok) throw new OAuthError("invalid_grant", `refresh token: ${refreshed.reason}`);
    return tokenBody(refreshed.tokens);
  },

  async client_credentials(pool: Pool, client: AppClientModel, fields: Fields) {
    if (client.secret === undefined || !client.flows.includes("client_credentials"))
      throw new OAuthError("unauthorized_client", `client ${client.name} does not allow client_credentials`);
    const allowed = client.scopes.filter(isCustomScope);
    const asked = (fields.scope ?? "").split(" ").filter(Boolean);
    const foreign = asked.find((scope) => !allowed.includes(scope));
    if (foreign !== undefined) throw new OAuthError("invalid_scope", `client ${client.name} has no scope ${foreign}`);
    const scopes = asked.length > 0 ? [...new Set(asked)] : allowed;
    return tokenBody(await issueClientToken(pool, client, scopes, clientMetadata(fields.aws_client_metadata)));
  },
};

function tokenBody(tokens: Tokens | GrantedTokens): Record<string, unknown> {
  return {
    id_token: tokens.idToken,
    access_token: tokens.accessToken,
    refresh_token: "refreshToken" in tokens ? tokens.refreshToken : undefined,
    expires_in: tokens.expiresIn,
    token_type: "Bearer",
  };
}

/** A verifier is required if a challenge was sent, and only then: otherwise a stolen code could shed its challenge. */
function checkVerifier(challenge: string | undefined, verifier: string | undefined): void {
  if (challenge === undefined && verifier === undefined) return;
  if (challenge === undefined) throw new OAuthError("invalid_grant", "code_verifier came without a code_challenge");
  if (verifier === undefined || !/^[A-Za-z0-9._~-]{43,128}$/.test(verifier))
    throw new OAuthError("invalid_grant", "code_verifier is missing or malformed");
  const computed = createHash("sha256").update(verifier).digest("base64url");
  if (computed !== challenge) throw new OAuthError("invalid_grant", "code_verifier does not match the code_challenge");
}

/**
 * By HTTP Basic or by fields, not by both with different names; a client with a secret must show it.
 * @throws OAuthError invalid_client
 */
function authenticateClient(c: Context, pool: Pool, fields: Fields, status: 400 | 401 = 400): AppClientModel {
  const basic = basicCredentials(c.req.header("authorization"));
  const id = basic?.id ?? fields.client_id;
  if (id === undefined) throw new OAuthError("invalid_client", "no client_id", status);
  if (basic && fields.client_id !== undefined && fields.client_id !== basic.id)
    throw new OAuthError("invalid_client", "client_id differs between the header and the form", status);
  const client = pool.client(id);
  if (!client) throw new OAuthError("invalid_client", `user pool client ${id} does not exist`, status);
  if (client.secret === undefined) return client;
  const secret = basic?.secret ?? fields.client_secret ?? "";
  if (!timingSafeEqual(Buffer.from(digest(secret)), Buffer.from(digest(client.secret)))) {
    const reason = `the secret of client ${client.name} is missing or wrong`;
    // Recorded of the token endpoint only.
    const description = status === 400 ? "invalid_client_secret" : undefined;
    throw new OAuthError("invalid_client", reason, status, description);
  }
  return client;
}

/** RFC 6749 §2.3.1: both parts are form-encoded before they are joined. */
function basicCredentials(header: string | undefined): { id: string; secret: string } | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/=_-]+)$/i.exec(header ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const [id = "", ...secret] = Buffer.from(encoded, "base64").toString().split(":");
  return { id: formDecode(id), secret: formDecode(secret.join(":")) };
}

const formDecode = (text: string): string => new URLSearchParams(`v=${text.replaceAll("&", "%26")}`).get("v") ?? "";

async function formFields(c: Context): Promise<Fields> {
  const type = c.req.header("content-type") ?? "";
  if (!/^application\/x-www-form-urlencoded\b/i.test(type))
    throw new OAuthError("invalid_request", "the body is not application/x-www-form-urlencoded");
  const text = await readText(c.req.raw);
  if (text === undefined) throw new OAuthError("invalid_request", "the body is too long");
  const parameters = new URLSearchParams(text);
  const fields: Fields = {};
  for (const [name, value] of parameters) {
    if (Object.hasOwn(fields, name))
      throw new OAuthError("invalid_request", `the parameter ${name} came more than once`);
    if (value !== "") fields[name] = value;
  }
  return fields;
}

function required(fields: Fields, name: string): string {
  const value = fields[name];
  if (value === undefined) throw new OAuthError("invalid_request", `the parameter ${name} is missing`);
  return value;
}

/** `aws_client_metadata`: JSON that the token trigger is handed. */
function clientMetadata(json: string | undefined): Record<string, string> | undefined {
  if (json === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new OAuthError("invalid_request", "aws_client_metadata is not JSON");
  }
  if (!isJsonObject(value) || !Object.values(value).every((each) => typeof each === "string"))
    throw new OAuthError("invalid_request", "aws_client_metadata is not an object of strings");
  return value as Record<string, string>;
}

const looksLikeJwt = (token: string): boolean => /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token);

function refusal(c: Context, pool: Pool, clientId: string | undefined, error: unknown): Response {
  if (error instanceof CognitoError) {
    oauthEvent(c, pool, clientId, "refused", error.reason ?? error.message);
    if (isTriggerFailure(error)) {
      const id = pool.platform.randomUUID();
      const service = `Service: AWSCognitoIdentityProviderInternalService; Status Code: 400; Error Code: ${error.type}`;
      return json(c, { error: `${error.message} (${service}; Request ID: ${id}; Proxy: null)` }, 400);
    }
    return json(c, { error: "invalid_grant", error_description: error.message }, 400);
  }
  if (!(error instanceof OAuthError)) throw error;
  oauthEvent(c, pool, clientId, "refused", error.message);
  return json(c, { error: error.code, error_description: error.description }, error.status);
}

/** `undefined` members are left out. */
function json(c: Context, body: unknown, status: 200 | 400 | 401): Response {
  return c.body(JSON.stringify(body), status, { "content-type": "application/json;charset=UTF-8" });
}
