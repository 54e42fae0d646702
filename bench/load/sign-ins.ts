/**
 * People who sign in again and again, each on a keep-alive connection of their own, without any cookie from before: the
 * page, the form with its password, the tokens. `node sign-ins.ts <SignInLoad as JSON>` tells its parent a `SignInResult`.
 */
import { createHash, randomBytes } from "node:crypto";
import { Agent, type IncomingHttpHeaders, request } from "node:http";

export interface SignInLoad {
  kind: "demo-auth" | "cognito-local";
  /** The authorization request, as an application would make it. */
  authorize: string;
  clientId: string;
  redirectUri: string;
  users: { name: string; password: string }[];
  signIns: number;
  connections: number;
}

export interface SignInResult {
  perSecond: number;
  /** When each sign-in was done: milliseconds from the start. */
  moments: number[];
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

const load = JSON.parse(process.argv[2] ?? "") as SignInLoad;
const { signIns, connections, users } = load;

function exchange(agent: Agent, url: string, form?: Record<string, string>, cookies = ""): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const body = form && new URLSearchParams(form).toString();
    const headers: Record<string, string> = {
      ...(cookies !== "" && { cookie: cookies }),
      ...(body !== undefined && {
        "content-type": "application/x-www-form-urlencoded",
        "content-length": String(Buffer.byteLength(body)),
        origin: new URL(url).origin,
      }),
    };
    const outgoing = request(url, { agent, method: body === undefined ? "GET" : "POST", headers }, (incoming) => {
      let text = "";
      incoming.setEncoding("utf8");
      incoming.on("data", (chunk: string) => {
        text += chunk;
      });
      incoming.once("end", () => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text }));
    });
    outgoing.once("error", reject);
    outgoing.end(body);
  });
}

function field(text: string, name: string): string {
  const [, value] = new RegExp(`name="${name}"[^>]*value="([^"]*)"`).exec(text) ?? [];
  if (value === undefined) throw new Error(`The page has no field ${name}: ${text.slice(0, 500)}`);
  return value;
}

function expectStatus(answer: Answer, status: number, what: string): void {
  if (answer.status !== status) throw new Error(`${what}: ${answer.status} ${answer.text.slice(0, 300)}`);
}

/** Authorization endpoint, sign-in page, name and password on a page each, redirect with the tokens in the fragment. */
async function throughHostedUi(agent: Agent, user: { name: string; password: string }): Promise<void> {
  const start = await exchange(agent, load.authorize);
  expectStatus(start, 302, "authorize");
  const pageUrl = new URL(start.headers.location!, load.authorize).href;
  const page = await exchange(agent, pageUrl);
  expectStatus(page, 200, "the sign-in page");
  const cookies = (page.headers["set-cookie"] ?? []).map((line) => line.split(";")[0]).join("; ");
  const [, action = ""] = /<form[^>]*action="([^"]*)"/.exec(page.text) ?? [];
  const target = new URL(action.replaceAll("&amp;", "&"), pageUrl).href;
  const form = { _csrf: field(page.text, "_csrf"), username: user.name };
  expectStatus(await exchange(agent, target, form, cookies), 200, "the page for the password");
  const done = await exchange(agent, target, { ...form, password: user.password }, cookies);
  expectStatus(done, 302, "the password");
  if (!/#.*id_token=[\w-]+\.[\w-]+\.[\w-]+/.test(done.headers.location ?? ""))
    throw new Error(`No tokens in the redirect: ${done.headers.location?.slice(0, 100)}`);
}

/** The same with a code, which is all that cognito-local serves: page, password, code, tokens. */
async function throughCode(agent: Agent, user: { name: string; password: string }): Promise<void> {
  const verifier = randomBytes(32).toString("base64url");
  const query = {
    client_id: load.clientId,
    redirect_uri: load.redirectUri,
    response_type: "code",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
    scope: "openid email",
    state: "bench",
  };
  const page = await exchange(agent, `${load.authorize}?${new URLSearchParams(query)}`);
  expectStatus(page, 200, "the sign-in page");
  const done = await exchange(agent, load.authorize, { ...query, username: user.name, password: user.password });
  expectStatus(done, 302, "the password");
  const code = new URL(done.headers.location!).searchParams.get("code") ?? "";
  const answer = await exchange(agent, new URL("/oauth2/token", load.authorize).href, {
    grant_type: "authorization_code",
    client_id: load.clientId,
    redirect_uri: load.redirectUri,
    code,
    code_verifier: verifier,
  });
  expectStatus(answer, 200, "the token endpoint");
  if (!/"id_token":"[\w-]+\.[\w-]+\.[\w-]+"/.test(answer.text)) throw new Error(`No tokens: ${answer.text}`);
}

const signIn = load.kind === "demo-auth" ? throughHostedUi : throughCode;
const moments: number[] = [];
let begun = 0;
const startedAt = performance.now();
await Promise.all(
  Array.from({ length: connections }, async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (begun < signIns) {
      await signIn(agent, users[begun++ % users.length]!);
      moments.push(performance.now() - startedAt);
    }
    agent.destroy();
  }),
);
const result: SignInResult = { perSecond: signIns / (moments.at(-1)! / 1000), moments };
process.send?.(result, () => process.exit(0));
