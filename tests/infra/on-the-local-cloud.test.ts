/** What the settings change for a caller, seen by one: the program with another stack file and two routes more, on the local cloud. */
import { deepEqual, equal, match } from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type LocalCloud, startLocalCloud } from "../../local/start.ts";
import { FormBrowser } from "../support/form-browser.ts";
import { newestCode, signUp, startSignUp } from "../support/sign-up.ts";
import { temporaryProject } from "../support/temporary.ts";

const repository = join(import.meta.dirname, "../..");
const origin = "https://app.example.com";

const hardened = {
  profile: "prod",
  // What a test cannot wait for: an authenticator app, and an administrator.
  mfa: "off",
  selfSignUp: "true",
  allowedOrigin: origin,
};

const routes = `
import { defineRoutes } from "./route-table.ts";

export const routes = defineRoutes([
  { method: "GET", path: "/transactions", handler: "transactions", scope: "transactions/read" },
  { method: "GET", path: "/transactions/{id}", handler: "echo", scope: "transactions/read" },
  { method: "POST", path: "/transactions", handler: "echo", scope: "transactions/write",
    input: { body: { type: "object", required: ["amount"], properties: { amount: { type: "integer" } } } } },
]);
`;

const echo = `
import { json, type ProxyEvent, signedInUser, unauthorized } from "./proxy.ts";

export async function handler(event: ProxyEvent) {
  if (!signedInUser(event)) return unauthorized();
  return json(200, { id: event.pathParameters?.id, body: event.body });
}
`;

function project(stacks: Record<string, Record<string, string>>): string {
  const directory = temporaryProject({
    "package.json": '{ "type": "module" }',
    ...Object.fromEntries(
      Object.entries(stacks).map(([stack, settings]) => [
        `Pulumi.${stack}.yaml`,
        JSON.stringify({
          config: Object.fromEntries(Object.entries(settings).map(([key, value]) => [`demo-auth:${key}`, value])),
        }),
      ]),
    ),
  });
  for (const name of ["Pulumi.yaml", "infra", "handlers"]) {
    cpSync(join(repository, name), join(directory, name), { recursive: true });
  }
  writeFileSync(join(directory, "infra/routes.ts"), routes);
  writeFileSync(join(directory, "handlers/echo.ts"), echo);
  return directory;
}

function start(projectDirectory: string, stack: string, now = Date.now): Promise<LocalCloud> {
  const environment = process.env;
  return startLocalCloud({ projectDirectory, stack, port: 0, stateDirectory: undefined, environment, now });
}

/** Signs up through the hosted UI and exchanges the code, with PKCE, for tokens of the given scopes. */
async function signUpForTokens({ ready }: LocalCloud, email: string, scope: string): Promise<Record<string, string>> {
  const pool = ready.userPools[0]!;
  const client = pool.clients[0]!;
  const redirect = client.callbackUrls[0]!;
  const verifier = randomBytes(32).toString("base64url");
  const query = new URLSearchParams({
    client_id: client.id,
    response_type: "code",
    scope,
    redirect_uri: redirect,
    code_challenge_method: "S256",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
  });
  const browser = new FormBrowser();
  const page = await startSignUp(browser, `${pool.hostedUi}/login?${query}`, email);
  const done = await browser.submit(page, "/confirm", { code: await newestCode(ready, email) });
  const code = new URL(done.location!).searchParams.get("code")!;
  const answer = await fetch(`${pool.hostedUi}/oauth2/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code",
      client_id: client.id,
      code,
      redirect_uri: redirect,
      code_verifier: verifier,
    }),
  });
  equal(answer.status, 200, await answer.clone().text());
  return (await answer.json()) as Record<string, string>;
}

describe("a hardened stack on the local cloud", function () {
  this.timeout(60_000);
  let directory: string;
  let cloud: LocalCloud;
  let api: string;
  let reader: Record<string, string>;

  before(async () => {
    directory = project({ hardened, narrow: { throttlingRate: "1", throttlingBurst: "2" } });
    cloud = await start(directory, "hardened");
    api = cloud.ready.apis[0]!.stages[0]!.url;
    reader = await signUpForTokens(cloud, "ada@example.com", "openid email transactions/read");
  });
  after(() => cloud?.close());

  const call = (path: string, token?: string, init: RequestInit = {}) =>
    fetch(api + path, { ...init, headers: { ...init.headers, ...(token && { authorization: `Bearer ${token}` }) } });

  it("lets in an access token with the route's scope", async () => {
    const answer = await call("/transactions", reader.access_token);
    equal(answer.status, 200);
    const { user } = (await answer.json()) as { user: Record<string, string> };
    match(user.sub ?? "", /^[0-9a-f-]{36}$/);
    equal(user.email, undefined);
  });

  it("[D.2] refuses an ID token where a scope is asked for", async () => {
    equal((await call("/transactions", reader.id_token)).status, 401);
  });

  it("[D.2] refuses an access token without the route's scope", async () => {
    const init = { method: "POST", body: '{"amount":1}', headers: { "content-type": "application/json" } };
    equal((await call("/transactions", reader.access_token, init)).status, 401);
    const writer = await signUpForTokens(cloud, "bob@example.com", "openid transactions/write");
    const answer = await call("/transactions", writer.access_token, init);
    deepEqual([answer.status, await answer.json()], [200, { body: '{"amount":1}' }]);
  });

  it("checks what a route declares as input before its function sees it", async () => {
    const writer = await signUpForTokens(cloud, "eve@example.com", "openid transactions/write");
    const init = { method: "POST", body: '{"amount":"much"}', headers: { "content-type": "application/json" } };
    const answer = await call("/transactions", writer.access_token, init);
    equal(answer.status, 400);
    equal(((await answer.json()) as { message: string }).message, "Invalid request body");
  });

  it("hands a path's variable to its handler", async () => {
    const answer = await call("/transactions/42", reader.access_token);
    deepEqual([answer.status, await answer.json()], [200, { id: "42", body: null }]);
  });

  it("answers a preflight without a token, for its one origin whoever asks", async () => {
    for (const asking of [origin, "https://evil.example"]) {
      const answer = await call("/transactions", undefined, {
        method: "OPTIONS",
        headers: { origin: asking, "access-control-request-method": "GET" },
      });
      deepEqual(
        [
          answer.status,
          answer.headers.get("access-control-allow-origin"),
          answer.headers.get("access-control-allow-methods"),
          answer.headers.get("access-control-allow-headers"),
          await answer.text(),
        ],
        [204, origin, "GET,POST,OPTIONS", "Authorization,Content-Type", ""],
      );
    }
  });

  it("lets the origin's pages read answers and refusals, the gateway's own with their request id", async () => {
    equal((await call("/transactions", reader.access_token)).headers.get("access-control-allow-origin"), origin);
    const refusal = await call("/transactions");
    equal(refusal.status, 401);
    equal(refusal.headers.get("access-control-allow-origin"), origin);
    const { message, requestId, ...rest } = (await refusal.json()) as Record<string, string>;
    deepEqual([message, rest], ["Unauthorized", {}]);
    equal(requestId, refusal.headers.get("x-amzn-requestid"));
  });

  it("lists in its ready line what it declares and does not emulate", () => {
    const whole = cloud.ready.declaredNotEmulated.filter(({ property }) => property === undefined);
    const types = new Set(whole.map(({ type }) => type));
    deepEqual([...types].sort(), [
      "aws:cloudwatch/logGroup:LogGroup",
      "aws:iam/role:Role",
      "aws:iam/rolePolicy:RolePolicy",
    ]);
  });

  it("is open to anyone while its authorization is none, and closed at the same address by config over that line", async () => {
    const cloud = await start(project({ open: { authorization: "none" } }), "open");
    const call = async () => {
      const [stage] = cloud.ready.apis[0]!.stages;
      const answer = await fetch(`${stage!.url}/transactions`);
      const { user, message } = (await answer.json()) as { user?: { sub: string }; message?: string };
      const route = stage!.routes.find(({ path }) => path === "/transactions");
      return [stage!.url, route?.authorization, answer.status, user?.sub ?? message];
    };
    try {
      const [url, ...open] = await call();
      deepEqual(open, ["NONE", 200, "anonymous"]);
      await cloud.reload({ "demo-auth:authorization": "cognito" });
      const closed = [url, "COGNITO_USER_POOLS", 401, "Unauthorized"];
      deepEqual(await call(), closed);
      await cloud.reload();
      deepEqual(await call(), closed, "a reload keeps the config that the one before was given");
    } finally {
      await cloud.close();
    }
  });

  it("throttles all callers together above the stage's rate", async () => {
    // The clock stands still, so no new allowance comes while the requests are on their way.
    const instant = Date.now();
    const narrow = await start(directory, "narrow", () => instant);
    try {
      const url = `${narrow.ready.apis[0]!.stages[0]!.url}/transactions`;
      const headers = { authorization: (await signUp(narrow.ready, "ada@example.com")).idToken };
      const statuses = await Promise.all(
        Array.from({ length: 12 }, async () => (await fetch(url, { headers })).status),
      );
      deepEqual(statuses.toSorted(), [...Array(2).fill(200), ...Array(10).fill(429)]);
    } finally {
      await narrow.close();
    }
  });
});
