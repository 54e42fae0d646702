/**
 * A small Cognito with an API behind it, real on the wire: RS256 keys of its own, HTTP, redirects with a fragment, PKCE,
 * refresh with rotation, revocation, and an API that verifies what it is sent. It signs everybody in as one user.
 */
import { createHash, randomUUID } from "node:crypto";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, importJWK, type JWTPayload, jwtVerify, SignJWT } from "jose";

export interface TokenPlan {
  idHeader: Record<string, unknown>;
  idClaims: JWTPayload;
  accessHeader: Record<string, unknown>;
  accessClaims: JWTPayload;
}

type MakeRedirect = (redirectUri: string, query: URLSearchParams) => string | Promise<string>;

export interface FakeCognito {
  issuer: string;
  hostedUi: string;
  apiUrl: string;
  clientId: string;
  console: string;
  privateKey: CryptoKey;
  kid: string;
  /** Requests seen, as `METHOD path`. */
  requests: {
    role: string;
    method: string;
    url: string;
    headers: IncomingHttpHeaders;
    authorization: string | undefined;
    body: string;
  }[];
  /** Changes what is issued next. */
  plan(change: (plan: TokenPlan) => void): void;
  /** Replaces the redirect of `/oauth2/authorize`. */
  redirect(make: MakeRedirect | undefined): void;
  /** Makes `/oauth2/token` and `/oauth2/revoke` answer this. */
  answerTokenRequests(answer: { status: number; body: unknown } | undefined): void;
  /** Signs a pair of tokens as planned; `at_hash: undefined` in the plan leaves it out. */
  mint(nonce: string | undefined): Promise<{ idToken: string; accessToken: string }>;
  validRefreshTokens: Set<string>;
  /** What `demo-auth local` would say of itself. */
  cloud: Record<string, unknown>;
  close(): Promise<void>;
}

const userPoolId = "us-east-1_Fake00001";
export const user = { sub: "a1cb05c0-a081-70a3-d56c-96f0927b7c1a", email: "ada@example.com" };
const { publicKey, privateKey } = await generateKeyPair("RS256", { extractable: true });
const kid = "s1fBZ0wTTb1Q5Kq3M1Zr0yJ9t7q2m0b6u3v4w5x6y7A=";
const jwk = { ...(await exportJWK(publicKey)), kid, alg: "RS256", use: "sig" };
const verificationKey = await importJWK(jwk, "RS256");

export async function startFakeCognito(options: {
  callbackUrls: string[];
  flow?: "implicit" | "code";
}): Promise<FakeCognito> {
  const clientId = `client${randomUUID().replaceAll("-", "").slice(0, 20)}`;
  const codes = new Map<string, { challenge: string | null; nonce: string | null; redirectUri: string }>();
  let change: (plan: TokenPlan) => void = () => undefined;
  let makeRedirect: MakeRedirect | undefined;
  let tokenAnswer: { status: number; body: unknown } | undefined;
  const servers: Server[] = [];

  const serve = async (role: string, handle: (r: Seen, response: ServerResponse) => Promise<void> | void) => {
    const server = createServer(async (request, response) => {
      const seen = await see(request);
      fake.requests.push({
        role,
        method: seen.method,
        url: seen.url.href,
        headers: request.headers,
        authorization: seen.authorization,
        body: seen.body,
      });
      await handle(seen, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    servers.push(server);
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };

  const fake = {
    clientId,
    privateKey,
    kid,
    requests: [],
    validRefreshTokens: new Set<string>(),
  } as unknown as FakeCognito;

  fake.mint = async (nonce) => {
    const now = Math.floor(Date.now() / 1000);
    const base = { sub: user.sub, iss: fake.issuer, iat: now, auth_time: now, exp: now + 3600, event_id: randomUUID() };
    const plan: TokenPlan = {
      idHeader: { kid, alg: "RS256" },
      idClaims: {
        ...base,
        aud: clientId,
        token_use: "id",
        email: user.email,
        email_verified: true,
        "cognito:username": user.sub,
        jti: randomUUID(),
        ...(nonce ? { nonce } : {}),
      },
      accessHeader: { kid, alg: "RS256" },
      accessClaims: {
        ...base,
        client_id: clientId,
        token_use: "access",
        scope: "openid email",
        username: user.sub,
        version: 2,
        jti: randomUUID(),
      },
    };
    change(plan);
    const sign = (header: Record<string, unknown>, claims: JWTPayload) =>
      new SignJWT(claims).setProtectedHeader(header as { alg: string }).sign(privateKey);
    const accessToken = await sign(plan.accessHeader, plan.accessClaims);
    const half = createHash("sha256").update(accessToken).digest().subarray(0, 16).toString("base64url");
    if (!("at_hash" in plan.idClaims)) plan.idClaims.at_hash = half;
    if (plan.idClaims.at_hash === undefined) delete plan.idClaims.at_hash;
    return { idToken: await sign(plan.idHeader, plan.idClaims), accessToken };
  };

  const idp = await serve("idp", ({ url }, response) => {
    if (url.pathname === `/${userPoolId}/.well-known/jwks.json`) return json(response, 200, { keys: [jwk] });
    if (url.pathname === `/${userPoolId}/.well-known/openid-configuration`) {
      return json(response, 200, { issuer: fake.issuer, authorization_endpoint: `${fake.hostedUi}/oauth2/authorize` });
    }
    if (url.pathname === "/api/cloud") return json(response, 200, fake.cloud);
    return json(response, 404, {});
  });
  fake.console = idp;
  fake.issuer = `${idp}/${userPoolId}`;

  fake.hostedUi = await serve("hosted-ui", async ({ url, method, body }, response) => {
    response.setHeader("cache-control", "no-cache, no-store, max-age=0, must-revalidate");
    const query = url.searchParams;
    if (url.pathname === "/oauth2/authorize") {
      const redirectUri = query.get("redirect_uri") ?? "";
      if (query.get("client_id") !== clientId || !options.callbackUrls.includes(redirectUri)) {
        response.writeHead(302, { location: `/error?error=redirect_mismatch&client_id=${clientId}` }).end();
        return;
      }
      const state = query.get("state") ?? "";
      if (makeRedirect) {
        response.writeHead(302, { location: await makeRedirect(redirectUri, query) }).end();
        return;
      }
      if (query.get("response_type") === "code") {
        const code = randomUUID();
        codes.set(code, { challenge: query.get("code_challenge"), nonce: query.get("nonce"), redirectUri });
        response.writeHead(302, { location: `${redirectUri}?code=${code}&state=${state}` }).end();
        return;
      }
      const { idToken, accessToken } = await fake.mint(query.get("nonce") ?? undefined);
      const fragment = `id_token=${idToken}&access_token=${accessToken}&expires_in=3600&token_type=Bearer&state=${state}`;
      response.writeHead(302, { location: `${redirectUri}#${fragment}` }).end();
      return;
    }
    if (method === "GET" && url.pathname === "/logout") {
      response.writeHead(302, { location: query.get("logout_uri") ?? "/login" }).end();
      return;
    }
    const form = new URLSearchParams(body);
    if (method === "POST" && tokenAnswer) return json(response, tokenAnswer.status, tokenAnswer.body);
    if (method === "POST" && url.pathname === "/oauth2/token") {
      if (form.get("client_id") !== clientId) return json(response, 400, { error: "invalid_client" });
      if (form.get("grant_type") === "authorization_code") {
        const grant = codes.get(form.get("code") ?? "");
        codes.delete(form.get("code") ?? "");
        const challenge = createHash("sha256")
          .update(form.get("code_verifier") ?? "")
          .digest("base64url");
        if (!grant || grant.challenge !== challenge || grant.redirectUri !== form.get("redirect_uri")) {
          return json(response, 400, { error: "invalid_grant" });
        }
        return json(response, 200, await tokenSet(fake, grant.nonce ?? undefined));
      }
      const old = form.get("refresh_token") ?? "";
      if (!fake.validRefreshTokens.delete(old)) return json(response, 400, { error: "invalid_grant" });
      return json(response, 200, await tokenSet(fake, undefined));
    }
    if (method === "POST" && url.pathname === "/oauth2/revoke") {
      fake.validRefreshTokens.delete(form.get("token") ?? "");
      response.writeHead(200).end();
      return;
    }
    return json(response, 404, {});
  });

  const api = await serve("api", async ({ url, method, authorization, body }, response) => {
    if (url.pathname === "/Test/moved") {
      response.writeHead(302, { location: "https://elsewhere.example/" }).end();
      return;
    }
    if (url.pathname === "/Test/odd") {
      response.writeHead(500, { "content-type": "text/plain" }).end("\u001b[31mred\u001b[0m\u0007\n");
      return;
    }
    if (url.pathname === "/Test/open") return json(response, 200, { token: authorization ?? null });
    // As an HTTP API answers where it has no route.
    if (url.pathname === "/Test/unrouted") return json(response, 404, { message: "Not Found" });
    const isMethod = /^(DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT)$/.test(method);
    const isElsewhere = method === "DELETE" && url.pathname === "/Test/scoped";
    if (isElsewhere || !isMethod || !["/Test/transactions", "/Test/scoped", "/Test/large"].includes(url.pathname)) {
      response.setHeader("x-amzn-errortype", "MissingAuthenticationTokenException");
      return json(response, 403, { message: "Missing Authentication Token" });
    }
    const wanted = url.pathname === "/Test/scoped" ? "access" : "id";
    const token = authorization?.replace(/^Bearer /, "") ?? "";
    try {
      const { payload } = await jwtVerify(token, verificationKey, { issuer: fake.issuer });
      if (payload.token_use !== wanted) throw new Error("token use");
      if (url.pathname === "/Test/large") {
        response.writeHead(200, { "content-type": "text/plain" }).end("x\n".repeat(2_000_000));
        return;
      }
      return json(response, 200, { user: payload.sub, method, query: url.search, body });
    } catch (error) {
      const expired = (error as { code?: string }).code === "ERR_JWT_EXPIRED";
      return json(response, 401, { message: expired ? "The incoming token has expired" : "Unauthorized" });
    }
  });
  fake.apiUrl = `${api}/Test`;

  fake.plan = (next) => {
    change = next;
  };
  fake.redirect = (make) => {
    makeRedirect = make;
  };
  fake.answerTokenRequests = (answer) => {
    tokenAnswer = answer;
  };
  const flow = options.flow ?? "implicit";
  const routes = [
    { method: "GET", path: "/transactions", authorization: "COGNITO_USER_POOLS", scopes: [] },
    { method: "POST", path: "/transactions", authorization: "COGNITO_USER_POOLS", scopes: [] },
    { method: "GET", path: "/scoped", authorization: "COGNITO_USER_POOLS", scopes: ["orders/read"] },
    { method: "GET", path: "/open", authorization: "NONE", scopes: [] },
  ];
  const client = {
    name: "DemoClient",
    id: clientId,
    flows: [flow],
    scopes: ["openid", "email"],
    callbackUrls: options.callbackUrls,
  };
  fake.cloud = {
    event: "ready",
    pid: process.pid,
    console: fake.console,
    project: { name: "fake", stack: "dev", directory: "/" },
    userPools: [
      { name: "Pool", id: userPoolId, arn: "", issuer: fake.issuer, hostedUi: fake.hostedUi, clients: [client] },
    ],
    apis: [{ name: "DemoAPI", id: "abcdefghij", stages: [{ name: "Test", url: fake.apiUrl, routes }] }],
    functions: [],
    declaredNotEmulated: [],
    outputs: {
      region: "us-east-1",
      userPoolId,
      clientId,
      hostedUiUrl: fake.hostedUi,
      issuer: fake.issuer,
      apiUrl: fake.apiUrl,
      callbackUrls: options.callbackUrls,
      logoutUrls: options.callbackUrls.map((url) => url.replace("/callback", "/logout")),
      flow,
      tokenUse: "id",
      scopes: ["openid", "email"],
      routes,
    },
  };
  fake.close = async () => {
    for (const server of servers) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  };
  return fake;
}

async function tokenSet(fake: FakeCognito, nonce: string | undefined) {
  const { idToken, accessToken } = await fake.mint(nonce);
  const refreshToken = `refresh-${randomUUID()}`;
  fake.validRefreshTokens.add(refreshToken);
  return {
    id_token: idToken,
    access_token: accessToken,
    refresh_token: refreshToken,
    expires_in: 3600,
    token_type: "Bearer",
  };
}

interface Seen {
  method: string;
  url: URL;
  authorization: string | undefined;
  body: string;
}

async function see(request: IncomingMessage): Promise<Seen> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return {
    method: request.method ?? "",
    url: new URL(request.url ?? "/", `http://${request.headers.host}`),
    authorization: request.headers.authorization,
    body: Buffer.concat(chunks).toString(),
  };
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
