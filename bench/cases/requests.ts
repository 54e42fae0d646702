/**
 * The request: `GET /Test/transactions` through the real authorizer and the real function, beside what `node:http` can do
 * at best with the same body, beside the floor of a gateway whose function is another process, and beside serverless-offline
 * with the same function.
 */

import { amount, type Bench, inPairs } from "../bench.ts";
import { loadOn, sendRequests } from "../load/generate.ts";
import type { RequestLoad, RequestLoadResult } from "../load/requests.ts";
import { ratio } from "../measure/comparison.ts";
import { median } from "../measure/statistics.ts";
import { startCloud } from "../system/cloud.ts";
import type { FloorServer } from "../system/floor.ts";
import { launchServerlessOffline, peerVersion, serverlessProject } from "../system/peers.ts";
import { freePorts, Subject } from "../system/processes.ts";
import { functionFolder, type Prepared, prepareCloud } from "./preparation.ts";

const PART = "Request, 10 connections";

/** About as long as the event of an authorized request, whose claims are most of it. */
const EVENT = {
  resource: "/transactions",
  multiValueHeaders: { Accept: ["*/*"], Host: ["127.0.0.1:4512"] },
  queryStringParameters: null,
  pathParameters: null,
  stageVariables: null,
  requestContext: {
    authorizer: { claims: Object.fromEntries(Array.from({ length: 14 }, (_, at) => [`claim-${at}`, "x".repeat(40)])) },
    ...{ accountId: "000000000000", apiId: "a1b2c3d4e5", httpMethod: "GET", stage: "Test", protocol: "HTTP/1.1" },
    identity: { sourceIp: "127.0.0.1", userAgent: "bench", accessKey: null, caller: null, user: null, userArn: null },
  },
  body: null,
  isBase64Encoded: false,
};

/** A server that is about to be asked, and how it is let go. */
interface Opened {
  url: URL;
  close(): Promise<void>;
}

export async function measureRequests(bench: Bench): Promise<void> {
  const firstSeen = amount(bench, 8000, 600);
  const prepared = await prepareCloud(bench.workspace, { name: "requests" }, { tokens: 1 + 2 * firstSeen });
  const gateway = () => openGateway(bench, prepared);
  const requests = amount(bench, 20_000, 3000);
  // Until V8 has compiled what is hot, on both sides.
  const warm = { requests: amount(bench, 30_000, 1000) };
  /** A fresh server, warmed up and then measured. */
  const measured = (open: () => Promise<Opened>, warmUp: Partial<RequestLoad>, counted: Partial<RequestLoad> = {}) => {
    const { tokenFile } = prepared;
    return async (): Promise<RequestLoadResult> => {
      const { url, close } = await open();
      const at = { ...loadOn(url), status: 200, tokenFile };
      try {
        await sendRequests({ ...at, requests, tokens: "one", ...warmUp });
        return await sendRequests({ ...at, requests, tokens: "one", ...counted });
      } finally {
        await close();
      }
    };
  };

  bench.say("authorized request, beside bare node:http");
  const bare = measured(() => openBare(prepared, false), warm);
  const authorized = await inPairs(bench.pairs, measured(gateway, warm), bare);
  compare(bench, "authorized, beside bare node:http", authorized, undefined);
  bench.report({
    part: PART,
    name: "authorized, 99th percentile",
    own: `${median(authorized.own.map(({ p50Ms }) => p50Ms)).toFixed(2)} ms median`,
    other: "",
    value: median(authorized.own.map(({ p99Ms }) => p99Ms)),
    unit: "ms",
    goal: { atMost: 5 },
    samples: { own: authorized.own.map(({ p99Ms }) => p99Ms) },
  });

  bench.say("authorized request, beside a gateway that does nothing but hand events to a process");
  const floored = await inPairs(
    bench.pairs,
    measured(gateway, warm),
    measured(() => openFloor(prepared), warm),
  );
  compare(bench, "authorized, beside the floor of two processes", floored, { atLeast: 0.75 });

  bench.say("401, beside bare node:http");
  const refused = { status: 401, tokens: "none" } as const;
  const refusals = measured(gateway, { ...warm, ...refused }, refused);
  compare(bench, "401 without a token, beside bare node:http", await inPairs(bench.pairs, refusals, bare), {
    atLeast: 0.5,
  });

  bench.say("first-seen tokens, beside node:http with node:crypto");
  // Warmed up with other tokens than the counted ones, so that both sides verify all the time.
  const before = { tokens: { from: 1 }, requests: firstSeen };
  const fresh = { tokens: { from: 1 + firstSeen }, requests: firstSeen };
  const verified = await inPairs(
    bench.pairs,
    measured(gateway, before, fresh),
    measured(() => openBare(prepared, true), before, fresh),
  );
  compare(bench, "first-seen token, beside bare verification", verified, { atLeast: 0.6 });

  bench.say("authorized request, beside serverless-offline");
  const { clientId, poolArn } = prepared;
  const project = serverlessProject(bench.workspace, functionFolder(prepared), clientId, poolArn);
  const slow = amount(bench, 8000, 1500);
  const beside = await inPairs(
    bench.pairs,
    measured(gateway, warm),
    measured(() => openServerlessOffline(project), { requests: slow }, { requests: slow }),
  );
  const peer = `serverless-offline ${peerVersion("serverless-offline")}`;
  compare(bench, `authorized, beside ${peer} (verifies nothing)`, beside, { atLeast: 3.5 });
}

async function openGateway({ workspace }: Bench, prepared: Prepared): Promise<Opened> {
  const cloud = await startCloud(workspace, prepared.options);
  return { url: cloud.api, close: () => cloud.subject.stop() };
}

async function openBare({ body, publicKey }: Prepared, verifying: boolean): Promise<Opened> {
  const port = await freePorts(1);
  const server = { port, body, publicKey: verifying ? publicKey : undefined };
  const file = new URL("../system/bare.ts", import.meta.url).pathname;
  const subject = new Subject(process.execPath, [file, JSON.stringify(server)]);
  const url = new URL(`http://127.0.0.1:${port}/Test/transactions`);
  await subject.answers(url.href, () => true);
  return { url, close: () => subject.stop() };
}

async function openFloor({ body }: Prepared): Promise<Opened> {
  const port = await freePorts(2);
  const file = new URL("../system/floor.ts", import.meta.url).pathname;
  const server: FloorServer = { port, body, event: EVENT };
  const subject = new Subject(process.execPath, [file, JSON.stringify(server)]);
  const url = new URL(`http://127.0.0.1:${port}/Test/transactions`);
  await subject.answers(url.href, (status) => status === 200);
  return { url, close: () => subject.stop() };
}

async function openServerlessOffline(project: ReturnType<typeof serverlessProject>): Promise<Opened> {
  const { subject, url } = await launchServerlessOffline(project);
  await subject.answers(url.href, (status) => status !== 404);
  return { url, close: () => subject.stop() };
}

function compare(
  { report }: Bench,
  name: string,
  { own, other }: { own: RequestLoadResult[]; other: RequestLoadResult[] },
  goal: { atLeast: number } | undefined,
): void {
  const rates = (results: RequestLoadResult[]) => results.map(({ perSecond }) => perSecond);
  report(ratio({ part: PART, name, goal, unit: "/s" }, { own: rates(own), other: rates(other) }));
}
