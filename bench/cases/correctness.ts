/**
 * Before anything is counted: the cloud that is about to be measured refuses what it has to refuse. A fast gateway that
 * lets a forged token in has no figures.
 */
import { generateKeyPairSync } from "node:crypto";
import { cpSync } from "node:fs";
import { join } from "node:path";
import type { Bench } from "../bench.ts";
import { startCloud } from "../system/cloud.ts";
import { decode, emailOf, encode, password, poolKey, seedUsers, signed } from "../system/state.ts";
import { copyProject, edit } from "../system/workspace.ts";
import { signInForTokens } from "./preparation.ts";

interface Expectation {
  what: string;
  token: string | undefined;
  status: number;
}

/** @throws Error that names what was let in, or refused, against the rule */
export async function checkCorrectness(bench: Bench): Promise<void> {
  await checkIdTokens(bench);
  await checkScopes(bench);
}

async function checkIdTokens({ workspace, say }: Bench): Promise<void> {
  const name = "correctness";
  const first = await startCloud(workspace, { name });
  await first.subject.stop();
  await seedUsers(first.stateDirectory, first.pool.id, 0, 1);
  const key = await poolKey(first.stateDirectory, first.pool.id);
  const cloud = await startCloud(workspace, { name, port: first.port });
  try {
    const { idToken, accessToken } = await signInForTokens(cloud, { name: emailOf(0), password });
    const { header, claims } = decode(idToken);
    const stranger = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
    const [head, , signature] = idToken.split(".");
    const now = Math.floor(Date.now() / 1000);
    await expectAll(cloud.api, [
      { what: "no token", token: undefined, status: 401 },
      { what: "a token of the pool", token: idToken, status: 200 },
      { what: "the same again, remembered", token: idToken, status: 200 },
      {
        what: "a remembered token with another claim",
        token: `${head}.${encode({ ...claims, email: "other@example.com" })}.${signature}`,
        status: 401,
      },
      { what: "no signature", token: `${encode({ alg: "none" })}.${encode(claims)}.`, status: 401 },
      {
        what: "a stranger's signature under the pool's key id",
        token: signed({ header, claims }, stranger),
        status: 401,
      },
      {
        what: "an expired token that the pool signed",
        token: signed({ header, claims: { ...claims, exp: now - 1 } }, key.privateKey),
        status: 401,
      },
      {
        what: "another issuer's token",
        token: signed({ header, claims: { ...claims, iss: "https://example.com" } }, key.privateKey),
        status: 401,
      },
      { what: "an access token where the method has no scopes", token: accessToken, status: 401 },
    ]);
    const shortLived = signed({ header, claims: { ...claims, exp: now + 2 } }, key.privateKey);
    await expectAll(cloud.api, [{ what: "a token of two seconds", token: shortLived, status: 200 }]);
    await new Promise((resolve) => setTimeout(resolve, (now + 2) * 1000 - Date.now() + 50));
    await expectAll(cloud.api, [{ what: "the remembered token past its expiry", token: shortLived, status: 401 }]);
    say("Forged, foreign and expired tokens are refused, also when a like one was remembered.");
  } finally {
    await cloud.subject.stop();
  }
}

/** The same program with scopes on its method. */
async function checkScopes({ workspace, say }: Bench): Promise<void> {
  const name = "correctness-scopes";
  const project = copyProject(join(workspace.directory, "project-scopes"));
  cpSync(join(project, "Pulumi.dev.yaml"), join(project, "Pulumi.scopes.yaml"));
  edit(join(project, "Pulumi.scopes.yaml"), [
    [/demo-auth:stageName: Test/, "demo-auth:stageName: Test\n  demo-auth:flow: code\n  demo-auth:tokenUse: access"],
  ]);
  const first = await startCloud(workspace, { name, project, stack: "scopes" });
  await first.subject.stop();
  await seedUsers(first.stateDirectory, first.pool.id, 0, 1);
  const cloud = await startCloud(workspace, { name, project, stack: "scopes", port: first.port });
  try {
    const user = { name: emailOf(0), password };
    const all = await signInForTokens(cloud, user);
    const few = await signInForTokens(cloud, user, ["openid", "email"]);
    await expectAll(cloud.api, [
      { what: "an access token with the method's scope", token: all.accessToken, status: 200 },
      { what: "an access token without it", token: few.accessToken, status: 401 },
      { what: "an ID token where the method has scopes", token: all.idToken, status: 401 },
    ]);
    say("Scopes are enforced.");
  } finally {
    await cloud.subject.stop();
  }
}

async function expectAll(url: URL, expectations: readonly Expectation[]): Promise<void> {
  for (const { what, token, status } of expectations) {
    const response = await fetch(url, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });
    await response.arrayBuffer();
    if (response.status !== status)
      throw new Error(`Nothing is counted: ${what} got ${response.status}, and has to get ${status}.`);
  }
}
