/** From the start of the process to the first answered request, as somebody would wait for it. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type Bench, inPairs } from "../bench.ts";
import { type Runs, ratio } from "../measure/comparison.ts";
import { launchCloud } from "../system/cloud.ts";
import {
  cognitoLocalState,
  launchCognitoLocal,
  launchOauth2MockServer,
  launchServerlessOffline,
  type Peer,
  peerVersion,
  serverlessProject,
} from "../system/peers.ts";
import { SETTLE_MS } from "../system/processes.ts";
import { copyProject } from "../system/workspace.ts";
import { functionFolder, type Prepared, prepareCloud } from "./preparation.ts";

const PART = "Ready: start to first answer";

export async function measureReady(bench: Bench): Promise<void> {
  const { workspace } = bench;
  const prepared = await prepareCloud(workspace, { name: "ready" });
  const [token] = prepared.tokens;
  const project = serverlessProject(
    workspace,
    functionFolder(prepared),
    prepared.clientId,
    prepared.poolArn,
    "serverless-ready",
  );

  bench.say("first run with the program evaluated, beside serverless-offline");
  const first = await inPairs(
    bench.pairs,
    () => ownStart(bench, prepared, token),
    () => peerStart(() => launchServerlessOffline(project), { authorization: `Bearer ${token}` }),
  );
  const serverless = `beside serverless-offline ${peerVersion("serverless-offline")}`;
  const evaluated = `program evaluated, function run, ${serverless}`;
  bench.report(ratio({ part: PART, name: evaluated, goal: { atMost: 0.7 } }, first));

  bench.say("from an edit to the changed answer under --watch, beside the first start");
  await measureEdits(bench);

  bench.say("the gateway's first answer, beside the identity providers");
  const state = cognitoLocalState(workspace, "ready", 10);
  const peers: [string, () => Promise<Peer>][] = [
    ["cognito-local", () => launchCognitoLocal(state)],
    ["oauth2-mock-server", () => launchOauth2MockServer(workspace)],
  ];
  for (const [name, launch] of peers) {
    const runs = await inPairs(
      bench.pairs,
      () => ownStart(bench, prepared, undefined),
      () => peerStart(launch),
    );
    const beside = `program evaluated, first answer of the gateway, beside ${name} ${peerVersion(name)}`;
    bench.report(ratio({ part: PART, name: beside }, runs));
  }
}

/**
 * Each pair is a start of its own and two edits of the function's source, which the program's bundler reads. The first edit's
 * evaluation leaves compiled code to those that follow.
 */
async function measureEdits(bench: Bench): Promise<void> {
  const { workspace } = bench;
  const project = copyProject(join(workspace.directory, "edited"));
  const prepared = await prepareCloud(workspace, { name: "edited", project });
  const [token] = prepared.tokens;
  const headers = { authorization: `Bearer ${token}` };
  const handler = join(project, "handlers/transactions.ts");
  const source = readFileSync(handler, "utf8");
  const first: Runs = { own: [], other: [] };
  const later: Runs = { own: [], other: first.other };
  for (let pair = 0; pair < Math.max(bench.pairs, 3); pair++) {
    // A first start has no compiled code to begin with.
    rmSync(join(prepared.home, "local/compiled"), { recursive: true, force: true });
    const { subject } = launchCloud(workspace, { ...prepared.options, watch: true });
    try {
      first.other.push(await subject.answers(prepared.api.href, (status) => status === 200, headers));
      for (const [edit, { own }] of [first, later].entries()) {
        // Somebody reads and thinks before an edit; meanwhile the next process loads.
        await wait(2 * SETTLE_MS);
        const mark = `"edit":${edit}`;
        const before = performance.now();
        writeFileSync(handler, source.replace("sample: true", `sample: true, edit: ${edit}`));
        while (!(await (await fetch(prepared.api, { headers })).text()).includes(mark)) await wait(3);
        own.push(performance.now() - before);
      }
    } finally {
      await subject.stop();
      writeFileSync(handler, source);
    }
  }
  const beside = "beside the first start to its answer";
  bench.report(ratio({ part: PART, name: `under --watch, first edit to changed answer, ${beside}` }, first));
  const name = `under --watch, later edit to changed answer, ${beside}`;
  bench.report(ratio({ part: PART, name, goal: { atMost: 0.35 } }, later));
}

/** @param token without one, the answer waited for is the authorizer's refusal */
async function ownStart({ workspace }: Bench, { options }: Prepared, token: string | undefined) {
  const { subject } = launchCloud(workspace, options);
  try {
    const url = `http://127.0.0.1:${options.port + 2}/Test/transactions`;
    if (token === undefined) return await subject.answers(url, (status) => status === 401);
    return await subject.answers(url, (status) => status === 200, { authorization: `Bearer ${token}` });
  } finally {
    await subject.stop();
  }
}

async function peerStart(launch: () => Promise<Peer>, headers: Record<string, string> = {}): Promise<number> {
  const { subject, url } = await launch();
  try {
    return await subject.answers(url.href, (status) => status === 200, headers);
  } finally {
    await subject.stop();
  }
}
