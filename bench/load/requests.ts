/**
 * Load on one address, by a generator that costs the machine so little that the server is what is measured: `wrk` where the
 * machine has it (https://github.com/wg/wrk), else autocannon, in a process of its own. Keep-alive, no pipelining; an answer with
 * another status than expected ends the bench.
 */
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { statusOf } from "../system/processes.ts";

export const CONNECTIONS = 10;

/** The rate of the gateway rises for about as many. */
const WARM_REQUESTS = 60_000;
/** A peer may be slower than that. */
const WARM_SECONDS = 15;

export interface RequestLoad {
  url: URL;
  seconds: number;
  /** What each answer must be. */
  status: number;
  /** Sent as bearer tokens, each in its turn, again and again. */
  tokens: readonly string[];
}

export interface RequestLoadResult {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
}

/** What either generator saw. */
interface Seen extends RequestLoadResult {
  requests: number;
  /** Answers of 400 and above */
  refused: number;
  /** Connections that broke, and answers that did not come. */
  failed: number;
}

const run = promisify(execFile);

/** Which generator this machine has, for the record of a run. */
export const generator: "wrk" | "autocannon" = hasWrk() ? "wrk" : "autocannon";

/** @throws Error when an answer was not what it had to be: nothing is counted then */
export async function sendRequests(load: RequestLoad): Promise<RequestLoadResult> {
  const { url, status, tokens } = load;
  const first = await statusOf(url.href, tokens[0] === undefined ? {} : { authorization: `Bearer ${tokens[0]}` });
  const seen = await (generator === "wrk" ? byWrk(load) : byAutocannon(load));
  const expected = status < 400 ? 0 : seen.requests;
  if (first !== status || seen.refused !== expected || seen.failed > 0 || seen.requests === 0)
    throw new Error(
      `Expected ${status} from ${url}; the first answer was ${first}, and of ${seen.requests} were ${seen.refused} refused and ${seen.failed} failed.`,
    );
  return seen;
}

/**
 * As `sendRequests`, of a server that has answered so many requests before that V8 has compiled what is hot. That takes a number of
 * requests and not of seconds: who answers more of them a second has it behind him sooner.
 */
export async function sendRequestsWarm(load: RequestLoad): Promise<RequestLoadResult> {
  let seconds = 0;
  for (let sent = 0; sent < WARM_REQUESTS && seconds < WARM_SECONDS; seconds += load.seconds)
    sent += (await sendRequests(load)).perSecond * load.seconds;
  return sendRequests(load);
}

function hasWrk(): boolean {
  try {
    execFileSync("wrk", ["--version"], { stdio: "ignore" });
    return true;
  } catch (error) {
    // It knows no such option and ends with 1; what is not there cannot even be started.
    return (error as NodeJS.ErrnoException).code !== "ENOENT";
  }
}

/** The generator's own figures as one line of JSON, and each token in its turn. */
const WRK_SCRIPT = `
local tokens, at = {}, 0
function init(args)
  for token in io.lines(args[1]) do tokens[#tokens + 1] = token end
  if #tokens == 1 then wrk.headers["Authorization"] = "Bearer " .. tokens[1] end
  if #tokens > 1 then request = each end
end
function each()
  at = at % #tokens + 1
  return wrk.format(nil, nil, { Authorization = "Bearer " .. tokens[at] })
end
function done(summary, latency)
  local errors = summary.errors
  io.stderr:write(string.format(
    '{"requests":%d,"perSecond":%f,"p50Ms":%f,"p99Ms":%f,"refused":%d,"failed":%d}',
    summary.requests, summary.requests / summary.duration * 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
`;

async function byWrk({ url, seconds, tokens }: RequestLoad): Promise<Seen> {
  const directory = mkdtempSync(join(tmpdir(), "demo-auth-bench-wrk-"));
  const [script, tokenFile] = [join(directory, "load.lua"), join(directory, "tokens")];
  writeFileSync(script, WRK_SCRIPT);
  // Tokens pass by a file: an argument list is everybody's to read.
  writeFileSync(tokenFile, tokens.join("\n"), { mode: 0o600 });
  try {
    const options = ["--threads", "1", "--connections", String(CONNECTIONS), "--duration", `${seconds}s`];
    const { stderr } = await run("wrk", [...options, "--script", script, url.href, "--", tokenFile]);
    return JSON.parse(stderr);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function byAutocannon({ url, seconds, tokens }: RequestLoad): Promise<Seen> {
  const script = new URL("autocannon.ts", import.meta.url).pathname;
  const running = run(process.execPath, [script]);
  running.child.stdin!.end(JSON.stringify({ url: url.href, seconds, tokens, connections: CONNECTIONS }));
  return JSON.parse((await running).stdout);
}
