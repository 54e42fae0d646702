/** The load where there is no `wrk`: reads what to send on stdin, writes what it saw on stdout, both JSON. */
import { createRequire } from "node:module";
import { text } from "node:stream/consumers";

const { url, seconds, tokens, connections } = JSON.parse(await text(process.stdin));
const autocannon = createRequire(new URL("../peers/package.json", import.meta.url))("autocannon");

let sent = 0;
const authorize = (request: { headers?: object }) => ({
  ...request,
  headers: { ...request.headers, authorization: `Bearer ${tokens[sent++ % tokens.length]}` },
});
const many = tokens.length > 1;
const { requests, duration, latency, non2xx, errors, timeouts } = await autocannon({
  url,
  connections,
  duration: seconds,
  ...(many && { requests: [{ setupRequest: authorize }] }),
  ...(tokens.length === 1 && { headers: { authorization: `Bearer ${tokens[0]}` } }),
});
const seen = {
  requests: requests.total,
  perSecond: requests.total / duration,
  p50Ms: latency.p50,
  p99Ms: latency.p99,
  refused: non2xx,
  failed: errors + timeouts,
};
process.stdout.write(JSON.stringify(seen));
