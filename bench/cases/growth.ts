/** The same requests and sign-ins with more behind them: users in the pool, routes of the API, longer tokens. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { amount, type Bench, inPairs } from "../bench.ts";
import { signInAgainAndAgain } from "../load/generate.ts";
import { CONNECTIONS, sendRequestsWarm } from "../load/requests.ts";
import { ratio } from "../measure/comparison.ts";
import { startCloud } from "../system/cloud.ts";
import { copyProject, edit } from "../system/workspace.ts";
import { authorizeUrl, type Prepared, prepareCloud } from "./preparation.ts";

const PART = "Growth";
/** How many people sign in, spread over the pool. */
const SIGNING_IN = 100;

export async function measureGrowth(bench: Bench): Promise<void> {
  const { workspace } = bench;
  const prepare = (name: string, filled: object, project = workspace.project) =>
    prepareCloud(workspace, { name, project }, filled);
  const usual = await prepare("usual", {});

  const users = amount(bench, 100_000, 10_000);
  const crowded = await prepare("crowded", { users });
  await compare(
    bench,
    `authorized requests: ${users.toLocaleString("en-US")} users beside 10`,
    crowded,
    usual,
    requests,
  );
  await compare(bench, `sign-ins: ${users.toLocaleString("en-US")} users beside 10`, crowded, usual, signIns);

  const project = copyProject(join(workspace.directory, "project-routes"));
  const lines = Array.from(
    { length: 199 },
    (_, index) =>
      `  { method: "GET", path: "/accounts${index}/{id}/entries", handler: "transactions", scope: "transactions/read" },\n`,
  );
  edit(join(project, "infra/routes.ts"), [[/defineRoutes\(\[\n/, `defineRoutes([\n${lines.join("")}`]]);
  const routes = await prepare("routes", {}, project);
  await compare(bench, "authorized requests: 200 routes beside 1", routes, usual, requests);

  const long = await prepare("long-tokens", { tokenCharacters: 8000 });
  await compare(bench, "authorized requests: 8 kilobytes of token beside 1", long, usual, requests);
  for (const { stateDirectory } of [usual, crowded, routes, long])
    rmSync(stateDirectory, { recursive: true, force: true });
}

async function compare(
  bench: Bench,
  name: string,
  more: Prepared,
  usual: Prepared,
  rate: (bench: Bench, prepared: Prepared) => Promise<number>,
): Promise<void> {
  bench.say(name);
  const runs = await inPairs(
    Math.min(2, bench.pairs),
    () => rate(bench, more),
    () => rate(bench, usual),
  );
  bench.report(ratio({ part: PART, name, unit: "/s" }, runs));
}

async function requests(bench: Bench, { options, tokens }: Prepared): Promise<number> {
  const { api, subject } = await startCloud(bench.workspace, options);
  try {
    return (await sendRequestsWarm({ url: api, seconds: amount(bench, 3, 1), status: 200, tokens })).perSecond;
  } finally {
    await subject.stop();
  }
}

async function signIns(bench: Bench, { options, clientId, users: all }: Prepared): Promise<number> {
  const cloud = await startCloud(bench.workspace, options);
  try {
    const step = Math.max(1, Math.floor(all.length / SIGNING_IN));
    const users = all.filter((_, index) => index % step === 0);
    const redirectUri = cloud.pool.clients[0]!.callbackUrls[0]!;
    const load = { kind: "demo-auth", authorize: authorizeUrl(cloud), clientId, redirectUri, users } as const;
    await signInAgainAndAgain({ ...load, signIns: amount(bench, 100, 30), connections: CONNECTIONS });
    const counted = { ...load, signIns: amount(bench, 300, 100), connections: CONNECTIONS };
    return (await signInAgainAndAgain(counted)).perSecond;
  } finally {
    await cloud.subject.stop();
  }
}
