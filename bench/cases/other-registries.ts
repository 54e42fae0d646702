/** Peers from other registries than npm: measured when they are there, said to be absent when they are not. */
import { setTimeout as wait } from "node:timers/promises";
import { type Bench, inPairs } from "../bench.ts";
import { loadOn, sendRequests } from "../load/generate.ts";
import { ratio } from "../measure/comparison.ts";
import { absentFigure } from "../measure/figure.ts";
import { launchCloud, startCloud } from "../system/cloud.ts";
import { deployToMinistack, launchMinistack, ministackCommand } from "../system/ministack.ts";
import type { Peer } from "../system/peers.ts";
import { SETTLE_MS } from "../system/processes.ts";
import { functionFolder, prepareCloud } from "./preparation.ts";

const PART = "Peers from other registries";

export async function measureOtherRegistries(bench: Bench): Promise<void> {
  const command = ministackCommand();
  if (command === undefined) {
    bench.report(absentFigure(PART, "ministack", "comes from PyPI, and there is no such command"));
    return;
  }
  bench.say("ministack");
  const { workspace } = bench;
  const prepared = await prepareCloud(workspace, { name: "other-registries" });

  const starts = await inPairs(
    bench.pairs,
    () => started({ ...launchCloud(workspace, prepared.options), url: prepared.api }, 401),
    async () => started(await launchMinistack(command), 200),
  );
  const both = (of: "taken" | "memory", scale: number) => ({
    own: starts.own.map((start) => start[of] / scale),
    other: starts.other.map((start) => start[of] / scale),
  });
  const start = "start to first answer, program evaluated, beside ministack";
  bench.report(ratio({ part: PART, name: start }, both("taken", 1)));
  bench.report(ratio({ part: PART, name: "idle memory, beside ministack", unit: " MB" }, both("memory", 1024 * 1024)));

  const { tokenFile } = prepared;
  const rates = await inPairs(
    Math.min(2, bench.pairs),
    async () => {
      const { subject, api } = await startCloud(workspace, prepared.options);
      const at = { ...loadOn(api), tokenFile, status: 200, tokens: "one" } as const;
      await sendRequests({ ...at, requests: 2000 });
      const { perSecond } = await sendRequests({ ...at, requests: 4000 });
      await subject.stop();
      return perSecond;
    },
    async () => {
      const { subject, url } = await launchMinistack(command);
      try {
        await subject.answers(url.href, (status) => status === 200);
        const route = await deployToMinistack(url, functionFolder(prepared));
        // Nobody hands the function claims, so that it refuses.
        const at = { ...loadOn(route), tokenFile, status: 401, tokens: "none" } as const;
        await sendRequests({ ...at, requests: 50 });
        return (await sendRequests({ ...at, requests: 300 })).perSecond;
      } finally {
        await subject.stop();
      }
    },
  );
  const rest = "REST API with a Node function, beside ministack (no authorizer)";
  bench.report(ratio({ part: PART, name: rest, unit: "/s" }, rates));
}

/** From its start to its first answer, and what it weighs at rest. */
async function started({ subject, url }: Peer, status: number): Promise<{ taken: number; memory: number }> {
  try {
    const taken = await subject.answers(url.href, (seen) => seen === status);
    await wait(SETTLE_MS);
    return { taken, memory: subject.memory() };
  } finally {
    await subject.stop();
  }
}
