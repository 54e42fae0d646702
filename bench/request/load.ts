/**
 * A load generator: keep-alive connections that each send their next request when the last was answered.
 * `node load.ts <port> <requests> <expected status> <pool file> <tokens: one|distinct|none>` tells its parent what it saw.
 */
import { connect } from "node:net";
import { readPool } from "./pool.ts";

export interface LoadResult {
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
}

const CONNECTIONS = 10;
const [port, total, status, poolFile = "", which] = process.argv.slice(2);
const { tokens } = readPool(poolFile);
const latencies = new Float64Array(Number(total));
let sent = 0;
let answered = 0;

function nextRequest(): Buffer {
  // The first token belongs to the warm-up.
  const token = tokens[which === "distinct" ? 1 + (sent % (tokens.length - 1)) : 0];
  const authorization = which === "none" ? "" : `Authorization: Bearer ${token}\r\n`;
  sent++;
  return Buffer.from(`GET /Test/transactions HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${authorization}\r\n`, "latin1");
}

function run(done: () => void): void {
  const socket = connect({ port: Number(port), host: "127.0.0.1", noDelay: true });
  let startedAt = 0;
  let head = "";
  let expected = -1;
  const next = () => {
    if (sent >= latencies.length) return;
    startedAt = performance.now();
    socket.write(nextRequest());
  };
  socket.once("connect", next);
  socket.on("error", (error) => {
    throw error;
  });
  socket.on("data", (chunk) => {
    head += chunk.toString("latin1");
    if (expected < 0) {
      const end = head.indexOf("\r\n\r\n");
      if (end < 0) return;
      if (!head.startsWith(`HTTP/1.1 ${status} `)) throw new Error(`Expected ${status}, got ${head.slice(0, 40)}`);
      expected = end + 4 + Number(/content-length: (\d+)/i.exec(head)?.[1]);
    }
    if (head.length < expected) return;
    head = "";
    expected = -1;
    latencies[answered++] = performance.now() - startedAt;
    if (answered === latencies.length) done();
    else next();
  });
}

const startedAt = performance.now();
await new Promise<void>((resolve) => {
  for (let i = 0; i < CONNECTIONS; i++) run(resolve);
});
const seconds = (performance.now() - startedAt) / 1000;
latencies.sort();
const at = (share: number) => latencies[Math.floor((latencies.length - 1) * share)] ?? 0;
process.send?.({ requestsPerSecond: latencies.length / seconds, p50Ms: at(0.5), p99Ms: at(0.99) } satisfies LoadResult);
process.disconnect?.();
process.exit(0);
