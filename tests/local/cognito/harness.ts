/** Serves pools over real HTTP on free ports, with a clock and an event list that the test holds in its hand. */
import { createPublicKey, randomBytes, randomUUID, verify } from "node:crypto";
import { getRequestListener } from "@hono/node-server";
import { type CognitoService, cognitoService } from "../../../local/cognito/service.ts";
import { prepareTables } from "../../../local/cognito/state/tables.ts";
import type { TriggerFunctions } from "../../../local/cognito/triggers/functions.ts";
import { type LoopbackServer, listenOnLoopback } from "../../../local/http/loopback.ts";
import type { AppClientModel, AttributeSchema, UserPoolModel } from "../../../local/model.ts";
import type { CloudEvent, Store } from "../../../local/platform.ts";
import { messageTemplates } from "../../../local/resources/cognito/message-templates.ts";
import { openStore } from "../../../local/store/store.ts";
import { FormBrowser, type Page } from "../../support/form-browser.ts";

export const password = "Correct-horse-7";

export const callback = "http://localhost:47810/callback";

export function appClient(changes: Partial<AppClientModel> = {}): AppClientModel {
  return {
    id: "6fjv3m1qc1k0a8v5b9c2d3e4f5",
    name: "DemoClient",
    secret: undefined,
    oauthEnabled: true,
    flows: ["implicit", "code"],
    scopes: ["openid", "email"],
    callbackUrls: [callback, "http://127.0.0.1:47810/callback"],
    logoutUrls: ["http://localhost:47810/signed-out"],
    defaultRedirectUri: undefined,
    identityProviders: ["COGNITO"],
    explicitAuthFlows: ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH"],
    hideUserExistence: true,
    tokenRevocation: true,
    validity: {
      idTokenSeconds: 3600,
      accessTokenSeconds: 3600,
      refreshTokenSeconds: 30 * 86_400,
      authSessionMinutes: 3,
    },
    readAttributes: undefined,
    writeAttributes: undefined,
    refreshTokenRotation: { enabled: false, graceSeconds: 0 },
    branded: true,
    described: {},
    ...changes,
  };
}

export function userPool(changes: Partial<UserPoolModel> = {}): UserPoolModel {
  const id = changes.id ?? "us-east-1_Ab3dEf6hI";
  return {
    id,
    arn: `arn:aws:cognito-idp:us-east-1:000000000000:userpool/${id}`,
    name: "MyFirstDemoPool",
    usernameAttributes: ["email"],
    aliasAttributes: [],
    usernameCaseSensitive: false,
    autoVerifiedAttributes: ["email"],
    passwordPolicy: {
      minimumLength: 8,
      requireLowercase: true,
      requireUppercase: true,
      requireNumbers: true,
      requireSymbols: true,
      temporaryPasswordValidityDays: 7,
      passwordHistorySize: 0,
    },
    mfa: "OFF",
    softwareTokenMfa: false,
    adminCreateUserOnly: false,
    schema: [],
    messages: messageTemplates({}),
    verifiedBeforeUpdate: [],
    devices: undefined,
    passkeys: { relyingPartyId: undefined, userVerification: "preferred" },
    accountRecovery: undefined,
    triggers: {},
    riskActions: [],
    emailMfa: false,
    firstFactors: ["PASSWORD"],
    sms: false,
    described: {},
    tier: "ESSENTIALS",
    deletionProtection: false,
    domains: [{ domain: `demo-${id.slice(-9).toLowerCase()}`, custom: false, managedLoginVersion: 1 }],
    clients: [appClient()],
    resourceServers: [],
    groups: [],
    identityProviders: [],
    users: [],
    ...changes,
  };
}

export const attribute = (name: string, changes: Partial<AttributeSchema> = {}): AttributeSchema => ({
  name,
  type: "String",
  mutable: true,
  required: false,
  minLength: undefined,
  maxLength: undefined,
  minValue: undefined,
  maxValue: undefined,
  ...changes,
});

export interface RunningCognito {
  service: CognitoService;
  /** Origin of the identity provider. */
  origin: string;
  events: CloudEvent[];
  store: Store;
  clock: { ms: number };
  /** Origin of a pool's hosted UI, the first pool's by default. */
  hostedUi(poolId?: string): string;
  issuer(poolId?: string): string;
  browser(): FormBrowser;
  /** The newest code sent to somebody. */
  code(to: string): string;
  /** Stops serving; the state stays when it was in a file. */
  close(): Promise<void>;
}

interface KeyRow {
  use: string;
  kid: string;
  private_key: string;
}

/** Making RSA keys costs more than most tests do; what a closed cloud's pools had made serves later ones. */
const spareKeys: KeyRow[][] = [];

function lendKeys(store: Store, pools: UserPoolModel[]): void {
  prepareTables(store);
  const insert = store.db.prepare("INSERT INTO cognito_keys VALUES (?, ?, ?, ?, 0)");
  for (const { id } of pools)
    for (const { use, kid, private_key } of spareKeys.pop() ?? []) insert.run(id, use, kid, private_key);
}

function takeKeysBack({ db }: Store): void {
  const rows = db.prepare("SELECT pool_id, use, kid, private_key FROM cognito_keys").all() as unknown as (KeyRow & {
    pool_id: string;
  })[];
  spareKeys.push(...Object.values(Object.groupBy(rows, (row) => row.pool_id)).map((keys) => keys!));
}

const noFunctions: TriggerFunctions = {
  invoke: () => Promise.reject(new Error("No function is expected to be called.")),
  permissions: [],
  timeLimitMs: 5000,
};

/** @param stateFile to start again with the same state; in memory by default */
export async function startCognito(
  pools: UserPoolModel[] = [userPool()],
  stateFile = ":memory:",
  functions: TriggerFunctions = noFunctions,
): Promise<RunningCognito> {
  const clock = { ms: Date.now() };
  const events: CloudEvent[] = [];
  const store = openStore(stateFile);
  const servers: LoopbackServer[] = [];
  const serve = async () => {
    const server = await listenOnLoopback(0);
    servers.push(server);
    return server;
  };
  const idp = await serve();
  const domains = new Map<string, LoopbackServer>();
  for (const pool of pools) for (const { domain } of pool.domains) domains.set(domain, await serve());
  const inMemory = stateFile === ":memory:";
  if (inMemory) lendKeys(store, pools);
  const close = async () => {
    await Promise.all(servers.map((server) => server.close()));
    if (inMemory) takeKeysBack(store);
    store.close();
  };
  let service: CognitoService;
  try {
    service = cognitoService({
      pools,
      functions,
      platform: { now: () => clock.ms, randomUUID, randomBytes, store, emit: (event) => void events.push(event) },
      identityProviderOrigin: idp.origin,
      hostedUiOrigin: (domain) => domains.get(domain)!.origin,
    });
  } catch (error) {
    await close();
    throw error;
  }
  const listen = (handler: (request: Request) => Promise<Response>) =>
    getRequestListener(handler, { overrideGlobalObjects: false });
  idp.handle(
    listen(async (request) => (await service.identityProvider(request)) ?? new Response("console", { status: 404 })),
  );
  for (const [domain, server] of domains) server.handle(listen(service.hostedUi(domain)));
  const pool = (id?: string) => pools.find((each) => each.id === (id ?? pools[0]!.id))!;
  return {
    service,
    origin: idp.origin,
    events,
    store,
    clock,
    hostedUi: (id) => domains.get(pool(id).domains[0]!.domain)!.origin,
    issuer: (id) => `${idp.origin}/${pool(id).id}`,
    browser: () => new FormBrowser(() => clock.ms),
    code(to) {
      const message = service.messages().findLast((each) => each.to === to && each.code !== null);
      if (!message) throw new Error(`No code was sent to ${to}`);
      return message.code!;
    },
    close,
  };
}

/** Pools of its own for one test. */
export async function withCloud(pools: UserPoolModel[], work: (cloud: RunningCognito) => Promise<void>): Promise<void> {
  const cloud = await startCognito(pools);
  try {
    await work(cloud);
  } finally {
    await cloud.close();
  }
}

export interface AuthorizeParameters {
  [name: string]: string | undefined;
}

export function authorizeUrl(
  cloud: RunningCognito,
  changes: AuthorizeParameters = {},
  path = "/oauth2/authorize",
): string {
  const { poolId, ...parameters } = changes;
  const merged = {
    response_type: "token",
    client_id: appClient().id,
    redirect_uri: callback,
    scope: "openid email",
    state: "s-1",
    ...parameters,
  };
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(merged)) if (value !== undefined) query.set(name, value);
  return `${cloud.hostedUi(poolId)}${path}?${query}`;
}

/** Through the pages: sign-up, the code from the mail, and back at the application. */
export async function signUpThroughPages(
  cloud: RunningCognito,
  email: string,
  options: { browser?: FormBrowser; parameters?: AuthorizeParameters; fields?: Record<string, string> } = {},
): Promise<Page> {
  const browser = options.browser ?? cloud.browser();
  const signUp = await browser.open(authorizeUrl(cloud, options.parameters, "/signup"));
  const confirm = await browser.submit(signUp, "/signup", { username: email, password, ...options.fields });
  return browser.submit(confirm, "/confirm", { code: cloud.code(email) });
}

/** Through the pages: the sign-in form filled in and sent. */
export async function signInThroughPages(
  cloud: RunningCognito,
  username: string,
  options: { browser?: FormBrowser; parameters?: AuthorizeParameters; password?: string } = {},
): Promise<Page> {
  const browser = options.browser ?? cloud.browser();
  const page = await browser.open(authorizeUrl(cloud, options.parameters));
  return browser.signIn(page, username, options.password ?? password);
}

export interface DecodedToken {
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
  /** The payload as it is on the wire. */
  json: string;
}

export function decode(token: string | undefined): DecodedToken {
  if (token === undefined) throw new Error("There is no token.");
  const [header = "", payload = ""] = token.split(".").map((part) => Buffer.from(part, "base64url").toString());
  return { header: JSON.parse(header), claims: JSON.parse(payload), json: payload };
}

/** Whether a key that the pool publishes signed the token; `index` tells which. */
export async function signingKey(cloud: RunningCognito, token: string, poolId?: string): Promise<number> {
  const response = await fetch(`${cloud.issuer(poolId)}/.well-known/jwks.json`);
  const { keys } = (await response.json()) as { keys: import("node:crypto").JsonWebKey[] };
  const [header, payload, signature] = token.split(".");
  return keys.findIndex((key) =>
    verify(
      "RSA-SHA256",
      Buffer.from(`${header}.${payload}`),
      createPublicKey({ key, format: "jwk" }),
      Buffer.from(signature!, "base64url"),
    ),
  );
}
