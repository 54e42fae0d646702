/** Peers from other registries than npm: measured when they are there, said to be absent when they are not. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type Bench, inPairs } from "../bench.ts";
import { CONNECTIONS, sendRequests } from "../load/generate.ts";
import { absentFigure } from "../measure/figure.ts";
import { median, medianRatio } from "../measure/statistics.ts";
import { launchCloud, startCloud } from "../system/cloud.ts";
import { deployToMinistack, launchMinistack, ministackCommand } from "../system/ministack.ts";
import { SETTLE_MS } from "../system/processes.ts";
import { prepareCloud } from "./preparation.ts";

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
  const functions = join(prepared.stateDirectory, "functions");
  const [functionDirectory = ""] = readdirSync(functions);

  const starts = await inPairs(
    bench.pairs,
    async () => {
      const { subject } = launchCloud(workspace, prepared.options);
      const taken = await subject.answers(prepared.api.href, (status) => status === 401);
      await wait(SETTLE_MS);
      const memory = subject.memory();
      await subject.stop();
      return { taken, memory };
    },
    async () => {
      const { subject, url } = await launchMinistack(command);
      const taken = await subject.answers(url.href, (status) => status === 200);
      await wait(SETTLE_MS);
      const memory = subject.memory();
      await subject.stop();
      return { taken, memory };
    },
  );
  const both = (of: "taken" | "memory", scale: number) => ({
    own: starts.own.map((start) => start[of] / scale),
    other: starts.other.map((start) => start[of] / scale),
  });
  const report = (name: string, unit: string, { own, other }: { own: number[]; other: number[] }) =>
    bench.report({
      part: PART,
      name,
      own: `${Math.round(median(own)).toLocaleString("en-US")}${unit}`,
      other: `${Math.round(median(other)).toLocaleString("en-US")}${unit}`,
      value: medianRatio(own, other),
      unit: "times",
      goal: undefined,
      samples: { own, other },
    });
  report("start to first answer, nothing changed, beside ministack", " ms", both("taken", 1));
  report("idle memory, beside ministack", " MB", both("memory", 1024 * 1024));

  const load = { connections: CONNECTIONS, tokenFile: prepared.tokenFile } as const;
  const rates = await inPairs(
    Math.min(2, bench.pairs),
    async () => {
      const { subject, api } = await startCloud(workspace, prepared.options);
      const at = { ...load, port: Number(api.port), path: api.pathname, status: 200, tokens: "one" } as const;
      await sendRequests({ ...at, requests: 2000 });
      const { perSecond } = await sendRequests({ ...at, requests: 4000 });
      await subject.stop();
      return perSecond;
    },
    async () => {
      const { subject, url } = await launchMinistack(command);
      try {
        await subject.answers(url.href, (status) => status === 200);
        const route = await deployToMinistack(url, join(functions, functionDirectory));
        // Nobody hands the function claims, so that it refuses.
        const at = { ...load, port: Number(route.port), path: route.pathname, status: 401, tokens: "none" } as const;
        await sendRequests({ ...at, requests: 50 });
        return (await sendRequests({ ...at, requests: 300 })).perSecond;
      } finally {
        await subject.stop();
      }
    },
  );
  report("REST API with a Node function, beside ministack (no authorizer)", "/s", rates);
}
