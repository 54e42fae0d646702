/**
 * Two external identity providers on this machine: a real one (the npm package `oidc-provider`, certified), and one whose
 * answers the test makes up, for what no honest provider sends.
 */
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type JWTPayload, SignJWT } from "jose";
import { type Adapter, type AdapterPayload, type Configuration, Provider } from "oidc-provider";
import type { IdentityProviderModel, ProviderSignIn } from "../../../local/model.ts";

export const providerSecret = "the-pool's-secret-at-the-provider";
const clientId = "the-pool";

export interface Account {
  sub: string;
  [claim: string]: unknown;
}

/** As a program declares it, for a provider whose endpoints are discovered. */
export function providerModel(
  issuer: string,
  changes: Partial<IdentityProviderModel> = {},
  signIn: Partial<ProviderSignIn> = {},
): IdentityProviderModel {
  return {
    name: "Corp",
    type: "OIDC",
    details: { client_secret: providerSecret },
    attributeMapping: { username: "sub", email: "email", email_verified: "email_verified", name: "name" },
    identifiers: ["corp.example"],
    ...changes,
    signIn: {
      idToken: true,
      clientId,
      clientSecret: providerSecret,
      scope: "openid email profile",
      issuer,
      authorizeUrl: undefined,
      tokenUrl: undefined,
      jwksUrl: undefined,
      attributesUrl: undefined,
      attributesMethod: "GET",
      takesLoginHint: true,
      ...signIn,
    },
  };
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

async function listen(handle: Listener): Promise<{ server: Server; origin: string; close(): Promise<void> }> {
  const server = createServer(handle);
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return {
    server,
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

export interface RealProvider {
  issuer: string;
  /** Who signs in with the page's button. */
  account: Account;
  /** `<method> <path>` of each request that came. */
  requests: string[];
  /** Makes the pool known to the provider, with the address to which it sends people back. */
  register(redirectUri: string): void;
  close(): Promise<void>;
}

/**
 * Its sign-in page has two forms: `providerForm`, with the button "Sign in as <sub>", and `refusalForm`.
 * @param host `localhost` is another site than 127.0.0.1 to a browser
 */
export async function startRealProvider(account: Account, host = "127.0.0.1"): Promise<RealProvider> {
  let handle: Listener = (_request, response) => void response.writeHead(503).end();
  const requests: string[] = [];
  const { origin: address, close } = await listen((request, response) => {
    requests.push(`${request.method} ${request.url?.split("?")[0]}`);
    handle(request, response);
  });
  const origin = address.replace("127.0.0.1", host);
  const state: RealProvider = {
    issuer: origin,
    account,
    requests,
    close,
    register(redirectUri) {
      const provider = new Provider(
        origin,
        configuration(redirectUri, () => state.account),
      );
      const serve = provider.callback();
      handle = (request, response) => {
        if (request.url?.startsWith("/interaction/")) void interact(provider, state.account, request, response);
        else void serve(request, response);
      };
    },
  };
  return state;
}

function configuration(redirectUri: string, account: () => Account): Configuration {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return {
    clients: [
      {
        client_id: clientId,
        client_secret: providerSecret,
        redirect_uris: [redirectUri],
        // Cognito has no other way, so the provider refuses any other.
        token_endpoint_auth_method: "client_secret_post",
        id_token_signed_response_alg: "ES256",
      },
    ],
    jwks: {
      keys: [{ ...(privateKey.export({ format: "jwk" }) as object), kid: randomUUID(), alg: "ES256", use: "sig" }],
    },
    adapter: memory(),
    cookies: { keys: [randomUUID()] },
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    features: { devInteractions: { enabled: false } },
    pkce: { required: () => false },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: async () => account() }),
    async loadExistingGrant(ctx) {
      const grant = new ctx.oidc.provider.Grant({ clientId, accountId: ctx.oidc.session!.accountId! });
      grant.addOIDCScope("openid email profile");
      await grant.save();
      return grant;
    },
  };
}

/** A store of its own for one provider. */
function memory(): (kind: string) => Adapter {
  const stored = new Map<string, AdapterPayload>();
  return (kind) => ({
    upsert: async (id, payload) => void stored.set(`${kind}:${id}`, payload),
    find: async (id) => stored.get(`${kind}:${id}`),
    findByUid: async (uid) => [...stored.values()].find((payload) => payload.kind === kind && payload.uid === uid),
    findByUserCode: async () => undefined,
    async consume(id) {
      stored.get(`${kind}:${id}`)!.consumed = Date.now();
    },
    destroy: async (id) => void stored.delete(`${kind}:${id}`),
    revokeByGrantId: async () => {},
  });
}

async function interact(provider: Provider, account: Account, request: IncomingMessage, response: ServerResponse) {
  const { prompt } = await provider.interactionDetails(request, response);
  if (request.method !== "POST") {
    response.setHeader("content-type", "text/html; charset=utf-8");
    const page = `<!DOCTYPE html><title>The provider: ${prompt.name}</title>`;
    const form = (value: string, label: string) =>
      `<form name="${value}Form" method="post" action="${request.url}"><input type="hidden" name="answer" value="${value}"><button type="submit" name="go" value="1">${label}</button></form>`;
    response.end(page + form("provider", `Sign in as ${account.sub}`) + form("refusal", "Do not sign in"));
    return;
  }
  let body = "";
  for await (const chunk of request) body += chunk;
  const refused = new URLSearchParams(body).get("answer") === "refusal";
  await provider.interactionFinished(
    request,
    response,
    refused
      ? { error: "access_denied", error_description: "The person does not want to" }
      : { login: { accountId: account.sub } },
    { mergeWithLastSubmission: false },
  );
}

export interface CraftedProvider {
  issuer: string;
  /** What the next answers are changed by. */
  craft: {
    discovery?: Record<string, unknown>;
    claims?: JWTPayload;
    /** Makes another token of the claims. */
    idToken?: (claims: JWTPayload) => string | Promise<string>;
    /** Signs with a key that is not published. */
    foreignKey?: boolean;
    userInfo?: Record<string, unknown>;
    /** Parameters of the redirect to the pool; `undefined` leaves one out. */
    callback?: Record<string, string | undefined>;
    token?: { status: number; headers?: Record<string, string>; body: string };
  };
  requests: { method: string; path: string; body: string; authorization: string | undefined }[];
  close(): Promise<void>;
}

/** Sends whoever comes straight back with a code, as `u-1`. */
export async function startCraftedProvider(): Promise<CraftedProvider> {
  const own = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const foreign = generateKeyPairSync("ec", { namedCurve: "P-256" });
  /** Code → what the pool asked to have in the token. */
  const nonces = new Map<string, string | null>();
  const json = (response: ServerResponse, value: unknown) =>
    void response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
  const { origin: issuer, close } = await listen(async (request, response) => {
    const url = new URL(request.url!, issuer);
    let body = "";
    for await (const chunk of request) body += chunk;
    const { authorization } = request.headers;
    provider.requests.push({ method: request.method!, path: url.pathname, body, authorization });
    const { craft } = provider;
    switch (url.pathname) {
      case "/.well-known/openid-configuration":
        return json(response, {
          issuer,
          authorization_endpoint: `${issuer}/authorize`,
          token_endpoint: `${issuer}/token`,
          jwks_uri: `${issuer}/keys`,
          userinfo_endpoint: `${issuer}/userinfo`,
          ...craft.discovery,
        });
      case "/authorize": {
        const code = `c-${nonces.size + 1}`;
        nonces.set(code, url.searchParams.get("nonce"));
        const back = new URL(url.searchParams.get("redirect_uri")!);
        const parameters = { code, state: url.searchParams.get("state")!, ...craft.callback };
        for (const [name, value] of Object.entries(parameters))
          if (value !== undefined) back.searchParams.set(name, value);
        return void response.writeHead(302, { location: back.href }).end();
      }
      case "/token": {
        if (craft.token)
          return void response
            .writeHead(craft.token.status, { "content-type": "application/json", ...craft.token.headers })
            .end(craft.token.body);
        const now = Math.floor(Date.now() / 1000);
        const nonce = nonces.get(new URLSearchParams(body).get("code")!);
        const claims = { iss: issuer, sub: "u-1", aud: clientId, nonce, iat: now, exp: now + 300, ...craft.claims };
        const key = craft.foreignKey ? foreign.privateKey : own.privateKey;
        const sign = () => new SignJWT(claims).setProtectedHeader({ alg: "ES256", kid: "k-1" }).sign(key);
        const id_token = await (craft.idToken?.(claims) ?? sign());
        return json(response, { access_token: "a-1", token_type: "Bearer", id_token });
      }
      case "/keys":
        return json(response, { keys: [{ ...own.publicKey.export({ format: "jwk" }), kid: "k-1", alg: "ES256" }] });
      case "/userinfo":
        return json(response, { sub: "u-1", email: "u1@example.com", name: "U. One", ...craft.userInfo });
      default:
        return void response.writeHead(404).end();
    }
  });
  const provider: CraftedProvider = { issuer, craft: {}, requests: [], close };
  return provider;
}
