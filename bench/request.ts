/**
 * The authorized request, measured against the limit: what `node:http` alone can do on the same machine in the same run.
 * `node bench/request.ts [--pairs N]` prints one table; `--soak N` also sends N requests and compares the memory.
 *
 * Every figure is a ratio: the median over pairs of runs, one of the local cloud and one of its bare counterpart.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { LoadResult } from "./request/load.ts";
import { writePool } from "./request/pool.ts";

interface Case {
  name: string;
  subject: string;
  against: string;
  status: number;
  /** What is sent to the bare server, which refuses nothing. */
  againstStatus: number;
  tokens: "one" | "distinct" | "none";
  requests: number;
  goal: number;
}

const TOKENS = 4000;
const WARM_UP = 3000;

const CASES: Case[] = [
  {
    name: "authorized request",
    subject: "gateway",
    against: "bare",
    status: 200,
    againstStatus: 200,
    tokens: "one",
    requests: 40_000,
    goal: 0.35,
  },
  {
    name: "first-seen token",
    subject: "gateway",
    against: "bare-verifying",
    status: 200,
    againstStatus: 200,
    tokens: "distinct",
    requests: TOKENS - 1,
    goal: 0.6,
  },
  {
    name: "401",
    subject: "gateway",
    against: "bare",
    status: 401,
    againstStatus: 200,
    tokens: "none",
    requests: 40_000,
    goal: 0.35,
  },
];

const { values } = parseArgs({ options: { pairs: { type: "string", default: "3" }, soak: { type: "string" } } });
const folder = mkdtempSync(join(tmpdir(), "bench-request-"));
const poolFile = join(folder, "pool.json");
try {
  writePool(poolFile, TOKENS);
  for (const one of CASES) await compare(one, Number(values.pairs));
  if (values.soak) await soak(Number(values.soak));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function compare(one: Case, pairs: number): Promise<void> {
  const ratios: number[] = [];
  const own: LoadResult[] = [];
  const bare: LoadResult[] = [];
  for (let i = 0; i < pairs; i++) {
    own.push(await measure(one.subject, one, one.status));
    bare.push(await measure(one.against, one, one.againstStatus));
    ratios.push(own[i]!.requestsPerSecond / bare[i]!.requestsPerSecond);
  }
  const ratio = median(ratios);
  console.log(
    [
      one.name.padEnd(20),
      `${Math.round(median(own.map((result) => result.requestsPerSecond)))}/s`.padStart(9),
      `${one.against} ${Math.round(median(bare.map((result) => result.requestsPerSecond)))}/s`.padStart(24),
      `ratio ${ratio.toFixed(2)} (goal ${one.goal}, ${ratio >= one.goal ? "met" : "not met"})`,
      `p50 ${median(own.map((result) => result.p50Ms)).toFixed(2)} ms`,
      `p99 ${median(own.map((result) => result.p99Ms)).toFixed(2)} ms`,
    ].join("  "),
  );
}

/** A fresh server each time, so that no token but that of the warm-up was seen before. */
async function measure(subject: string, one: Case, status: number): Promise<LoadResult> {
  const server = await startSubject(subject);
  try {
    await load(server.port, WARM_UP, status, one.tokens === "none" ? "none" : "one");
    return await load(server.port, one.requests, status, one.tokens);
  } finally {
    server.stop();
  }
}

async function soak(requests: number): Promise<void> {
  const server = await startSubject("gateway");
  try {
    await load(server.port, WARM_UP, 200, "one");
    const before = await server.memory();
    await load(server.port, requests, 200, "one");
    const after = await server.memory();
    console.log(
      `memory after ${requests} requests: ${megabytes(after)}, before ${megabytes(before)}, ${(after / before).toFixed(2)} times`,
    );
  } finally {
    server.stop();
  }
}

async function startSubject(name: string) {
  const child = fork(new URL("./request/subjects.ts", import.meta.url), [name, poolFile]);
  const [{ port }] = (await once(child, "message")) as [{ port: number }];
  return {
    port,
    stop: () => child.connected && child.disconnect(),
    async memory(): Promise<number> {
      child.send("memory");
      const [{ rss }] = (await once(child, "message")) as [{ rss: number }];
      return rss;
    },
  };
}

async function load(port: number, requests: number, status: number, tokens: string): Promise<LoadResult> {
  const child = fork(
    new URL("./request/load.ts", import.meta.url),
    [port, requests, status, poolFile, tokens].map(String),
  );
  const [result] = (await Promise.race([
    once(child, "message"),
    once(child, "exit").then(([code]) => Promise.reject(new Error(`The load generator ended with ${code}.`))),
  ])) as [LoadResult];
  return result;
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MB`;
}
