/** The same requests and sign-ins with more and more behind them: users in the pool, routes of the API, longer tokens. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { amount, type Bench } from "../bench.ts";
import { CONNECTIONS, loadOn, sendRequests, signInAgainAndAgain } from "../load/generate.ts";
import type { RequestLoad } from "../load/requests.ts";
import { median } from "../measure/statistics.ts";
import type { Growth } from "../report/chart.ts";
import { startCloud } from "../system/cloud.ts";
import { copyProject, edit } from "../system/workspace.ts";
import { authorizeUrl, type Prepared, prepareCloud } from "./preparation.ts";

const PART = "Growth";
/** How far apart the people are who sign in, in a pool of many. */
const SIGNING_IN = 100;
const FIRST_SEEN = 1500;

export async function measureGrowth(bench: Bench): Promise<void> {
  const { workspace } = bench;
  const byUsers: { at: number; prepared: Prepared }[] = [];
  for (const users of [10, 1000, amount(bench, 100_000, 10_000)]) {
    bench.say(`a pool of ${users} users`);
    byUsers.push({ at: users, prepared: await prepareCloud(workspace, { name: `users-${users}` }, { users }) });
  }
  await grow(bench, "users in the pool", "authorized requests", byUsers, requestRate);
  await grow(bench, "users in the pool", "sign-ins", byUsers, signInRate);

  const byRoutes: { at: number; prepared: Prepared }[] = [];
  for (const routes of [1, 10, 200]) {
    bench.say(`an API of ${routes} routes`);
    const project = copyProject(join(workspace.directory, `project-routes-${routes}`));
    const lines = Array.from(
      { length: routes - 1 },
      (_, index) =>
        `  { method: "GET", path: "/accounts${index}/{id}/entries", handler: "transactions", scope: "transactions/read" },\n`,
    );
    edit(join(project, "infra/routes.ts"), [[/defineRoutes\(\[\n/, `defineRoutes([\n${lines.join("")}`]]);
    byRoutes.push({ at: routes, prepared: await prepareCloud(workspace, { name: `routes-${routes}`, project }) });
  }
  await grow(bench, "routes of the API", "authorized requests", byRoutes, requestRate);

  const byTokens: { at: number; prepared: Prepared }[] = [];
  for (const kilobytes of [1, 2, 4, 8]) {
    const filled = { tokens: 2 * amount(bench, FIRST_SEEN, 200) + 1, tokenCharacters: kilobytes * 1000 };
    byTokens.push({ at: kilobytes, prepared: await prepareCloud(workspace, { name: `tokens-${kilobytes}` }, filled) });
  }
  await grow(bench, "kilobytes of token", "authorized requests", byTokens, requestRate);
  await grow(bench, "kilobytes of token", "first-seen tokens", byTokens, firstSeenRate);
  for (const { prepared } of [...byUsers, ...byRoutes, ...byTokens])
    rmSync(prepared.stateDirectory, { recursive: true, force: true });
}

/** Every size in its turn, several times over, so that what slows the machine for a while slows all of them. */
async function grow(
  bench: Bench,
  by: string,
  of: string,
  sizes: readonly { at: number; prepared: Prepared }[],
  rate: (bench: Bench, prepared: Prepared) => Promise<number>,
): Promise<void> {
  bench.say(`${of} by ${by}`);
  const seen = new Map<number, number[]>(sizes.map(({ at }) => [at, []]));
  for (let round = 0; round < Math.min(2, bench.pairs); round++)
    for (const { at, prepared } of sizes) seen.get(at)!.push(await rate(bench, prepared));
  const growth: Growth = { by, of, points: sizes.map(({ at }) => ({ at, perSecond: median(seen.get(at)!) })) };
  bench.grow(growth);
  const [least, most] = [growth.points[0]!, growth.points.at(-1)!];
  bench.report({
    part: PART,
    name: `${of}: ${most.at.toLocaleString("en-US")} ${by} beside ${least.at}`,
    own: `${Math.round(most.perSecond).toLocaleString("en-US")}/s`,
    other: `${Math.round(least.perSecond).toLocaleString("en-US")}/s`,
    value: most.perSecond / least.perSecond,
    unit: "times",
    goal: undefined,
    samples: { own: seen.get(most.at)!, other: seen.get(least.at)! },
  });
}

async function requestRate(bench: Bench, prepared: Prepared): Promise<number> {
  return during(bench, prepared, async (send) => {
    await send(amount(bench, 3000, 500), "one");
    return send(amount(bench, 8000, 1500), "one");
  });
}

async function firstSeenRate(bench: Bench, prepared: Prepared): Promise<number> {
  return during(bench, prepared, async (send) => {
    const each = amount(bench, FIRST_SEEN, 200);
    await send(amount(bench, 3000, 500), "one");
    await send(each, { from: 1 });
    return send(each, { from: 1 + each });
  });
}

async function during(
  { workspace }: Bench,
  prepared: Prepared,
  work: (send: (requests: number, tokens: RequestLoad["tokens"]) => Promise<number>) => Promise<number>,
): Promise<number> {
  const cloud = await startCloud(workspace, prepared.options);
  const { tokenFile } = prepared;
  try {
    return await work(async (requests, tokens) => {
      const load = { ...loadOn(cloud.api), requests, status: 200, tokenFile, tokens };
      return (await sendRequests(load)).perSecond;
    });
  } finally {
    await cloud.subject.stop();
  }
}

async function signInRate(bench: Bench, prepared: Prepared): Promise<number> {
  const cloud = await startCloud(bench.workspace, prepared.options);
  try {
    const { clientId, users: all } = prepared;
    const step = Math.max(1, Math.floor(all.length / SIGNING_IN));
    const users = all.filter((_, index) => index % step === 0);
    const redirectUri = cloud.pool.clients[0]!.callbackUrls[0]!;
    const load = { kind: "demo-auth", authorize: authorizeUrl(cloud), clientId, redirectUri, users } as const;
    await signInAgainAndAgain({ ...load, signIns: amount(bench, 100, 30), connections: CONNECTIONS });
    return (await signInAgainAndAgain({ ...load, signIns: amount(bench, 300, 100), connections: CONNECTIONS }))
      .perSecond;
  } finally {
    await cloud.subject.stop();
  }
}
