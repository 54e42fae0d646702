/** The test kit, in one process as a test run has it: users and resets, starts, and a hundred clouds one after the other. */
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { startCloud } from "../../local/testing/index.ts";
import { amount, type Bench, inPairs } from "../bench.ts";
import { ratio } from "../measure/comparison.ts";
import type { Figure } from "../measure/figure.ts";
import { median } from "../measure/statistics.ts";
import { repository } from "../system/workspace.ts";

const PART = "Test kit";
const options = {
  project: join(repository, "tests/fixtures/plain-javascript"),
  inProcess: true,
};

export async function measureTestKit(bench: Bench): Promise<void> {
  bench.say("the test kit: users and resets");
  const users: number[] = [];
  const resets: number[] = [];
  {
    await using cloud = await startCloud({ ...options, inProcess: false });
    const pool = cloud.pool();
    for (let round = 0; round < amount(bench, 50, 10); round++) {
      users.push(await timed(() => pool.user()));
      resets.push(await timed(() => cloud.reset()));
    }
  }
  bench.report(single("user() with tokens, in a cloud of its own process", median(users), "ms", { atMost: 20 }));
  bench.report(single("reset()", median(resets), "ms", { atMost: 20 }));

  bench.say("the test kit: a start in the test's process, beside one in a process of its own");
  const started = async (inProcess: boolean) => {
    const begun = performance.now();
    await using _cloud = await startCloud({ ...options, inProcess });
    return performance.now() - begun;
  };
  // What is loaded once is loaded before.
  await started(true);
  const starts = await inPairs(
    bench.pairs,
    () => started(true),
    () => started(false),
  );
  bench.report(
    ratio(
      { part: PART, name: "ready in the test's process, beside a process of its own", goal: { atMost: 0.5 } },
      starts,
    ),
  );

  const clouds = amount(bench, 100, 5);
  bench.say(`the test kit: ${clouds} clouds, one after the other, in one process`);
  for (let warm = 0; warm < 3; warm++) await started(true);
  const before = memoryAtRest();
  for (let count = 0; count < clouds; count++) await started(true);
  const grown = (memoryAtRest() - before) / 2 ** 20;
  bench.report(single(`heap grown by ${clouds} clouds started and stopped`, grown, "MB", { atMost: 10 }));
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

function memoryAtRest(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
}

function single(name: string, value: number, unit: Figure["unit"], goal: Figure["goal"]): Figure {
  return {
    part: PART,
    name,
    own: `${value.toFixed(1)} ${unit}`,
    other: "",
    value,
    unit,
    goal,
    samples: { own: [value] },
  };
}
