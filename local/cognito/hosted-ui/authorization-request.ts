/**
 * What an application asks of the hosted UI, parsed once from the query that every page carries along
 * (Cognito developer guide, "Authorize endpoint"; RFC 6749 §3.1, §4.1.1, §4.2.1; RFC 7636).
 *
 * Order of checks: as long as the client or its redirect address is in doubt nothing goes back to the application;
 * after that every refusal does, in the query for `code` and in the fragment for `token`.
 */
import type { AppClientModel } from "../../model.ts";
import { askedProvider, type ServedProvider } from "../federation/providers.ts";
import type { Pool } from "../pool.ts";

export interface AuthorizationRequest {
  client: AppClientModel;
  responseType: "code" | "token";
  redirectUri: string;
  scopes: string[];
  state: string | undefined;
  nonce: string | undefined;
  codeChallenge: string | undefined;
  /** The API that the access token is for (RFC 8707); becomes its `aud`. */
  resource: string | undefined;
  /** Managed login only; empty otherwise. */
  prompt: string[];
  /** Managed login only. */
  loginHint: string | undefined;
  /** Whom the application sends the person to; `undefined` when it leaves the choice, or wants the pool's own users. */
  provider: ServedProvider | undefined;
  /** The query as it came, without `?`: what the pages' links and forms carry. */
  query: string;
}

export type ParsedAuthorization =
  | { ok: true; request: AuthorizationRequest }
  /** Shown on the hosted UI itself. */
  | { ok: false; page: { error: string; clientId: string | undefined }; reason: string }
  /** Sent to the application. */
  | { ok: false; redirect: string; reason: string };

const standardScopes = ["openid", "email", "phone", "profile", "aws.cognito.signin.user.admin"];
const single = [
  ...[
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
  ],
  ...["resource", "prompt", "login_hint", "identity_provider", "idp_identifier"],
];

export function parseAuthorization(pool: Pool, url: URL, managedLogin: boolean): ParsedAuthorization {
  const query = url.searchParams;
  const parameter = (name: string) => query.get(name) || undefined;
  const refuse = (error: string, reason: string): ParsedAuthorization => ({
    ok: false,
    page: { error, clientId: parameter("client_id") },
    reason,
  });

  const repeated = single.find((name) => query.getAll(name).length > 1);
  if (repeated) return refuse("invalid_request", `the parameter ${repeated} came more than once`);
  const clientId = parameter("client_id");
  if (!clientId) return refuse("Required parameters missing", "client_id is missing");
  const client = pool.client(clientId);
  if (!client) return refuse("Client does not exist.", `user pool client ${clientId} does not exist`);
  if (!client.oauthEnabled)
    return refuse("unauthorized_client", `client ${client.name} has AllowedOAuthFlowsUserPoolClient off`);
  const redirectUri = parameter("redirect_uri") ?? client.defaultRedirectUri;
  if (!redirectUri) {
    const error =
      url.pathname === "/oauth2/authorize"
        ? "Required parameters missing"
        : "Required String parameter 'redirect_uri' is not present";
    return refuse(error, "redirect_uri is missing");
  }
  if (!client.callbackUrls.includes(redirectUri))
    return refuse("redirect_mismatch", `${redirectUri} is not among the callback URLs of client ${client.name}`);
  const asked = askedProvider(pool, client, parameter("identity_provider"), parameter("idp_identifier"));
  if (!asked.ok) return refuse("Login option is not available", asked.reason);

  const state = parameter("state");
  const responseType = parameter("response_type");
  const refer = (error: string, description: string | undefined, reason: string): ParsedAuthorization => ({
    ok: false,
    redirect: errorRedirect({ redirectUri, state, responseType }, error, description),
    reason,
  });
  if (responseType !== "code" && responseType !== "token")
    return refer("invalid_request", undefined, `response_type is ${responseType ?? "missing"}, not code or token`);
  if (!client.flows.includes(responseType === "code" ? "code" : "implicit"))
    return refer(
      "invalid_request",
      "unauthorized_client",
      `client ${client.name} does not allow the ${responseType === "code" ? "code" : "implicit"} flow`,
    );

  const scopes = requestedScopes(client, parameter("scope"));
  if (!scopes.ok) return refer("invalid_request", "invalid_scope", scopes.reason);

  const challenge = parameter("code_challenge");
  const method = parameter("code_challenge_method");
  if (challenge !== undefined || method !== undefined) {
    if (method !== "S256")
      return refer(
        "invalid_request",
        undefined,
        `code_challenge_method is ${method ?? "missing"}, only S256 is served`,
      );
    if (challenge === undefined || !/^[A-Za-z0-9_-]{43}$/.test(challenge))
      return refer("invalid_request", undefined, "code_challenge is not 43 characters of base64url");
  }
  // A feature of the tiers above LITE; there the parameter means nothing.
  const resource = pool.model.tier === "LITE" ? undefined : parameter("resource");
  if (resource !== undefined && !isResource(resource))
    return refer(
      "invalid_request",
      undefined,
      `resource ${resource} is not https, http://localhost or a custom scheme`,
    );

  return {
    ok: true,
    request: {
      client,
      responseType,
      redirectUri,
      scopes: scopes.scopes,
      state,
      nonce: parameter("nonce"),
      codeChallenge: challenge,
      resource,
      prompt: managedLogin ? (parameter("prompt") ?? "").split(" ").filter(Boolean) : [],
      loginHint: managedLogin ? parameter("login_hint") : undefined,
      provider: asked.provider,
      query: url.search.slice(1),
    },
  };
}

function isResource(text: string): boolean {
  if (!URL.canParse(text) || text.includes("#")) return false;
  const { protocol, hostname } = new URL(text);
  return protocol !== "http:" || hostname === "localhost";
}

type Scopes = { ok: true; scopes: string[] } | { ok: false; reason: string };

/**
 * @param scope names with spaces between; without them, everything the client may have
 * @returns what is granted, or why a person is refused
 */
export function requestedScopes(client: AppClientModel, scope: string | undefined): Scopes {
  if (scope === undefined) return { ok: true, scopes: client.scopes };
  const scopes = [...new Set(scope.split(" ").filter(Boolean))];
  if (scopes.length === 0) return { ok: true, scopes: client.scopes };
  const foreign = scopes.find((name) => !client.scopes.includes(name));
  if (foreign !== undefined) return { ok: false, reason: `client ${client.name} does not allow the scope ${foreign}` };
  const needsOpenid = scopes.find((name) => ["email", "phone", "profile"].includes(name));
  if (needsOpenid && !scopes.includes("openid"))
    return { ok: false, reason: `the scope ${needsOpenid} is granted only together with openid` };
  return { ok: true, scopes };
}

export const isCustomScope = (scope: string): boolean => !standardScopes.includes(scope);

/** Where the application learns of a refusal. Applications must read the parameters by name: the order differs. */
export function errorRedirect(
  to: { redirectUri: string; state: string | undefined; responseType: string | undefined },
  error: string,
  description?: string,
): string {
  if (to.responseType === "token")
    return withParameters(to.redirectUri, "#", { error_description: description, state: to.state, error });
  return withParameters(to.redirectUri, "?", { error, error_description: description, state: to.state });
}

/** Adds parameters to a registered redirect address, which may be of any scheme and have a query of its own. */
export function withParameters(
  address: string,
  part: "?" | "#",
  parameters: Record<string, string | number | undefined>,
): string {
  const pairs = Object.entries(parameters)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(value!)}`);
  const separator = part === "?" && address.includes("?") ? "&" : part;
  return address + separator + pairs.join("&");
}
