/**
 * The request: `GET /Test/transactions` through the real authorizer and the real function, beside what `node:http` can do
 * at best with the same body, beside the floor of a gateway whose function is another process, and beside serverless-offline
 * with the same function.
 */

import { amount, type Bench, inPairs } from "../bench.ts";
import { CONNECTIONS, type RequestLoad, type RequestLoadResult, sendRequestsWarm } from "../load/requests.ts";
import { ratio } from "../measure/comparison.ts";
import { median } from "../measure/statistics.ts";
import { startCloud } from "../system/cloud.ts";
import type { FloorServer } from "../system/floor.ts";
import { launchServerlessOffline, peerVersion, serverlessProject } from "../system/peers.ts";
import { freePorts, Subject } from "../system/processes.ts";
import { functionFolder, type Prepared, prepareCloud } from "./preparation.ts";

const PART = `Request, ${CONNECTIONS} connections`;

/** More than the gateway remembers, so that each is unknown again when its turn comes. */
const MANY_TOKENS = 4000;

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

type Answered = Pick<RequestLoad, "status" | "tokens">;

export async function measureRequests(bench: Bench): Promise<void> {
  const prepared = await prepareCloud(bench.workspace, { name: "requests" }, { tokens: MANY_TOKENS });
  const gateway = () => openGateway(bench, prepared);
  const seconds = amount(bench, 5, 2);
  const { tokens } = prepared;
  const authorized = { status: 200, tokens: tokens.slice(0, 1) };
  /** Of a fresh server each time. */
  const measured = (open: () => Promise<Opened>, answered: Answered = authorized) => {
    return async (): Promise<RequestLoadResult> => {
      const { url, close } = await open();
      try {
        return await sendRequestsWarm({ url, seconds, ...answered });
      } finally {
        await close();
      }
    };
  };

  bench.say("authorized request, beside bare node:http");
  const bare = measured(() => openBare(prepared, false));
  const besideBare = await inPairs(bench.pairs, measured(gateway), bare);
  compare(bench, "authorized, beside bare node:http", besideBare, undefined);
  bench.report({
    part: PART,
    name: "authorized, 99th percentile",
    own: `${median(besideBare.own.map(({ p50Ms }) => p50Ms)).toFixed(2)} ms median`,
    other: "",
    value: median(besideBare.own.map(({ p99Ms }) => p99Ms)),
    unit: "ms",
    goal: { atMost: 5 },
    samples: { own: besideBare.own.map(({ p99Ms }) => p99Ms) },
  });

  bench.say("authorized request, beside a gateway that does nothing but hand events to a process");
  const floored = await inPairs(
    bench.pairs,
    measured(gateway),
    measured(() => openFloor(prepared)),
  );
  compare(bench, "authorized, beside the floor of two processes", floored, { atLeast: 0.75 });

  bench.say("401, beside bare node:http");
  const refusals = measured(gateway, { status: 401, tokens: [] });
  compare(bench, "401 without a token, beside bare node:http", await inPairs(bench.pairs, refusals, bare), {
    atLeast: 0.5,
  });

  bench.say("first-seen tokens, beside node:http with node:crypto");
  const unknown = { status: 200, tokens };
  const verified = await inPairs(
    bench.pairs,
    measured(gateway, unknown),
    measured(() => openBare(prepared, true), unknown),
  );
  compare(bench, "first-seen token, beside bare verification", verified, { atLeast: 0.6 });

  bench.say("authorized request, beside serverless-offline");
  const { clientId, poolArn } = prepared;
  const project = serverlessProject(bench.workspace, functionFolder(prepared), clientId, poolArn);
  const beside = await inPairs(
    bench.pairs,
    measured(gateway),
    measured(() => openServerlessOffline(project)),
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
