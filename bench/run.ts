/**
 * `npm run bench`: measures demo-auth beside its peers and beside what Node itself can do, in one run on one machine.
 *
 *   node bench/run.ts [--quick] [--only request,http-api,ready,sign-in,memory,cli,testing,artefact,growth] [--pairs N]
 *
 * Absolute times do not hold from machine to machine, so every goal is about a ratio, or a difference to an empty script,
 * of runs that were taken side by side. A whole run writes `bench/results/<date>.json` and the table of
 * `docs/performance.md`; a quick or partial one only prints.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { arch, availableParallelism, loadavg, platform, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Bench } from "./bench.ts";
import { measureArtefact } from "./cases/artefact.ts";
import { measureCommandLine } from "./cases/command-line.ts";
import { checkCorrectness } from "./cases/correctness.ts";
import { measureGrowth } from "./cases/growth.ts";
import { measureHttpApi } from "./cases/http-api.ts";
import { measureMemory } from "./cases/memory.ts";
import { measureReady } from "./cases/ready.ts";
import { measureRequests } from "./cases/requests.ts";
import { measureSignIns } from "./cases/sign-in.ts";
import { measureTestKit } from "./cases/testing.ts";
import { generator } from "./load/requests.ts";
import { type Figure, verdictOf } from "./measure/figure.ts";
import { markdownTable, plainTable, withTable } from "./report/table.ts";
import { installPeers } from "./system/peers.ts";
import { openWorkspace, repository } from "./system/workspace.ts";

const parts: Record<string, (bench: Bench) => Promise<void>> = {
  request: measureRequests,
  "http-api": measureHttpApi,
  ready: measureReady,
  "sign-in": measureSignIns,
  memory: measureMemory,
  cli: measureCommandLine,
  testing: measureTestKit,
  artefact: measureArtefact,
  growth: measureGrowth,
};

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string", default: Object.keys(parts).join(",") },
    pairs: { type: "string" },
  },
});
const chosen = values.only.split(",");
for (const name of chosen)
  if (!(name in parts)) throw new Error(`There is no part ${name}; there are ${Object.keys(parts).join(", ")}.`);
const whole = !values.quick && chosen.length === Object.keys(parts).length;

const startedAt = Date.now();
const say = (what: string) =>
  process.stderr.write(`${String(Math.round((Date.now() - startedAt) / 1000)).padStart(4)} s  ${what}\n`);
const [load = 0] = loadavg();
if (load > 1) say(`The machine is busy already (load ${load.toFixed(1)}): the figures will be rough.`);

say("peers from bench/peers/package-lock.json");
await installPeers();
say("the bundle that users run, and a copy of the project");
const workspace = await openWorkspace();
const figures: Figure[] = [];
const bench: Bench = {
  workspace,
  quick: values.quick,
  pairs: Number(values.pairs ?? (values.quick ? 1 : 3)),
  report: (figure) => figures.push(figure),
  say,
};
try {
  say("forged, expired and foreign tokens, scopes: before anything is counted");
  await checkCorrectness(bench);
  for (const name of chosen) await parts[name]!(bench);
} finally {
  workspace.close();
}

process.stdout.write(`\n${plainTable(figures)}\n`);
const missed = figures.filter((figure) => verdictOf(figure) === "not met").length;
const goals = figures.filter(({ goal }) => goal !== undefined).length;
process.stdout.write(`${goals - missed} of ${goals} goals met, in ${Math.round((Date.now() - startedAt) / 1000)} s\n`);
if (whole) writeResults();

function writeResults(): void {
  const date = new Date(startedAt).toISOString().slice(0, 10);
  const machine = {
    processors: availableParallelism(),
    memoryGB: Math.round(totalmem() / 1024 ** 3),
    platform: platform(),
    architecture: arch(),
    node: process.version,
    loadBefore: load,
    generator,
  };
  const results = join(repository, "bench/results", `${date}.json`);
  const rounded = (_key: string, value: unknown) => (typeof value === "number" ? Number(value.toPrecision(6)) : value);
  mkdirSync(join(repository, "bench/results"), { recursive: true });
  writeFileSync(results, `${JSON.stringify({ date, machine, figures }, rounded, 2)}\n`);
  const page = join(repository, "docs/performance.md");
  writeFileSync(page, withTable(readFileSync(page, "utf8"), markdownTable(figures)));
  process.stdout.write(`Written: bench/results/${date}.json, the table of docs/performance.md\n`);
}
