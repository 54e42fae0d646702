/**
 * A load generator in a process of its own: keep-alive connections that each send their next request when the last was
 * answered, on bare sockets, so that it costs the machine as little as it can. Every answer's status is checked.
 * `node requests.ts <RequestLoad as JSON>` tells its parent a `RequestLoadResult`.
 */
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { percentile } from "../measure/statistics.ts";

export interface RequestLoad {
  port: number;
  path: string;
  requests: number;
  /** What each answer must be. */
  status: number;
  /** A file of tokens, one a line, or none to send. */
  tokenFile: string | undefined;
  /** `one`: the first of them in every request. Otherwise each in its turn, beginning with the one at that place. */
  tokens: "one" | { from: number } | "none";
  connections: number;
}

export interface RequestLoadResult {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** The generator's own share of a processor: near 1, it was what limited the figure. */
  generatorBusy: number;
}

const { port, path, requests, status, tokenFile, tokens, connections } = JSON.parse(
  process.argv[2] ?? "",
) as RequestLoad;
const known = tokenFile === undefined ? [] : readFileSync(tokenFile, "utf8").trim().split("\n");
const encode = (token?: string) =>
  Buffer.from(
    `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${token === undefined ? "" : `Authorization: Bearer ${token}\r\n`}\r\n`,
    "latin1",
  );
const chosen = tokens === "one" ? known.slice(0, 1) : tokens === "none" ? [undefined] : known.slice(tokens.from);
const messages = chosen.map(encode);
const statusBytes = Buffer.from(`HTTP/1.1 ${status} `, "latin1");

const latencies = new Float64Array(requests);
let sent = 0;
let answered = 0;

function run(done: () => void): void {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  let startedAt = 0;
  let pending: Buffer | undefined;
  let length = -1;
  const next = () => {
    if (sent >= requests) return;
    startedAt = performance.now();
    socket.write(messages[sent++ % messages.length]!);
  };
  socket.once("connect", next);
  socket.on("error", (error) => {
    throw error;
  });
  socket.on("data", (chunk) => {
    const received = pending ? Buffer.concat([pending, chunk]) : chunk;
    pending = received;
    if (length < 0) {
      length = answerLength(received);
      if (length < 0) return;
    }
    if (received.length < length) return;
    pending = undefined;
    length = -1;
    latencies[answered++] = performance.now() - startedAt;
    if (answered === requests) done();
    else next();
  });
}

/** @returns the whole answer's length, or -1 as long as its head is not complete */
function answerLength(received: Buffer): number {
  const end = received.indexOf("\r\n\r\n");
  if (end < 0) return -1;
  if (received.compare(statusBytes, 0, statusBytes.length, 0, statusBytes.length) !== 0)
    throw new Error(`Expected ${status}, got: ${received.toString("latin1", 0, 300)}`);
  const bodyLength = /\r\ncontent-length: (\d+)/i.exec(received.toString("latin1", 0, end))?.[1];
  if (bodyLength === undefined)
    throw new Error(`An answer without content-length: ${received.toString("latin1", 0, end)}`);
  return end + 4 + Number(bodyLength);
}

const startedAt = performance.now();
const cpuBefore = process.cpuUsage();
await new Promise<void>((resolve) => {
  for (let index = 0; index < connections; index++) run(resolve);
});
const seconds = (performance.now() - startedAt) / 1000;
const cpu = process.cpuUsage(cpuBefore);
const result: RequestLoadResult = {
  perSecond: requests / seconds,
  p50Ms: percentile([...latencies], 0.5),
  p99Ms: percentile([...latencies], 0.99),
  generatorBusy: (cpu.user + cpu.system) / 1e6 / seconds,
};
process.send?.(result, () => process.exit(0));
