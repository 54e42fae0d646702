/** What several parts need before they can measure: somebody's tokens, many tokens, and a cloud that has users. */
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { FormBrowser, redirectParameters } from "../../cli/commands/tour/form-browser.ts";
import type { SignInLoad } from "../load/sign-ins.ts";
import { type CloudOptions, type RunningCloud, startCloud } from "../system/cloud.ts";
import { decode, emailOf, password, poolKey, seedUsers, signed } from "../system/state.ts";
import type { Workspace } from "../system/workspace.ts";

export interface Tokens {
  idToken: string;
  accessToken: string;
}

/** The authorization request that the pool's client makes in its implicit flow. */
export function authorizeUrl({ pool }: RunningCloud, extra: Record<string, string> = {}): string {
  const client = pool.clients[0]!;
  const query = {
    client_id: client.id,
    response_type: "token",
    scope: client.scopes.join(" "),
    redirect_uri: client.callbackUrls[0]!,
    state: "bench",
    ...extra,
  };
  return `${pool.hostedUi}/oauth2/authorize?${new URLSearchParams(query)}`;
}

/** Signs in through the pages, with whichever flow the client has. */
export async function signInForTokens(
  cloud: RunningCloud,
  user: { name: string; password: string },
  scopes?: readonly string[],
): Promise<Tokens> {
  const client = cloud.pool.clients[0]!;
  const implicit = client.flows.includes("implicit");
  const verifier = randomBytes(32).toString("base64url");
  const browser = new FormBrowser();
  const page = await browser.open(
    authorizeUrl(cloud, {
      ...(scopes && { scope: scopes.join(" ") }),
      ...(!implicit && {
        response_type: "code",
        code_challenge: createHash("sha256").update(verifier).digest("base64url"),
        code_challenge_method: "S256",
      }),
    }),
  );
  const done = await browser.signIn(page, user.name, user.password);
  const parameters = redirectParameters(done.location);
  if (implicit) return { idToken: parameters.id_token ?? "", accessToken: parameters.access_token ?? "" };
  const answer = await fetch(`${cloud.pool.hostedUi}/oauth2/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code",
      client_id: client.id,
      redirect_uri: client.callbackUrls[0]!,
      code: parameters.code ?? "",
      code_verifier: verifier,
    }),
  });
  const tokens = (await answer.json()) as Record<string, string>;
  return { idToken: tokens.id_token ?? "", accessToken: tokens.access_token ?? "" };
}

export interface Prepared {
  /** To start it again with the same users, keys and addresses. */
  options: CloudOptions & { port: number };
  stateDirectory: string;
  home: string;
  api: URL;
  poolArn: string;
  clientId: string;
  /** ID tokens that the pool signed, each with a `jti` of its own; nobody but the first was seen by the cloud. */
  tokens: readonly string[];
  /** PEM of the key that they are signed with. */
  publicKey: string;
  /** What the function answers to the first of them. */
  body: string;
  users: SignInLoad["users"];
}

/** The folder of the one function that the prepared cloud unpacked. */
export function functionFolder({ stateDirectory }: Pick<Prepared, "stateDirectory">): string {
  const functions = join(stateDirectory, "functions");
  const [name = ""] = readdirSync(functions);
  return join(functions, name);
}

/**
 * A stopped cloud with users and tokens.
 * @param tokenCharacters how long the tokens are at least; shorter ones are filled up with a claim
 */
export async function prepareCloud(
  workspace: Workspace,
  options: CloudOptions,
  { users = 10, tokens = 1, tokenCharacters = 0 } = {},
): Promise<Prepared> {
  const first = await startCloud(workspace, options);
  await first.subject.stop();
  await seedUsers(first.stateDirectory, first.pool.id, 0, users);
  const key = await poolKey(first.stateDirectory, first.pool.id);
  const again = { ...options, port: first.port };
  const cloud = await startCloud(workspace, again);
  try {
    const { header, claims } = decode((await signInForTokens(cloud, { name: emailOf(0), password })).idToken);
    const bare = signed({ header, claims }, key.privateKey).length;
    const filling = Math.max(0, Math.ceil((tokenCharacters - bare) * 0.75));
    const many = Array.from({ length: tokens }, () =>
      signed(
        { header, claims: { ...claims, jti: randomUUID(), ...(filling > 0 && { filling: "x".repeat(filling) }) } },
        key.privateKey,
      ),
    );
    const answer = await fetch(cloud.api, { headers: { authorization: `Bearer ${many[0]}` } });
    if (answer.status !== 200) throw new Error(`The API answered ${answer.status}: ${await answer.text()}`);
    return {
      options: again,
      stateDirectory: cloud.stateDirectory,
      home: cloud.home,
      api: cloud.api,
      poolArn: cloud.pool.arn,
      clientId: cloud.pool.clients[0]!.id,
      tokens: many,
      publicKey: key.publicKey.export({ type: "spki", format: "pem" }).toString(),
      body: await answer.text(),
      users: Array.from({ length: users }, (_, index) => ({ name: emailOf(index), password })),
    };
  } finally {
    await cloud.subject.stop();
  }
}
