/**
 * The pool as a client of an external provider: the only part of the user pools that sends requests to where the program
 * says. It does so while somebody signs in with that provider and at no other time (OpenID Connect Core 1.0 §3.1, RFC 6749
 * §4.1, RFC 9207; https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-oidc-idp.html).
 */
import * as openid from "openid-client";
import { readBody } from "../../http/read-body.ts";
import { isJsonObject } from "../../json-object.ts";
import { LOOPBACK_HOSTS } from "../../loopback-hosts.ts";
import { ProviderFailure } from "./provider-failure.ts";
import type { ServedProvider } from "./providers.ts";

/** A provider that does not answer must not hold the browser for ever. */
const TIMEOUT_SECONDS = 10;
/** Far above any discovery document, key set or answer, and far below what would be felt. */
const LONGEST_ANSWER_BYTES = 1_048_576;
const ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];

export type Claims = Record<string, unknown>;

/**
 * @param request `state` and `nonce` come back with the answer and in the ID token
 * @returns where the browser is to go
 * @throws ProviderFailure when the provider cannot be discovered
 */
export function authorizationAddress(
  provider: ServedProvider,
  request: { redirectUri: string; state: string; nonce: string; prompt: string[]; loginHint: string | undefined },
): Promise<URL> {
  const { redirectUri, state, nonce, prompt, loginHint } = request;
  const { idToken, scope, takesLoginHint } = provider.signIn;
  return withProvider(provider, async () => {
    const address = openid.buildAuthorizationUrl(await configuration(provider, ["authorization_endpoint"]), {
      redirect_uri: redirectUri,
      scope,
      state,
      ...(idToken && { nonce }),
      ...(prompt.length > 0 && { prompt: prompt.join(" ") }),
      ...(takesLoginHint && loginHint !== undefined && { login_hint: loginHint }),
    });
    refusePlain(provider, address);
    return address;
  });
}

/**
 * Takes the provider's answer: exchanges the code, verifies the ID token (issuer, audience, signature, nonce, times) and
 * asks for the attributes. The token's times are held against the machine's clock: a provider knows no other.
 * @param callback the address that the provider sent the browser to, with its query
 * @returns what the provider says of the person; the signed token wins over the attributes endpoint
 * @throws ProviderFailure
 */
export function claimsFromAnswer(
  provider: ServedProvider,
  callback: URL,
  expected: { state: string; nonce: string },
): Promise<Claims> {
  const { idToken, attributesMethod } = provider.signIn;
  return withProvider(provider, async () => {
    const config = await configuration(provider, idToken ? ["token_endpoint", "jwks_uri"] : ["token_endpoint"]);
    const tokens = await openid.authorizationCodeGrant(config, callback, {
      expectedState: expected.state,
      ...(idToken && { expectedNonce: expected.nonce, idTokenExpected: true }),
    });
    const signed: Claims = { ...tokens.claims() };
    const endpoint = config.serverMetadata().userinfo_endpoint;
    if (endpoint === undefined) return signed;
    const url = new URL(endpoint);
    const response = await openid.fetchProtectedResource(config, tokens.access_token, url, attributesMethod);
    const attributes = await attributesIn(provider, response);
    // Without this the attributes of somebody else could be put under a person's name (OpenID Connect Core 1.0 §5.3.2).
    if (idToken && attributes.sub !== signed.sub)
      throw new ProviderFailure(
        "Bad userInfo subject",
        `The attributes endpoint of ${provider.name} answered about another person than the ID token.`,
      );
    return { ...attributes, ...signed };
  });
}

type Endpoint = "authorization_endpoint" | "token_endpoint" | "jwks_uri";

/** Fresh each time: the provider may have been restarted with other keys, and its sign-ins are rare. */
async function configuration(provider: ServedProvider, needed: Endpoint[]): Promise<openid.Configuration> {
  const { clientId, clientSecret, issuer, authorizeUrl, tokenUrl, jwksUrl, attributesUrl } = provider.signIn;
  const declared = {
    ...(authorizeUrl !== undefined && { authorization_endpoint: authorizeUrl }),
    ...(tokenUrl !== undefined && { token_endpoint: tokenUrl }),
    ...(jwksUrl !== undefined && { jwks_uri: jwksUrl }),
    ...(attributesUrl !== undefined && { userinfo_endpoint: attributesUrl }),
  };
  const settings = {
    timeout: TIMEOUT_SECONDS,
    [openid.customFetch]: guardedFetch(provider),
    execute: takesPlain(provider) ? [openid.allowInsecureRequests] : [],
  };
  const known: Record<string, string> = declared;
  const complete = needed.every((name) => known[name] !== undefined);
  const discovered = complete ? undefined : await discover(new URL(issuer!), clientId, settings);
  const config = new openid.Configuration(
    {
      id_token_signing_alg_values_supported: ALGORITHMS,
      ...discovered,
      ...declared,
      issuer: discovered?.issuer ?? issuer ?? new URL(authorizeUrl!).origin,
    },
    clientId,
    undefined,
    // Cognito knows no other way than `client_secret_post`, whatever the provider offers.
    clientSecret === undefined ? openid.None() : openid.ClientSecretPost(clientSecret),
  );
  config.timeout = TIMEOUT_SECONDS;
  config[openid.customFetch] = guardedFetch(provider);
  if (takesPlain(provider)) openid.allowInsecureRequests(config);
  if (provider.signIn.idToken) openid.enableNonRepudiationChecks(config);
  return config;
}

async function discover(
  issuer: URL,
  clientId: string,
  settings: openid.DiscoveryRequestOptions,
): Promise<openid.ServerMetadata> {
  const found = await openid.discovery(issuer, clientId, undefined, undefined, settings);
  const { supportsPKCE: _helper, ...metadata } = found.serverMetadata();
  return metadata;
}

/** Whether the program itself declares an address of this machine without TLS. */
function takesPlain({ signIn }: ServedProvider): boolean {
  const { issuer, authorizeUrl, tokenUrl, jwksUrl, attributesUrl } = signIn;
  return [issuer, authorizeUrl, tokenUrl, jwksUrl, attributesUrl].some((address) => address?.startsWith("http://"));
}

/** A provider's discovery document must not lead to plain HTTP elsewhere, nor one with TLS to this machine's services. */
function refusePlain(provider: ServedProvider, { protocol, hostname, host }: URL): void {
  if (protocol === "https:" || (takesPlain(provider) && LOOPBACK_HOSTS.has(hostname))) return;
  throw new ProviderFailure(
    `${provider.name} Error - an endpoint is not https`,
    `${provider.name} names ${protocol}//${host} as an endpoint, which is not https://.`,
  );
}

const guardedFetch =
  (provider: ServedProvider): openid.CustomFetch =>
  async (url, options) => {
    refusePlain(provider, new URL(url));
    const response = await fetch(url, options as RequestInit);
    const body = await readBody(response, LONGEST_ANSWER_BYTES);
    if (!body)
      throw new ProviderFailure(
        `${provider.name} Error - the response is too large`,
        `${provider.name} answered more than ${LONGEST_ANSWER_BYTES} bytes at ${new URL(url).pathname}.`,
      );
    const read = new Response(body.length === 0 ? null : body, response);
    // A response of one's own has none, and what went wrong is told with it.
    return Object.defineProperty(read, "url", { value: response.url });
  };

async function attributesIn(provider: ServedProvider, response: Response): Promise<Claims> {
  if (response.status !== 200)
    throw new ProviderFailure(
      `${provider.name} Error - ${response.status}`,
      `The attributes endpoint of ${provider.name} answered HTTP ${response.status}.`,
    );
  const value: unknown = await response.json().catch(() => undefined);
  if (isJsonObject(value)) return value;
  throw new ProviderFailure(
    `${provider.name} Error - the userInfo response is not a JSON object`,
    `The attributes endpoint of ${provider.name} answered something else than a JSON object.`,
  );
}

async function withProvider<T>(provider: ServedProvider, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw failureOf(provider.name, error);
  }
}

const printable = (text: string) => text.replaceAll(/[^\x20-\x7e]+/g, " ").slice(0, 500);

/** In Cognito's words where they are known: `<provider> Error - <status> <error> <description>`, `Bad id_token issuer <iss>`. */
function failureOf(name: string, error: unknown): Error {
  if (error instanceof ProviderFailure) return error;
  if (error instanceof openid.AuthorizationResponseError) {
    const description = printable(error.error_description ?? error.error);
    return new ProviderFailure(
      description,
      `${name} refused: ${printable(error.error)} ${description}`,
      errorCode(error),
    );
  }
  if (error instanceof openid.ResponseBodyError) {
    const what = printable([error.error, error.error_description].filter(Boolean).join(" "));
    return new ProviderFailure(
      `${name} Error - ${error.status} ${what}`,
      `The token endpoint of ${name} answered HTTP ${error.status}: ${what}.`,
    );
  }
  const causes = causesOf(error);
  const own = causes.find((cause) => cause instanceof ProviderFailure);
  if (own) return own;
  const { code } = error as { code?: string };
  if (code === "OAUTH_JWT_CLAIM_COMPARISON_FAILED") {
    const { claim, claims } = causes.at(-1) as { claim?: string; claims?: Claims };
    const shown = claim === "iss" ? `issuer ${printable(String(claims?.iss))}` : (claimNames[claim!] ?? claim);
    return new ProviderFailure(`Bad id_token ${shown}`, `The ID token of ${name} does not have the expected ${claim}.`);
  }
  if (code === "OAUTH_JWT_TIMESTAMP_CHECK_FAILED")
    return new ProviderFailure("Bad id_token expiration", `The ID token of ${name} is expired or not valid yet.`);
  const response = causes.find((cause) => cause instanceof Response);
  if (response)
    return new ProviderFailure(
      `${name} Error - ${response.status}`,
      `${name} answered HTTP ${response.status} at ${new URL(response.url).pathname}, not what the protocol has there.`,
    );
  const why = printable(causes.findLast((cause) => cause instanceof Error)?.message ?? String(error));
  return new ProviderFailure(`${name} Error - ${why}`, `The answer of ${name} was not accepted: ${why}.`);
}

const claimNames: Record<string, string> = { aud: "audience", nonce: "nonce", azp: "authorized party" };

/** Of RFC 6749 §4.1.2.1's letters, so that it can stand in an address. */
const errorCode = ({ error }: { error: string }): string => (/^[\w.-]{1,64}$/.test(error) ? error : "invalid_request");

/** The error and what is behind it: openid-client wraps what its own library found, and that what `fetch` found. */
function causesOf(error: unknown): unknown[] {
  const causes: unknown[] = [];
  for (let found = error; found !== undefined; found = found instanceof Error ? found.cause : undefined)
    causes.push(found);
  return causes;
}
