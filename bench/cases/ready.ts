/** From the start of the process to the first answered request, as somebody would wait for it. */
import { appendFileSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Bench, inPairs } from "../bench.ts";
import { median, medianDifference, medianRatio } from "../measure/statistics.ts";
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
import { type Prepared, prepareCloud } from "./preparation.ts";

const PART = "Ready: start to first answer";

export async function measureReady(bench: Bench): Promise<void> {
  const { workspace } = bench;
  const prepared = await prepareCloud(workspace, { name: "ready" });
  const [token = ""] = readFileSync(prepared.tokenFile, "utf8").split("\n");
  const functions = join(prepared.stateDirectory, "functions");
  const [functionDirectory = ""] = readdirSync(functions);
  const project = serverlessProject(
    workspace,
    join(functions, functionDirectory),
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
  report(
    bench,
    "program evaluated, function run",
    first,
    `serverless-offline ${peerVersion("serverless-offline")}`,
    0.7,
  );

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
  const peer = `serverless-offline ${peerVersion("serverless-offline")}`;
  report(bench, "program changed and evaluated again, function run", changed, peer, undefined);

  bench.say("nothing changed since, beside an empty Node script");
  await ownStart(bench, prepared, undefined, false);
  const again = await inPairs(
    bench.pairs * 2,
    () => ownStart(bench, prepared, undefined, false),
    () => timeToEnd(process.execPath, ["-e", ""]),
  );
  bench.report({
    part: PART,
    name: "nothing changed, first answer of the gateway, over an empty script",
    own: `${Math.round(median(again.own))} ms`,
    other: `empty script ${Math.round(median(again.other))} ms`,
    value: medianDifference(again.own, again.other),
    unit: "ms",
    goal: { atMost: 200 },
    samples: again,
  });
  const withFunction = await inPairs(
    bench.pairs,
    () => ownStart(bench, prepared, token, false),
    () => timeToEnd(process.execPath, ["-e", ""]),
  );
  bench.report({
    part: PART,
    name: "nothing changed, first answer of the function, over an empty script",
    own: `${Math.round(median(withFunction.own))} ms`,
    other: `empty script ${Math.round(median(withFunction.other))} ms`,
    value: medianDifference(withFunction.own, withFunction.other),
    unit: "ms",
    goal: undefined,
    samples: withFunction,
  });

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
    report(bench, "nothing changed, first answer of the gateway", runs, `${name} ${peerVersion(name)}`, undefined);
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

function report(
  bench: Bench,
  name: string,
  runs: { own: number[]; other: number[] },
  beside: string,
  atMost: number | undefined,
): void {
  bench.report({
    part: PART,
    name: `${name}, beside ${beside}`,
    own: `${Math.round(median(runs.own))} ms`,
    other: `${Math.round(median(runs.other))} ms`,
    value: medianRatio(runs.own, runs.other),
    unit: "times",
    goal: atMost === undefined ? undefined : { atMost },
    samples: runs,
  });
}
