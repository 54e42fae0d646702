/** Resident memory of the whole family of processes: idle, and after many requests. */
import { setTimeout as wait } from "node:timers/promises";
import { amount, type Bench } from "../bench.ts";
import { sendRequests } from "../load/requests.ts";
import { median, medianRatio } from "../measure/statistics.ts";
import { startCloud } from "../system/cloud.ts";
import {
  cognitoLocalState,
  launchCognitoLocal,
  launchOauth2MockServer,
  type Peer,
  peerVersion,
} from "../system/peers.ts";
import { SETTLE_MS, statusOf } from "../system/processes.ts";
import { prepareCloud } from "./preparation.ts";

const PART = "Memory";

export async function measureMemory(bench: Bench): Promise<void> {
  const { workspace } = bench;
  const prepared = await prepareCloud(workspace, { name: "memory" });
  const idle: number[] = [];
  const others: Record<string, number[]> = { "cognito-local": [], "oauth2-mock-server": [] };
  const state = cognitoLocalState(workspace, "memory", 10);
  const launches: [string, () => Promise<Peer>][] = [
    ["cognito-local", () => launchCognitoLocal(state)],
    ["oauth2-mock-server", () => launchOauth2MockServer(workspace)],
  ];

  bench.say("idle memory");
  for (let index = 0; index < Math.min(3, bench.pairs); index++) {
    const cloud = await startCloud(workspace, prepared.options);
    await wait(SETTLE_MS);
    idle.push(cloud.subject.memory());
    await cloud.subject.stop();
    for (const [name, launch] of launches) {
      const { subject, url } = await launch();
      await subject.answers(url.href, (status) => status === 200);
      await wait(SETTLE_MS);
      others[name]!.push(subject.memory());
      await subject.stop();
    }
  }
  for (const [name] of launches) {
    bench.report({
      part: PART,
      name: `idle, beside ${name} ${peerVersion(name)}`,
      own: megabytes(median(idle)),
      other: megabytes(median(others[name]!)),
      value: medianRatio(idle, others[name]!),
      unit: "times",
      goal: name === "cognito-local" ? { atMost: 1 } : undefined,
      samples: { own: idle, other: others[name]! },
    });
  }

  bench.report({
    part: PART,
    name: "idle, the whole family of processes",
    own: megabytes(median(idle)),
    other: "",
    value: median(idle) / 1024 / 1024,
    unit: "MB",
    goal: { atMost: 80 },
    samples: { own: idle },
  });

  const seconds = amount(bench, 30, 3);
  bench.say(`memory after ${seconds} seconds of requests`);
  const cloud = await startCloud(workspace, prepared.options);
  try {
    const { tokens } = prepared;
    // One request starts the function, whose process belongs to both sides of the comparison.
    await statusOf(cloud.api.href, { authorization: `Bearer ${tokens[0]}` });
    await wait(SETTLE_MS);
    const before = cloud.subject.memory();
    await sendRequests({ url: cloud.api, seconds, status: 200, tokens });
    const under = cloud.subject.memory();
    await wait(SETTLE_MS);
    const after = cloud.subject.memory();
    bench.report({
      part: PART,
      name: `after ${seconds} seconds of requests, beside after one (function included)`,
      own: megabytes(after),
      other: megabytes(before),
      value: after / before,
      unit: "times",
      goal: { atMost: 1.3 },
      samples: { own: [after], other: [before] },
    });
    bench.report({
      part: PART,
      name: "the same, before it comes to rest",
      own: megabytes(under),
      other: megabytes(before),
      value: under / before,
      unit: "times",
      goal: undefined,
      samples: { own: [under], other: [before] },
    });
  } finally {
    await cloud.subject.stop();
  }
}

const megabytes = (bytes: number) => `${Math.round(bytes / 1024 / 1024)} MB`;
