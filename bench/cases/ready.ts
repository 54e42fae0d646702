/** From the start of the process to the first answered request, as somebody would wait for it. */
import { appendFileSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Bench, inPairs } from "../bench.ts";
import { difference, type Runs, ratio } from "../measure/comparison.ts";
import type { Goal } from "../measure/figure.ts";
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
import { timeToEnd } from "../system/processes.ts";
import { functionFolder, type Prepared, prepareCloud } from "./preparation.ts";

const PART = "Ready: start to first answer";

export async function measureReady(bench: Bench): Promise<void> {
  const { workspace } = bench;
  const prepared = await prepareCloud(workspace, { name: "ready" });
  const [token = ""] = readFileSync(prepared.tokenFile, "utf8").split("\n");
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
    () => ownStart(bench, prepared, token, true),
    () => peerStart(() => launchServerlessOffline(project), { authorization: `Bearer ${token}` }),
  );
  const serverless = `beside serverless-offline ${peerVersion("serverless-offline")}`;
  const evaluated = `program evaluated, function run, ${serverless}`;
  bench.report(ratio({ part: PART, name: evaluated, goal: { atMost: 0.7 } }, first));

  bench.say("evaluated again after a change, beside serverless-offline");
  const change = () => appendFileSync(join(workspace.project, "infra/index.ts"), "\n");
  for (let round = 0; round < 2; round++) {
    change();
    await ownStart(bench, prepared, token, false);
  }
  const changed = await inPairs(
    Math.min(2, bench.pairs),
    () => {
      change();
      return ownStart(bench, prepared, token, false);
    },
    () => peerStart(() => launchServerlessOffline(project), { authorization: `Bearer ${token}` }),
  );
  const afterChange = `program changed and evaluated again, function run, ${serverless}`;
  bench.report(ratio({ part: PART, name: afterChange }, changed));

  bench.say("nothing changed since, beside an empty Node script");
  await ownStart(bench, prepared, undefined, false);
  const again = await inPairs(
    bench.pairs * 2,
    () => ownStart(bench, prepared, undefined, false),
    () => timeToEnd(process.execPath, ["-e", ""]),
  );
  overEmptyScript(bench, "nothing changed, first answer of the gateway", again, { atMost: 200 });
  const withFunction = await inPairs(
    bench.pairs,
    () => ownStart(bench, prepared, token, false),
    () => timeToEnd(process.execPath, ["-e", ""]),
  );
  overEmptyScript(bench, "nothing changed, first answer of the function", withFunction);

  bench.say("nothing changed since, beside the identity providers");
  const state = cognitoLocalState(workspace, "ready", 10);
  const peers: [string, () => Promise<Peer>][] = [
    ["cognito-local", () => launchCognitoLocal(state)],
    ["oauth2-mock-server", () => launchOauth2MockServer(workspace)],
  ];
  for (const [name, launch] of peers) {
    const runs = await inPairs(
      bench.pairs,
      () => ownStart(bench, prepared, undefined, false),
      () => peerStart(launch),
    );
    const beside = `nothing changed, first answer of the gateway, beside ${name} ${peerVersion(name)}`;
    bench.report(ratio({ part: PART, name: beside }, runs));
  }
}

/** @param token without one, the answer waited for is the authorizer's refusal */
async function ownStart({ workspace }: Bench, { options, home }: Prepared, token: string | undefined, fresh: boolean) {
  if (fresh) rmSync(join(home, "local/evaluated"), { recursive: true, force: true });
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

function overEmptyScript(bench: Bench, name: string, runs: Runs, goal?: Goal): void {
  const figure = difference({ part: PART, name: `${name}, over an empty script`, goal }, runs);
  bench.report({ ...figure, other: `empty script ${figure.other}` });
}
